"""The community chest of Barking and Dagenham: £40,000 of the NHS met by £40,000 of the council, twelve awards by vote, each penny told.

From the founding to the statement by which the council adds up its own money.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

import httpx
import pytest
from playwright.sync_api import Browser, Locator, expect

from commonweal.console.saved import in_pounds
from commonweal.console.wording import long_date
from commonweal.domain.chest import award, grant_assessment
from commonweal.domain.referrals import referral
from commonweal.domain.workforce.allocation import CloseReferral
from tests.journeys.chestwork import (
    HASH,
    Bid,
    Chest,
    Outside,
    applies_by_telephone,
    begins_on_the_board,
    charity,
    chest_of,
    confirms,
    founds,
    opens_a_round,
    pledges,
    receives,
    sets_rules,
    sits_in,
    written,
)
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, north_east_london
from tests.near import organisation
from tests.story import agreed, allocated, referred, registered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NAME: Final = "Barking and Dagenham community chest"
PLACE, BOROUGH = "E09000002", "Barking and Dagenham"
NHS, COUNCIL = "QMF", "ZZ901"
TREASURER: Final = "demo-council-treasurer"
BEGAN: Final = date(datetime.now(UTC).year - 1, 4, 6)
OPENS, CLOSES = BEGAN + timedelta(days=14), BEGAN + timedelta(days=42)
PITCHED, AGREED = BEGAN + timedelta(days=50), BEGAN + timedelta(days=58)
STARTS, FIRST = BEGAN + timedelta(days=80), BEGAN + timedelta(days=85)
SECOND, OVER = BEGAN + timedelta(days=170), BEGAN + timedelta(days=260)
NAMES: Final = (
    "Becontree table", "Tuesday choir", "Thames View garden", "Heath walkers", "Chadwell carers", "Marks Gate kitchen",
    "Goresbrook club", "Eastbury readers", "Parsloes allotment", "Abbey sewing", "Village hall cinema", "Gascoigne cycling",
    "Longbridge litter", "Valence chess",
)  # fmt: skip
SHARE: Final = 6_666_67
LAST: Final = len(NAMES) - 1
"""Who may not be funded."""
SUMS: Final = ("Pledged", "Confirmed", "Received", "Awarded", "Paid")
Sits = Callable[..., AbstractContextManager[Desk]]
Grants = dict[int, tuple[str, Outside]]
"""Number → the application's id and its link."""
AWARDS: Final = (*(SHARE,) * 11, 80_000_00 - 11 * SHARE)
"""Twelve that come to the whole £80,000, none of which can be halved to the penny between two funders."""


def bid(number: int) -> Bid:
    pence = AWARDS[number] if number < len(AWARDS) else 6_000_00
    return Bid(charity(number), NAMES[number], pence, "loneliness", PLACE, STARTS)


def after(days: int) -> date:
    return BEGAN + timedelta(days=days)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """North East London, whose directory knows two of those who will apply."""
    with at_work(north_east_london(), began=at(BEGAN, "08:00")) as made:
        for number, name in ((0, "Becontree Together"), (1, "Dagenham Voices")):
            made.given(f"o-{number}", organisation(name, identifiers=(charity(number),)))
        for number in range(11):
            lonely(made, number)
        made.settled()
        yield made


def lonely(office: Office, number: int) -> None:
    """Somebody for whose loneliness nothing near by was found."""
    who, case = f"p-{number}", f"r-{number}"
    office.given(who, registered(f"Finch {number}"), agreed())
    known = {"source_org": NHS, "source": "02", "setting": "self", "referrer_role": "person", "received_at": at(BEGAN)}
    office.given(case, referred(who, case, reasons=("loneliness",), **known), referral.AcceptReferral())
    office.given(
        case,
        allocated(case, "hodan"),
        CloseReferral(referral_id=case, reason="moved_area", unmet_needs=("loneliness",)),
    )


