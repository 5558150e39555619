"""A community chest on the console: founded, paid into, opened, judged and paid out, each by whoever may."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser, expect

from commonweal.console.wording import in_london
from commonweal.domain.chest import apply, grant_application, grant_payments
from commonweal.domain.referrals import referral
from commonweal.domain.tenant import ConfigureTenant, Place
from commonweal.domain.workforce.allocation import CloseReferral
from commonweal.runtime.pages.statement import quarters
from tests.journeys.asking import Someone
from tests.journeys.browser import DESKTOP, PHONE, signed_in, sized, violations
from tests.story import agreed, allocated, configured, engaged, referred, registered
from tests.web import Web

FUND = re.compile(r"/chests/([0-9a-f-]{36})")
GRANT = re.compile(r"/grants/([0-9a-f-]{36})")
PLACE, APPLICANT = "E06000061", "GB-CHC-1054276"
HASH = "0" * 64


def on(field: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{field}_day": f"{day}", f"{field}_month": f"{month}", f"{field}_year": f"{year}"}


@dataclass
class Chest:
    """Who works in it, and where it is."""

    officer: Someone
    finance: Someone
    assessors: tuple[Someone, Someone]
    fund: str
    round: str


def placed() -> ConfigureTenant:
    """An ICS whose PCNs are counted to the one place there is."""
    made = configured("QPM", "Nene", places=(Place(code=PLACE, name="Kettering"),))
    return replace(made, pcns=tuple(replace(each, place=PLACE) for each in made.pcns))


@pytest.fixture(scope="module")
def chest(web: Web) -> Iterator[Chest]:
    """A fund with £85,000 of two funders and an open round, all of it by forms."""
    web.given("QPM", "QPM", placed())
    people = {
        name: Someone(web, name, (role, "tenant"))
        for name, role in (("olu", "chest_officer"), ("fin", "finance"), ("ada", "assessor"), ("ben", "assessor"))
    }
    olu, fin = people["olu"], people["fin"]
    page = olu.post(
        "/do/found-fund/new?back=/chests", name="Kettering chest", areas=PLACE, method="panel", steering_group="QPM"
    )
    assert "The fund was founded" in page
    (fund,) = set(FUND.findall(page))
    assert f"/do/set-fund-rules/{fund}" in page, "the new fund is there, with what is done next"
    here = f"/chests/{fund}"
    olu.post(
        f"/do/set-fund-rules/{fund}?back={here}",
        eligibility="in_area",
        criteria_need="3",
        criteria_reach="1",
        assessors="2",
        pass_percent="50",
        votes="3",
    )
    olu.post(f"/do/make-pledge/{fund}?back={here}", pledge_id="nhs", funder="QPM", amount_pence="40,000")
    olu.post(
        f"/do/make-pledge/{fund}?back={here}",
        pledge_id="council",
        funder="GB-CHC-1054277",
        amount_pence="45,000",
        match_pence="40,000",
    )
    for pledge in ("nhs", "council"):
        olu.post(f"/do/confirm-pledge/{fund}?back={here}&pledge_id={pledge}", evidence="letter-1")
    fin.post(
        f"/do/receive-funds/{fund}?back={here}&pledge_id=nhs",
        amount_pence="40,000",
        receipt_id="bank-1",
        **on("received_on", 1, 4, 2026),
    )
    page = olu.post(
        f"/do/open-round/{fund}?back={here}",
        name="Spring",
        least_pence="500",
        most_pence="10,000",
        ringfences=["loneliness", "low_mood"],
        ringfence_percents="50",
        **on("opens_on", 1, 4, 2026),
        **on("closes_on", 30, 4, 2099),
    )
    (round_,) = set(re.findall(rf"{here}/rounds/([0-9a-f-]{{36}})\"", page))
    yield Chest(olu, fin, (people["ada"], people["ben"]), fund, round_)
    for someone in people.values():
        someone.client.close()


def test_a_fund_shows_where_its_money_is_and_whose(chest: Chest) -> None:
    page = chest.officer.get(f"/chests/{chest.fund}")
    for said in (
        "Kettering chest",
        "£85,000",
        "£40,000",
        "£45,000",
        "Spring",
        "nhs: Nene (QPM)",
        "at least 50% must be",
    ):
        assert said in page, said
    assert "Record the payment" not in page
    assert "Kettering chest" in chest.finance.get("/chests")


def test_a_receipt_that_never_came_is_taken_off_and_what_is_not_needed_goes_back(chest: Chest) -> None:
    olu, fin, here = chest.officer, chest.finance, f"/chests/{chest.fund}"
    assert f"/do/return-funds/{chest.fund}" not in olu.get(here)
    olu.post(f"/do/make-pledge/{chest.fund}?back={here}", pledge_id="late", funder="QMF", amount_pence="500")
    olu.post(f"/do/confirm-pledge/{chest.fund}?back={here}&pledge_id=late", evidence="letter-9")
    came, went = f"/do/receive-funds/{chest.fund}?back={here}", f"/do/return-funds/{chest.fund}?back={here}"
    fin.post(f"{came}&pledge_id=late", amount_pence="400", receipt_id="bank-9", **on("received_on", 1, 4, 2026))
    about = {"reason": "mistake", "return_id": "bank-9-x", **on("returned_on", 2, 4, 2026)}
    page = fin.post(f"{went}&pledge_id=late", status=422, amount_pence="400.01", **about)
    assert "£400 of this pledge is there and not paid: no more than that goes back" in page
    page = fin.post(f"{went}&pledge_id=late", amount_pence="400", **about)
    assert "It was recorded that the money is not there any more." in page
    assert f"return-funds/{chest.fund}?back={here}&amp;pledge_id=late" not in page
    fin.post(f"{came}&pledge_id=late", amount_pence="500", receipt_id="bank-10", **on("received_on", 3, 4, 2026))
    about = {"reason": "left_over", "return_id": "out-9", **on("returned_on", 4, 4, 2026)}
    fin.post(f"{went}&pledge_id=late", amount_pence="500", **about)
    statement = fin.get(f"{here}/statement?funder=QMF")
    for said in ("Went back to the funder, or never came", "It was taken down wrongly, and never came", "bank-9-x"):
        assert said in statement, said


def test_of_an_earlier_day_a_fund_shows_what_was_on_record_then(chest: Chest) -> None:
    here, then = f"/chests/{chest.fund}", "day=1&month=4&year=2020"
    knew = "what we knew then, and nothing that was told later"
    page = chest.officer.get(here)
    assert f"The page then shows {knew}." in page
    assert "as we know it now" not in page
    assert "nothing you may see of this fund was on record yet on 1 April 2020" in chest.officer.get(
        f"{here}?{then}", status=404
    ).replace("Nothing", "nothing")
    assert "on record" not in chest.officer.get(f"/chests/nobody?{then}", status=404)
    today = in_london(datetime.now(UTC))
    page = chest.officer.get(f"{here}?day={today.day}&month={today.month}&year={today.year}")
    assert f"– {knew}." in page
    assert "Steered by, today" in page


def test_a_round_has_no_more_left_to_award_than_its_fund(chest: Chest) -> None:
    here = f"/chests/{chest.fund}"
    for name, budget in (("Rich", "900,000"), ("Poor", "9,000")):
        page = chest.officer.post(
            f"/do/open-round/{chest.fund}?back={here}",
            name=name,
            least_pence="500",
            most_pence="9,000",
            budget_pence=budget,
            **on("opens_on", 1, 4, 2099),
            **on("closes_on", 30, 4, 2099),
        )
    (available,) = set(
        re.findall(r"(£[\d,]+), which is all the fund has, of £900,000 left of the round’s budget", page)
    )
    funds = chest.officer.get("/chests")
    assert f">{available}<" in funds
    assert re.search(r"Left to award</dt><dd[^>]*>£9,000</dd>", page)


def test_what_is_wrong_with_a_form_is_said_beside_the_field_and_nothing_typed_is_lost(chest: Chest) -> None:
    form = f"/do/make-pledge/{chest.fund}?back=/chests/{chest.fund}"
    page = chest.officer.post(form, status=422, pledge_id="late", funder="nobody at all", amount_pence="ten")
    assert "Enter an amount in pounds" in page
    assert 'value="nobody at all"' in page
    page = chest.officer.post(
        f"/do/set-fund-rules/{chest.fund}?back=/chests", status=422, eligibility="in_area", criteria_need="many"
    )
    assert "Enter a whole number" in page
    assert 'value="many"' in page


def applied(chest: Chest, title: str) -> str:
    """An application as an organisation sends it; its id."""
    olu = chest.officer
    form = f"/do/start-application/{chest.fund}?back=/chests/{chest.fund}/rounds/{chest.round}&round_id={chest.round}"
    before = set(GRANT.findall(olu.get(f"/chests/{chest.fund}/rounds/{chest.round}")))
    new: set[str] = set(GRANT.findall(olu.post(form, organisation=APPLICANT))) - before
    (grant,) = new
    olu.do(
        grant_application.SaveApplication,
        grant,
        title=title,
        amountPence=500_000,
        purpose="loneliness",
        area=PLACE,
        statement="We cook and eat together",
        beneficiaries="Whoever lives alone",
        startsOn="2026-06-01",
        endsOn="2027-05-31",
        documents=[HASH],
    )
    olu.do(apply.SubmitApplication, grant, fundId=chest.fund)
    return grant


def test_an_application_goes_from_being_sent_to_being_paid(chest: Chest) -> None:
    olu, fin = chest.officer, chest.finance
    grant = applied(chest, "Friday table")
    here = f"/grants/{grant}"
    page = olu.get(here)
    assert "We cook and eat together" in page
    assert re.search(r">In</dt>\s*<dd[^>]*>\s*Kettering\s*<", page)
    assert f"1 document, whose SHA-256 begins {HASH[:8]}…" in page
    check = f"/do/check-eligibility/{grant}?back={here}"
    page = olu.post(check, failed="in_area", reason="Its hall is in Rugby.")
    assert "It does not meet: it works for people of the area. Its hall is in Rugby." in page
    assert "Its hall is in Rugby" not in olu.post(check)
    for someone, score in zip(chest.assessors, ("5", "3"), strict=True):
        assert "Payments" not in someone.get(here)
        form = f"/do/assess-application/{grant}?back={here}"
        assert "Your scores were saved" in someone.post(form, criteria_need=score, criteria_reach=score)
    page = olu.get(here)
    assert "80%" in page
    olu.post(
        f"/do/recommend-application/{grant}?back={here}",
        amount_pence="5,000",
        conditions="Name a lead",
    )
    offer = f"/do/offer-grant/{grant}?back={here}&fund_id={chest.fund}"
    assert f"/do/record-due-diligence/{grant}" in olu.get(here)
    assert "No due diligence is recorded" in olu.post(
        offer, status=422, amount_pence="5,000", schedule_on="1 6 2026 5,000"
    )
    olu.post(f"/do/record-due-diligence/{grant}?back={here}", bank_checked="yes", safeguarding_policy="yes")
    assert f"/do/record-due-diligence/{grant}" not in olu.get(here)
    page = olu.post(
        offer,
        amount_pence="5,000",
        schedule_on="1 6 2026 3,000\n1 12 2026 2,000",
    )
    assert "1 December 2026" in page
    assert "Name a lead" in page
    olu.post(f"/do/accept-grant/{grant}?back={here}")
    olu.post(
        f"/do/sign-agreement/{grant}?back={here}",
        document_hash=HASH,
        signed_for=f"QPM\n{APPLICANT}",
        **on("signed_on", 2, 5, 2026),
    )
    olu.do(grant_payments.RequestDrawdown, grant, drawdownId="d1", amountPence=300_000)
    form = f"/do/approve-drawdown/{grant}?back={here}&drawdown_id=d1"
    assert "A condition is open, and this need not wait for it" in olu.get(form)
    assert "1 of its conditions is open: record that they are met" in olu.post(form, status=422)
    page = olu.post(form, despite="open_condition")
    assert "/do/make-payment/" not in page
    pay = f"/do/make-payment/{grant}?back={here}&fund_id={chest.fund}&drawdown_id=d1"
    assert "/do/make-payment/" in fin.get(here)
    refused = fin.post(pay, status=422, payment_id="bank-77", **on("paid_on", 5, 6, 2026))
    assert "is there: wait for their money, or record that it came" in refused  # the council's has not come
    fin.post(
        f"/do/receive-funds/{chest.fund}?back={here}&pledge_id=council",
        amount_pence="45,000",
        receipt_id="bank-2",
        **on("received_on", 2, 6, 2026),
    )
    page = fin.post(pay, payment_id="bank-77", **on("paid_on", 5, 6, 2026))
    assert "£3,000 on 5 June 2026, bank-77" in page
    assert "Running" in page
    board = olu.get(f"/chests/{chest.fund}/rounds/{chest.round}")
    assert "Friday table" in board
    assert "£5,000" in board


def test_what_falls_due_stands_beside_what_was_paid_and_the_ring_fence_beside_its_line(chest: Chest) -> None:
    page = chest.finance.get(f"/chests/{chest.fund}")
    assert "What falls due, and what is paid?" in page
    assert page.count('class="cw-chart cw-chart--months"') == 2
    assert "Due and paid, month by month" in page
    assert re.search(r"June 2026</th>\s*<td[^>]*>£3,000</td><td[^>]*>(£3,000|–)</td>", page)
    assert "cw-chart__mark" in page
    assert "cw-chart--months" not in chest.assessors[0].get(f"/chests/{chest.fund}"), (
        "what is paid is told to whoever accounts"
    )


def test_unmet_need_is_attached_as_it_may_be_shown_and_what_is_needed_most_is_said_by_it(
    web: Web, chest: Chest
) -> None:
    olu, here = chest.officer, f"/chests/{chest.fund}/effect"
    page = olu.get(here)
    assert "Nobody was referred in the last year, and nothing was awarded." not in page, "something was awarded"
    assert "No evidence of unmet need has been attached" in page
    form = f"/do/attach-priority-evidence/{chest.fund}?back={here}"
    assert "there is nothing to attach" in olu.post(form, status=422)
    lonely_and_hungry(web)
    told = olu.get(form)
    assert "10 people, unmet for 10" in told
    page = olu.post(form)
    assert "What people need and do not find was attached" in page
    (snapshot,) = set(re.findall(r"[0-9a-f]{64}", page))
    assert "Held back by the rule hes-2018-complementary-weekly-1" in page
    assert "25" in page
    page = olu.post(f"/do/set-priority/{chest.fund}?back={here}&snapshot_id={snapshot}", needs="food")
    assert "What is needed most was said by it:" in page
    assert "Food, by the evidence attached" in olu.get(f"/chests/{chest.fund}")
    assert "No evidence" not in chest.finance.get(here)
    chest.assessors[0].get(here, status=403)


def lonely_and_hungry(web: Web) -> None:
    """Ten people with a need that nothing near by met, referred by a practice of the place."""
    now = datetime.now(UTC)
    web.given("QPM", "wren", engaged("Wren", caseload_limit=40))
    for number in range(10):
        who = f"hungry-{number}"
        web.given("QPM", who, registered(f"Finch {number}"))
        web.given("QPM", who, agreed())
        case = f"r-{who}"
        web.given("QPM", case, referred(who, case, practice="K83002", reasons=("food",), received_at=now))
        web.given("QPM", case, referral.AcceptReferral())
        web.given("QPM", case, allocated(case, "wren"))
        web.given("QPM", case, CloseReferral(referral_id=case, reason="moved_area", unmet_needs=("food",)))


def test_an_analyst_sees_what_comes_of_all_of_them_and_no_single_fund(web: Web, chest: Chest) -> None:
    ann = Someone(web, "ann", ("analyst", "tenant"))
    page = ann.get("/chests/effect")
    assert "Does the money go to the places in need?" in page
    assert "/grants/" not in page
    ann.get(f"/chests/{chest.fund}/effect", status=403)
    ann.get("/chests", status=403)
    ann.client.close()


def test_a_statement_says_each_movement_to_the_penny_on_paper_and_as_a_file(chest: Chest) -> None:
    here = f"/chests/{chest.fund}/statement"
    whole = {
        "since_day": "1",
        "since_month": "1",
        "since_year": "2026",
        "until_day": "31",
        "until_month": "12",
        "until_year": "2030",
    }
    query = "&".join(f"{name}={value}" for name, value in whole.items())
    page = chest.finance.get(f"{here}?{query}")
    assert "1 January 2026 to 31 December 2030" in page
    assert "bank-1" in page
    sums = re.findall(r"−?£[\d,]+(?:\.\d+)?", page)
    assert "£40,000.00" in sums
    assert [each for each in sums if not re.fullmatch(r"−?£\d{1,3}(,\d{3})*\.\d\d", each)] == []
    file = chest.finance.get(f"{here}.csv?{query}&funder=QPM").splitlines()
    rows = [line.split(",") for line in file[2:]]
    opening, *moved, closing = [[round(float(cell or 0) * 100) for cell in row[-5:]] for row in rows]
    assert opening == [0] * 5
    assert closing == [sum(column) for column in zip(opening, *moved, strict=True)]
    assert closing[:3] == [4_000_000] * 3
    assert "ten years at most" in chest.finance.get(f"{here}?{query.replace('2030', '2099')}", status=422)
    wrong = chest.finance.get(f"{here}?since_day=31&since_month=2&since_year=2026", status=422)
    assert "Enter a real date" in wrong
    assert 'value="31"' in wrong


def test_a_funder_opens_the_fund_it_pledged_to_and_is_told_nothing_of_its_rounds(web: Web, chest: Chest) -> None:
    gill = Someone(web, "gill", ("funder", "organisation:QPM"))
    page = gill.get(f"/chests/{chest.fund}")
    assert "nhs: Nene (QPM)" in page
    assert "GB-CHC-1054277" not in page
    assert "Spring" not in page
    gill.client.close()


@pytest.mark.parametrize("name", ["statement", "statement.csv"])
def test_money_one_may_not_see_has_no_statement_rather_than_one_of_noughts(web: Web, chest: Chest, name: str) -> None:
    gill, here = Someone(web, "gill", ("funder", "organisation:QPM")), f"/chests/{chest.fund}/{name}"
    assert "40,000" in gill.get(f"{here}?funder=QPM").replace("40000", "40,000")
    for who, asked in (
        (gill, f"{here}?funder=GB-CHC-1054277"),
        (gill, f"{here}?funder=NOPE"),
        (gill, f"/chests/nobody/{name}"),
        (chest.finance, f"{here}?funder=NOPE"),
        (chest.finance, f"/chests/nobody/{name}?funder=QPM"),
    ):
        assert "0.00" not in who.get(asked, status=404), asked
    gill.client.close()


@pytest.mark.parametrize(
    ("since", "until", "parts"),
    [
        (date(2026, 4, 1), date(2026, 4, 1), ["2026-04-01 2026-04-01"]),
        (date(2026, 3, 31), date(2026, 4, 1), ["2026-03-31 2026-03-31", "2026-04-01 2026-04-01"]),
        (date(2025, 11, 5), date(2026, 2, 1), ["2025-11-05 2025-12-31", "2026-01-01 2026-02-01"]),
        (date(9999, 9, 30), date.max, ["9999-09-30 9999-09-30", "9999-10-01 9999-12-31"]),
    ],
)
def test_a_period_is_told_a_quarter_at_a_time(since: date, until: date, parts: list[str]) -> None:
    assert [f"{first} {last}" for first, last in quarters(since, until)] == parts


def test_a_statement_in_quarters_is_the_statement(chest: Chest) -> None:
    days = {"since": "2025-12-01", "until": "2029-02-03"}
    document = "query($fund: ID, $since: Date!, $until: Date!) { fundStatement(fund: $fund, since: $since, until: $until) { rows { day kind received } } }"
    whole = chest.finance.ask(document, fund=chest.fund, **days)["fundStatement"]["rows"]
    query = "since_day=1&since_month=12&since_year=2025&until_day=3&until_month=2&until_year=2029"
    told = chest.finance.get(f"/chests/{chest.fund}/statement.csv?{query}")
    rows = list(csv.reader(told.splitlines()))[2:]
    assert [row[0] for row in rows] == [row["day"] for row in whole]
    assert [row[1] for row in rows if row[1].startswith("Sto")] == ["Stood that morning"]
    assert [row[1] for row in rows if row[1].startswith("Sta")] == ["Stands that evening"]
    assert len(rows) > 4


def test_whoever_waits_for_a_statement_sees_how_far_it_has_come(web: Web, chest: Chest, browser: Browser) -> None:
    with browser.new_context(viewport=DESKTOP) as context:
        page = signed_in(web, context, "finance")
        page.goto(f"{web.url}/chests/{chest.fund}/statement")
        with page.expect_download() as saved:
            page.get_by_role("link", name="Download this statement").click()
        assert saved.value.suggested_filename == "statement.csv"
        expect(page.get_by_role("status").filter(has_text=re.compile(r"\d+ lines: all of it is here"))).to_be_visible()


def test_who_may_not_see_a_chest_is_told_so(web: Web, chest: Chest) -> None:
    ward = Someone(web, "ward", ("hospital", "organisation:RP1"))
    ward.get("/chests", status=403)
    ward.get(f"/chests/{chest.fund}", status=403)
    ward.client.close()
    chest.officer.get("/chests/nobody", status=404)
    chest.officer.get("/grants/nobody", status=404)


def test_axe_finds_nothing_on_the_pages_of_a_chest(web: Web, chest: Chest, browser: Browser) -> None:
    grant = applied(chest, "Garden")
    with browser.new_context(viewport=DESKTOP, bypass_csp=True) as context:
        page = signed_in(web, context, "chest_officer")
        for address in (
            "/chests",
            f"/chests/{chest.fund}",
            f"/chests/{chest.fund}/effect",
            "/chests/effect",
            f"/chests/{chest.fund}/rounds/{chest.round}",
            f"/grants/{grant}",
            f"/do/attach-priority-evidence/{chest.fund}?back=/chests",
            f"/chests/{chest.fund}/statement",
            f"/do/set-fund-rules/{chest.fund}?back=/chests",
            f"/do/open-round/{chest.fund}?back=/chests",
        ):
            page.goto(f"{web.url}{address}")
            for viewport in (DESKTOP, PHONE):
                sized(page, viewport)
                assert violations(page) == [], address
                assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), address


def test_a_conflict_found_after_scoring_is_recorded_and_told_to_whoever_clears_it(chest: Chest) -> None:
    olu, (ada, _) = chest.officer, chest.assessors
    grant = applied(chest, "Late table")
    here = f"/grants/{grant}"
    olu.post(f"/do/check-eligibility/{grant}?back={here}")
    ada.post(f"/do/assess-application/{grant}?back={here}", criteria_need="5", criteria_reach="5")
    assert "100%" in olu.get(here)
    page = ada.post(f"/do/declare-conflict/{grant}?back={here}", kind="family")
    assert "You declared a conflict of interest: a relative or friend works for the applicant." in page
    assert "/do/assess-application/" not in page
    page = olu.get(here)
    assert "Somebody does not judge this: a relative or friend works for the applicant" in page
    assert "How it was scored" not in page
    form = re.search(r'href="(/do/clear-conflict/[^"]+)"', page)
    assert form is not None
    assert "A relative or friend works for the applicant" in olu.get(form[1].replace("&amp;", "&"))
