"""Following: a room reads on behind its position, writes what changes and its new position together, and never skips."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog
from psycopg import AsyncConnection

from commonweal.kernel import build, read_model, rows
from commonweal.kernel.backoff import Backoff
from commonweal.kernel.batches import Batches
from commonweal.kernel.log import Borrow
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.streams import Fact, Streams
from commonweal.kernel.trace import batch, where

BATCH: Final = 5_000
BUILD_FROM: Final = 20_000
"""Events from which a room that holds nothing is built at once instead of batch by batch."""
_GROWN: Final = 1_000
"""Events followed after which PostgreSQL counts the rows again, then after ten times as many: autovacuum comes too late."""
_BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
_AGAIN: Final = (0.02, 0.05, 0.1, 0.5, 1.0)
_POSITION: Final = "select position from rooms where name = %s and version = %s"
# The row is taken before anything is written: whoever is second sees at once that it is, and waits for nobody.
_ADVANCE: Final = """
update rooms set position = %(after)s, recorded_at = %(at)s
where name = %(name)s and version = %(version)s and ctid = (
    select ctid from rooms where name = %(name)s and version = %(version)s and position = %(before)s
    for update skip locked
)
"""

log = structlog.get_logger()


class NotBuilt(Exception):  # noqa: N818
    """This version of the room has no tables yet: `commonweal read-models build`."""


class Overtaken(Exception):  # noqa: N818
    """Another process advances this room; its work stands, ours was not written."""


@dataclass(slots=True)
class Room:
    """One read model of one tenant, followed."""

    streams: Streams
    borrow: Borrow
    model: ReadModel
    changed: Callable[[int], Awaitable[None]]
    batches: Batches | None = None
    """What rooms of the tenant that are followed side by side read together; None: this one reads alone."""
    turn: asyncio.Semaphore | None = None
    """Waited for before the room is built from nothing: builds that share a processor or a pool take turns."""
    building: Callable[[int], None] = lambda _: None
    """Told how far a build from nothing has come; nobody else sees it before it is done."""
    stopped: str | None = None
    """Why it goes no further, while it does not: kept without personal data, for health and telemetry."""
    at: int | None = None
    """Its position as last known here; None where that must be looked up."""
    _kinds: read_model.Types | None = None
    _backoff: Backoff = field(default_factory=lambda: Backoff(_BACKOFF))
    _followed: int = 0
    _counted_at: int = _GROWN

    async def catch_up(self) -> int:
        """Project everything committed by now. The room's position."""
        self.at = None
        return await self._go_on()

    async def follow(self, woken: asyncio.Event, every: float | None = 1.0) -> None:
        """Catch up whenever woken, and each second to be safe. An error stops the room here, is shown, and is tried again."""
        overtaken = Backoff(_AGAIN)
        while True:
            try:
                woken.clear()
                await self._go_on()
                self.stopped = None
                self._backoff.over()
                overtaken.over()
            except Overtaken:
                await asyncio.sleep(overtaken.next())
                continue
            except Exception as failure:  # noqa: BLE001 – shown and retried: the other rooms go on
                self.stopped = (
                    f"{type(failure).__name__} in {self.model.name} v{self.model.version} of {self.streams.tenant}"
                )
                log.error(  # noqa: TRY400 – a traceback could show a person's details; where it happened is enough
                    "room_stopped", room=self.model.name, tenant=self.streams.tenant, error=where(failure)
                )
                await asyncio.sleep(self._backoff.next())
                continue
            try:
                await asyncio.wait_for(woken.wait(), every)
            except TimeoutError:
                self.at = None  # somebody may have taken the room back to the beginning

    async def _go_on(self) -> int:
        try:
            position = await self._position() if self.at is None else self.at
            if position == 0 and await self.streams.log.head() >= BUILD_FROM:
                position = await self._build()
            while (after := await self._project(position)) is not None:
                position = self.at = after
                self._backoff.over()
                await self.changed(position)
        except BaseException:
            self.at = None
            raise
        self.at = position
        return position

    async def _project(self, position: int) -> int | None:
        """Take in one batch of what lies behind a position. How far it goes; None where there is nothing."""
        self.batches = self.batches or Batches(self.streams)
        async with self.batches.after(position, BATCH) as facts:
            if not facts:
                return None
            traces = (fact.traceparent for fact in facts)
            with batch(f"project {self.model.name}", traces, tenant=self.streams.tenant, events=len(facts)):
                await self._write(position, facts)
            return facts[-1].position

    async def _position(self) -> int:
        async with self.borrow() as connection:
            row = await (
                await connection.execute(_POSITION, (self.model.name, self.model.version), prepare=True)
            ).fetchone()
            if row is None:
                raise NotBuilt(f"{self.model.name} version {self.model.version} is not built for {self.streams.tenant}")
            if self._kinds is None:
                self._kinds = await read_model.types(connection, self.model)
        return int(row[0])

    async def _build(self) -> int:
        """Fill the empty room, in one transaction with its position."""
        assert self._kinds is not None  # noqa: S101 – read with the position
        async with self.turn or contextlib.nullcontext(), self.borrow() as connection, connection.transaction():
            if not await build.take(connection, self.model):
                raise Overtaken(f"{self.model.name} of {self.streams.tenant} is built by another process")
            position = await build.fill(connection, self.streams, self.model, self._kinds, self.building)
        if position:
            await self.changed(position)
        return position

    async def _write(self, position: int, facts: list[Fact]) -> None:
        assert self._kinds is not None  # noqa: S101 – read with the position
        async with self.borrow() as connection, connection.transaction():
            await self._advance(connection, position, facts[-1].position, facts[-1].recorded_at)
            await rows.write(connection, self.model, self._kinds, facts)
            self._followed += len(facts)
            if self._followed >= self._counted_at:
                await rows.analyze(connection, self._kinds)
                self._counted_at = self._followed * 10

    async def _advance(self, connection: AsyncConnection[Any], before: int, after: int, recorded_at: datetime) -> None:
        model = self.model
        moved = await connection.execute(
            _ADVANCE,
            {"after": after, "at": recorded_at, "name": model.name, "version": model.version, "before": before},
            prepare=True,
        )
        if moved.rowcount != 1:
            raise Overtaken(f"{model.name} of {self.streams.tenant} is followed by another process")
