"""Whoever gives out link workers sees whose turn is next, and whose it was."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from commonweal.console.wording import in_london, long_date
from commonweal.domain import due
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import allocation
from commonweal.kernel.handle import handle
from commonweal.runtime.access import Principal
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import make_asker
from commonweal.runtime.schema import schema
from projections import waiting_list
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.tenant import about
from tests.web import Web

pytestmark = pytest.mark.browser

CANARY = "Ptarmigan"
NOW = datetime.now(UTC)
YESTERDAY = in_london(NOW - timedelta(days=1)).date()
WAITED_THEN = (YESTERDAY - in_london(NOW - timedelta(days=30)).date()).days
THEN = {"day": str(YESTERDAY.day), "month": str(YESTERDAY.month), "year": str(YESTERDAY.year)}


def waited(days: int) -> int:
    """London's days since so many times 24 hours before this file was imported, which may have been before midnight."""
    return (due.today(datetime.now(UTC)) - in_london(NOW - timedelta(days=days)).date()).days


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """Two days ago five waited; since then one was given a link worker, one came back, and one more came."""
    for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
        web.given(ods, ods, configured(ods, name))
    web.given("QMF", "q-1", registered(f"{CANARY} Finch"))
    wait(web, "q-far", "q-1", 3, ods="QMF")
    web.given("QPM", "w-1", engaged("Wren Hale", caseload_limit=40))
    for number, name in enumerate(
        ("Ash Long", "Bea Urgent", "Cleo Given", "Dev Back", "Evangeline Erased", "Fay New"), 1
    ):
        web.given("QPM", f"p-{number}", registered(name))
    wait(web, "r-long", "p-1", 30)
    wait(web, "r-urgent", "p-2", 10, priority="2", reasons=("food", "money"), practice="K83002")
    wait(web, "r-given", "p-3", 20)
    wait(web, "r-back", "p-4", 25)
    wait(web, "r-erased", "p-5", 15)
    web.given("QPM", "r-back", allocated("r-back", "w-1"), occurred_at=NOW - timedelta(days=9))
    recorded_before(web, days=2)
    web.given("QPM", "r-given", allocated("r-given", "w-1"))
    back = allocation.DeallocateLinkWorker(referral_id="r-back", reason="absence")
    web.given("QPM", "r-back", back, occurred_at=NOW - timedelta(hours=12))
    wait(web, "r-new", "p-6", 0)
    web.given("QPM", "p-5", person.ErasePerson(basis="request_upheld"))
    for ods in ("QPM", "QMF"):
        web.followed(ods)
    return web


def wait(web: Web, identity: str, person_id: str, days: int, ods: str = "QPM", **known: Any) -> None:
    at = NOW - timedelta(days=days)
    web.given(ods, person_id, agreed())
    known = {"practice": "K83001", "received_at": at - timedelta(days=1), **known}
    web.given(ods, identity, referred(person_id, identity, **known))
    web.given(ods, identity, referral.AcceptReferral(), occurred_at=at)


async def crowd(web: Web, many: int) -> None:
    """So many referrals at once, all waiting."""
    streams = (await web.store.tenant("QPM")).streams
    made = [f"crowd-{number:03}" for number in range(many)]
    come = (handle(streams, each, referred("p-crowd", each, practice="K83001"), about()) for each in made)
    await asyncio.gather(*come)
    await asyncio.gather(*(handle(streams, each, referral.AcceptReferral(), about()) for each in made))


def recorded_before(web: Web, days: int) -> None:
    """Everything QPM holds was recorded so many days earlier than it was."""
    with psycopg.connect(web.servers.database_url, autocommit=True) as admin:
        admin.execute("update qpm.events set recorded_at = recorded_at - make_interval(days => %s)", (days,))


@contextmanager
def unwritten(web: Web, room: str, seconds: float) -> Iterator[None]:
    """A room of QPM that can be read and not written to, for so long."""
    with psycopg.connect(web.servers.database_url) as held:
        held.execute(f"lock table qpm.{room} in share mode")
        after = threading.Timer(seconds, held.rollback)
        after.start()
        yield
        after.join()