def test_a_borough_votes_twelve_grants_and_its_council_adds_them_up(office: Office, browser: Browser) -> None:
    sits: Sits = partial(at_a_desk, office, browser)
    with chest_of(office) as chest:
        with sits("demo-chest-officer", at(BEGAN)) as officer:
            chest.fund = founds(officer, NAME, BOROUGH, "The organisations vote", (NHS, COUNCIL, charity(99)))
            agrees_how(officer)
        with sits("demo-finance", at(after(7))) as finance:
            gets_half(finance, chest)
        with sits("demo-chest-officer", at(OPENS)) as officer:
            officer.go(chest.here)
            chest.round = opens_a_round(officer, "Summer", (OPENS, CLOSES), "1,000", "7,000")
            begun = invites(officer, chest)
        grants = all_apply(sits, chest, begun)
        with sits("demo-chest-officer", at(PITCHED)) as officer:
            checks(officer, chest, grants)
            links = opens_the_vote(officer, chest)
        votes(sits, chest, grants, links)
        with sits("demo-chest-officer", at(AGREED)) as officer:
            counts(officer, chest, links)
            awards_twelve(officer, chest, grants)
        is_agreed(sits, chest, grants)
        is_paid_first(sits, chest, grants)
        is_refused_until_it_reports(sits, chest, grants)
        all_have_the_rest(chest, grants)
        gives_back_and_moves_on(sits, chest, grants)
        ends(sits, chest, grants)
        adds_up(sits, chest)


def agrees_how(officer: Desk) -> None:
    """Rules, whose money, and what is needed most."""
    sets_rules(officer, Need_for_it=3, Whom_it_reaches=1)
    pledges(officer, "council", COUNCIL, "40,000", match="40,000")
    confirms(officer, "council", "cabinet-17")
    officer.reads("Confirmed, not matched yet")
    pledges(officer, "nhs", NHS, "40,000")
    confirms(officer, "nhs", "letter-4")
    officer.reads_nothing_of("not matched yet")
    officer.follow("What comes of it")
    officer.reads("No evidence of unmet need has been attached to this fund yet.")
    officer.follow("Attach unmet need as evidence")
    officer.reads("Loneliness or isolation", "10 people, unmet for 10")
    officer.done("Attach it", "What people need and do not find was attached.")
    officer.follow("Say what is needed most")
    officer.tick("What is needed most?", "Loneliness or isolation")
    officer.done("Set the priorities", "The priorities were set.")
    officer.reads("What is needed most was said by it: loneliness or isolation")


def gets_half(finance: Desk, chest: Chest) -> None:
    finance.go(chest.here)
    receives(finance, "nhs", "40,000", "bank-in-1", after(7))
    receives(finance, "council", "20,000", "bank-in-2", after(7))
    finance.reads("£60,000")
    finance.follow("Record money that came in: council")
    finance.write("How much?", "25,000")
    finance.write("The bank's reference", "bank-in-9")
    finance.day("When did it come?", after(7))
    finance.press("Record it")
    finance.reads("Only £20,000 of this pledge is still to come")


def invites(officer: Desk, chest: Chest) -> list[tuple[str, str]]:
    """Two organisations the officer begins with at the desk."""
    found = []
    for number in range(2):
        officer.go(chest.board)
        found.append(begins_on_the_board(officer, charity(number)))
    return found


def all_apply(sits: Sits, chest: Chest, begun: list[tuple[str, str]]) -> dict[int, tuple[str, Outside]]:
    """Two by telephone, the others without scripts; by number."""
    found = {}
    for number, (grant, link) in enumerate(begun):
        with sits() as phone:
            applies_by_telephone(phone, link, bid(number), "Loneliness or isolation", BOROUGH)
        found[number] = (grant, Outside(chest.outside, link))
    for number in range(2, len(NAMES)):
        found[number] = chest.begins(bid(number))
        found[number][1].applies(bid(number))
    return found


def checks(officer: Desk, chest: Chest, grants: Grants) -> None:
    """The last is not of the area, which it reads by its link; the others pitch, and stand on the ballot."""
    last, link = grants[LAST]
    officer.go(f"/grants/{last}")
    officer.follow("Check whether it may be funded")
    officer.tick("Which rules does it not meet?", "It works for people of the area")
    officer.press("Record it")
    officer.reads("There is a problem")
    officer.write("What should the applicant know?", "Come back with a partner in the borough.")
    officer.done("Record it", "What was found was recorded.")
    assert "Come back with a partner in the borough." in link.get()
    officer.go(f"/grants/{grants[0][0]}")
    officer.follow("Check whether it may be funded")
    officer.done("Record it", "What was found was recorded.")
    officer.follow("Record due diligence")
    officer.tick("Is the bank account its own?", "Yes")
    officer.tick("Does it have a safeguarding policy?", "Yes")
    officer.done("Record it", "Due diligence was recorded.")
    officer.follow("Record the pitch")
    officer.day("When was it?", PITCHED)
    officer.write("What was said?", "Five minutes, and soup for everyone.")
    officer.done("Record it", "The pitch was recorded.")
    for number in range(1, LAST):
        grant = grants[number][0]
        chest.found_eligible(grant)
        chest.officer.do(grant_assessment.RecordPitch, grant, heldOn=str(PITCHED))


