"""Signing in on a machine of one's own: the development issuer's page, where one chooses who to be.

It speaks the authorisation code flow as any issuer does (OpenID Connect Core 1.0, section 3.1; RFC 7636).
"""

import asyncio
import hmac
import secrets as random
import time
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment
from litestar import Request, get, post
from litestar.enums import MediaType
from litestar.exceptions import ClientException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.page import Frame, WhoToBe, content_security_policy, render
from commonweal.runtime.code_flow import BACK, challenge
from commonweal.runtime.development_issuer import AUTHORIZE, TOKEN, DevelopmentIssuer
from commonweal.runtime.example_people import Example
from commonweal.runtime.session import Seal

CLIENT: Final = "commonweal-console"
"""The console, to the development issuer."""
LASTS: Final = 60
"""Seconds a code may be exchanged in."""
_KEPT: Final = ("redirect_uri", "state", "nonce", "code_challenge")

Asked = Request[Any, Any, Any]


class _Code(msgspec.Struct, frozen=True, array_like=True):
    subject: str
    tenant: str
    name: str
    nonce: str
    challenge: str
    expires: int


def routes(
    issuer: DevelopmentIssuer,
    platform_key: bytes,
    address: str,
    console: Environment,
    people: Callable[[], Iterable[Example]],
) -> list[HTTPRouteHandler]:
    """The two endpoints of the flow. `address`: how browsers reach this installation."""
    seal = Seal(platform_key, "development code", _Code)

    def asked(request: Asked) -> dict[str, str]:
        given = {name: request.query_params.get(name) or "" for name in _KEPT}
        well = request.query_params.get("client_id") == CLIENT and given["redirect_uri"] == address + BACK
        if not well or not given["code_challenge"] or not given["state"]:
            raise ClientException("this is where the console of this installation sends people to sign in")
        return given

    async def everyone() -> tuple[Example, ...]:
        return await asyncio.to_thread(lambda: tuple(people()))

    @get(AUTHORIZE)
    async def choose(request: Asked) -> Response[str]:
        asked(request)
        nonce = random.token_urlsafe(16)
        page = WhoToBe(action=f"{AUTHORIZE}?{request.url.query}", people=await everyone())
        text = render(console, "who_to_be.html", Frame(nonce=nonce), page)
        headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
        return Response(text, media_type=MediaType.HTML, headers=headers)

    @post(AUTHORIZE)
    async def chosen(request: Asked) -> Redirect:
        given, form = asked(request), await request.form()
        subject, _, tenant = str(form.get("who", "")).rpartition("@")
        found = next((each for each in await everyone() if (each.subject, each.ods) == (subject, tenant)), None)
        if found is None:
            raise ClientException("choose one of the people on the page")
        code = _Code(
            found.subject, found.ods, found.name, given["nonce"], given["code_challenge"], int(time.time()) + LASTS
        )
        back = urlencode({"code": seal.close(code), "state": given["state"]})
        return Redirect(f"{BACK}?{back}", status_code=303)

    @post(TOKEN, status_code=200)
    async def exchange(request: Asked) -> Response[dict[str, object]]:
        form = await request.form()
        code = seal.open(str(form.get("code", "")))
        shown = challenge(str(form.get("code_verifier", "")))
        if code is None or time.time() >= code.expires or not hmac.compare_digest(shown, code.challenge):
            return Response({"error": "invalid_grant"}, status_code=400)
        token = issuer.issue(code.subject, code.tenant, audience=CLIENT, name=code.name, nonce=code.nonce)
        answer: dict[str, object] = {"id_token": token, "access_token": token, "token_type": "Bearer", "expires_in": 60}
        return Response(answer, headers={"Cache-Control": "no-store"})

    return [choose, chosen, exchange]
