"""Forms of what one should know before one meets a person."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import STAYS, day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.people import risk

_SEVERITY: Final = Question(
    field="severity",
    label="How much does it matter?",
    kind="choice",
    choices=choices(codes.RISK_SEVERITIES),
    missing="Select how much it matters",
    called="How much it matters",
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="raise-flag",
        command=risk.RaiseRiskFlag,
        title="Raise a risk flag",
        button="Raise the flag",
        done="The flag stands on top of the record.",
        about="person",
        questions=(
            Question(field="flag_id", kind="new_id"),
            Question(
                field="kind",
                label="What should one know?",
                kind="choice",
                choices=choices(codes.RISKS),
                missing="Select what one should know",
                called="What one should know",
            ),
            _SEVERITY,
            Question(field="detail", label="In a few words", kind="words"),
            Question(
                field="restricted",
                label="Show it to their link worker and the team’s leads alone?",
                kind="yes_no",
                missing="Select who should see it",
                called="Who sees it",
            ),
            day("review_due", "When should somebody look again?"),
        ),
    ),
    Ask(
        name="review-flag",
        command=risk.ReviewRiskFlag,
        title="Look at a risk flag again",
        button="Save",
        done="The flag was looked at again.",
        about="person",
        taken=("flag_id",),
        questions=(
            _SEVERITY,
            Question(field="detail", label="In a few words", kind="words", hint=STAYS),
            day("review_due", "When should somebody look again?"),
        ),
    ),
    Ask(
        name="close-flag",
        command=risk.CloseRiskFlag,
        title="Close a risk flag",
        button="Close the flag",
        done="The flag was closed.",
        about="person",
        taken=("flag_id",),
        questions=(why(codes.RISK_CLOSURES),),
    ),
)
