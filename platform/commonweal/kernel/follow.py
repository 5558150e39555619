"""Following: a room reads on behind its position, writes what changes and its new position together, and never skips."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from psycopg import AsyncConnection

from commonweal.kernel import read_model
from commonweal.kernel.log import Borrow
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.streams import Fact, Streams
from commonweal.kernel.trace import where

BATCH: Final = 5_000
_BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
_POSITION: Final = "select position from rooms where name = %s and version = %s"
_ADVANCE: Final = """
update rooms set position = %s, recorded_at = %s where name = %s and version = %s and position = %s
"""

log = structlog.get_logger()


class NotBuilt(Exception):  # noqa: N818
    """This version of the room has no tables yet: `commonweal read-models build`."""


class Overtaken(Exception):  # noqa: N818
    """Another process advanced this room; its work stands, ours was not written."""


@dataclass(slots=True)
class Room:
    """One read model of one tenant, followed."""

    streams: Streams
    borrow: Borrow
    model: ReadModel
    changed: Callable[[int], Awaitable[None]]
    stopped: str | None = None
    """Why it goes no further, while it does not: kept without personal data, for health and telemetry."""
    _kinds: read_model.Types | None = None

    async def catch_up(self) -> int:
        """Project everything committed by now. The room's position."""
        position = await self._position()
        while recorded := await self.streams.log.after(position, BATCH):
            facts = await self.streams.understand(recorded)
            await self._write(position, facts)
            position = facts[-1].position
            await self.changed(position)
        return position

    async def follow(self, woken: asyncio.Event, every: float = 1.0) -> None:
        """Catch up whenever woken, and each second to be safe. An error stops the room here, is shown, and is tried again."""
        failures = 0
        while True:
            try:
                woken.clear()
                await self.catch_up()
                self.stopped, failures = None, 0
            except Overtaken:
                continue
            except Exception as failure:  # noqa: BLE001 – shown and retried: the other rooms go on
                self.stopped = (
                    f"{type(failure).__name__} in {self.model.name} v{self.model.version} of {self.streams.tenant}"
                )
                log.error(  # noqa: TRY400 – a traceback could show a person's details; where it happened is enough
                    "room_stopped", room=self.model.name, tenant=self.streams.tenant, error=where(failure)
                )
                await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
                failures += 1
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), every)

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

    async def _write(self, position: int, facts: list[Fact]) -> None:
        assert self._kinds is not None  # noqa: S101 – read with the position
        statements = [statement for fact in facts for statement in self.model.project(fact)]
        async with self.borrow() as connection, connection.transaction():
            await read_model.write(connection, self.model, self._kinds, statements)
            await self._advance(connection, position, facts[-1].position, facts[-1].recorded_at)

    async def _advance(self, connection: AsyncConnection[Any], before: int, after: int, recorded_at: datetime) -> None:
        model = self.model
        moved = await connection.execute(
            _ADVANCE, (after, recorded_at, model.name, model.version, before), prepare=True
        )
        if moved.rowcount != 1:
            raise Overtaken(f"{model.name} of {self.streams.tenant} is followed by another process")
