"""One thread that owns an ICS's log, so that callers without an event loop share its group commit with everyone else."""

import asyncio
import concurrent.futures
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, LiteralString, TypeVar, cast

import psycopg
from eventsourcing import persistence
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from commonweal.kernel.append import NOTHING_KNOWN, About, Append, Claimed, Conflict, NewEvent, Repeated, arguments
from commonweal.kernel.log import _APPEND, Connection, Log

T = TypeVar("T")
_POOL: Final = 4
_TRACK: Final = "select track(%s, %s, %s)"


class Owner:
    """The one thread that owns a tenant's log here; every other thread asks it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._closed = False
        self._asking = threading.Lock()
        self._waiting: set[concurrent.futures.Future[Any]] = set()
        self._tracking: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=_run, args=(self._loop,), name="commonweal-log", daemon=True)
        self._thread.start()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url, min_size=0, max_size=_POOL, max_idle=60, timeout=15, kwargs={"autocommit": True}, open=False
        )
        self._forgotten = weakref.finalize(self, _let_go, self._loop, self._thread, self._pool)
        self.listeners: set[threading.Event] = set()
        self._log = Log(self._connect, self._pool.connection, claim_key=b"", woken=self._wake)  # it takes no claims
        self.call(self._pool.open())

    def call(self, asked: Coroutine[Any, Any, T]) -> T:
        """Have the owner run this; what it answers or raises, in the library's own exceptions."""
        with self._asking:
            if self._closed:
                asked.close()
                raise persistence.InterfaceError("this recorder is closed")
            waiting = asyncio.run_coroutine_threadsafe(asked, self._loop)
            self._waiting.add(waiting)
        try:
            with _translated():
                return waiting.result()
        finally:
            self._waiting.discard(waiting)

    async def append(self, events: Sequence[NewEvent], about: About) -> int:
        """All of them or none; the position before the first."""
        return await self._log.append(Append((), events, (), about))

    async def track(
        self,
        reader: str,
        tracking: persistence.Tracking,
        events: Sequence[NewEvent] = (),
        about: About = NOTHING_KNOWN,
        *,
        statements: Sequence[tuple[LiteralString, Sequence[object]]] = (),
    ) -> int:
        """What was read and what followed from it, in one transaction of its own; the position before the first event."""
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._tracking.add(task)
        try:
            async with self._pool.connection() as connection, connection.transaction():
                read = (reader, tracking.application_name, tracking.notification_id)
                await connection.execute(_TRACK, read, prepare=True)
                for statement, parameters in statements:
                    await connection.execute(statement, parameters, prepare=True)
                before = await _append(connection, events, about) if events else 0
        finally:
            self._tracking.discard(task)
        if events:
            self._wake(before + len(events))
        return before

    async def head(self) -> int:
        return await self._log.head()

    async def select(self, query: LiteralString, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            await cursor.execute(query, parameters, prepare=True)
            return await cursor.fetchall()

    def close(self) -> None:
        """What is being written is written; whoever waits for a read hears that we closed."""
        with self._asking:
            if self._closed:
                return
            self._closed = True
            ended = asyncio.run_coroutine_threadsafe(self._end(), self._loop)
        ended.result()
        self._forgotten.detach()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _end(self) -> None:
        await self._log.close()
        if self._tracking:
            await asyncio.wait(self._tracking)
        for left in tuple(self._waiting):
            left.cancel()
        await self._pool.close()

    async def _connect(self) -> Connection:
        return await AsyncConnection.connect(self._url, autocommit=True)

    def _wake(self, _head: int) -> None:
        for listener in tuple(self.listeners):
            listener.set()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
    finally:
        loop.close()


def _let_go(loop: asyncio.AbstractEventLoop, thread: threading.Thread, pool: AsyncConnectionPool[Connection]) -> None:
    """The library drops the factory of a projection's view without closing it: its connections end with the last recorder."""

    async def end() -> None:
        await pool.close()
        loop.stop()

    asyncio.run_coroutine_threadsafe(end(), loop)
    if threading.current_thread() is not thread:
        thread.join(10)


async def _append(connection: Connection, events: Sequence[NewEvent], about: About) -> int:
    """The same function as every other append; it waits for the tenant's head row, not for this process's next flush."""
    values = arguments([Append((), events, (), about)], {}, careful=False)
    cursor = await connection.execute(_APPEND, values, prepare=True, binary=True)
    ((outcome, _, number, _),) = await cursor.fetchall()
    if outcome != "appended":
        raise Repeated("this command was carried out before")
    return int(number)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (Conflict, Repeated, Claimed) as refused:
        raise persistence.IntegrityError(str(refused)) from refused
    except concurrent.futures.CancelledError as cancelled:
        raise persistence.InterfaceError("this recorder is closed") from cancelled
    except psycopg.Error as failure:
        raise _named(failure)(str(failure)) from failure


def _named(failure: psycopg.Error) -> Callable[[str], Exception]:
    """PEP 249 gives both libraries the same names."""
    for kind in type(failure).__mro__:
        found = getattr(persistence, kind.__name__, None)
        if isinstance(found, type) and issubclass(found, persistence.PersistenceError):
            return cast("type[Exception]", found)
    return persistence.ProgrammingError
