"""The log: what happened in one ICS, in order, written by many commands at once and never changed."""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import UniqueViolation

from commonweal.kernel.arrays import blobs, booleans, integers, texts, times, uuids

Connection: TypeAlias = AsyncConnection[tuple[Any, ...]]
Connect: TypeAlias = Callable[[], Awaitable[Connection]]
Borrow: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
Call: TypeAlias = Callable[[list[object]], Awaitable[list[tuple[Any, ...]]]]

FLUSH_AT_MOST: Final = 512
"""Commands in one call: beyond this the call costs more than the commit it shares."""
SPLIT: Final = 32
"""From so many waiting commands on they go in two calls, so that we work on one half while PostgreSQL works on the other."""

_APPEND: Final = """
select outcome, ordinal, number, holder from append(
    %s::text[], %s::int[],
    %s::text[], %s::int[], %s::text[], %s::bytea[],
    %s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[],
    %s::uuid[],
    %s::text[], %s::bytea[], %s::text[], %s::boolean[], %s::boolean)
"""
_COLUMNS: Final = """
position, stream_id, version, type, data, event_id, recorded_at, command_id, occurred_at, actor, on_behalf_of,
channel, correlation_id, causation_id, traceparent
"""
_STREAM: Final = f"select {_COLUMNS} from events where stream_id = %s and version > %s order by version"  # noqa: S608
_AFTER: Final = f"select {_COLUMNS} from events where position > %s order by position limit %s"  # noqa: S608
_HEAD: Final = "select position from head"
_HOLDER: Final = "select stream_id from claims where kind = %s and hash = %s"
_RECEIPT: Final = """
select max(position), coalesce(max(version) filter (where stream_id = %s), 0) from events where command_id = %s
"""


class Conflict(Exception):  # noqa: N818 – an answer: read again and decide again
    """A stream moved on since it was read."""


class Repeated(Exception):  # noqa: N818 – an answer
    """This command was carried out before."""


