"""The pianist: a care home refers somebody who played all his life; he is connected, becomes a tutor, and is one of too few to be counted.

His own team reads all of it in his record. Whoever looks at numbers – even his link worker's lead – is told nothing of the only one of his
age: not on a page, not in a file, not by asking GraphQL.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Final

import pytest
from playwright.sync_api import Browser

from commonweal.console.wording import in_london
from commonweal.domain.measures.measuring import RecordMeasure
from commonweal.domain.referrals import referral
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
    offers,
    promises,
    reaches,
    tab,
    takes_on,
    triages_and_proposes,
)
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire
from tests.near import BY, listed, organisation
from tests.story import agreed, allocated, referred, registered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

BURTON: Final = "U35821/burton"
FELIX: Final = "Felix Example"
CHOIR: Final = "Thursday piano"
OTHERS: Final = 9
"""People of 45 who came a month before him: enough to be shown, and to the nearest 5 as many with him as without."""
COUNTERS: Final = ("demo-analyst", "demo-pcn-manager", "demo-team-lead", "demo-ig-lead")


def _month() -> date:
    """The first of a month from which the whole story has happened by now."""
    then = in_london(datetime.now(UTC)).date() - timedelta(days=125)
    return then.replace(day=1)


BEFORE: Final = _month()
HIS: Final = (BEFORE + timedelta(days=31)).replace(day=1)
"""The month he comes in: nobody else does anything in it."""


def day(after: int, clock: str = "10:00", of: date = HIS) -> datetime:
    """A moment in London, so many days after the first of the month."""
    return at(of + timedelta(days=after), clock)


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """Northamptonshire, where link workers met nine people of 45 the month before."""
    ics = northamptonshire()
    policies = replace(ics.policies, measures=("ons4:baseline:7", "ons4:end:0"))
    with at_work(replace(ics, policies=policies), began=day(8, of=BEFORE)) as made:
        made.given("o-1", organisation("Latimer Together", identifiers=("GB-CHC-1054276",)))
        made.given("piano", *listed(CHOIR, BEFORE, needs=("loneliness", "arts")))
        for number in range(OTHERS):
            come(made, number)
        yield made


def come(office: Office, number: int) -> None:
    """Someone who is in the story only to be counted."""
    who, case, at = f"p-{number}", f"r-{number}", day(8, of=BEFORE)
    known = {"practice": BURTON, "source": "02", "source_org": "QPM", "setting": "self", "referrer_role": "person"}
    born = date(BEFORE.year - 46, 12, 1)
    office.given(who, registered(f"Nene Example {number}", gp_practice=BURTON, date_of_birth=born), agreed())
    office.given(case, referred(who, f"x-{number}", received_at=at, **known), referral.AcceptReferral())
    office.given(case, allocated(case, "amber"), referral.RecordFirstContact(medium="01", held_at=at))
    answered = RecordMeasure(
        referral_id=case, instrument="ons4", point="baseline", answers=(5, 5, 5, 5), mode="self", on=at.date(), by=BY
    )
    office.given(f"m-{number}", answered)


def test_a_care_home_resident_becomes_a_tutor_and_stays_unknown_to_whoever_counts(
    office: Office, browser: Browser
) -> None:
    sits = partial(at_a_desk, office, browser)
    with sits("demo-triager", day(1)) as triager:
        is_rung_by_the_home(triager)
        triages_and_proposes(triager, FELIX, "He taught the piano for forty years.")
    with sits("Amber Example", day(2)) as amber:
        takes_on(amber, FELIX)
        reaches(amber, FELIX, "Face to face", day(2, "09:30"), "He asked whether there is a piano.")
        learns_where_he_lives(amber)
        fills_in(amber, FELIX, ("3", "3", "4", "6"), HIS + timedelta(days=2))
        plans(amber)
        offers(amber, FELIX, CHOIR, "Taken there the first time", "to play for others")
        person = amber.page.url.removeprefix(office.url).split("/")[2]
    with sits("Amber Example", day(16)) as amber:
        plays(amber)
    with sits("Amber Example", day(44)) as amber:
        teaches(amber)
    with sits("Amber Example", day(72)) as amber:
        closes(amber)
        reads_it_all(amber, person)
    for who in COUNTERS:
        with sits(who, day(73)) as counter:
            reads_numbers_of_others_alone(counter)
    with sits("demo-team-lead", day(74)) as lead:
        reads_it_all(lead, person)
    with sits("Rowan Example", day(74)) as elsewhere:
        elsewhere.go(f"/people/{person}/connections")
        elsewhere.reads("This record is not among those you see")
        elsewhere.reads_nothing_of(FELIX, "Tutor", CHOIR)


def is_rung_by_the_home(triager: Desk) -> None:
    triager.go("/refer")
    triager.write("Their name", FELIX)
    triager.day("Date of birth", date(HIS.year - 88, 1, 9))
    triager.pick("Their GP practice", "Burton, Kettering & South West Rural")
    triager.tick("Do they agree to be contacted", "Yes")
    triager.tick("How did they say so?", "They told me")
    triager.tick("What would they like help with?", "Loneliness or isolation", "Arts or culture")
    triager.write("In their words or yours", "He taught the piano for forty years.")
    triager.tick("How soon?", "Routine")
    triager.tick("Who refers them?", "Another organisation")
    triager.write("Which organisation", "GB-COH-01234567")
    triager.pick("What kind of place", "Care home")
    triager.pick("Where was the person", "Care home")
    triager.pick("What is the referrer", "Nurse")
    triager.done("Send the referral", "Referral sent")


def learns_where_he_lives(amber: Desk) -> None:
    tab(amber, FELIX, "Rights and flags")
    amber.follow("Correct details")
    amber.tick("Do they live in a care home?", "Yes")
    amber.done("Save", "The details were corrected.")
    amber.reads("A care home")


def plans(amber: Desk) -> None:
    begins_a_plan(amber, FELIX, "That somebody hears me play", "He taught the piano")
    agrees_a_goal(amber, "Play in front of people once more", 1)
    promises(amber, "Ask the hall for its piano", HIS + timedelta(days=9))
    agrees_a_plan(amber, HIS + timedelta(days=2), review=HIS + timedelta(days=60))


def plays(amber: Desk) -> None:
    tab(amber, FELIX, "Connections")
    begins_there(amber, CHOIR, HIS + timedelta(days=10))
    attends(amber, CHOIR, HIS + timedelta(days=10))


def teaches(amber: Desk) -> None:
    tab(amber, FELIX, "Connections")
    connection(amber, CHOIR, "They give something themselves")
    amber.tick("As what?", "Tutor")
    amber.day("Since when?", HIS + timedelta(days=38))
    amber.done("Record it", "It was recorded what they give.")
    amber.reads(f"Tutor at {CHOIR} since")
    finishes(amber, CHOIR, HIS + timedelta(days=40))


def closes(amber: Desk) -> None:
    """After the day of the review. That it was missed another process wrote into the plan, and nobody is asked about that."""
    last = HIS + timedelta(days=72)
    completes_a_plan(amber, FELIX, 10, 1, last)
    closes_with_goals_met(amber, FELIX, last)
    fills_in(amber, FELIX, ("8", "9", "8", "2"), last)
    amber.reads("5 better")


def reads_it_all(one: Desk, person: str) -> None:
    """Where he lives, what he gives, and that it goes on though his case has ended."""
    one.office.settled()
    one.go(f"/people/{person}")
    one.reads(FELIX, "A care home", "They began to contribute themselves", "The referral was closed: goals met")
    one.go(f"/people/{person}/connections")
    one.reads(f"Tutor at {CHOIR} since", "They no longer give this")


def reads_numbers_of_others_alone(counter: Desk) -> None:
    """Of everyone together numbers are shown; of the only one of 88 none, nor of those of 45, who would give him away."""
    counter.go("/outcomes")
    assert row(counter, "Everyone")[:3] == ["10", "10", "*"], "he alone answered first and last"
    counter.pick("By", "Age")
    counter.press("Show")
    assert is_held_back(row(counter, "35 to 54"))
    assert is_held_back(row(counter, "75 and over"))
    counter.go("/equity")
    counter.pick("By", "Interpreter")
    counter.press("Show")
    assert row(counter, "Needs no interpreter")[:3] == ["10", "10", "10"]
    counter.pick("By", "Age")
    counter.press("Show")
    assert is_held_back(row(counter, "35 to 54"))
    assert is_held_back(row(counter, "75 and over"))
    assert counter.page.get_by_role("heading", name="75 and over").count() == 0, "there is no picture of him either"
    counter.go("/activity")
    assert row(counter, f"{BEFORE:%B %Y}") == ["10", "10", "0"]
    assert row(counter, f"{HIS:%B %Y}") == ["*", "*", "*"]
    for file, him in (
        ("/outcomes.csv?by=AGE_BAND", "75 and over"),
        ("/outcomes.csv?by=AGE_BAND&within=PCN", "75 and over, Kettering"),
        ("/equity.csv?by=AGE", "75 and over"),
        ("/activity.csv", f"{HIS:%B %Y}"),
    ):
        answer = counter.page.request.get(f"{counter.office.url}{file}")
        assert answer.status == 200
        lines = list(csv.reader(answer.text().splitlines()))
        assert len(lines) > 2, file
        assert all(is_held_back(numbers) for name, *numbers in lines if name.startswith(him)), (file, lines)


def row(desk: Desk, name: str) -> list[str]:
    """The numbers of one row of the table."""
    cells = desk.page.get_by_role("row", name=re.compile(f"^{re.escape(name)}")).get_by_role("cell")
    return [text.strip() for text in cells.all_inner_texts()]


def is_held_back(numbers: list[str]) -> bool:
    """Nothing is told but that there is somebody, and what nobody is."""
    return "*" in numbers and set(numbers) <= {"*", "0", "–"}
