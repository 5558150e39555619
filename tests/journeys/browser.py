"""A real browser for a test: quiet, on loopback, signed in, and looked at for what is in anybody’s way."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.conftest import missing
from tests.web import Web

CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The same browser without its windows, where it is there: it opens a page in a third of the time."""
QUIET: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE: Final = (Path(__file__).parent / "axe" / "axe.min.js").read_text("utf-8")
_VIOLATIONS: Final = """
axe.run({resultTypes: ["violations"]}).then(r => r.violations.map(v => [v.id, v.nodes.map(n => n.html)]))
"""
_DRAWN: Final = """
async width => {
  do await new Promise(requestAnimationFrame); while (innerWidth !== width)
  await new Promise(requestAnimationFrame)
}
"""
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 900}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}

expect.set_options(timeout=30_000)  # as patient as clicks are: on a machine at work a page takes its time


@contextmanager
def started() -> Iterator[Browser]:
    """Chromium. In CI it must be there; elsewhere the test is left out."""
    if CHROMIUM is None:
        missing("there is neither chromium-headless-shell nor chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def signed_in(
    web: Web, context: BrowserContext, role: str, scope: str = "tenant", *, ods: str = "QPM", subject: str | None = None
) -> Page:
    """The page that opens for whoever has this role; one invented person for each role and scope."""
    subject = subject or f"browser-{role}-{scope}".replace(":", "-")
    web.token(ods, role, scope, subject=subject)
    page = context.new_page()
    page.goto(web.way_in(ods, subject))
    return page


def sized(page: Page, size: ViewportSize) -> None:
    """Make a page this wide, and wait until it stands so: on a busy machine it is looked at half way otherwise."""
    page.set_viewport_size(size)
    page.evaluate(_DRAWN, size["width"])


def violations(page: Page) -> Any:
    """What axe-core finds wrong with a page: (rule, where). The page's context must bypass its content security policy."""
    page.wait_for_load_state()  # a click ends before its page is drawn
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return page.evaluate(_VIOLATIONS)
