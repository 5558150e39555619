"""Published: pages and files that anybody may have, kept for a minute here and by whoever fetched them, and asked for in turns."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Response

from commonweal.console.page import Frame, content_security_policy, render
from commonweal.runtime.asking import Asking
from commonweal.runtime.organisations import ics_name
from commonweal.runtime.pages.page import Asked, Missing
from commonweal.runtime.public import anybody
from commonweal.runtime.schema import Asker
from commonweal.runtime.turns import Full, Turns
from tenants.store import Tenant, UnknownTenant

FRESH: Final = 60
"""Seconds for which a page is kept, here and wherever else it is."""
AT_ONCE: Final = 2
"""Of the public's questions to one ICS: its own people have the other connections. WAITING more wait for their turn."""
WAITING: Final = 32
KEPT: Final = 256
"""Pages."""
HEADERS: Final = {"Cache-Control": f"public, max-age={FRESH}", "Referrer-Policy": "no-referrer"}
_LATER: Final = "too many people are looking at this at once: try again in a moment"


@dataclass(frozen=True, slots=True)
class _Page:
    body: str
    etag: str
    until: float


@dataclass(frozen=True, slots=True)
class Made:
    """A page as it is to be drawn."""

    template: str
    about: object


Make = Callable[[Asker], Awaitable[Made]]


class Published:
    """What is public of the ICSs of one installation."""

    def __init__(self, asking: Asking, console: Environment) -> None:
        self.asking: Final = asking
        self._console = console
        self._turns: Final = Turns(AT_ONCE, WAITING)
        self._kept: OrderedDict[tuple[str, ...], _Page] = OrderedDict()

    async def anybody(self, ods: str) -> Asker:
        """Whoever comes by, at one ICS. Raises `Missing` where none of that code is hosted."""
        try:
            return anybody(await self.asking.store.tenant(ods))
        except UnknownTenant:
            raise Missing("there is no such page") from None

    async def page(self, request: Asked, asker: Asker, key: tuple[str, ...], make: Make) -> Response[str]:
        """A page, made anew once a minute. `key`: what decides what it shows. Raises `Missing`."""
        key = (asker.tenant.ods, *key)
        found = self._kept.get(key)
        if found is None or found.until < time.monotonic():
            async with self.turn(asker.tenant):
                found = self._kept.get(key)  # whoever went before may have asked for the same
                if found is None or found.until < time.monotonic():
                    found = await self._made(asker, make)
            self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        headers = {**HEADERS, "Content-Security-Policy": content_security_policy(""), "ETag": found.etag}
        if request.headers.get("if-none-match") == found.etag:
            return Response("", status_code=304, headers=headers, media_type=MediaType.HTML)
        return Response(found.body, headers=headers, media_type=MediaType.HTML)

    async def _made(self, asker: Asker, make: Make) -> _Page:
        made = await make(asker)
        body = render(self._console, made.template, Frame(nonce="", tenant=await ics_name(asker.tenant)), made.about)
        return _Page(body, f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"', time.monotonic() + FRESH)

    @asynccontextmanager
    async def turn(self, tenant: Tenant, *, begun: bool = False) -> AsyncIterator[None]:
        """503 where too many wait."""
        try:
            async with self._turns.turn(tenant, begun=begun):
                yield
        except Full:
            raise HTTPException(detail=_LATER, status_code=503, headers={"Retry-After": "5"}) from None
