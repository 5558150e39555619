"""Everything sealed opens with its key, unless the key was destroyed for good."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec

from commonweal.domain.deciders import EVENTS
from commonweal.domain.message import ERASED, field_types, is_personal
from commonweal.domain.people.person import PersonErased
from commonweal.kernel import codec
from commonweal.kernel.codec import Unreadable
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Fact, Streams
from commonweal.kernel.trace import where
from commonweal.kernel.vault import Lost, Tampered
from commonweal.runtime.verify.finding import Finding


class Opened:
    """Told of each stored event with what it says; remembers whose keys they name and who was erased."""

    def __init__(self) -> None:
        self.finding = Finding("sealed")
        self.keys: dict[str, int] = {}
        """Every key the log names, and the position that names it first."""
        self.erased: dict[str, int] = {}
        """Stream of each erased person → position of the erasure."""

    def take(self, recorded: Recorded, understood: "Fact | str") -> None:
        """A stored event and the fact it is, or why it is none."""
        self.finding.looked_at["events"] += 1
        if isinstance(understood, str):
            self.finding.differs(
                f"position {recorded.position}, {recorded.type}, version {recorded.version} of {recorded.stream_id}: {understood}"
            )
            return
        if isinstance(understood.event, PersonErased):
            self.erased[recorded.stream_id] = recorded.position
        if (name := codec.key_name(recorded.data)) is not None:
            self.keys.setdefault(name, recorded.position)
            gone = any(value is ERASED for _, value in personal(understood.event))
            self.finding.looked_at["erased" if gone else "sealed"] += 1


async def understood(streams: Streams, batch: Sequence[Recorded]) -> "list[Fact | str]":
    """Each stored event as the fact it is, or a sentence saying why it cannot be read."""
    try:
        return list(await streams.understand(batch))
    except Exception:  # noqa: BLE001 – whatever it is, it is at one event or a few: found below, one by one
        return [await _alone(streams, each) for each in batch]


async def _alone(streams: Streams, recorded: Recorded) -> "Fact | str":
    try:
        return (await streams.understand([recorded]))[0]
    except Lost:
        return f"its key {codec.key_name(recorded.data)} is neither in the vault nor among those destroyed"
    except Tampered as why:
        return "its sealed field does not open" if "wrapped" not in str(why) else "its key does not open"
    except Unreadable as why:
        cause = why.__cause__
        return "it does not have the shape of its kind" if isinstance(cause, msgspec.MsgspecError) else str(why)
    except Exception as why:  # noqa: BLE001 – anything may stand in a row that was tampered with
        return f"it cannot be read ({where(why)})"


def personal(event: Any) -> Iterable[tuple[str, object]]:
    """The personal fields of an event with their values."""
    return [(name, getattr(event, name)) for name in _personal_fields(type(event).__name__)]


@cache
def _personal_fields(name: str) -> tuple[str, ...]:
    return tuple(field for field, hint in field_types(EVENTS[name]).items() if is_personal(hint))
