"""Wigan's Deal for Communities Investment Fund: a group's grant tapers to nothing and stays listed, and what else becomes of an award.

A match that fails before anything is awarded, an award paused, made smaller, ended early, a payment the bank returned and one the grantee did.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from commonweal.domain.chest import fund, fund_pledges, fund_rounds
from tests.journeys.chestwork import Bid, Chest, charity, chest_of, confirms, pledges, sits, written
from tests.journeys.desk import Desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PLACE: Final = "E06000061"
COUNCIL, TRUST = charity(60), charity(61)
BEGAN: Final = date(datetime.now(UTC).year - 1, 4, 10)
STARTS: Final = BEGAN + timedelta(days=40)
OFFICER: Final = ("demo-chest-officer", "chest_officer")
FINANCE: Final = ("demo-finance", "finance")
Sits = Callable[..., AbstractContextManager[Desk]]


def after(days: int) -> date:
    return STARTS + timedelta(days=days)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with at_work(northamptonshire(), began=at(BEGAN, "08:00")) as made:
        yield made


@pytest.fixture(scope="module")
def chest(office: Office) -> Iterator[Chest]:
    """A fund decided by an officer, in which nothing is pledged yet, and an open round."""
    with chest_of(office) as made:
        made.fund = made.officer.do(
            fund.FoundFund, name="Deal for Communities", areas=[PLACE], method="delegated", steeringGroup=[COUNCIL]
        )
        rules = {"eligibility": ["in_area"], "criteria": ["need"], "weights": [1]}
        made.officer.do(fund.SetFundRules, made.fund, **rules)
        made.round = "bids"
        window = {"opensOn": str(BEGAN), "closesOn": str(BEGAN + timedelta(days=30))}
        asked = {"leastPence": 100_00, "mostPence": 10_000_00, **window}
        made.officer.do(fund_rounds.OpenRound, made.fund, roundId=made.round, name="Bids", **asked)
        yield made


def bid(number: int, title: str, pence: int) -> Bid:
    return Bid(charity(number), title, pence, "loneliness", PLACE, STARTS, days=500)


def test_what_becomes_of_an_award(office: Office, browser: Browser, chest: Chest) -> None:
    desk = partial(sits, chest, browser)
    garden, workshop = has_a_match_that_fails_and_is_met(desk, chest)
    tapers_to_nothing_and_stays(desk, chest, garden)
    changes_and_ends_early(desk, chest, workshop)


def has_a_match_that_fails_and_is_met(desk: Sits, chest: Chest) -> tuple[str, str]:
    """The council gives £10,000 if others give £5,000, which the trust does, does not, and does again."""
    wish = bid(0, "Pocket garden", 6_000_00)
    with desk(*OFFICER, on=at(BEGAN)) as officer:
        officer.go(chest.here)
        pledges(officer, "council", COUNCIL, "10,000", match="5,000")
        confirms(officer, "council", "cabinet-1")
        officer.reads("Confirmed, not matched yet")
        pledges(officer, "trust", TRUST, "5,000")
        confirms(officer, "trust", "letter-1")
        officer.reads_nothing_of("not matched yet")
        officer.follow("Reduce a pledge: trust")
        officer.write("How much is it from now on?", "4,000")
        officer.tick("Why?", "The funder's budget was cut")
        officer.done("Reduce it", "The pledge was reduced.")
        officer.reads("Confirmed, not matched yet")
        grant, link = chest.begins(wish)
        link.applies(wish)
        chest.found_eligible(grant)
        officer.go(f"/grants/{grant}")
        officer.follow("Recommend it")
        officer.done("Recommend it", "It is recommended.")
        offers(officer, f"{written(after(0))} 3,000\n{written(after(180))} 2,000\n{written(after(360))} 1,000")
        officer.reads("£4,000 is left for this purpose and place: £6,000 cannot be awarded")
        officer.go(chest.here)
        pledges(officer, "trust-2", TRUST, "1,000")
        confirms(officer, "trust-2", "letter-2")
        officer.reads_nothing_of("not matched yet")
        officer.go(f"/grants/{grant}")
        offers(officer, f"{written(after(0))} 3,000\n{written(after(180))} 2,000\n{written(after(360))} 1,000")
        officer.reads("The grant was offered, and its money is promised to nobody else.")
        officer.go(chest.here)
        officer.follow("Reduce a pledge: trust-2")
        officer.write("How much is it from now on?", "500")
        officer.tick("Why?", "The funder decided so")
        officer.press("Reduce it")
        officer.reads("is awarded out of a pledge that asks others for £5,000: they would give £4,500")
    for pledge, pence in (("council", 10_000_00), ("trust", 4_000_00), ("trust-2", 1_000_00)):
        received = {"receiptId": f"in-{pledge}", "amountPence": pence, "receivedOn": str(BEGAN)}
        chest.finance.do(fund_pledges.ReceiveFunds, chest.fund, pledgeId=pledge, **received)
    link.send("/accept")
    chest.signs(grant, wish.organisation, BEGAN)
    workshop = bid(1, "Men's workshop", 4_000_00)
    other, _ = chest.awards(workshop, ((after(0), 2_000_00), (after(180), 2_000_00)), BEGAN)
    return grant, other


def offers(officer: Desk, schedule: str) -> None:
    officer.follow("Offer the grant")
    officer.write("When is it paid?", schedule)
    officer.press("Offer it")


def tapers_to_nothing_and_stays(desk: Sits, chest: Chest, garden: str) -> None:
    """£3,000, £2,000, £1,000, and then the group goes on by itself."""
    for days, pence in ((0, 3_000_00), (180, 2_000_00), (360, 1_000_00)):
        chest.office.on(at(after(days)))
        chest.draws(garden, pence, after(days))
    with desk(*OFFICER, on=at(after(365))) as officer:
        officer.go(f"/grants/{garden}")
        officer.reads("It tapers")
        officer.follow("Close the award")
        officer.done("Close it", "The award is closed.")
        officer.go(chest.board)
        column = officer.page.get_by_role("region", name="Closed 1 application")
        expect(column).to_contain_text("Pocket garden")
        expect(column).to_contain_text("Awarded £6,000")
        officer.follow("Pocket garden")
        officer.reads("Closed", "£1,000", charity(0))
        officer.follow("Deal for Communities")
        officer.reads("Closed", "£6,000")


def changes_and_ends_early(desk: Sits, chest: Chest, workshop: str) -> None:
    """Paused, resumed, paid to a wrong account, paid again, sent back in part, made smaller, ended."""
    day = after(366)
    chest.office.on(at(day))
    drawdown = asked_for(chest, workshop, "2,000", desk)
    with desk(*OFFICER) as officer:
        officer.go(f"/grants/{workshop}")
        officer.follow("Pause the award")
        officer.tick("Why?", "A report is overdue")
        officer.done("Pause it", "The award is paused: nothing is paid until it is resumed.")
    with desk(*FINANCE) as finance:
        pays(finance, workshop, "out-1", day)
        finance.reads("This grant is paused; it cannot be paid")
    with desk(*OFFICER) as officer:
        officer.go(f"/grants/{workshop}")
        officer.follow("Resume the award")
        officer.done("Resume it", "The award goes on.")
    with desk(*FINANCE) as finance:
        pays(finance, workshop, "out-1", day)
        finance.reads("The payment was recorded")
        finance.follow("The bank did not pay")
        finance.tick("Why?", "The name does not fit the account")
        finance.day("When?", day)
        finance.done("Record it", "It was recorded that the payment failed.")
        finance.reads("the bank did not pay it", "£2,000 – Approved")
        pays(finance, workshop, "out-1", day)
        finance.reads("a payment the bank did not carry out: take the new one's reference")
        finance.write("The bank's reference", "out-2")
        finance.done("Record it", "The payment was recorded")
        finance.follow("Money of a payment came back")
        finance.write("How much?", "500")
        finance.write("The bank's reference", "back-1")
        finance.day("When?", day)
        finance.done("Record it", "The money that came back was recorded.")
        finance.reads("£500 came back")
        expect(finance.page.get_by_role("link", name="The bank did not pay")).to_have_count(0)
        expect(finance.page.get_by_role("link", name="Money of a payment came back")).to_be_visible()
    with desk(*OFFICER) as officer:
        officer.go(f"/grants/{workshop}")
        officer.follow("Change the award")
        expect(officer.page.get_by_label("How much?")).to_have_value("4000.00")
        expect(officer.page.get_by_label("When is it paid?")).to_have_value(
            f"{written(after(0))} 2000.00\n{written(after(180))} 2000.00"
        )
        officer.write("How much?", "1,000")
        officer.write("When is it paid?", f"{written(after(0))} 1,000")
        officer.tick("Why?", "It tapers")
        officer.press("Change it")
        officer.reads("£1,500 is paid or asked for: the award cannot be less than that")
        officer.write("How much?", "3,000")
        officer.write("When is it paid?", f"{written(after(0))} 2,000\n{written(after(400))} 1,000")
        officer.done("Change it", "The award was changed.")
        officer.reads("£3,000")
        officer.follow("End the award early")
        officer.tick("Why?", "The organisation closes")
        officer.done("End it", "The award has ended. What was not paid is free again.")
        officer.reads("Ended early", "£1,500")
        officer.go(chest.here)
        officer.reads("£7,500")
    assert drawdown


def asked_for(chest: Chest, grant: str, pounds: str, desk: Sits) -> str:
    """The officer takes down by telephone what the group asks for, and approves it."""
    with desk(*OFFICER) as officer:
        officer.go(f"/grants/{grant}")
        officer.follow("Record what the organisation asks for")
        officer.write("How much?", pounds)
        officer.done("Record it", "The drawdown was recorded.")
        waiting = chest.asked(grant)
        officer.follow("Approve a drawdown")
        officer.done("Approve it", "The drawdown was approved.")
    return waiting


def pays(finance: Desk, grant: str, reference: str, on: date) -> None:
    finance.go(f"/grants/{grant}")
    finance.follow("Record the payment")
    finance.write("The bank's reference", reference)
    finance.day("When was it paid?", on)
    finance.press("Record it")
