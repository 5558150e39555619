"""The board by server-sent events: while somebody looks at the caseload, it is sent to their page whenever it is another."""

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Final

import structlog
from litestar import Request, get
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream

from commonweal.kernel.log import Borrow
from commonweal.kernel.trace import refused, where
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.live.feed import Question, Watch
from commonweal.runtime.live.hub import Hub
from commonweal.runtime.live.sight import Sight, leave
from commonweal.runtime.pages import caseload
from commonweal.runtime.pages.page import Pages
from commonweal.runtime.session import Session

HEARTBEAT: Final = 15.0
"""Seconds after which a line is sent though nothing changed: a proxy may cut what is silent."""
REST: Final = 0.1
"""Seconds between two renderings of one board. The first change after a rest is shown at once."""
PAGES: Final = 20
"""Boards one user looks at in one process."""
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Asked = Request[Any, Any, Any]
log = structlog.get_logger()


def route(pages: Pages, hub: Hub) -> HTTPRouteHandler:
    """`/caseload/live`, with the query of the page it belongs to."""

    open_: Counter[str] = Counter()

    async def told(board: Board, user: str, seen: str) -> AsyncIterator[bytes]:
        open_[user] += 1
        try:
            async with aclosing(board.told(seen)) as events:
                async for event in events:
                    yield event
        finally:
            leave(open_, user)

    @get("/caseload/live")
    async def live(request: Asked) -> Stream:
        session = await pages.asking.door.watching(request)
        sight = Sight(pages.asking, session.claims, "console")
        await sight.look()
        user = sight.asker.principal.id
        if open_[user] >= PAGES:
            refused("socket", sight.asker.tenant.ods)
            raise TooManyRequestsException(f"you look at {PAGES} boards already: close one of them first")
        asked = {name: request.query_params.get(name, "") for name in caseload.ADDRESS}
        board = Board(pages, hub, session, sight, asked)
        events = told(board, user, request.headers.get("last-event-id", ""))
        return Stream(events, media_type="text/event-stream", headers=_HEADERS)

    return live


class Board:
    """What one page is told."""

    def __init__(self, pages: Pages, hub: Hub, session: Session, sight: Sight, asked: dict[str, str]) -> None:
        self._pages = pages
        self._hub = hub
        self._session = session
        self._sight = sight
        self._asked = asked
        self._bell = asyncio.Event()

    async def told(self, seen: str) -> AsyncGenerator[bytes, None]:
        """Events of the kind `board`, until the session ends or the process does. `seen`: the id of the last one they had."""
        watch = await self._watch()
        yield b"retry: 1000\n\n"
        try:
            while not self._over():
                if await self._sight.look():
                    watch.leave()
                    watch = await self._watch()
                if (event := watch.take()) is None:
                    if not await self._rung():
                        yield b":\n\n"
                elif not event.startswith(f"id: {seen}\n".encode()):
                    yield event
        except NotAllowed:
            return  # asked again, they are told so
        except Exception as error:  # noqa: BLE001 – the stream ends, and it is noted
            log.error("live_board_failed", error=where(error))  # noqa: TRY400
        finally:
            watch.leave()

    def _over(self) -> bool:
        sessions = self._pages.asking.door.sessions
        return self._hub.over or time.time() >= self._session.expires or sessions.ended(self._session)

    async def _rung(self) -> bool:
        """Is there something before the next heartbeat?"""
        self._bell.clear()
        until = min(HEARTBEAT, max(0.0, self._session.expires - time.time()))
        try:
            await asyncio.wait_for(self._bell.wait(), until)
        except TimeoutError:
            return False
        return True

    async def _watch(self) -> Watch:
        pages, asker = self._pages, self._sight.asker
        wanted = caseload.wish(asker, self._asked)

        shown: tuple[object, bytes] = None, b""

        async def ask(borrow: Borrow) -> bytes:
            nonlocal shown
            page, as_of = await caseload.cards(pages, replace(asker, reader=asker.reader.over(borrow)), wanted)
            if page != shown[0]:
                shown = page, _event(repr(page), caseload.fragment(pages, page, as_of))
            return shown[1]

        key = ("board", *caseload.seen_by(asker, wanted))
        question = Question(key, asker.tenant.ods, frozenset({"caseload"}), ask, REST)
        return await self._hub.watch(question, self._bell.set)


def _event(page: str, html: str) -> bytes:
    """Named after what is shown, not when: who comes back to the same is told nothing."""
    name = hashlib.blake2b(page.encode(), digest_size=12).hexdigest()
    lines = "".join(f"data: {line}\n" for line in html.splitlines() if line.strip())
    return f"id: {name}\nevent: board\n{lines}\n".encode()
