"""The forms of a fund, from its founding to its end."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import ORGANISATION, ORGANISATIONS, day
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import fund, fund_effect, fund_priorities

_ABOUT: Final = "fund"
_METHOD: Final = Question(
    field="method",
    label="How is it decided?",
    kind="choice",
    choices=choices(codes.FUND_METHODS),
    missing="Select how it is decided",
    called="The way",
)
_DOCUMENT: Final = Question(
    field="document_hash",
    label="SHA-256 of the document",
    kind="document",
    hint="64 characters, 0 to 9 and a to f: by it anybody can see that the document is the one that was meant. The file stays with you.",
    missing="Choose the document, or enter its SHA-256",
    called="The SHA-256",
)

ASKS: Final = (
    Ask(
        name="found-fund",
        command=fund.FoundFund,
        title="Found a community chest",
        button="Found it",
        done="The fund was founded. Set its rules next.",
        about=_ABOUT,
        leads="/chests/{}",
        questions=(
            Question(field="name", label="Its name", missing="Enter its name", called="The name"),
            Question(
                field="areas",
                label="For which places?",
                kind="choices",
                found="places",
                missing="Select the places",
                called="The places",
            ),
            _METHOD,
            Question(
                field="steering_group",
                label="Who steers it?",
                kind="lines",
                hint=ORGANISATIONS,
                called="The steering group",
            ),
        ),
    ),
    Ask(
        name="set-fund-rules",
        command=fund.SetFundRules,
        title="Set the rules of the fund",
        button="Set the rules",
        done="The rules were set. They count for rounds opened from now on.",
        about=_ABOUT,
        warning="A new version of the rules: rounds that are open keep the rules they were opened by.",
        questions=(
            Question(
                field="eligibility",
                label="Who may be funded?",
                kind="choices",
                choices=choices(codes.ELIGIBILITY_RULES),
                missing="Select what an applicant must fulfil",
                called="What an applicant must fulfil",
            ),
            Question(
                field="criteria",
                label="What is an application scored by, and how much does each count?",
                kind="numbers",
                choices=choices(codes.ASSESSMENT_CRITERIA),
                second="weights",
                least=1,
                most=100,
                hint="A number, 1 to 100, for each that counts; leave the others empty.",
                missing="Enter a number for at least one",
                called="The numbers",
            ),
            Question(
                field="assessors",
                label="How many people score each application?",
                kind="number",
                least=1,
                most=10,
                called="The number of people",
            ),
            Question(
                field="pass_percent",
                label="How many percent of the points must it reach?",
                kind="number",
                most=100,
                called="The percentage",
            ),
            Question(
                field="votes",
                label="How many applications may one vote for?",
                kind="number",
                least=1,
                most=20,
                called="The number of applications",
            ),
        ),
    ),
    Ask(
        name="appoint-steering-member",
        command=fund.AppointSteeringMember,
        title="Appoint a member of the steering group",
        button="Appoint",
        done="The member was appointed.",
        about=_ABOUT,
        questions=(
            Question(field="organisation", label="Which organisation?", hint=ORGANISATION, missing="Enter its code"),
            Question(
                field="interests",
                label="In which organisations does it have a part?",
                kind="lines",
                hint=f"It does not judge their applications. {ORGANISATIONS}",
                called="The interests",
            ),
        ),
    ),
    Ask(
        name="stand-down-steering-member",
        command=fund.StandDownSteeringMember,
        title="Stand a member of the steering group down",
        button="Stand down",
        done="The member was stood down.",
        about=_ABOUT,
        taken=("organisation",),
    ),
    Ask(
        name="attach-priority-evidence",
        command=fund_priorities.AttachPriorityEvidence,
        title="Attach unmet need as evidence",
        button="Attach it",
        done="What people need and do not find was attached. Say next what is needed most.",
        about=_ABOUT,
        warning="The numbers are kept with the fund as they are now, for whoever steers it. Small ones stay held back.",
    ),
    Ask(
        name="set-priority",
        command=fund_priorities.SetPriority,
        title="Say what is needed most",
        button="Set the priorities",
        done="The priorities were set.",
        about=_ABOUT,
        taken=("snapshot_id",),
        questions=(
            Question(
                field="needs",
                label="What is needed most?",
                kind="choices",
                choices=choices(codes.NEEDS),
                missing="Select what is needed most",
                called="The needs",
            ),
        ),
    ),
    Ask(
        name="release-effect",
        command=fund_effect.ReleaseEffect,
        title="Tell the funders what came of it",
        button="Tell them",
        done="The funders see what came of their money.",
        about=_ABOUT,
        warning="The funders see these numbers as they are now, once a month at most. Small ones stay held back.",
    ),
    Ask(
        name="publish-evaluation",
        command=fund.PublishEvaluation,
        title="Publish the evaluation",
        button="Record that it is published",
        done="It was recorded that the evaluation is published.",
        about=_ABOUT,
        questions=(_DOCUMENT, day("published_on", "When was it published?")),
    ),
    Ask(
        name="reconcile-fund",
        command=fund.ReconcileFund,
        title="Close the fund",
        button="Close it",
        done="The fund is reconciled and closed.",
        about=_ABOUT,
        warning="What came in and what was paid is taken down for good. Nothing is pledged or awarded in it after that.",
    ),
)
