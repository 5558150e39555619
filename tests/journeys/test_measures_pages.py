"""Questionnaires from a person's record to the outcomes of many, in a browser without scripts."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.domain.measures.measuring import RecordMeasure, ScheduleMeasure
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import allocation
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.journeys.london import today
from tests.story import agreed, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """A person to ask, and nine others who answered twice."""
    web.given("QPM", "wren", engaged("Wren Example", caseload_limit=40, engaged_on=today()))
    names = ["ada", *(f"n{number}" for number in range(9))]
    for name in names:
        web.given("QPM", f"p-{name}", registered(f"{name.title()} Example", gp_practice="K83001"))
        web.given("QPM", f"p-{name}", agreed())
        web.given("QPM", f"r-{name}", referred(f"p-{name}", name, received_at=NOW - timedelta(days=90)))
        web.given("QPM", f"r-{name}", referral.AcceptReferral())
        wish = allocation.AllocateLinkWorker(referral_id=f"r-{name}", worker_id="wren", reason="capacity")
        web.given("QPM", f"r-{name}", wish)
    for number, name in enumerate(names[1:]):
        for days, satisfied in ((80, 3), (1, 5 + number % 3)):
            answers = (satisfied, 5, 5, 5)
            command = RecordMeasure(
                referral_id=f"r-{name}", instrument="ons4", point="baseline", answers=answers, mode="self",
                completed_on=today() - timedelta(days=days), on=today(), by="u1",
            )  # fmt: skip
            web.given("QPM", f"m-{name}-{days}", command)
    due = ScheduleMeasure(
        referral_id="r-ada", instrument="phq9", point="review", due_on=today() - timedelta(days=2), on=today()
    )  # fmt: skip
    web.given("QPM", "m-ada", due)
    web.followed("QPM")
    return web


@pytest.fixture
def page(people: Web, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    yield signed_in(people, context, "link_worker", "link_worker:wren")
    context.close()


def answer(page: Page, *values: int) -> None:
    for number, value in enumerate(values):
        page.locator(f"[name=item_{number}][value='{value}']").check()


def test_a_questionnaire_is_begun_answered_and_shown_with_its_score(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-ada/measures")
    page.get_by_label("Questionnaire", exact=True).select_option("ons4")
    page.get_by_role("button", name="Begin").click()
    answer(page, 4, 6, 7)
    page.get_by_label("Filled in by the person alone").check()
    page.get_by_role("button", name="Record the answers").click()
    expect(page.get_by_role("alert")).to_contain_text("Question 4: select an answer")
    expect(page.locator("[name=item_2][value='7']")).to_be_checked()
    answer(page, 4, 6, 7, 2)
    page.get_by_role("button", name="Record the answers").click()
    expect(page).to_have_url(re.compile("/people/p-ada/measures"))
    expect(page.get_by_text("The answers were recorded.")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("low", re.IGNORECASE)).first).to_contain_text("4")


def test_a_scale_stands_in_one_row_that_is_the_same_for_each_question(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-ada/measures")
    page.get_by_label("Questionnaire", exact=True).select_option("ons4")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator("[name=item_3]")).to_have_count(11)
    rows = [[each.bounding_box() for each in page.locator(f"[name=item_{number}]").all()] for number in range(4)]
    for row in rows:
        assert len(row) == 11
        assert len({box["y"] for box in row if box}) == 1, "one row"
        assert [box["x"] for box in row if box] == [box["x"] for box in rows[0] if box], "below one another"


def test_an_answer_about_safety_comes_before_anything_else(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-ada/measures")
    expect(page.get_by_text("Late", exact=True)).to_be_visible()
    page.get_by_role("link", name="Fill it in now").click()
    answer(page, 1, 1, 1, 1, 0, 0, 0, 0, 2)
    page.get_by_label("Asked by telephone").check()
    page.get_by_role("button", name="Record the answers").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Before anything else, see that they are safe")
    expect(page.get_by_text("If they are in danger now, call 999")).to_be_visible()
    expect(page.get_by_role("link", name="Tell their GP or another clinician")).to_be_visible()
    page.get_by_role("link", name=re.compile("I have seen to it")).click()
    expect(page.get_by_role("link", name="An answer about safety")).to_be_visible()
    expect(page.get_by_text("No questionnaire is due.")).to_be_visible()


def test_a_reading_is_taken_out_of_the_counts_and_stays_on_record(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-n8/measures")
    expect(page.locator("svg.cw-chart--line")).to_have_count(4)
    page.get_by_role("link", name=re.compile("It does not count.*Life satisfaction")).first.click()
    page.get_by_label("The answers were typed in wrongly").check()
    page.get_by_role("button", name="Take it out of the counts").click()
    expect(page.get_by_text("The reading does not count any more.")).to_be_visible()
    expect(page.get_by_text("does not count – the answers were typed in wrongly")).to_be_visible()


def test_another_link_worker_does_not_see_them(people: Web, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(people, context, "link_worker", "link_worker:ben")
    found = page.goto(f"{people.url}/measures/m-n1-1/safety")
    assert found is not None
    assert found.status == 404
    context.close()


def test_outcomes_are_shown_in_large_as_bars_and_as_a_table(people: Web, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = signed_in(people, context, "analyst")
    page.goto(f"{people.url}/outcomes")
    row = page.get_by_role("row", name=re.compile("Everyone"))
    expect(row).to_contain_text("10")
    expect(page.locator(".cw-tiles__one")).to_have_count(3)
    page.get_by_role("link", name="Ethnicity").click()
    expect(page.locator("svg.cw-chart")).to_have_count(2)
    expect(page.get_by_role("row", name=re.compile("Not stated|Not known"))).to_be_visible()
    with page.expect_download() as told:
        page.get_by_role("link", name="Download this table (CSV)").click()
    text = told.value.path().read_text("utf-8")
    assert text.startswith("Life satisfaction")
    assert "Mean change" in text
    page.get_by_label("Measure").select_option("goal.met")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("Nobody has been asked yet")).to_be_visible()
    context.close()


def test_outcomes_are_asked_for_a_year_and_as_at_a_day_at_once(people: Web) -> None:
    day = today()
    came = day - timedelta(days=90)
    of = str(came.year if came.month >= 4 else came.year - 1)
    then = f"day={day.day}&month={day.month}&year={day.year}"
    analyst = Someone(people, "measures-analyst-of-years", ("analyst", "tenant"))
    for year in ("", of):
        page = analyst.get(f"/outcomes?referred_in={year}&{then}")
        assert "what we knew then" in page
        assert f'name="year" type="text" value="{day.year}"' in page
        (file,) = re.findall(r'href="(/outcomes\.csv[^"]+)"', page)
        assert ("referred_in=" in file) == bool(year)
        assert "Everyone" in analyst.get(unescape(file))
    asked = page.partition('class="cw-asked"')[2].partition("</form>")[0]
    names = re.findall(r'<(?:select|input)[^>]* name="([^"]+)"', asked)
    assert len(names) == len(set(names))
    analyst.client.close()


def test_a_file_of_something_that_is_not_there_is_refused_and_not_one_of_something_else(people: Web) -> None:
    lead = Someone(people, "measures-lead-of-files", ("team_lead", "tenant"))
    for file, asked in (
        ("outcomes", "measure=zz"),
        ("outcomes", "by=zz"),
        ("outcomes", "day=31&month=2&year=2026"),
        ("workforce", "by=NONSENSE"),
        ("equity", "months=zz"),
        ("activity", "months=zz"),
    ):
        told = lead.get(f"/{file}.csv?{asked}", status=422)
        assert "Enter a real date" in told or "choose one of those on the page" in told
        lead.get(f"/{file}.csv")
    lead.client.close()


def test_a_lead_puts_a_questionnaire_on_the_list_and_says_what_its_owner_allows(people: Web, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = signed_in(people, context, "team_lead")
    page.goto(f"{people.url}/instruments")
    row = page.get_by_role("row", name=re.compile("SWEMWBS"))
    row.get_by_role("button", name="Put on the list").click()
    people.followed("QPM")
    page.goto(f"{people.url}/instruments")
    row.get_by_role("link", name="Licence").click()
    page.get_by_label("Registered with its owners").check()
    page.get_by_role("button", name="Record it").click()
    people.followed("QPM")
    page.goto(f"{people.url}/instruments")
    expect(row).to_contain_text("Yes")
    context.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_wrong_with_the_pages(people: Web, browser: Browser, size: object) -> None:
    context = browser.new_context(viewport=size, bypass_csp=True)  # type: ignore[arg-type]
    page = signed_in(people, context, "team_lead")
    for path in (
        "/people/p-n1/measures",
        "/measures/new?instrument=phq9&point=review&referral=r-n1",
        "/measures/new?instrument=ons4&point=review&referral=r-n1",
        "/measures/m-ada/safety",
        "/outcomes",
        "/outcomes?by=NEED&within=AGE_BAND",
        "/instruments",
    ):
        page.goto(f"{people.url}{path}")
        assert violations(page) == [], path
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} is wider than the screen"
    context.close()
