"""A plan from the first word to a review, in a browser without scripts."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from commonweal.domain import due
from commonweal.domain.people import consent
from commonweal.domain.plans.plan_actions import AddAction
from commonweal.domain.plans.plan_agreement import RecordPlanAgreement
from commonweal.domain.plans.plan_goals import AgreeGoal, RateGoal
from commonweal.domain.plans.plan_review import FinishPlanReview, SchedulePlanReview, StartPlanReview
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.plans.plan_words import RecordWhatMatters, RewordWhatMatters
from commonweal.domain.referrals import referral
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.journeys.london import today
from tests.near import BY
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
TODAY = due.today(NOW)
HERE = "/people/p-swift/plan"


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """Three people Wren has met: two have no plan yet, and Sam Swift's was agreed, rated and reviewed."""
    web.given("QPM", "QPM", configured("QPM", "Nene"))
    web.given("QPM", "w-wren", engaged("Wren Hale", caseload_limit=40, pcns=("U22222",)))
    for each, name in (("finch", "Fay Finch"), ("lark", "Lou Lark"), ("swift", "Sam Swift")):
        web.given("QPM", f"p-{each}", registered(name, gp_practice="K83002"))
        web.given("QPM", f"p-{each}", agreed())
        at = NOW - timedelta(days=10)
        known = {"practice": "K83002", "reasons": ("loneliness", "money"), "received_at": at}
        web.given("QPM", f"r-{each}", referred(f"p-{each}", f"x-{each}", **known))
        web.given("QPM", f"r-{each}", referral.AcceptReferral())
        web.given("QPM", f"r-{each}", allocated(f"r-{each}", "w-wren"))
        held = referral.RecordFirstContact(medium="01", held_at=NOW - timedelta(days=5))
        web.given("QPM", f"r-{each}", held)
    for command in (
        StartPlan(plan_id="plan-swift", referral_id="r-swift", by=BY),
        RecordWhatMatters(clause_id="c-1", statement="I want a garden", domain="home", by=BY),
        AgreeGoal(goal_id="g-1", wording="Dig over the bed by the shed", baseline=3, by=BY),
        AddAction(action_id="a-1", what="Ask Joe for a spade", who="worker", by_when=TODAY, by=BY),
        SchedulePlanReview(due_on=TODAY + timedelta(days=42), on=TODAY),
        RecordPlanAgreement(plan_id="plan-swift", agreed_on=TODAY, copy_offered="paper", on=TODAY, by=BY),
        RateGoal(goal_id="g-1", rating=6, rated_on=TODAY, on=TODAY, by=BY),
        StartPlanReview(on=TODAY, by=BY),
        RewordWhatMatters(clause_id="c-1", statement="I want to grow beans with Joe", by=BY),
        FinishPlanReview(reason="progress", next_review_on=TODAY + timedelta(days=60), on=TODAY, by=BY),
    ):
        web.given("QPM", "plan-swift", command)
    web.followed("QPM")
    return web


@pytest.fixture
def desk(people: Web, browser: Browser) -> Iterator[Page]:
    """Wren's desk, without scripts: Sam's plan lies on it."""
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = signed_in(people, context, "link_worker", "link_worker:w-wren")
    page.goto(f"{people.url}{HERE}")
    yield page
    context.close()


def _day(page: Page, field: str, on: date) -> None:
    for part in ("day", "month", "year"):
        page.locator(f"[name={field}_{part}]").fill(str(getattr(on, part)))