def page_of(
    web: Web, context: BrowserContext, role: str = "team_lead", scope: str = "tenant", ods: str = "QPM"
) -> Page:
    page = signed_in(web, context, role, scope, ods=ods)
    page.goto(f"{web.url}/waiting-list")
    return page


@pytest.fixture
def page(browser: Browser, people: Web) -> Iterator[Page]:
    """A team lead's list, scripts off."""
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        yield page_of(people, context)


def turns(page: Page) -> list[tuple[str, str]]:
    """(turn, who) of each line, in the order of the page."""
    page.wait_for_load_state()  # rows are not waited for: there may be none
    rows = page.locator(".cw-waiting tbody tr")
    return [
        (row.locator(".cw-waiting__value").first.inner_text(), row.locator("th").inner_text().splitlines()[0])
        for row in rows.all()
    ]


ERASED = "Name withheld – erased"
LIST = [("1", "Bea Urgent"), ("2", "Ash Long"), ("3", ERASED), ("4", "Dev Back"), ("5", "Fay New")]
LIST_THEN = [("1", "Bea Urgent"), ("2", "Ash Long"), ("3", "Cleo Given"), ("4", ERASED)]


def test_whose_turn_is_next_stands_first_and_why(page: Page) -> None:
    expect(page).to_have_title("Waiting list – Commonweal")
    expect(page.get_by_role("navigation", name="Menu").locator("[aria-current=page]")).to_have_text("Waiting list")
    assert turns(page) == LIST
    urgent, long = page.get_by_role("row", name="Bea Urgent"), page.get_by_role("row", name="Ash Long")
    for said in ("Urgent", f"{waited(10)} days", "Food, money or debt", "Nene Mill Road", "Nene Elm", "Nene Hospital"):
        expect(urgent).to_contain_text(said)
    expect(long).to_contain_text(f"{waited(30)} days")
    expect(long).to_contain_text(f"since {long_date(in_london(NOW - timedelta(days=30)).date())}")
    expect(page.get_by_role("row", name="Dev Back")).to_contain_text("Waits again")
    expect(page.get_by_role("row", name="Dev Back")).to_contain_text("Absence")
    expect(page.get_by_text("Showing 5 of 5 referrals that wait")).to_be_visible()
    spans = page.get_by_role("table", name="How long all 5 have waited")
    expect(spans.get_by_role("row", name="4 to 7 weeks")).to_contain_text("1")


def test_each_line_leads_to_its_next_step_for_those_who_may_take_it(browser: Browser, people: Web, page: Page) -> None:
    page.get_by_role("row", name="Ash Long").get_by_role("link", name="Allocate").click()
    expect(page.get_by_role("heading", name="Ash Long")).to_be_visible()
    with browser.new_context(java_script_enabled=False) as context:
        other = page_of(people, context, "link_worker")
        assert turns(other) == LIST
        expect(other.get_by_role("link", name="Allocate")).to_have_count(0)
        expect(other.get_by_role("columnheader", name="Next step")).to_have_count(0)


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ({"urgency": "URGENT"}, ["Bea Urgent"]),
        ({"urgency": "ROUTINE", "need": "loneliness"}, ["Ash Long", ERASED, "Dev Back", "Fay New"]),
        ({"need": "food"}, ["Bea Urgent"]),
        ({"practice": "K83002"}, ["Bea Urgent"]),
        ({"urgency": "TWO_WEEK_WAIT"}, []),
    ],
)
def test_the_list_is_narrowed_and_widened_again(page: Page, chosen: dict[str, str], shown: list[str]) -> None:
    for name, value in chosen.items():
        page.locator(f"[name={name}]").select_option(value)
    page.get_by_role("button", name="Show", exact=True).click()
    assert [who for _, who in turns(page)] == shown
    for name, value in chosen.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    if not shown:
        expect(page.get_by_role("heading", name="Nobody matches")).to_be_visible()
    page.get_by_role("link", name="Clear filters").click()
    assert turns(page) == LIST


