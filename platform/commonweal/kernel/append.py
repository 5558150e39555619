"""An append: what one command wants written, and how those that wait together are put into one call and told apart again."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec

from commonweal.domain.message import TAKEN
from commonweal.kernel.arrays import blobs, booleans, integers, texts, times, uuids


class Conflict(Exception):  # noqa: N818 – an answer: read again and decide again
    """A stream moved on since it was read."""


class Repeated(Exception):  # noqa: N818 – an answer
    """This command was carried out before."""


class Claimed(Exception):  # noqa: N818 – an answer
    """A key belongs to another stream already."""

    def __init__(self, kind: str, holder: str) -> None:
        super().__init__(TAKEN.get(kind, f"this {kind.replace('_', ' ')} is already held by another record"))
        self.kind = kind
        self.holder = holder
        """The stream that holds it."""


IMPORT: Final = "import"
"""The channel by which another tool's past is brought in: nothing follows from it by itself, and nobody is told of it."""


class About(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who asked, when, through what, because of what. All of it may be missing for writers we do not know."""

    command_id: UUID | None = None
    occurred_at: datetime | None = None
    actor: str | None = None
    on_behalf_of: str | None = None
    channel: str | None = None
    correlation_id: UUID | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None


NOTHING_KNOWN: Final = About()


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """An event as it will be stored."""

    stream_id: str
    version: int
    type: str
    data: bytes


class NewClaim(msgspec.Struct, frozen=True, gc=False):
    """A key to take for a stream, or to give back; `hash` is keyed, see `Log.hash`."""

    kind: str
    hash: bytes
    stream_id: str
    release: bool = False


@dataclass(slots=True)
class Append:
    """What one command wants written, or some that belong together: all of it or nothing."""

    seen: Sequence[tuple[str, int]]
    events: Sequence[NewEvent]
    claims: Sequence[NewClaim] = ()
    about: About = NOTHING_KNOWN
    abouts: Sequence[About] = ()
    """Where it is of several commands, which stand or fall together: what is known of each event."""
    done: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Answers with the position before the command's first event."""

    @property
    def commands(self) -> Sequence[UUID | None]:
        """The ids of its commands."""
        return tuple({each.command_id: None for each in self.abouts}) if self.abouts else (self.about.command_id,)

    def refuse(self, why: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(why)


def arguments(batch: list[Append], seen: dict[str, int], *, careful: bool) -> list[object]:
    """The arrays of one call, in the order of the function's parameters."""
    events = [_written(event) for append in batch for event in append.events]
    known = [about for append in batch for about in _all_told(append)]
    claims = [_wanted(claim) for append in batch for claim in append.claims]
    streams, versions, types, data = zip(*events, strict=True) if events else ((), (), (), ())
    kinds, hashes, holders, releases = zip(*claims, strict=True) if claims else ((), (), (), ())
    return [
        texts(list(seen)) if seen else None,
        integers(list(seen.values())) if seen else None,
        texts(streams),
        integers(versions),
        texts(types),
        blobs(data),
        *map(_known, zip(*known, strict=True), _ABOUT_ARRAYS),
        *([None] * 8 if not known else ()),
        _known([command for append in batch for command in append.commands], uuids),
        texts(kinds) if claims else None,
        blobs(hashes) if claims else None,
        texts(holders) if claims else None,
        booleans(releases) if any(releases) else None,
        careful,
    ]


_written: Final = attrgetter("stream_id", "version", "type", "data")
_told: Final = attrgetter(
    "command_id", "occurred_at", "actor", "on_behalf_of", "channel", "correlation_id", "causation_id", "traceparent"
)


def _all_told(append: Append) -> Iterable[tuple[Any, ...]]:
    return map(_told, append.abouts) if append.abouts else (_told(append.about),) * len(append.events)


_wanted: Final = attrgetter("kind", "hash", "stream_id", "release")
_ABOUT_ARRAYS: Final[tuple[Callable[[Any], object], ...]] = (
    uuids, times, texts, texts, texts, uuids, uuids, texts,
)  # fmt: skip


def _known(values: Sequence[Any], array: Callable[[Any], object]) -> object:
    return None if values.count(None) == len(values) else array(values)


def without_the_refused(batch: list[Append], rows: list[tuple[Any, ...]], streams: list[str]) -> list[Append]:
    """Answer the commands at fault, and those that built on them; the rest go again."""
    stale = {streams[ordinal - 1] for outcome, ordinal, _, _ in rows if outcome == "conflict"}
    repeated = {ordinal for outcome, ordinal, _, _ in rows if outcome == "repeated"}
    taken = {ordinal: holder for outcome, ordinal, _, holder in rows if outcome == "claimed"}
    claims = commands = 0
    rest: list[Append] = []
    for append in batch:
        held = [(claim.kind, taken[n]) for n, claim in enumerate(append.claims, claims + 1) if n in taken]
        claims += len(append.claims)
        told = range(commands + 1, commands + 1 + len(append.commands))
        commands += len(told)
        if not repeated.isdisjoint(told):
            append.refuse(Repeated("this command was carried out before"))
        elif held:
            append.refuse(Claimed(*held[0]))
        elif any(stream in stale for stream, _ in append.seen):
            append.refuse(Conflict("the stream moved on while this was being decided"))
        else:
            rest.append(append)
            continue
        stale.update(event.stream_id for event in append.events)
    return rest


def to_vouch_for(batch: list[Append], *, careful: bool) -> dict[str, int]:
    """Each stream the database must vouch for, and the version the first command to read it saw.

    A new stream needs none: its version 1 is unique.
    """
    ahead: set[str] = set()
    found: dict[str, int] = {}
    for append in batch:
        found.update((stream, version) for stream, version in append.seen if stream not in ahead)
        ahead.update(event.stream_id for event in append.events)
    return found if careful else {stream: seen for stream, seen in found.items() if seen or stream not in ahead}