def opens_the_vote(officer: Desk, chest: Chest) -> list[str]:
    """The link of each organisation that applied, in the order of the ballot."""
    officer.go(chest.board)
    officer.follow("Open the ballot")
    for box in officer.page.get_by_role("group", name="What can be voted for?").get_by_role("checkbox").all():
        box.check()
    officer.day("Until when can one vote?", PITCHED + timedelta(days=7))
    officer.done("Open the ballot", "The ballot was opened. Give each organisation its link.")
    officer.reads("13 organisations may vote until")
    officer.follow("The links for those who vote")
    officer.press("Make the links")
    links = [each.input_value() for each in officer.page.locator("input[readonly]").all()]
    officer.follow("I have copied them")
    expect(officer.page.get_by_role("heading", level=1)).to_contain_text("Summer")
    return links


def votes(sits: Sits, chest: Chest, grants: Grants, links: list[str]) -> None:
    """Each for the next three in the circle of those who won, the second of them by telephone; nobody votes twice or for themselves."""
    numbered = {grant: number for number, (grant, _) in grants.items()}
    for link in links:
        page = httpx.get(link).text
        (own,) = (number for number in range(LAST) if f"Your own application, {NAMES[number]}" in page)
        chosen = [grants[(own + step) % len(AWARDS)][0] for step in (1, 2, 3)] if own < len(AWARDS) else []
        chosen = chosen or [grants[number][0] for number in range(3)]
        assert grants[own][0] not in re.findall(r'name="choices"[^>]*value="([^"]+)"', page)
        if own == 1:
            with sits() as phone:
                votes_by_telephone(phone, link, [NAMES[numbered[each]] for each in chosen])
            assert "Your vote is cast" in Outside(chest.outside, link).get()
        else:
            assert "Your vote is cast" in Outside(chest.outside, link).votes(*chosen)


def votes_by_telephone(phone: Desk, link: str, titles: list[str]) -> None:
    """By whoever has keys and no pointer: what is chosen and sent is come to by the tab key alone."""
    phone.page.goto(link)
    phone.look()
    keys = phone.page.keyboard
    for title in titles:
        tab_to(phone, phone.page.get_by_label(title, exact=True))
        keys.press("Space")
    tab_to(phone, phone.page.get_by_role("button", name="Look at your vote"))
    keys.press("Enter")
    phone.reads("Look at your vote", *titles)
    tab_to(phone, phone.page.get_by_role("button", name="Cast this vote"))
    keys.press("Enter")
    phone.reads("Your vote is cast")


def tab_to(desk: Desk, target: Locator) -> None:
    for _ in range(60):
        if target.evaluate("it => it === document.activeElement"):
            return
        desk.page.keyboard.press("Tab")
    raise AssertionError("the tab key does not come to it")


def counts(officer: Desk, chest: Chest, links: list[str]) -> None:
    """What the votes came to stands on the board, and behind each link."""
    officer.go(chest.board)
    officer.follow("Count the votes")
    officer.reads(f"{NAME}: Summer")
    officer.done("Count them", "The votes were counted")
    officer.reads("13 of 13 organisations voted.")
    tally = officer.page.get_by_role("region", name="What the votes came to").get_by_role("row")
    expect(tally).to_have_count(1 + LAST)
    expect(tally.last).to_contain_text(NAMES[LAST - 1])
    expect(tally.last.get_by_role("cell").last).to_have_text("0")
    assert "13 of 13 organisations voted." in Outside(chest.outside, links[3]).get()


