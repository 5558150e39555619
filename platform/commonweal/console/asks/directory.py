"""The directory's forms: what is near by, how far it can be believed, and whom it is good for."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import why
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import language
from commonweal.domain import codes
from commonweal.domain.directory import capacity, community_organisation, community_service, listing

SPOKEN: Final = tuple(
    Choice(value=code, text=language(code))
    for code in ("en", "ar", "bn", "bsl", "fa", "gu", "pa", "pl", "pt", "ro", "so", "tr", "uk", "ur", "zh")
)
_FOR_SERVICE: Final = "community_service"
_ROLE_ADDRESS: Final = "An address of the organisation, such as hello@example.org: never a person's own."
_NAMES_NOBODY: Final = "About the service only: do not name anyone."


def _text(field: str, label: str, hint: str = "", missing: str = "", kind: str = "text") -> Question:
    return Question(field=field, label=label, hint=hint, missing=missing, kind=kind)


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
    _text("description", "What happens there", "In plain words, as you would tell someone.", kind="words"),
    _text("phone", "Telephone"),
    _text("email", "E-mail", _ROLE_ADDRESS),
    _text("website", "Website", "For example https://www.example.org"),
    _text("address", "Address", kind="words"),
    _text("postcode", "Postcode"),
)
_STAYS: Final = "What you leave empty stays as it is."

_ORGANISATIONS: Final = (
    Ask(
        name="list-organisation",
        command=community_organisation.ListOrganisation,
        title="Add an organisation",
        button="Add",
        done="The organisation was added. You can add its services now.",
        about="tenant",
        questions=(
            _text("name", "What is it called?", missing="Enter the organisation's name"),
            _text("description", "What does it do?", kind="words"),
            Question(
                field="identifiers",
                label="Register numbers",
                kind="lines",
                hint="One a line, for example GB-CHC-1054276 for a charity. A provider who signs in is known by it.",
            ),
            _text("website", "Website", "For example https://www.example.org"),
            _text("email", "E-mail", _ROLE_ADDRESS),
        ),
    ),
    Ask(
        name="change-organisation",
        command=community_organisation.ChangeOrganisation,
        title="Change what is said of the organisation",
        button="Change",
        done="The organisation was changed.",
        about="community_organisation",
        warning=_STAYS,
        questions=(
            _text("name", "Name"),
            _text("description", "What it does", kind="words"),
            _text("website", "Website"),
            _text("email", "E-mail", _ROLE_ADDRESS),
        ),
    ),
    Ask(
        name="identify-organisation",
        command=community_organisation.IdentifyOrganisation,
        title="Add a register number",
        button="Add",
        done="The number was added.",
        about="community_organisation",
        questions=(
            _text("identifier", "Register number", "For example GB-CHC-1054276", missing="Enter the register number"),
        ),
    ),
    Ask(
        name="submit-service",
        command=listing.SubmitService,
        title="Add a service",
        button="Add for approval",
        done="The service waits for a team lead to approve it.",
        about="community_organisation",
        parent="organisation_id",
        questions=(
            _text("name", "What is it called?", missing="Enter the service's name"),
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
)

_LISTING: Final = (
    Ask(
        name="approve-service",
        command=community_service.ApproveService,
        title="Approve this service",
        button="Approve",
        done="The service is in the directory. Somebody should make sure of it next.",
        about=_FOR_SERVICE,
    ),
    Ask(
        name="return-service",
        command=community_service.ReturnService,
        title="Return this service",
        button="Return",
        done="The service was returned.",
        about=_FOR_SERVICE,
        questions=(
            why(codes.SERVICE_RETURN_REASONS, missing="Select why it is returned"),
            _text("note", "What would put it right?", _NAMES_NOBODY, kind="words"),
        ),
    ),
    Ask(
        name="resubmit-service",
        command=community_service.ResubmitService,
        title="Ask for approval again",
        button="Ask again",
        done="The service waits for a team lead to approve it.",
        about=_FOR_SERVICE,
    ),
    Ask(
        name="change-service",
        command=listing.ChangeServiceDetails,
        title="Change the listing",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
        warning=_STAYS,
        questions=(
            _text("name", "Name"),
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
        about=_FOR_SERVICE,
        questions=(_NEEDS,),
    ),
    Ask(
        name="change-service-access",
        command=listing.RecordAccessibility,
        title="Change what makes it easier to use",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
        questions=(_ACCESS,),
    ),
    Ask(
        name="change-service-sessions",
        command=listing.ChangeSchedule,
        title="Change when it is on",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
        questions=(_SESSIONS,),
    ),
    Ask(
        name="change-service-cost",
        command=listing.ChangeCost,
        title="Change what it costs",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
        questions=_COST,
    ),
    Ask(
        name="change-service-languages",
        command=listing.ChangeServiceLanguages,
        title="Change the languages spoken",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
        questions=(_LANGUAGES,),
    ),
    Ask(
        name="change-eligibility",
        command=listing.ChangeEligibility,
        title="Change whom it is for",
        button="Change",
        done="The listing was changed.",
        about=_FOR_SERVICE,
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
        about=_FOR_SERVICE,
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

_STANDING: Final = (
    Ask(
        name="assure-service",
        command=community_service.AssureService,
        title="I made sure today",
        button="It is true",
        done="It was recorded that the listing was checked today.",
        about=_FOR_SERVICE,
        questions=(
            Question(
                field="method",
                label="How did you make sure?",
                kind="choice",
                choices=tuple(each for each in choices(codes.ASSURANCE_METHODS) if each.value != "used_successfully"),
                missing="Select how you made sure",
            ),
        ),
    ),
    Ask(
        name="report-service-problem",
        command=community_service.ReportServiceProblem,
        title="Report a problem",
        button="Report",
        done="The problem was reported. Everyone who looks at the service sees it from now on.",
        about=_FOR_SERVICE,
        questions=(
            Question(field="problem_id", kind="new_id"),
            Question(
                field="kind",
                label="What is wrong?",
                kind="choice",
                choices=choices(codes.SERVICE_PROBLEMS),
                missing="Select what is wrong",
            ),
            _text("note", "What did you find?", _NAMES_NOBODY, kind="words"),
        ),
    ),
    Ask(
        name="resolve-service-problem",
        command=community_service.ResolveServiceProblem,
        title="This problem is resolved",
        button="It is resolved",
        done="The problem was resolved.",
        about=_FOR_SERVICE,
        taken=("problem_id",),
    ),
    Ask(
        name="report-capacity",
        command=capacity.ReportCapacity,
        title="Report places",
        button="Report",
        done="The places were reported.",
        about=_FOR_SERVICE,
        questions=(
            Question(
                field="status",
                label="How do things stand?",
                kind="choice",
                choices=choices(codes.CAPACITY_STATUSES),
                missing="Select how things stand",
            ),
            Question(
                field="unit",
                label="Counted in",
                kind="pick",
                choices=choices(codes.CAPACITY_UNITS),
                missing="Select what it is counted in",
            ),
            Question(field="vacancy", label="How many are free?", kind="number"),
            Question(field="capacity", label="How many are there in all?", kind="number"),
            Question(field="funded_capacity", label="How many of them are paid for by a grant?", kind="number"),
            Question(field="est_wait_weeks", label="How many weeks does one wait?", kind="number", most=520),
            Question(
                field="valid_until",
                label="Until when does this hold?",
                kind="day",
                hint="Four weeks if you leave this empty.",
                called="The day",
            ),
        ),
    ),
    Ask(
        name="close-service-for-now",
        command=community_service.CloseServiceForNow,
        title="It is closed for now",
        button="Close for now",
        done="The service is closed for now: nobody is offered it.",
        about=_FOR_SERVICE,
        questions=(
            why(codes.SERVICE_CLOSURES, missing="Select why it is closed"),
            Question(field="until", label="Until which day?", kind="day", called="The day"),
        ),
    ),
    Ask(
        name="reopen-service",
        command=community_service.ReopenService,
        title="It is open again",
        button="Reopen",
        done="The service is open again.",
        about=_FOR_SERVICE,
    ),
    Ask(
        name="retire-service",
        command=community_service.RetireService,
        title="Take it off the directory",
        button="Take it off",
        done="The service is no longer listed.",
        about=_FOR_SERVICE,
        warning="It stays on record for whoever was connected to it, and cannot be listed again.",
        questions=(why(codes.SERVICE_RETIREMENTS, missing="Select why it is taken off"),),
    ),
)

ASKS: Final = (*_ORGANISATIONS, *_LISTING, *_STANDING)
