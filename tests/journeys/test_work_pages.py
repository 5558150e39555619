"""A link worker's day: a contact booked and held, a note signed, amended and moved, a task done, out alone and back, a concern."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.console.wording import in_london
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import lone_visit
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.work.task import CreateTask
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)
HERE = "/people/p-finch/contacts"


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """Two people Wren has the cases of; one asked for letters and no messages."""
    web.given("QPM", "QPM", configured("QPM", "Nene"))
    web.given("QPM", "w-wren", engaged("Wren Hale", caseload_limit=40, pcns=("U22222",)))
    for each, name in (("finch", "Fay Finch"), ("lark", "Lou Lark")):
        web.given("QPM", f"p-{each}", registered(name, phone="020 7946 0000"))
        web.given("QPM", f"p-{each}", agreed())
        at = NOW - timedelta(days=10)
        web.given("QPM", f"r-{each}", referred(f"p-{each}", f"x-{each}", practice="K83002", received_at=at))
        web.given("QPM", f"r-{each}", referral.AcceptReferral())
        web.given("QPM", f"r-{each}", allocated(f"r-{each}", "w-wren"))
    web.given("QPM", "p-finch", person.SetContactPreference(channel="letter", safe_to_leave_message=False))
    web.followed("QPM")
    return web


@pytest.fixture
def desk(browser: Browser, people: Web) -> Iterator[Page]:
    """Wren's desk."""
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    page = signed_in(people, context, "link_worker", "link_worker:w-wren")
    page.goto(f"{people.url}{HERE}")
    yield page
    context.close()


def moment(page: Page, field: str, at: datetime) -> None:
    then = in_london(at)
    for part, value in (("day", then.day), ("month", then.month), ("year", then.year)):
        page.fill(f"#{field}_{part}", str(value))
    page.fill(f"#{field}_time", f"{then:%H:%M}")


def test_a_call_is_not_booked_for_someone_who_asked_for_letters_but_a_meeting_is(people: Web, desk: Page) -> None:
    expect(desk.get_by_text("Do not leave a message")).to_be_visible()
    desk.get_by_role("link", name="Book a contact").click()
    assert violations(desk) == []
    desk.get_by_label("First conversation").check()
    desk.get_by_label("Telephone", exact=True).check()
    moment(desk, "starts_at", NOW + timedelta(hours=1))
    desk.get_by_label("Not needed").check()
    desk.get_by_role("button", name="Book").click()
    said = "asked to be reached by letter"
    expect(desk.locator("#medium-error")).to_contain_text(said)
    expect(desk.locator("#starts_at_time")).to_have_value(f"{in_london(NOW + timedelta(hours=1)):%H:%M}")
    desk.get_by_label("Face to face").check()
    desk.fill("#place", "The library")
    desk.get_by_role("button", name="Book").click()
    expect(desk.get_by_role("alert")).to_contain_text("The contact was booked")
    booked = desk.locator(".cw-pieces > li", has_text="First conversation")
    expect(booked).to_contain_text("The library")
    assert violations(desk) == []


