"""Small grants in Hertfordshire: a panel's round that is not closed until half of it is for minds and company, and a vote by the same rules."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from playwright.sync_api import Browser, expect

from commonweal.domain.chest import fund_pledges
from commonweal.domain.tenant import Place
from tests.journeys.chestwork import (
    Bid,
    Chest,
    charity,
    chest_of,
    confirms,
    founds,
    opens_a_round,
    pledges,
    sets_rules,
    sits,
)
from tests.journeys.desk import Desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PLACE, DISTRICT = "E07000242", "East Hertfordshire"
STEERS: Final = charity(50)
"""Of the steering group; it has a part in the second that applies."""
BEGAN: Final = date(datetime.now(UTC).year - 1, 9, 1)
STARTS: Final = BEGAN + timedelta(days=60)
KEPT: Final = (("Loneliness or isolation", "Low mood or anxiety"), 50)
OFFICER: Final = ("demo-chest-officer", "chest_officer")
ADA, BEN = ("ada", "assessor"), ("ben", "assessor")
SENT: Final = ("mo", "steering_member", f"organisation:{STEERS}")


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    ics = replace(
        northamptonshire(),
        ods="QM7",
        name="Hertfordshire and West Essex",
        gss="E54000025",
        key_file="keys/qm7.key",
        places=(Place(code=PLACE, name=DISTRICT),),
        pcns=(),
        federations=(),
        trusts=(),
        link_workers=(),
        users=(),
    )
    with at_work(ics, began=at(BEGAN, "08:00")) as made:
        yield made


def bid(number: int, title: str, pence: int, purpose: str) -> Bid:
    return Bid(charity(number), title, pence, purpose, PLACE, STARTS)


def test_a_panel_and_a_vote_decide_by_the_same_rules_and_no_round_is_closed_short(
    office: Office, browser: Browser
) -> None:
    with chest_of(office) as chest:
        desk = partial(sits, chest, browser)
        with desk(*OFFICER, on=at(BEGAN)) as officer:
            chest.fund = founds(
                officer, "Stort Valley small grants", DISTRICT, "A panel scores and recommends", (STEERS,)
            )
            agrees_how(officer)
            chest.round = opens_a_round(officer, "Autumn", window(BEGAN), "500", "10,000", KEPT, fast="5,000")
        comes_in(chest, BEGAN)
        fridge, walks, *_ = grants = [
            applied(chest, each)
            for each in (
                bid(0, "Community fridge", 8_000_00, "food"),
                bid(1, "Walk and talk", 4_900_00, "loneliness"),
                bid(2, "Calm on Mondays", 4_000_00, "low_mood"),
            )
        ]
        with desk(*ADA) as ada:
            scores(ada, fridge, 5, 3)
        with desk(*OFFICER) as officer:
            recommends(officer, fridge)
            officer.reads("1 of 2 assessors have scored this application")
        with desk(*BEN) as ben:
            ben.go(f"/grants/{fridge}")
            ben.reads("1 assessor. You see how once you have scored it yourself")
            steps_back(ben, fridge)
        with desk(*SENT) as member:
            judges_for_its_organisation(member, walks, fridge)
        with desk(*OFFICER) as officer:
            agrees_on_a_score(officer, fridge)
        for grant, pence in zip(grants[:2], (8_000_00, 4_900_00), strict=True):
            chest.offers(grant, pence, ((STARTS, pence),))
        with desk(*OFFICER) as officer:
            is_still_open(officer, chest)
        with desk(*OFFICER, on=at(window(BEGAN)[1] + timedelta(days=1))) as officer:
            lacks(officer, chest)
            chest.offers(grants[2], 4_000_00, ((STARTS, 4_000_00),))
            closes(officer, chest)
            officer.go(chest.here)
            again = BEGAN + timedelta(days=120)
            vote = "The organisations vote"
            chest.round = opens_a_round(officer, "Winter", window(again), "500", "10,000", KEPT, vote, fast="5,000")
        office.on(at(again))
        voted = [
            applied(chest, each)
            for each in (
                bid(3, "Sing again", 2_000_00, "loneliness"),
                bid(4, "Repair shop", 1_500_00, "money"),
                bid(5, "Tea at two", 1_200_00, "loneliness"),
            )
        ]
        with desk(*OFFICER) as officer:
            links = opens_the_vote(officer, chest, again)
            votes(chest, links, voted)
            chest.shown()
            counts(officer, chest)
            recommends(officer, voted[2])
            officer.reads("It is recommended. Offer the grant next.")
        chest.offers(voted[2], 1_200_00, ((STARTS + timedelta(days=120), 1_200_00),))
        with desk(*OFFICER, on=at(window(again)[1] + timedelta(days=1))) as officer:
            closes(officer, chest)


def window(first: date) -> tuple[date, date]:
    return first, first + timedelta(days=30)


def agrees_how(officer: Desk) -> None:
    sets_rules(officer, Need_for_it=3, Whom_it_reaches=1)
    officer.follow("Set the rules of the fund")
    expect(officer.page.get_by_label("Need for it")).to_have_value("3")
    expect(officer.page.get_by_label("How many percent of the points must it reach?")).to_have_value("60")
    officer.follow("Cancel")
    pledges(officer, "icb", "QM7", "20,000")
    confirms(officer, "icb", "minute-12")
    officer.follow("Appoint a member of the steering group")
    officer.write("Which organisation?", STEERS)
    officer.write("In which organisations does it have a part?", charity(1))
    officer.done("Appoint", "The member was appointed.")


def comes_in(chest: Chest, on: date) -> None:
    chest.finance.do(
        fund_pledges.ReceiveFunds,
        chest.fund,
        pledgeId="icb",
        receiptId="bank-1",
        amountPence=20_000_00,
        receivedOn=str(on),
    )


def applied(chest: Chest, wish: Bid) -> str:
    grant, link = chest.begins(wish)
    link.applies(wish)
    chest.found_eligible(grant)
    return grant


def scores(desk: Desk, grant: str, need: int, reach: int) -> None:
    desk.go(f"/grants/{grant}")
    desk.follow("Score the application")
    desk.reads("Asks for", "Whoever lives alone near by.")
    desk.write("Need for it", need)
    desk.write("Whom it reaches", reach)
    desk.press("Save your scores")


def recommends(officer: Desk, grant: str) -> None:
    officer.go(f"/grants/{grant}")
    officer.follow("Recommend it")
    officer.press("Recommend it")


def steps_back(ben: Desk, grant: str) -> None:
    """He works for the applicant: he says so, and is let near it no more, by no address."""
    ben.go(f"/grants/{grant}")
    ben.follow("Score the application")
    scoring = ben.page.url
    ben.follow("Back")
    ben.follow("Declare a conflict of interest")
    ben.tick("What is it?", "Works or volunteers for the applicant")
    ben.done("Declare it", "Your conflict of interest was declared.")
    ben.reads("You declared a conflict of interest: works or volunteers for the applicant. Somebody else judges this")
    expect(ben.page.get_by_role("link", name="Score the application")).to_have_count(0)
    ben.page.goto(scoring)
    ben.write("Need for it", 5)
    ben.write("Whom it reaches", 5)
    ben.press("Save your scores")
    ben.reads("You declared a conflict of interest in this application: somebody else has to judge it")


def judges_for_its_organisation(member: Desk, its_own: str, other: str) -> None:
    """For whom they judge stands in the form, and what that organisation has a part in they do not judge, by no address."""
    member.go(f"/grants/{its_own}")
    member.reads("Your organisation has an interest in the applicant: somebody else judges this")
    for form in ("Score the application", "Put it on the shortlist", "Recommend it", "Decline it"):
        expect(member.page.get_by_role("link", name=form)).to_have_count(0)
    member.go(f"/do/decline-application/{its_own}?back=/grants/{its_own}")
    member.tick("Why?", "Others reached more points")
    member.write("What should the applicant know?", "Not this time.")
    member.press("Decline it")
    member.reads("Your organisation has an interest in this application: somebody else has to judge it")
    member.go(f"/grants/{other}")
    member.follow("Score the application")
    member.write("For which organisation of the steering group?", "")
    member.write("Need for it", 3)
    member.write("Whom it reaches", 2)
    member.press("Save your scores")
    member.reads("You judge for the organisation that sent you: name it")
    scores(member, other, 3, 2)
    member.reads("Your scores were saved.", "72%")


def agrees_on_a_score(officer: Desk, grant: str) -> None:
    """What was agreed counts instead of the single scores, and is agreed again."""
    for need, reach in ((2, 2), (4, 3)):
        officer.go(f"/grants/{grant}")
        officer.follow("Agree on one score")
        officer.write("Need for it", need)
        officer.write("Whom it reaches", reach)
        officer.done("Save the agreed scores", "They count instead of the single ones.")
        if need == 2:
            recommends(officer, grant)
            officer.reads("Community fridge, for whoever comes.", "40% of the points, as agreed; 60% is needed")
            officer.reads("This application reached 40% of the points: 60% is needed")
    officer.reads("75%")


def is_still_open(officer: Desk, chest: Chest) -> None:
    officer.go(chest.board)
    officer.reads("Open: organisations can apply")
    expect(officer.page.get_by_role("link", name="Close a round")).to_have_count(0)


def lacks(officer: Desk, chest: Chest) -> None:
    """The refusal says how much must still go to what is kept for it."""
    officer.go(chest.board)
    officer.reads("Being decided: nobody can apply any more", "It cannot be closed yet", "£3,100 more is needed")
    expect(officer.page.get_by_role("link", name="Begin an application")).to_have_count(0)
    officer.follow("Close a round")
    officer.press("Close it")
    officer.reads(
        "At least 50% of this round must be for loneliness or isolation or low mood or anxiety: "
        "£4,900 of £12,900 is, £3,100 more is needed."
    )


def closes(officer: Desk, chest: Chest) -> None:
    officer.go(chest.board)
    officer.reads("The part that is kept is there")
    officer.follow("Close a round")
    officer.done("Close it", "The round was closed.")
    expect(officer.page.get_by_role("link", name="Close a round")).to_have_count(0)


def opens_the_vote(officer: Desk, chest: Chest, on: date) -> str:
    """The ballot's address."""
    officer.go(chest.board)
    officer.reads("Nothing is awarded yet")
    officer.follow("Open the ballot")
    group = officer.page.get_by_role("group", name="What can be voted for?").get_by_role("checkbox")
    expect(group).to_have_count(3)
    for box in group.all():
        box.check()
    officer.day("Until when can one vote?", on + timedelta(days=5))
    officer.done("Open the ballot", "The ballot was opened.")
    officer.follow("The links for those who vote")
    return officer.page.url.partition("/ballots/")[2].partition("/")[0]


