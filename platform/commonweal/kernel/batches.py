"""Batches: what lies behind a position of the log is read and opened once for all rooms of an ICS that have come so far."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from commonweal.kernel.streams import Fact, Streams

_PATIENCE: Final = 15.0
"""Seconds for which a room waits for others that are behind it: one that is stuck holds nobody up for long."""


@dataclass(slots=True)
class _Place:
    """A position at which rooms stand, and what they found behind it."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    facts: list[Fact] = field(default_factory=list)
    full: bool = False
    looked: int = 0
    """When the last look that found out began, by the clock of `Batches`."""
    here: int = 0
    """Rooms that stand here."""
    left: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Batches:
    """One tenant's log in this process, as its rooms read it. Nothing is kept that no room works on."""

    streams: Streams
    _places: dict[int, _Place] = field(default_factory=dict)
    _clock: "count[int]" = field(default_factory=lambda: count(1))

    @asynccontextmanager
    async def after(self, position: int, limit: int) -> AsyncIterator[list[Fact]]:
        """Up to `limit` events behind a position, at hand for others who stand there as long as the block takes.

        Empty where nothing was committed behind it when it was asked for.
        """
        asked = next(self._clock)
        await self._company(position)
        place = self._places.setdefault(position, _Place())
        place.here += 1
        try:
            async with place.turn:  # one of them looks, the others find what it found
                if not place.facts and place.looked < asked:
                    began = next(self._clock)
                    recorded = await self.streams.log.after(position, limit)
                    place.facts, place.full = await self.streams.understand(recorded), len(recorded) == limit
                    place.looked = began
            yield place.facts
        finally:
            place.here -= 1
            if not place.here:
                del self._places[position]
                place.left.set()

    async def _company(self, position: int) -> None:
        """Wait for those who are at work on a full batch that ends here: who goes on together shares what comes next too.

        Whoever is at the log's end waits for nobody.
        """
        for place in self._places.values():
            if place.full and place.facts[-1].position == position:
                with suppress(TimeoutError):
                    await asyncio.wait_for(place.left.wait(), _PATIENCE)
                return