def awards_twelve(officer: Desk, chest: Chest, grants: Grants) -> None:
    """The first at the desk; then the money is out, and the thirteenth waits."""
    officer.go(f"/grants/{grants[0][0]}")
    officer.follow("Recommend it")
    expect(officer.page.get_by_label("How much?")).to_have_value("6666.67")
    officer.write("On which conditions?", "Name a safeguarding lead")
    officer.done("Recommend it", "It is recommended. Offer the grant next.")
    officer.follow("Offer the grant")
    officer.write("When is it paid?", f"{written(FIRST)} 3,333.33\n{written(SECOND)} 3,333.33")
    officer.press("Offer it")
    officer.reads("must come to the award exactly")
    officer.write("When is it paid?", f"{written(FIRST)} 3,333.33\n{written(SECOND)} 3,333.34")
    officer.done("Offer it", "The grant was offered, and its money is promised to nobody else.")
    for number in range(1, len(AWARDS)):
        half = AWARDS[number] // 2
        chest.offers(grants[number][0], AWARDS[number], ((FIRST, half), (SECOND, AWARDS[number] - half)))
    officer.go(f"/grants/{grants[len(AWARDS)][0]}")
    officer.follow("Recommend it")
    officer.write("How much?", "1,000")
    officer.done("Recommend it", "It is recommended.")
    officer.follow("Offer the grant")
    officer.write("When is it paid?", f"{written(FIRST)} 1,000")
    officer.press("Offer it")
    officer.reads("£0 is left for this purpose and place: £1,000 cannot be awarded")
    officer.follow("Back")
    officer.follow("Place it on the reserve list")
    officer.write("At which place?", 1)
    officer.done("Place it", "It is on the reserve list.")
    officer.go(chest.here)
    assert of_funder(officer, "Everybody")["Awarded"] == 80_000_00
    assert of_funder(officer, "Everybody")["Nobody's yet"] == 0


def is_agreed(sits: Sits, chest: Chest, grants: Grants) -> None:
    with sits() as phone:
        phone.page.goto(grants[0][1].link)
        phone.reads("You are offered a grant", "Name a safeguarding lead", f"£3,333.33 from {long_date(FIRST)} on")
        phone.follow("Accept the offer")
        phone.done("Accept it", "You accepted the offer.")
    for number in range(1, len(AWARDS)):
        assert "You accepted the offer" in grants[number][1].send("/accept")
    with sits("demo-chest-officer") as officer:
        officer.go(f"/grants/{grants[0][0]}")
        officer.follow("Record the signed agreement")
        officer.page.set_input_files(
            "#document_hash_files", {"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": b"agreed"}
        )
        expect(officer.page.locator("#document_hash")).to_have_value(hashlib.sha256(b"agreed").hexdigest())
        expect(officer.page.locator("#signed_for")).to_have_value(f"{NHS}\n{charity(0)}")
        officer.day("When?", AGREED)
        officer.done("Record it", "The agreement is signed: the grant can be drawn.")
        officer.follow("A condition is met")
        officer.write("Where does one see it?", "policy-2")
        officer.done("Record it", "The condition is met.")
    for number in range(1, len(AWARDS)):
        chest.signs(grants[number][0], charity(number), AGREED)


