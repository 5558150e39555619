"""Watching: one look a second at an ICS's log and at where all its rooms stand, so that none stays behind unnoticed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from psycopg import AsyncConnection, Error

from commonweal.kernel.follow import Room
from commonweal.kernel.log import Connect
from commonweal.kernel.read_model import HELD
from commonweal.kernel.trace import where

_LOOK: Final = "select h.position, r.name, r.version, r.position from head as h cross join rooms as r"
_HOLD: Final = f"select pg_advisory_lock_shared({HELD})"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Watch:
    """The rooms one process follows in one ICS, each with the bell that wakes it.

    On a connection of its own, which also says that these rooms are in use: `read-models drop` leaves them alone.
    """

    connect: Connect
    bells: Mapping[asyncio.Event, Room]

    async def keep(self, every: float = 1.0) -> None:
        """For ever. Where the database does not answer the rooms are woken all the same: they say what is wrong."""
        while True:
            try:
                async with await self.connect() as connection:
                    await self._watch(connection, every)
            except (Error, OSError) as failure:
                log.warning("watch_interrupted", error=where(failure))
                for bell, room in self.bells.items():
                    room.at = None
                    bell.set()
            await asyncio.sleep(every)

    async def _watch(self, connection: AsyncConnection[Any], every: float) -> None:
        for room in self.bells.values():
            await connection.execute(_HOLD, {"name": room.model.name, "version": room.model.version})
        while True:
            found = await (await connection.execute(_LOOK, prepare=True)).fetchall()
            self._ring({(name, version): (position, head) for head, name, version, position in found})
            await asyncio.sleep(every)

    def _ring(self, found: Mapping[tuple[str, int], tuple[int, int]]) -> None:
        """Wake the rooms that are behind, not built, or elsewhere than they believe to be."""
        for bell, room in self.bells.items():
            position, head = found.get((room.model.name, room.model.version), (-1, 0))
            if position != room.at:
                room.at = None
            if position != room.at or position < head:
                bell.set()
