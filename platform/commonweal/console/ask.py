"""Ask: what a form asks before a command is given, and how an answer is read.

A form is data: the command, what the page says, one question for each field somebody has to answer. The page is
`templates/ask.html`, the way there is `commonweal.runtime.pages.asks`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from commonweal.console.forms import Choice, Form, Mistake, Subject
from commonweal.console.page import Way
from commonweal.console.wording import LONDON, sentence_case
from commonweal.domain.message import field_types

Typed = Mapping[str, str]
"""What was sent, by the input's name. Of a question with several answers: its codes with commas between."""
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


@dataclass(frozen=True, slots=True)
class Answers:
    """`values`: what the command is given, by its fields, as GraphQL's variables have them; `mistakes`: why it cannot be yet."""

    values: Mapping[str, Any]
    mistakes: tuple[Mistake, ...]


def read(ask: Ask, typed: Typed, found: Found) -> Answers:
    """What was answered, as it was meant."""
    values: dict[str, Any] = {name: _brought(ask, name, typed.get(name, "")) for name in ask.taken}
    mistakes: list[Mistake] = []
    for question in ask.asked:
        if question.when is not None and typed.get(question.when[0]) != question.when[1]:
            continue
        try:
            value = _READ[question.kind](question, typed, found)
        except ValueError as wrong:
            mistakes.append(Mistake(field=question.anchor, sentence=str(wrong)))
            continue
        if value in (None, []) and question.missing:
            mistakes.append(Mistake(field=question.anchor, sentence=question.missing))
        elif question.second and value is not None:
            values[question.field] = [first for first, _ in value]
            values[question.second] = [second for _, second in value]
        elif question.after and value is not None:
            values[question.after] = f"{values[question.after]}:{value}"
        elif value is None and question.clears:
            values[question.field] = ""
        elif value is not None:
            values[question.field] = value
    return Answers(values, tuple(mistakes))


def _brought(ask: Ask, name: str, text: str) -> str | int | None:
    """What the address says, a number where the command wants one."""
    whole = field_types(ask.command).get(name) is int and re.fullmatch(r"[0-9]{1,9}", text)
    return int(text) if whole else text or None


def refused(ask: Ask, sentence: str) -> Mistake:
    """A refusal beside the question whose field it begins with, in that question's words; else about the whole form."""
    name, _, rest = sentence.partition(" ")
    for question in ask.asked:
        if name.rstrip(":") in (question.field, question.second or question.field):
            called = question.called or question.label.rstrip("?") or sentence_case(name.replace("_", " "))
            said = "must be one of those on the list" if rest.startswith("must be one of ") else rest
            for other in ask.asked:  # `ends_on is before starts_on`
                if other.called and "_" in other.field:  # else it is a word of the sentence
                    said = re.sub(rf"\b{other.field}\b", f"{other.called[:1].lower()}{other.called[1:]}", said)
            told = sentence_case(said) if name.endswith(":") else f"{called} {said}"
            return Mistake(field=question.anchor, sentence=told)
    of = name.removesuffix("_id")  # what came with the address, and nobody typed
    told = sentence if of == name else f"the {of.replace('_', ' ')} {rest}"
    return Mistake(field="", sentence=sentence_case(told))


def _words(question: Question, typed: Typed, _found: Found) -> str | None:
    return typed.get(question.field, "").strip() or None


def _lines(question: Question, typed: Typed, _found: Found) -> list[str]:
    return [line.strip() for line in typed.get(question.field, "").splitlines() if line.strip()]


def _shares(question: Question, typed: Typed, found: Found) -> list[tuple[str, int]] | None:
    lines = [re.fullmatch(r"(\S+)\s+([0-9]{1,3})\s*%?", line) for line in _lines(question, typed, found)]
    if not all(lines):
        raise ValueError("Write a code and its share on each line, for example QPM 60")
    return [(line[1], int(line[2])) for line in lines if line] or None


def _numbers(question: Question, typed: Typed, found: Found) -> list[tuple[str, int]] | None:
    offered = found.get(question.field, question.choices)
    read_ = [(choice.value, _whole(question, typed.get(f"{question.field}_{choice.value}", ""))) for choice in offered]
    return [(code, number) for code, number in read_ if number is not None] or None


def _schedule(question: Question, typed: Typed, _found: Found) -> list[tuple[str, int]] | None:
    return [_instalment(line) for line in _lines(question, typed, {})] or None


