"""The forms of a grant's money: asked for, approved, paid."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import AMOUNT, day, why
from commonweal.domain import codes
from commonweal.domain.chest import grant_payments, payment

_ABOUT: Final = "grant"
_REPORT: Final = Question(
    field="report_id", label="Which report goes with it?", kind="pick", found="chest_reports", called="The report"
)
_REFERENCE: Final = "The bank's reference"

ASKS: Final = (
    Ask(
        name="request-drawdown",
        command=grant_payments.RequestDrawdown,
        title="Record what the organisation asks for",
        button="Record it",
        done="The drawdown was recorded.",
        about=_ABOUT,
        warning="For an organisation that asked you: it can do so itself by its link.",
        questions=(Question(field="drawdown_id", kind="new_id"), AMOUNT, _REPORT),
    ),
    Ask(
        name="approve-drawdown",
        command=grant_payments.ApproveDrawdown,
        title="Approve a drawdown",
        button="Approve it",
        done="The drawdown was approved. Somebody else pays it.",
        about=_ABOUT,
        taken=("drawdown_id",),
        warning="Who approves it cannot pay it.",
        questions=(
            Question(
                field="despite",
                label="What stands against it?",
                kind="choices",
                found="chest_despite",
                hint="Select what you have looked at and what need not hold it up.",
                called="What stands against it",
            ),
        ),
    ),
    Ask(
        name="query-drawdown",
        command=grant_payments.QueryDrawdown,
        title="Ask about a drawdown",
        button="Ask",
        done="The organisation reads by its link what you ask.",
        about=_ABOUT,
        taken=("drawdown_id",),
        questions=(why(codes.DRAWDOWN_REASONS),),
    ),
    Ask(
        name="refuse-drawdown",
        command=grant_payments.RefuseDrawdown,
        title="Refuse a drawdown",
        button="Refuse it",
        done="The drawdown was refused.",
        about=_ABOUT,
        taken=("drawdown_id",),
        questions=(why(codes.DRAWDOWN_REASONS),),
    ),
    Ask(
        name="make-payment",
        command=payment.MakePayment,
        title="Record the payment",
        button="Record it",
        done="The payment was recorded, and whose money it was.",
        about=_ABOUT,
        taken=("fund_id", "drawdown_id"),
        questions=(
            Question(field="payment_id", label=_REFERENCE, missing="Enter the bank's reference"),
            day("paid_on", "When was it paid?"),
        ),
    ),
    Ask(
        name="fail-payment",
        command=payment.FailPayment,
        title="The bank did not pay",
        button="Record it",
        done="It was recorded that the payment failed. The drawdown can be paid again.",
        about=_ABOUT,
        taken=("fund_id", "payment_id"),
        questions=(why(codes.PAYMENT_FAILURES), day("failed_on", "When?")),
    ),
    Ask(
        name="return-payment",
        command=payment.ReturnPayment,
        title="Money of a payment came back",
        button="Record it",
        done="The money that came back was recorded.",
        about=_ABOUT,
        taken=("fund_id", "payment_id"),
        questions=(
            AMOUNT,
            Question(field="return_id", label=_REFERENCE, missing="Enter the bank's reference"),
            day("returned_on", "When?"),
        ),
    ),
)
