"""Northants Monday: from the board of last Friday to a case closed after eleven weeks, everyone at their own desk.

Kettering & South West Rural's manager looks at Friday's board. On Tuesday a practice in Burton Latimer refers Rosa Example: she is triaged,
proposed, reached, makes a plan, is connected three times, answers questionnaires, and her practice hears of it. Friday's board stays as it was.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Browser

from commonweal.console.wording import in_london, long_date
from commonweal.domain.directory.listing import SetReferralRoute
from commonweal.domain.referrals import referral
from tests.integrations.hospital import Hospital
from tests.journeys.browser import PHONE
from tests.journeys.casework import (
    agrees_a_goal,
    agrees_a_plan,
    attends,
    begins_a_plan,
    begins_there,
    closes_with_goals_met,
    completes_a_plan,
    connection,
    fills_in,
    finishes,
    gives_up,
    lets_services_know,
    offers,
    promises,
    reaches,
    tab,
    takes_on,
    tells,
    triages_and_proposes,
)
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire
from tests.near import BY, listed, organisation
from tests.story import agreed, referred, registered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BURTON, CRICK = "U35821/burton", "U96568/crick"
NUMBER = "9434765919"
ROSA = "Rosa Example"


def day(after_friday: int, clock: str = "10:00") -> datetime:
    """A moment in London, so many days after the Friday the story begins on."""
    return at(FRIDAY + timedelta(days=after_friday), clock)


def _friday() -> date:
    """The last Friday from which the whole story has happened by now."""
    then = in_london(datetime.now(UTC)).date() - timedelta(days=4 + 77 + 1)
    return then - timedelta(days=(then.weekday() - 4) % 7)


FRIDAY = _friday()


@pytest.fixture(scope="module")
def practice() -> Hospital:
    """Where the practice's system takes documents."""
    return Hospital()


@pytest.fixture(scope="module")
def office(practice: Hospital) -> Iterator[Office]:
    """Northamptonshire on that Friday, with two people on Kettering & South West Rural's board and one elsewhere."""
    ics = northamptonshire()
    policies = replace(
        ics.policies, gp_endpoint=practice.endpoint, measures=("ons4:baseline:7", "ons4:end:0", "ucla3:baseline:7")
    )
    with at_work(replace(ics, policies=policies), began=day(0, "09:00")) as made:
        made.run(practice.start())
        for name, where in (("Abel Example", BURTON), ("Beth Example", BURTON), ("Cora Example", CRICK)):
            come(made, name, where, day(0, "09:30"))
        made.given("r-Beth", referral.AcceptReferral())
        made.given("o-1", organisation("Latimer Together", identifiers=("GB-CHC-1054276",)))
        for each, name in (("garden", "Friday gardeners"), ("choir", "Monday choir"), ("advice", "Debt advice")):
            made.given(each, *listed(name, FRIDAY))
        made.given("garden", SetReferralRoute(mode="link", response_sla_days=5, by=BY))
        yield made
        made.run(practice.stop())


def come(office: Office, name: str, practice: str, at: datetime) -> None:
    """Someone is referred who is in the story only to be on the board."""
    first = name.split(maxsplit=1)[0]
    office.given(f"p-{first}", registered(name, gp_practice=practice), agreed())
    known = {"practice": practice, "source": "02", "source_org": "QPM", "setting": "self", "referrer_role": "person"}
    office.given(f"r-{first}", referred(f"p-{first}", f"x-{first}", received_at=at, **known))


def board_on_friday(manager: Desk) -> str:
    manager.go("/caseload")
    manager.page.get_by_text("Show the caseload as at an earlier day").click()
    manager.day("Which day?", FRIDAY)
    manager.write("What time?", "17:00")
    manager.press("Show as at then")
    manager.reads(f"As at {long_date(FRIDAY)}, 17:00")
    return manager.page.locator("main").inner_text()


def test_from_the_board_of_friday_to_a_case_closed_after_eleven_weeks(
    office: Office, browser: Browser, practice: Hospital
) -> None:
    sits = partial(at_a_desk, office, browser)
    office.on(day(1))
    come(office, "Dora Example", BURTON, day(1))
    with sits("demo-pcn-manager", day(3, "09:00")) as manager:
        manager.reads("Dora Example")
        on_friday = board_on_friday(manager)
        manager.reads("Abel Example", "Beth Example")
        manager.reads_nothing_of("Cora Example", "Dora Example")

    with sits("demo-practice", day(4)) as gp:
        refers(gp)
    with sits("demo-triager", day(5, "09:00")) as triager:
        triages_and_proposes(triager, ROSA, "She has not been out since her sister died.")
    with sits("Amber Example", day(5, "15:00")) as amber:
        takes_on_and_tries(amber)
    with sits("Amber Example", day(7)) as amber:
        reaches(amber, ROSA, "Telephone", day(7, "09:30"), "She used to sing.")
    with sits("Amber Example", day(10)) as amber:
        measures_and_plans(amber)
    with sits("Amber Example", day(11)) as amber:
        link = connects(amber)
    office.on(day(12))
    with browser.new_context(viewport=PHONE, bypass_csp=True) as outside:
        answers(Desk(office, outside.new_page()), link)
    with sits("Amber Example", day(61)) as amber:
        records_what_came_of_it(amber)
    with sits("Amber Example", day(4 + 77)) as amber:
        rates_and_closes(amber)
    with sits("demo-practice", day(4 + 77, "15:00")) as gp:
        hears(gp, office, practice)
    with sits("demo-pcn-manager", day(4 + 77, "16:00")) as manager:
        assert board_on_friday(manager) == on_friday


