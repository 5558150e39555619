"""The workforce: what each carries on a day, whoever adds link workers later, and nothing of people one does not see."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.directory.answer import RefuseAllocation
from commonweal.domain.people import person
from commonweal.domain.referrals import programme, referral
from commonweal.domain.work.contact_held import RecordContact
from commonweal.domain.workforce import absence, allocation, link_worker, post
from commonweal.domain.workforce.allocation import ReallocateReferral
from commonweal.domain.workforce.learning import RecordSupervision, RecordTraining
from commonweal.domain.workforce.propose import ProposeAllocation
from commonweal.runtime.installation import Installation
from projections import workforce
from tests.projections.every_room import same_rows
from tests.projections.scene import EVERYTHING, Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered

ANALYST: Grants = (("analyst", "tenant"),)
OAK: Grants = (("pcn_manager", "pcn:U11111"),)
ELM: Grants = (("pcn_manager", "pcn:U22222"),)
AMBER: Grants = (("link_worker", "link_worker:amber"),)
NUMBERS = (
    "key label workers fte room open weight carried new perFte medianDays slowDays held missed missedPercent quiet"
)
WORKFORCE = f"""query($by: WorkforceCut!, $on: Date, $days: Int! = 28) {{
    workforce(by: $by, on: $on, days: $days) {{ suppressed position asOf rows {{ {NUMBERS} }} }} }}"""
SPRING = date(2026, 3, 31)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Amber, half time and paid by two, has six people; Birch, hosted in both PCNs, has one."""
    with scene(servers, workforce.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            _workers(made, ods, name)
            _people(made, ods, name)
        made.catch_up()
        yield made


def _workers(made: Scene, ods: str, name: str) -> None:
    amber = engaged(
        f"{name} Amber",
        fte_percent=50,
        caseload_limit=20,
        host_practices=("K83001",),
        pcns=("U11111",),
        languages=("en", "so"),
        funders=("QPM", "GB-CHC-1054276"),
        funder_percents=(60, 40),
    )
    birch = engaged(f"{name} Birch", host_practices=("K83001", "K83002"), pcns=("U11111", "U22222"), funder="QPM")
    made.do("amber", amber, ods=ods)
    made.do("birch", birch, ods=ods)


def _people(made: Scene, ods: str, name: str) -> None:
    for number in range(8):
        who, case = f"p{number}", f"r{number}"
        practice = "K83002" if number == 6 else "K83001"
        made.do(who, registered(f"{name} Finch {number}", language="so"), agreed(), ods=ods)
        made.do(case, referred(who, f"x{number}", practice=practice), referral.AcceptReferral(), ods=ods)
        if number < 7:
            worker = "birch" if number == 6 else "amber"
            when = RECEIVED + timedelta(days=1 + number % 2)
            made.do(case, allocated(case, worker), ods=ods, occurred_at=when)
    held = RecordContact(
        referral_id="r0",
        person_id="p0",
        kind="initial",
        medium="01",
        held_at=RECEIVED + timedelta(days=4),
        duration_min=45,
        attendance="5",
        at=RECEIVED + timedelta(days=5),
    )
    made.do("c0", held, ods=ods, occurred_at=RECEIVED + timedelta(days=5))


def lines(made: Scene, by: str, grants: Grants = EVERYTHING, **asked: Any) -> dict[str, dict[str, Any]]:
    found = made.ask(WORKFORCE, grants, by=by, **asked)["workforce"]
    return {line["key"]: line for line in found["rows"]}


def test_each_link_worker_carries_what_they_hold_that_day(story: Scene) -> None:
    amber = lines(story, "WORKER", on=SPRING.isoformat(), days=30)["amber"]
    assert amber == {
        "key": "amber",
        "label": "Nene Amber",
        "workers": 1,
        "fte": 0.5,
        "room": 10,
        "open": 6,
        "weight": 6,
        "carried": 6,
        "new": 6,
        "perFte": 12.0,
        "medianDays": 4.0,
        "slowDays": 4.0,
        "held": 1,
        "missed": 0,
        "missedPercent": 0,
        "quiet": 2,
    }
    before = lines(story, "WORKER", on="2026-03-03")["amber"]
    assert (before["open"], before["new"], before["held"]) == (3, 3, 0)
    assert lines(story, "WORKER", on="2026-03-01") == {}


def test_who_heard_nothing_for_28_days_is_counted(story: Scene) -> None:
    later = lines(story, "WORKER", on="2026-04-01", days=1)
    assert (later["amber"]["quiet"], later["amber"]["new"], later["birch"]["quiet"]) == (5, 0, 1)
    assert lines(story, "WORKER", on="2026-03-30", days=1)["amber"]["quiet"] == 0


def test_hours_are_shared_over_practices_and_pcns_while_cases_go_by_the_persons_practice(story: Scene) -> None:
    practices = lines(story, "PRACTICE", on=SPRING.isoformat())
    assert {key: (line["fte"], line["open"], line["label"]) for key, line in practices.items()} == {
        "K83001": (1.0, 6, "Nene Green Lane Surgery"),
        "K83002": (0.5, 1, "Nene Mill Road"),
    }
    pcns = lines(story, "PCN", on=SPRING.isoformat())
    assert {key: (line["fte"], line["open"], line["workers"]) for key, line in pcns.items()} == {
        "U11111": (1.0, 6, 2),
        "U22222": (0.5, 1, 1),
    }


def test_a_post_that_two_pay_for_is_shared_between_them(story: Scene) -> None:
    funders = lines(story, "FUNDER", on=SPRING.isoformat())
    assert {key: (line["fte"], line["open"]) for key, line in funders.items()} == {
        "QPM": (1.3, 5),
        "GB-CHC-1054276": (0.2, 2),
    }


def test_small_numbers_are_held_back_from_whoever_does_not_see_the_people(story: Scene) -> None:
    told = story.ask(WORKFORCE, ANALYST, by="WORKER", on=SPRING.isoformat())["workforce"]
    amber = {line["key"]: line for line in told["rows"]}["amber"]
    assert (amber["fte"], amber["open"], amber["weight"], amber["new"], amber["missed"]) == (0.5, None, None, None, 0)
    assert (amber["medianDays"], amber["perFte"], amber["held"]) == (None, None, None)
    assert told["suppressed"] == 8, "open, new, quiet and held of both: of few altogether nobody is told apart"
    assert told["position"] > 0
    assert told == {
        **story.ask(WORKFORCE, ANALYST, by="WORKER", on="2026-04-04", days=22)["workforce"],
        "asOf": told["asOf"],
    }
    worker = '{ workforceWorker(id: "amber") { cases held } workforceWorkers { id cases held } }'
    hidden = story.ask(worker, ANALYST)
    assert hidden["workforceWorker"] == {"cases": None, "held": None}
    assert [(each["cases"], each["held"]) for each in hidden["workforceWorkers"]] == [(None, None)] * 2
    assert story.ask(worker)["workforceWorker"] == {"cases": 6, "held": 6}


def test_someone_sees_their_part_of_the_workforce_and_no_more(story: Scene) -> None:
    assert set(lines(story, "WORKER", ELM, on=SPRING.isoformat())) == {"birch"}
    assert set(lines(story, "WORKER", AMBER, on=SPRING.isoformat())) == {"amber"}
    _, errors = story.answer(WORKFORCE, (("hospital", "trust:RP1"),), by="WORKER")
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_how_full_someone_is_counts_the_people_of_other_pcns_too(story: Scene) -> None:
    birch = lines(story, "WORKER", OAK, on=SPRING.isoformat())["birch"]
    assert (birch["open"], birch["weight"], birch["carried"], birch["room"]) == (0, 0, 1, 40)
    mine = lines(story, "PCN", OAK, on=SPRING.isoformat())["U11111"]
    assert (mine["weight"], mine["carried"]) == (6, 6)


def test_two_icss_do_not_see_each_other(story: Scene) -> None:
    other = story.ask(WORKFORCE, ods="QMF", by="WORKER")["workforce"]["rows"]
    assert {line["label"] for line in other} == {"Ptarmigan Amber", "Ptarmigan Birch"}


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(
        story,
        monkeypatch,
        empty=(
            "workforce_v1_competency",
            "workforce_v1_federation",
            "workforce_v1_proposal",
            "workforce_v1_refusal",
            "workforce_v1_rule",
            "workforce_v1_skilled",
            "workforce_v1_supervision",
        ),
    )


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 1097}, {"on": "2999-01-01"}])
def test_a_period_that_cannot_be_is_refused(story: Scene, wrong: dict[str, Any]) -> None:
    _, errors = story.answer(WORKFORCE, by="WORKER", **wrong)
    assert errors[0]["extensions"]["code"] == "REFUSED"


