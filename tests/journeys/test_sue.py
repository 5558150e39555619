"""Sue: from a bed on a stroke ward to three services near her home, each with its own end; and her husband, who cares for her.

The hospital's own computer says on its line when she came in and went home. The ward offers support and refers her from her bedside. Her link
worker connects her with a falls clinic, a stroke group and an advice service, and writes her husband down as her carer, who is referred himself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from playwright.sync_api import Browser

from commonweal.console.wording import in_london
from commonweal.domain import hospital
from commonweal.domain.people import representation
from commonweal.domain.referrals import referral
from commonweal.intake.hl7v2 import mllp
from tests.integrations.hospital import Hospital
from tests.journeys.casework import (
    attends,
    begins_there,
    connection,
    finishes,
    gives_up,
    lets_services_know,
    offers,
    reaches,
    tab,
    takes_on,
    tells,
    triages_and_proposes,
)
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.london import at
from tests.journeys.office import Office, at_work, northamptonshire
from tests.near import listed, organisation
from tests.story import registered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SUE, FRANK = "Sue Example", "Frank Example"
NUMBER, BORN = "9434765919", date(1947, 2, 14)
PRACTICE = "Drylands, Kettering & South West Rural"
AT_THE_BEDSIDE = "She is afraid to fall again, and Frank does everything."
FIRST_NOTE = "He has not slept since March."
ADMISSION, DISCHARGE = "A01", "A03"


def day(number: int, clock: str = "10:00") -> datetime:
    """A moment in London, so many days into the story."""
    return at(FIRST + timedelta(days=number), clock)


LAST = 70
"""The day everything has come to its end."""
FIRST = in_london(datetime.now(UTC)).date() - timedelta(days=LAST + 2)


@pytest.fixture(scope="module")
def trust() -> Hospital:
    """Where Northampton General takes what it is told."""
    return Hospital()


@pytest.fixture(scope="module")
def office(trust: Hospital) -> Iterator[Office]:
    """Northamptonshire, where those who go home from Willow ward are offered support. Sue's practice made her known two years ago."""
    ics = northamptonshire()
    policies = replace(ics.policies, discharge_offer="wards", offer_wards=("WILLOW",), offer_hours=48)
    trusts = tuple(replace(each, task_endpoint=trust.endpoint) if each.ods == "RNS" else each for each in ics.trusts)
    with at_work(replace(ics, policies=policies, trusts=trusts), began=day(0, "09:00")) as made:
        made.run(trust.start())
        sue = registered(
            SUE,
            nhs_number=NUMBER,
            nhs_number_status="01",
            date_of_birth=BORN,
            gp_practice="U35821/drylands",
            on=FIRST - timedelta(days=730),
        )
        made.given("sue-1", sue)
        made.given("o-1", organisation("Stroke Together", identifiers=("GB-CHC-1054276",)))
        for each, name, kind in (
            ("falls", "Falls clinic", "statutory"),
            ("stroke", "Stroke group", "peer_support"),
            ("advice", "Citizens advice", "advice"),
        ):
            made.given(each, *listed(name, FIRST, kind=kind))
        yield made
        made.run(trust.stop())


def hears_from_the_hospital(office: Office, trigger: str, at: datetime) -> None:
    """A message on the line of Northampton General, and its acknowledgement."""
    then = f"{in_london(at):%Y%m%d%H%M%S}"
    message = "\r".join(
        (
            rf"MSH|^~\&|PAS|RNS|COMMONWEAL|QPM|{then}||ADT^{trigger}|RNS-{trigger}|P|2.4|||AL|NE||UNICODE UTF-8",
            f"EVN||{then}||||{then}",
            f"PID|1||H0012345^^^RNS^MR~{NUMBER}^^^NHS^NH||Example^Sue^^^Mrs^^L||{BORN:%Y%m%d}|2",
            f"PV1|1|I|WILLOW^Bay 2^Bed 4^RNS|21|||||||||||||||VN-778899^^^RNS^VN{'|' * 17}19{'|' * 8}{then}"
            + (f"|{then}" if trigger == DISCHARGE else ""),
        )
    )
    answer = office.run(mllp.send("127.0.0.1", office.installation.settings.mllp_port + 1, message.encode()))
    assert b"MSA|AA|" in answer, answer


