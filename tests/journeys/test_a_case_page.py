"""A person's case, from its tab: triage against criteria, an answer awaited, attempts at contact, and the end, without scripts."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.console.asks import desk
from commonweal.console.wording import long_date
from commonweal.domain.people import person
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.referrals import programme, refer_back, referral
from commonweal.domain.workforce import allocation
from tests.journeys.browser import DESKTOP, PHONE, signed_in, sized, violations
from tests.journeys.london import one_hour, today
from tests.story import agreed, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """A programme for young people, a restricted one, and people whose referrals have come differently far."""
    web.given("QPM", "wren", engaged("Wren Example", caseload_limit=40, engaged_on=NOW.date()))
    web.given("QPM", "cyp", programme.OpenProgramme(name="Young people"))
    web.given("QPM", "cyp", programme.PublishCriteria(minimum_age=11, maximum_age=25, needs=("loneliness",)))
    web.given("QPM", "refugee", programme.OpenProgramme(name="Sanctuary", restricted=True))
    known: dict[str, dict[str, Any]] = {
        "old": {"programme": "cyp"},
        "given": {"narrative": "Lives alone since spring."},
        "hidden": {"programme": "refugee"},
    }
    for name in ("old", "asked", "plain", "given", "back", "ended", "just", "met", "hidden"):
        web.given(
            "QPM",
            f"p-{name}",
            registered(f"{name.title()} Example", date_of_birth=date(1950, 5, 4), gp_practice="K83001"),
        )
        web.given("QPM", f"p-{name}", agreed())
        web.given(
            "QPM", f"r-{name}", referred(f"p-{name}", name, received_at=NOW - timedelta(days=1), **known.get(name, {}))
        )
    quiet = person.SetContactPreference(channel="phone", safe_to_leave_message=False)
    web.given("QPM", "p-given", quiet)
    for identity in ("r-given", "r-back", "r-ended", "r-just", "r-met"):
        web.given("QPM", identity, referral.AcceptReferral())
        wish = allocation.AllocateLinkWorker(referral_id=identity, worker_id="wren", reason="capacity")
        web.given("QPM", identity, wish)
    back = refer_back.ReferBackToClinician(
        refer_back_id="b1", reason="crisis", to_role="gp", note="Please call today.", by="u1", at=NOW
    )
    web.given("QPM", "r-back", back)
    web.given("QPM", "r-ended", allocation.CloseReferral(referral_id="r-ended", reason="goals_met"))
    later = NOW.date() + timedelta(days=90)
    just = allocation.CloseReferral(referral_id="r-just", reason="goals_met", follow_up_due=later, on=NOW.date())
    web.given("QPM", "r-just", just)
    met = referral.RecordFirstContact(medium="02", held_at=NOW - timedelta(hours=1))
    web.given("QPM", "r-met", met)
    web.followed("QPM")
    return web


@pytest.fixture
def page(people: Web, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    yield signed_in(people, context, "team_lead")
    context.close()


def decided(page: Page) -> str:
    """Everything that was decided, as it can be read once it is opened."""
    page.get_by_text("Everything that was decided").first.click()
    return page.locator(".cw-steps").first.inner_text()


def test_a_person_who_does_not_fit_is_taken_on_for_a_reason(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-old/case")
    expect(page.get_by_text("Age: outside the age range")).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_contain_text("Received")
    page.get_by_role("link", name="Accept, reject or redirect").click()
    page.get_by_label("Accept", exact=True).check()
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_role("alert")).to_contain_text("This person does not meet the criteria (outside_age)")
    page.locator("[name=override_reason]").fill("She runs the choir they sing in.")
    page.get_by_role("button", name="Save decision").click()
    expect(page).to_have_url(re.compile("/people/p-old/case"))
    expect(page.get_by_text("The referral was accepted and is on the waiting list.")).to_be_visible()
    expect(page.locator("[aria-current=step]")).to_contain_text("Accepted")
    told = decided(page)
    assert "Outside the age range" in told
    assert "She runs the choir they sing in." in told


def test_the_referrer_is_asked_and_triage_goes_on_with_the_answer(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-asked/case")
    page.get_by_role("link", name="Ask the referrer for information").click()
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_contain_text("Select what the referral lacks")
    page.get_by_label("How to reach the person").check()
    page.get_by_label("What do you want to know?").fill("Which number does she answer?")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("The triage clock stands still.").first).to_be_visible()
    expect(page.locator(".cw-clock")).to_contain_text("how to reach the person")
    page.get_by_role("link", name="Record the referrer's answer").click()
    page.get_by_label("What did they answer?").fill("The landline, mornings.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The answer was recorded. Triage goes on.")).to_be_visible()
    expect(page.locator(".cw-clock")).to_have_count(0)
    assert "The landline, mornings." in decided(page)


def test_no_message_is_left_for_someone_who_said_so(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-given/case")
    page.get_by_role("link", name="Record an attempt at contact").click()
    page.get_by_label("Telephone", exact=True).check()
    page.get_by_label("A message was left").check()
    day = today()
    for name, value in (("day", day.day), ("month", day.month), ("year", day.year), ("time", "00:00")):
        page.locator(f"[name=attempted_at_{name}]").fill(str(value))
    page.get_by_role("button", name="Save attempt").click()
    expect(page.get_by_role("alert")).to_contain_text("This person said no message may be left")
    page.get_by_label("No answer").check()
    page.get_by_role("button", name="Save attempt").click()
    expect(page.get_by_text("The attempt was recorded.")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Referred on")).to_contain_text("Contact attempting")


def test_a_clinician_who_took_something_up_is_waited_for_no_more(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-back/case")
    expect(page.get_by_text("A clinician has still to take up: a crisis.")).to_be_visible()
    page.get_by_role("link", name="The clinician took it up").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It was recorded that the clinician took it up.")).to_be_visible()
    expect(page.get_by_text("A clinician has still to take up")).to_have_count(0)


def test_a_closed_referral_has_nothing_ahead_and_is_followed_up(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-ended/case")
    expect(page.locator(".cw-way__stop--ahead")).to_have_count(0)
    expect(page.locator("[aria-current=step]")).to_contain_text("Closed")
    page.get_by_role("link", name="Record a follow-up").click()
    page.get_by_label("Three months after the end").check()
    page.get_by_label("Doing well").check()
    page.get_by_role("button", name="Save follow-up").click()
    expect(page.get_by_text("The follow-up was recorded.")).to_be_visible()
    expect(page.locator(".cw-case .cw-facts").first).to_contain_text("Doing well (asked on ")
    assert "Doing well" in decided(page)


def test_a_closed_referral_says_why_it_ended_and_when_to_ask_how_they_fare(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-just/case")
    facts = page.locator(".cw-case .cw-facts").first
    expect(facts).to_contain_text("Why it ended")
    expect(facts).to_contain_text("Goals met")
    expect(facts).to_contain_text(f"On {long_date(NOW.date() + timedelta(days=90))}")
    page.get_by_role("link", name="Record a follow-up").click()
    page.get_by_label("Three months after the end").check()
    page.get_by_label("Doing well").check()
    page.get_by_role("button", name="Save follow-up").click()
    expect(page.get_by_role("alert")).to_contain_text("too soon for three months after the end")


def test_who_was_met_is_in_support_before_the_plan_is_agreed_as_on_the_board(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-met/case")
    expect(page.locator(".cw-case h2 .nhsuk-tag")).to_have_text("In support")
    expect(page.locator(".cw-way__stop--ahead").first).to_contain_text("Plan agreed")
    expect(page.locator(".cw-way")).not_to_contain_text("In support")
    assert "Capacity" in decided(page)


def test_who_closes_a_case_without_a_goal_reads_so_before_they_say_that_goals_were_met(people: Web, page: Page) -> None:
    page.goto(f"{people.url}/people/p-met/case")
    page.get_by_role("link", name="Close this referral").click()
    expect(page.locator("main")).to_contain_text("There is no plan for this referral")
    people.given("QPM", "plan-met", StartPlan(plan_id="plan-met", referral_id="r-met", by="u1"))
    people.followed("QPM")
    page.reload()
    expect(page.locator("main")).to_contain_text(
        "There is no goal yet. The person, or somebody for them, has not agreed"
    )


def test_a_referral_to_a_restricted_programme_is_nowhere_for_who_was_not_let_into_it(
    people: Web, browser: Browser, page: Page
) -> None:
    page.goto(f"{people.url}/people/p-hidden/case")
    expect(page.get_by_text("Sanctuary")).to_have_count(0)
    expect(page.locator(".cw-case")).to_have_count(0)
    page.goto(f"{people.url}/do/start-triage/r-hidden")
    expect(page.get_by_role("button", name="Start triage")).to_have_count(0)


def test_who_does_not_care_for_them_reads_nothing_anybody_wrote(people: Web, browser: Browser) -> None:
    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = signed_in(people, context, "pcn_manager")
        page.goto(f"{people.url}/people/p-given/case")
        expect(page.get_by_text("Lives alone since spring.")).to_have_count(0)
        page.goto(f"{people.url}/people/p-back/case")
        assert "Please call today." not in page.content()
        expect(page.get_by_role("link", name="Record an attempt at contact")).to_have_count(0)
        theirs = signed_in(people, context, "team_lead")
        theirs.goto(f"{people.url}/people/p-back/case")
        assert "Please call today." in theirs.content()


def test_whoever_opens_a_form_about_a_referral_is_written_down_and_reads_as_much_as_on_the_case(
    people: Web, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_hour(monkeypatch)

    def looks() -> list[tuple[str, str]]:
        facts = people.run(people.tenant("QPM").log.after(0, 10_000))
        theirs = [fact for fact in facts if fact.stream_id == "record_access-p-plain"]
        return [
            (fact.event.what, fact.event.role) for fact in people.run(people.tenant("QPM").streams.understand(theirs))
        ]

    with browser.new_context(viewport=DESKTOP, java_script_enabled=False) as context:
        page = signed_in(people, context, "pcn_manager", "pcn:U11111")
        page.goto(f"{people.url}/do/start-triage/r-plain")
        assert looks() == []
        page = signed_in(people, context, "pcn_manager")
        page.goto(f"{people.url}/do/start-triage/r-plain")
        expect(page.get_by_role("button", name="Start triage")).to_be_visible()
        assert looks() == [("case", "pcn_manager")]
        page.goto(f"{people.url}/referrals/r-plain/triage")
        assert looks() == [("case", "pcn_manager")]
        page.goto(f"{people.url}/do/refer-back/r-given")
        page.goto(f"{people.url}/do/weigh-case/r-given")
        assert "Lives alone since spring." not in page.content()
        page = signed_in(people, context, "team_lead")
        page.goto(f"{people.url}/do/weigh-case/r-given")
        assert "Lives alone since spring." in page.content()


def test_axe_finds_nothing_on_a_case_or_its_forms(people: Web, browser: Browser) -> None:
    with browser.new_context(viewport=DESKTOP, bypass_csp=True) as context:
        page = signed_in(people, context, "team_lead")
        for address in (
            "/people/p-back/case",
            "/people/p-plain/case",
            *(f"/do/{ask.name}/r-plain?back=/people/p-plain/case" for ask in desk.ASKS),
        ):
            page.goto(f"{people.url}{address}")
            for viewport in (DESKTOP, PHONE):
                sized(page, viewport)
                assert violations(page) == [], address
                assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), address
