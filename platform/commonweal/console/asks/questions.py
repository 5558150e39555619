"""Questions that many forms ask in the same words."""

from typing import Final

from commonweal.console.ask import Question
from commonweal.console.forms import choices
from commonweal.domain import codes

STAYS: Final = "Leave this empty where it stays as it is"
ORGANISATION: Final = "An ODS code such as QPM, or a register number such as GB-CHC-1054276."
ORGANISATIONS: Final = "Codes, one a line: ODS codes such as QPM, or register numbers such as GB-CHC-1054276."
SEEN_OR_SAID: Final = Question(field="words", label="What was seen or said", kind="words")
AMOUNT: Final = Question(
    field="amount_pence", label="How much?", kind="pounds", missing="Enter the sum", called="The sum"
)


def why(reasons: codes.Codes, label: str = "Why?", missing: str = "Select why") -> Question:
    """The reason, out of a list: it has to be given."""
    return Question(
        field="reason", label=label, kind="choice", choices=choices(reasons), missing=missing, called="The reason"
    )


def day(field: str, label: str, called: str = "The day") -> Question:
    """The day of something: it has to be given. `called`: where a form asks for two."""
    return Question(field=field, label=label, kind="day", missing="Enter the day", called=called)