def test_from_a_hospital_bed_to_three_services_near_home(office: Office, browser: Browser, trust: Hospital) -> None:
    sits = partial(at_a_desk, office, browser)
    hears_from_the_hospital(office, ADMISSION, day(0, "09:00"))
    office.on(day(4, "11:30"))
    hears_from_the_hospital(office, DISCHARGE, day(4, "11:15"))
    support_is_offered(office)
    with sits("demo-hospital", day(4, "13:00")) as ward:
        refers_from_the_bedside(ward)
    with sits("demo-triager", day(5, "09:00")) as triager:
        triages_and_proposes(triager, SUE, AT_THE_BEDSIDE)
    with sits("Amber Example", day(6)) as amber:
        takes_on(amber, SUE)
        reaches(amber, SUE, "Face to face", day(6, "09:30"), FIRST_NOTE)
        writes_down_her_carer(amber)
    with sits("demo-triager", day(7, "09:00")) as triager:
        triages_and_proposes(triager, FRANK, "Sleep, and an hour of his own.")
    with sits("Amber Example", day(7, "13:00")) as amber:
        takes_on(amber, FRANK)
        connects(amber)
    with sits("Amber Example", day(LAST)) as amber:
        records_what_came_of_each(amber)
        closes(amber)
        stands_in_order(amber)
    with sits("demo-hospital", day(LAST, "15:00")) as ward:
        hears_how_it_ended(ward, office, trust)


def support_is_offered(office: Office) -> None:
    """Willow ward is told that it has two days, offers in time, and the task is done."""
    office.settled()
    (raised,) = office.events(hospital.DischargeSupportTaskRaised)
    assert raised.due_at == day(4, "11:15") + timedelta(hours=48)
    (stay,) = {fact.identity for fact in office.facts() if isinstance(fact.event, hospital.PatientDischarged)}
    now = day(4, "12:00").isoformat()
    office.do("demo-hospital", hospital.OfferDischargeSupport, stay, medium="01", offeredAt=now)
    office.do("demo-hospital", hospital.AcceptDischargeSupport, stay, needs=["carer", "company"])
    assert office.events(hospital.DischargeSupportTaskDone)


def refers_from_the_bedside(ward: Desk) -> None:
    """What she agrees to is asked before anything is sent; whose number it is, is looked at twice."""
    ward.go("/refer")
    ward.write("NHS number", NUMBER)
    ward.write("Their name", SUE)
    ward.day("Date of birth", BORN)
    ward.pick("Their GP practice", PRACTICE)
    ward.tick("What would they like help with?", "Frailty or falls", "Loneliness or isolation", "Benefits")
    ward.write("In their words or yours", AT_THE_BEDSIDE)
    ward.tick("How soon?", "Routine")
    ward.write("Your own reference", "WILLOW-4")
    ward.pick("What are you?", "Nurse")
    ward.press("Send the referral")
    ward.reads("Say whether they agree to be contacted", "Someone with this NHS number is known already")
    ward.tick("Do they agree to be contacted", "Yes")
    ward.tick("How did they say so?", "They told me")
    ward.tick("Do they agree that you are told", "Yes")
    ward.done("Send the referral", "Referral sent")
    ward.reads("WILLOW-4")


def writes_down_her_carer(amber: Desk) -> None:
    """Her husband may speak for her; what he needs himself is a referral of his own."""
    tab(amber, SUE, "Rights and flags")
    amber.follow("Somebody may speak for them")
    amber.tick("What are they to the person?", "A carer")
    amber.write("Their name", FRANK)
    amber.write("How to reach them", "01536 496 0102")
    amber.tick("What shows that they may?", "The person said so")
    amber.day("Since when?", FIRST + timedelta(days=6))
    amber.done("Save", "The representative was recorded.")
    amber.reads(FRANK)
    amber.go("/refer")
    amber.write("Their name", FRANK)
    amber.pick("Their GP practice", PRACTICE)
    amber.tick("Do they agree to be contacted", "Yes")
    amber.tick("How did they say so?", "They told me")
    amber.tick("What would they like help with?", "Caring role")
    amber.write("In their words or yours", "Sleep, and an hour of his own.")
    amber.tick("How soon?", "Routine")
    amber.tick("Who refers them?", "The person themselves")
    amber.done("Send the referral", "Referral sent")


