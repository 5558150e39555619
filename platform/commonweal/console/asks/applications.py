"""The forms of an application: begun with a link, checked, scored, and what the panel says to it."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import AMOUNT, day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import apply, assess, grant_application, grant_assessment

_ABOUT: Final = "grant"
_SCORES: Final = Question(
    field="criteria",
    label="How good is it?",
    kind="numbers",
    found="chest_criteria",
    second="scores",
    most=5,
    hint="0 to 5 for each.",
    missing="Enter a score for each",
    called="The scores",
)
_COMMENT: Final = Question(field="comment", label="Why?", kind="words", called="The comment")

ASKS: Final = (
    Ask(
        name="start-application",
        command=apply.StartApplication,
        title="Begin an application",
        button="Begin it",
        done="The application was begun. Show its link next, and send it to the organisation.",
        about="fund",
        parent="fund_id",
        taken=("round_id",),
        questions=(
            Question(
                field="organisation",
                label="Which organisation applies?",
                hint="A register number such as GB-CHC-1054276, or an ODS code.",
                missing="Enter the organisation's code",
                called="The organisation",
            ),
            Question(field="link_id", kind="new_id"),
        ),
    ),
    Ask(
        name="replace-applicant-link",
        command=grant_application.ReplaceApplicantLink,
        title="Make a new link for the applicant",
        button="Make a new link",
        done="A new link was made. The old one opens nothing any more.",
        about=_ABOUT,
        questions=(Question(field="link_id", kind="new_id"),),
    ),
    Ask(
        name="record-applicant-support",
        command=grant_application.RecordApplicantSupport,
        title="Record help given to an applicant",
        button="Record it",
        done="The help was recorded.",
        about=_ABOUT,
        questions=(
            Question(field="support_id", kind="new_id"),
            Question(
                field="kind",
                label="What with?",
                kind="choice",
                choices=choices(codes.APPLICANT_SUPPORT),
                missing="Select what with",
            ),
            Question(
                field="minutes", label="How many minutes?", kind="number", least=1, missing="Enter how many minutes"
            ),
            day("given_on", "When?"),
        ),
    ),
    Ask(
        name="withdraw-application",
        command=grant_application.WithdrawApplication,
        title="Withdraw an application",
        button="Withdraw it",
        done="The application was withdrawn.",
        about=_ABOUT,
        warning="For an organisation that asked you to: it can do so itself by its link.",
        questions=(why(codes.APPLICATION_WITHDRAWALS),),
    ),
    Ask(
        name="check-eligibility",
        command=assess.CheckEligibility,
        title="Check whether it may be funded",
        button="Record it",
        done="What was found was recorded.",
        about=_ABOUT,
        questions=(
            Question(
                field="failed",
                label="Which rules does it not meet?",
                kind="choices",
                found="chest_eligibility",
                hint="Select none if it meets all of them.",
                called="The rules",
            ),
            Question(
                field="reason",
                label="What should the applicant know?",
                kind="words",
                hint="Needed where a rule is not met.",
                called="What the applicant should know",
            ),
        ),
    ),
    Ask(
        name="record-due-diligence",
        command=grant_assessment.RecordDueDiligence,
        title="Record due diligence",
        button="Record it",
        done="Due diligence was recorded.",
        about=_ABOUT,
        questions=(
            Question(
                field="charity_number",
                label="Its register number",
                hint="For example GB-CHC-1054276.",
                called="The register number",
            ),
            Question(
                field="bank_checked",
                label="Is the bank account its own?",
                kind="yes_no",
                missing="Select whether the account is its own",
            ),
            Question(
                field="safeguarding_policy",
                label="Does it have a safeguarding policy?",
                kind="yes_no",
                missing="Select whether it has one",
            ),
            Question(field="insured_until", label="Until when is it insured?", kind="day", called="The last day"),
            Question(
                field="accounts_year",
                label="Of which year are its last accounts?",
                kind="number",
                most=2200,
                called="The year",
            ),
        ),
    ),
    Ask(
        name="declare-conflict",
        command=grant_assessment.DeclareConflict,
        title="Declare a conflict of interest",
        button="Declare it",
        done="Your conflict of interest was declared. Somebody else judges this application.",
        about=_ABOUT,
        questions=(
            Question(
                field="kind",
                label="What is it?",
                kind="choice",
                choices=choices(codes.CONFLICTS),
                missing="Select what it is",
            ),
        ),
    ),
    Ask(
        name="clear-conflict",
        command=grant_assessment.ClearConflict,
        title="Clear a conflict of interest",
        button="Clear it",
        done="The conflict of interest was cleared.",
        about=_ABOUT,
        taken=("assessor",),
        questions=(why(codes.CONFLICT_CLEARINGS),),
    ),
    Ask(
        name="shortlist-application",
        command=assess.ShortlistApplication,
        title="Put it on the shortlist",
        button="Shortlist it",
        done="It is on the shortlist.",
        about=_ABOUT,
    ),
    Ask(
        name="assess-application",
        command=assess.AssessApplication,
        title="Score the application",
        button="Save your scores",
        done="Your scores were saved.",
        about=_ABOUT,
        warning="Declare a conflict of interest first, if you have one: you do not score it then.",
        questions=(
            _SCORES,
            _COMMENT,
            Question(
                field="organisation",
                label="For which organisation of the steering group?",
                hint="Its code, if you sit for one.",
                called="The organisation",
            ),
        ),
    ),
    Ask(
        name="moderate-assessment",
        command=assess.ModerateAssessment,
        title="Agree on one score",
        button="Save the agreed scores",
        done="The agreed scores were saved. They count instead of the single ones.",
        about=_ABOUT,
        questions=(_SCORES, _COMMENT),
    ),
    Ask(
        name="record-pitch",
        command=grant_assessment.RecordPitch,
        title="Record the pitch",
        button="Record it",
        done="The pitch was recorded.",
        about=_ABOUT,
        questions=(
            day("held_on", "When was it?"),
            Question(field="minutes", label="What was said?", kind="words", called="What was said"),
        ),
    ),
    Ask(
        name="recommend-application",
        command=assess.RecommendApplication,
        title="Recommend it",
        button="Recommend it",
        done="It is recommended. Offer the grant next.",
        about=_ABOUT,
        questions=(
            AMOUNT,
            Question(
                field="conditions",
                label="On which conditions?",
                kind="lines",
                hint="One a line.",
                called="The conditions",
            ),
        ),
    ),
    Ask(
        name="place-on-reserve",
        command=assess.PlaceOnReserve,
        title="Place it on the reserve list",
        button="Place it",
        done="It is on the reserve list.",
        about=_ABOUT,
        questions=(
            Question(
                field="rank",
                label="At which place?",
                kind="number",
                least=1,
                missing="Enter its place",
                called="The place",
            ),
        ),
    ),
    Ask(
        name="decline-application",
        command=assess.DeclineApplication,
        title="Decline it",
        button="Decline it",
        done="It was declined, and the applicant can read why.",
        about=_ABOUT,
        questions=(
            why(codes.APPLICATION_DECLINES),
            Question(
                field="feedback",
                label="What should the applicant know?",
                kind="words",
                hint="They read this by their link.",
                missing="Enter what the applicant should know",
                called="What the applicant should know",
            ),
        ),
    ),
)
