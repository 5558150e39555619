"""Turns: so many of one ICS at a time, a few more who wait, and whoever comes then is told to come later."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from tenants.store import Tenant


class Full(Exception):  # noqa: N818 – an answer
    """So many wait already that one more is not taken."""


@dataclass(slots=True)
class _Line:
    free: asyncio.Semaphore
    waiting: int = 0


class Turns:
    """Whose turn it is, for each ICS by itself: `at_once` together, `waiting` in all."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._at_once, self._waiting = at_once, waiting
        self._lines: Final[WeakKeyDictionary[Tenant, _Line]] = WeakKeyDictionary()

    @asynccontextmanager
    async def turn(self, tenant: Tenant, *, begun: bool = False) -> AsyncIterator[None]:
        """Raises `Full`; not for what was `begun` already."""
        line = self._lines.setdefault(tenant, _Line(asyncio.Semaphore(self._at_once)))
        if line.waiting >= self._waiting and not begun:
            raise Full
        line.waiting += 1
        try:
            async with line.free:
                yield
        finally:
            line.waiting -= 1
