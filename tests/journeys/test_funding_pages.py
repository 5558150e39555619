"""A funder looks at its money in two ICSs: from the menu to each fund's statement, on a desk, a telephone and paper."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.console.wording import long_date
from commonweal.domain.chest.capacity import FundCapacity
from commonweal.domain.directory import connection
from commonweal.domain.referrals import referral
from commonweal.domain.tenant import Place
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, signed_in, sized, violations
from tests.near import listed, organisation
from tests.near import offered as connected
from tests.projections.test_community_chest import COUNCIL, DAY, LATER, UNTIL, applied, drawn, offered
from tests.projections.test_community_chest import founded as chest
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

PLACES = (Place(code="E09000002", name="Barking"), Place(code="E09000016", name="Havering"))
PERIOD = {"since": ("1", "1", "2026"), "until": ("31", "12", str(UNTIL.year))}
IN_WORDS = f"1 January 2026 to {long_date(UNTIL)}"


@pytest.fixture(scope="module")
def funder(web: Web, browser: Browser) -> Iterator[Page]:
    """Whoever funds for the council, which pledged £40,000 in each of two ICSs, signed in to the first."""
    for ods, name, pence in (("QPM", "Nene", 15_000_01), ("QMF", "Ptarmigan", 12_345_67)):
        web.given(ods, ods, configured(ods, name, places=PLACES))
        of_grant = (*applied(name, "loneliness", pence), *offered("g1", pence), *drawn("g1", 10_000_01))
        for identity, commands in (("f1", chest(name)), ("g1", of_grant)):
            for each in commands:
                web.given(ods, identity, each)
        web.followed(ods)
    scope = f"organisation:{COUNCIL}"
    web.token("QMF", "funder", scope, subject="wren")
    with browser.new_context(viewport=DESKTOP, bypass_csp=True, accept_downloads=True) as context:
        yield signed_in(web, context, "funder", scope, subject="wren")


def looked_at(page: Page) -> None:
    for viewport in (DESKTOP, PHONE):
        sized(page, viewport)
        assert violations(page) == [], page.url
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), page.url
    sized(page, DESKTOP)


def test_a_funder_comes_from_the_menu_to_one_statement_over_all_and_takes_it_home(funder: Page) -> None:
    funder.get_by_role("link", name="Funding", exact=True).click()
    expect(funder.get_by_role("heading", level=1)).to_have_text("Your funding")
    table = funder.get_by_role("table", name="Your money in each ICS")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(table.get_by_role("row", name="Total")).to_contain_text("£80,000")
    looked_at(funder)
    funder.get_by_role("link", name="Statement to the penny").click()
    for end, day in PERIOD.items():
        for part, value in zip(("day", "month", "year"), day, strict=True):
            funder.locator(f"#{end}_{part}").fill(value)
    funder.get_by_role("button", name="Show", exact=True).click()
    rows = funder.get_by_role("table").get_by_role("row")
    expect(rows.last).to_contain_text("Stands that evening")
    expect(rows.last).to_contain_text("£80,000")
    expect(funder.get_by_role("table")).to_contain_text("Ptarmigan chest")
    looked_at(funder)
    shown = rows.count()
    with funder.expect_download() as taken:
        funder.get_by_role("link", name="Download this statement (CSV)").click()
    text = Path(taken.value.path()).read_text(encoding="utf-8")
    about, headings, *lines = csv.reader(text.splitlines())
    assert about[0] == IN_WORDS
    assert len(lines) == shown - 1
    sums = [[round(float(cell or 0) * 100) for cell in line[-5:]] for line in lines]
    assert [sum(column) for column in zip(*sums[:-1], strict=True)] == sums[-1]
    assert headings[2:4] == ["ICS", "Fund"]


def test_each_fund_leads_to_its_own_statement_and_back_to_all(web: Web, funder: Page) -> None:
    funder.goto(f"{web.url}/funding")
    funder.get_by_role("link", name="Ptarmigan chest").click()
    expect(funder.get_by_role("heading", level=1)).to_contain_text("Ptarmigan chest, Ptarmigan")
    expect(funder.get_by_role("table")).not_to_contain_text("Nene")
    looked_at(funder)
    funder.get_by_role("link", name="Show every ICS").click()
    expect(funder.get_by_role("heading", level=1)).to_contain_text("Your funding")


def test_a_day_that_cannot_be_is_said_beside_the_field(web: Web, funder: Page) -> None:
    for address in (
        "/funding?day=31&month=2&year=2026",
        "/funding/statement?since_day=31&since_month=2&since_year=2026",
    ):
        funder.goto(f"{web.url}{address}")
        expect(funder.get_by_role("link", name="Enter a real date").first).to_be_visible()
        looked_at(funder)


def test_the_statement_is_whole_on_paper(web: Web, funder: Page) -> None:
    funder.goto(
        f"{web.url}/funding/statement?since_day=1&since_month=1&since_year=2026&until_day=31&until_month=12&until_year={UNTIL.year}"
    )
    funder.emulate_media(media="print")
    table = funder.get_by_role("region", name=IN_WORDS)
    assert table.evaluate("each => each.scrollWidth <= each.clientWidth")
    expect(funder.get_by_role("button", name="Show", exact=True)).to_be_hidden()
    funder.goto(f"{web.url}/funding")
    link = funder.get_by_role("link", name="Ptarmigan chest")
    assert link.evaluate("each => getComputedStyle(each, '::after').content") == "none", "no address stands in a table"
    funder.emulate_media(media="screen")


def ten_came(web: Web) -> None:
    """By the grant of the first ICS, each of whom saw it through."""
    web.given("QPM", "o-1", organisation("Nene"))
    for each in listed("Nene gardeners"):
        web.given("QPM", "garden", each)
    places = FundCapacity(capacity_id="c1", service_id="garden", places=30, from_on=DAY, to_on=LATER, by="olu")
    web.given("QPM", "g1", places)
    web.given("QPM", "wren", engaged("Wren", caseload_limit=40))
    for number in range(10):
        who, case, tie = f"p-{number}", f"r-{number}", f"k-{number}"
        for identity, command in (
            (who, registered(f"Finch {number}")),
            (who, agreed()),
            (case, referred(who, case)),
            (case, referral.AcceptReferral()),
            (case, allocated(case, "wren")),
            (tie, connected(case, "garden")),
            (tie, connection.AcceptConnection()),
            (tie, connection.StartConnection(started_on=DAY, on=LATER)),
            (tie, connection.CompleteConnection(ended_on=DAY, on=LATER)),
        ):
            web.given("QPM", identity, command)


def test_what_came_of_the_money_is_read_before_it_is_told_and_then_by_the_funder(web: Web, funder: Page) -> None:
    ten_came(web)
    olu = Someone(web, "olu", ("chest_officer", "tenant"))
    assert "They have not been told yet" in olu.get("/chests/f1")
    form = "/do/release-effect/f1?back=/chests/f1"
    assert form.replace("back=/chests/f1", "back=%2Fchests%2Ff1") in olu.get("/chests/f1")
    shown = olu.get(form)
    for said in ("£15,000.01 in 1 grant", "30 places at £500 each", "People who came", "Saw it through"):
        assert said.lower() in shown.lower(), said
    assert "The funders see what came of their money" in olu.post(form)
    assert "the funders are told once a month" in olu.post(form, status=422).lower()
    olu.client.close()
    words = "10 people came; 10 saw it through; nobody had their goals met yet. 30 places at £500 each."
    funder.goto(f"{web.url}/funding")
    expect(funder.locator("#QPM")).to_contain_text(words)
    expect(funder.locator("#QMF")).not_to_contain_text("What came of")
    looked_at(funder)
    funder.get_by_role("link", name="Open its funds").click()
    funder.get_by_role("link", name="Nene chest").click()
    section = funder.get_by_role("region", name="What were its funders told came of it?")
    expect(section).to_contain_text(words)
    expect(section.get_by_role("table").get_by_role("row")).to_have_count(2)
    looked_at(funder)
