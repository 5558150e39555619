"""The work shows what was said and written about someone to who may see their case, and to nobody else."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.programme import OpenProgramme
from commonweal.domain.work import contact, lone_visit, note, task
from commonweal.domain.work.contact_booking import BookContact
from commonweal.domain.work.contact_held import HoldContact, RecordContact
from commonweal.domain.work.drop_in import RetractDropIn
from commonweal.domain.work.drop_in_recording import RecordDropIn
from commonweal.domain.work.lone_visit_start import StartLoneVisit
from commonweal.domain.work.note_move import MoveNote
from commonweal.domain.work.note_signing import SignNote
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.runtime.installation import Installation
from projections import work
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import EVERYTHING, Scene, nodes, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, merged, referred, registered

HELD = RECEIVED + timedelta(days=2)
AMBER = (("link_worker", "link_worker:amber"),)
WREN = (("link_worker", "link_worker:wren"),)
RECORD = """query Record($person: ID!, $first: Int, $after: String) { workRecord(person: $person, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node { id kind at
    contact { id state kind place note person { name contactChannel } linkWorker { name } }
    note { id moved cameFromAnother wordings { number text reason fingerprint saidBy } }
    dropIn { id attendedOn reason } } } } }"""
TASKS = """query Tasks($own: Boolean = false, $state: WorkTaskState) { workTasks(filter: {own: $own, state: $state}) {
  totalCount edges { node { id kind overdue dueOn words person { name } owner { id name } } } } }"""
VISITS = "{ workVisits { edges { node { id state place expectedBy linkWorker { name } person { name } } } } }"
MOVED = "{ workMovedNotes { edges { node { id disclosure movedTo person { name } wordings { text } } } } }"


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Two people with two link workers in each ICS."""
    with scene(servers, work.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            for worker, pcn in (("amber", "U11111"), ("wren", "U22222")):
                made.do(worker, engaged(f"{name} {worker.title()}", pcns=(pcn,)), ods=ods)
                _case(made, ods, f"{name} Finch of {worker}", worker)
            _work(made, ods, name)
        made.catch_up()
        yield made


def _case(made: Scene, ods: str, name: str, worker: str, **known: Any) -> None:
    who, case = f"p-{worker}", f"r-{worker}"
    made.do(who, registered(name, phone="020 7946 0000"), agreed(), ods=ods)
    made.do(
        case,
        referred(who, f"x-{worker}", **known),
        referral.AcceptReferral(),
        allocated(case, worker if worker == "wren" else "amber"),
        ods=ods,
    )


def _work(made: Scene, ods: str, name: str) -> None:
    booked = BookContact(
        referral_id="r-amber",
        person_id="p-amber",
        kind="initial",
        medium="01",
        starts_at=HELD,
        place=f"{name} library",
    )
    made.do(
        "c1",
        booked,
        contact.RescheduleContact(starts_at=HELD + timedelta(hours=1)),
        HoldContact(medium="01", held_at=HELD, duration_min=40, present=("person",), note=f"{name} words of c1"),
        ods=ods,
    )
    missed = BookContact(
        referral_id="r-amber", person_id="p-amber", kind="follow_up", medium="02", starts_at=HELD + timedelta(days=7)
    )
    made.do("c2", missed, contact.MissContact(at=HELD + timedelta(days=8)), ods=ods)
    made.do(
        "c3",
        RecordContact(
            referral_id="r-wren", person_id="p-wren", kind="welfare_call", medium="02", held_at=HELD, duration_min=5
        ),
        ods=ods,
    )
    later = HELD + timedelta(hours=3)
    made.do(
        "n1",
        SignNote(referral_id="r-amber", contact_id="c1", text=f"{name} first words", by="user-wren", at=later),
        note.AmendNote(text=f"{name} better words", reason=f"{name} left out", by="user-ada", at=later),
        ods=ods,
    )
    made.do(
        "n2",
        SignNote(referral_id="r-amber", text=f"{name} words about wren's", by="user-wren", at=later),
        MoveNote(referral_id="r-wren", new_note_id="n3", by="user-ada", at=later + timedelta(hours=1)),
        ods=ods,
    )
    due = date(2026, 3, 10)
    made.do(
        "t1",
        task.CreateTask(kind="call", due_on=due, referral_id="r-amber", words=f"{name} ask about rent", by="u"),
        ods=ods,
    )
    made.do("t2", task.CreateTask(kind="review", due_on=date(2100, 1, 1), worker_id="wren", by="u"), ods=ods)
    made.do("t3", task.CreateTask(kind="write", due_on=due, referral_id="r-wren", by="u"), ods=ods)
    made.do("t3", task.CompleteTask(by="u", at=later), ods=ods)
    made.do(
        "v1",
        StartLoneVisit(
            worker_id="amber", contact_id="c1", referral_id="r-amber", expected_by=HELD + timedelta(hours=2), at=HELD
        ),
        lone_visit.FlagLoneWorkerOverdue(expected_by=HELD + timedelta(hours=2), at=later),
        ods=ods,
    )
    made.do("v2", StartLoneVisit(worker_id="wren", expected_by=later, at=HELD), ods=ods)
    made.do("v2", lone_visit.EndLoneVisit(by="u", at=later), ods=ods)
    came = HELD.date() - timedelta(days=20)
    made.do("d1", RecordDropIn(person_id="p-amber", attended_on=came, by="user-wren", on=HELD.date()), ods=ods)
    made.do("p-rill", registered(f"{name} Rill"), ods=ods)  # never referred
    made.do("p-rill-2", registered(f"{name} Rill"), ods=ods)
    made.do("p-rill", merged("p-rill", "p-rill-2"), ods=ods)
    made.do("d2", RecordDropIn(person_id="p-rill", attended_on=came, by="user-wren", on=HELD.date()), ods=ods)
    made.do("d2", RetractDropIn(reason="wrong_person", by="user-wren"), ods=ods)


def test_contacts_and_notes_stand_in_one_stream_the_latest_first(story: Scene) -> None:
    found = story.ask(RECORD, person="p-amber")["workRecord"]
    assert [edge["node"]["id"] for edge in found["edges"]] == ["c2", "n2", "n1", "c1", "d1"]
    held = nodes({"r": found}, "r")["c1"]["contact"]
    assert (held["state"], held["place"], held["note"]) == ("HELD", "Nene library", "Nene words of c1")
    assert held["linkWorker"]["name"] == "Nene Amber"
    assert nodes({"r": found}, "r")["c2"]["contact"]["state"] == "MISSED"


def test_a_page_begins_where_the_last_one_ended(story: Scene) -> None:
    first = story.ask(RECORD, person="p-amber", first=3)["workRecord"]
    rest = story.ask(RECORD, person="p-amber", first=3, after=first["pageInfo"]["endCursor"])["workRecord"]
    assert [edge["node"]["id"] for edge in rest["edges"]] == ["c1", "d1"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (5, True, False)


def test_a_drop_in_is_seen_by_who_sees_a_case_of_the_person_or_where_there_never_was_one(story: Scene) -> None:
    came = nodes(story.ask(RECORD, AMBER, person="p-amber"), "workRecord")["d1"]["dropIn"]
    assert (came["attendedOn"], came["reason"]) == ("2026-02-12", None)
    assert "d1" not in nodes(story.ask(RECORD, WREN, person="p-amber"), "workRecord")
    for grants in (EVERYTHING, AMBER, WREN):
        assert (
            nodes(story.ask(RECORD, grants, person="p-rill"), "workRecord")["d2"]["dropIn"]["reason"] == "wrong_person"
        )


def test_an_amended_note_keeps_what_was_signed(story: Scene) -> None:
    wordings = nodes(story.ask(RECORD, person="p-amber"), "workRecord")["n1"]["note"]["wordings"]
    assert [each["text"] for each in wordings] == ["Nene first words", "Nene better words"]
    assert [each["reason"] for each in wordings] == [None, "Nene left out"]
    assert [each["saidBy"] for each in wordings] == ["user-wren", "user-ada"]


def test_a_moved_note_is_read_in_the_right_record_alone(story: Scene) -> None:
    wrong = nodes(story.ask(RECORD, person="p-amber"), "workRecord")["n2"]["note"]
    assert (wrong["moved"], wrong["wordings"]) == (True, [])
    right = nodes(story.ask(RECORD, person="p-wren"), "workRecord")["n3"]["note"]
    assert right["cameFromAnother"]
    assert [each["text"] for each in right["wordings"]] == ["Nene words about wren's"]


def test_the_information_governance_lead_alone_sees_what_stood_in_the_wrong_record(story: Scene) -> None:
    (found,) = nodes(story.ask(MOVED, (("ig_lead", "tenant"),)), "workMovedNotes").values()
    assert (found["disclosure"], found["wordings"][0]["text"]) == ("to_assess", "Nene words about wren's")
    _, errors = story.answer(MOVED)
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_a_task_is_whoever_has_the_case_or_was_given_it(story: Scene) -> None:
    found = nodes(story.ask(TASKS), "workTasks")
    assert {each: (node["owner"]["name"], node["overdue"]) for each, node in found.items()} == {
        "t1": ("Nene Amber", True),
        "t2": ("Nene Wren", False),
    }
    assert set(nodes(story.ask(TASKS, state="DONE"), "workTasks")) == {"t3"}


def test_one_sees_the_work_of_ones_own_cases_and_ones_own_tasks(story: Scene) -> None:
    assert set(nodes(story.ask(RECORD, AMBER, person="p-amber"), "workRecord")) == {"c1", "c2", "n1", "n2", "d1"}
    none = story.ask(RECORD, WREN, person="p-amber")["workRecord"]
    assert (none["edges"], none["totalCount"]) == ([], 0)
    assert set(nodes(story.ask(TASKS, AMBER, own=True), "workTasks")) == {"t1"}
    assert set(nodes(story.ask(TASKS, WREN), "workTasks")) == {"t2"}
    assert set(nodes(story.ask(VISITS, AMBER), "workVisits")) == {"v1"}
    assert nodes(story.ask(VISITS, WREN), "workVisits") == {}
    assert set(nodes(story.ask(VISITS, (("team_lead", "pcn:U11111"),)), "workVisits")) == {"v1"}
    assert nodes(story.ask(VISITS, (("team_lead", "pcn:U22222"),)), "workVisits") == {}


def test_who_is_out_alone_is_shown_until_they_are_back_and_then_not_where_they_were(story: Scene) -> None:
    (out,) = nodes(story.ask(VISITS), "workVisits").values()
    assert (out["state"], out["place"]) == ("OVERDUE", "Nene library")
    ended = story.row("visit", "v2")
    assert (ended["state"], ended["place"]) == ("ENDED", None)


def test_a_restricted_programme_is_not_there_for_others_whoever_has_to_do_it(story: Scene) -> None:
    story.do("refugee", OpenProgramme(name="Refugees", restricted=True))
    _case(story, "QPM", "Nene Finch of sorrel", "sorrel", programme="refugee")
    call = task.CreateTask(kind="call", due_on=date(2026, 3, 4), referral_id="r-sorrel", worker_id="amber", by="u")
    story.do("t9", call)
    story.do("n9", SignNote(referral_id="r-sorrel", text="Nene quiet words", by="u", at=HELD))
    talk = RecordContact(
        referral_id="r-sorrel", person_id="p-sorrel", kind="welfare_call", medium="02", held_at=HELD, duration_min=5
    )
    story.do("c9", talk)
    story.catch_up()
    for grants in (EVERYTHING, AMBER):
        assert story.ask(RECORD, grants, person="p-sorrel")["workRecord"]["totalCount"] == 0
        assert "t9" not in nodes(story.ask(TASKS, grants), "workTasks")
        assert "c9" not in nodes(story.ask("{ workContacts { edges { node { id } } } }", grants), "workContacts")
    inside = (*EVERYTHING, ("team_lead", "programme:refugee"))
    assert story.ask(RECORD, inside, person="p-sorrel")["workRecord"]["totalCount"] == 2
    assert "t9" in nodes(story.ask(TASKS, inside), "workTasks")


def test_safeguarding_leaves_no_trace_in_the_work(story: Scene) -> None:
    before = story.rows()
    raised = RaiseSafeguardingConcern(referral_id="r-amber", types=("neglect",), detail="Nene bruises", by="u", at=HELD)
    story.do("s1", raised)
    made = task.CreateTask(kind="safeguarding", due_on=HELD.date(), source="safeguarding-s1", by="reactor")
    story.do("safeguarding-s1", made, task.CompleteTask(by="u", at=HELD))
    story.catch_up()
    assert story.rows() == before


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch, empty=("work_v1_colleague",))


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)


def test_of_an_erased_person_stays_that_there_was_work_and_nothing_of_what_was_said(story: Scene) -> None:
    story.do("p-amber", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-amber", "request_upheld"))
    story.catch_up()
    for _ in range(2):
        rows = str(story.rows())
        assert not [said for said in ("first words", "words of c1", "library", "rent", "of amber") if said in rows]
        found = nodes(story.ask(RECORD, person="p-amber"), "workRecord")
        assert (len(found), found["c1"]["contact"]["state"]) == (5, "HELD")
        story.empty()
        story.run(story.room().catch_up())
    assert "Ptarmigan first words" in str(story.rows("QMF"))


def test_what_was_given_as_a_moment_comes_back_as_one(story: Scene) -> None:
    found = nodes(story.ask(RECORD, person="p-wren"), "workRecord")
    assert datetime.fromisoformat(found["c3"]["at"]) == HELD
