"""What must not be found in clear: the ways in which something personal may be written.

Dates of birth and of death are not sought: days stand everywhere. Neither are texts too short to tell from a code, such as a
title or `mornings`. What is written in the same words in an ICS's own configuration, as a link worker's name at work, or
among our codes is let pass: a person may share a name with something innocent. Long texts are sought by their first words.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final
from urllib.parse import quote, quote_plus

from commonweal.domain import codes, deciders, message

FIRST_WORDS: Final = 40
"""Characters of a long text that are sought."""
_TEXT_AT_LEAST: Final = 12
_AT_LEAST: Final[Mapping[str, int]] = {"name": 6, "mrn": 6, "address": 8, "email": 6, "phone": 7, "postcode": 5}
"""By the last word of the field's name."""
_DIGITS: Final = re.compile(r"[0-9]{10}")


@dataclass(frozen=True, slots=True)
class Sought:
    """A personal value without the value: the field it stands in, and where that was first said."""

    field: str
    source: str
    """`position 12`, or the message of an inbox."""


def forms(field: str, value: object) -> Iterable[str]:
    """The ways to write one field's value, in lower case; none where it cannot be told from something innocent."""
    if not isinstance(value, str):
        return ()
    text = value.strip().lower()
    last = re.split(r"[._]", field)[-1]
    if _DIGITS.fullmatch(text):
        return (text, f"{text[:3]} {text[3:6]} {text[6:]}", f"{text[:3]}-{text[3:6]}-{text[6:]}")
    if len(text) < _AT_LEAST.get(last, _TEXT_AT_LEAST):
        return ()
    found = {text[:FIRST_WORDS]}
    if last == "postcode":
        found.add(text.replace(" ", ""))
    elif last == "phone":
        found |= _phones(text)
    elif last == "name" and " " in text:
        given, _, family = text.rpartition(" ")
        found |= {f"{family}^{given.replace(' ', '^')}", f"{family}, {given}"}
    return found | {written for form in found for written in _escaped(form)}


def _phones(text: str) -> set[str]:
    digits = re.sub(r"[^0-9]", "", text)
    if len(digits) < 10:
        return set()
    return {digits, f"44{digits[1:]}"} if digits.startswith("0") else {digits}


def _escaped(form: str) -> Iterable[str]:
    """As it stands in JSON, and in an address."""
    yield json.dumps(form)[1:-1].lower()
    yield json.dumps(form, ensure_ascii=False)[1:-1].lower()
    yield quote(form, safe="").lower()
    yield quote_plus(form).lower()


def vocabulary() -> Iterable[str]:
    """The words of our own: codes, what they mean, the names of events, commands and their fields."""
    for module in (codes, *deciders.MODULES, *deciders.JOINT):
        yield from _words(module)
    for kind in (*deciders.EVENTS.values(), *deciders.COMMANDS.values()):
        yield kind.__name__
        yield from message.field_types(kind)


def _words(module: ModuleType) -> Iterable[str]:
    for value in vars(module).values():
        if isinstance(value, Mapping | frozenset | set | tuple | list):
            yield from texts(value)


def texts(value: Any) -> Iterable[str]:
    """Every text in a value made of texts, lists and mappings."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, held in value.items():
            yield from texts(key)
            yield from texts(held)
    elif isinstance(value, frozenset | set | tuple | list):
        for held in value:
            yield from texts(held)
