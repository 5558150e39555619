"""The forms of what is left over of a grant."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import AMOUNT, day
from commonweal.domain.chest import grant_payments, underspend

_ABOUT: Final = "grant"

ASKS: Final = (
    Ask(
        name="report-underspend",
        command=grant_payments.ReportUnderspend,
        title="Record what is left over",
        button="Record it",
        done="What is left over was recorded.",
        about=_ABOUT,
        questions=(AMOUNT,),
    ),
    Ask(
        name="return-underspend",
        command=underspend.ReturnUnderspend,
        title="What was left over came back",
        button="Record it",
        done="The money that came back was recorded. It can go to another grant.",
        about=_ABOUT,
        taken=("fund_id",),
        questions=(
            AMOUNT,
            Question(field="return_id", label="The bank's reference", missing="Enter the bank's reference"),
            day("returned_on", "When?"),
        ),
    ),
    Ask(
        name="reallocate-underspend",
        command=underspend.ReallocateUnderspend,
        title="Give what came back to another grant",
        button="Give it",
        done="The money went to the other grant.",
        about=_ABOUT,
        taken=("fund_id",),
        questions=(
            Question(field="reallocation_id", kind="new_id"),
            Question(
                field="to_grant",
                label="To which grant?",
                kind="pick",
                found="chest_running",
                missing="Select the grant",
                called="The grant",
            ),
            AMOUNT,
            day("due_on", "When is it paid?"),
        ),
    ),
)
