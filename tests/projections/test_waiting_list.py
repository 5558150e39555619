"""The waiting list says whose turn it is, why, and whose it was."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.referrals.waiting import OfferInterimSupport, ReprioritiseWaiting, WithdrawReferral
from commonweal.domain.workforce import allocation
from commonweal.runtime.installation import Installation
from projections import waiting_list
from tests.projections.scene import ANSWERING, EVERYTHING, Grants, Scene, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, referred, registered

CANARY = "Ptarmigan"
LIST = """query List($filter: WaitingListFilter, $first: Int, $after: String, $last: Int, $before: String, $asOf: AsOf) {
  waitingList(filter: $filter, first: $first, after: $after, last: $last, before: $before, asOf: $asOf) {
    totalCount position pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node {
      id version turn urgency waitingSince returned returnReason priority needs source sourceOrganisation
      sourceOrganisationName receivedAt
      person { id name nhsNumber dateOfBirth postcode language interpreter erased } practice { code name pcnCode pcnName }
    } }
  }
}"""


@pytest.fixture(scope="module")
def waiting(servers: Installation) -> Iterator[Scene]:
    """Some wait from Monday, some more urgently, one again; some do not wait any more."""
    with scene(servers, waiting_list.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def _tell(scene: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object, after: int = 0) -> None:
        scene.do(identity, *commands, ods=ods, occurred_at=RECEIVED + timedelta(hours=after))

    do("ics", configured(ods, name))
    do("w-1", engaged(f"{name} Hale", caseload_limit=20))
    for number in (1, 2):
        do(f"p-{number}", registered(f"{name} Finch {number}"), agreed())
    for identity in ("first", "second", "given", "back", "gone"):
        do(identity, referred("p-1", identity, practice="K83001"))
    do("urgent", referred("p-2", "urgent", priority="2"))
    do("elsewhere", referred("p-2", "elsewhere", practice="K83002"))
    for hour, identity in enumerate(("first", "second", "given", "back", "gone", "urgent", "elsewhere"), 1):
        do(identity, referral.AcceptReferral(), after=hour)
    do("given", allocated("given", "w-1"), after=10)
    do(
        "back",
        allocated("back", "w-1"),
        allocation.DeallocateLinkWorker(referral_id="back", reason="capacity"),
        after=11,
    )
    do("gone", allocation.DeclineSocialPrescribing(referral_id="gone", reason="not_now"), after=12)


def _turns(scene: Scene, grants: Grants = EVERYTHING, **asked: Any) -> list[tuple[int, str]]:
    edges = scene.ask(LIST, grants, **asked)["waitingList"]["edges"]
    return [(edge["node"]["turn"], edge["node"]["id"]) for edge in edges]


def test_who_is_most_urgent_and_has_waited_longest_is_next(waiting: Scene) -> None:
    assert _turns(waiting) == [(1, "urgent"), (2, "first"), (3, "second"), (4, "elsewhere"), (5, "back")]


def test_what_a_turn_is_reckoned_from_is_shown(waiting: Scene) -> None:
    nodes = {edge["node"]["id"]: edge["node"] for edge in waiting.ask(LIST)["waitingList"]["edges"]}
    assert (nodes["urgent"]["urgency"], nodes["first"]["urgency"]) == ("URGENT", "ROUTINE")
    assert datetime.fromisoformat(nodes["first"]["waitingSince"]) == RECEIVED + timedelta(hours=1)
    assert (nodes["back"]["returned"], nodes["back"]["returnReason"]) == (True, "capacity")
    assert nodes["first"]["person"]["name"] == "Nene Finch 1"
    assert nodes["first"]["practice"]["pcnName"]


def test_a_turn_is_among_all_who_wait_whoever_looks(waiting: Scene) -> None:
    mine: Grants = (("triager", "practice:K83002"),)
    assert _turns(waiting, mine) == [(4, "elsewhere")]
    assert waiting.ask(LIST, mine)["waitingList"]["totalCount"] == 1
    assert _turns(waiting, (("link_worker", "link_worker:w-1"),)) == []
    _, (error,) = waiting.answer(LIST, (("hospital", "trust:RP1"),))
    assert error["extensions"]["code"] == "OUT_OF_SCOPE"


@pytest.mark.parametrize(
    ("filter_", "shown"),
    [
        ({"urgency": "URGENT"}, ["urgent"]),
        ({"urgency": "TWO_WEEK_WAIT"}, []),
        ({"practice": "K83002"}, ["elsewhere"]),
        ({"need": "loneliness", "urgency": "ROUTINE"}, ["first", "second", "elsewhere", "back"]),
        ({"need": "debt"}, []),
    ],
)
def test_the_list_is_narrowed(waiting: Scene, filter_: dict[str, str], shown: list[str]) -> None:
    assert [identity for _, identity in _turns(waiting, filter=filter_)] == shown


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_hold_each_once_whichever_way_one_leafs(waiting: Scene, size: int) -> None:
    whole = _turns(waiting)
    for way, place, end, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        found: list[tuple[int, str]] = []
        at: str | None = None
        while True:
            asked: dict[str, Any] = {way: size, place: at}
            page = waiting.ask(LIST, **asked)["waitingList"]
            turns = [(edge["node"]["turn"], edge["node"]["id"]) for edge in page["edges"]]
            found = [*found, *turns] if way == "first" else [*turns, *found]
            if not page["pageInfo"][more]:
                break
            at = page["pageInfo"][end]
        assert found == whole


def test_at_every_position_the_list_is_what_it_was_then(waiting: Scene) -> None:
    """Against the log itself: who had been accepted and had not left by then."""
    log = waiting.run(waiting.tenants["QPM"].log.after(0, 500))
    waits: set[str] = set()
    for each in log:
        identity = each.stream_id.partition("-")[2]
        if each.type in ("ReferralAccepted", "PlacedOnWaitingList", "LinkWorkerDeallocated", "ReferralReopened"):
            waits.add(identity)
        elif each.type in ("LinkWorkerAllocated", "SocialPrescribingDeclined", "ReferralClosed"):
            waits.discard(identity)
        shown = waiting.ask(LIST, asOf={"position": each.position})["waitingList"]
        assert {edge["node"]["id"] for edge in shown["edges"]} == waits, each.position
        assert shown["position"] == each.position
    by_instant = waiting.ask(LIST, asOf={"instant": log[-1].recorded_at.isoformat()})["waitingList"]
    assert by_instant["position"] == log[-1].position
    before = (log[0].recorded_at - timedelta(seconds=1)).isoformat()
    assert waiting.ask(LIST, asOf={"instant": before})["waitingList"]["totalCount"] == 0


def test_an_instant_is_the_last_position_recorded_by_then(waiting: Scene) -> None:
    log = waiting.run(waiting.tenants["QPM"].log.after(0, 500))
    for each in log[::5]:
        shown = waiting.ask(LIST, asOf={"instant": each.recorded_at.isoformat()})["waitingList"]["position"]
        assert shown == max(other.position for other in log if other.recorded_at <= each.recorded_at)


def test_a_moment_that_has_not_come_is_refused(waiting: Scene) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    _, (error,) = waiting.answer(LIST, asOf={"instant": later})
    assert "has not come yet" in error["message"]


def test_an_erased_person_is_erased_in_the_past_too(waiting: Scene) -> None:
    position = waiting.run(waiting.tenants["QPM"].log.head())
    waiting.do("p-2", person.ErasePerson(basis="request_upheld"))
    waiting.catch_up()
    then = waiting.ask(LIST, asOf={"position": position})["waitingList"]["edges"]
    assert len(then) == 5, "the row stays, so that counts do not move"
    assert all(edge["node"]["person"]["name"] is None for edge in then if edge["node"]["person"]["id"] == "p-2")


def test_nothing_of_the_other_ics_is_shown(waiting: Scene) -> None:
    assert CANARY not in str(waiting.ask(LIST))
    assert CANARY in str(waiting.ask(LIST, ods="QMF"))


@pytest.mark.parametrize(
    "asked",
    [{}, {"first": 2}, {"last": 2}, {"asOf": {"position": 25}}, {"filter": {"need": "loneliness", "pcn": "U11111"}}],
)
def test_the_bytes_are_those_of_graphql_core(waiting: Scene, asked: dict[str, Any]) -> None:
    async def both() -> tuple[bytes, bytes]:
        asker = waiting.asker()
        prepared = ANSWERING.prepare(LIST, None)
        planned = ANSWERING.plan(asker, prepared, asked)
        assert planned is not None
        return await ANSWERING.run(asker, planned), await ANSWERING.interpret(asker, prepared, asked)

    ours, theirs = waiting.run(both())
    assert ours == theirs


MORE = """query More($programme: String) { waitingList(filter: {programme: $programme}) { totalCount edges { node {
    id turn urgency priority basis movedReason interim interimAt programme } } } }"""


def _more(scene: Scene, grants: Grants = EVERYTHING, programme: str | None = None) -> dict[str, Any]:
    found = scene.ask(MORE, grants, programme=programme)["waitingList"]
    assert found["totalCount"] == len(found["edges"])
    return {edge["node"]["id"]: edge["node"] for edge in found["edges"]}


def test_who_was_given_another_priority_has_another_turn_and_the_list_says_why(waiting: Scene) -> None:
    waiting.do("moved", referred("p-1", "moved"), referral.AcceptReferral())
    waiting.do("moved", ReprioritiseWaiting(priority="3", reason="crisis"))
    waiting.do("moved", OfferInterimSupport(kind="drop_in", at=RECEIVED))
    waiting.catch_up()
    moved = _more(waiting)["moved"]
    assert (moved["turn"], moved["urgency"], moved["priority"]) == (1, "TWO_WEEK_WAIT", "3")
    assert (moved["basis"], moved["movedReason"]) == ("urgency_then_wait", "crisis")
    assert (moved["interim"], datetime.fromisoformat(moved["interimAt"])) == ("drop_in", RECEIVED)
    waiting.do("moved", allocated("moved", "w-1"))
    waiting.do("moved", allocation.DeallocateLinkWorker(referral_id="moved", reason="request"))
    waiting.catch_up()
    again = _more(waiting)["moved"]
    assert (again["priority"], again["movedReason"], again["interim"]) == ("3", None, None), "a new wait begins"
    waiting.do("moved", WithdrawReferral(reason="not_needed", by="u1"))
    waiting.catch_up()
    assert "moved" not in _more(waiting)


def test_who_waits_for_a_restricted_programme_is_seen_by_those_let_into_it_and_leaves_no_gap(waiting: Scene) -> None:
    before = _turns(waiting)
    for code, restricted in (("refugee", True), ("cyp", False)):
        waiting.do(code, OpenProgramme(name=code, restricted=restricted))
        waiting.do(f"to-{code}", referred("p-1", code, priority="3", programme=code), referral.AcceptReferral())
    waiting.catch_up()
    assert _turns(waiting) == [(1, "to-cyp"), *((turn + 1, each) for turn, each in before)]
    let_in: Grants = (*EVERYTHING, ("team_lead", "programme:refugee"))
    assert _more(waiting, let_in, "refugee") == {"to-refugee": {**_more(waiting, let_in)["to-refugee"], "turn": 1}}
    assert _more(waiting, EVERYTHING, "refugee") == {}
    assert set(_more(waiting, EVERYTHING, "cyp")) == {"to-cyp"}