def is_paid_first(sits: Sits, chest: Chest, grants: Grants) -> None:
    """The first half of each: asked for by the grantee, approved by one, paid by another."""
    with sits(on=at(FIRST)) as phone:
        phone.page.goto(grants[0][1].link)
        phone.follow("Ask for money of the grant")
        phone.write("How much do you ask for?", "3,333.33")
        phone.done("Ask for it", "You asked for it.")
    with sits("demo-chest-officer") as officer:
        approves(officer, grants[0][0])
    with sits("demo-finance") as finance:
        finance_pays(finance, grants[0][0], "bank-first", FIRST)
    for number in range(1, len(AWARDS)):
        grant, link = grants[number]
        link.send("/drawdown", amount_pence=in_pounds(AWARDS[number] // 2))
        chest.pays(grant, chest.asked(grant), FIRST)


def approves(officer: Desk, grant: str) -> None:
    officer.go(f"/grants/{grant}")
    officer.follow("Approve a drawdown")
    officer.done("Approve it", "The drawdown was approved. Somebody else pays it.")


def finance_pays(finance: Desk, grant: str, reference: str, on: date) -> None:
    finance.go(f"/grants/{grant}")
    finance.follow("Record the payment")
    finance.write("The bank's reference", reference)
    finance.day("When was it paid?", on)
    finance.done("Record it", "The payment was recorded, and whose money it was.")


def is_refused_until_it_reports(sits: Sits, chest: Chest, grants: Grants) -> None:
    """The second half of the first grant waits for its report, and then for the council's money."""
    grant, link = grants[0]
    with sits("demo-chest-officer", at(SECOND - timedelta(days=30))) as officer:
        officer.go(f"/grants/{grant}")
        officer.follow("Ask for a report")
        officer.day("From which day does it tell?", STARTS)
        officer.day("Up to which day?", SECOND - timedelta(days=20))
        officer.day("When is it due?", SECOND - timedelta(days=1))
        officer.done("Ask for it", "The organisation is asked for the report by its link.")
    chest.office.on(at(SECOND))
    link.send("/drawdown", amount_pence="3,333.34")
    with sits("demo-chest-officer") as officer:
        officer.go(f"/grants/{grant}")
        officer.reads("Overdue", "£3,333.34 – Requested")
        officer.follow("Refuse a drawdown")
        officer.tick("Why?", "A report is due first")
        officer.done("Refuse it", "The drawdown was refused.")
        officer.reads("£3,333.34 – Refused, a report is due first")
    with sits() as phone:
        phone.page.goto(link.link)
        phone.reads("Refused: a report is due first", "Overdue since")
        phone.follow("Report")
        phone.write("How many sessions were there?", 12)
        phone.write("How many places were there in them", 240)
        phone.page.get_by_label("26 to 50").check()
        phone.write("How much did you spend in these days?", "3,100")
        phone.write("What did you learn?", "Nobody eats alone on Fridays now.")
        phone.done("Send the report", "Your report was sent.")
        phone.follow("Ask for money of the grant")
        phone.write("How much do you ask for?", "3,333.34")
        days = f"{long_date(STARTS)} to {long_date(SECOND - timedelta(days=20))}"
        phone.pick("Which report goes with it?", days)
        phone.done("Ask for it", "You asked for it.")
    with sits("demo-chest-officer") as officer:
        officer.go(f"/grants/{grant}")
        officer.reads(f"£3,333.34 – Requested, with the report of {days}", "Nobody eats alone on Fridays now.")
        officer.follow("Accept the report")
        officer.done("Accept it", "The report was accepted.")
        approves(officer, grant)
    with sits("demo-finance") as finance:
        finance.go(f"/grants/{grant}")
        finance.follow("Record the payment")
        finance.write("The bank's reference", "bank-second")
        finance.day("When was it paid?", SECOND)
        finance.press("Record it")
        finance.reads("wait for their money, or record that it came")
        finance.go(chest.here)
        receives(finance, "council", "20,000", "bank-in-3", SECOND)
        finance_pays(finance, grant, "bank-second", SECOND)


def all_have_the_rest(chest: Chest, grants: Grants) -> None:
    for number in range(1, len(AWARDS)):
        chest.draws(grants[number][0], AWARDS[number] - AWARDS[number] // 2, SECOND)


def gives_back_and_moves_on(sits: Sits, chest: Chest, grants: Grants) -> None:
    """The choir does not need £250.33: it comes back, and goes to the garden."""
    (choir, link), (garden, _) = grants[1], grants[2]
    with sits(on=at(OVER)) as phone:
        phone.page.goto(link.link)
        phone.follow("Say what will be left over")
        phone.write("How much of what you were paid will you not spend?", "250.33")
        phone.done("Report it", "You reported what will be left over.")
    with sits("demo-finance") as finance:
        finance.go(f"/grants/{choir}")
        finance.follow("What was left over came back")
        finance.write("How much?", "250.33")
        finance.write("The bank's reference", "bank-back")
        finance.day("When?", OVER)
        finance.done("Record it", "The money that came back was recorded. It can go to another grant.")
    with sits("demo-chest-officer") as officer:
        officer.go(f"/grants/{choir}")
        officer.reads("£250.33 that came back has not gone to another")
        officer.follow("Give what came back to another grant")
        officer.pick("To which grant?", f"{NAMES[2]}, {charity(2)}")
        officer.write("How much?", "250.34")
        officer.day("When is it paid?", OVER)
        officer.press("Give it")
        officer.reads("£250.33 of what this grant gave back has not gone to another")
        officer.write("How much?", "250.33")
        officer.done("Give it", "The money went to the other grant.")
        officer.go(f"/grants/{garden}")
        officer.reads("£6,917")
    chest.draws(garden, 250_33, OVER)


def ends(sits: Sits, chest: Chest, grants: Grants) -> None:
    """The round and each award are closed, the evaluation is published, and the fund is closed to the penny."""
    with sits("demo-chest-officer", at(OVER + timedelta(days=30))) as officer:
        officer.go(chest.board)
        officer.follow("Close a round")
        officer.done("Close it", "The round was closed.")
        officer.go(f"/grants/{grants[0][0]}")
        officer.follow("Close the award")
        officer.done("Close it", "The award is closed.")
        for number in range(1, len(AWARDS)):
            chest.officer.do(award.CloseAward, grants[number][0], fundId=chest.fund)
        officer.go(chest.here)
        officer.follow("Publish the evaluation")
        officer.write("SHA-256 of the document", HASH)
        officer.day("When was it published?", OVER + timedelta(days=30))
        officer.done("Record that it is published", "It was recorded that the evaluation is published.")
    with sits("demo-finance") as finance:
        finance.go(chest.here)
        finance.follow("Close the fund")
        finance.done("Close it", "The fund is reconciled and closed.")
        everybody = of_funder(finance, "Everybody")
    assert [everybody[name] for name in SUMS] == [80_000_00] * 5


def adds_up(sits: Sits, chest: Chest) -> None:
    """Whoever pledged adds up what is printed: each line, from the opening to the closing, and beside the fund's own page."""
    shares = {}
    for funder in (NHS, COUNCIL):
        with sits("demo-finance") as finance:
            finance.go(chest.here)
            shares[funder] = of_funder(finance, funder)
            finance.follow("Statement to the penny")
            finance.page.get_by_label("Whose money?").select_option(funder)
            whole = between(finance, BEGAN, OVER)
            assert reconciles(whole) == [shares[funder][name] for name in SUMS]
    assert [sum(each[name] for each in shares.values()) for name in SUMS] == [80_000_00] * 5
    with sits() as council:
        sits_in(council, chest, TREASURER, "funder", f"organisation:{COUNCIL}")
        council.go(chest.here)
        assert of_funder(council, COUNCIL) == shares[COUNCIL]
        council.go(f"{chest.here}/statement")
        council.reads_nothing_of(NHS)
        theirs = between(council, BEGAN, OVER)
        assert theirs == whole
        before, since = between(council, BEGAN, FIRST), between(council, FIRST + timedelta(days=1), OVER)
        assert reconciles(before) == since[0].sums
        assert reconciles(since) == reconciles(theirs)
        council.page.emulate_media(media="print")
        expect(council.page.get_by_role("form", name="What to show")).to_be_hidden()
        council.page.emulate_media(media="screen")
        with council.page.expect_download() as file:
            council.page.get_by_role("link", name="Download this statement").click()
        assert len(file.value.path().read_text("utf-8-sig").splitlines()) == 2 + len(since)


@dataclass(frozen=True)
class Printed:
    """A line of a statement, as it is read: pence in each column."""

    what: str
    sums: list[int]


def between(desk: Desk, first: date, last: date) -> list[Printed]:
    """The lines of a statement from one morning to an evening."""
    desk.day("From the morning of", first)
    desk.day("To the evening of", last)
    desk.press("Show")
    words = f"{long_date(first)} to {long_date(last)}"
    rows = desk.page.get_by_role("region", name=words).get_by_role("row").all()[1:]
    return [
        Printed(cells[0], [pence(each) for each in cells[-5:]])
        for cells in (row.get_by_role("cell").all_text_contents() for row in rows)
    ]


def reconciles(lines: list[Printed]) -> list[int]:
    """The closing line, which is the opening line and all between them."""
    opening, *moved, closing = lines
    assert (opening.what, closing.what) == ("Stood that morning", "Stands that evening")
    assert closing.sums == [sum(column) for column in zip(opening.sums, *(each.sums for each in moved), strict=True)]
    return closing.sums


def pence(text: str) -> int:
    """`−£3,333.33` → -333333; nothing is nothing."""
    bare = text.replace("£", "").replace(",", "").replace("−", "-").strip()
    return int(Decimal(bare or "0") * 100)


def of_funder(desk: Desk, funder: str) -> dict[str, int]:
    """What a fund's page says of a funder's money, by heading."""
    table = desk.page.get_by_role("region", name="Whose it is")
    headings = table.get_by_role("columnheader").all_text_contents()[1:]
    row = table.get_by_role("row").filter(has=desk.page.get_by_role("rowheader", name=funder))
    return dict(zip(headings, map(pence, row.get_by_role("cell").all_text_contents()), strict=True))