def test_the_first_conversation_moves_the_case_along(people: Web, desk: Page) -> None:
    desk.get_by_role("link", name="Record how it went").click()
    expect(desk.get_by_label("Face to face")).to_be_checked()
    held = NOW - timedelta(hours=1)
    moment(desk, "held_at", held)
    desk.fill("#duration_min", "40")
    desk.fill("#note", "We spoke about rent.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".cw-pieces")).to_contain_text("We spoke about rent.")
    state = people.run(people.tenant("QPM").streams.get("referral", "r-finch")).state
    assert state.phase == "engaged"


def test_a_note_is_amended_and_what_was_signed_is_kept(people: Web, desk: Page) -> None:
    desk.get_by_role("link", name="Write a note").click()
    desk.fill("#text", "Rent is the worry.")
    desk.get_by_role("button", name="Sign the note").click()
    desk.get_by_role("link", name="Amend").click()
    expect(desk.locator("#text")).to_have_value("Rent is the worry.")
    desk.fill("#text", "Rent and food are the worry.")
    desk.fill("#reason", "Food was left out")
    desk.get_by_role("button", name="Sign the amended note").click()
    note = desk.locator(".cw-pieces > li", has_text="Rent and food are the worry.")
    expect(note).to_contain_text("Amended")
    note.get_by_text("What it said before").click()
    expect(note.get_by_text("Rent is the worry.", exact=True)).to_be_visible()
    assert violations(desk) == []


def test_a_note_about_someone_else_goes_to_their_record(people: Web, desk: Page) -> None:
    people.given("QPM", "n-wrong", SignNote(referral_id="r-finch", text="Lou cannot hear well.", by="u1", at=NOW))
    people.followed("QPM")
    desk.goto(f"{people.url}{HERE}")
    wrong = desk.locator(".cw-pieces > li", has_text="Lou cannot hear well.")
    wrong.get_by_role("link", name="This is about someone else").click()
    desk.select_option("#referral_id", label="Lou Lark")
    desk.get_by_label("Seen by colleagues only").check()
    desk.get_by_role("button", name="Move the note").click()
    expect(desk.get_by_text("Nobody reads it here any more")).to_be_visible()
    expect(desk.get_by_text("Lou cannot hear well.")).to_have_count(0)
    desk.goto(f"{people.url}/people/p-lark/contacts")
    expect(desk.get_by_text("Lou cannot hear well.")).to_be_visible()
    expect(desk.get_by_text("It stood in another record first")).to_be_visible()


def test_a_note_is_not_moved_into_a_record_one_does_not_see(people: Web) -> None:
    people.given("QPM", "w-sorrel", engaged("Sorrel Dale", caseload_limit=40))
    people.given("QPM", "p-owl", registered("Ola Owl"))
    people.given("QPM", "p-owl", agreed())
    people.given("QPM", "r-owl", referred("p-owl", "x-owl"))
    people.given("QPM", "r-owl", referral.AcceptReferral())
    people.given("QPM", "r-owl", allocated("r-owl", "w-sorrel"))
    people.given("QPM", "n-own", SignNote(referral_id="r-finch", text="Fay likes to sing.", by="u1", at=NOW))
    people.followed("QPM")
    wish = """mutation { moveNote(id: "n-own", input: {referralId: "r-owl", newNoteId: "n-there"}) { version } }"""
    for scope, code in (("link_worker:w-wren", "NOT_FOUND"), ("link_worker:w-sorrel", "NOT_FOUND")):
        answer = people.post(people.token("QPM", "link_worker", scope), wish).json()
        assert answer["errors"][0]["extensions"]["code"] == code
    assert people.run(people.tenant("QPM").streams.get("note", "n-there")).version == 0


def test_a_task_is_done_from_the_list_of_tasks(people: Web, desk: Page) -> None:
    made = CreateTask(kind="call", due_on=NOW.date() - timedelta(days=1), referral_id="r-lark", by="u1")
    people.given("QPM", "t-1", made)
    people.followed("QPM")
    desk.goto(f"{people.url}/tasks")
    late = desk.locator(".cw-pieces > li", has_text="Call the person")
    expect(late).to_contain_text("Overdue")
    expect(late).to_contain_text("Lou Lark")
    assert violations(desk) == []
    late.get_by_role("link", name="Done").click()
    desk.get_by_role("button", name="Done").click()
    expect(desk.get_by_role("alert")).to_contain_text("The task is done")
    expect(desk.get_by_text("There is nothing to do of yours")).to_be_visible()


def test_who_is_out_alone_and_not_heard_of_is_an_alarm_until_they_are_back(people: Web, desk: Page) -> None:
    desk.goto(f"{people.url}/tasks")
    desk.get_by_role("link", name="Go out alone").click()
    desk.fill("#place", "Elm Street")
    moment(desk, "expected_by", NOW + timedelta(hours=2))
    desk.get_by_role("button", name="I am on my way").click()
    out = desk.locator(".cw-pieces > li", has_text="Wren Hale")
    expect(out).to_contain_text("Elm Street")
    _let_it_pass(people)
    desk.goto(f"{people.url}/tasks")
    expect(desk.get_by_role("alert")).to_contain_text("1 colleague has not been heard of")
    desk.goto(f"{people.url}/caseload")
    expect(desk.get_by_role("alert")).to_contain_text("1 colleague who is out alone has not been heard of")
    assert violations(desk) == []
    desk.get_by_role("alert").get_by_role("link").click()
    assert violations(desk) == []
    desk.get_by_role("link", name="Back and safe").click()
    desk.get_by_role("button", name="Back and safe").click()
    expect(desk.get_by_text("Nobody is out alone.")).to_be_visible()


def _let_it_pass(web: Web) -> None:
    """The time by which they were to be heard of has come."""
    log = web.tenant("QPM").log
    streams = web.tenant("QPM").streams
    facts = web.run(streams.understand(web.run(log.after(0, 10_000))))
    (begun,) = [fact for fact in facts if isinstance(fact.event, lone_visit.LoneVisitStarted)]
    when = begun.event.expected_by
    web.given("QPM", begun.identity, lone_visit.FlagLoneWorkerOverdue(expected_by=when, at=when))
    web.followed("QPM")


def test_a_concern_stands_in_its_compartment_alone(people: Web, desk: Page, browser: Browser) -> None:
    desk.get_by_role("link", name="Raise a safeguarding concern").click()
    desk.get_by_label("An adult").check()
    desk.get_by_label("Neglect or acts of omission").check()
    desk.fill("#detail", "There was no food in the house.")
    desk.get_by_label("No", exact=True).check()
    assert violations(desk) == []
    desk.get_by_role("button", name="Raise the concern").click()
    expect(desk.get_by_role("alert")).to_contain_text("A team lead opens it today")
    expect(desk.get_by_text("no food in the house")).to_have_count(0)
    desk.goto(f"{people.url}/safeguarding")
    expect(desk.get_by_text("There was no food in the house.")).to_be_visible()
    assert violations(desk) == []
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    other = signed_in(people, context, "triager", "tenant")
    other.goto(f"{people.url}/safeguarding")
    expect(other.get_by_text("There is no concern that you have to know of")).to_be_visible()
    other.goto(f"{people.url}{HERE}")
    assert "no food" not in other.content()
    context.close()


@pytest.mark.parametrize("address", [HERE, "/tasks?whose=team", "/safeguarding"])
def test_on_a_phone_nothing_is_wider_than_the_page(people: Web, browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    page = signed_in(people, context, "team_lead", "tenant")
    page.goto(f"{people.url}{address}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    context.close()


def test_the_information_governance_lead_sees_what_stood_in_the_wrong_record(people: Web, browser: Browser) -> None:
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    page = signed_in(people, context, "ig_lead", "tenant")
    page.goto(f"{people.url}/moved-notes")
    expect(page.get_by_text("Lou cannot hear well.")).to_be_visible()
    expect(page.get_by_text("Seen by colleagues only")).to_be_visible()
    assert violations(page) == []
    context.close()
