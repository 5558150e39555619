"""Signing in: someone opens the link they were given, works in the console, signs out."""

import re
import secrets as random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import msgspec
from jinja2 import Environment
from litestar import Request, get, post
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_401_UNAUTHORIZED

from commonweal.console.page import Frame, SignIn, content_security_policy, render
from commonweal.runtime import code_flow, development_issuer
from commonweal.runtime.code_flow import BACK, CodeFlow
from commonweal.runtime.door import Door
from commonweal.runtime.identity import Claims, NotSignedIn
from commonweal.runtime.session import COOKIE, Seal
from commonweal.runtime.settings import Settings

FOR_A_DAY: Final = timedelta(hours=12)
"""How long a development link holds, as often as one likes: `./go up` prints them once, and a day's work needs them again."""
FOR_A_MOMENT: Final = timedelta(minutes=15)
"""How long any other link holds. It signs in once; after a restart of the web process it might a second time."""
_OWN_PAGE: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
_ONLY_HERE: Final = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

BEGIN: Final = "/sign-in/begin"

Asked = Request[Any, Any, Any]
Places = Callable[[], Awaitable[tuple[tuple[str, str], ...]]]
"""(ODS code, name) of each ICS hosted here."""


class _Code(msgspec.Struct, frozen=True, array_like=True):
    """`expires` in seconds since 1970."""

    subject: str
    tenant: str
    name: str
    id: bytes
    expires: int


class SignInLinks:
    """Links that sign somebody in: nothing in them can be read by anyone but this installation."""

    def __init__(self, settings: Settings, platform_key: bytes) -> None:
        self._issuer = settings.oidc_issuer or development_issuer.NAME
        self._again = settings.oidc_issuer is None
        self._address = settings.address
        self._seal = Seal(platform_key, "sign-in link", _Code)
        self._used: dict[bytes, float] = {}

    def link(self, subject: str, tenant: str, name: str = "") -> str:
        """The address that signs in a subject of the issuer for one ICS; `name` is what the console calls them."""
        lifetime = FOR_A_DAY if self._again else FOR_A_MOMENT
        expires = int(time.time() + lifetime.total_seconds())
        code = _Code(subject, tenant, name or subject, random.token_bytes(9), expires)
        return f"{self._address}/sign-in/{self._seal.close(code)}"

    def open(self, text: str) -> Claims:
        """Whom a code signs in. Raises NotSignedIn for one that was made elsewhere, ran out or was used, and for a token."""
        if text.startswith("eyJ") and text.count(".") == 2:  # how every signed JWT looks
            raise NotSignedIn("this is a bearer token, not a sign-in link: it goes into the header Authorization")
        code, now = self._seal.open(text), time.time()
        if code is None or now >= code.expires or code.id in self._used:
            raise NotSignedIn("this sign-in link has run out or was used before")
        if not self._again:
            self._used = {known: until for known, until in self._used.items() if until > now}
            self._used[code.id] = code.expires
        return Claims(self._issuer, code.subject, code.tenant, code.name)


def own_page(wish: str | None) -> str:
    """Where to go after signing in: a page of ours, whatever was asked for."""
    return wish if wish and _OWN_PAGE.fullmatch(wish) else "/"


async def _nowhere() -> tuple[tuple[str, str], ...]:
    return ()


def routes(
    door: Door, links: SignInLinks, console: Environment, flow: CodeFlow | None = None, places: Places = _nowhere
) -> list[HTTPRouteHandler]:
    """The pages around a session. `console`: `commonweal.console.page.environment()`.

    `flow`: how one signs in where one's organisation keeps its people; `places`: the ICSs one chooses from before.
    """

    async def about(reason: str | None, following: str | None = None) -> SignIn:
        begin = None if flow is None else BEGIN
        return SignIn(reason=reason, begin=begin, following=following or "", places=await places() if flow else ())

    @get("/sign-in")
    async def page(request: Asked) -> Response[str]:
        reason = None
        if cookie := request.cookies.get(COOKIE):
            try:
                door.sessions.read(cookie)
            except NotSignedIn as error:
                reason = _sentence(error)
        return _page(console, await about(reason, request.query_params.get("next")), HTTP_200_OK)

    @get("/sign-in/{code:str}")
    async def sign_in(request: Asked) -> Response[Any]:
        try:
            session = door.sessions.begin(links.open(str(request.path_params["code"])))
        except NotSignedIn as error:
            return _page(console, await about(_sentence(error)), HTTP_401_UNAUTHORIZED)
        return _away(own_page(request.query_params.get("next")), door.sessions.cookie(session))

    @post("/sign-out")
    async def sign_out(request: Asked) -> Response[Any]:
        with suppress(NotSignedIn):  # they are out already, which is what they want
            door.sessions.end(await door.session(request))
        return _away("/sign-in", door.sessions.no_cookie())

    return [page, sign_in, sign_out, *([] if flow is None else _flow(door, flow, console, about))]


def _flow(
    door: Door, flow: CodeFlow, console: Environment, about: Callable[[str | None], Awaitable[SignIn]]
) -> list[HTTPRouteHandler]:
    @get(BEGIN)
    async def begin(request: Asked) -> Response[Any]:
        following = own_page(request.query_params.get("next"))
        try:
            address, cookie = await flow.begin(request.query_params.get("ics") or "", following)
        except NotSignedIn as error:
            return _page(console, await about(_sentence(error)), HTTP_401_UNAUTHORIZED)
        return _away(address, cookie)

    @get(BACK)
    async def back(request: Asked) -> Response[Any]:
        asked, cookie = request.query_params, request.cookies.get(code_flow.COOKIE)
        if asked.get("error"):
            return _page(console, await about("You did not sign in there: start again."), HTTP_401_UNAUTHORIZED)
        try:
            claims, following = await flow.finish(cookie, asked.get("state"), asked.get("code"))
        except NotSignedIn as error:
            return _page(console, await about(_sentence(error)), HTTP_401_UNAUTHORIZED)
        answer = _away(following, door.sessions.cookie(door.sessions.begin(claims)))
        answer.set_cookie(flow.no_cookie())
        return answer

    return [begin, back]


def _away(path: str, cookie: Any) -> Redirect:
    return Redirect(path, status_code=HTTP_303_SEE_OTHER, cookies=[cookie], headers=_ONLY_HERE)


def _page(console: Environment, about: SignIn, status: int) -> Response[str]:
    nonce = random.token_urlsafe(16)
    headers = {**_ONLY_HERE, "Content-Security-Policy": content_security_policy(nonce)}
    text = render(console, "sign_in.html", Frame(nonce=nonce), about)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)


def _sentence(error: NotSignedIn) -> str:
    return f"{error.detail[:1].upper()}{error.detail[1:]}."
