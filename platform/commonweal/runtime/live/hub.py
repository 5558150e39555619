"""The hub: a question many people watch is asked once when its rooms have changed, and all of them hear the answer."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from commonweal.kernel.log import Connection
from commonweal.kernel.trace import where
from commonweal.runtime.live.feed import Feed, Question, Watch
from commonweal.runtime.live.readers import Readers
from projections import READ_MODELS
from tenants.store import Store

LOOK: Final = 2.0
"""Seconds between looks at the rooms of an ICS that is watched: NATS may lose word of a change, the database does not."""
_ROOMS: Final = "select name, version, position from rooms"
_SHIPPED: Final = {(model.name, model.version) for model in READ_MODELS}

log = structlog.get_logger()


class Hub:
    """All that is watched in this process, whichever way it is told."""

    def __init__(self, bus: Client, store: Store, stop: asyncio.Event) -> None:
        """`bus`: a connection in the platform's account. `stop` is set when the process is to end."""
        self._bus = bus
        self._store = store
        self._stop = stop
        self._feeds: dict[Hashable, Feed] = {}
        self._by_room: defaultdict[tuple[str, str], set[Feed]] = defaultdict(set)
        self._readers: dict[str, Readers] = {}
        self._looked: dict[tuple[str, str], int] = {}
        self._listening = False
        self._looking: asyncio.Task[None] | None = None

    async def watch(self, question: Question, ring: Callable[[], None], *, anew: bool = False) -> Watch:
        """Watch a question: `ring` is called, with nothing, whenever there is an answer to take.

        The first is never one that is known to be old by now; `anew`: nor one that was asked before this.
        """
        if not self._listening:
            self._listening = True
            await self._listen()
        if (feed := self._feeds.get(question.key)) is None:
            feed = self._open(question)
        if anew:
            feed.stir()
        watch = Watch(feed, ring, feed.begun if feed.stale else feed.begun - 1)
        feed.watches[watch] = None
        ring()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look())
        return watch

    async def _listen(self) -> None:
        try:
            await self._bus.subscribe("changed.*.*", cb=self._changed)
        except NatsError as error:
            self._listening = False
            log.warning("live_deaf", error=where(error))  # until somebody else comes: `_look` finds what was changed

    @property
    def over(self) -> bool:
        """The process is about to end: whoever watches had better ask another."""
        return self._stop.is_set()

    def _open(self, question: Question) -> Feed:
        if (readers := self._readers.get(question.tenant)) is None:
            readers = self._readers[question.tenant] = Readers(partial(self._borrow, question.tenant))
        feed = self._feeds[question.key] = Feed(question, readers.want, self._close)
        for room in question.rooms:
            self._by_room[question.tenant, room].add(feed)
        return feed

    def _close(self, feed: Feed) -> None:
        if self._feeds.get(feed.question.key) is feed:
            del self._feeds[feed.question.key]
        for room in feed.question.rooms:
            here = self._by_room[feed.question.tenant, room]
            here.discard(feed)
            if not here:
                del self._by_room[feed.question.tenant, room]
        if not self._feeds and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _changed(self, message: Msg) -> None:
        _, tenant, room = message.subject.split(".")
        self._stir(tenant, room)

    def _stir(self, tenant: str, room: str) -> None:
        for feed in self._by_room.get((tenant, room), ()):
            feed.stir()

    async def _look(self) -> None:
        """While anything is watched."""
        while self._feeds:
            try:
                await asyncio.wait_for(self._stop.wait(), LOOK)
            except TimeoutError:
                for tenant in {feed.question.tenant for feed in self._feeds.values()}:
                    await self._rooms(tenant)
                now = asyncio.get_running_loop().time()
                for feed in self._feeds.values():
                    feed.age(now)
                continue
            for feed in list(self._feeds.values()):
                feed.tell()
            return

    async def _rooms(self, tenant: str) -> None:
        try:
            async with self._borrow(tenant) as connection:
                rows = await (await connection.execute(_ROOMS, prepare=True)).fetchall()
        except Exception as error:  # noqa: BLE001 – the next look comes soon
            log.warning("live_look_failed", error=where(error), tenant=tenant)
            return
        for room, version, position in rows:
            if (room, version) in _SHIPPED and self._looked.get((tenant, room)) != position:
                self._looked[tenant, room] = position
                self._stir(tenant, room)

    @asynccontextmanager
    async def _borrow(self, tenant: str) -> AsyncIterator[Connection]:
        async with (await self._store.tenant(tenant)).pool.borrow() as connection:
            yield connection
