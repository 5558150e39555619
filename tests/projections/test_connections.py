"""Connections show how far each has come to those who see the case, and to a provider what the person still agrees to."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.directory import community_service, connect, connection, contribution
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import programme, referral
from commonweal.runtime.installation import Installation
from projections import connections
from tests.near import BY, listed, offered, organisation
from tests.projections.every_room import same_rows
from tests.projections.scene import Grants, Scene, scene
from tests.story import DAY, agreed, allocated, configured, engaged, merged, referred, registered

CANARY = "Ptarmigan"
TODAY = datetime.now(UTC).date()
ALL = """query($filter: ServiceConnectionFilter, $first: Int, $after: String) { connections(filter: $filter, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node {
    id version phase mode hope overrideReason overrideNote channel consentGivenOn linkShown answer answeredByLink placesLeft startedOn endedOn ending
    person { name erased } service { name phase freshness openProblems organisationName }
    sessions { id heldOn code corrected } contributions { role serviceName endedOn }
} } } }"""
THEIRS = "{ providerConnections { totalCount edges { node { id firstName hope serviceName phase } } } }"
GREEN: Grants = (("provider", "organisation:GB-CHC-1054276"),)
OTHER: Grants = (("provider", "organisation:GB-CHC-0000001"),)


@pytest.fixture(scope="module")
def near(servers: Installation) -> Iterator[Scene]:
    with scene(servers, connections.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def _tell(scene: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        scene.do(identity, *commands, ods=ods)

    do("ics", configured(ods, name))
    do("w-1", engaged(f"{name} Hale", caseload_limit=40))
    do("refugee", programme.OpenProgramme(name="Sanctuary", restricted=True))
    do("o-1", organisation(f"{name} Green Gym", identifiers=("GB-CHC-1054276",)))
    do("garden", *listed(f"{name} gardeners", TODAY))
    do("bingo", *listed(f"{name} bingo", TODAY - timedelta(days=400), organisation_id="o-2"))
    for each in ("p-1", "p-2", "p-3"):
        do(each, registered(f"{name} {each}", phone="020 7946 0000", email="a@example.test"), agreed())
        do(each, agreed("share_vcfse"))
        more: dict[str, Any] = {"programme": "refugee"} if each == "p-3" else {}
        do(f"r-{each}", referred(each, f"x-{each}", practice="K83001", **more), referral.AcceptReferral())
        do(f"r-{each}", allocated(f"r-{each}", "w-1"))
    for each in ("twin-1", "twin-2"):
        do(each, registered(f"{name} Twin"))
    do("twin-1", merged("twin-1", "twin-2"))
    yes = connection.AcceptConnection()
    send = connect.SendConnection(channel="secure_link", link_id="l1", by=BY, on=DAY)
    do("offered", offered("r-p-1", "garden", hope=f"{name} hope"))
    do("sent", offered("r-p-1", "garden", hope=f"{name} garden hope"), yes, send)
    do("sent", connection.ShowProviderLink(link_id="l1", by=BY))
    stale = {"override_reason": "nothing_else", "override_note": f"{name} rang", "on": TODAY}
    do("stale", offered("r-p-1", "bingo", **stale), connection.DeclineConnection(reason="travel"))
    do("going", offered("r-p-2", "garden", hope=f"{name} sings"), yes, send)
    do("going", connect.AnswerByLink(link_id="l1", answer="accept", places_left=3, on=DAY))
    for session, code in (("m1", "5"), ("m2", "3")):
        do("going", connect.RecordAttendance(session_id=session, held_on=DAY, code=code, by=BY, on=DAY))
    do("going", connection.CorrectAttendance(session_id="m2", code="6", by=BY))
    do("going", contribution.StartContribution(contribution_id="g1", role="tutor", started_on=DAY, on=DAY))
    do("going", contribution.EndContribution(contribution_id="g1", ended_on=DAY, on=DAY))
    do("over", offered("r-p-2", "garden"), yes, connection.DropConnection(ended_on=DAY, reason="health", on=DAY))
    do("hidden", offered("r-p-3", "garden", hope=f"{name} hidden"), yes, send)


def found(near: Scene, grants: Grants = (("team_lead", "tenant"),), **wanted: Any) -> dict[str, dict[str, Any]]:
    page = near.ask(ALL, grants, filter=wanted)["connections"]
    assert page["totalCount"] == len(page["edges"])
    return {edge["node"]["id"]: edge["node"] for edge in page["edges"]}


def test_a_connection_is_shown_where_its_events_put_it(near: Scene) -> None:
    shown = found(near)
    phases = {each: node["phase"] for each, node in shown.items()}
    assert phases == {
        "offered": "OFFERED",
        "sent": "SENT",
        "stale": "DECLINED",
        "going": "STARTED",
        "over": "DROPPED",
    }
    for each, node in shown.items():
        kept = near.run(near.tenants["QPM"].streams.committed("connection", each))
        assert (node["version"], node["phase"].replace("_", " ").lower()) == (kept.version, kept.state.phase)
    assert (shown["stale"]["overrideReason"], shown["stale"]["overrideNote"]) == ("nothing_else", "Nene rang")
    assert (shown["sent"]["consentGivenOn"], shown["sent"]["linkShown"]) == (DAY.isoformat(), True)


def test_sessions_and_what_someone_gives_are_told(near: Scene) -> None:
    going = found(near)["going"]
    assert [(each["id"], each["code"], each["corrected"]) for each in going["sessions"]] == [
        ("m1", "5", False),
        ("m2", "6", True),
    ]
    gives = {"role": "tutor", "serviceName": "Nene gardeners", "endedOn": DAY.isoformat()}
    assert going["contributions"] == [gives]
    assert (going["answer"], going["answeredByLink"], going["placesLeft"]) == ("accept", True, 3)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"person": "p-2"}, {"going", "over"}),
        ({"referral": "r-p-1"}, {"offered", "sent", "stale"}),
        ({"service": "bingo"}, {"stale"}),
        ({"open": True}, {"offered", "sent", "going"}),
        ({"open": False}, {"stale", "over"}),
        ({"phase": "SENT"}, {"sent"}),
        ({"linkWorker": "w-1", "open": True}, {"offered", "sent", "going"}),
        ({"affected": True}, {"stale"}),
    ],
)
def test_connections_are_narrowed(near: Scene, wanted: dict[str, Any], ids: set[str]) -> None:
    assert set(found(near, **wanted)) == ids


def test_a_problem_of_a_service_affects_whoever_goes_there_until_it_is_resolved(near: Scene) -> None:
    report = community_service.ReportServiceProblem(problem_id="x", kind="closed", by=BY, by_role="link_worker")
    near.do("garden", report)
    near.catch_up()
    assert set(found(near, affected=True, open=True)) == {"offered", "sent", "going"}
    near.do("garden", community_service.ResolveServiceProblem(problem_id="x", by=BY))
    near.catch_up()
    assert found(near, affected=True, open=True) == {}


@pytest.mark.parametrize(
    ("grants", "ids"),
    [
        ((("link_worker", "link_worker:w-1"),), {"offered", "sent", "stale", "going", "over"}),
        ((("link_worker", "link_worker:w-2"),), set()),
        ((("link_worker", "link_worker:w-1"), ("link_worker", "programme:refugee")), {"hidden"}),
        ((("team_lead", "pcn:U11111"),), {"offered", "sent", "stale", "going", "over"}),
        ((("team_lead", "pcn:U22222"),), set()),
    ],
)
def test_only_connections_of_cases_one_sees_are_told_and_counted(near: Scene, grants: Grants, ids: set[str]) -> None:
    shown = set(found(near, grants))
    assert ids <= shown
    assert ("hidden" in shown) is ("hidden" in ids)
    assert bool(shown) is bool(ids)


@pytest.mark.parametrize("role", ["practice", "hospital", "pcn_manager", "analyst", "provider"])
def test_who_does_not_care_for_the_person_is_told_nothing(near: Scene, role: str) -> None:
    _, (error, *_) = near.answer(ALL, ((role, "tenant"),))
    assert error["extensions"]["code"] == "OUT_OF_SCOPE"


def theirs(near: Scene, grants: Grants = GREEN) -> dict[str, dict[str, Any]]:
    page = near.ask(THEIRS, grants)["providerConnections"]
    assert page["totalCount"] == len(page["edges"])
    return {edge["node"]["id"]: edge["node"] for edge in page["edges"]}


def test_a_provider_is_told_of_its_own_and_only_a_first_name_and_a_hope(near: Scene) -> None:
    told = theirs(near)
    assert set(told) == {"sent", "going"}
    assert told["sent"] == {
        "id": "sent",
        "firstName": "Nene",
        "hope": "Nene garden hope",
        "serviceName": "Nene gardeners",
        "phase": "SENT",
    }
    assert theirs(near, OTHER) == {}
    assert theirs(near, (("provider", "tenant"),)) == {}
    assert set(theirs(near, (*GREEN, ("provider", "programme:refugee")))) == {"sent", "going", "hidden"}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ((consent.WithdrawConsent(scope="share_vcfse", withdrawn_on=DAY),), False),
        ((agreed("share_vcfse"),), True),
        ((consent.WithdrawConsent(scope="share_vcfse", audience="garden", withdrawn_on=DAY),), False),
        (
            (
                consent.GiveConsent(
                    scope="share_vcfse", audience="garden", method="verbal", wording_version="1", given_on=DAY
                ),
            ),
            True,
        ),
        ((consent.RefuseConsent(scope="share_vcfse", refused_on=DAY),), False),
        (
            (
                consent.GiveConsent(
                    scope="share_vcfse",
                    method="verbal",
                    wording_version="1",
                    given_on=date(2026, 1, 1),
                    expires_on=TODAY - timedelta(days=1),
                ),
            ),
            False,
        ),
        ((consent.RefuseConsent(scope="share_vcfse", refused_on=DAY), agreed("share_vcfse")), True),
    ],
)
def test_consent_is_weighed_whenever_a_provider_looks(near: Scene, answers: tuple[object, ...], told: bool) -> None:
    near.do("p-1", *answers)
    near.catch_up()
    assert ("sent" in theirs(near)) is told
    state = near.run(near.tenants["QPM"].streams.committed("consent", "p-1")).state
    assert consent.allows(state, "share_vcfse", "garden", near.asker().reader.today) is told


def test_one_ics_never_sees_the_connections_of_another(near: Scene) -> None:
    assert CANARY not in str(near.ask(ALL)) + str(near.ask(THEIRS, GREEN))
    assert CANARY in str(near.ask(ALL, ods="QMF"))
    assert CANARY not in str(near.rows())


def test_connections_page_by_key(near: Scene) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = near.ask(ALL, first=2, after=after)["connections"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == list(found(near))


def test_one_batch_or_one_by_one_gives_the_same_rows(near: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    same_rows(near, monkeypatch)


def test_someone_erased_is_counted_and_says_nothing(near: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(found(near))
    near.do("p-1", person.ErasePerson(basis="request_upheld"))
    near.run(near.tenants["QPM"].streams.vault.destroy("p-1", "request_upheld"))
    near.catch_up()
    shown = found(near)
    assert set(shown) == before
    assert shown["sent"]["person"] == {"name": None, "erased": True}
    assert all(shown[each]["hope"] is None for each in ("offered", "sent", "stale"))
    assert shown["stale"]["overrideNote"] is None
    assert shown["going"]["hope"] == "Nene sings"
    assert "Nene garden hope" not in str(near.rows())
    same_rows(near, monkeypatch)


def test_what_a_provider_answered_is_found_until_something_is_done_about_it(near: Scene) -> None:
    send = connect.SendConnection(channel="secure_link", link_id="l2", by=BY, on=DAY)
    answer = connect.AnswerByLink(link_id="l2", answer="accept", on=DAY)
    near.do("answered", offered("r-p-2", "garden"), connection.AcceptConnection(), send)
    before = found(near, answeredSince="2020-01-01T00:00:00Z")
    near.do("answered", answer)
    near.catch_up()
    assert (set(before), set(found(near, answeredSince="2020-01-01T00:00:00Z"))) == (set(), {"answered"})
    assert found(near, answeredSince="2199-01-01T00:00:00Z") == {}
    near.do("answered", connection.StartConnection(started_on=DAY, on=DAY))
    near.catch_up()
    assert found(near, answeredSince="2020-01-01T00:00:00Z") == {}
