"""From a link to the last report, and from a link to the tally: who applies and who votes has a telephone and no account."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from commonweal.domain import codes
from commonweal.domain.chest import (
    apply,
    assess,
    ballot,
    ballot_opening,
    grant_monitoring,
    grant_payments,
    payment,
)
from commonweal.domain.tenant import Place
from tests import funded
from tests.funded import AREA, BY, CHOIR, FINANCE, FUND, GARDEN, KITCHEN, ROUND
from tests.journeys.asking import Someone
from tests.journeys.browser import PHONE, started, violations
from tests.near import organisation
from tests.story import configured
from tests.web import Web

pytestmark = pytest.mark.browser

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as found:
        yield found


@pytest.fixture(scope="module")
def chest(web: Web) -> Web:
    """A fund with a round to be decided by an officer, and one by vote."""
    web.given("QPM", "QPM", configured("QPM", "Nene", places=(Place(code=AREA, name="North Northamptonshire"),)))
    web.given("QPM", "choir", organisation("Tuesday choir", identifiers=(CHOIR,)))
    for each in funded.founded(TODAY):
        web.given("QPM", FUND, each)
    web.given("QPM", FUND, funded.opened(TODAY, round_id="vote", name="The vote", method="participatory"))
    return web


@pytest.fixture(scope="module")
def officer(chest: Web) -> Iterator[Someone]:
    someone = Someone(chest, "chest-links-officer", ("chest_officer", "tenant"))
    yield someone
    someone.client.close()


@pytest.fixture
def outside(browser: Browser) -> Iterator[Page]:
    """An organisation's telephone: no session."""
    context = browser.new_context(viewport=PHONE, bypass_csp=True)
    yield context.new_page()
    context.close()


