"""Whoever looks after an ICS sees whether its trusts hear of the people they referred, and has tried again what nobody took."""

import os
from datetime import date
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect

from commonweal.domain import tenant
from commonweal.integrations.delivery import Outcome
from commonweal.integrations.delivery.outbox import Outbox
from tests import story
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.web import Web

pytestmark = pytest.mark.browser

NAME = "Canary Finch"
CAME = date(2025, 4, 1)
CEDAR = tenant.Practice(ods="K83001", name="Cedar Surgery")
Form = dict[str, str | float | bool]


@pytest.fixture(scope="module")
def told(web: Web) -> Web:
    """QPM tells two trusts; for one of them two steps of a referral are parked and one waits."""
    trusts = (
        tenant.Trust(ods="RNS", name="Northampton General Hospital", task_endpoint="http://127.0.0.1:9/fhir"),
        tenant.Trust(ods="RNQ", name="Kettering General Hospital", told_by="stream"),
    )
    command = tenant.ConfigureTenant(
        ods="QPM",
        name="Northamptonshire",
        gss="E54000059",
        trusts=trusts,
        pcns=(tenant.PCN(ods="U11111", name="Nene", since=CAME, practices=(CEDAR,)),),
        policies=tenant.Policies(gp_endpoint="http://127.0.0.1:9/gp"),
        on=date(2026, 1, 1),
    )
    web.given("QPM", "QPM", command)
    for number in range(3):
        web.given("QPM", f"told-{number}", story.registered(NAME))
        web.given("QPM", f"told-{number}", story.agreed())
        received = story.referred(f"told-{number}", f"ref-{number}", source_org="RNS", setting="ed", source="05")
        web.given("QPM", f"told-{number}", received)
    return web


async def _park(web: Web, integration: str = "emergency_department", recipient: str = "RNS") -> None:
    here = await web.store.tenant("QPM")
    outbox = Outbox(integration, here.pool.borrow)
    async with await psycopg.AsyncConnection.connect(web.servers.database_url, autocommit=True) as admin:
        await admin.execute("delete from qpm.deliveries")
        await admin.execute("update qpm.consumed set position = 0")
    events = [each for each in await here.log.after(0, 1000) if each.type == "ReferralReceived"]
    head = await here.log.head()
    await outbox.add([(each, recipient) for each in events], await outbox.position(), head)
    for number, delivery in enumerate(await outbox.take(recipient, 10, 60.0)):
        waits = Outcome("waiting", None, "ConnectError", again=3600.0)
        await outbox.settle(delivery, Outcome("parked", 400, "refused") if number < 2 else waits)


def page_of(web: Web, context: BrowserContext, role: str, ods: str = "QPM") -> Page:
    page = signed_in(web, context, role, ods=ods)
    page.goto(f"{web.url}/integrations")
    return page


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_is_parked_is_seen_and_tried_again_without_scripts(
    browser: Browser, told: Web, viewport: ViewportSize
) -> None:
    told.run(_park(told))
    with browser.new_context(viewport=viewport, java_script_enabled=False) as context:
        page = page_of(told, context, "administrator")
        expect(page).to_have_title("Telling trusts – Commonweal")
        row = page.get_by_role("row", name="Northampton General Hospital").filter(has_text="A&E")
        expect(row).to_contain_text("2 parked")
        expect(row).to_contain_text("It could not be reached")
        assert NAME not in page.content()
        row.get_by_role("button", name="Try again").click()
        expect(page.get_by_text("2 deliveries are tried again.")).to_be_visible()
        expect(row).to_contain_text("None")
        assert {state for (state,) in told.rows("QPM", "select state from deliveries")} == {"waiting"}


def test_what_a_practice_was_not_told_is_tried_again_alone_or_with_all_the_rest(browser: Browser, told: Web) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        for button in ("Try again", "Try all 2 parked again"):
            told.run(_park(told, "gp_record", "K83001"))
            page = page_of(told, context, "administrator")
            row = page.get_by_role("row", name="Cedar Surgery")
            expect(row).to_contain_text("The GP’s record")
            expect(row).to_contain_text("Sent to its address")
            expect(row).to_contain_text("2 parked")
            expect(page.get_by_role("row", name="Northampton General").filter(has_text="GP")).to_have_count(0)
            page.get_by_role("button", name=button).click()
            expect(page.get_by_text("2 deliveries are tried again.")).to_be_visible()
            expect(page.get_by_role("button", name=button)).to_have_count(0)
            assert {state for (state,) in told.rows("QPM", "select state from deliveries")} == {"waiting"}


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_stands_on_any_screen_and_for_any_reader(browser: Browser, told: Web, viewport: ViewportSize) -> None:
    told.run(_park(told))
    with browser.new_context(viewport=viewport, bypass_csp=True) as context:
        page = page_of(told, context, "administrator")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if folder := os.environ.get("COMMONWEAL_SCREENSHOTS"):
            page.screenshot(path=Path(folder) / f"integrations-{viewport['width']}.png", full_page=True)


def test_who_watches_over_information_sees_it_but_has_nothing_sent(browser: Browser, told: Web) -> None:
    told.run(_park(told))
    with browser.new_context(java_script_enabled=False) as context:
        page = page_of(told, context, "ig_lead")
        expect(page.get_by_text("2 parked")).to_be_visible()
        expect(page.get_by_role("button", name="Try again")).to_have_count(0)
        token = page.locator("input[name=csrf_token]").first.get_attribute("value")
        form: Form = {"csrf_token": token or "", "recipient": "RNS", "integration": "emergency_department"}
        answer = context.request.post(f"{told.url}/integrations/replay", form=form, max_redirects=0)
        assert answer.status == 403


def test_a_form_of_another_site_has_nothing_sent(browser: Browser, told: Web) -> None:
    told.run(_park(told))
    with browser.new_context(java_script_enabled=False) as context:
        page_of(told, context, "administrator")
        form: Form = {"recipient": "RNS", "integration": "emergency_department"}
        answer = context.request.post(f"{told.url}/integrations/replay", form=form, max_redirects=0)
        assert answer.status == 403
        assert ("parked",) in told.rows("QPM", "select state from deliveries")


@pytest.mark.parametrize("role", ["link_worker", "team_lead", "hospital"])
def test_who_works_with_people_does_not_see_it(browser: Browser, told: Web, role: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = page_of(told, context, role)
        expect(page.get_by_text("Your role does not let you see how trusts are told.")).to_be_visible()
        expect(page.get_by_label("Account")).to_contain_text("Robin Example")
        expect(page.get_by_label("Menu").get_by_role("link", name="Caseload")).to_have_count(int(role != "hospital"))
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(f"{told.url}/sign-in")


def test_another_ics_sees_nothing_of_it(browser: Browser, told: Web) -> None:
    told.run(_park(told))
    with browser.new_context(java_script_enabled=False) as context:
        page = page_of(told, context, "administrator", "QMF")
        expect(page.get_by_text("No trust is told anything yet")).to_be_visible()
        form: Form = {
            "csrf_token": page.locator("input[name=csrf_token]").first.get_attribute("value") or "",
            "recipient": "RNS",
            "integration": "emergency_department",
        }
        context.request.post(f"{told.url}/integrations/replay", form=form)
        assert ("parked",) in told.rows("QPM", "select state from deliveries")