CANDIDATES = """query($id: ID!) {
    allocationCase(id: $id) { weight proposedTo lastWorkerId person { name language workerGenderPreference } practice { code pcn } }
    allocationCandidates(referral: $id) { id name held room away refused languages practices }
    allocationRule { version practice language continuity load genderPreference } }"""
PROPOSALS = """query($own: Boolean!) { allocationProposals(own: $own) { totalCount edges { node {
    worker { id } practice language load referral { id person { name } } } } } }"""
HANDOVERS = """{ workforceHandovers(own: true) { edges { node { note handedBy { id } referral { id } } } } }"""
WORKER = """query($id: ID!) { workforceWorker(id: $id) { name ftePercent room held cases away cover { id } covers { id }
    languages practices competencies { course expired } supervision { kind heldOn } } }"""


@pytest.fixture
def desk(servers: Installation) -> Iterator[Scene]:
    with scene(servers, workforce.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        _workers(made, "QPM", "Nene")
        made.do("p1", registered("Nene Finch", language="so"), agreed())
        made.do("r1", referred("p1", "x1", practice="K83001"), referral.AcceptReferral())
        made.catch_up()
        yield made


def test_whoever_allocates_sees_what_the_rule_weighs(desk: Scene) -> None:
    found = desk.ask(CANDIDATES, id="r1")
    assert found["allocationCase"] == {
        "weight": 1,
        "proposedTo": None,
        "lastWorkerId": None,
        "person": {"name": "Nene Finch", "language": "so", "workerGenderPreference": None},
        "practice": {"code": "K83001", "pcn": "U11111"},
    }
    assert [each["id"] for each in found["allocationCandidates"]] == ["amber", "birch"]
    assert found["allocationCandidates"][0]["languages"] == ["en", "so"]
    assert found["allocationCandidates"][0]["room"] == 10
    assert found["allocationRule"] == {
        "version": 0,
        "practice": 30,
        "language": 25,
        "continuity": 20,
        "load": 20,
        "genderPreference": 5,
    }


def test_a_proposal_is_seen_by_the_one_who_is_asked_until_they_answer(desk: Scene) -> None:
    desk.do("r1", ProposeAllocation(referral_id="r1", worker_id="amber"))
    desk.catch_up()
    mine = desk.ask(PROPOSALS, AMBER, own=True)["allocationProposals"]
    assert mine["edges"] == [
        {
            "node": {
                "worker": {"id": "amber"},
                "practice": 30,
                "language": 25,
                "load": 20,
                "referral": {"id": "r1", "person": {"name": "Nene Finch"}},
            }
        }
    ]
    birch: Grants = (("link_worker", "link_worker:birch"),)
    for grants in (birch, ELM):
        assert desk.ask(PROPOSALS, grants, own=False)["allocationProposals"] == {"totalCount": 0, "edges": []}
    assert desk.ask(PROPOSALS, EVERYTHING, own=False)["allocationProposals"]["totalCount"] == 1
    assert desk.ask(PROPOSALS, EVERYTHING, own=True)["allocationProposals"]["totalCount"] == 0
    desk.do("amber", RefuseAllocation(link_worker_id="amber", referral_id="r1", reason="conflict"))
    desk.catch_up()
    assert desk.ask(PROPOSALS, AMBER, own=True)["allocationProposals"]["totalCount"] == 0
    said_no = {each["id"]: each["refused"] for each in desk.ask(CANDIDATES, id="r1")["allocationCandidates"]}
    assert said_no == {"amber": "conflict", "birch": None}


def test_what_was_said_at_a_handover_is_seen_until_acknowledged_and_empty_once_erased(desk: Scene) -> None:
    desk.do("r1", allocated("r1", "birch"))
    desk.do("r1", ReallocateReferral(referral_id="r1", worker_id="amber", reason="language", handover="Ring after two"))
    desk.catch_up()
    node = {"note": "Ring after two", "handedBy": {"id": "birch"}, "referral": {"id": "r1"}}
    assert desk.ask(HANDOVERS, AMBER)["workforceHandovers"]["edges"] == [{"node": node}]
    desk.do("r1", allocation.CloseReferral(referral_id="r1", reason="time_limit"))
    desk.do("p1", person.ErasePerson(basis="registered_in_error"))
    desk.catch_up()
    row = desk.row("referral", "r1")
    assert (row["handover"], desk.row("person", "p1")["name"]) == (None, None)
    desk.empty()
    desk.run(desk.room().catch_up())
    assert desk.row("referral", "r1") == row


def test_a_closed_case_is_carried_by_nobody(desk: Scene) -> None:
    asked = """{ workforceWorker(id: "amber") { cases held } workforceCases(worker: "amber") { totalCount }
        workforceHandovers(own: false) { totalCount } }"""
    desk.do("r1", allocated("r1", "birch"))
    desk.do("r1", ReallocateReferral(referral_id="r1", worker_id="amber", reason="language"))
    for carried in (1, 0):
        desk.catch_up()
        told = desk.ask(asked)
        assert told["workforceWorker"] == {"cases": carried, "held": carried}
        assert (told["workforceCases"]["totalCount"], told["workforceHandovers"]["totalCount"]) == (carried, carried)
        desk.do("r1", allocation.CloseReferral(referral_id="r1", reason="goals_met"))


def test_an_acknowledged_handover_is_off_the_list(desk: Scene) -> None:
    desk.do("r1", allocated("r1", "birch"))
    desk.do("r1", ReallocateReferral(referral_id="r1", worker_id="amber", reason="language"))
    desk.do("amber", link_worker.AcknowledgeHandover(referral_ids=("r1",), at=RECEIVED))
    desk.catch_up()
    assert desk.ask(HANDOVERS, AMBER)["workforceHandovers"]["edges"] == []


def test_a_link_workers_page_tells_what_was_agreed_and_who_covers(desk: Scene) -> None:
    desk.do("birch", post.ChangeWorkingPattern(fte_percent=20, from_on=DAY))
    desk.do("birch", RecordTraining(course="first_aid", completed_on=DAY, on=DAY))
    desk.do("birch", RecordSupervision(kind="clinical", held_on=DAY, on=DAY))
    away = absence.StartAbsence(link_worker_id="amber", kind="leave", cover_worker_id="birch", started_on=DAY)
    desk.do("amber", away)
    desk.catch_up()
    birch = desk.ask(WORKER, id="birch")["workforceWorker"]
    assert birch == {
        "name": "Nene Birch",
        "ftePercent": 20,
        "room": 8,
        "held": 0,
        "cases": 0,
        "away": None,
        "cover": None,
        "covers": [{"id": "amber"}],
        "languages": [],
        "practices": ["K83001", "K83002"],
        "competencies": [{"course": "first_aid", "expired": False}],
        "supervision": [{"kind": "clinical", "heldOn": DAY.isoformat()}],
    }
    amber = desk.ask(WORKER, id="amber")["workforceWorker"]
    assert (amber["away"], amber["cover"]) == ("leave", {"id": "birch"})
    assert desk.ask(WORKER, AMBER, id="birch")["workforceWorker"] is None


def test_a_restricted_programme_is_in_no_number(desk: Scene) -> None:
    desk.do("refugee", programme.OpenProgramme(name="Refugees", restricted=True))
    desk.do("p2", registered("Nene Sparrow"), agreed())
    desk.do("r2", referred("p2", "x2", practice="K83001", programme="refugee"), referral.AcceptReferral())
    desk.do("r2", allocated("r2", "amber"))
    desk.do("r1", allocated("r1", "amber"))
    desk.catch_up()
    insider: Grants = (*EVERYTHING, ("team_lead", "programme:refugee"))
    assert lines(desk, "WORKER")["amber"]["open"] == 1
    assert lines(desk, "WORKER", insider)["amber"]["open"] == 2
    asked = """{ workforceWorker(id: "amber") { cases held } allocationCandidates(referral: "r1") { id held }
        workforceCases(worker: "amber") { totalCount } }"""
    for grants, many in ((EVERYTHING, 1), (insider, 2)):
        told = desk.ask(asked, grants)
        assert told["workforceWorker"] == {"cases": many, "held": many}
        assert {each["id"]: each["held"] for each in told["allocationCandidates"]}["amber"] == many
        assert told["workforceCases"]["totalCount"] == many
    assert desk.ask('{ allocationCandidates(referral: "r2") { id } }')["allocationCandidates"] == []


def test_a_caseload_as_at_31_march_stays_what_it_was_when_sixteen_posts_are_doubled_mid_year(
    servers: Installation,
) -> None:
    """Wigan: 16 full-time equivalents, which double on 1 October."""
    with scene(servers, workforce.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Wigan"))
        made.do_all({f"w{n}": engaged(f"Worker {n:02}") for n in range(16)})
        made.do_all({f"p{n}": registered(f"Person {n}") for n in range(16)})
        made.do_all({f"p{n}": agreed() for n in range(16)})
        made.do_all({f"r{n}": referred(f"p{n}", f"x{n}") for n in range(16)})
        made.do_all({f"r{n}": referral.AcceptReferral() for n in range(16)})
        for n in range(16):
            made.do(f"r{n}", allocated(f"r{n}", f"w{n}"), occurred_at=RECEIVED + timedelta(days=n))
        made.catch_up()
        before = lines(made, "WORKER", on=SPRING.isoformat())
        assert sum(line["fte"] for line in before.values()) == 16
        assert sum(line["open"] for line in before.values()) == 16

        day = date(2026, 10, 1)
        made.do_all({f"v{n}": engaged(f"Newcomer {n:02}", engaged_on=day) for n in range(16)})
        moves = {
            f"r{n}": ReallocateReferral(referral_id=f"r{n}", worker_id=f"v{n}", reason="capacity") for n in range(8)
        }
        for case, move in moves.items():
            made.do(case, move, occurred_at=datetime(2026, 10, 2, 9, tzinfo=RECEIVED.tzinfo))
        made.catch_up()
        assert lines(made, "WORKER", on=SPRING.isoformat()) == before
        now = lines(made, "WORKER", on="2026-10-05")
        assert sum(line["fte"] for line in now.values()) == 32
        assert [now[key]["open"] for key in ("w0", "w8", "v0", "v8")] == [0, 1, 1, 0]
