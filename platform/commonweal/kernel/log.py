"""The log: what happened in one ICS, in order, written by many commands at once and never changed."""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec
from psycopg import AsyncConnection, OperationalError
from psycopg.errors import UniqueViolation

from commonweal.kernel.append import Append, Conflict, arguments, to_vouch_for, without_the_refused

Connection: TypeAlias = AsyncConnection[tuple[Any, ...]]
Connect: TypeAlias = Callable[[], Awaitable[Connection]]
Borrow: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]

FLUSH_AT_MOST: Final = 512
"""Commands in one call: beyond this the call costs more than the commit it shares."""


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
_HOLDERS: Final = "select hash, stream_id from claims where kind = %s and hash = any(%s)"
_RECEIPT: Final = """
select max(position), coalesce(max(version) filter (where stream_id = %s), 0) from events where command_id = %s
"""
_CARRIED_OUT: Final = "select distinct command_id from events where command_id = any(%s)"


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

    def hash(self, kind: str, value: str) -> bytes:
        """The keyed hash under which a claim is stored."""
        return hmac.digest(self._claim_key, f"{kind}:{value}".encode(), hashlib.sha256)

    def enqueue(self, append: Append) -> None:
        """Put a command's events in the queue; `append.done` answers when they are committed, or why they are not."""
        self._waiting.append(append)
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().create_task(self._flush())

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

    async def holders(self, kind: str, values: Collection[str]) -> dict[str, str]:
        """The streams that hold these keys, by key; those that nobody holds are not in it."""
        hashes = {self.hash(kind, value): value for value in values}
        async with self._borrow() as connection:
            found = await connection.execute(_HOLDERS, (kind, list(hashes)), prepare=True)
            return {hashes[bytes(taken)]: stream_id for taken, stream_id in await found.fetchall()}

    async def carried_out(self, commands: Collection[UUID]) -> set[UUID]:
        """Those of these commands that were carried out before."""
        async with self._borrow() as connection:
            found = await connection.execute(_CARRIED_OUT, (list(commands),), prepare=True)
            return {command for (command,) in await found.fetchall()}

    async def give_back(self, stream_id: str) -> None:
        """Free every key a stream holds, so that another may take it."""
        async with self._borrow() as connection:
            await connection.execute("select give_back(%s)", (stream_id,))

    async def close(self) -> None:
        """Wait for what is under way, then let the writer's connection go."""
        while self._flushing is not None:
            await asyncio.wait([self._flushing])
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
                if not (batch := self._next_batch()):
                    continue
                try:
                    await self._write(batch)
                except Exception as failure:  # noqa: BLE001 – whatever it is, each command hears of it and none waits for ever
                    await self._one_by_one(batch, failure)
        finally:
            self._flushing = None

    def _next_batch(self) -> list[Append]:
        """As many waiting commands as hold together: each saw what those before it leave, no key is wanted twice."""
        batch: list[Append] = []
        later: list[Append] = []
        versions: dict[str, int] = {}
        wanted: set[object] = set()
        commands = 0
        while self._waiting and commands < FLUSH_AT_MOST:
            append = self._waiting.popleft()
            if any(versions.get(stream, seen) != seen for stream, seen in append.seen):
                append.refuse(Conflict("the stream moved on while this was being decided"))
                continue
            keys: list[object] = [(claim.kind, claim.hash) for claim in append.claims]
            keys += [command for command in append.commands if command is not None]
            if not wanted.isdisjoint(keys):
                later.append(append)
                continue
            wanted.update(keys)
            versions.update(append.seen)
            for event in append.events:
                versions[event.stream_id] = event.version
            batch.append(append)
            commands += len(append.commands)
        self._waiting.extendleft(reversed(later))
        return batch

    async def _write(self, batch: list[Append]) -> None:
        careful = False
        while batch:
            seen = to_vouch_for(batch, careful=careful)
            try:
                rows = await self._call(arguments(batch, seen, careful=careful))
            except UniqueViolation:
                if careful:
                    raise
                careful = True
                continue
            if rows[0][0] == "appended":
                self._answer(batch, rows[0][2])
                return
            batch = without_the_refused(batch, rows, list(seen))

    def _answer(self, batch: list[Append], position: int) -> None:
        for append in batch:
            if not append.done.done():
                append.done.set_result(position)
            position += len(append.events)
        self._woken(position)

    async def _call(self, values: list[object]) -> list[tuple[Any, ...]]:
        if self._writer is None or self._writer.closed:
            self._writer = await self._connect()
        try:
            cursor = await self._writer.execute(_APPEND, values, prepare=True, binary=True)
            return await cursor.fetchall()
        except OperationalError as failure:
            if _cut(failure):
                await self._writer.close()
            raise

    async def _one_by_one(self, batch: list[Append], failure: Exception) -> None:
        """A batch failed for a reason the function does not know: find the command at fault, let the others through."""
        if len(batch) == 1 or _cut(failure):
            for append in batch:
                append.refuse(Conflict(str(failure)) if isinstance(failure, UniqueViolation) else failure)
            return
        for append in batch:
            if append.done.done():
                continue
            try:
                await self._write([append])
            except Exception as alone:  # noqa: BLE001 – it is this command's answer
                append.refuse(Conflict(str(alone)) if isinstance(alone, UniqueViolation) else alone)


def _cut(failure: Exception) -> bool:
    """Is it the server or the way to it that failed, not one of the commands? Appendix A of the PostgreSQL manual: 40, 54."""
    return isinstance(failure, OperationalError) and (failure.sqlstate or "")[:2] not in {"40", "54"}
