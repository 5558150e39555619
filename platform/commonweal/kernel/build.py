"""A room made from nothing: the whole log is gone through in memory, and what it comes to is copied in."""

import asyncio
import gc
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from psycopg import AsyncConnection

from commonweal.kernel import past, rows
from commonweal.kernel.read_model import ReadModel, Statement, Types
from commonweal.kernel.streams import Fact, Streams
from commonweal.kernel.trace import where

PIECE: Final = 10_000
"""Events gone through at a time."""
KEPT: Final = 200_000
"""Rows kept in memory before they are put away; one that changes later is fetched back."""

_TAKE: Final = """
select position from rooms where name = %s and version = %s and position = 0 for update skip locked
"""
_REACHED: Final = "update rooms set position = %s, recorded_at = %s where name = %s and version = %s"

log = structlog.get_logger()


async def take(connection: AsyncConnection[Any], model: ReadModel) -> bool:
    """Be the one who builds this room, until the transaction ends. False where another does, or it is built."""
    row = await (await connection.execute(_TAKE, (model.name, model.version))).fetchone()
    return row is not None


async def fill(
    connection: AsyncConnection[Any],
    streams: Streams,
    model: ReadModel,
    kinds: Types,
    seen: Callable[[int], None] = lambda _: None,
) -> int:
    """Fill a room's empty tables from the log, within the transaction of its `take`. The position it has come to.

    An event that cannot be understood ends it before that piece: following goes on from there, and stops at the event itself.
    """
    with _nothing_collected():
        return await _fill(Filling(connection, model, kinds), streams, seen)


async def _fill(filling: "Filling", streams: Streams, seen: Callable[[int], None]) -> int:
    model = filling.model
    position, recorded_at = 0, None
    gone: set[str] = set()
    coming = asyncio.create_task(_piece(model, streams, position))
    try:
        while piece := await coming:
            told, last, erased = piece
            gone |= erased
            # The next piece is read while the database is busy with this one.
            coming = asyncio.create_task(_piece(model, streams, last.position))
            await filling.tell(told)
            await filling.connection.execute("select")  # a transaction in which nothing is said for a minute is ended
            position, recorded_at = last.position, last.recorded_at
            seen(position)
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
    await filling.put_away()
    await rows.forget(filling.connection, model, gone)
    await rows.analyze(filling.connection, filling.kinds)
    await filling.connection.execute(_REACHED, (position, recorded_at, model.name, model.version))
    return position


async def _piece(model: ReadModel, streams: Streams, position: int) -> tuple["Told", Fact, set[str]] | None:
    """What the next piece of the log says, its last event, and who was erased in it. None at the end, or where it cannot be understood."""
    if not (recorded := await streams.log.after(position, PIECE)):
        return None
    try:
        facts = await streams.understand(recorded)
        return project(model, facts), facts[-1], rows.erased(facts)
    except Exception as failure:  # noqa: BLE001 – whoever follows from here meets it again, and shows it
        log.warning("build_ended_early", room=model.name, tenant=streams.tenant, error=where(failure))
        return None


@contextmanager
def _nothing_collected() -> Iterator[None]:
    """Python looks through all that lives for cycles, again and again as it grows: a third of the time, and here are none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


Told = Mapping[str, list[tuple[int, Statement]]]
"""table → what it is told, in order, each with the position of its event."""


def project(model: ReadModel, facts: list[Fact]) -> Told:
    """What some events change, table by table."""
    told: defaultdict[str, list[tuple[int, Statement]]] = defaultdict(list)
    for fact in facts:
        for statement in model.project(fact):
            told[statement.table].append((fact.position, statement))
    return told


@dataclass(slots=True)
class Filling:
    """Rows on their way into empty tables, as many as are kept in memory."""

    connection: AsyncConnection[Any]
    model: ReadModel
    kinds: Types
    now: dict[str, past.Now] = field(default_factory=dict)
    stored: dict[str, set[Any]] = field(default_factory=dict)
    """The keys among those in `now` whose rows are in the database, perhaps as they were."""
    begun: bool = False
    """Is anything in the database already?"""

    async def tell(self, told: Told) -> None:
        """Carry out what a piece of the log says."""
        for short, statements in told.items():
            now = self.now.setdefault(short, {})
            if self.begun:
                await self._fetch(short, now, {statement.key for _, statement in statements} - now.keys())
            if short in self.model.past:
                table = self.model.table(f"{short}_past")
                await rows.copy(self.connection, table, self.kinds[table], past.fold(now, statements))
            else:
                past.fold_without_past(now, statements)
        if sum(map(len, self.now.values())) > KEPT:
            await self.put_away()

    async def put_away(self) -> None:
        """Write every row that is in memory, and keep none."""
        for short, now in self.now.items():
            table, stored = self.model.table(short), self.stored.get(short, set())
            columns = self.kinds[table]
            await rows.remove(self.connection, table, columns, [key for key in stored if now[key] is None])
            there = [(key, row) for key, row in now.items() if row is not None]
            await rows.upsert(self.connection, table, columns, [row for key, row in there if key in stored])
            await rows.copy(self.connection, table, columns, [row for key, row in there if key not in stored])
        self.now, self.stored, self.begun = {}, {}, True

    async def _fetch(self, short: str, now: past.Now, keys: set[Any]) -> None:
        table = self.model.table(short)
        found = await rows.standing(self.connection, table, self.kinds[table], keys) if keys else {}
        now.update(found)
        self.stored.setdefault(short, set()).update(found)