@pytest.mark.parametrize("asked", ["urgency=SOON&pcn=nowhere", "after=nonsense", "before=%00", "need=%27&practice=%00"])
def test_an_address_that_makes_no_sense_shows_the_list_as_it_is(people: Web, page: Page, asked: str) -> None:
    answer = page.goto(f"{people.url}/waiting-list?{asked}")
    assert answer is not None
    assert answer.status == 200
    assert turns(page) == LIST


def test_as_at_a_day_shows_who_waited_then_and_leads_back_to_now(page: Page) -> None:
    page.get_by_text("Show the list as at an earlier day").click()
    for name, value in THEN.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Show as at then").click()
    said = f"As at {long_date(YESTERDAY)}, 23:59"
    expect(page.locator("#as-at")).to_contain_text(f"{said} – what we knew then")
    expect(page).to_have_title(f"Waiting list as at {long_date(YESTERDAY)}, 23:59 – Commonweal")
    assert turns(page) == LIST_THEN
    expect(page.get_by_role("row", name="Ash Long")).to_contain_text(f"{WAITED_THEN} days")
    expect(page.get_by_role("link", name="Allocate")).to_have_count(0)
    page.locator("[name=practice]").select_option("K83002")
    page.get_by_role("button", name="Show", exact=True).click()
    assert turns(page) == [("1", "Bea Urgent")]
    expect(page.locator("#as-at")).to_contain_text(said)
    page.get_by_role("link", name="Show the list as it is now").click()
    expect(page.locator("#as-at")).to_have_count(0)
    assert turns(page) == [("1", "Bea Urgent")]


