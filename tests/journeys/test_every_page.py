"""Every page: whoever may see it can use it on a desk and on a phone, and no link on it leads anywhere they may not go."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final, Self
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from commonweal.console.asks import BY_NAME
from commonweal.runtime import permissions
from commonweal.runtime.pages.menu import PAGES
from commonweal.runtime.pages.record import TABS
from commonweal.runtime.sign_in import SignInLinks
from commonweal.runtime.simulate.play import deal, play
from tests.journeys.browser import DESKTOP, PHONE, sized, violations
from tests.journeys.office import ODS, Office, at_work, northamptonshire

pytestmark = pytest.mark.browser

HTML: Final = {"accept": "text/html"}
CASES: Final = 16
_USERS: Final = northamptonshire().users


def _part(role: str) -> frozenset[object]:
    """All that a role may see and do: two of which that is the same have the same pages."""
    return frozenset(
        what for what, roles in (*permissions.VIEWS.items(), *permissions.COMMANDS.items()) if role in roles
    )


PEOPLE: Final = {each.role: each for each in {_part(each.role): each for each in reversed(_USERS)}.values()}
"""One of each role that has pages of its own."""
_ID: Final = re.compile(r"/(?=[^/]*\d|[^/]{25}|amber$|rowan$|sunil$|hazel$|fern)[^/]+")


def shape(address: str) -> str:
    """A page, whichever record it is of: `/people/·/plan?done`."""
    parts = urlsplit(address)
    asked = sorted(name for name, _ in parse_qsl(parts.query) if name != "back")
    return _ID.sub("/·", parts.path) + (f"?{'&'.join(asked)}" if asked else "")


class Seen(HTMLParser):
    """What stands on a page: its headings, its title, its links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings = 0
        self.titles = 0
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.headings += tag == "h1"
        self.titles += tag == "title"
        href = dict(attrs).get("href") or ""
        if tag == "a" and href.startswith("/"):
            self.links.append(href.partition("#")[0])


@dataclass
class Visitor:
    """Somebody of one role, signed in. `opened`: every shape of page they came to → an address of it, where it is one to look at."""

    client: httpx.Client
    link: str
    opened: dict[str, str | None] = field(default_factory=dict)
    wrong: list[tuple[str, int]] = field(default_factory=list)

    def walked(self) -> Self:
        """Follow every link from the first page on, once for each shape of page."""
        todo = [] if self.opened else ["/"]
        while todo:
            address = todo.pop(0)
            if shape(address) in self.opened:
                continue
            answer = self.client.get(address, headers=HTML)
            is_page = answer.headers["content-type"].startswith("text/html")
            self.opened[shape(address)] = address if is_page else None
            page = Seen(answer.text)
            if answer.status_code != 200 or (is_page and (page.headings, page.titles) != (1, 1)):
                self.wrong.append((address, answer.status_code))
            todo += page.links
        return self


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with at_work(northamptonshire()) as found:

        async def cases() -> None:
            here = await found.store.tenant(ODS)
            await play(here, await deal(here, CASES, 1, datetime.now(UTC)), 8, lambda: None)

        found.run(cases())
        found.settled()
        yield found


@pytest.fixture(scope="module")
def visitors(office: Office) -> Iterator[Mapping[str, Visitor]]:
    """One of each role."""
    links = SignInLinks(office.installation.settings, office.installation.platform_key)
    found = {}
    with ExitStack() as stack:
        for role, someone in PEOPLE.items():
            client = stack.enter_context(httpx.Client(base_url=office.url, timeout=30, follow_redirects=True))
            client.get(links.link(someone.subject, ODS), headers=HTML).raise_for_status()
            found[role] = Visitor(client, links.link(someone.subject, ODS))
        yield found


@pytest.fixture(scope="module")
def looked_at() -> set[object]:
    """Shapes of pages, and what forms ask, that need not be looked at again."""
    return set()


@pytest.mark.parametrize("role", PEOPLE)
def test_a_page_of_the_menu_opens_for_those_who_may_see_it_and_for_nobody_else(
    visitors: Mapping[str, Visitor], role: str
) -> None:
    someone = PEOPLE[role]
    seen = permissions.views(((role, someone.scope),), someone.subject)
    answers = {view: visitors[role].client.get(href, headers=HTML).status_code for view, (_, href) in PAGES.items()}
    assert answers == {view: 200 if view in seen else 403 for view in PAGES}


@pytest.mark.parametrize("role", PEOPLE)
def test_no_link_leads_anywhere_one_may_not_go_and_every_page_has_one_heading(
    visitors: Mapping[str, Visitor], role: str
) -> None:
    visitor = visitors[role].walked()
    assert visitor.wrong == []
    assert len(visitor.opened) > 1


def test_the_parts_of_a_record_were_all_come_to(visitors: Mapping[str, Visitor]) -> None:
    """Else the walk above proves little."""
    assert {f"/people/·/{name}".rstrip("/") for name, _, _ in TABS} <= visitors["team_lead"].walked().opened.keys()


@pytest.mark.parametrize("role", PEOPLE)
def test_everyone_can_use_every_page_on_a_desk_and_on_a_phone(
    office: Office, visitors: Mapping[str, Visitor], browser: Browser, looked_at: set[object], role: str
) -> None:
    """Each shape of page as the first one who comes to it sees it; of forms that ask alike, one."""
    found: list[tuple[str, object]] = []
    with browser.new_context(viewport=DESKTOP, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(visitors[role].link)
        for name, address in visitors[role].walked().opened.items():
            if address is None or {name, _kinds(name)} & looked_at:
                continue
            looked_at |= {name, _kinds(name)} - {None}
            page.goto(f"{office.url}{address}")
            for size in (DESKTOP, PHONE):
                sized(page, size)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                found += [(address, f"{wide} too wide for {size['width']}")] if wide > 0 else []
            found += [(address, each) for each in violations(page)]
    assert found == []


def _kinds(name: str) -> frozenset[str] | None:
    """What a form asks; None for what is none."""
    ask = BY_NAME.get(name.removeprefix("/do/").partition("/")[0])
    return None if ask is None else frozenset(question.kind for question in ask.questions)
