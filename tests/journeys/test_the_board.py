"""A team lead at work: from sign in, over triage and allocation, to a first contact, with scripts off."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.console.wording import in_london
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive, referral
from commonweal.domain.workforce import allocation, link_worker
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.web import Web

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()


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
    refer(web, "p-waits", "r-waits", "Fern Waits")
    refer(web, "p-given", "r-given", "Gwen Given", narrative="Lives alone since spring.")
    wish = person.SetContactPreference(channel="phone", safe_times="Mornings", safe_to_leave_message=False)
    web.given("QPM", "p-given", wish)
    for identity in ("r-waits", "r-given"):
        web.given("QPM", identity, referral.AcceptReferral())
    web.given(
        "QPM",
        "r-given",
        allocation.AllocateLinkWorker(referral_id="r-given", worker_id="wren", reason="capacity"),
    )
    web.followed("QPM")
    return web


def refer(web: Web, person_id: str, referral_id: str, name: str, narrative: str | None = None, days: int = 3) -> None:
    registered = person.RegisterPerson(
        name=name,
        date_of_birth=date(1950, 5, 4),
        nhs_number_status="07",
        on=TODAY,
        gp_practice="K83001",
        phone="01604 496 0123",
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
        narrative=narrative,
        received_at=datetime.now(UTC) - timedelta(days=days),
    )
    web.given("QPM", person_id, registered)
    web.given("QPM", person_id, given)
    web.given("QPM", referral_id, received)
    web.followed("QPM")


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
        page = signed_in(people, context, "team_lead")
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
        expect(card(page, name).place.locator(".cw-card__next")).to_have_count(0)


def test_axe_finds_nothing_on_the_pages_as_they_are_served(browser: Browser, people: Web) -> None:
    for viewport in (DESKTOP, PHONE):
        with browser.new_context(viewport=viewport, bypass_csp=True) as context:
            page = signed_in(people, context, "team_lead")
            assert violations(page) == []
            for step in ("r1/triage", "r1/allocate", "r-waits/allocate", "r-given/first-contact"):
                page.goto(f"{people.url}/referrals/{step}")
                assert violations(page) == []
            page.goto(f"{people.url}/caseload?state=to_triage")
            assert violations(page) == []
            page.goto(f"{people.url}/referrals/nobody/triage")
            expect(page.get_by_text("There is no such referral among those you see.")).to_be_visible()
            assert violations(page) == []


def test_someone_else_decided_first_and_what_was_typed_is_kept(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page, other = signed_in(people, context, "team_lead"), signed_in(people, context, "team_lead")
        for each in (page, other):
            each.goto(f"{people.url}/referrals/r2/triage")
        other.get_by_label("Accept", exact=True).check()
        other.get_by_role("button", name="Save decision").click()
        expect(other).to_have_title("Caseload – Commonweal")
        page.get_by_label("Reject", exact=True).check()
        page.locator("[name=reject_reason]").select_option("03")
        page.locator("[name=feedback]").fill("Please tell us how to reach them.")
        page.get_by_role("button", name="Save decision").click()
        expect(
            page.get_by_text(
                "Someone changed this referral while you were deciding. What it is now is shown beside"
            ).first
        ).to_be_visible()
        expect(page.locator("[name=feedback]")).to_have_value("Please tell us how to reach them.")


def test_a_link_worker_is_shown_no_step_their_role_may_not_take(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = signed_in(people, context, "link_worker")
        expect(card(page, "Cleo Example").place).to_be_visible()
        expect(card(page, "Cleo Example").place.locator(".cw-card__next")).to_have_count(0)


def test_without_signing_in_there_is_a_way_in_and_no_more(browser: Browser, people: Web) -> None:
    with browser.new_context(viewport=DESKTOP) as context:
        page = context.new_page()
        page.goto(f"{people.url}/caseload")
        expect(page).to_have_url(f"{people.url}/sign-in?next=/caseload")
        assert "Example" not in page.content()


@pytest.fixture
def page(browser: Browser, people: Web) -> Iterator[Page]:
    """A team lead's page, scripts off."""
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        yield signed_in(people, context, "team_lead")


