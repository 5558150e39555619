"""Read the tables of an ICS file field by field, keeping every problem as a sentence that names the field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from commonweal.domain.message import Refused

T = TypeVar("T")
Check = Callable[[Any, str], object]
"""Takes a value of the right type and the field's name; raises Refused with a sentence that names the field."""

_WORDS: Final = {str: "text in quotes", int: "a whole number", date: "a date such as 2024-04-01"}


@dataclass(frozen=True, kw_only=True)
class Fields:
    """Reads dataclasses from tables. A field that is a dataclass, or a tuple of them, is a table or an array of tables.

    Where a value cannot be used an empty one stands for it, so that the search for problems can go on.
    """

    checks: Mapping[type, Mapping[str, Check]]
    """What is asked of a field beyond its type; of each member, where it is a tuple."""
    keys: Mapping[type, Mapping[str, str]]
    """What a field is called in the file, where that is not its own name."""
    problems: list[str] = field(default_factory=list)

    def read(self, kind: type[T], table: Mapping[str, Any], where: str = "") -> T:
        """A `kind` from a table. `where` names the table in a problem: `[[pcn]] 3`, or "" for the top."""
        hints = get_type_hints(kind)
        keys = self.keys.get(kind, {})
        known = {keys.get(each.name, each.name): each for each in fields(cast("Any", kind))}
        for key in table:
            if key not in known:
                self._problem(where, f"there is no field {key}; the fields here are {', '.join(known)}")
        found: dict[str, Any] = {}
        for key, each in known.items():
            hint = _without_none(hints[each.name])
            if key in table:
                check = self.checks.get(kind, {}).get(each.name)
                found[each.name] = self._value(hint, check, table[key], where, key)
            elif each.default is MISSING and each.default_factory is MISSING:
                self._problem(where, f"{key} is missing")
                found[each.name] = _empty(hint)
        return kind(**found)

    def _value(self, hint: Any, check: Check | None, value: Any, where: str, key: str) -> Any:
        if is_dataclass(hint):
            if isinstance(value, dict):
                return self.read(cast("type[Any]", hint), value, f"[{key}]")
            self._problem(where, f"{key} must be a table, not {_shown(value)}")
            return _empty(hint)
        if get_origin(hint) is tuple:
            return self._list(get_args(hint)[0], check, value, where, key)
        if not isinstance(value, hint) or isinstance(value, bool | datetime):
            self._problem(where, f"{key} must be {_WORDS[hint]}, not {_shown(value)}")
            return _empty(hint)
        if check:
            try:
                check(value, key)
            except Refused as refused:
                self._problem(where, f"{refused}, not {_shown(value)}")
        return value

    def _list(self, hint: Any, check: Check | None, values: Any, where: str, key: str) -> tuple[Any, ...]:
        if not isinstance(values, list):
            self._problem(where, f"{key} must be a list, not {_shown(values)}")
            return ()
        if not is_dataclass(hint):
            return tuple(self._value(hint, check, value, where, key) for value in values)
        name = f"{where}, {key}" if where else f"[[{key}]]"
        found = []
        for number, value in enumerate(values, start=1):
            if isinstance(value, dict):
                found.append(self.read(cast("type[Any]", hint), value, f"{name} {number}"))
            else:
                self._problem(f"{name} {number}", f"this must be a table, not {_shown(value)}")
        return tuple(found)

    def _problem(self, where: str, sentence: str) -> None:
        self.problems.append(f"{where}: {sentence}" if where else sentence)


def _empty(hint: Any) -> Any:
    """What stands for a value that is missing or of the wrong type: "", 0, the first of all days, no list, a table of such."""
    if is_dataclass(hint):
        return Fields(checks={}, keys={}).read(cast("type[Any]", hint), {})
    if get_origin(hint) is tuple:
        return ()
    return date.min if hint is date else hint()


def _without_none(hint: Any) -> Any:
    if get_origin(hint) is UnionType:
        return next(arg for arg in get_args(hint) if arg is not NoneType)
    return hint


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f'"{re.sub("//.*@", "//…@", value)}"'  # what stands there in an address is a password
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return str(value).lower() if isinstance(value, bool) else str(value)
