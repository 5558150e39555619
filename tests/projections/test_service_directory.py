"""The directory shows what there is near by, how far it can be believed today, and what is new in it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.directory import (
    capacity,
    community_organisation,
    community_service,
    freshness,
    listing,
)
from commonweal.runtime.installation import Installation
from projections import service_directory
from tests.near import BY, assured, listed, organisation, service
from tests.projections.every_room import same_rows
from tests.projections.scene import Scene, scene

CANARY = "Ptarmigan"
TODAY = date.today()  # noqa: DTZ011 – a room reckons with the day it is
LONG_AGO = TODAY - timedelta(days=400)
SEARCH = """query($filter: DirectoryFilter, $first: Int, $after: String) {
  directoryServices(filter: $filter, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id name freshness freshnessScore phase needs organisation { name } capacity { status vacancy } problems { kind note } } }
  }
}"""
ONE = """query($id: ID!) { directoryService(id: $id) {
  name version email phase sessions cost costPence languages access inclusion minimumAge route responseSlaDays assuredOn assuredHow nextDue
  closedReason closedUntil ending note capacity { status vacancy validUntil } places { vacancy reportedOn } problems { id kind note reporterRole }
} }"""


@pytest.fixture(scope="module")
def near(servers: Installation) -> Iterator[Scene]:
    with scene(servers, service_directory.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def _tell(scene: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        scene.do(identity, *commands, ods=ods)

    do("o-1", organisation(f"{name} Green Gym", identifiers=("GB-CHC-1054276",), email="hello@example.org"))
    do("o-1", community_organisation.ChangeOrganisation(description="Out of doors", email=""))
    do("o-1", community_organisation.IdentifyOrganisation(identifier="GB-COH-01234567"))
    do("garden", *listed(f"{name} gardeners", TODAY, description="Weeding and talking", languages=("en", "so")))
    do("stale", *listed(f"{name} bingo 100%", LONG_AGO, needs=("loneliness",), cost="charge", cost_pence=250))
    do("new", service(f"{name} advice", kind="advice", needs=("money",)), community_service.ApproveService(by=BY))
    do("asked", service(f"{name} not yet"))
    returned = community_service.ReturnService(reason="incomplete", note=f"{name} says no hours", by=BY)
    do("returned", service(f"{name} without hours"), returned)
    do("gone", *listed(f"{name} gone", TODAY), community_service.RetireService(reason="closed_down", by=BY))
    until = TODAY + timedelta(days=30)
    shut = community_service.CloseServiceForNow(reason="venue", until=until, by=BY, on=TODAY)
    do("shut", *listed(f"{name} shut for now", TODAY), shut)
    do(
        "garden",
        capacity.ReportCapacity(status="waitlist", est_wait_weeks=3, by=BY, on=TODAY),
        capacity.ReportCapacity(status="capacity", vacancy=4, by=BY, on=TODAY),
        _problem("x1", "wrong_contact", f"{name} number rings out"),
        _problem("x2", "cost"),
        community_service.ResolveServiceProblem(problem_id="x2", by=BY),
        listing.ChangeSchedule(sessions=("fri 10:00-12:00",), by=BY),
        listing.RecordAccessibility(access=("step_free",), by=BY),
        listing.ChangeEligibility(minimum_age=18, inclusion=("women",), exclusion=("men",), by=BY),
        listing.SetReferralRoute(mode="link", response_sla_days=5, by=BY),
        listing.ChangeServiceDetails(email="garden@example.org", by=BY),
        listing.ChangeServiceLanguages(languages=("en", "so", "pl"), by=BY),
        listing.ChangeCost(cost="donation", by=BY),
        listing.ChangeServiceNeeds(needs=("nature", "loneliness"), by=BY),
    )


def _problem(problem_id: str, kind: str, note: str | None = None) -> community_service.ReportServiceProblem:
    return community_service.ReportServiceProblem(
        problem_id=problem_id, kind=kind, note=note, by=BY, by_role="link_worker"
    )


def found(near: Scene, **wanted: Any) -> list[str]:
    page = near.ask(SEARCH, filter=wanted)["directoryServices"]
    assert page["totalCount"] == len(page["edges"])
    return [edge["node"]["id"] for edge in page["edges"]]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["new", "stale", "garden", "shut"]),
        ({"words": "WEEDING nene"}, ["garden"]),
        ({"words": "green gym"}, ["new", "stale", "garden", "shut"]),
        ({"words": "100%"}, ["stale"]),
        ({"words": "%"}, ["stale"]),
        ({"words": "nobody"}, []),
        ({"need": "money"}, ["new"]),
        ({"kind": "advice"}, ["new"]),
        ({"access": "step_free"}, ["garden"]),
        ({"language": "pl"}, ["garden"]),
        ({"group": "men"}, ["new", "stale", "shut"]),
        ({"free": True}, ["new", "shut"]),
        ({"withPlaces": True}, ["garden"]),
        ({"freshness": "STALE"}, ["stale"]),
        ({"freshness": "UNVERIFIED"}, ["new"]),
        ({"phase": "SUBMITTED"}, ["asked"]),
        ({"phase": "RETURNED"}, ["returned"]),
        ({"phase": "RETIRED"}, ["gone"]),
        ({"need": "nature", "withPlaces": True, "free": False}, ["garden"]),
    ],
)
def test_a_service_is_found_by_what_is_asked_of_it(near: Scene, wanted: dict[str, Any], ids: list[str]) -> None:
    assert found(near, **wanted) == ids


def test_a_listing_says_all_that_was_said_last(near: Scene) -> None:
    one = near.ask(ONE, id="garden")["directoryService"]
    kept = near.run(near.tenants["QPM"].streams.committed("community_service", "garden"))
    assert one["version"] == kept.version
    assert one["sessions"] == ["fri 10:00-12:00"]
    assert (one["cost"], one["costPence"], one["languages"]) == ("donation", None, ["en", "so", "pl"])
    assert (one["access"], one["inclusion"], one["minimumAge"]) == (["step_free"], ["women"], 18)
    assert (one["route"], one["responseSlaDays"], one["email"]) == ("link", 5, "garden@example.org")
    assert (one["assuredOn"], one["assuredHow"]) == (TODAY.isoformat(), "phone")
    assert one["capacity"]["vacancy"] == 4
    assert [each["vacancy"] for each in one["places"]] == [None, 4]
    problem = {"id": "x1", "kind": "wrong_contact", "note": "Nene number rings out", "reporterRole": "link_worker"}
    assert one["problems"] == [problem]


def test_a_returned_listing_says_why(near: Scene) -> None:
    one = near.ask(ONE, id="returned")["directoryService"]
    assert (one["phase"], one["ending"], one["note"]) == ("RETURNED", "incomplete", "Nene says no hours")


def test_places_that_were_said_long_ago_are_not_told(near: Scene) -> None:
    near.do("old", *listed("Nene old", TODAY), ods="QPM")
    report = capacity.ReportCapacity(status="capacity", vacancy=9, by=BY, on=LONG_AGO)
    near.do("old", report, ods="QPM")
    near.catch_up()
    try:
        assert near.ask(ONE, id="old")["directoryService"]["capacity"] is None
        assert "old" not in found(near, withPlaces=True)
    finally:
        near.do("old", community_service.RetireService(reason="duplicate", by=BY), ods="QPM")
        near.catch_up()


@pytest.mark.parametrize("days", [0, 1, 59, 60, 88, 89, 90, 119, 208, 209, 210, 400, 5000])
@pytest.mark.parametrize("problems", [0, 1, 3])
def test_the_room_reckons_freshness_as_the_domain_does(near: Scene, days: int, problems: int) -> None:
    each, day = f"f-{days}-{problems}", TODAY - timedelta(days=days)
    near.do(each, service("Nene fading", kind="learning" if days % 2 else "activity"), assured(day))
    for number in range(problems):
        near.do(each, _problem(f"x{number}", "cost"))
    near.catch_up()
    state = near.run(near.tenants["QPM"].streams.committed("community_service", each)).state
    told = near.ask(
        "query($id: ID!) { directoryService(id: $id) { freshness freshnessScore } }", id=each
    )["directoryService"]  # fmt: skip
    today = near.asker().reader.today
    assert told["freshness"] == state.freshness(today).upper()
    assert told["freshnessScore"] == freshness.score(state.assured_on, state.kind, problems, today)


def test_what_is_new_is_told_latest_first_without_what_awaits_approval(near: Scene) -> None:
    document = "query($s: ID) { directoryNews(service: $s) { edges { node { kind code serviceName } } } }"
    news = [edge["node"] for edge in near.ask(document, s="garden")["directoryNews"]["edges"]]
    assert [each["kind"] for each in news[-4:]] == ["PLACES", "PLACES", "ASSURED", "LISTED"]
    assert {"kind": "PROBLEM", "code": "wrong_contact", "serviceName": "Nene gardeners"} in news
    assert near.ask(document, s="asked")["directoryNews"]["edges"] == []
    late = '{ directoryNews(since: "2100-01-01T00:00:00Z") { totalCount } }'
    assert near.ask(late)["directoryNews"]["totalCount"] == 0


def test_the_directory_pages_by_name(near: Scene) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = near.ask(SEARCH, filter={"words": "nene"}, first=1, after=after)["directoryServices"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == found(near, words="nene")


@pytest.mark.parametrize("role", ["provider", "practice", "hospital", "referrer", "analyst", "link_worker"])
def test_everyone_at_work_sees_the_directory(near: Scene, role: str) -> None:
    data, errors = near.answer(SEARCH, ((role, "practice:K83001"),))
    assert not errors
    assert data["directoryServices"]["totalCount"] == 4


def test_a_person_does_not_see_it_yet(near: Scene) -> None:
    _, (error, *_) = near.answer(SEARCH, (("person", "person:p-1"),))
    assert error["extensions"]["code"] == "OUT_OF_SCOPE"


def test_one_ics_never_sees_the_directory_of_another(near: Scene) -> None:
    assert CANARY not in str(near.ask(SEARCH)) + str(near.ask(ONE, id="garden"))
    assert CANARY in str(near.ask(SEARCH, ods="QMF"))
    assert CANARY not in str(near.rows())


def test_one_batch_or_one_by_one_gives_the_same_rows(near: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    same_rows(near, monkeypatch)