def test_before_anything_was_recorded_nobody_waited(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/waiting-list?day=1&month=1&year=0001")
    expect(page.get_by_role("heading", name="Nobody waited then")).to_be_visible()


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"day": "1", "month": "1", "year": "2999"}, "day", "That day has not come yet"),
        ({"day": "31", "month": "2", "year": "2026"}, "day", "Enter a real date"),
        ({**THEN, "time": "quarter past"}, "time", "Enter a time on the 24-hour clock"),
    ],
)
def test_a_moment_that_cannot_be_is_said_beside_its_field_and_what_was_typed_is_kept(
    page: Page, typed: dict[str, str], field: str, said: str
) -> None:
    page.locator("[name=urgency]").select_option("URGENT")
    page.get_by_text("Show the list as at an earlier day").click()
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Show as at then").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    expect(page.get_by_role("link", name=said)).to_have_attribute("href", f"#{field}")
    expect(page.locator(".nhsuk-error-message")).to_contain_text(said)
    for name, value in {**typed, "urgency": "URGENT"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    expect(page.locator(".cw-waiting")).to_have_count(0)


def test_an_erased_person_keeps_a_place_but_no_name_number_or_step(people: Web, page: Page) -> None:
    for asked in ("", "&".join(f"{name}={value}" for name, value in THEN.items())):
        page.goto(f"{people.url}/waiting-list?{asked}")
        assert ERASED in [who for _, who in turns(page)]
        assert "Evangeline" not in page.content()
        assert "r-erased" not in page.content()


def test_nothing_of_the_other_ics_is_shown(browser: Browser, people: Web, page: Page) -> None:
    assert CANARY not in page.content()
    with browser.new_context(java_script_enabled=False) as context:
        other = page_of(people, context, ods="QMF")
        assert turns(other) == [("1", f"{CANARY} Finch")]
        assert "Nene" not in other.content()


def test_a_role_that_may_not_see_it_is_told_so(browser: Browser, people: Web) -> None:
    for role in ("administrator", "hospital"):
        with browser.new_context(java_script_enabled=False) as context:
            page = page_of(people, context, role)
            expect(page.get_by_text("Your role does not let you see the waiting list.")).to_be_visible()
            assert page.reload().status == 403  # type: ignore[union-attr]


def test_who_sees_their_own_cases_alone_is_told_why_nobody_is_here(browser: Browser, people: Web) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = page_of(people, context, "link_worker", "link_worker:w-1")
        expect(page.get_by_role("heading", name="Nobody you see waits")).to_be_visible()


def test_the_caseload_too_is_shown_as_at_a_day(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/caseload?practice=K83001")
    page.get_by_text("Show the caseload as at an earlier day").click()
    for name, value in THEN.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Show as at then").click()
    expect(page.locator("#as-at")).to_contain_text(f"As at {long_date(YESTERDAY)}, 23:59 – what we knew then")
    expect(page.locator(".cw-summary")).to_contain_text(f"As at {long_date(YESTERDAY)}, 23:59, position ")
    waiting, allocated = (page.locator(f"[aria-labelledby=column-{key}]") for key in ("waiting", "allocated"))
    expect(waiting.locator(".cw-card__name")).to_have_text(["Ash Long", "Cleo Given", ERASED])
    expect(waiting.locator(".cw-card").first).to_contain_text(f"Waiting {WAITED_THEN} days")
    expect(allocated.locator(".cw-card__name")).to_have_text(["Dev Back"])
    expect(page.locator(".cw-card__next, [data-live]")).to_have_count(0)
    page.locator("[name=state]").select_option("waiting")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".cw-card__name")).to_have_text(["Ash Long", "Cleo Given", ERASED])
    page.get_by_role("link", name="Show the caseload as it is now").click()
    assert page.url == f"{people.url}/caseload?practice=K83001&state=waiting"
    expect(page.locator(".cw-card__name")).to_have_text(["Ash Long", "Dev Back", ERASED, "Fay New"])
    answer = page.goto(f"{people.url}/caseload?day=31&month=2&year=2026")
    assert answer is not None
    assert answer.status == 422
    expect(page.locator(".nhsuk-error-message")).to_contain_text("Enter a real date")
    expect(page.locator(".cw-card")).to_have_count(0)


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_stands_on_any_screen_and_for_any_reader(
    browser: Browser, people: Web, viewport: ViewportSize
) -> None:
    then = "&".join(f"{name}={value}" for name, value in THEN.items())
    with browser.new_context(viewport=viewport, bypass_csp=True) as context:
        page = page_of(people, context)
        for asked in ("", f"?{then}", "?day=1&month=1&year=2999&time=9", "?urgency=TWO_WEEK_WAIT"):
            for place in ("waiting-list", "caseload"):
                page.goto(f"{people.url}/{place}{asked}")
                assert violations(page) == [], (place, asked)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (place, asked)


def test_the_policy_of_the_page_is_kept(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP) as context:
        page = page_of(people, context)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.reload()
        assert complaints == []


def test_what_the_page_asks_is_one_statement_with_the_bytes_of_graphql_core(people: Web) -> None:
    answering = Answering(schema(introspection=True))
    document = (waiting_list.READ_MODEL.folder / "page.graphql").read_text("utf-8")
    instant = (NOW - timedelta(days=1)).isoformat()

    async def ask(variables: dict[str, Any]) -> tuple[bytes, bytes]:
        principal = Principal("user-wren", "https://login.example.test", "QPM", frozenset({("team_lead", "tenant")}))
        asker = make_asker(principal, await people.store.tenant("QPM"), "test")
        prepared = answering.prepare(document, "Waiting")
        planned = answering.plan(asker, prepared, variables)
        assert planned is not None, "graphql-core would have to answer"
        return await answering.run(asker, planned), await answering.interpret(asker, prepared, variables)

    # Of now, the answer holds the time of the question itself.
    for asked in (
        {"asOf": {"instant": instant}, "first": 2},
        {"asOf": {"instant": instant}, "need": "food", "last": 2},
    ):
        ours, theirs = people.run(ask(asked))
        assert ours == theirs
        assert b"waitingSince" in ours


