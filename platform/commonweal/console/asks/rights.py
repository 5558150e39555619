"""Forms about a record itself: that it is erased, opened with a reason, and that somebody looks at why it was."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.people import break_glass, erasure, record_access

_ERASURE: Final = (
    Ask(
        name="request-erasure",
        command=erasure.RequestErasure,
        title="They ask for their record to be erased",
        button="Record the request",
        done="The request was recorded. What became of it stands on this page.",
        about="person",
        warning="While a referral is open the answer is a refusal; where the record must be kept, a refusal with the earliest "
        "date. Otherwise the information governance lead decides.",
    ),
    Ask(
        name="approve-erasure",
        command=erasure.ApproveErasure,
        title="Erase this record",
        button="Erase for ever",
        done="The record was erased.",
        about="person",
        warning="Nobody can undo this. What is left counts in figures and says nothing of who it was.",
    ),
)
BREAK_GLASS: Final = Ask(
    name="break-glass",
    command=break_glass.BreakGlass,
    title="Open a record that is not among those you see",
    button="Open the record",
    done="The record is open to you for four hours. Somebody will ask you about it.",
    about="person",
    warning="It is written down that you opened it, why, and when. Somebody else looks at it afterwards, and the person can ask who looked.",
    questions=(
        Question(field="access_id", kind="new_id"),
        why(codes.BREAK_GLASS_REASONS, "Why do you need it?", "Select why you need it"),
        Question(field="words", label="In a few words", kind="words", missing="Enter why in a few words", called="Why"),
        Question(
            field="fields",
            label="What do you need to see?",
            kind="choices",
            hint="Only this opens, with who they are and how to reach them, and only to be read. Where someone is in danger, "
            "consents, representatives and flags open too.",
            choices=choices(codes.RECORD_PARTS),
            missing="Select what you need to see",
            called="What you need to see",
        ),
    ),
)
_ACCESS: Final = (
    Ask(
        name="review-access",
        command=record_access.ReviewAccess,
        title="Review a record that was opened with a reason",
        button="Save",
        done="The review was recorded.",
        about="person",
        taken=("access_id",),
        questions=(
            Question(
                field="verdict",
                label="What do you find?",
                kind="choice",
                choices=choices(codes.ACCESS_VERDICTS),
                missing="Select what you find",
                called="What you find",
            ),
            Question(field="words", label="In a few words", kind="words"),
        ),
    ),
)
ASKS: Final[tuple[Ask, ...]] = (*_ERASURE, *_ACCESS, BREAK_GLASS)
