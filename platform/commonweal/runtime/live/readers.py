"""Readers: two at a time ask one ICS what is to be asked again, in the order it was changed."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Final

from commonweal.kernel.log import Borrow, Connection
from commonweal.runtime.live.feed import Feed

READERS: Final = 2
"""They leave connections for those who wait for a page."""
RUN: Final = 16
"""Questions asked with a connection before it is given back: borrowing costs as much as asking, and others wait."""


class Readers:
    """Those of one ICS."""

    def __init__(self, borrow: Borrow) -> None:
        self._borrow = borrow
        self._wanted: deque[Feed] = deque()
        self._reading: set[asyncio.Task[None]] = set()

    def want(self, feed: Feed) -> None:
        """Ask this too."""
        self._wanted.append(feed)
        if len(self._reading) < READERS:
            self._begin()

    def _begin(self) -> None:
        task = asyncio.create_task(self._read())
        self._reading.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._reading.discard(task)
        if self._wanted:
            self._begin()

    async def _read(self) -> None:
        while self._wanted:
            async with AsyncExitStack() as stack:
                lent = _Lent(self._borrow, stack)
                for _ in range(min(RUN, len(self._wanted))):
                    if not self._wanted or not await self._wanted.popleft().renew(lent.borrow):
                        break  # the connection may be broken


class _Lent:
    """One connection for a run of questions, borrowed when the first of them needs it."""

    def __init__(self, borrow: Callable[[], AbstractAsyncContextManager[Connection]], stack: AsyncExitStack) -> None:
        self._borrow = borrow
        self._stack = stack
        self._connection: Connection | None = None

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[Connection]:
        if self._connection is None:
            self._connection = await self._stack.enter_async_context(self._borrow())
        yield self._connection
