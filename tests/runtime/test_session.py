"""Signing in with a link, working, signing out; and everything somebody else might try with a cookie, a form or an address."""

import asyncio
import base64
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine
import uvicorn
from litestar import Litestar, Request, get, post

from commonweal.console.page import environment as console
from commonweal.domain import user
from commonweal.kernel.handle import handle
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.door import Door, make_door
from commonweal.runtime.identity import Claims, NotSignedIn
from commonweal.runtime.installation import Installation
from commonweal.runtime.session import ABSOLUTE, COOKIE, IDLE, Sessions
from commonweal.runtime.settings import load
from commonweal.runtime.sign_in import SignInLinks, own_page, routes
from tests.stage import play
from tests.tenant import about, store

ISSUER = "https://login.example.test"


@dataclass
class Site:
    """A web server whose pages say who came in; `client` keeps cookies as a browser does."""

    client: httpx.AsyncClient
    door: Door
    issuer: DevelopmentIssuer
    links: SignInLinks
    streams: Any

    async def sign_in(self, subject: str = "demo-amber", following: str = "") -> httpx.Response:
        path = self.links.link(subject, "QZA", "Amber").removeprefix("http://127.0.0.1:8000")
        return await self.client.get(path + following)

    async def csrf(self) -> str:
        return str((await self.client.get("/me")).json()["csrf"])

    def bearer(self, tenant: str = "QZA") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.issuer.issue('demo-amber', tenant)}"}


@asynccontextmanager
async def site(servers: Installation) -> AsyncIterator[Site]:
    async with store(servers, "QZA", "QZB") as opened:
        door = make_door(servers.settings, servers.platform_key, opened)
        issuer = DevelopmentIssuer(servers.settings, servers.platform_key)
        links = SignInLinks(servers.settings, servers.platform_key)

        @get("/me")
        async def me(request: Request[Any, Any, Any]) -> dict[str, str]:
            principal = await door.authenticate(request)
            csrf = door.csrf_token(request) if COOKIE in request.cookies else ""
            return {"id": principal.id, "tenant": principal.tenant, "display": principal.display, "csrf": csrf}

        @post("/change")
        async def change(request: Request[Any, Any, Any]) -> dict[str, Any]:
            principal = await door.authenticate(request)
            return {"id": principal.id, "form": dict(await request.form())}

        streams = (await opened.tenant("QZA")).streams
        await handle(streams, user_id(NAME, "demo-amber"), user.GrantUser(role="link_worker"), about())
        pages = [me, change, *routes(door, links, console()), *issuer.routes()]
        application = Litestar(pages, before_send=[door.keep_signed_in], openapi_config=None, logging_config=None)
        async with served(application) as address, httpx.AsyncClient(base_url=address) as client:
            yield Site(client, door, issuer, links, streams)


