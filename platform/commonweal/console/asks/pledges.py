"""The forms of a pledge, from the promise to money that goes back."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import AMOUNT, ORGANISATION, day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import fund_pledges

_ABOUT: Final = "fund"

ASKS: Final = (
    Ask(
        name="make-pledge",
        command=fund_pledges.MakePledge,
        title="Record a pledge",
        button="Record it",
        done="The pledge was recorded. It can be awarded once it is confirmed.",
        about=_ABOUT,
        questions=(
            Question(
                field="pledge_id",
                label="What will you call it?",
                hint="Small letters, digits and -, for example nhs-2026. It stands in statements and never changes.",
                missing="Enter a short name",
                called="The short name",
            ),
            Question(
                field="funder",
                label="Whose money is it?",
                hint=ORGANISATION,
                missing="Enter the funder's code",
                called="The funder",
            ),
            AMOUNT,
            Question(
                field="purposes",
                label="Is it for certain needs only?",
                kind="choices",
                choices=choices(codes.NEEDS),
                hint="Select none if it is not.",
                called="The needs",
            ),
            Question(
                field="areas",
                label="Is it for certain places only?",
                kind="choices",
                found="places",
                hint="Select none if it is not.",
                called="The places",
            ),
            Question(
                field="match_pence",
                label="How much must others give first?",
                kind="pounds",
                hint="It does not count until they have confirmed as much.",
                called="What others must give",
            ),
            Question(
                field="awards_until", label="Until when may it be awarded?", kind="day", called="The last day of awards"
            ),
        ),
    ),
    Ask(
        name="confirm-pledge",
        command=fund_pledges.ConfirmPledge,
        title="Confirm a pledge",
        button="Confirm it",
        done="The pledge was confirmed.",
        about=_ABOUT,
        taken=("pledge_id",),
        questions=(
            Question(
                field="evidence",
                label="Where do they say so?",
                hint="A reference without spaces, for example letter-2026-17.",
                called="The reference",
            ),
        ),
    ),
    Ask(
        name="reduce-pledge",
        command=fund_pledges.ReducePledge,
        title="Reduce a pledge",
        button="Reduce it",
        done="The pledge was reduced.",
        about=_ABOUT,
        taken=("pledge_id",),
        questions=(
            Question(
                field="amount_pence",
                label="How much is it from now on?",
                kind="pounds",
                missing="Enter the sum",
                called="The sum",
            ),
            why(codes.PLEDGE_CHANGES),
        ),
    ),
    Ask(
        name="withdraw-pledge",
        command=fund_pledges.WithdrawPledge,
        title="Withdraw a pledge",
        button="Withdraw it",
        done="The pledge was withdrawn.",
        about=_ABOUT,
        taken=("pledge_id",),
        questions=(why(codes.PLEDGE_CHANGES),),
    ),
    Ask(
        name="receive-funds",
        command=fund_pledges.ReceiveFunds,
        title="Record money that came in",
        button="Record it",
        done="The money was recorded.",
        about=_ABOUT,
        taken=("pledge_id",),
        questions=(
            AMOUNT,
            Question(
                field="receipt_id",
                label="The bank's reference",
                hint="By it the same money is not counted twice.",
                missing="Enter the bank's reference",
            ),
            day("received_on", "When did it come?"),
        ),
    ),
    Ask(
        name="return-funds",
        command=fund_pledges.ReturnFunds,
        title="Record money that went back to the funder",
        button="Record it",
        done="It was recorded that the money is not there any more.",
        about=_ABOUT,
        taken=("pledge_id",),
        questions=(
            AMOUNT,
            why(codes.FUNDS_RETURNS),
            Question(
                field="return_id",
                label="The bank's reference",
                hint="For what never came, what you call the correction, such as the receipt's own with an x behind.",
                missing="Enter the bank's reference",
            ),
            day("returned_on", "When did it go, or when is it put right?"),
        ),
    ),
)
