"""The caseload shows each referral where its events put it, to those who may see it, a page at a time."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain import tenant
from commonweal.domain.people import person
from commonweal.domain.referrals import (
    follow_up,
    information,
    programme,
    reaching,
    referral,
    waiting,
)
from commonweal.domain.workforce import absence, allocation, link_worker, propose
from commonweal.kernel.read_model import fold
from commonweal.kernel.streams import Fact
from commonweal.runtime.installation import Installation
from commonweal.runtime.waiting import until
from projections import caseload
from projections.caseload.projector import STAGES, project
from tenants.store import Tenant
from tests.projections.every_room import same_rows
from tests.projections.scene import EVERYTHING, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

CANARY = "Ptarmigan"
"""Is in everything said in the other ICS."""
MANY = 250
REACHED: Any = {
    "phone": "01604 496 0123",
    "email": "finch@example.test",
    "address": "1 High Street",
    "postcode": "NN1 1AA",
    "language": "so",
    "interpreter": True,
}
PAGE = """
query Page($filter: CaseloadFilter, $first: Int, $after: String, $last: Int, $before: String, $position: Position) {
  caseload(filter: $filter, first: $first, after: $after, last: $last, before: $before, afterPosition: $position) {
    totalCount asOf position
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node {
      id version stage phase priority needs source sourceOrganisation sourceOrganisationName setting receivedAt since overdue
      person { id name nhsNumber dateOfBirth ageBand erased }
      practice { code name pcnCode pcnName }
      linkWorker { id name }
    } }
  }
}
"""
ONE = "query One($id: ID!) { caseloadReferral(id: $id) { id practice { name pcnCode } person { name erased } } }"
REACH = (
    "query One($id: ID!) { caseloadReferral(id: $id) { referrerRole person { "
    "phone email address postcode language interpreter contactChannel safeTimes safeToLeaveMessage } } }"
)
CHOICES = "{ caseloadCapacity { id name held room away } caseloadPractices { code name pcnCode pcnName } caseloadOrganisations { code name } }"


LATER = RECEIVED + timedelta(hours=2)
ASK = information.RequestInformation(missing=("consent",), question=f"{CANARY} question", at=RECEIVED)
TRIED = (
    reaching.AttemptContact(channel="phone", result="no_answer", attempted_at=RECEIVED + timedelta(minutes=1)),
    reaching.AttemptContact(channel="sms", result="sent", attempted_at=RECEIVED + timedelta(minutes=2)),
)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """An ICS in which everything that can become of a referral became of one; the other with the same ids."""
    with scene(servers, caseload.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            _tell(made, ods, name)
        made.catch_up()
        yield made


def _tell(scene: Scene, ods: str, name: str) -> None:
    def do(identity: str, *commands: object) -> None:
        scene.do(identity, *commands, ods=ods)

    do("ics", configured(ods, name))
    do("w-1", engaged(f"{name} Hale", caseload_limit=20))
    do("w-2", engaged(f"{name} Moss", fte_percent=50, pcns=("U22222",)))
    do("w-3", engaged(f"{name} Ash"), link_worker.LeavePost(last_day=DAY))
    do("w-4", engaged(f"{name} Rowan"), absence.StartAbsence(link_worker_id="w-4", kind="leave", started_on=DAY))
    do("w-2", link_worker.ChangeCaseloadLimit(caseload_limit=31))
    for number, nhs_number in ((1, "9434765919"), (2, None), (3, "9434765870")):
        known = {"nhs_number": nhs_number, "nhs_number_status": "02"} if nhs_number else {}
        born = date(1950 + number, 5, 20)
        do(f"p-{number}", registered(f"{name} Finch {number}", date_of_birth=born, gp_practice="K83001", **known))
        do(f"p-{number}", agreed())
    do("p-2", person.TraceNHSNumber(nhs_number="9000000009"))
    do("p-2", person.CorrectPersonDetails(name=f"{name} Siskin", date_of_birth=date(1931, 2, 3), on=DAY))
    for each in ("twin-1", "twin-2"):
        do(each, registered(f"{name} Twin"))
    do("twin-1", merged("twin-1", "twin-2"))
    paths: dict[str, tuple[object, ...]] = {
        "received": (),
        "triaged": (referral.StartTriage(),),
        "late": (referral.FlagTriageOverdue(due_at=RECEIVED, at=RECEIVED + timedelta(days=3)),),
        "accepted": (referral.AcceptReferral(),),
        "rejected": (referral.RejectReferral(reason="01", feedback=f"{name} twice"),),
        "redirected": (referral.RedirectReferral(to_organisation="RP1", reason="out_of_area"),),
        "declined": (allocation.DeclineSocialPrescribing(referral_id="declined", reason="not_now"),),
        "given": (referral.AcceptReferral(), allocated("given", "w-1", 3)),
        "moved": (
            referral.AcceptReferral(),
            allocated("moved", "w-1"),
            allocation.ReallocateReferral(referral_id="moved", worker_id="w-2", reason="capacity"),
        ),
        "back": (
            referral.AcceptReferral(),
            allocated("back", "w-1"),
            allocation.DeallocateLinkWorker(referral_id="back", reason="capacity"),
        ),
        "met": (
            referral.AcceptReferral(),
            allocated("met", "w-1"),
            referral.RecordFirstContact(medium="02", held_at=RECEIVED + timedelta(hours=5), note=f"{name} note"),
        ),
        "closed": (
            referral.AcceptReferral(),
            allocated("closed", "w-1"),
            allocation.CloseReferral(referral_id="closed", reason="goals_met"),
        ),
        "reopened": (
            referral.AcceptReferral(),
            allocated("reopened", "w-1"),
            allocation.CloseReferral(referral_id="reopened", reason="goals_met"),
            allocation.ReopenReferral(referral_id="reopened"),
        ),
        "retracted": (allocation.RetractReferral(referral_id="retracted", reason="duplicate"),),
        "asked": (ASK,),
        "answered": (ASK, information.ProvideInformation(answer=f"{name} answer", at=LATER)),
        "withdrawn": (waiting.WithdrawReferral(reason="not_needed", by="u1"),),
        "sooner": (referral.AcceptReferral(), waiting.ReprioritiseWaiting(priority="2", reason="crisis")),
        "tried": (referral.AcceptReferral(), allocated("tried", "w-1"), *TRIED, reaching.ExhaustContactPolicy()),
        "wanted": (
            referral.AcceptReferral(),
            allocated("wanted", "w-1"),
            *TRIED,
            referral.RecordFirstContact(medium="02", held_at=LATER),
            reaching.AcceptSocialPrescribing(at=LATER),
        ),
        "ended": (
            referral.AcceptReferral(),
            allocation.CloseReferral(referral_id="ended", reason="goals_met", follow_up_due=DAY + timedelta(90)),
        ),
        "followed": (
            referral.AcceptReferral(),
            allocation.CloseReferral(referral_id="followed", reason="goals_met", follow_up_due=DAY + timedelta(90)),
            follow_up.CompleteFollowUp(point="3m", outcomes=("doing_well",), at=LATER),
        ),
    }
    for number, (identity, path) in enumerate(paths.items()):
        received = RECEIVED - timedelta(minutes=number)
        person_id = "p-2" if identity == "met" else "p-1"
        do(identity, referred(person_id, identity, received_at=received, narrative=f"{name} words"), *path)
    do("p-3", person.CorrectPersonDetails(**REACHED, on=DAY))
    do("p-3", person.SetContactPreference(channel="sms", safe_times="Mornings", safe_to_leave_message=False))
    for code, restricted in (("cyp", False), ("refugee", True)):
        do(
            code,
            programme.OpenProgramme(
                name=f"{name} {'refugees' if restricted else 'young people'}", restricted=restricted
            ),
        )
    do("cyp", programme.PublishCriteria(minimum_age=11, maximum_age=18))
    do(
        "cyp",
        programme.PublishCriteria(minimum_age=11, maximum_age=25, practices=("K83001",), excluded_needs=("pain",)),
    )
    do("over", programme.OpenProgramme(name=f"{name} over"), programme.CloseProgramme())
    do("young", referred("p-2", "young", programme="cyp", received_at=RECEIVED - timedelta(days=3)))
    do("hidden", referred("p-1", "hidden", programme="refugee", received_at=RECEIVED - timedelta(days=3)))
    do("erased", referred("p-3", "erased", received_at=RECEIVED - timedelta(days=1)))
    do("no-practice", referred("p-1", "no-practice", practice="K83002", received_at=RECEIVED - timedelta(days=2)))


@pytest.mark.parametrize(
    ("identity", "stage", "phase", "link_worker_id"),
    [
        ("received", "TO_TRIAGE", "RECEIVED", None),
        ("triaged", "TO_TRIAGE", "IN_TRIAGE", None),
        ("late", "TO_TRIAGE", "RECEIVED", None),
        ("accepted", "WAITING", "WAITING", None),
        ("rejected", "CLOSED", "REJECTED", None),
        ("redirected", "CLOSED", "REDIRECTED", None),
        ("declined", "CLOSED", "DECLINED", None),
        ("given", "ALLOCATED", "ALLOCATED", "w-1"),
        ("moved", "ALLOCATED", "ALLOCATED", "w-2"),
        ("back", "WAITING", "WAITING", None),
        ("met", "IN_SUPPORT", "ENGAGED", "w-1"),
        ("closed", "CLOSED", "CLOSED", "w-1"),
        ("reopened", "ALLOCATED", "ALLOCATED", "w-1"),
        ("retracted", "CLOSED", "RETRACTED", None),
        ("asked", "TO_TRIAGE", "AWAITING_INFORMATION", None),
        ("answered", "TO_TRIAGE", "IN_TRIAGE", None),
        ("withdrawn", "CLOSED", "WITHDRAWN", None),
        ("sooner", "WAITING", "WAITING", None),
        ("tried", "ALLOCATED", "CONTACT_ATTEMPTING", "w-1"),
        ("wanted", "IN_SUPPORT", "ENGAGED", "w-1"),
        ("ended", "CLOSED", "CLOSED", None),
    ],
)
def test_a_referral_stands_where_its_events_put_it(
    story: Scene, identity: str, stage: str, phase: str, link_worker_id: str | None
) -> None:
    row = story.row("referral", identity)
    assert (row["stage"], row["phase"], row["link_worker_id"]) == (stage, phase, link_worker_id)
    assert stage in STAGES
    assert row["overdue"] is (identity == "late")
    kept = story.run(story.tenants["QPM"].streams.committed("referral", identity))
    assert row["version"] == kept.version
    assert row["phase"].replace("_", " ").lower() == kept.state.phase


def test_what_is_open_on_a_referral_stands_beside_its_phase(story: Scene) -> None:
    assert story.row("referral", "asked")["information_due_at"] == datetime(2026, 3, 9, 9, 30, tzinfo=UTC)
    assert story.row("referral", "answered")["information_due_at"] is None
    assert story.row("referral", "sooner")["priority"] == "2"
    assert story.row("referral", "ended")["follow_up_due"] == DAY + timedelta(90)
    assert story.row("referral", "followed")["follow_up_due"] is None
    marks = {each: story.row("referral", each) for each in ("tried", "wanted")}
    assert {each: (row["exhausted"], row["wanted"]) for each, row in marks.items()} == {
        "tried": (True, False),
        "wanted": (False, True),
    }


def test_a_restricted_programme_is_seen_by_those_let_into_it_alone(story: Scene) -> None:
    """Neither its referrals, nor how many, nor its name."""
    asked = "query($id: ID!) { caseload(first: 0) { totalCount } caseloadReferral(id: $id) { id } caseloadProgrammes { code } }"
    outside, inside = (
        story.ask(asked, grants, id="hidden")
        for grants in (EVERYTHING, (*EVERYTHING, ("team_lead", "programme:refugee")))
    )
    assert outside["caseloadReferral"] is None
    assert inside["caseloadReferral"] == {"id": "hidden"}
    assert inside["caseload"]["totalCount"] == outside["caseload"]["totalCount"] + 1
    assert [each["code"] for each in outside["caseloadProgrammes"]] == ["cyp"]
    assert [each["code"] for each in inside["caseloadProgrammes"]] == ["refugee", "cyp"]


def test_a_programme_says_whom_it_is_for(story: Scene) -> None:
    asked = "{ caseloadProgrammes { name criteriaVersion minimumAge maximumAge practices needs excludedNeeds } }"
    assert story.ask(asked)["caseloadProgrammes"] == [
        {
            "name": "Nene young people",
            "criteriaVersion": 2,
            "minimumAge": 11,
            "maximumAge": 25,
            "practices": ["K83001"],
            "needs": [],
            "excludedNeeds": ["pain"],
        }
    ]


def test_one_persons_referrals_are_asked_for_with_those_that_are_closed(story: Scene) -> None:
    edges = story.ask(PAGE, filter={"person": "p-2"}, first=200)["caseload"]["edges"]
    assert {edge["node"]["id"] for edge in edges} == {"met", "young"}
    everyone = story.ask(PAGE, filter={"person": "p-1"}, first=200)["caseload"]["edges"]
    assert {"rejected", "received"} <= {edge["node"]["id"] for edge in everyone}
    (young,) = story.ask(PAGE, filter={"programme": "cyp"}, first=200)["caseload"]["edges"]
    assert young["node"]["id"] == "young"


def test_the_version_is_that_of_the_record_whatever_happened_last(story: Scene) -> None:
    """A form that knew an older one would be refused for ever."""
    asked = propose.ProposeAllocation(referral_id="asked-of", worker_id="w-1")
    story.do("asked-of", referred("p-1", "asked-of"), referral.AcceptReferral(), asked)
    story.do("weighed", referred("p-1", "weighed"), referral.AcceptReferral(), allocated("weighed", "w-1"))
    story.do("weighed", allocation.WeighCase(referral_id="weighed", weight=3, basis=("risk",)))
    story.catch_up()
    for identity in ("asked-of", "weighed"):
        kept = story.run(story.tenants["QPM"].streams.committed("referral", identity))
        assert story.row("referral", identity)["version"] == kept.version
    assert story.row("referral", "weighed")["weight"] == 3
    for identity in ("asked-of", "weighed"):
        story.do(identity, allocation.RetractReferral(referral_id=identity, reason="duplicate"))
    story.catch_up()


def test_a_first_contact_counts_from_when_it_was_held(story: Scene) -> None:
    assert story.row("referral", "met")["since"] == RECEIVED + timedelta(hours=5)


def test_triage_that_was_late_is_not_late_once_it_is_done(story: Scene) -> None:
    story.do("slow", referred("p-1", "slow"), referral.FlagTriageOverdue(due_at=RECEIVED, at=RECEIVED + timedelta(3)))
    story.catch_up()
    assert story.row("referral", "slow")["overdue"]
    story.do("slow", referral.AcceptReferral())
    story.catch_up()
    assert not story.row("referral", "slow")["overdue"]


def _fact(stream_id: str, event: object) -> Fact:
    other: Any = None
    return Fact(1, stream_id, 7, event, other, RECEIVED, None, None, None, None, None)


def test_what_is_not_about_the_caseload_changes_no_row() -> None:
    events = (
        tenant.TenantOnboarded(ods="QPM"),
        link_worker.LinkWorkerSkillAdded(skill="x"),
        person.PersonDied(source="gp"),
    )
    assert fold(each for event in events for each in project(_fact("other-1", event))) == {}


def test_one_batch_or_one_by_one_gives_the_same_rows_again_and_again(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch)


def test_an_erased_person_is_a_row_with_nothing_in_it(story: Scene) -> None:
    before = story.ask(PAGE, first=200)["caseload"]["totalCount"]
    known = story.row("person", "p-3")
    assert None not in known.values(), "each column holds something, else nothing is emptied"
    assert known["name"] == "Nene Finch 3"
    story.do("p-3", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-3", "request_upheld"))
    story.catch_up()
    assert story.row("person", "p-3") == {**dict.fromkeys(known), "person_id": "p-3", "erased": True}
    assert story.ask(PAGE, first=200)["caseload"]["totalCount"] == before
    shown = story.ask(ONE, id="erased")["caseloadReferral"]["person"]
    assert shown == {"name": None, "erased": True}
    followed = story.rows()
    story.empty()
    story.catch_up()
    assert story.rows() == followed, "replayed without the key, nothing differs"
    assert story.row("person", "p-3", "QMF")["name"] == f"{CANARY} Finch 3"


def test_details_corrected_and_numbers_traced_are_shown(story: Scene) -> None:
    row = story.row("person", "p-2")
    assert (row["name"], row["nhs_number"], row["date_of_birth"]) == ("Nene Siskin", "9000000009", date(1931, 2, 3))


@pytest.mark.parametrize(
    ("received", "pcn", "name"),
    [
        (datetime(2026, 6, 30, 22, 59, tzinfo=UTC), "U11111", "Nene Green Lane"),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), "U22222", "Nene Green Lane Surgery"),  # midnight in London
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "U22222", "Nene Green Lane Surgery"),
        (datetime(2024, 1, 1, 12, 0, tzinfo=UTC), None, None),
    ],
)
def test_a_referral_belongs_to_the_pcn_its_practice_was_in_on_the_day_it_came(
    story: Scene, received: datetime, pcn: str | None, name: str | None
) -> None:
    identity = f"moves-{received:%Y%m%d%H}"
    story.do(identity, referred("p-1", identity, received_at=received))
    story.catch_up()
    assert story.ask(ONE, id=identity)["caseloadReferral"]["practice"] == {"name": name, "pcnCode": pcn}


def test_a_page_tells_everything_a_card_needs(story: Scene) -> None:
    found = story.ask(PAGE, filter={"stage": "IN_SUPPORT"})["caseload"]["edges"]
    (shown,) = (edge["node"] for edge in found if edge["node"]["id"] == "met")
    assert shown["person"] == {
        "id": "p-2",
        "name": "Nene Siskin",
        "nhsNumber": "9000000009",
        "dateOfBirth": "1931-02-03",
        "ageBand": "75 and over",
        "erased": False,
    }
    assert shown["practice"] == {
        "code": "K83001",
        "name": "Nene Green Lane",
        "pcnCode": "U11111",
        "pcnName": "Nene Oak",
    }
    assert shown["linkWorker"] == {"id": "w-1", "name": "Nene Hale"}
    assert shown["sourceOrganisationName"] == "Nene Hospital"
    assert (shown["phase"], shown["needs"], shown["priority"]) == ("ENGAGED", ["loneliness"], "1")


def test_the_person_is_shown_with_how_to_reach_them(story: Scene) -> None:
    identity = "reach"
    story.do("p-9", registered("Nene Lark", **REACHED), agreed())
    story.do("p-9", person.SetContactPreference(channel="letter", safe_times="Evenings", safe_to_leave_message=False))
    story.do("p-9", person.CorrectPersonDetails(email="", interpreter=False, on=DAY))
    story.do(identity, referred("p-9", identity))
    story.catch_up()
    shown = story.ask(REACH, id=identity)["caseloadReferral"]
    assert shown["referrerRole"] == "nurse"
    assert shown["person"] == {
        "phone": "01604 496 0123",
        "email": None,
        "address": "1 High Street",
        "postcode": "NN1 1AA",
        "language": "so",
        "interpreter": False,
        "contactChannel": "letter",
        "safeTimes": "Evenings",
        "safeToLeaveMessage": False,
    }


def test_no_room_keeps_what_a_referrer_wrote(story: Scene) -> None:
    assert "Nene words" not in str(story.rows())


@pytest.mark.parametrize(
    ("years", "band"), [(17, "Under 18"), (18, "18 to 34"), (34, "18 to 34"), (35, "35 to 54"), (75, "75 and over")]
)
def test_an_age_is_told_as_a_band_from_the_birthday_on(story: Scene, years: int, band: str) -> None:
    today = story.asker().reader.today
    born = date(today.year - years, today.month, min(today.day, 28))
    identity = f"aged-{years}"
    story.do(identity, registered("Nene Wren", date_of_birth=born), agreed())
    story.do(identity, referred(identity, identity))
    story.catch_up()
    shown = story.ask("query One($id: ID!) { caseloadReferral(id: $id) { person { ageBand } } }", id=identity)
    assert shown["caseloadReferral"]["person"]["ageBand"] == band


def test_link_workers_in_post_are_offered_with_the_room_they_have(story: Scene) -> None:
    found = story.ask(CHOICES)
    capacity = {each["id"]: each for each in found["caseloadCapacity"]}
    assert set(capacity) == {"w-1", "w-2", "w-4"}, "who left is not offered"
    assert capacity["w-1"] == {"id": "w-1", "name": "Nene Hale", "held": 7, "room": 20, "away": False}
    assert (capacity["w-2"]["held"], capacity["w-2"]["room"]) == (1, 15)
    assert capacity["w-4"]["away"]
    held = story.run(story.tenants["QPM"].streams.committed("link_worker", "w-1")).state.held
    assert capacity["w-1"]["held"] == sum(held.values())
    assert found["caseloadOrganisations"] == [{"code": "RP1", "name": "Nene Hospital"}]
    today = datetime.now(UTC).date()
    moved = ("Nene Green Lane Surgery", "U22222") if today >= date(2026, 7, 1) else ("Nene Green Lane", "U11111")
    places = {each["code"]: (each["name"], each["pcnCode"]) for each in found["caseloadPractices"]}
    assert places == {"K83001": moved, "K83002": ("Nene Mill Road", "U22222")}


def test_who_sees_a_part_is_offered_its_practices_and_no_others(story: Scene) -> None:
    asked = "{ caseloadPractices(own: true) { code } caseload(first: 50) { edges { node { practice { code } } } } }"

    def offered(*grants: tuple[str, str]) -> tuple[set[str], set[str]]:
        found = story.ask(asked, grants or EVERYTHING)
        cases = {edge["node"]["practice"]["code"] for edge in found["caseload"]["edges"] if edge["node"]["practice"]}
        return {each["code"] for each in found["caseloadPractices"]}, cases

    everywhere = {"K83001", "K83002"}
    assert offered()[0] == everywhere
    assert offered(("link_worker", "link_worker:nobody")) == (set(), set())
    assert offered(("pcn_manager", "pcn:U99999")) == (set(), set())
    assert "K83002" in offered(("pcn_manager", "pcn:U22222"))[0]
    theirs, cases = offered(("link_worker", "link_worker:w-2"))
    assert cases & everywhere
    assert theirs >= cases & everywhere
    assert "own" not in CHOICES, "forms go on to offer all"


@pytest.fixture(scope="module")
def crowd(servers: Installation, story: Scene) -> Scene:
    """250 referrals more, most of them received in the very same moment."""
    same = {
        f"c-{n:03}": referred("p-1", f"c-{n:03}", received_at=RECEIVED - timedelta(days=30 + (n % 3 == 0)))
        for n in range(MANY)
    }
    for ods in story.tenants:
        story.do_all(same, ods)
        story.do_all({f"c-{n:03}": referral.AcceptReferral() for n in range(0, MANY, 2)}, ods)
    story.catch_up()
    return story


def _walk(scene: Scene, size: int, *, backwards: bool = False, **asked: Any) -> list[str]:
    """Every id, page by page, in the order of the board."""
    found: list[str] = []
    place: str | None = None
    while True:
        page: dict[str, Any] = {"last": size, "before": place} if backwards else {"first": size, "after": place}
        answer = scene.ask(PAGE, **page, **asked)["caseload"]
        ids = [edge["node"]["id"] for edge in answer["edges"]]
        found = [*ids, *found] if backwards else [*found, *ids]
        info = answer["pageInfo"]
        assert info["hasPreviousPage" if not backwards else "hasNextPage"] is (place is not None)
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return found
        assert len(ids) == size
        place = info["startCursor" if backwards else "endCursor"]


@pytest.mark.parametrize("size", [200, 73, 9])
def test_pages_hold_each_referral_once_whichever_way_one_leafs(crowd: Scene, size: int) -> None:
    forwards = _walk(crowd, size)
    assert len(set(forwards)) == len(forwards) == crowd.ask(PAGE, first=0)["caseload"]["totalCount"]
    assert len(forwards) > MANY
    assert forwards == _walk(crowd, size, backwards=True)
    rows = {row[0]: row for row in crowd.rows()["caseload_v2_referral"]}
    received = [(rows[each][11], each) for each in forwards]
    assert received == sorted(received, reverse=True)


def test_a_page_between_two_places_holds_what_lies_between(crowd: Scene) -> None:
    edges = crowd.ask(PAGE, first=30)["caseload"]["edges"]
    between = crowd.ask(PAGE, first=200, after=edges[4]["cursor"], before=edges[20]["cursor"])["caseload"]["edges"]
    assert [each["cursor"] for each in between] == [each["cursor"] for each in edges[5:20]]


def test_filters_hold_alone_and_together(crowd: Scene) -> None:
    rows = [row for row in crowd.rows()["caseload_v2_referral"] if row[3] != "CLOSED" and row[0] != "hidden"]

    def shown(**filter_: Any) -> set[str]:
        found = _walk(crowd, 200, filter=filter_)
        assert crowd.ask(PAGE, first=1, filter=filter_)["caseload"]["totalCount"] == len(found)
        return set(found)

    assert shown() == {row[0] for row in rows}, "without a stage, everything that is open"
    assert shown(stage="WAITING") == {row[0] for row in rows if row[3] == "WAITING"}
    assert shown(stage="CLOSED") - {"asked-of", "weighed"} == {
        *("rejected", "redirected", "withdrawn", "declined", "closed", "ended", "followed", "retracted")
    }
    assert shown(linkWorker="w-1") == {"given", "met", "reopened", "tried", "wanted"}
    assert shown(practice="K83002") == {"no-practice"}
    assert shown(linkWorker="w-1", stage="IN_SUPPORT", pcn="U11111", practice="K83001") == {"met", "wanted"}
    assert shown(linkWorker="w-1", stage="WAITING") == shown(linkWorker="nobody") == shown(pcn="U99999") == set()
    assert shown(pcn="U22222") >= {"no-practice"}


@pytest.mark.parametrize(
    ("grants", "sees", "sees_not"),
    [
        ((("link_worker", "link_worker:w-1"),), {"given", "met", "reopened"}, {"moved", "accepted", "received"}),
        ((("link_worker", "link_worker:w-2"),), {"moved"}, {"given"}),
        ((("triager", "practice:K83002"),), {"no-practice"}, {"received"}),
        ((("pcn_manager", "pcn:U11111"),), {"received", "given"}, {"no-practice"}),
        ((("triager", "practice:K83002"), ("link_worker", "link_worker:w-2")), {"no-practice", "moved"}, {"given"}),
        ((("triager", "practice:K83002"), ("team_lead", "tenant")), {"no-practice", "moved", "given"}, set()),
        ((("link_worker", "place:E06000061"),), set(), {"received"}),
    ],
)
def test_someone_sees_their_part_and_counts_no_more(
    crowd: Scene, grants: tuple[tuple[str, str], ...], sees: set[str], sees_not: set[str]
) -> None:
    found = _walk(crowd, 200, grants=grants)
    assert sees <= set(found)
    assert not sees_not & set(found)
    assert crowd.ask(PAGE, grants, first=0)["caseload"]["totalCount"] == len(found)
    for each in sees_not:
        assert crowd.ask(ONE, grants, id=each)["caseloadReferral"] is None
    for each in sees:
        assert crowd.ask(ONE, grants, id=each)["caseloadReferral"]["id"] == each
    beyond = crowd.ask(PAGE, grants, first=200, filter={"linkWorker": "w-1"})["caseload"]["edges"]
    assert {edge["node"]["id"] for edge in beyond} <= set(found)


@pytest.mark.parametrize("role", ["practice", "hospital", "analyst", "administrator", "funder"])
def test_a_role_without_the_view_is_told_so(story: Scene, role: str) -> None:
    for document in (PAGE, ONE.replace("$id: ID!", '$id: ID = "met"'), *_each(CHOICES)):
        _, errors = story.answer(document, ((role, "tenant"),))
        assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"
        assert errors[0]["path"]


def _each(document: str) -> list[str]:
    fields = document.strip("{ }").split("} ")
    return [f"{{ {each}{'' if each.endswith('}') else '}'} }}" for each in fields]


def test_nothing_of_the_other_ics_is_ever_shown(crowd: Scene) -> None:
    everything = str(crowd.ask(PAGE, first=200)) + str(crowd.ask(CHOICES)) + str(crowd.rows("QPM"))
    assert CANARY not in everything
    assert "Nene" not in str(crowd.rows("QMF"))
    assert CANARY in str(crowd.ask(PAGE, ods="QMF", first=200))


def test_an_empty_page_says_how_fresh_it_is(story: Scene) -> None:
    answer = story.ask(PAGE, filter={"pcn": "U99999"})["caseload"]
    assert (answer["edges"], answer["totalCount"]) == ([], 0)
    assert answer["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": None,
        "endCursor": None,
    }
    assert answer["position"] == story.run(story.tenants["QPM"].log.head())


def test_a_view_at_its_head_is_as_of_now_and_one_behind_as_of_its_last_event(story: Scene) -> None:
    story.catch_up()
    answer = story.ask(PAGE, first=1)["caseload"]
    assert abs(datetime.now(UTC) - datetime.fromisoformat(answer["asOf"])) < timedelta(seconds=20)
    head = story.do("w-1", link_worker.AddLinkWorkerSkill(skill=f"skill-{answer['position']}")).position
    behind = story.ask(PAGE, first=1)["caseload"]
    assert behind["position"] == answer["position"] == head - 1
    (last,) = story.run(story.tenants["QPM"].log.after(head - 2, 1))
    assert datetime.fromisoformat(behind["asOf"]) == last.recorded_at
    story.catch_up()
    assert story.ask(PAGE, first=1)["caseload"]["position"] == head


_AT = int(RECEIVED.timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"after": "nonsense"}, "after is not a cursor"),
        ({"after": ""}, "after is not a cursor"),
        ({"before": "!!!!"}, "before is not a cursor"),
        ({"before": "\ud800"}, "before is not a cursor"),
        ({"after": "2026-03-02|x"}, "after is not a cursor"),
        ({"after": f"{_AT}"}, "after is not a cursor"),
        ({"after": f"0{_AT}|x"}, "after is not a cursor"),
        ({"after": f"{_AT}|"}, "after is not a cursor"),
        ({"after": f"{1 << 63}|x"}, "after is not a cursor"),
        ({"after": f"{_AT}|\0"}, "a text holds a character"),
        ({"filter": {"linkWorker": "\0"}}, "a text holds a character"),
        ({"filter": {"pcn": "\udfff"}}, "a text holds a character"),
        ({"first": -1}, "0 to 200"),
        ({"last": 201}, "0 to 200"),
        ({"first": 1, "last": 1}, "first or last, not both"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_a_sentence(
    story: Scene, asked: dict[str, Any], sentence: str
) -> None:
    data, (error,) = story.answer(PAGE, **asked)
    assert data is None
    assert sentence in error["message"]
    assert error["extensions"] == {"code": "REFUSED"}
    assert error["path"] == ["caseload"]


@pytest.mark.parametrize("position", [-1, "12", 1.5, True, 1 << 63, [1]])
def test_a_position_is_a_whole_number(story: Scene, position: object) -> None:
    _, (error,) = story.answer(PAGE, position=position)
    assert "a Position is a whole number" in error["message"]
    assert error["extensions"] == {"code": "REFUSED"}


def test_a_question_waits_for_the_position_it_names(story: Scene) -> None:
    receipt = story.do("waited", referred("p-1", "waited"))

    async def meanwhile() -> tuple[Any, Any]:
        question = asyncio.create_task(story.answering(PAGE, first=200, position=receipt.position))
        await asyncio.sleep(0.1)
        assert not question.done()
        await story.room().catch_up()
        return await question

    data, errors = story.run(meanwhile())
    assert errors == []
    assert data["caseload"]["position"] >= receipt.position
    assert "waited" in str(data)


def test_a_view_that_does_not_come_to_the_position_says_so(story: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.runtime.waiting.SECONDS", 0.05)
    waited: list[str] = []

    async def wait(tenant: Tenant, room: str, position: int) -> None:
        waited.append(room)
        await until(tenant, room, position)

    monkeypatch.setattr("commonweal.runtime.answering.until", wait)
    _, (error,) = story.answer(PAGE, position=1 << 40)
    assert error["extensions"] == {"code": "CONFLICT"}
    assert "has not come to that position" in error["message"]
    assert error["path"] == ["caseload"]
    assert waited == ["caseload"], "nobody waits twice for one answer"


@pytest.mark.parametrize("document", [PAGE, ONE.replace("$id: ID!", '$id: ID = "met"'), *_each(CHOICES)])
def test_one_question_is_one_statement(story: Scene, document: str) -> None:
    story.ask(document)
    assert len(story.statements) == 1
