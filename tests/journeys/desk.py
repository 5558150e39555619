"""Someone at a desk: they sign in as anyone does, and click and write by what they read on the page."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

from playwright.sync_api import Browser, Locator, Page, expect

from commonweal.console.wording import in_london
from tests.journeys.browser import DESKTOP, PHONE, sized, violations
from tests.journeys.office import Office

PICTURES: Final = os.environ.get("COMMONWEAL_PICTURES")
"""A folder that gets a picture of every page, for whoever wishes to look at them; nothing is drawn where it names none."""
LOOKED_AT: Final[list[Path]] = []
"""The folder in which a file stands for each kind of page that was looked at, in whichever story of the run and by whichever process."""
_IDS: Final = re.compile(r"/(?=[^/]*\d|[^/]{25})[^/]+")


@dataclass
class Desk:
    """A browser of one's own, signed in or not. Every sort of page that is come to is looked at once, on a desk and on a telephone."""

    office: Office
    page: Page

    def sign_in(self, who: str) -> None:
        """By the page everyone signs in on; in development one says there who one is."""
        self.go("/sign-in")
        self.press("Sign in")
        people = self.page.get_by_role("heading", name=self.office.name, exact=True).locator(
            "xpath=following-sibling::ul[1]"
        )
        people.get_by_role("button", name=re.compile(f"^{who}, ")).click()
        expect(self.page.get_by_role("button", name="Sign out")).to_have_count(1)
        self.look()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.office.url}{path}")
        self.look()

    def follow(self, link: str, within: Locator | None = None) -> None:
        """A link whose words begin so."""
        words = re.escape(link).replace(":", r"\s*:")  # what is said to a screen reader alone stands apart
        (within or self.page).get_by_role("link", name=re.compile(rf"^{words}(?!\w)")).first.click()
        self.look()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()
        self.look()

    def done(self, button: str, sentence: str) -> None:
        """Send a form, and read that it was done."""
        self.press(button)
        self.reads(sentence)

    def reads(self, *sentences: str) -> None:
        for sentence in sentences:
            expect(self.page.locator("body")).to_contain_text(sentence)

    def reads_nothing_of(self, *words: str) -> None:
        for word in words:
            expect(self.page.locator("body")).not_to_contain_text(word)

    def tick(self, question: str, *answers: str) -> None:
        """Radios or checkboxes, by the question they stand under."""
        asked = self.page.get_by_role("group", name=re.compile(rf"^{re.escape(question)}"))
        own = self.page.locator(
            f"[name={asked.locator('input').first.get_attribute('name')}]"
        )  # not of what follows from an answer
        for answer in answers:
            asked.get_by_label(answer, exact=True).and_(own).check()

    def pick(self, label: str, option: str) -> None:
        self.page.get_by_role("combobox", name=re.compile(rf"^{re.escape(label)}")).select_option(label=option)

    def write(self, label: str, text: object) -> None:
        self.page.get_by_role("textbox", name=re.compile(rf"^{re.escape(label)}")).fill(str(text))

    def day(self, question: str, on: date) -> None:
        asked = self.page.get_by_role("group", name=re.compile(rf"^{re.escape(question)}"))
        for part in ("day", "month", "year"):
            asked.get_by_label(part.title()).fill(str(getattr(on, part)))

    def moment(self, question: str, at: datetime, hour: str = "Time") -> None:
        local = in_london(at)
        self.day(question, local.date())
        self.write(hour, f"{local:%H:%M}")

    def look(self) -> None:
        """Nothing is in anybody's way on this page as it stands on a desk, nor wider than the screen of a telephone."""
        self.page.wait_for_load_state()  # what is counted is not waited for
        shape = _IDS.sub("/·", self.page.url.removeprefix(self.office.url).partition("?")[0])
        if self.page.locator(".nhsuk-error-summary").count():  # to ask for its heading by role reads the whole page
            shape += " with a problem"
        (folder,) = LOOKED_AT
        try:
            (folder / quote(shape, safe="")).touch(exist_ok=False)
        except FileExistsError:
            return
        for name, size in (("phone", PHONE), ("desk", DESKTOP)):
            sized(self.page, size)
            assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
                f"{shape} on a {name}"
            )
            if PICTURES:
                file = f"{len(list(folder.iterdir())):03} {shape.strip('/').replace('/', ' ') or 'home'} {name}.png"
                self.page.screenshot(path=Path(PICTURES) / file, full_page=True)
        found = violations(self.page)
        assert found == [], f"{shape}: {found}"


@contextmanager
def at_a_desk(
    office: Office,
    browser: Browser,
    who: str | None = None,
    on: datetime | None = None,
) -> Iterator[Desk]:
    """Somebody in a browser that knows nothing of another; signed in, if it is said who, and when, by the office's calendar."""
    if on is not None:
        office.on(on)
    with browser.new_context(viewport=DESKTOP, bypass_csp=True) as context:
        context.set_default_timeout(30_000)
        desk = Desk(office, context.new_page())
        if who is not None:
            desk.sign_in(who)
        yield desk