def test_a_form_says_what_the_referrer_wrote_and_how_to_reach_the_person_safely(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/referrals/r-given/first-contact")
    for said in ("Lives alone since spring.", "01604 496 0123", "Do not leave a message", "Mornings"):
        expect(page.get_by_text(said)).to_be_visible()


def test_a_form_is_offered_only_where_it_can_succeed(browser: Browser, people: Web, page: Page) -> None:
    for step in ("r-given/triage", "r1/allocate", "r-waits/first-contact"):
        answer = page.goto(f"{people.url}/referrals/{step}")
        assert answer is not None
        assert answer.status == 409
        expect(page.get_by_role("heading", name="This cannot be done now")).to_be_visible()
        expect(page.locator("main form")).to_have_count(0)
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        answer = signed_in(people, context, "link_worker").goto(f"{people.url}/referrals/r1/triage")
        assert answer is not None
        assert answer.status == 403


def test_nothing_of_an_erased_person_is_on_any_page(people: Web, page: Page) -> None:
    refer(people, "p-gone", "r-gone", "Gone Example", narrative="A canary in a garden.")
    page.goto(f"{people.url}/referrals/r-gone/triage")
    expect(page.get_by_text("A canary in a garden.")).to_be_visible()
    people.given("QPM", "p-gone", person.ErasePerson(basis="request_upheld"))
    people.followed("QPM")
    answer = page.goto(f"{people.url}/referrals/r-gone/triage")
    assert answer is not None
    assert answer.status == 409
    for found in (
        page.content(),
        str(people.rows("QPM", "select * from caseload_v2_person where person_id = 'p-gone'")),
    ):
        assert "canary" not in found
        assert "01604" not in found


def test_a_refusal_is_said_in_the_words_of_the_form_beside_its_question(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/referrals/r-given/first-contact")
    page.get_by_label("Telephone", exact=True).check()
    for name, value in (("day", "1"), ("month", "1"), ("year", "2020"), ("time", "09:00")):
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save first contact").click()
    said = "The date and time lie before the referral was received"
    expect(page.locator("#contact_date-error")).to_contain_text(said)
    expect(page.get_by_role("link", name=said)).to_have_attribute("href", "#day")


def test_one_comes_back_to_the_board_as_one_had_filtered_it(people: Web, page: Page) -> None:
    refer(people, "p-back", "r-back", "Hope Back")
    page.goto(f"{people.url}/caseload?practice=K83001&state=to_triage")
    card(page, "Hope Back").next("Triage")
    page.get_by_role("button", name="Save decision").click()
    page.get_by_label("Accept", exact=True).check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("The referral was accepted and is on the waiting list.")).to_be_visible()
    assert page.url.startswith(f"{people.url}/caseload?practice=K83001&state=to_triage&position=")


def test_a_form_leads_back_to_the_board_and_nowhere_else(people: Web, page: Page) -> None:
    for back in ("https://elsewhere.example/?state=waiting", "//elsewhere.example", "/sign-out?x=1", "\\\\elsewhere"):
        page.goto(f"{people.url}/referrals/r1/triage?{urlencode({'back': back})}")
        href = page.get_by_role("link", name="Back to the caseload").get_attribute("href")
        assert href in ("/caseload", "/caseload?state=waiting")


@pytest.mark.parametrize("asked", ["state=nonsense", "position=999999999999", "state=waiting&after=nonsense"])
def test_an_address_that_makes_no_sense_shows_the_board_as_it_is(people: Web, page: Page, asked: str) -> None:
    answer = page.goto(f"{people.url}/caseload?{asked}")
    assert answer is not None
    assert answer.status == 200
    expect(card(page, "Fern Waits").place).to_be_visible()


def test_a_link_worker_who_sees_their_own_cases_is_shown_no_column_that_is_always_empty(
    browser: Browser, people: Web
) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = signed_in(people, context, "link_worker", "link_worker:wren")
        expect(card(page, "Gwen Given").place).to_be_visible()
        expect(page.locator(".cw-column__title")).to_contain_text(["Allocated", "In support"])
        expect(page.locator(".cw-column")).to_have_count(2)
        expect(page.get_by_label("Link worker", exact=True)).to_have_count(0)
        page.goto(f"{people.url}/caseload?state=waiting")
        expect(page.locator(".cw-column")).to_have_count(2)


def test_a_column_counts_all_it_has_and_leads_to_them_longest_waiting_first(people: Web, page: Page) -> None:
    made = [f"crowd-{number:02}" for number in range(60)]
    for number, each in enumerate(made):
        refer(people, f"p-{each}", each, f"Crowd {number:02}", days=60 - number)
    page.goto(f"{people.url}/caseload?practice=K83001")
    column = page.locator(".cw-column").first
    expect(column.locator(".cw-card__name")).to_have_text([f"Crowd {number:02}" for number in range(12)])
    total = int(column.locator(".cw-count").inner_text().split()[0])
    assert total > 60
    column.get_by_role("link", name=f"See all {total}").click()
    assert page.url == f"{people.url}/caseload?practice=K83001&state=to_triage"
    expect(page.get_by_text(f"Showing 50 of {total} referrals")).to_be_visible()
    expect(page.locator(".cw-card__name").first).to_have_text("Crowd 00")
    page.get_by_role("link", name="Later").click()
    expect(page.locator(".cw-card__name").first).to_have_text("Crowd 50")
    expect(page.get_by_text(f"Showing {total - 50} of {total} referrals")).to_be_visible()
    page.get_by_role("link", name="Earlier").click()
    expect(page.locator(".cw-card__name").first).to_have_text("Crowd 00")
