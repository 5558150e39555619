"""The console's pages in a real browser: everyone can use them, with scripts or without, on a phone or on paper."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from commonweal.console.assets import FOR_EVER, assets
from commonweal.console.page import content_security_policy
from tests.journeys import console_samples as samples
from tests.journeys.browser import DESKTOP, PHONE, sized, violations

pytestmark = pytest.mark.browser

PAGES: Final = samples.pages()


@dataclass
class Site:
    """The sample pages on loopback, with what was posted to them."""

    address: str
    posted: list[dict[str, list[str]]] = field(default_factory=list)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    found = Site(address="")

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, body = "text/html; charset=utf-8", PAGES.get(self.path.partition("?")[0])
            if body is not None:
                return self.give(200, kind, body.encode(), "no-store")
            if self.path.partition("?")[0] == "/caseload/live":  # nothing ever changes here
                return self.give(200, "text/event-stream", b"retry: 600000\n\n", "no-store")
            asset = assets().find(*self.path.removeprefix("/static/").partition("/")[::2])
            if asset is not None:
                return self.give(200, asset.media_type, asset.body, FOR_EVER)
            return self.give(404, kind, b"", "no-store")

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.posted.append(parse_qs(sent, keep_blank_values=True))
            self.give(200, "text/html; charset=utf-8", PAGES["/caseload"].encode(), "no-store")

        def give(self, status: int, kind: str, body: bytes, cache: str) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": kind,
                "Content-Length": str(len(body)),
                "Cache-Control": cache,
                "Content-Security-Policy": content_security_policy(samples.NONCE),
                "X-Content-Type-Options": "nosniff",
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 – the name is the library's
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        found.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def strict(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser that keeps to the content security policy."""
    with browser.new_context(base_url=site.address, viewport=DESKTOP) as context:
        yield context


@pytest.fixture
def scripts_off(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=site.address, viewport=PHONE, java_script_enabled=False) as context:
        yield context


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_any_page(browser: Browser, site: Site, viewport: ViewportSize) -> None:
    found = {}
    with browser.new_context(base_url=site.address, viewport=viewport, bypass_csp=True) as context:
        page = context.new_page()  # one for all: a new one each costs three times as much as looking at it
        for address in PAGES:
            page.goto(address)
            if wrong := violations(page):
                found[address] = wrong
    assert found == {}


def test_no_page_breaks_the_content_security_policy_or_misses_a_file(strict: BrowserContext) -> None:
    page = strict.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    for address in PAGES:
        page.goto(address)
        assert "js-enabled" in (page.locator("body").get_attribute("class") or "")
    assert complaints == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, site: Site, width: int) -> None:
    with browser.new_context(base_url=site.address, viewport={"width": width, "height": 800}) as context:
        page = context.new_page()
        wide = {}
        for address in PAGES:
            page.goto(address)
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if beyond > 0:
                wide[address] = beyond
    assert wide == {}


def _column_lefts(page: Page) -> list[float]:
    boxes = [column.bounding_box() for column in page.locator(".cw-column").all()]
    return [round(box["x"]) for box in boxes if box]


def test_columns_stand_side_by_side_on_a_desk_and_below_each_other_on_a_phone(strict: BrowserContext) -> None:
    page = strict.new_page()
    page.goto("/caseload")
    assert len(set(_column_lefts(page))) == 4
    sized(page, PHONE)
    assert len(set(_column_lefts(page))) == 1


def test_paper_shows_the_cards_and_when_they_were_true_but_nothing_to_click(strict: BrowserContext) -> None:
    page = strict.new_page()
    page.goto("/caseload")
    page.emulate_media(media="print")
    assert page.get_by_text("Aisha Khan", exact=True).is_visible()
    assert page.get_by_text("As at 14:02:11 on 21 November 2026, position 1,234").is_visible()
    assert not page.get_by_role("button", name="Show").is_visible()
    assert not page.get_by_role("link", name="Triage: Aisha Khan").is_visible()
    assert not page.get_by_role("button", name="Sign out").is_visible()


def test_conditional_questions_fold_away_where_scripts_run(strict: BrowserContext) -> None:
    page = strict.new_page()
    page.goto("/triage")
    assert not page.get_by_label("Why it is rejected").is_visible()
    page.get_by_label("Reject", exact=True).check()
    assert page.get_by_label("Why it is rejected").is_visible()
    assert not page.get_by_label("Which organisation").is_visible()


def test_every_question_is_there_without_scripts_and_the_decision_is_sent(
    scripts_off: BrowserContext, site: Site
) -> None:
    page = scripts_off.new_page()
    page.goto("/triage")
    page.get_by_label("Redirect", exact=True).check()
    page.get_by_label("Which organisation").select_option("Northamptonshire Healthcare")
    page.get_by_label("Why it is redirected").select_option("Another service is better placed")
    page.get_by_role("button", name="Save decision").click()
    assert site.posted[-1] == {
        "csrf_token": ["token-of-the-session"],
        "idempotency_key": ["key-of-this-form"],
        "expected_version": ["3"],
        "decision": ["redirect"],
        "override_reason": [""],
        "reject_reason": [""],
        "feedback": [""],
        "redirect_to": ["RP1"],
        "redirect_reason": ["better_placed"],
        "decline_reason": [""],
    }


def test_the_caseload_can_be_filtered_and_left_without_scripts(scripts_off: BrowserContext, site: Site) -> None:
    page = scripts_off.new_page()
    page.goto("/caseload")
    page.get_by_label("Link worker", exact=True).select_option("Alex Reid")
    page.get_by_role("button", name="Show").click()
    assert page.url == f"{site.address}/caseload?link_worker=w2&pcn=&practice=&state="
    page.get_by_role("button", name="Sign out").click()
    assert site.posted[-1] == {"csrf_token": ["token-of-the-session"]}


def test_a_mistake_is_named_at_the_top_and_leads_to_its_field(strict: BrowserContext) -> None:
    page = strict.new_page()
    page.goto("/triage/mistakes")
    assert page.title() == "Error: Triage this referral – Commonweal"
    assert page.evaluate("document.activeElement.className") == "nhsuk-error-summary"
    page.get_by_role("link", name="Select why the referral is rejected").click()
    assert page.evaluate("document.activeElement.id") == "reject_reason"
    assert page.get_by_label("What the referrer should know").input_value() == "Please ring <us> first"


def test_the_keyboard_reaches_the_content_first(strict: BrowserContext) -> None:
    page = strict.new_page()
    page.goto("/caseload")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