def test_one_comes_back_to_the_list_as_one_had_narrowed_it_and_the_person_is_gone(people: Web, page: Page) -> None:
    people.given("QPM", "p-next", registered("Gil Next"))
    wait(people, "r-next", "p-next", 5, priority="2", practice="K83002")
    people.followed("QPM")
    page.goto(f"{people.url}/waiting-list?urgency=URGENT&practice=K83002")
    assert [who for _, who in turns(page)] == ["Bea Urgent", "Gil Next"]
    page.get_by_role("row", name="Gil Next").get_by_role("link", name="Allocate").click()
    expect(page.get_by_role("navigation", name="Menu").locator("[aria-current=page]")).to_have_text("Waiting list")
    page.get_by_role("button", name="Allocate").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Link worker", exact=True).select_option("w-1")
    page.get_by_label("Why this link worker?").select_option("capacity")
    with unwritten(people, "waiting_list_v2_referral", seconds=0.7):
        page.get_by_role("button", name="Allocate").click()
        expect(page.get_by_role("alert")).to_contain_text("The referral was allocated.")
    assert page.url.startswith(f"{people.url}/waiting-list?urgency=URGENT&practice=K83002&position=")
    assert [who for _, who in turns(page)] == ["Bea Urgent"]
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("back", "href"),
    [
        ("/waiting-list", "/waiting-list"),
        ("/waiting-list?need=food&state=waiting&done=reject&position=1&day=1", "/waiting-list?need=food"),
        ("/caseload?need=food&state=waiting", "/caseload?state=waiting"),
        ("https://elsewhere.example/waiting-list?need=food", "/caseload"),
        ("//waiting-list?need=food", "/caseload"),
        ("/waiting-list/../sign-out?need=food", "/caseload"),
        ("/waiting-list?need=//elsewhere.example", "/waiting-list?need=%2F%2Felsewhere.example"),
    ],
)
def test_a_form_leads_back_to_where_it_was_opened_and_nowhere_else(
    people: Web, page: Page, back: str, href: str
) -> None:
    for referral_id in ("r-long", "r-given"):  # one that can be allocated, one that no longer can
        page.goto(f"{people.url}/referrals/{referral_id}/allocate?{urlencode({'back': back})}")
        words = "Back to the waiting list" if href.startswith("/waiting-list") else "Back to the caseload"
        expect(page.get_by_role("link", name=words).first).to_have_attribute("href", href)


@pytest.mark.parametrize("asked", ["done=nonsense&position=x", "position=99999999999", "position=99999999999&after=x"])
def test_what_an_address_says_was_done_is_a_sentence_of_ours_or_nothing(people: Web, page: Page, asked: str) -> None:
    page.goto(f"{people.url}/waiting-list?{asked}")
    expect(page.get_by_role("alert")).to_have_count(0)
    assert turns(page) == LIST


def test_a_long_list_is_leafed_through_and_no_longer_drawn(people: Web, page: Page) -> None:
    """Last: it fills the list."""
    people.given("QPM", "p-crowd", registered("Crowd Example"))
    people.given("QPM", "p-crowd", agreed())
    people.run(crowd(people, 200))
    people.followed("QPM")
    page.reload()
    assert [turn for turn, _ in turns(page)] == [str(number) for number in range(1, 51)]
    expect(page.get_by_text("Showing 50 of 205 referrals that wait")).to_be_visible()
    expect(page.locator(".cw-spans")).to_have_count(0)
    page.get_by_role("link", name="Later").click()
    leafed = page.url
    page.get_by_role("link", name="Later").click()
    assert turns(page)[0][0] == "101"
    page.get_by_role("link", name="Earlier").click()
    assert [turns(page)[place][0] for place in (0, -1)] == ["51", "100"]
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_role("link", name="Earlier")).to_have_count(0)
    page.locator("[name=urgency]").select_option("URGENT")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator(".cw-spans")).to_have_count(1)
    page.goto(f"{leafed}&urgency=URGENT")
    assert turns(page) == [("1", "Bea Urgent")], "where nobody is left on a page, the list from its start"
