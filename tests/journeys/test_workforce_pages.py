"""A manager sees who is full and who fits; a link worker is asked, answers, goes on leave and hands their people over."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from commonweal.domain.referrals import referral
from commonweal.domain.workforce.propose import ProposeAllocation
from commonweal.runtime.session import COOKIE
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, signed_in, violations
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

pytestmark = pytest.mark.browser

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def people(web: Web) -> Web:
    """Wren has Lou; Amira speaks Somali, as Fay does, who waits."""
    web.given("QPM", "QPM", configured("QPM", "Nene"))
    web.given("QPM", "w-wren", engaged("Wren Hale", pcns=("U22222",), engaged_on=date(2026, 1, 5)))
    somali = engaged("Amira Noor", pcns=("U22222",), host_practices=("K83002",), languages=("en", "so"), fte_percent=50)
    web.given("QPM", "w-amira", somali)
    for worker in ("w-wren", "w-amira"):
        web.token("QPM", "link_worker", f"link_worker:{worker}")
    for each, name in (("fay", "Fay Finch"), ("lou", "Lou Lark")):
        web.given("QPM", f"p-{each}", registered(name, language="so"))
        web.given("QPM", f"p-{each}", agreed())
        at = NOW - timedelta(days=10)
        web.given("QPM", f"r-{each}", referred(f"p-{each}", f"x-{each}", practice="K83002", received_at=at))
        web.given("QPM", f"r-{each}", referral.AcceptReferral())
    web.given("QPM", "r-lou", allocated("r-lou", "w-wren"))
    web.followed("QPM")
    return web


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    yield made
    made.close()


def test_whoever_fits_best_comes_first_is_asked_and_takes_them_on(people: Web, context: BrowserContext) -> None:
    lead = signed_in(people, context, "team_lead")
    lead.goto(f"{people.url}/referrals/r-fay/propose")
    assert lead.locator(".cw-offers__one h2").all_inner_texts() == ["Amira Noor", "Wren Hale"]
    expect(lead.locator(".cw-offers__one").first).to_contain_text("25 of 25")
    expect(lead.locator(".cw-offers__one").first).to_contain_text("carries weight 0 of 20")
    assert violations(lead) == []
    lead.get_by_role("button", name="Propose to Amira Noor").click()
    expect(lead.get_by_role("alert")).to_contain_text("The link worker was asked")
    expect(lead.locator(".cw-offers__one").first).to_contain_text("Asked")

    other = context.browser.new_context(viewport=PHONE, bypass_csp=True)  # type: ignore[union-attr]
    amira = signed_in(people, other, "link_worker", "link_worker:w-amira")
    amira.goto(f"{people.url}/proposals")
    expect(amira.get_by_role("heading", name="Fay Finch")).to_be_visible()
    assert violations(amira) == []
    amira.get_by_text("Say no", exact=True).click()
    amira.get_by_role("button", name="Say no to Fay Finch").click()
    expect(amira.get_by_text("Select why you do not take them on")).to_be_visible()
    amira.get_by_role("button", name="Take Fay Finch on").click()
    expect(amira.get_by_role("alert")).to_contain_text("on your caseload now")
    assert people.run(people.tenant("QPM").streams.get("referral", "r-fay")).state.worker_id == "w-amira"
    other.close()


def test_a_caseload_is_handed_over_with_a_note_that_the_taker_reads(people: Web, context: BrowserContext) -> None:
    lead = signed_in(people, context, "team_lead")
    lead.goto(f"{people.url}/workforce/w-wren")
    expect(lead.get_by_text("1 open case, weight 1 of 40")).to_be_visible()
    assert violations(lead) == []
    lead.get_by_role("link", name="Hand cases over").click()
    lead.get_by_label("What the colleague should know about Lou Lark").fill("Ring after two")
    lead.get_by_role("button", name="Hand over").click()
    expect(lead.get_by_role("link", name="Select who is handed over")).to_be_visible()
    assert lead.get_by_label("What the colleague should know about Lou Lark").input_value() == "Ring after two"
    assert violations(lead) == []
    lead.get_by_role("checkbox").check()
    expect(lead.get_by_label("Who takes them?")).to_contain_text("Amira Noor, weight 1 of 20")
    lead.get_by_label("Who takes them?").select_option("w-amira")
    lead.get_by_label("To share the work").check()
    lead.get_by_role("button", name="Hand over").click()
    expect(lead.get_by_role("alert")).to_contain_text("handed over")
    expect(lead.get_by_text("0 open cases")).to_be_visible()

    other = context.browser.new_context(viewport=DESKTOP, bypass_csp=True)  # type: ignore[union-attr]
    amira = signed_in(people, other, "link_worker", "link_worker:w-amira")
    people.followed("QPM")
    amira.goto(f"{people.url}/proposals")
    expect(amira.get_by_text("Ring after two")).to_be_visible()
    amira.get_by_role("button", name="I have read this about Lou Lark").click()
    expect(amira.get_by_text("No handover waits to be read")).to_be_visible()
    other.close()


def test_whoever_covers_sees_the_cases_until_the_absence_ends(people: Web, context: BrowserContext) -> None:
    people.given("QPM", "w-cover", engaged("Cora Vane"))
    cover = people.token("QPM", "link_worker", "link_worker:w-cover")
    mine = "{ caseload { edges { node { id } } } }"
    assert people.ask(cover, mine)["caseload"]["edges"] == []

    amira = signed_in(people, context, "link_worker", "link_worker:w-amira")
    amira.goto(f"{people.url}/workforce/w-amira")
    amira.get_by_role("link", name="Record an absence").click()
    amira.get_by_label("Leave", exact=True).check()
    for part, value in (("day", NOW.day), ("month", NOW.month), ("year", NOW.year)):
        amira.fill(f"#started_on_{part}", str(value))
    amira.get_by_label("Who covers?").select_option("w-cover")
    assert violations(amira) == []
    amira.get_by_role("button", name="Record").click()
    expect(amira.get_by_text("covers, and sees these cases")).to_be_visible()

    amira.wait_for_timeout(1600)  # what somebody may is remembered for so long
    seen = {edge["node"]["id"] for edge in people.ask(cover, mine)["caseload"]["edges"]}
    assert seen == {"r-fay", "r-lou"}
    attempt = """mutation { closeReferral(id: "r-lou", input: {reason: "goals_met"}) { id } }"""
    assert people.ask(cover, attempt)["closeReferral"]["id"] == "r-lou"

    amira.get_by_role("link", name="Record that they are back").click()
    for part, value in (("day", NOW.day), ("month", NOW.month), ("year", NOW.year)):
        amira.fill(f"#ended_on_{part}", str(value))
    amira.get_by_role("button", name="Record").click()
    expect(amira.get_by_role("alert")).to_contain_text("they are back")
    amira.wait_for_timeout(1600)
    assert people.ask(cover, mine)["caseload"]["edges"] == []


@pytest.mark.parametrize("path", ["workforce", "equity", "activity"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_page_of_numbers_is_plain_to_everyone_and_the_same_as_a_file(
    people: Web, browser: Browser, path: str, viewport: dict[str, int]
) -> None:
    made = browser.new_context(viewport=viewport, bypass_csp=True)  # type: ignore[arg-type]
    lead = signed_in(people, made, "team_lead")
    lead.goto(f"{people.url}/{path}")
    expect(lead.get_by_role("table")).to_be_visible()
    assert violations(lead) == []
    assert lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cells = lead.locator("tbody tr").first.locator("th, td").all_inner_texts()
    (cookie,) = (each["value"] for each in made.cookies() if each["name"] == COOKIE)
    file = httpx.get(f"{people.url}/{path}.csv", cookies={COOKIE: cookie})
    assert file.headers["content-type"].startswith("text/csv")
    assert file.text.splitlines()[2].split(",") == [cell.replace("\N{MINUS SIGN}", "-") for cell in cells]
    made.close()


def test_an_earlier_day_is_shown_and_one_that_is_none_is_said_beside_the_field(
    people: Web, context: BrowserContext
) -> None:
    lead = signed_in(people, context, "team_lead")
    lead.goto(f"{people.url}/workforce?day=31&month=1&year=2026")
    expect(lead.get_by_text("31 January 2026, and the 28 days up to it")).to_be_visible()
    assert lead.locator("tbody th").all_inner_texts() == ["Wren Hale"]
    lead.goto(f"{people.url}/workforce?day=31&month=2&year=2026")
    expect(lead.get_by_role("link", name="Enter a real date")).to_be_visible()
    assert violations(lead) == []


def test_who_may_not_see_the_numbers_is_told_so(people: Web, context: BrowserContext) -> None:
    worker = signed_in(people, context, "link_worker", "link_worker:w-wren")
    for path in ("equity", "activity", "workforce/w-amira", "referrals/r-fay/propose", "workforce/w-wren/hand-over"):
        answer = worker.goto(f"{people.url}/{path}")
        assert answer is not None
        assert answer.status in (403, 404), path


def test_a_past_day_says_in_the_same_words_which_past_it_is(people: Web) -> None:
    lead = Someone(people, "workforce-lead-of-pasts", ("team_lead", "tenant"))
    day = NOW - timedelta(days=1)
    then = f"day={day.day}&month={day.month}&year={day.year}"
    knew = "what we knew then, and nothing that was told later"
    happened = "what had happened by then, as we know it now, with all that was told later"
    for path, said, other in (
        *((path, happened, knew) for path in ("/workforce", "/activity", "/equity")),
        *((path, knew, happened) for path in ("/caseload", "/waiting-list", "/outcomes")),
    ):
        page = lead.get(f"{path}?{then}")
        assert page.count(said) == 2, f"{path}: where it is asked for, and above what is shown"
        assert other not in page, path
        assert lead.get(path).count(said) == 1, path
    lead.client.close()


def test_a_colleague_as_whom_nobody_signs_in_comes_last_and_is_not_asked(people: Web) -> None:
    old = engaged("Ada Older", pcns=("U22222",), host_practices=("K83002",), languages=("en", "so"))
    people.given("QPM", "w-ada", old)
    people.given("QPM", "p-abe", registered("Abe Waits", language="so"))
    people.given("QPM", "p-abe", agreed())
    people.given("QPM", "r-abe", referred("p-abe", "x-abe", practice="K83002", received_at=NOW - timedelta(days=9)))
    people.given("QPM", "r-abe", referral.AcceptReferral())
    lead = Someone(people, "workforce-lead-of-abe", ("team_lead", "tenant"))
    cards = lead.get("/referrals/r-abe/propose").split('class="nhsuk-card cw-offers__one"')[1:]
    (card,) = [each for each in cards if "Ada Older" in each]
    assert "Cannot be asked" in card
    assert "Nobody signs in as them here yet" in card
    assert "Propose to Ada Older" not in card
    assert "Propose to Amira Noor" in cards[0]
    people.token("QPM", "link_worker", "link_worker:w-ada")
    assert "Propose to Ada Older" in lead.get("/referrals/r-abe/propose")
    lead.client.close()


CALLED_ON: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("proposeAllocation", "r-fay", "workerId", {}),
    ("reallocateReferral", "r-lou", "workerId", {"reason": "capacity"}),
    ("handOverCaseload", "w-wren", "workerId", {"referralIds": ["r-lou"], "reason": "balance"}),
    ("startAbsence", "w-wren", "coverWorkerId", {"kind": "leave", "startedOn": "2026-03-02"}),
    ("changeCover", "w-wren", "coverWorkerId", {}),
)


@pytest.mark.parametrize(("mutation", "record", "field", "wish"), CALLED_ON)
def test_nobody_is_called_on_as_whom_nobody_signs_in(
    people: Web, mutation: str, record: str, field: str, wish: dict[str, Any]
) -> None:
    people.given("QPM", "w-zoe", engaged("Zoe Unknown", pcns=("U22222",)))
    lead = people.token("QPM", "team_lead")
    document = f'mutation($input: {mutation[0].upper()}{mutation[1:]}Input!) {{ {mutation}(id: "{record}", input: $input) {{ id }} }}'
    told = people.refused(lead, document, {"input": {**wish, field: "w-zoe"}})
    named = "worker_id" if field == "workerId" else "cover_worker_id"
    assert told["message"].startswith(f"{named}: nobody signs in as Zoe Unknown here yet: ask an administrator")
    assert told["extensions"]["code"] == "REFUSED"
    none = people.refused(lead, document, {"input": {**wish, field: "w-nobody"}})
    assert "signs in" not in none["message"]


def test_whoever_was_let_in_this_moment_can_be_asked(people: Web) -> None:
    people.given("QPM", "p-ivo", registered("Ivo Waits"))
    people.given("QPM", "p-ivo", agreed())
    people.given("QPM", "r-ivo", referred("p-ivo", "x-ivo", practice="K83002"))
    people.given("QPM", "r-ivo", referral.AcceptReferral())
    people.given("QPM", "w-yan", engaged("Yan New", pcns=("U22222",)))
    lead = people.token("QPM", "team_lead")
    people.token("QPM", "link_worker", "link_worker:w-yan")
    wish = 'mutation { proposeAllocation(id: "r-ivo", input: {workerId: "w-yan"}) { id } }'
    assert people.ask(lead, wish)["proposeAllocation"]["id"] == "r-ivo"


def test_what_nobody_asked_the_person_for_is_no_reason_for_anyone(people: Web) -> None:
    people.given("QPM", "p-una", registered("Una Asked"))
    people.given("QPM", "p-una", agreed())
    people.given("QPM", "r-una", referred("p-una", "x-una", practice="K83002", received_at=NOW - timedelta(days=9)))
    people.given("QPM", "r-una", referral.AcceptReferral())
    lead = Someone(people, "workforce-lead-of-una", ("team_lead", "tenant"))
    first = lead.get("/referrals/r-una/propose").partition('class="nhsuk-card cw-offers__one"')[2].partition("</li>")[0]
    assert "25 of 25" not in first
    for factor in ("Speaks the person&#39;s language", "Is of the gender the person asked for"):
        assert re.search(f"<dt>{factor}</dt><dd>Not asked: [0-9]+ for everyone</dd>", first), factor
    lead.client.close()
    people.given("QPM", "r-una", ProposeAllocation(referral_id="r-una", worker_id="w-amira"))
    amira = Someone(people, "workforce-amira-of-una", ("link_worker", "link_worker:w-amira"))
    asked = amira.get("/proposals").partition("Una Asked")[2]
    assert "<dt>Why you</dt>" in asked
    assert "peaks the person" not in asked.partition("</article>")[0]
    amira.client.close()