def connects(amber: Desk) -> None:
    lets_services_know(amber, SUE, FIRST + timedelta(days=7))
    for service, mode, hope in (
        ("Falls clinic", "Referred to it", "to walk to the shop"),
        ("Stroke group", "Taken there the first time", "others who know it"),
        ("Citizens advice", "Helped to get in touch", "what they may claim"),
    ):
        offers(amber, SUE, service, mode, hope)
        tells(amber, service, "Telephone")


def records_what_came_of_each(amber: Desk) -> None:
    """One is finished, one was given up, one could not take her."""
    tab(amber, SUE, "Connections")
    connection(amber, "Falls clinic", "They will take them")
    amber.done("Record it", "The provider's answer was recorded.")
    begins_there(amber, "Falls clinic", FIRST + timedelta(days=20))
    attends(amber, "Falls clinic", FIRST + timedelta(days=20))
    finishes(amber, "Falls clinic", FIRST + timedelta(days=60))
    connection(amber, "Stroke group", "They will take them")
    amber.done("Record it", "The provider's answer was recorded.")
    begins_there(amber, "Stroke group", FIRST + timedelta(days=15))
    gives_up(amber, "Stroke group", FIRST + timedelta(days=40), "Travel")
    connection(amber, "Citizens advice", "They cannot")
    amber.tick("Why?", "We are full")
    amber.done("Record it", "The provider's answer was recorded.")
    for service, outcome in (
        ("Falls clinic", "Complete"),
        ("Stroke group", "Ended early"),
        ("Citizens advice", "full"),
    ):
        assert outcome in amber.page.get_by_role("region", name=service).inner_text(), service


def closes(amber: Desk) -> None:
    tab(amber, SUE, "Referrals")
    amber.follow("Close this referral")
    amber.tick("Why does it end?", "Goals partly met")
    amber.done("Close the referral", "The referral was closed.")


IN_ORDER = (
    "They were admitted to hospital",
    "They went home from hospital",
    "Support after hospital was offered",
    "They would like support after hospital",
    "A referral came",
    "The referral was accepted",
    "They were given a link worker",
    "First contact was made: face to face",
    "They said yes to social prescribing",
    "Somebody may speak for them: a carer",
    "A community service was offered",
    "They would like to go to a community service",
    "A community service was asked to take them",
    "They went to a community service for the first time",
    "They have finished with a community service",
    "They stopped going to a community service",
    "A community service cannot take them",
    "The referral was closed: goals partly met",
)


def stands_in_order(amber: Desk) -> None:
    """The hospital, the team and the services stand in one timeline, and nothing of her husband's own referral does."""
    amber.office.settled()
    tab(amber, SUE, "Timeline")
    told = amber.page.locator("main").inner_text().splitlines()
    lines = [line for line in reversed(told) if line]
    places = [next((at for at, line in enumerate(lines) if line.startswith(words)), None) for words in IN_ORDER]
    assert None not in places, dict(zip(IN_ORDER, places, strict=True))
    assert places == sorted(place for place in places if place is not None), lines
    assert sum(line.startswith("A referral came") for line in lines) == 1


def hears_how_it_ended(ward: Desk, office: Office, trust: Hospital) -> None:
    """The ward sees where its own referral stands, the trust's system was told of each step, and neither reads a word of hers."""
    words = (SUE, FRANK, "afraid", "slept", "walk to the shop", "Falls clinic", "Stroke group")
    ward.go("/my-referrals")
    ward.reads("WILLOW-4", "Support has ended", "Showing 1 of 1 referral")
    ward.reads_nothing_of(*words)
    office.until(lambda: "closed" in trust.taken())
    assert not any(word in request.body.decode() for request in trust.heard for word in words)
    assert len(office.events(representation.RepresentativeLinked)) == 1
    his, hers = sorted(office.events(referral.ReferralReceived), key=lambda each: each.source_reference == "WILLOW-4")
    assert (hers.person_id, hers.source, hers.setting) == ("sue-1", "06", "ward")
    assert his.person_id != hers.person_id
