"""Someone refers from the console, is told where it went, sees it in their own list and can take it back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from commonweal.domain.referrals.referral import AcceptReferral, State
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.story import agreed, allocated, configured, engaged, registered
from tests.web import Web

pytestmark = pytest.mark.browser

KNOWN = "9434765919"


@pytest.fixture(scope="module")
def place(web: Web) -> Web:
    for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
        web.given(ods, ods, configured(ods, name))
        web.followed(ods)
    web.given("QPM", "w-1", engaged("Wren Hale", caseload_limit=40))
    web.given("QPM", "known", registered("Araminta Testpatient", nhs_number=KNOWN, nhs_number_status="01"))
    return web


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=DESKTOP, java_script_enabled=True, bypass_csp=True)
    yield made
    made.close()


def at(web: Web, context: BrowserContext, path: str, role: str, scope: str = "tenant") -> Page:
    page = signed_in(web, context, role, scope)
    page.goto(f"{web.url}{path}")
    return page


def received(web: Web, referral_id: str) -> State:
    """A referral as it stands in the record."""
    found: State = web.run(web.tenant("QPM").streams.committed("referral", referral_id)).state
    return found


def fill(page: Page, name: str = "Wren Testpatient", nhs_number: str = "") -> None:
    page.get_by_label("NHS number").fill(nhs_number)
    page.get_by_label("Their name").fill(name)
    page.locator("[name=agreed][value=yes]").check()
    page.get_by_label("They told me").check()
    page.get_by_label("Loneliness or isolation").check()


def test_a_ward_refers_someone_and_takes_it_back(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    expect(page.get_by_label("Which organisation")).to_have_count(0)
    page.get_by_role("button", name="Send the referral").click()
    summary = page.get_by_role("alert")
    for sentence in ("Enter their name", "Say whether they agree to be contacted", "Select at least one thing"):
        expect(summary).to_contain_text(sentence)
    fill(page)
    page.get_by_label("Your own reference").fill("not a reference")
    page.get_by_label("What are you?").select_option(label="Nurse")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("alert")).to_contain_text("Your own reference must be letters, digits")
    expect(page.get_by_label("Their name")).to_have_value("Wren Testpatient")
    expect(page.get_by_label("Loneliness or isolation")).to_be_checked()
    page.get_by_label("Your own reference").fill("WARD-1")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    expect(page.get_by_text("then gets in touch with the person.")).to_be_visible()
    expect(page.get_by_text("in the way they asked")).to_have_count(0)  # the form never asks
    expect(page.get_by_text("WARD-1", exact=True)).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_text("has not agreed that we tell you")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("in the way they asked for")
    referral_id = page.url.rpartition("/")[2]
    place.followed("QPM")
    page.goto(f"{place.url}/my-referrals")
    row = page.get_by_role("row", name="WARD-1")
    expect(row).to_contain_text("It reached us")
    expect(row.get_by_role("link", name="Take back")).to_have_count(0)
    place.given("QPM", received(place, referral_id).person_id or "", replace(agreed("share_referrer"), audience="RP1"))
    place.followed("QPM")
    page.reload()
    row = page.get_by_role("row", name="WARD-1")
    expect(row).to_contain_text("Received")
    expect(page.locator("main")).not_to_contain_text("Testpatient")
    row.get_by_role("link", name="Take back").click()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("alert")).to_contain_text("Select why you take it back")
    page.get_by_label("No longer needed").check()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("The referral was taken back")).to_be_visible()
    expect(page.get_by_role("row", name="WARD-1")).to_contain_text("You took it back")


def test_someone_known_is_warned_of_and_the_referral_goes_to_their_record(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "practice", "practice:K83001")
    fill(page, "Araminta Testpatient", "943 476 5919")
    page.get_by_label("What are you?").select_option(label="GP")
    page.get_by_label("Your own reference").fill("GP-1")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("alert")).to_contain_text("known already")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    referral_id = page.url.rpartition("/")[2]
    assert received(place, referral_id).person_id == "known"
    other = at(place, context, f"/refer/sent/{referral_id}", "hospital", "trust:RP1")
    expect(other.locator("main")).to_contain_text("no such referral among those you sent")


def test_all_that_is_wrong_is_said_at_once(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    page.get_by_label("NHS number").fill("943 476 5918")
    for part, typed in (("Day", "1"), ("Month", "1"), ("Year", "2999")):
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("E-mail").fill("at home")
    page.get_by_label("Postcode").fill("nowhere")
    page.get_by_label("Your own reference").fill("not a reference")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("alert").get_by_role("listitem")).to_have_text(
        [
            "NHS number is mistyped: its check digit does not fit",
            "Enter their name",
            "The date of birth must lie within the last 130 years",
            "The e-mail address must be an e-mail address such as hello@example.org",
            "The postcode must be a postcode such as NN15 5LB",
            "Say whether they agree to be contacted",
            "Select at least one thing they would like help with",
            "Your own reference must be letters, digits and . _ : / - only",
            "Select what you are",
        ]
    )


def test_what_is_known_of_a_number_and_a_reference_is_said_with_the_rest(place: Web, context: BrowserContext) -> None:
    born = registered(
        "Ivo Testpatient", nhs_number="9990548609", nhs_number_status="01", date_of_birth=date(1951, 2, 3)
    )
    place.given("QPM", "born", born)
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    fill(page, "Dora Testpatient")
    page.get_by_label("What are you?").select_option(label="Nurse")
    page.get_by_label("Your own reference").fill("TWICE")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    page.goto(f"{place.url}/refer")
    page.get_by_label("NHS number").fill("999 054 8609")
    for part, typed in (("Day", "4"), ("Month", "2"), ("Year", "1951")):
        page.get_by_label(part, exact=True).fill(typed)
    page.get_by_label("Your own reference").fill("TWICE")
    page.get_by_role("button", name="Send the referral").click()
    for sentence in ("known already", "do not belong together", "another referral already", "Enter their name"):
        expect(page.get_by_role("alert")).to_contain_text(sentence)
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("alert")).not_to_contain_text("known already")


def test_who_has_not_agreed_is_not_referred(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    fill(page, "Ash Testpatient")
    page.locator("[name=agreed][value=no]").check()
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("alert")).to_contain_text("only once they agree to be contacted")


def test_a_link_worker_writes_down_who_refers_themselves(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "link_worker", "link_worker:w-1")
    fill(page, "Bea Testpatient")
    page.get_by_label("The person themselves").check()
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    referral_id = page.url.rpartition("/")[2]
    assert (received(place, referral_id).source or ("",))[0] == "QPM"


def test_what_is_too_late_to_take_back_is_said_without_saying_why(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    fill(page, "Cleo Testpatient")
    page.locator("[name=share_referrer][value=yes]").check()
    page.get_by_label("What are you?").select_option(label="Nurse")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    referral_id = page.url.rpartition("/")[2]
    place.given("QPM", referral_id, AcceptReferral())
    place.given("QPM", referral_id, allocated(referral_id, "w-1"))
    place.followed("QPM")
    page.goto(f"{place.url}/my-referrals/{referral_id}/withdraw")
    page.get_by_label("No longer needed").check()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("alert")).to_contain_text("It cannot be taken back any more")
    expect(page.locator("main")).not_to_contain_text("allocated")


def test_who_may_not_be_told_has_the_same_answer_however_far_it_has_come(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "hospital", "trust:RP1")
    fill(page, "Dot Testpatient")
    page.get_by_label("What are you?").select_option(label="Nurse")
    page.get_by_role("button", name="Send the referral").click()
    expect(page.get_by_role("heading", name="Referral sent")).to_be_visible()
    referral_id = page.url.rpartition("/")[2]
    told = []
    for step in (None, AcceptReferral(), allocated(referral_id, "w-1")):
        if step is not None:
            place.given("QPM", referral_id, step)
        place.followed("QPM")
        page.goto(f"{place.url}/my-referrals/{referral_id}/withdraw")
        told.append(page.locator("main").inner_text())
    assert "tell the team by telephone or e-mail" in told[0]
    assert set(told) == {told[0]}


@pytest.mark.parametrize("path", ["/refer", "/my-referrals"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everyone_can_use_the_pages(place: Web, browser: Browser, path: str, size: object) -> None:
    context = browser.new_context(viewport=size, bypass_csp=True)  # type: ignore[arg-type]
    page = at(place, context, path, "hospital", "trust:RP1")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if path == "/refer":
        page.get_by_role("button", name="Send the referral").click()
        assert violations(page) == []
    context.close()


def test_who_refers_nobody_is_told_so(place: Web, context: BrowserContext) -> None:
    page = at(place, context, "/refer", "analyst")
    expect(page.locator("main")).to_contain_text("Your role does not let you refer anyone")
