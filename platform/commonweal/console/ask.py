"""Ask: what a form asks before a command is given.

A form is data: the command, what the page says, one question for each field somebody has to answer. The page is
`templates/ask.html`, the way there is `commonweal.runtime.pages.asks`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from commonweal.console.forms import Choice, Form, Subject
from commonweal.console.page import Way

Found = Mapping[str, tuple[Choice, ...]]
"""Choices that had to be looked up, by the field they are for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of a command.

    kind: text (a line), words (as many lines as needed), lines (a list, one a line), document (its hash), documents (their hashes, one a line), shares (codes with
    a percentage each, one a line), numbers (a number for each choice, as many as are given), schedule (a day and a sum, one a line), ringfence (checkboxes that
    go together, and a percentage), choice (radios), choices (checkboxes), pick (a list to select from; it is not asked where it may be left empty and there is nothing to select), day, moment
    (a day and a time in London), number, yes_no, pounds (sent as whole pence), hidden (its value comes with the address), new_id
    (made by us: the id of a part that is new).

    `missing`: what to say where it was not answered; empty where it need not be. `called`: what a refusal calls it, where the label is
    a question (`The day`). `when`: shown and read only where another question, a `choice` or `yes_no`, has that answer.
    `found`: the choices are looked up by this name (`commonweal.runtime.pages.finding`). `least` and `most` are of a number; of pounds,
    `least` 1 is that they are something.
    `clears`: what is left empty is taken away from the record. `second`: of shares, numbers, a schedule and a ring-fence, the field
    that gets the other half of each.
    `after`: the field of a `choice` whose answer this one goes on, with a colon between: `pcn`, then `pcn:U96568`.
    """

    field: str
    label: str = ""
    kind: str = "text"
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    found: str = ""
    missing: str = ""
    called: str = ""
    when: tuple[str, str] | None = None
    least: int | None = None
    most: int | None = None
    clears: bool = False
    second: str = ""
    after: str = ""

    @property
    def anchor(self) -> str:
        """The id of the input that a mistake leads to."""
        return f"{self.field}_day" if self.kind in ("day", "moment") else self.field


AHEAD: Final = frozenset(
    {
        "by_when", "due_on", "ends_on", "expected_by", "expires_on", "follow_up_due", "last_day", "next_due", "next_review_on",
        "review_due", "starts_at", "starts_on", "target_date", "until", "valid_until",
    }
)  # fmt: skip
"""Fields of a day or a moment that is still to come when it is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The form of one command, at `/do/<name>/<id>`; `/do/<name>/new` where it makes a record that belongs to no other.

    `about`: the category of the record with that id. `parent`: the field that gets the id, for a command that makes a record of its own;
    otherwise the command is given to the record itself, or to what is kept of the same person under the same id. `taken`: fields whose value the address brings (`?goal_id=…`);
    `suggested`: fields it may fill in, to be looked at and changed.
    `code`: asks for the id of a record that has the one its maker gives it; `clash`: what to say where there is one of it. `anew`:
    the record need not be there before. `done`: the sentence afterwards; it stands where the form was come to from, or on the page
    `leads` of the record that was made, with `{}` for its id. `warning`: what to know
    before one goes on.
    """

    name: str
    command: type
    title: str
    button: str
    done: str
    about: str
    leads: str = ""
    parent: str = ""
    taken: tuple[str, ...] = ()
    suggested: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    warning: str = ""
    code: Question | None = None
    anew: bool = False
    clash: str = "There is one of this code already: choose another"

    @property
    def hashes(self) -> bool:
        """Files are chosen on it, whose hashes are sent."""
        return any(question.kind in ("document", "documents") for question in self.questions)

    @property
    def asked(self) -> tuple[Question, ...]:
        """Everything that is asked, in the order of the page."""
        return self.questions if self.code is None else (self.code, *self.questions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One of two records side by side. `heading`: what becomes of it; `facts`: (label, value), the same labels in both."""

    heading: str
    name: str
    href: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskForm(Form):
    """An ask as a page shows it. `found`: the choices that were looked up; `acted_on`: which goal, task or service it is, in words;
    `facts`: what to read before one answers, (label, value); `two`: the records it is about, and `instead` another form for them."""

    ask: Ask
    found: Found
    acted_on: str = ""
    today: date | None = None
    facts: tuple[tuple[str, str], ...] = ()
    two: tuple[Beside, ...] = ()
    instead: Way | None = None
    subject: Subject | None  # type: ignore[assignment]  # a record that is not about one person has none
    yes_no: tuple[Choice, ...] = (Choice(value="yes", text="Yes"), Choice(value="no", text="No"))

    def choices(self, question: Question) -> tuple[Choice, ...]:
        return self.found.get(question.field, question.choices)

    def chosen(self, question: Question) -> tuple[str, ...]:
        """The codes that were ticked."""
        return tuple(part for part in self.value(question.field).split(",") if part)

    def example(self, question: Question) -> str:
        """A date as it is typed, one that is still to come where such a day is asked for."""
        if self.today is None or question.field not in AHEAD:
            return "For example, 21 11 2026"
        return f"For example, 31 3 {self.today.year + 1}"

    @property
    def branches(self) -> Mapping[tuple[str, str], tuple[Question, ...]]:
        """(field, answer) → the questions that follow from it."""
        found: dict[tuple[str, str], tuple[Question, ...]] = {}
        for question in self.ask.questions:
            if question.when is not None:
                found[question.when] = (*found.get(question.when, ()), question)
        return found