@asynccontextmanager
async def served(application: Litestar) -> AsyncIterator[str]:
    """Its address on a socket of the loopback, until the end of the block."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application, log_config=None, access_log=False, ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 – uvicorn tells in no other way
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


def test_a_link_signs_in_and_signing_out_ends_it_for_good(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        assert (await site.client.get("/me")).status_code == 401
        answer = await site.sign_in()
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
        set_cookie = answer.headers["set-cookie"]
        assert set_cookie.startswith(f"{COOKIE}=")
        assert "HttpOnly" in set_cookie
        assert "SameSite=lax" in set_cookie
        assert "Path=/" in set_cookie
        assert "Max-Age" not in set_cookie
        me = (await site.client.get("/me")).json()
        assert me == {"id": user_id(NAME, "demo-amber"), "tenant": "QZA", "display": "Amber", "csrf": me["csrf"]}
        stolen = site.client.cookies[COOKIE]
        answer = await site.client.post("/sign-out", data={"csrf_token": me["csrf"]})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert COOKIE not in site.client.cookies
        site.client.cookies.set(COOKIE, stolen)
        assert (await site.client.get("/me")).status_code == 401
        assert "signed out" in (await site.client.get("/sign-in")).text

    play(site(servers), visit)


def test_a_form_of_another_site_changes_nothing(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        await site.sign_in()
        csrf = await site.csrf()
        other = site.door.sessions.csrf_token(site.door.sessions.begin(Claims(NAME, "demo-amber", "QZA")))
        for form in ({}, {"csrf_token": ""}, {"csrf_token": other}, {"csrf_token": csrf[:-1]}, {"csrf_token": "é"}):
            assert (await site.client.post("/change", data=form)).status_code == 403
        assert (await site.client.post("/change", json={"csrf_token": csrf})).status_code == 403
        assert (await site.client.post(f"/change?csrf_token={csrf}")).status_code == 403
        assert (await site.client.post("/sign-out")).status_code == 403
        assert site.door.sessions.read(site.client.cookies[COOKIE]).subject == "demo-amber"
        answer = await site.client.post("/change", data={"csrf_token": csrf, "reason": "capacity"})
        assert answer.json()["form"]["reason"] == "capacity"
        assert (await site.client.post("/change", headers={"X-CSRF-Token": csrf})).status_code == 201

    play(site(servers), visit)


def test_a_bearer_token_is_all_that_counts_where_there_is_one(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        assert (await site.client.post("/change", headers=site.bearer())).status_code == 201
        await site.sign_in()
        for wrong in ("Bearer", "Bearer nonsense", "Basic YTpi", site.bearer("QZB")["Authorization"] + "x"):
            refused = await site.client.get("/me", headers={"Authorization": wrong})
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == 'Bearer realm="commonweal", error="invalid_token"'
        answers = [await site.client.get("/me", headers=site.bearer(tenant)) for tenant in ("QZB", "QZC")]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].json() == answers[1].json()

    play(site(servers), visit)


def test_a_revoked_user_is_out_within_two_seconds_and_can_still_sign_out(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        await site.sign_in()
        csrf = await site.csrf()
        await handle(site.streams, user_id(NAME, "demo-amber"), user.RevokeUser(role="link_worker"), about())
        await asyncio.sleep(2)
        assert (await site.client.get("/me")).status_code == 403
        assert (await site.client.get("/me", headers=site.bearer())).status_code == 403
        assert (await site.client.post("/sign-out", data={"csrf_token": csrf})).status_code == 303

    play(site(servers), visit)


def test_after_signing_in_one_stays_on_this_site(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        assert (await site.sign_in(following="?next=/caseload%3Fpcn=U96568")).headers[
            "location"
        ] == "/caseload?pcn=U96568"
        for away in (
            "https://evil.example.test",
            "//evil.example.test",
            "%2F%5Cevil.example.test",
            "/%0d%0aSet-Cookie:%20a=b",
        ):
            answer = await site.sign_in(following=f"?next={away}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), away

    play(site(servers), visit)


@pytest.mark.parametrize(
    "wish",
    [None, "", "caseload", "//e.test", "/\\e.test", "\\\\e.test", "/a\\..\\b", "http:/e.test", "javascript:alert(1)",
     "/\t/e.test", " //e.test", "/a\r\nb", "/\u2028", "///e.test", "/\x00"],
)  # fmt: skip
def test_only_a_plain_path_is_a_page_of_ours(wish: str | None) -> None:
    assert own_page(wish) == "/"


def test_a_link_that_does_not_hold_gets_the_sign_in_page_and_no_cookie(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        await site.sign_in()
        cookie = site.client.cookies[COOKIE]
        site.client.cookies.clear()
        token = site.issuer.issue("demo-amber", "QZA")
        for code in ("x", "a.b.c", "A" * 200, cookie, token, "%2e%2e", "%00"):
            answer = await site.client.get(f"/sign-in/{code}")
            assert (answer.status_code, "set-cookie" in answer.headers) == (401, False), code
            why = "bearer token, not a sign-in link" if code == token else "run out or was used before"
            assert why in answer.text
            nonce = re.search(r'nonce="([^"]+)"', answer.text)
            assert nonce is not None
            assert f"'nonce-{nonce[1]}'" in answer.headers["content-security-policy"]

    play(site(servers), visit)


def test_the_issuers_key_is_published_and_its_private_half_is_not(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        configuration = (await site.client.get("/.well-known/openid-configuration")).json()
        assert configuration["issuer"] == NAME
        assert configuration["jwks_uri"].endswith("/development/jwks.json")
        answer = await site.client.get("/development/jwks.json")
        assert [(key["alg"], "d" in key) for key in answer.json()["keys"]] == [("ES256", False)]

    play(site(servers), visit)


def test_a_session_is_kept_while_one_works_and_not_renewed_by_every_answer(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        with time_machine.travel("2030-03-04T09:00:00Z") as clock:
            await site.sign_in()
            assert "set-cookie" not in (await site.client.get("/me")).headers
            for _ in range(3):
                clock.shift(timedelta(minutes=50))
                answer = await site.client.get("/me")
                assert (answer.status_code, "set-cookie" in answer.headers) == (200, True)
            csrf = await site.csrf()
            clock.shift(timedelta(minutes=2))
            answer = await site.client.post("/sign-out", data={"csrf_token": csrf})
            assert COOKIE not in site.client.cookies
            assert len(answer.headers.get_list("set-cookie")) == 1

    play(site(servers), visit)


CLAIMS = Claims(NAME, "demo-amber", "QZA", "Amber")


def sessions(key: bytes = b"k" * 32, *, secure: bool = False) -> Sessions:
    return Sessions(key, secure=secure)


def test_a_session_ends_after_an_hour_away_and_after_eight_hours_of_work() -> None:
    with time_machine.travel("2030-03-04T09:00:00Z", tick=False) as clock:
        mine = sessions()
        session = mine.begin(CLAIMS)
        cookie = str(mine.cookie(session).value)
        clock.shift(IDLE - 1)
        assert mine.read(cookie) == session
        clock.shift(1)
        with pytest.raises(NotSignedIn, match="signed out"):
            mine.read(cookie)
        while (renewed := mine.renewed(session)) and renewed.seen - renewed.begun < ABSOLUTE:
            session = renewed
            clock.shift(IDLE // 2)
        with pytest.raises(NotSignedIn, match="signed out"):
            mine.read(str(mine.cookie(renewed or session).value))


def test_a_cookie_that_was_changed_or_made_elsewhere_is_no_session() -> None:
    mine = sessions()
    cookie = str(mine.cookie(mine.begin(CLAIMS)).value)
    sealed = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
    for at in range(len(sealed)):
        changed = bytes([*sealed[:at], sealed[at] ^ 1, *sealed[at + 1 :]])
        with pytest.raises(NotSignedIn):
            mine.read(base64.urlsafe_b64encode(changed).decode().rstrip("="))
    other = sessions(b"o" * 32)
    for wrong in (cookie[:-4], cookie * 2, "x", "é", "....", str(other.cookie(other.begin(CLAIMS)).value)):
        with pytest.raises(NotSignedIn):
            mine.read(wrong)
    assert mine.read(cookie).claims == CLAIMS


def test_neither_a_cookie_nor_a_link_shows_who_it_is_for(tmp_path: Path) -> None:
    mine = sessions()
    cookie = str(mine.cookie(mine.begin(CLAIMS)).value)
    link = SignInLinks(load({"COMMONWEAL_DATA": str(tmp_path)}), b"k" * 32).link("demo-amber", "QZA", "Amber")
    for text in (cookie, link.rpartition("/")[2]):
        assert b"mber" not in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    assert "mber" not in repr(mine.begin(CLAIMS))


def test_in_production_the_cookie_travels_over_https_only() -> None:
    assert sessions(secure=True).cookie(sessions().begin(CLAIMS)).secure
    assert sessions(secure=True).no_cookie().secure


def test_a_development_link_holds_for_the_day_and_any_other_once_within_minutes(tmp_path: Path) -> None:
    settings = load({"COMMONWEAL_DATA": str(tmp_path)})
    outside = load({"COMMONWEAL_DATA": str(tmp_path), "COMMONWEAL_OIDC_ISSUER": ISSUER})
    with time_machine.travel("2030-03-04T09:00:00Z", tick=False) as clock:
        development, real = SignInLinks(settings, b"k" * 32), SignInLinks(outside, b"k" * 32)
        often = development.link("demo-amber", "QZA").rpartition("/")[2]
        once, late = (real.link("u-1", "QZA").rpartition("/")[2] for _ in range(2))
        assert real.open(once).issuer == ISSUER
        for spent in (once, "x"):
            with pytest.raises(NotSignedIn):
                real.open(spent)
        clock.shift(timedelta(minutes=15))
        with pytest.raises(NotSignedIn):
            real.open(late)
        clock.shift(timedelta(hours=11))
        assert development.open(often) == development.open(often) == Claims(NAME, "demo-amber", "QZA", "demo-amber")
        clock.shift(timedelta(hours=1))
        with pytest.raises(NotSignedIn):
            development.open(often)
