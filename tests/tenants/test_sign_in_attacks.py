"""Signing in leads nowhere else, signs nobody in as somebody else, and leaves nothing behind that could be used again."""

from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from commonweal.runtime import session
from commonweal.runtime.code_flow import COOKIE, Client, CodeFlow
from commonweal.runtime.identity import Claims, Issuer, Keys
from commonweal.runtime.installation import Installation
from commonweal.runtime.session import Sessions
from commonweal.runtime.sign_in import SignInLinks
from tests.runtime.test_code_flow import AMBER, BORIS, Site, site
from tests.stage import play

ELSEWHERE: Final = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "///evil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    " /caseload",
    "/caseload\r\nset-cookie: x=y",
    "/\u2028/evil.example",
    "/" + "\u202e" + "evil",
)


async def _signed_in(site: Site, **asked: str) -> httpx.Response:
    return await site.go(await site.choose(await site.begin(**asked), AMBER))


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_after_signing_in_by_code_one_is_here(servers: Installation, wish: str) -> None:
    async def visit(site: Site) -> None:
        answer = await _signed_in(site, ics="QZA", next=wish)
        there = answer.headers["location"]
        assert answer.status_code == 303
        assert urlsplit(there).netloc == ""
        assert there.startswith("/")
        assert not there.startswith(("//", "/\\"))
        assert "x=y" not in str(answer.headers.get_list("set-cookie"))
        assert (await site.me() or {})["tenant"] == "QZA"

    play(site(servers), visit)


def test_whoever_put_a_session_into_the_browser_does_not_share_the_one_that_begins(servers: Installation) -> None:
    """And who was signed in here before is not any more."""

    async def visit(site: Site) -> None:
        sessions = Sessions(servers.platform_key, secure=False)
        planted = sessions.cookie(sessions.begin(Claims("https://elsewhere.example", "demo-mallory", "QZA", "Mallory")))
        for value in (str(planted.value), "fixed"):
            site.client.cookies.clear()
            site.client.cookies.set(session.COOKIE, value)
            answer = await _signed_in(site, ics="QZA")
            (made,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith(session.COOKIE)]
            assert value not in made
            site.client.cookies.clear()
            site.client.cookies.set(session.COOKIE, _value(made, session.COOKIE))
            assert await site.me() == {"tenant": "QZA", "display": AMBER.name}

    play(site(servers), visit)


def test_what_was_finished_once_is_not_finished_again(servers: Installation) -> None:
    """Somebody else finds the address in a history, with the cookie of that browser or with one of their own."""

    async def visit(site: Site) -> None:
        back = await site.choose(await site.begin(ics="QZA"), AMBER)
        kept = site.client.cookies[COOKIE]
        assert (await site.go(back)).status_code == 303
        for cookie in (kept, None):
            site.client.cookies.clear()
            if cookie is not None:
                site.client.cookies.set(COOKIE, cookie)
            answer = await site.go(back)
            assert answer.status_code == 401
            assert "code=" not in answer.text
            assert await site.me() is None

    play(site(servers), visit)


def test_nobody_is_signed_in_by_a_code_they_did_not_ask_for(servers: Installation) -> None:
    """Mallory signs in elsewhere and has the victim open the last address: they would write into Mallory's day."""

    async def visit(site: Site) -> None:
        mallory = await site.choose(await site.begin(), BORIS)
        site.client.cookies.clear()
        await site.begin(ics="QZA")  # the victim is about to sign in themselves
        answer = await site.go(mallory)
        assert answer.status_code == 401
        assert session.COOKIE not in site.client.cookies

    play(site(servers), visit)


def test_no_cookie_is_good_for_what_another_is_for(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        await site.begin(ics="QZA")
        begun = site.client.cookies[COOKIE]
        link = SignInLinks(servers.settings, servers.platform_key).link("demo-amber", "QZA").rpartition("/")[2]
        for value in (begun, link, begun + begun, "eyJhbGciOiJub25lIn0.e30."):
            site.client.cookies.clear()
            site.client.cookies.set(session.COOKIE, value)
            assert await site.me() is None
        signed_in = await _signed_in(site, ics="QZA")
        (made,) = [each for each in signed_in.headers.get_list("set-cookie") if each.startswith(session.COOKIE)]
        back = await site.choose(await site.begin(ics="QZA"), AMBER)
        site.client.cookies.clear()
        site.client.cookies.set(COOKIE, _value(made, session.COOKIE))
        assert (await site.go(back)).status_code == 401

    play(site(servers), visit)


def test_no_script_reads_a_cookie_and_no_other_site_sends_it_with_a_form(servers: Installation) -> None:
    async def visit(site: Site) -> None:
        begun = await site.client.get("/sign-in/begin?ics=QZA")
        answer = await _signed_in(site, ics="QZA")
        made = [*begun.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")]
        assert len(made) == 3
        for each in made:
            assert "httponly" in each.lower()
            assert "samesite=lax" in each.lower()
            assert "domain=" not in each.lower()
        assert all("path=/sign-in" in each.lower() for each in made if each.startswith(COOKIE))
        for shown in (begun, answer):
            assert shown.headers["cache-control"] == "no-store"
            assert shown.headers["referrer-policy"] == "no-referrer"

    play(site(servers), visit)


def test_in_production_every_cookie_travels_over_https_only(servers: Installation) -> None:
    sessions = Sessions(servers.platform_key, secure=True)
    flow = CodeFlow(_nobody(), servers.platform_key, secure=True)
    for cookie in (
        sessions.cookie(sessions.begin(Claims("i", "s", "QZA", ""))),
        sessions.no_cookie(),
        flow.no_cookie(),
        flow._cookie(),
    ):
        assert cookie.secure
        assert cookie.httponly
        assert cookie.samesite == "lax"


def _nobody() -> Client:
    async def none() -> bytes:
        return b'{"keys": []}'

    return Client(Issuer("https://issuer.example", "us", Keys(none)), "", "us", None, "https://us.example")


def _value(cookie: str, name: str) -> str:
    return SimpleCookie(cookie)[name].value
