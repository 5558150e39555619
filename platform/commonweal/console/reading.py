"""Reading: what was typed on the form of a command, as its questions mean it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from commonweal.console.answers import read_day, read_number
from commonweal.console.ask import Ask, Found, Question
from commonweal.console.forms import Mistake
from commonweal.console.wording import LONDON, sentence_case
from commonweal.domain.message import field_types

Typed = Mapping[str, str]
"""What was sent, by the input's name. Of a question with several answers: its codes with commas between."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`values`: what the command is given, by its fields, as GraphQL's variables have them; `mistakes`: why it cannot be yet."""

    values: Mapping[str, Any]
    mistakes: tuple[Mistake, ...]


def read(ask: Ask, typed: Typed, found: Found) -> Answers:
    """What was answered, as it was meant."""
    values: dict[str, Any] = {name: _brought(ask, name, typed) for name in ask.taken}
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


def _brought(ask: Ask, name: str, typed: Typed) -> str | int | None:
    """What the address says, a number where the command wants one."""
    number = read_number(typed, name) if field_types(ask.command).get(name) is int else None
    return typed.get(name) or None if number is None else number


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
    day = read_day({"day": read_[1], "month": read_[2], "year": read_[3]})
    if day is None:
        raise ValueError(f"{' '.join(read_.group(1, 2, 3))} is no real date")
    return day.isoformat(), pence


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
