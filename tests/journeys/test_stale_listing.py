"""A stale listing: a link worker offers it all the same, finds the service closed, says so, and everyone whose people go there reads it.

Amber Example doubts the lunch club, has a reason to offer it, rings, and learns that it has closed. Twelve colleagues have people there.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, expect

from commonweal.console.wording import in_london
from commonweal.domain.directory import community_service, connect, connection
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.referrals import referral
from commonweal.domain.user import GrantUser
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME
from commonweal.runtime.sign_in import SignInLinks
from tests.journeys import casework
from tests.journeys.asking import words
from tests.journeys.desk import Desk, at_a_desk
from tests.journeys.office import ODS, Office, at_work, northamptonshire
from tests.near import BY, listed, offered, organisation
from tests.story import allocated, engaged, referred, registered

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NOW = datetime.now(UTC)
TODAY = in_london(NOW).date()
BURTON = "U35821/burton"
ROSA = "Rosa Example"
CLUB = "Lunch club"
FRESH_THEN = TODAY - timedelta(days=400)
"""The last day anybody made sure of the lunch club."""
COLLEAGUES = ("Rowan", "Sunil", "Hazel", "Ash", "Birch", "Cedar", "Elder", "Fern", "Ivy", "Laurel", "Maple", "Willow")
"""Link workers of whose people one each goes to the lunch club."""
NEXT_DOOR = "Olive"
"""A link worker of whose people none does."""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """Northamptonshire, where the lunch club was last looked at more than a year ago, and Amber has just met Rosa."""
    with at_work(northamptonshire()) as made:
        made.given("o-1", organisation("Latimer Together", identifiers=("GB-CHC-1054276",)))
        made.given("garden", *listed("Friday gardeners", TODAY))
        made.given("club", *listed(CLUB, FRESH_THEN, phone="01536 496 0199"))
        _meets(made, ROSA, "amber")
        for name in (*COLLEAGUES[3:], NEXT_DOOR):
            made.given(name.lower(), engaged(f"{name} Example", pcns=("U35821",)))
            grant = GrantUser(role="link_worker", scope=f"link_worker:{name.lower()}")
            made.given(user_id(NAME, f"demo-{name.lower()}"), grant)
        for name in COLLEAGUES:
            _meets(made, f"{name}’s person", name.lower())
            _goes_there(made, name.lower())
        _meets(made, "Somebody else", NEXT_DOOR.lower())
        made.settled()
        yield made


def _meets(office: Office, person: str, worker: str) -> None:
    """A link worker and somebody new to them, as far as their first contact."""
    who, case = f"p-{worker}", f"r-{worker}"
    consents = [
        GiveConsent(scope=scope, method="verbal", wording_version="2", given_on=TODAY)
        for scope in ("contact", "share_vcfse")
    ]
    office.given(who, registered(person, gp_practice=BURTON), *consents)
    held = referral.RecordFirstContact(medium="01", held_at=NOW - timedelta(days=1))
    known = {"practice": BURTON, "source": "02", "source_org": ODS, "setting": "self", "referrer_role": "person"}
    received = referred(who, f"x-{worker}", received_at=NOW - timedelta(days=9), **known)
    office.given(case, received, referral.AcceptReferral(), allocated(case, worker), held)


def _goes_there(office: Office, worker: str) -> None:
    """They were offered the lunch club while its listing was fresh."""
    office.given(
        f"c-{worker}",
        offered(f"r-{worker}", "club", on=FRESH_THEN),
        connection.AcceptConnection(),
        connect.SendConnection(channel="phone", by=BY, on=TODAY),
        connect.RecordProviderAcceptance(on=TODAY),
        connection.StartConnection(started_on=TODAY, on=TODAY),
    )


def test_a_link_worker_overrides_a_stale_listing_finds_the_service_closed_and_twelve_others_read_of_it(
    office: Office, browser: Browser
) -> None:
    with ExitStack() as signed_in:
        desks = {name: signed_in.enter_context(_at_work(office, name)) for name in (*COLLEAGUES, NEXT_DOOR)}
        with at_a_desk(office, browser, "Amber Example") as amber:
            _is_held_up(amber)
            _has_a_reason(amber)
            _finds_it_closed(amber)
            _says_so(amber)
            _finds_another(amber)
        for name in COLLEAGUES:
            _reads_of_their_own_person(office, desks[name], name, "1 problem was reported")
        _reads_that_it_is_no_news_of_theirs(desks[NEXT_DOOR])
        with at_a_desk(office, browser, "demo-team-lead") as lead:
            _takes_it_off(lead)
        for name in COLLEAGUES:
            _reads_of_their_own_person(office, desks[name], name, "no longer listed")
        with at_a_desk(office, browser, "Rowan Example") as rowan:
            _sees_to_their_person(rowan)
        office.settled()
        _reads_that_it_is_no_news_of_theirs(desks["Rowan"])
    _stands_in_the_log(office)


def _is_held_up(amber: Desk) -> None:
    casework.tab(amber, ROSA, "Connections")
    amber.follow("Find a service to offer")
    amber.reads(f"Looking for {ROSA}")
    amber.follow(f"Offer: {CLUB}")
    amber.reads("Make sure first", "Nobody has made sure for a long time that this listing is true.")
    amber.tick("How will you connect them?", "Helped to get in touch")
    amber.write("What do they hope for?", "company at midday")
    amber.press("Offer")
    amber.reads("There is a problem", "A reason is missing: nobody has made sure for a long time")
    expect(amber.page.get_by_role("textbox", name="What do they hope for?")).to_have_value("company at midday")


def _has_a_reason(amber: Desk) -> None:
    amber.tick("Why offer it although the listing cannot be relied on?", "I know it is running")
    amber.write("What do you know that the listing does not say?", "My mother goes")
    amber.done("Offer", "The service was offered.")
    amber.reads("Offered although the listing was not reliable", "I know it is running", "My mother goes")
    casework.connection(amber, CLUB, "They say yes")
    amber.done("They say yes", "It was recorded that the person says yes.")


def _finds_it_closed(amber: Desk) -> None:
    casework.tells(amber, CLUB, "Telephone")
    casework.connection(amber, CLUB, "They cannot take them")
    amber.tick("Why?", "We have closed")
    amber.done("Record it", "The provider's answer was recorded.")
    amber.reads("Provider cannot take them", "We have closed")


def _says_so(amber: Desk) -> None:
    amber.follow(CLUB)
    amber.reads("The listing is stale", "Nobody has reported a problem")
    amber.follow("Report a problem")
    amber.tick("What is wrong?", "It has closed")
    amber.write("What did you find?", "The hall is let to someone else.")
    amber.done("Report", "The problem was reported. Everyone who looks at the service sees it from now on.")
    amber.reads("The hall is let to someone else.")


def _finds_another(amber: Desk) -> None:
    casework.tab(amber, ROSA, "Connections")
    amber.follow("Find a service to offer")
    amber.reads("Reported: it has closed")
    casework.offers(amber, ROSA, "Friday gardeners", "Helped to get in touch", "company at midday")
    amber.go("/directory/news")
    amber.reads("a problem was reported: it has closed")
    amber.reads_nothing_of("Your people this is about")


@contextmanager
def _at_work(office: Office, name: str) -> Iterator[httpx.Client]:
    """A colleague in a browser without scripts."""
    installation = office.installation
    link = SignInLinks(installation.settings, installation.platform_key).link(f"demo-{name.lower()}", ODS, name)
    with httpx.Client(
        base_url=office.url, follow_redirects=True, headers={"accept": "text/html"}, timeout=30
    ) as client:
        client.get(f"/sign-in/{link.rpartition('/')[2]}").raise_for_status()
        yield client


def _page(colleague: httpx.Client, path: str) -> str:
    return words(colleague.get(path).raise_for_status().text)


def _reads_of_their_own_person(office: Office, colleague: httpx.Client, name: str, what: str) -> None:
    """Where their day begins, and in what is new: their person and nobody else's."""
    office.settled()
    assert "1 connection goes on to a service with a problem." in _page(colleague, "/tasks"), name
    news = _page(colleague, "/directory/news")
    assert f"{name}’s person – {CLUB}: {what}" in news
    assert [each for each in COLLEAGUES if f"{each}’s person" in news] == [name]