def _instalment(line: str) -> tuple[str, int]:
    read_ = re.fullmatch(r"([0-9]{1,2})[ /.-]([0-9]{1,2})[ /.-]([0-9]{4})[ :]+(\S+)", line)
    pence = None if read_ is None else _pence(read_[4])
    if read_ is None or pence is None:
        raise ValueError("Write a day and a sum on each line, for example 1 9 2026 2,500")
    try:
        return date(int(read_[3]), int(read_[2]), int(read_[1])).isoformat(), pence
    except ValueError:
        raise ValueError(f"{' '.join(read_.group(1, 2, 3))} is no real date") from None


def _ringfence(question: Question, typed: Typed, found: Found) -> list[tuple[str, int]] | None:
    kept = _several(question, typed, found)
    percent = _whole(question, typed.get(question.second, ""))
    if not kept and percent is None:
        return None
    if not kept or percent is None:
        raise ValueError("Select what it is for, and enter at least how many percent")
    return [("+".join(kept), percent)]


def _one(question: Question, typed: Typed, found: Found) -> str | None:
    given = typed.get(question.field, "").strip()
    if given and given not in {choice.value for choice in found.get(question.field, question.choices)}:
        raise ValueError("Select one of the answers on the list")
    return given or None


def _several(question: Question, typed: Typed, found: Found) -> list[str]:
    given = [part for part in typed.get(question.field, "").split(",") if part]
    if not {choice.value for choice in found.get(question.field, question.choices)}.issuperset(given):
        raise ValueError("Select answers that are on the list")
    return given


def _day(question: Question, typed: Typed, _found: Found) -> str | None:
    day = _date(question, typed)
    return None if day is None else day.isoformat()


def _moment(question: Question, typed: Typed, _found: Found) -> str | None:
    day, hour = _date(question, typed), typed.get(f"{question.field}_time", "").strip()
    if day is None and not hour:
        return None
    if day is None:
        raise ValueError("Enter the day")
    read_ = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", hour)
    if read_ is None:
        raise ValueError("Enter a time on the 24-hour clock, for example 14:30")
    return datetime.combine(day, time(int(read_[1]), int(read_[2])), LONDON).isoformat()


def _date(question: Question, typed: Typed) -> date | None:
    parts = [typed.get(f"{question.field}_{part}", "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts[0]) != 4:
        raise ValueError("Enter a real date, for example 21 11 2026")
    try:
        return date(*map(int, parts))
    except ValueError:
        raise ValueError("Enter a real date, for example 21 11 2026") from None


def _number(question: Question, typed: Typed, _found: Found) -> int | None:
    return _whole(question, typed.get(question.field, ""))


def _whole(question: Question, given: str) -> int | None:
    text = given.strip()
    if not text:
        return None
    least = question.least or 0
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise ValueError(f"Enter a whole number of {least} or more")
    number = int(text)
    if question.most is not None and number > question.most:
        raise ValueError(f"The number must be {question.most} or less")
    return number


def _yes_no(question: Question, typed: Typed, _found: Found) -> bool | None:
    return {"yes": True, "no": False}.get(typed.get(question.field, ""))


def _pounds(question: Question, typed: Typed, _found: Found) -> int | None:
    text = typed.get(question.field, "").strip()
    if not text:
        return None
    if (pence := _pence(text)) is None:
        raise ValueError("Enter an amount in pounds, for example 1,250 or 12.50")
    if pence < (question.least or 0):
        raise ValueError("Enter an amount of more than nothing")
    return pence


def _pence(text: str) -> int | None:
    """`£1,250.50` → 125050; None where it is no amount, as `12,50` is none: a comma stands before three digits."""
    bare = text.removeprefix("£")
    known = re.fullmatch(r"([0-9]{1,9}|[1-9][0-9]{0,2}(,[0-9]{3}){1,2})(\.[0-9]{1,2})?", bare)
    return int(Decimal(bare.replace(",", "")) * 100) if known else None


_READ: Final[Mapping[str, Callable[[Question, Typed, Found], Any]]] = {
    "text": _words,
    "words": _words,
    "lines": _lines,
    "document": _words,
    "documents": _lines,
    "shares": _shares,
    "numbers": _numbers,
    "schedule": _schedule,
    "ringfence": _ringfence,
    "choice": _one,
    "choices": _several,
    "pick": _one,
    "day": _day,
    "moment": _moment,
    "number": _number,
    "yes_no": _yes_no,
    "pounds": _pounds,
    "hidden": _words,
    "new_id": _words,
}
