"""The forms about link workers: hours, absence and cover, what they learned, how much a case weighs."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day
from commonweal.console.forms import Choice, choices
from commonweal.console.wording import sentence_case
from commonweal.domain import codes
from commonweal.domain.workforce import absence, allocation, learning, link_worker, post

_FROM: Final = Question(
    field="from_on", label="From which day?", kind="day", missing="Enter the day it holds from", called="The day"
)

_POST: Final = (
    Ask(
        name="change-hours",
        command=post.ChangeWorkingPattern,
        title="Change hours",
        button="Save",
        done="The hours were changed.",
        about="link_worker",
        questions=(
            Question(
                field="fte_percent",
                label="Percent of full-time hours",
                kind="number",
                hint="100 is full time, 60 is three days a week.",
                missing="Enter the percent of full-time hours",
                called="The hours",
                least=1,
                most=100,
            ),
            _FROM,
        ),
    ),
    Ask(
        name="change-practices",
        command=post.ChangeHostPractices,
        title="Change which practices host them",
        button="Save",
        done="The practices were changed.",
        about="link_worker",
        questions=(
            Question(
                field="host_practices",
                label="Which practices?",
                kind="choices",
                found="practices",
                called="The practices",
            ),
            Question(field="pcns", label="In which PCNs?", kind="choices", found="pcns", called="The PCNs"),
            _FROM,
        ),
    ),
    Ask(
        name="change-funding",
        command=post.ChangeFundingOfPost,
        title="Change who pays for the post",
        button="Save",
        done="It was changed who pays for the post.",
        about="link_worker",
        questions=(
            Question(
                field="funders",
                second="funder_percents",
                label="Who pays which share?",
                kind="shares",
                hint="One a line: the organisation's code and its percentage, for example QPM 60. Together they are 100.",
                missing="Enter who pays",
                called="Who pays",
            ),
            _FROM,
        ),
    ),
    Ask(
        name="change-limit",
        command=link_worker.ChangeCaseloadLimit,
        title="Change the caseload limit",
        button="Save",
        done="The limit was changed.",
        about="link_worker",
        questions=(
            Question(
                field="caseload_limit",
                label="The most they may carry, full time",
                kind="number",
                hint="In weight: an ordinary case weighs 1. It is reduced in proportion to hours.",
                missing="Enter the limit",
                called="The limit",
                least=1,
                most=500,
            ),
        ),
    ),
    Ask(
        name="change-weekly-limit",
        command=link_worker.ChangeWeeklyLimit,
        title="Change how many new people a week",
        button="Save",
        done="It was changed how many new people they may be given a week.",
        about="link_worker",
        questions=(
            Question(
                field="max_new_per_week",
                label="New people a week at most",
                kind="number",
                hint="Leave this empty for no limit.",
                called="The number",
                least=1,
                most=100,
            ),
        ),
    ),
    Ask(
        name="leave-post",
        command=link_worker.LeavePost,
        title="Record that they leave",
        button="Record",
        done="It was recorded that they leave.",
        about="link_worker",
        warning="This cannot be taken back. Nobody can leave who still has open cases.",
        questions=(Question(field="last_day", label="Their last day", kind="day", missing="Enter the last day"),),
    ),
)

_AWAY: Final = (
    Ask(
        name="start-absence",
        command=absence.StartAbsence,
        title="Record an absence",
        button="Record",
        done="The absence was recorded. Whoever covers sees their cases now.",
        about="link_worker",
        questions=(
            Question(
                field="kind",
                label="Why are they away?",
                kind="choice",
                choices=tuple(Choice(value=kind, text=sentence_case(kind)) for kind in sorted(link_worker.ABSENCES)),
                missing="Select why they are away",
                called="The reason",
            ),
            Question(field="started_on", label="Since which day?", kind="day", missing="Enter the first day"),
            Question(
                field="cover_worker_id",
                label="Who covers?",
                kind="pick",
                found="link_workers",
                hint="They see the cases until the absence ends, or another covers.",
                called="Who covers",
            ),
        ),
    ),
    Ask(
        name="change-cover",
        command=absence.ChangeCover,
        title="Change who covers",
        button="Save",
        done="It was changed who covers.",
        about="link_worker",
        questions=(
            Question(
                field="cover_worker_id",
                label="Who covers from now on?",
                kind="pick",
                found="link_workers",
                hint="Leave this empty where nobody does any more.",
                called="Who covers",
            ),
        ),
    ),
    Ask(
        name="end-absence",
        command=absence.EndAbsence,
        title="Record that they are back",
        button="Record",
        done="It was recorded that they are back.",
        about="link_worker",
        questions=(
            Question(
                field="ended_on",
                label="Since which day?",
                kind="day",
                missing="Enter the day they came back",
                called="The day",
            ),
        ),
    ),
)

_LEARNING: Final = (
    Ask(
        name="record-training",
        command=learning.RecordTraining,
        title="Record training",
        button="Record",
        done="The training was recorded.",
        about="link_worker",
        questions=(
            Question(
                field="course",
                label="Which training?",
                kind="pick",
                choices=choices(codes.COURSES),
                missing="Select the training",
                called="The training",
            ),
            day("completed_on", "When was it completed?"),
            Question(
                field="expires_on",
                label="Until when does it count?",
                kind="day",
                hint="Leave this empty where it counts for ever.",
                called="The last day",
            ),
        ),
    ),
    Ask(
        name="record-supervision",
        command=learning.RecordSupervision,
        title="Record supervision",
        button="Record",
        done="The supervision was recorded.",
        about="link_worker",
        questions=(
            Question(
                field="kind",
                label="What kind?",
                kind="choice",
                choices=choices(codes.SUPERVISIONS),
                missing="Select the kind",
                called="The kind",
            ),
            day("held_on", "When was it?"),
        ),
    ),
)

_CASE: Final = (
    Ask(
        name="weigh-case",
        command=allocation.WeighCase,
        title="Change how much this case weighs",
        button="Save",
        done="The weight of the case was changed.",
        about="referral",
        questions=(
            Question(
                field="weight",
                label="How much does it weigh?",
                kind="number",
                hint="1, as most cases do, to 5, as much as five others.",
                missing="Enter the weight",
                called="The weight",
                least=1,
                most=5,
            ),
            Question(
                field="basis", label="Why?", kind="choices", choices=choices(codes.WEIGHT_BASES), called="The reason"
            ),
        ),
    ),
)

ASKS: Final[tuple[Ask, ...]] = (*_POST, *_AWAY, *_LEARNING, *_CASE)
