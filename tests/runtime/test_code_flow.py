"""Signing in by authorisation code, as at any issuer; with what somebody else might try on the way there and back."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import msgspec
import pytest
import time_machine
import uvicorn
from litestar import Litestar, Request, get

from commonweal.console.page import environment as console
from commonweal.domain import user
from commonweal.domain.message import Refused
from commonweal.kernel.handle import handle
from commonweal.runtime import development_sign_in
from commonweal.runtime.access import user_id
from commonweal.runtime.code_flow import BACK, COOKIE, LASTS, Client, CodeFlow, challenge, outside_client
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.development_sign_in import CLIENT
from commonweal.runtime.door import make_door
from commonweal.runtime.example_people import Example
from commonweal.runtime.installation import Installation
from commonweal.runtime.settings import Settings, load
from commonweal.runtime.sign_in import SignInLinks, routes
from tests.stage import play
from tests.tenant import about, store

AMBER = Example(ods="QZA", ics="Zed and Aye", subject="demo-amber", name="Amber Finch", role="link worker")
BORIS = Example(ods="QZB", ics="Zed and Bee", subject="demo-boris", name="Boris Lark", role="triager")
_PLACES = (("QZA", "Zed and Aye"), ("QZB", "Zed and Bee"))


@dataclass
class Site:
    client: httpx.AsyncClient
    address: str

    async def go(self, path: str) -> httpx.Response:
        return await self.client.get(path.removeprefix(self.address))

    async def begin(self, **asked: str) -> str:
        """Where the console sends someone who wants to sign in."""
        answer = await self.client.get(f"/sign-in/begin?{urlencode(asked)}")
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def choose(self, there: str, who: Example) -> str:
        """Where the issuer sends back whoever they say they are."""
        path = there.removeprefix(self.address)
        assert who.name in (await self.client.get(path)).text
        answer = await self.client.post(path, data={"who": f"{who.subject}@{who.ods}"})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def me(self) -> dict[str, str] | None:
        answer = await self.client.get("/me")
        return answer.json() if answer.status_code == 200 else None


@asynccontextmanager
async def site(servers: Installation) -> AsyncIterator[Site]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = msgspec.structs.replace(servers.settings, public_url=address)
        async with store(servers, "QZA", "QZB") as opened:
            streams = (await opened.tenant("QZA")).streams
            await handle(streams, user_id(NAME, "demo-amber"), user.GrantUser(role="link_worker"), about())
            application = _application(
                settings, servers.platform_key, make_door(settings, servers.platform_key, opened)
            )
            server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False, ws="none"))
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            while not server.started:  # noqa: ASYNC110 – uvicorn tells in no other way
                await asyncio.sleep(0.01)
            async with httpx.AsyncClient(base_url=address) as client:
                yield Site(client, address)
            server.should_exit = True
            await serving


def _application(settings: Settings, key: bytes, door: Any) -> Litestar:
    issuer = DevelopmentIssuer(settings, key)
    own = Client(
        issuer.trusted(), f"{settings.address}/.well-known/openid-configuration", CLIENT, None, settings.address
    )

    async def places() -> tuple[tuple[str, str], ...]:
        return _PLACES

    @get("/me")
    async def me(request: Request[Any, Any, Any]) -> dict[str, str]:
        principal = await door.authenticate(request)
        return {"tenant": principal.tenant, "display": principal.display}

    people = development_sign_in.routes(issuer, key, settings.address, console(), lambda: (AMBER, BORIS))
    pages = routes(door, SignInLinks(settings, key), console(), CodeFlow(own, key, secure=False), places)
    return Litestar([me, *pages, *issuer.routes(), *people], openapi_config=None, logging_config=None)


def test_someone_signs_in_there_and_comes_back_to_the_page_they_wished_for(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        page = (await site.client.get("/sign-in?next=/waiting-list")).text
        assert "/sign-in/begin" in page
        assert "/waiting-list" in page
        assert all(name in page for _, name in _PLACES)
        there = await site.begin(ics="QZA", next="/waiting-list")
        asked = dict(parse_qsl(urlsplit(there).query))
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        assert asked["redirect_uri"] == site.address + BACK
        answer = await site.go(await site.choose(there, AMBER))
        assert (answer.status_code, answer.headers["location"]) == (303, "/waiting-list")
        assert answer.headers["cache-control"] == "no-store"
        assert COOKIE not in site.client.cookies, "what was remembered meanwhile is forgotten"
        assert await site.me() == {"tenant": "QZA", "display": "Amber Finch"}

    play(site(servers), visit)


def test_the_issuer_may_say_which_ics_somebody_works_for(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        await site.go(await site.choose(await site.begin(), AMBER))
        assert (await site.me() or {})["tenant"] == "QZA"

    play(site(servers), visit)


def test_whoever_signed_in_for_another_ics_is_not_let_in(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        answer = await site.go(await site.choose(await site.begin(ics="QZA"), BORIS))
        assert answer.status_code == 401
        assert "another ICS" in answer.text
        assert await site.me() is None

    play(site(servers), visit)


@pytest.mark.parametrize("spoilt", ["state", "code", "cookie", "elsewhere", "error", "late"])
def test_nothing_but_what_was_begun_here_is_finished(servers: Installation, spoilt: str) -> None:
    async def visit(site: Site) -> None:
        back = await site.choose(await site.begin(ics="QZA"), AMBER)
        parts = dict(parse_qsl(urlsplit(back).query))
        later = 0
        match spoilt:
            case "state" | "code":
                parts[spoilt] = ("B" if parts[spoilt][0] == "A" else "A") + parts[spoilt][1:]
            case "cookie":
                site.client.cookies.clear()
            case "elsewhere":  # someone else's code, in a browser that began for itself
                await site.begin(ics="QZA")
            case "error":
                parts = {"error": "access_denied", "state": parts["state"]}
            case _:
                later = LASTS + 1
        with time_machine.travel(time.time() + later, tick=True):
            answer = await site.go(f"{BACK}?{urlencode(parts)}")
        assert answer.status_code == 401
        assert "start again" in answer.text or "did not answer" in answer.text
        assert await site.me() is None

    play(site(servers), visit)


def test_the_issuer_gives_no_code_to_another_address_and_no_token_without_the_verifier(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        there = await site.begin(ics="QZA")
        elsewhere = there.replace(urlencode({"r": site.address})[2:], urlencode({"r": "http://evil.example"})[2:])
        assert elsewhere != there
        assert (await site.go(elsewhere)).status_code == 400
        back = await site.choose(there, AMBER)
        code = dict(parse_qsl(urlsplit(back).query))["code"]
        asked = {"grant_type": "authorization_code", "code": code, "code_verifier": "guessed"}
        assert (await site.client.post("/development/token", data=asked)).status_code == 400

    play(site(servers), visit)


def test_a_challenge_is_what_the_standard_says() -> None:
    """RFC 7636, appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_production_signs_in_over_https_only(tmp_path: Any) -> None:
    said = {
        "COMMONWEAL_DATA": str(tmp_path),
        "COMMONWEAL_ENVIRONMENT": "production",
        "COMMONWEAL_OIDC_ISSUER": "https://login.example.test",
        "COMMONWEAL_OIDC_AUDIENCE": "commonweal",
        "COMMONWEAL_OIDC_JWKS_URL": "https://login.example.test/keys",
    }
    assert outside_client(load(said)) is None
    said["COMMONWEAL_OIDC_CLIENT_ID"] = "commonweal"
    with pytest.raises(Refused, match="https"):
        outside_client(load(said))
    said["COMMONWEAL_PUBLIC_URL"] = "https://commonweal.example.test"
    found = outside_client(load(said))
    assert found is not None
    assert found.discovery == "https://login.example.test/.well-known/openid-configuration"