def _reads_that_it_is_no_news_of_theirs(colleague: httpx.Client) -> None:
    assert "a service with a problem" not in _page(colleague, "/tasks")
    news = _page(colleague, "/directory/news")
    assert "Your people this is about" not in news
    assert f"{CLUB} : a problem was reported: it has closed" in news


def _takes_it_off(lead: Desk) -> None:
    lead.go("/directory/news")
    lead.reads("12 connections go on to a service with a problem", *(f"{name}’s person" for name in COLLEAGUES))
    lead.reads_nothing_of(ROSA)
    lead.follow(CLUB)
    lead.reads("12 people you see are connected to it", "The hall is let to someone else.")
    lead.follow("Take it off the directory")
    lead.tick("Why?", "It closed down")
    lead.done("Take it off", "The service is no longer listed.")


def _sees_to_their_person(rowan: Desk) -> None:
    rowan.go("/tasks")
    rowan.follow("See whose")
    rowan.follow("Rowan’s person")
    rowan.reads("The service is no longer listed.", "1 problem was reported of the service.")
    casework.connection(rowan, CLUB, "It ended early")
    rowan.day("When did it end?", TODAY)
    rowan.tick("Why?", "The service ended")
    rowan.done("Record it", "It was recorded that the connection ended.")


def _stands_in_the_log(office: Office) -> None:
    """What was known when it was offered, why it was offered all the same, and who found it closed."""
    amber = user_id(NAME, "demo-amber")
    (doubted,) = (
        each for each in office.events(connection.ConnectionOffered) if each.by == amber and each.service_id == "club"
    )
    assert (doubted.freshness_at_offer, doubted.override_reason) == ("stale", "known_to_me")
    assert doubted.override_note == "My mother goes"
    (problem,) = office.events(community_service.ServiceProblemReported)
    assert (problem.kind, problem.by, problem.by_role) == ("closed", amber, "link_worker")
    (ended,) = office.events(community_service.ServiceRetired)
    assert (ended.reason, ended.by) == ("closed_down", user_id(NAME, "demo-team-lead"))
