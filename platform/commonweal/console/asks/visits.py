"""Forms of somebody who goes out alone."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.domain.work import lone_visit, lone_visit_start

_HEARD_BY: Final = Question(
    field="expected_by",
    label="By when will you be heard of?",
    kind="moment",
    hint="If you are not heard of by then, your team is told.",
    missing="Enter by when you will be heard of",
    called="The time",
)
_WHO: Final = Question(
    field="worker_id",
    label="Who goes?",
    kind="pick",
    found="own_link_workers",
    missing="Select who goes",
    called="Who goes",
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="start-visit",
        command=lone_visit_start.StartLoneVisit,
        title="Go out to this contact",
        button="I am on my way",
        done="Your team knows that you are out.",
        about="contact",
        parent="contact_id",
        taken=("referral_id",),
        questions=(
            _WHO,
            Question(
                field="place", label="Where", hint="Leave this empty for the place that was booked.", called="The place"
            ),
            _HEARD_BY,
        ),
    ),
    Ask(
        name="go-out",
        command=lone_visit_start.StartLoneVisit,
        title="Go out alone",
        button="I am on my way",
        done="Your team knows that you are out.",
        about="link_worker",
        parent="worker_id",
        questions=(Question(field="place", label="Where", called="The place"), _HEARD_BY),
    ),
    Ask(
        name="i-am-safe",
        command=lone_visit.CheckInLoneWorker,
        title="I am safe, and stay on",
        button="I am safe",
        done="Your team knows that you are safe.",
        about="lone_visit",
        questions=(_HEARD_BY,),
    ),
    Ask(
        name="end-visit",
        command=lone_visit.EndLoneVisit,
        title="Back and safe",
        button="Back and safe",
        done="Your team knows that you are back.",
        about="lone_visit",
    ),
)
