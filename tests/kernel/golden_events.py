"""Every event as it was first stored, kept for ever: `python -m tests.kernel.golden_events` adds those that are missing.

A file holds the name, the data in base64 (sealed with a key of the tests) and the fields as they were understood then. No file
is ever written over: what is in a log stays as it is, so what reads it must still read it.
"""

import base64
import json
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin

from commonweal.domain.message import EVENTS, field_types, is_personal, personal_type
from commonweal.kernel import codec
from commonweal.kernel.vault import DataKey

FOLDER: Final = Path(__file__).parent / "golden"
BOUND_TO: Final = codec.about("QPM", "golden-1", 1, "golden")
KEY_NAME: Final = "person-golden"


class Keys:
    """The tests' own key, the same for ever."""

    def get(self, name: str) -> DataKey | None:
        return DataKey(bytes(range(32))) if name == KEY_NAME else None


KEYS: Final = Keys()


def golden(event: type) -> Any:
    """One instance of an event, the same each time, every field given."""
    return event(**{name: _value(name, hint) for name, hint in field_types(event).items()})


def _value(name: str, hint: Any) -> Any:
    if is_personal(hint):
        return _plain_value(f"Canary {name}", personal_type(hint))
    return _plain_value(f"code of {name}", hint)


def _plain_value(words: str, hint: Any) -> Any:
    if get_origin(hint) is tuple:
        return (_plain_value(words, get_args(hint)[0]),)
    kind = next((kind for kind in get_args(hint) if kind is not NoneType), hint)
    if get_origin(kind) is tuple:
        return _plain_value(words, kind)
    if is_dataclass(kind):
        return golden(kind)  # type: ignore[arg-type]
    plain = {
        str: words,
        int: 3,
        bool: True,
        date: date(2026, 1, 5),
        datetime: datetime(2026, 1, 5, 9, 30, 15, 250_000, tzinfo=UTC),
    }
    return plain[kind]


def shown(event: Any) -> dict[str, Any]:
    """An event's fields as JSON has them."""
    found: dict[str, Any] = json.loads(
        json.dumps({each.name: getattr(event, each.name) for each in fields(event)}, default=_plain)
    )
    return found


def _plain(value: Any) -> Any:
    return shown(value) if is_dataclass(value) else value.isoformat()


def stored(name: str) -> dict[str, Any] | None:
    """What was kept of an event when it was first stored."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def add_missing() -> list[str]:
    """A file for each event that has none; the names of those added."""
    FOLDER.mkdir(exist_ok=True)
    added = [name for name in sorted(EVENTS) if stored(name) is None]
    for name in added:
        event = golden(EVENTS[name])
        data = codec.encode(event, BOUND_TO, KEY_NAME, KEYS.get(KEY_NAME))
        kept = {"name": name, "data": base64.b64encode(data).decode(), "fields": shown(event)}
        text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
        (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")
    return added


if __name__ == "__main__":
    print("\n".join(add_missing()) or "every event has its file")