def refers(gp: Desk) -> None:
    gp.go("/refer")
    gp.write("NHS number", NUMBER)
    gp.write("Their name", ROSA)
    gp.day("Date of birth", date(1951, 6, 14))
    gp.write("Telephone", "01536 496 0101")
    gp.pick("Their GP practice", "Burton, Kettering & South West Rural")
    gp.tick("Do they agree to be contacted", "Yes")
    gp.tick("How did they say so?", "They told me")
    gp.tick("Do they agree that you are told", "Yes")
    gp.tick("Do they agree that their GP practice is told?", "Yes")
    gp.tick("What would they like help with?", "Loneliness or isolation")
    gp.write("In their words or yours", "She has not been out since her sister died.")
    gp.tick("How soon?", "Routine")
    gp.write("Your own reference", "BL-1")
    gp.pick("What are you?", "GP")
    gp.done("Send the referral", "Referral sent")
    gp.reads("BL-1")


def takes_on_and_tries(amber: Desk) -> None:
    takes_on(amber, ROSA)
    tab(amber, ROSA, "Referrals")
    amber.follow("Record an attempt at contact")
    amber.tick("How did you try?", "Telephone")
    amber.tick("What came of it?", "A message was left")
    amber.moment("When?", day(5, "15:00"))
    amber.done("Save attempt", "The attempt was recorded.")
    amber.reads("Contact attempting")


def measures_and_plans(amber: Desk) -> None:
    fills_in(amber, ROSA, ("3", "3", "2", "7"), FRIDAY + timedelta(days=10))
    begins_a_plan(amber, ROSA, "To sing with others again", "She sang alto for thirty years")
    amber.follow("Write down a need")
    amber.pick("Which need?", "Money or debt")
    amber.tick("Who sees it?", "The person")
    amber.write("How much does it weigh", 2)
    amber.done("Write it down", "The need was written down.")
    agrees_a_goal(amber, "Sing at the Christmas concert", 2)
    promises(amber, "Ring the choir", FRIDAY + timedelta(days=14))
    agrees_a_plan(amber, FRIDAY + timedelta(days=10), review=FRIDAY + timedelta(days=52))


def connects(amber: Desk) -> str:
    """Three services; the link one of the providers is sent."""
    lets_services_know(amber, ROSA, FRIDAY + timedelta(days=11))
    for service, mode in (
        ("Friday gardeners", "Referred to it"),
        ("Monday choir", "Helped to get in touch"),
        ("Debt advice", "Told about it"),
    ):
        offers(amber, ROSA, service, mode, "company")
    tells(amber, "Monday choir", "Telephone")
    connection(amber, "Monday choir", "They have a waiting list")
    amber.write("How many weeks will they wait?", 3)
    amber.done("Record it", "The provider's answer was recorded.")
    tells(amber, "Friday gardeners", "A link that is used once")
    connection(amber, "Friday gardeners", "The link for the provider")
    amber.press("Show the link")
    return amber.page.get_by_label("The link", exact=True).input_value()


def answers(provider: Desk, link: str) -> None:
    """A provider who has no account."""
    provider.page.goto(link)
    provider.look()
    provider.reads("Rosa", "company", "01536 496 0101")
    provider.reads_nothing_of("Example", NUMBER)
    provider.tick("Can you take them?", "Yes, we will take them")
    provider.write("How many places do you have left?", 4)
    provider.done("Send our answer", "You have answered: Yes, we will take them")


def records_what_came_of_it(amber: Desk) -> None:
    tab(amber, ROSA, "Connections")
    amber.reads("with the link we made")
    for weeks in (2, 3):
        attends(amber, "Friday gardeners", FRIDAY + timedelta(weeks=weeks))
    finishes(amber, "Friday gardeners", FRIDAY + timedelta(weeks=8))
    begins_there(amber, "Monday choir", FRIDAY + timedelta(days=38))
    gives_up(amber, "Debt advice", FRIDAY + timedelta(days=20), "Confidence")


def rates_and_closes(amber: Desk) -> None:
    last = FRIDAY + timedelta(days=81)
    completes_a_plan(amber, ROSA, 9, 2, last)
    closes_with_goals_met(amber, ROSA, last)
    fills_in(amber, ROSA, ("7", "8", "7", "2"), last)
    amber.reads("4 better", "5 better")


def hears(gp: Desk, office: Office, practice: Hospital) -> None:
    """The practice's own system was sent two documents, and its list says how it ended."""
    gp.go("/my-referrals")
    gp.reads("BL-1", "Support has ended")
    office.until(lambda: len(practice.heard) == 2)
    accepted, closed = (request.body.decode() for request in practice.heard)
    assert "871731000000106" in accepted
    assert "871731000000106" not in closed
    assert all(ROSA in each and "Amber Example" in each for each in (accepted, closed)), "she agreed to all of it"
    assert not any("sister" in each or "used to sing" in each for each in (accepted, closed))
    (received,) = (event for event in office.events(referral.ReferralReceived) if event.source_reference == "BL-1")
    (ended,) = office.events(referral.ReferralClosed)
    assert ended.closed_on is not None
    assert ended.closed_on - in_london(received.received_at).date() == timedelta(weeks=11)
