"""A team lead at work: from sign in, over triage and allocation, to a first contact, with scripts off."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from commonweal.console.wording import in_london
from commonweal.domain import consent, link_worker, person, receive
from tests.journeys.browser import DESKTOP, PHONE, started, violations
from tests.web import Web

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """Two link workers, one of them full, and three people referred."""
    for worker, name, limit in (("wren", "Wren Example", 40), ("full", "Rowan Full", 1)):
        engaged = link_worker.EngageLinkWorker(
            display_name=name, employer="GB-CHC-0000001", caseload_limit=limit, engaged_on=TODAY
        )
        web.given("QPM", worker, engaged)
    for number, name in enumerate(("Amina Yusuf", "Bert Example", "Cleo Example"), 1):
        refer(web, f"p{number}", f"r{number}", name)
    return web


def refer(web: Web, person_id: str, referral_id: str, name: str) -> None:
    registered = person.RegisterPerson(
        name=name, date_of_birth=date(1950, 5, 4), nhs_number_status="07", on=TODAY, gp_practice="K83001"
    )
    given = consent.GiveConsent(
        scope="contact", audience="any", method="verbal", wording_version="1", given_by="person", given_on=TODAY
    )
    received = receive.ReceiveReferral(
        person_id=person_id,
        source="01",
        source_org="K83001",
        source_reference=referral_id,
        setting="gp",
        reasons=("loneliness",),
        referrer_role="gp",
        received_at=datetime.now(UTC) - timedelta(days=3),
    )
    web.given("QPM", person_id, registered)
    web.given("QPM", person_id, given)
    web.given("QPM", referral_id, received)
    web.followed("QPM")


def signed_in(web: Web, context: BrowserContext, role: str = "team_lead") -> Page:
    web.token("QPM", role, subject=f"browser-{role}")
    link = web.links.link(f"browser-{role}", "QPM", "Robin Example")
    page = context.new_page()
    page.goto(f"{web.url}/sign-in/{link.rpartition('/')[2]}")
    return page


def card(page: Page, name: str) -> "Card":
    return Card(page, name)


class Card:
    """Somebody's card on the board."""

    def __init__(self, page: Page, name: str) -> None:
        self.place = page.locator(".cw-card", has=page.get_by_role("heading", name=name))

    def next(self, words: str) -> None:
        self.place.get_by_role("link", name=words).click()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_referral_goes_from_triage_to_support_without_scripts(
    browser: Browser, people: Web, viewport: object
) -> None:
    name = f"Dora {'Phone' if viewport is PHONE else 'Desk'}"
    refer(people, f"p-{name[5:]}", f"r-{name[5:]}", name)
    with browser.new_context(viewport=viewport, java_script_enabled=False) as context:  # type: ignore[arg-type]
        page = signed_in(people, context)
        expect(page).to_have_title("Caseload – Commonweal")

        card(page, name).next("Triage")
        page.get_by_role("button", name="Save decision").click()
        expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
        page.get_by_label("Accept", exact=True).check()
        page.get_by_role("button", name="Save decision").click()
        expect(page.get_by_text("The referral was accepted and is on the waiting list.")).to_be_visible()

        card(page, name).next("Allocate")
        page.get_by_label("Link worker", exact=True).select_option("wren")
        page.get_by_label("Why this link worker?").select_option("capacity")
        page.get_by_role("button", name="Allocate").click()
        expect(page.get_by_text("The referral was allocated.")).to_be_visible()
        expect(card(page, name).place).to_contain_text("Wren Example")

        card(page, name).next("Record first contact")
        page.get_by_label("Telephone", exact=True).check()
        now = in_london(datetime.now(UTC))
        page.locator("[name=day]").fill(str(now.day))
        page.locator("[name=month]").fill(str(now.month))
        page.locator("[name=year]").fill(str(now.year))
        page.locator("[name=time]").fill("00:00")
        page.locator("[name=note]").fill("Spoke about the garden.")
        page.get_by_role("button", name="Save first contact").click()
        expect(page.get_by_text("The first contact was recorded.")).to_be_visible()
        expect(card(page, name).place.get_by_role("link")).to_have_count(0)


def test_axe_finds_nothing_on_the_pages_as_they_are_served(browser: Browser, people: Web) -> None:
    for viewport in (DESKTOP, PHONE):
        with browser.new_context(viewport=viewport, bypass_csp=True) as context:
            page = signed_in(people, context)
            assert violations(page) == []
            for step in ("triage", "allocate", "first-contact"):
                page.goto(f"{people.url}/referrals/r1/{step}")
                assert violations(page) == []
            page.goto(f"{people.url}/referrals/nobody/triage")
            expect(page.get_by_text("There is no such referral among those you see.")).to_be_visible()
            assert violations(page) == []


def test_someone_else_decided_first_and_what_was_typed_is_kept(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page, other = signed_in(people, context), signed_in(people, context)
        for each in (page, other):
            each.goto(f"{people.url}/referrals/r2/triage")
        other.get_by_label("Accept", exact=True).check()
        other.get_by_role("button", name="Save decision").click()
        expect(other).to_have_title("Caseload – Commonweal")
        page.get_by_label("Reject", exact=True).check()
        page.locator("[name=reject_reason]").select_option("03")
        page.locator("[name=feedback]").fill("Please tell us how to reach them.")
        page.get_by_role("button", name="Save decision").click()
        expect(page.get_by_text("Someone else changed this record in the meantime").first).to_be_visible()
        expect(page.locator("[name=feedback]")).to_have_value("Please tell us how to reach them.")


def test_a_link_worker_is_shown_no_step_their_role_may_not_take(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = signed_in(people, context, role="link_worker")
        expect(card(page, "Cleo Example").place).to_be_visible()
        expect(card(page, "Cleo Example").place.get_by_role("link")).to_have_count(0)


def test_without_signing_in_there_is_a_way_in_and_no_more(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(f"{people.url}/caseload")
        expect(page).to_have_url(f"{people.url}/sign-in")
        assert "Example" not in page.content()
