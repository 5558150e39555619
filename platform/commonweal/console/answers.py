"""What a link worker typed on a form, read as they meant it."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from commonweal.console.forms import Mistake
from commonweal.console.wording import LONDON, in_london, sentence_case

Typed = Mapping[str, str]


def triage_mistakes(typed: Typed) -> tuple[Mistake, ...]:
    """What is missing from a triage decision; empty when it can be sent on."""
    asked = {
        "accept": {},
        "reject": {
            "reject_reason": "Select why the referral is rejected",
            "feedback": "Enter what the referrer should know",
        },
        "redirect": {
            "redirect_to": "Select which organisation the person is redirected to",
            "redirect_reason": "Select why the person is redirected",
        },
        "decline": {},
    }.get(typed.get("decision", ""))
    if asked is None:
        return (Mistake(field="decision", sentence="Select what you decided"),)
    return _missing(typed, asked)


def allocation_mistakes(typed: Typed) -> tuple[Mistake, ...]:
    """What is missing from an allocation; empty when it can be sent on."""
    return _missing(typed, {"link_worker": "Select a link worker", "reason": "Select why you chose them"})


def first_contact_mistakes(typed: Typed, now: datetime) -> tuple[Mistake, ...]:
    """What is missing from a first contact, or cannot be; empty when `contact_time` has an answer."""
    found = list(_missing(typed, {"medium": "Select how you were in touch"}))
    day, hour = read_day(typed), read_time(typed)
    if day is None:
        found.append(Mistake(field="day", sentence="Enter a real date, for example 21 11 2026"))
    if hour is None:
        found.append(Mistake(field="time", sentence="Enter a time on the 24-hour clock, for example 14:30"))
    if day is not None and day > in_london(now).date():
        found.append(Mistake(field="day", sentence="The date must be today or in the past"))
    elif day is not None and hour is not None and datetime.combine(day, hour, LONDON) > now:
        found.append(Mistake(field="time", sentence="The time must be in the past"))
    return tuple(found)


def contact_time(typed: Typed) -> datetime:
    """When the first contact was, in London. Raises ValueError where `first_contact_mistakes` finds something."""
    day, hour = read_day(typed), read_time(typed)
    if day is None or hour is None:
        raise ValueError("there is no such date or time")
    return datetime.combine(day, hour, LONDON)


_ASKED: Final[Mapping[str, tuple[str, str]]] = {
    "held_at": ("day", "The date and time"),
    "medium": ("medium", "How you were in touch"),
    "note": ("note", "The note"),
    "feedback": ("feedback", "What the referrer should know"),
    "override_reason:": ("override_reason", "Why they are taken on"),
    "to_organisation": ("redirect_to", "The organisation"),
    "worker_id": ("link_worker", "The link worker"),
}
"""A field of a command → the question it is the answer to."""
_REASONS: Final = {"reject": "reject_reason", "redirect": "redirect_reason", "decline": "decline_reason"}


def refused(sentence: str, typed: Typed) -> Mistake:
    """A refusal as a mistake: beside its question and in the question's words where it begins with a field's name."""
    name, _, rest = sentence.partition(" ")
    if name == "reason":
        field, label = _REASONS.get(typed.get("decision", ""), "reason"), "The reason"
    elif name in _ASKED:
        field, label = _ASKED[name]
    else:
        return Mistake(field="", sentence=sentence_case(sentence))
    if name.endswith(":"):
        return Mistake(field=field, sentence=sentence_case(rest))
    if rest.startswith("must be one of "):
        rest = "must be one of those on the list"
    if name == "held_at" and rest.startswith("lies "):
        rest = f"lie {rest[5:]}"
    return Mistake(field=field, sentence=f"{label} {rest}")


def _missing(typed: Typed, asked: Mapping[str, str]) -> tuple[Mistake, ...]:
    return tuple(Mistake(field=f, sentence=s) for f, s in asked.items() if not typed.get(f, "").strip())


def read_day(typed: Typed) -> date | None:
    """The day typed into `day`, `month` and `year`; None where there is no such day."""
    parts = [typed.get(name, "").strip() for name in ("year", "month", "day")]
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in parts) or len(parts[0]) != 4:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def read_time(typed: Typed) -> time | None:
    """The time typed into `time`; None where there is no such time."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])", typed.get("time", "").strip())
    return time(int(found[1]), int(found[2])) if found else None


def read_number(typed: Typed, name: str) -> int | None:
    """The whole number under that name, of nine digits at most; None where there is none."""
    text = typed.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
