"""Forms of what is said of a service near by: submitted, approved, changed."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.organisations import AS_IT_IS, ROLE_ADDRESS
from commonweal.console.asks.questions import why
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import language
from commonweal.domain import codes
from commonweal.domain.directory import community_service, listing

SPOKEN: Final = tuple(
    Choice(value=code, text=language(code))
    for code in ("en", "ar", "bn", "bsl", "fa", "gu", "pa", "pl", "pt", "ro", "so", "tr", "uk", "ur", "zh")
)
_ABOUT: Final = "community_service"
NAMES_NOBODY: Final = "About the service only: do not name anyone."
_NEEDS: Final = Question(
    field="needs",
    label="What does it help with?",
    kind="choices",
    choices=choices(codes.NEEDS),
    missing="Select what the service helps with",
    called="What it helps with",
)
_ACCESS: Final = Question(
    field="access", label="What makes it easier to use?", kind="choices", choices=choices(codes.SERVICE_ACCESS)
)
_LANGUAGES: Final = Question(field="languages", label="Which languages are spoken?", kind="choices", choices=SPOKEN)
_SESSIONS: Final = Question(
    field="sessions",
    label="When is it on?",
    kind="lines",
    hint="One session a line: a day and its hours, for example fri 10:00-12:00",
    called="Each line",
)
_COST: Final = (
    Question(
        field="cost",
        label="What does it cost the person?",
        kind="choice",
        choices=choices(codes.SERVICE_COSTS),
        missing="Select what it costs",
    ),
    Question(field="cost_pence", label="How much for one session", kind="pounds", when=("cost", "charge")),
)
_DETAILS: Final = (
    Question(
        field="description", label="What happens there", kind="words", hint="In plain words, as you would tell someone."
    ),
    Question(field="phone", label="Telephone"),
    Question(field="email", label="E-mail", hint=ROLE_ADDRESS),
    Question(field="website", label="Website", hint="For example https://www.example.org"),
    Question(field="address", label="Address", kind="words"),
    Question(field="postcode", label="Postcode"),
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="submit-service",
        command=listing.SubmitService,
        title="Add a service",
        button="Add for approval",
        done="The service waits for a team lead to approve it.",
        about="community_organisation",
        parent="organisation_id",
        questions=(
            Question(field="name", label="What is it called?", missing="Enter the service's name"),
            Question(
                field="kind",
                label="What sort of service is it?",
                kind="pick",
                choices=choices(codes.SERVICE_KINDS),
                missing="Select what sort of service it is",
            ),
            _NEEDS,
            *_DETAILS,
            _SESSIONS,
            *_COST,
            _LANGUAGES,
            _ACCESS,
        ),
    ),
    Ask(
        name="approve-service",
        command=community_service.ApproveService,
        title="Approve this service",
        button="Approve",
        done="The service is in the directory. Somebody should make sure of it next.",
        about=_ABOUT,
    ),
    Ask(
        name="return-service",
        command=community_service.ReturnService,
        title="Return this service",
        button="Return",
        done="The service was returned.",
        about=_ABOUT,
        questions=(
            why(codes.SERVICE_RETURN_REASONS, missing="Select why it is returned"),
            Question(field="note", label="What would put it right?", kind="words", hint=NAMES_NOBODY),
        ),
    ),
    Ask(
        name="resubmit-service",
        command=community_service.ResubmitService,
        title="Ask for approval again",
        button="Ask again",
        done="The service waits for a team lead to approve it.",
        about=_ABOUT,
    ),
    Ask(
        name="change-service",
        command=listing.ChangeServiceDetails,
        title="Change the listing",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        warning=AS_IT_IS,
        questions=(
            Question(field="name", label="Name"),
            *_DETAILS,
            Question(
                field="source",
                label="Who says so?",
                kind="choice",
                choices=choices(codes.SERVICE_SUBMITTERS),
                missing="Select who says so",
            ),
        ),
    ),
    Ask(
        name="change-service-needs",
        command=listing.ChangeServiceNeeds,
        title="Change what it helps with",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(_NEEDS,),
    ),
    Ask(
        name="change-service-access",
        command=listing.RecordAccessibility,
        title="Change what makes it easier to use",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(_ACCESS,),
    ),
    Ask(
        name="change-service-sessions",
        command=listing.ChangeSchedule,
        title="Change when it is on",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(_SESSIONS,),
    ),
    Ask(
        name="change-service-cost",
        command=listing.ChangeCost,
        title="Change what it costs",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=_COST,
    ),
    Ask(
        name="change-service-languages",
        command=listing.ChangeServiceLanguages,
        title="Change the languages spoken",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(_LANGUAGES,),
    ),
    Ask(
        name="change-eligibility",
        command=listing.ChangeEligibility,
        title="Change whom it is for",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(
            Question(field="minimum_age", label="From what age?", kind="number", least=0, most=120),
            Question(field="maximum_age", label="Up to what age?", kind="number", least=0, most=120),
            Question(
                field="inclusion",
                label="Is it for these people?",
                kind="choices",
                choices=choices(codes.SERVICE_GROUPS),
            ),
            Question(
                field="exclusion",
                label="Is it closed to these people?",
                kind="choices",
                choices=choices(codes.SERVICE_GROUPS),
            ),
            Question(
                field="areas",
                label="Only for people who live in",
                kind="lines",
                hint="Area codes, one a line, for example E01027025. Leave it empty for everywhere.",
            ),
        ),
    ),
    Ask(
        name="set-referral-route",
        command=listing.SetReferralRoute,
        title="Change how people are sent to it",
        button="Change",
        done="The listing was changed.",
        about=_ABOUT,
        questions=(
            Question(
                field="mode",
                label="How do they wish to be sent people?",
                kind="choice",
                choices=choices(codes.REFERRAL_ROUTES),
                missing="Select how they wish to be sent people",
            ),
            Question(
                field="response_sla_days",
                label="Within how many days do they answer?",
                kind="number",
                hint="0 if they do not say. You are told when the days have gone by.",
                missing="Enter a number of days",
                least=0,
                most=listing.LONGEST_SLA,
            ),
        ),
    ),
)