def _done(page: Page, button: str, sentence: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text(sentence)


def test_a_plan_is_written_agreed_rated_and_reviewed(people: Web, desk: Page) -> None:
    here = f"{people.url}/people/p-finch/plan"
    desk.goto(here)
    expect(desk.get_by_role("heading", name="There is no plan yet")).to_be_visible()
    desk.get_by_role("link", name=re.compile("Start a plan for the referral")).click()
    desk.get_by_label("What matters to me").check()
    _done(desk, "Start it", "The plan was started.")
    expect(desk.get_by_role("heading", name="Fay Finch’s plan")).to_contain_text("Being written")
    expect(desk.locator(".cw-plan__gaps").get_by_text("To do", exact=True)).to_have_count(6)
    expect(desk.get_by_role("link", name="Record that they agree")).to_have_count(0)

    desk.get_by_role("link", name=re.compile("^Find a service.*oney")).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Looking for Fay Finch")
    expect(desk.get_by_text("These are services for one need")).to_be_visible()
    expect(desk.get_by_label("Need", exact=True)).to_have_value("money")
    desk.get_by_role("link", name="Show services for every need").click()
    expect(desk.get_by_label("Need", exact=True)).to_have_value("")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Looking for Fay Finch")
    desk.goto(here)

    desk.get_by_role("link", name="Write down what matters").first.click()
    desk.get_by_role("button", name="Write it down").click()
    expect(desk.get_by_role("alert")).to_contain_text("Write what matters to the person")
    desk.get_by_label("What matters to the person", exact=True).fill("I want to be in my garden again")
    desk.get_by_label("The person", exact=True).check()
    desk.get_by_label("Area of life").select_option("home")
    _done(desk, "Write it down", "What matters to the person was written down.")
    expect(desk.get_by_text("I want to be in my garden again", exact=True)).to_be_visible()
    expect(desk.get_by_text("In their own words, written down by Robin Example")).to_be_visible()

    desk.get_by_role("link", name="Agree a goal").first.click()
    desk.get_by_label("What does the person want to come to?").fill("Walk to the allotment and back")
    desk.locator("[name=said_by][value=person]").check()
    desk.locator("[name=owner][value=person]").check()
    desk.locator("[name=baseline]").fill("3")
    _done(desk, "Agree it", "The goal was agreed.")
    desk.get_by_role("link", name="Add an action").first.click()
    desk.get_by_label("What is to be done?").fill("Ring the allotment society")
    desk.locator("[name=who][value=worker]").check()
    _day(desk, "by_when", today() + timedelta(days=7))
    desk.get_by_label("For which goal?").select_option("Walk to the allotment and back")
    _done(desk, "Add it", "The action was added.")
    desk.get_by_role("link", name="Set the day of the review").click()
    _day(desk, "due_on", today() + timedelta(days=42))
    _done(desk, "Set the day", "The day of the review was set.")

    desk.get_by_role("link", name="Record that they agree").click()
    desk.get_by_label("The person", exact=True).check()
    _day(desk, "agreed_on", today())
    desk.get_by_label("On paper").check()
    _done(desk, "Record that they agree", "The plan was agreed. Support has begun.")
    expect(desk.locator(".cw-plan__gaps")).to_have_count(0)
    expect(desk.get_by_role("heading", name="Fay Finch’s plan")).to_contain_text("Agreed and under way")

    desk.get_by_role("link", name=re.compile("^Rate it")).click()
    desk.locator("[name=rating]").fill("6")
    desk.locator("[name=rated_by][value=person]").check()
    _day(desk, "rated_on", today())
    _done(desk, "Record the rating", "The rating was recorded.")
    expect(desk.get_by_text("Now 6 of 10, from 3 at the beginning")).to_be_visible()
    expect(desk.locator("svg.cw-scale circle")).to_have_count(2)

    desk.get_by_role("link", name="Review the plan").click()
    desk.get_by_label("The review is due").check()
    _done(desk, "Begin the review", "The review was begun.")
    desk.get_by_role("link", name=re.compile("^Reword.*I want to be")).click()
    words = desk.get_by_label("What matters to the person", exact=True)
    expect(words).to_have_value("I want to be in my garden again")
    words.fill("I want to grow beans with Joe")
    _done(desk, "Reword it", "What matters to the person was reworded.")
    desk.get_by_role("link", name="Finish the review").click()
    desk.get_by_label(re.compile("There is progress")).check()
    desk.locator("[name=agreed_by][value=person]").check()
    _day(desk, "next_review_on", today() + timedelta(days=60))
    _done(desk, "Finish it", "The review was finished.")
    desk.get_by_role("link", name=re.compile("What changed after it.*A review was begun")).click()
    change = desk.locator(".cw-changes__one")
    expect(change.locator("del")).to_have_text("I want to be in my garden again")
    expect(change.locator("ins")).to_have_text("I want to grow beans with Joe")


def test_a_step_of_the_link_worker_stands_on_their_list_of_tasks(people: Web, desk: Page) -> None:
    desk.goto(f"{people.url}/tasks")
    expect(desk.get_by_role("heading", name="In plans and connections")).to_be_visible()
    (step,) = desk.locator(".cw-pieces > li", has_text="Ask Joe for a spade").all()
    expect(step).to_contain_text("By ")
    expect(desk.get_by_text("There is nothing to do")).to_have_count(0)
    step.get_by_role("link", name="Sam Swift").click()
    expect(desk.get_by_role("heading", name="Sam Swift’s plan")).to_be_visible()


def test_sharing_says_which_consent_to_ask_for_and_ends_with_it(people: Web, desk: Page) -> None:
    desk.get_by_role("link", name="Share the plan").click()
    desk.get_by_label("Their GP practice").check()
    desk.get_by_label("The goals only").check()
    desk.get_by_role("button", name="Share it").click()
    expect(desk.get_by_role("alert")).to_contain_text("has not agreed to share with their GP practice")
    expect(desk.get_by_label("The goals only")).to_be_checked()
    people.given("QPM", "p-swift", agreed("share_gp"))
    _done(desk, "Share it", "The plan is shared")
    expect(desk.get_by_text("They see it", exact=True)).to_be_visible()
    people.given("QPM", "p-swift", consent.WithdrawConsent(scope="share_gp", withdrawn_on=today()))
    people.followed("QPM")
    desk.goto(f"{people.url}{HERE}")
    expect(desk.get_by_text("They see nothing: no consent")).to_be_visible()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_everyone_can_read_it_on_any_screen(people: Web, browser: Browser, viewport: ViewportSize) -> None:
    context = browser.new_context(viewport=viewport, bypass_csp=True)
    page = signed_in(people, context, "link_worker", "link_worker:w-wren")
    for path in (HERE, "/people/p-lark/plan"):
        page.goto(f"{people.url}{path}")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    context.close()


def test_paper_has_no_way_to_a_form_and_a_place_to_sign(people: Web, desk: Page) -> None:
    desk.emulate_media(media="print")
    expect(desk.locator(".cw-plan__signed")).to_be_visible()
    expect(desk.locator(".cw-ways:visible")).to_have_count(0)
    expect(desk.get_by_text("I want to grow beans with Joe", exact=True)).to_be_visible()


def test_who_has_nothing_to_do_with_someone_is_shown_no_plan(people: Web, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(people, context, "link_worker", "link_worker:w-other")
    found = page.goto(f"{people.url}{HERE}")
    assert found is not None
    assert found.status == 404
    assert "beans" not in page.content()
    context.close()