class Claimed(Exception):  # noqa: N818 – an answer
    """A key belongs to another stream already."""

    def __init__(self, kind: str, holder: str) -> None:
        super().__init__(f"this {kind.replace('_', ' ')} is already held by another record")
        self.kind = kind
        self.holder = holder
        """The stream that holds it."""


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


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as stored: its data is still sealed."""

    position: int
    stream_id: str
    version: int
    type: str
    data: bytes
    event_id: UUID
    recorded_at: datetime
    command_id: UUID | None
    occurred_at: datetime | None
    actor: str | None
    on_behalf_of: str | None
    channel: str | None
    correlation_id: UUID | None
    causation_id: UUID | None
    traceparent: str | None


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
    """What one command wants written: all of it or nothing."""

    seen: Sequence[tuple[str, int]]
    events: Sequence[NewEvent]
    claims: Sequence[NewClaim] = ()
    about: About = NOTHING_KNOWN
    done: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    """Answers with the position before the command's first event."""

    def refuse(self, why: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(why)


class Log:
    """One tenant's log in this process. All commands waiting go to PostgreSQL together.

    `connect` opens a connection of its own for the writer, `borrow` lends one of the tenant's pool for a read; both log in
    as the tenant. `claim_key` keys the hashes of claims. `woken` is told each new head after its commit.
    """

    def __init__(
        self, connect: Connect, borrow: Borrow, claim_key: bytes, woken: Callable[[int], None] = lambda _: None
    ) -> None:
        self._connect = connect
        self._borrow = borrow
        self._claim_key = claim_key
        self._woken = woken
        self._waiting: deque[Append] = deque()
        self._writer: Connection | None = None
        self._flushing: asyncio.Task[None] | None = None
        self._beside: asyncio.Task[None] | None = None
        self._sent: list[list[Append]] = []

    def hash(self, kind: str, value: str) -> bytes:
        """The keyed hash under which a claim is stored."""
        return hmac.digest(self._claim_key, f"{kind}:{value}".encode(), hashlib.sha256)

    def enqueue(self, append: Append) -> None:
        """Put a command's events in the queue; `append.done` answers when they are committed, or why they are not."""
        self._waiting.append(append)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())
        elif self._beside is None and len(self._waiting) >= SPLIT // 2:
            self._beside = asyncio.get_running_loop().create_task(self._flush_beside())

    async def append(self, append: Append) -> int:
        """Queue and wait. The position before the first event; raises `Conflict`, `Repeated` or `Claimed`.

        Whoever stops waiting does not take the command back.
        """
        self.enqueue(append)
        return await append.done

    async def stream(self, stream_id: str, after: int = 0) -> list[Recorded]:
        """One stream's events with a version greater than `after`."""
        return await self._select(_STREAM, (stream_id, after))

    async def after(self, position: int, limit: int) -> list[Recorded]:
        """Up to `limit` events behind a position, in order, without a hole."""
        return await self._select(_AFTER, (position, limit))

    async def head(self) -> int:
        """The position of the newest event; 0 where there is none."""
        async with self._borrow() as connection:
            row = await (await connection.execute(_HEAD, prepare=True)).fetchone()
        return int(row[0]) if row else 0

    async def holder(self, kind: str, value: str) -> str | None:
        """The stream that holds a key, if any does."""
        async with self._borrow() as connection:
            row = await (await connection.execute(_HOLDER, (kind, self.hash(kind, value)), prepare=True)).fetchone()
        return str(row[0]) if row else None

    async def receipt(self, command_id: UUID, stream_id: str) -> tuple[int, int] | None:
        """A command carried out before: its last event's position, and the version it left `stream_id` at (0: untouched)."""
        async with self._borrow() as connection:
            row = await (await connection.execute(_RECEIPT, (stream_id, command_id), prepare=True)).fetchone()
        return None if row is None or row[0] is None else (row[0], row[1])

    async def give_back(self, stream_id: str) -> None:
        """Free every key a stream holds, so that another may take it."""
        async with self._borrow() as connection:
            await connection.execute("select give_back(%s)", (stream_id,))

    async def close(self) -> None:
        """Wait for what is under way, then let the writer's connection go."""
        while under_way := [task for task in (self._flushing, self._beside) if task is not None]:
            await asyncio.wait(under_way)
        if self._writer is not None:
            await self._writer.close()
            self._writer = None

    async def _select(self, query: LiteralString, parameters: tuple[object, ...]) -> list[Recorded]:
        async with self._borrow() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(query, parameters, prepare=True)
            return [Recorded(*row) for row in await cursor.fetchall()]

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await self._carry(self._call, FLUSH_AT_MOST)
        finally:
            self._flushing = None

    async def _flush_beside(self) -> None:
        """The other half, on a connection of the pool: PostgreSQL takes it up the moment the first is committed."""
        try:
            while len(self._waiting) >= SPLIT // 2:
                await self._carry(self._call_borrowed, FLUSH_AT_MOST)
        finally:
            self._beside = None

    async def _carry(self, call: Call, at_most: int) -> None:
        if self._beside is None and len(self._waiting) >= SPLIT:
            at_most = min(at_most, len(self._waiting) // 2)
            self._beside = asyncio.get_running_loop().create_task(self._flush_beside())
        if not (batch := self._next_batch(at_most)):
            return
        ahead = [append.done for sent in self._sent for append in sent]
        self._sent.append(batch)
        try:
            await self._write(batch, call, ahead)
        except Exception as failure:  # noqa: BLE001 – whatever it is, each command hears of it and none waits for ever
            await self._one_by_one(batch, failure, call)
        finally:
            self._sent.remove(batch)

    def _next_batch(self, at_most: int) -> list[Append]:
        """As many waiting commands as hold together: each saw what those before it leave, no key is wanted twice."""
        batch: list[Append] = []
        later: list[Append] = []
        versions: dict[str, int] = {}
        wanted: set[object] = set()
        while self._waiting and len(batch) < at_most:
            append = self._waiting.popleft()
            if any(versions.get(stream, seen) != seen for stream, seen in append.seen):
                append.refuse(Conflict("the stream moved on while this was being decided"))
                continue
            keys: list[object] = [(claim.kind, claim.hash) for claim in append.claims]
            if append.about.command_id is not None:
                keys.append(append.about.command_id)
            if not wanted.isdisjoint(keys):
                later.append(append)
                continue
            wanted.update(keys)
            versions.update(append.seen)
            for event in append.events:
                versions[event.stream_id] = event.version
            batch.append(append)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _write(self, batch: list[Append], call: Call, ahead: "Sequence[asyncio.Future[int]]" = ()) -> None:
        """`ahead`: what was sent before, on the other connection, and may arrive there later than this."""
        careful = False
        while batch:
            seen = _to_vouch_for(batch, careful=careful)
            try:
                rows = await call(_arguments(batch, seen, careful=careful))
            except UniqueViolation:
                if careful:
                    raise
                careful = True
                continue
            if rows[0][0] == "appended":
                self._answer(batch, rows[0][2])
                return
            if ahead and _too_early(rows, list(seen.values())):
                await asyncio.wait(ahead)
                ahead = ()
                continue
            batch = _without_the_refused(batch, rows, list(seen))

    def _answer(self, batch: list[Append], position: int) -> None:
        for append in batch:
            if not append.done.done():
                append.done.set_result(position)
            position += len(append.events)
        self._woken(position)

    async def _call(self, arguments: list[object]) -> list[tuple[Any, ...]]:
        if self._writer is None or self._writer.closed:
            self._writer = await self._connect()
        try:
            return await _execute(self._writer, arguments)
        except OperationalError as failure:
            if _cut(failure):
                await self._writer.close()
            raise

    async def _call_borrowed(self, arguments: list[object]) -> list[tuple[Any, ...]]:
        async with self._borrow() as connection:
            return await _execute(connection, arguments)

    async def _one_by_one(self, batch: list[Append], failure: Exception, call: Call) -> None:
        """A batch failed for a reason the function does not know: find the command at fault, let the others through."""
        if len(batch) == 1 or _cut(failure):
            for append in batch:
                append.refuse(Conflict(str(failure)) if isinstance(failure, UniqueViolation) else failure)
            return
        for append in batch:
            if append.done.done():
                continue
            try:
                await self._write([append], call)
            except Exception as alone:  # noqa: BLE001 – it is this command's answer
                append.refuse(Conflict(str(alone)) if isinstance(alone, UniqueViolation) else alone)


async def _execute(connection: Connection, arguments: list[object]) -> list[tuple[Any, ...]]:
    cursor = await connection.execute(_APPEND, arguments, prepare=True, binary=True)
    return await cursor.fetchall()


def _cut(failure: Exception) -> bool:
    """Is it the server or the way to it that failed, not one of the commands? Appendix A of the PostgreSQL manual: 40, 54."""
    return isinstance(failure, OperationalError) and (failure.sqlstate or "")[:2] not in {"40", "54"}


def _arguments(batch: list[Append], seen: dict[str, int], *, careful: bool) -> list[object]:
    """The arrays of one call, in the order of the function's parameters."""
    events = [_written(event) for append in batch for event in append.events]
    known = [about for append in batch for about in (_told(append.about),) * len(append.events)]
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
        _known([append.about.command_id for append in batch], uuids),
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
_wanted: Final = attrgetter("kind", "hash", "stream_id", "release")
_ABOUT_ARRAYS: Final[tuple[Callable[[Any], object], ...]] = (
    uuids, times, texts, texts, texts, uuids, uuids, texts,
)  # fmt: skip


def _known(values: Sequence[Any], array: Callable[[Any], object]) -> object:
    return None if values.count(None) == len(values) else array(values)


def _too_early(rows: list[tuple[Any, ...]], seen: list[int]) -> bool:
    """Is a stream not yet where a command that was sent before will bring it?"""
    return any(outcome == "conflict" and number < seen[ordinal - 1] for outcome, ordinal, number, _ in rows)


def _without_the_refused(batch: list[Append], rows: list[tuple[Any, ...]], streams: list[str]) -> list[Append]:
    """Answer the commands at fault, and those that built on them; the rest go again."""
    stale = {streams[ordinal - 1] for outcome, ordinal, _, _ in rows if outcome == "conflict"}
    repeated = {ordinal for outcome, ordinal, _, _ in rows if outcome == "repeated"}
    taken = {ordinal: holder for outcome, ordinal, _, holder in rows if outcome == "claimed"}
    claims = 0
    rest: list[Append] = []
    for number, append in enumerate(batch, 1):
        held = [(claim.kind, taken[n]) for n, claim in enumerate(append.claims, claims + 1) if n in taken]
        claims += len(append.claims)
        if number in repeated:
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


def _to_vouch_for(batch: list[Append], *, careful: bool) -> dict[str, int]:
    """Each stream the database must vouch for, and the version the first command to read it saw.

    A new stream needs none: its version 1 is unique.
    """
    ahead: set[str] = set()
    found: dict[str, int] = {}
    for append in batch:
        found.update((stream, version) for stream, version in append.seen if stream not in ahead)
        ahead.update(event.stream_id for event in append.events)
    return found if careful else {stream: seen for stream, seen in found.items() if seen or stream not in ahead}