def votes(chest: Chest, ballot: str, grants: list[str]) -> None:
    """One of them is sent a second link, by which they vote, and have voted; the first opens nothing any more."""
    lost = chest.ballot_links(ballot)
    links = {
        next(name for name in NAMES if f"application, {name}" in link.get()): link
        for link in chest.ballot_links(ballot)
    }
    assert {link.client.get(link.link).status_code for link in lost} == {410}
    sing, repair, tea = grants
    assert "Your vote is cast" in links["Sing again"].votes(tea, repair)
    assert "Your vote is cast" in links["Repair shop"].votes(tea)
    assert "Your vote is cast" in links["Repair shop"].get()
    own = links["Tea at two"]
    refused = own.client.post(own.link, data={"token": own.link.rpartition("/")[2], "choices": tea, "then": "cast"})
    assert (refused.status_code, "Choose among those on the list" in refused.text) == (422, True)
    assert "Your vote is cast" in own.votes(sing)


NAMES: Final = ("Sing again", "Repair shop", "Tea at two")


def counts(officer: Desk, chest: Chest) -> None:
    officer.go(chest.board)
    officer.follow("Count the votes")
    officer.done("Count them", "The votes were counted")
    officer.reads("3 of 3 organisations voted.")
    tally = officer.page.get_by_role("region", name="What the votes came to").get_by_role("row")
    expect(tally.nth(1)).to_contain_text("Tea at two")
    expect(tally.nth(1).get_by_role("cell").last).to_have_text("2")
    expect(tally.nth(2).get_by_role("cell").last).to_have_text("1")