def looked_at(page: Page) -> None:
    """Nothing is wrong with it, and it is no wider than the telephone."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()


def day_of(page: Page, field: str, ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    for part in ("day", "month", "year"):
        page.fill(f"#{field}_{part}", str(getattr(day, part)))


def begun(chest: Web, officer: Someone, link_id: str) -> tuple[str, str]:
    """(application, address of its link)"""
    grant_id = officer.do(apply.StartApplication, fundId=FUND, roundId=ROUND, organisation=CHOIR, linkId=link_id)
    assert "Tuesday choir" in officer.get(f"/grants/{grant_id}/link")
    shown = officer.post(f"/grants/{grant_id}/link")
    (address,) = re.findall(r'value="[^"]*(/apply/[^"]+)"', shown)
    assert "was shown before" in officer.get(f"/grants/{grant_id}/link")
    return grant_id, f"{chest.url}{address}"


def test_an_organisation_applies_by_a_link_and_goes_on_to_its_last_report(
    chest: Web, officer: Someone, outside: Page
) -> None:
    grant_id, address = begun(chest, officer, "of-the-choir")

    def given(*commands: object) -> None:
        for command in commands:
            chest.given("QPM", grant_id, command)

    outside.goto(address)
    expect(outside.get_by_role("heading", level=1)).to_contain_text("Apply for a grant")
    expect(outside.get_by_text("£500 to £5,000")).to_be_visible()
    looked_at(outside)
    outside.fill("#title", "Singing on Tuesdays")
    outside.fill("#amount_pence", "1,200.50")
    outside.set_input_files("#documents_files", {"name": "rules.txt", "mimeType": "text/plain", "buffer": b"our rules"})
    expect(outside.locator("#documents")).to_have_value(hashlib.sha256(b"our rules").hexdigest())
    expect(outside.get_by_text("Added: rules.txt")).to_be_visible()
    press(outside, "Save and go on later")
    expect(outside.get_by_role("alert")).to_contain_text("It was saved")
    looked_at(outside)

    outside.goto(address)
    expect(outside.locator("#title")).to_have_value("Singing on Tuesdays")
    expect(outside.locator("#amount_pence")).to_have_value("1200.50")
    outside.select_option("#purpose", "loneliness")
    outside.select_option("#area", label="North Northamptonshire")
    outside.get_by_label("Older people", exact=True).check()
    outside.fill("#statement", "A choir for whoever comes.")
    outside.fill("#places", "none")
    press(outside, "Look at all of it")
    expect(outside.locator("#places-error")).to_contain_text("Enter a whole number of 1 or more")
    expect(outside.locator("#statement")).to_have_value("A choir for whoever comes.")
    looked_at(outside)
    outside.fill("#places", "40")
    press(outside, "Look at all of it")
    for anchor in ("beneficiaries", "starts_on", "ends_on"):
        expect(outside.locator(f"#{anchor}-error")).to_be_visible()
    expect(outside.locator("#places")).to_have_value("40")
    outside.fill("#beneficiaries", "Older people who live alone.")
    day_of(outside, "starts_on", 30)
    day_of(outside, "ends_on", 20)
    press(outside, "Look at all of it")
    expect(outside.locator("#ends_on-error")).to_contain_text("The last day is before the first day")
    day_of(outside, "ends_on", 300)
    press(outside, "Look at all of it")
    expect(outside.get_by_role("heading", level=1)).to_contain_text("Look at all of it")
    for words in ("£1,200.50", "North Northamptonshire", "Older people who live alone."):
        expect(outside.get_by_text(words)).to_be_visible()
    looked_at(outside)
    press(outside, "Send the application")
    expect(outside.get_by_role("alert")).to_contain_text("Your application was sent")
    expect(outside.get_by_text("It is being looked at")).to_be_visible()
    looked_at(outside)

    given(assess.CheckEligibility(by=BY), funded.looked_at(TODAY), *funded.offered(TODAY, grant_id))
    outside.goto(address)
    expect(outside.get_by_text("You are offered a grant")).to_be_visible()
    expect(outside.get_by_text("Have a safeguarding policy")).to_be_visible()
    expect(outside.get_by_text("£600 from").first).to_be_visible()
    looked_at(outside)
    follow(outside, "Accept the offer")
    expect(outside.get_by_text("Have a safeguarding policy – Open")).to_be_visible()
    expect(outside.get_by_text("To be paid", exact=True)).to_be_visible()
    looked_at(outside)
    press(outside, "Accept it")
    expect(outside.get_by_text("the chest’s officer records when both sides have signed it")).to_be_visible()

    given(funded.signed(TODAY))
    outside.goto(address)
    follow(outside, "Ask for money of the grant")
    outside.fill("#amount_pence", "1300")
    press(outside, "Ask for it")
    expect(outside.locator("#amount_pence-error, .nhsuk-error-summary").first).to_contain_text("£1,200")
    outside.fill("#amount_pence", "600")
    press(outside, "Ask for it")
    expect(outside.locator(".cw-pieces")).to_contain_text("£600")
    looked_at(outside)
    (drawdown,) = chest.run(chest.tenant("QPM").streams.committed("grant", grant_id)).state.payments.drawdowns
    given(grant_payments.QueryDrawdown(drawdown_id=drawdown, reason="amount", by=BY))
    outside.goto(address)
    expect(outside.locator(".cw-pieces")).to_contain_text("Asked back: the amount does not fit the evidence")
    follow(outside, "Ask again, with more")
    expect(outside.locator("#amount_pence")).to_have_value("600.00")
    outside.fill("#amount_pence", "550")
    press(outside, "Ask for it")
    expect(outside.locator(".cw-pieces > li")).to_have_count(1)
    paid = payment.MakePayment(
        grant_id=grant_id,
        fund_id=FUND,
        payment_id="bank-2",
        drawdown_id=drawdown,
        paid_on=TODAY,
        on=TODAY,
        by=FINANCE,
    )
    report = grant_monitoring.AskForMonitoring(
        report_id="first",
        from_on=TODAY - timedelta(days=30),
        to_on=TODAY,
        due_on=TODAY + timedelta(days=14),
        on=TODAY,
        by=BY,
    )
    given(
        grant_payments.ApproveDrawdown(drawdown_id=drawdown, despite=tuple(codes.APPROVED_DESPITE), on=TODAY, by=BY),
        paid,
        report,
    )

    outside.goto(address)
    expect(outside.locator(".cw-pieces").first).to_contain_text("Paid on")
    follow(outside, "Report")
    looked_at(outside)
    press(outside, "Send the report")
    expect(outside.locator("#sessions-error")).to_be_visible()
    looked_at(outside)
    outside.fill("#sessions", "4")
    outside.fill("#places", "60")
    outside.get_by_label("8 to 25").check()
    outside.fill("#spend_pence", "300")
    outside.fill("#learning", "Tea brings them together.")
    press(outside, "Send the report")
    expect(outside.get_by_role("alert")).to_contain_text("Your report was sent")
    follow(outside, "Say what will be left over")
    outside.fill("#amount_pence", "12.34")
    press(outside, "Report it")
    expect(outside.get_by_text("£12.34")).to_be_visible()
    looked_at(outside)

    facts = chest.run(chest.tenant("QPM").log.stream(f"grant-{grant_id}"))
    by_link = {fact.type for fact in facts if fact.channel == "applicant_link"}
    assert by_link == {
        "ApplicationSaved",
        "ApplicationSubmitted",
        "GrantAccepted",
        "DrawdownRequested",
        "MonitoringSubmitted",
        "UnderspendReported",
    }


def test_a_lost_link_is_replaced_and_an_application_is_withdrawn_by_the_new_one(
    chest: Web, officer: Someone, outside: Page
) -> None:
    grant_id, address = begun(chest, officer, "lost")
    here = f"/grants/{grant_id}/link"
    officer.post(f"/do/replace-applicant-link/{grant_id}?back={here}")
    answer = outside.goto(address)
    assert answer is not None
    assert answer.status == 410
    expect(outside.get_by_text("replaced by a newer one")).to_be_visible()
    looked_at(outside)
    (newer,) = re.findall(r'value="[^"]*(/apply/[^"]+)"', officer.post(here))
    outside.goto(f"{chest.url}{newer}")
    follow(outside, "Withdraw it")
    looked_at(outside)
    press(outside, "Withdraw it")
    expect(outside.locator("#reason-error")).to_contain_text("Select why")
    outside.get_by_label("Somebody else pays for it").check()
    press(outside, "Withdraw it")
    expect(outside.get_by_text("It was withdrawn.")).to_be_visible()
    looked_at(outside)


def test_an_officer_starts_an_application_on_a_page(chest: Web, officer: Someone) -> None:
    grant_id, _ = begun(chest, officer, "of-another")
    form = f"/do/start-application/{FUND}?round_id={ROUND}&back=/grants/{grant_id}/link"
    assert "Nene community chest: Round 1" in officer.get(form)
    assert "must be an ODS code" in officer.post(form, organisation="the garden", status=422)
    officer.post(form, organisation=GARDEN)
    last = chest.run(chest.tenant("QPM").log.after(0, 10_000))[-1]
    assert last.type == "ApplicationStarted"
    assert GARDEN in officer.get(f"/grants/{last.stream_id.partition('-')[2]}/link")


def test_an_organisation_votes_by_a_link_and_reads_the_tally(chest: Web, officer: Someone, outside: Page) -> None:
    grants = ("v-choir", "v-garden", "v-kitchen")
    titles = ("Singing on Tuesdays", "A garden for all", "Soup on Fridays")
    for each, who, title in zip(grants, (CHOIR, GARDEN, KITCHEN), titles, strict=True):
        chest.given("QPM", each, funded.begun(TODAY, f"{each}-link", who, "vote"))
        for command in funded.sent(TODAY, title=title):
            chest.given("QPM", each, command)
    ballot_id = officer.do(
        ballot_opening.OpenBallot,
        fundId=FUND,
        roundId="vote",
        grants=list(grants),
        closesOn=str(TODAY + timedelta(days=7)),
    )
    page = officer.post(f"/ballots/{ballot_id}/links")
    links = dict(re.findall(r'for="(link-\d)">([^<]+)<', page))
    addresses = dict(re.findall(r'id="(link-\d)" type="text" readonly value="[^"]*(/vote/[^"]+)"', page))
    (choir,) = (addresses[name] for name, who in links.items() if "Tuesday choir" in who)
    assert len(addresses) == 3
    assert "Links were made before" in officer.get(f"/ballots/{ballot_id}/links")

    outside.goto(f"{chest.url}{choir}")
    expect(outside.get_by_text("the vote of Tuesday choir")).to_be_visible()
    expect(outside.get_by_label("Singing on Tuesdays")).to_have_count(0)
    looked_at(outside)
    press(outside, "Look at your vote")
    expect(outside.locator("#choices-error")).to_contain_text("Choose at least one application")
    looked_at(outside)
    expect(outside.get_by_text("A choir for whoever comes")).to_have_count(2)  # what the others will do
    outside.get_by_label("Soup on Fridays").check()
    press(outside, "Look at your vote")
    expect(outside.locator(".cw-pieces")).to_contain_text("Soup on Fridays")
    looked_at(outside)
    press(outside, "Change it")
    expect(outside.get_by_label("Soup on Fridays")).to_be_checked()
    outside.get_by_label("A garden for all").check()
    press(outside, "Look at your vote")
    press(outside, "Cast this vote")
    expect(outside.get_by_role("heading", level=1)).to_contain_text("Your vote is cast")
    looked_at(outside)
    chest.given("QPM", ballot_id, ballot.CountVotes(on=TODAY + timedelta(days=8), by=BY))
    outside.goto(f"{chest.url}{choir}")
    expect(outside.get_by_text("1 of 3 organisations voted.")).to_be_visible()
    expect(outside.locator("tbody tr").first).to_contain_text("A garden for all")
    looked_at(outside)
    assert "The votes are counted" in officer.get(f"/ballots/{ballot_id}/links")
    chest.followed("QPM")
    assert re.search(r">Votes</dt><dd[^>]*>1, of 1 organisation that voted<", officer.get("/grants/v-garden"))
    board = officer.get(f"/chests/{FUND}/rounds/vote")
    form = re.search(r'href="(/do/open-ballot/[^"]+)"', board)
    assert form is not None, "the only ballot is counted"
    assert "A garden for all" not in officer.get(form[1].replace("&amp;", "&")), "it was voted on"
