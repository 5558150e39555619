"""A safeguarding concern is seen by those who have to know, and counted for nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import safeguarding, task
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.domain.workforce.allocation import ReallocateReferral
from commonweal.runtime.access import Principal
from commonweal.runtime.asking import make_asker
from commonweal.runtime.installation import Installation
from projections import safeguarding as room
from tests.projections.every_room import nothing_crossed, same_rows
from tests.projections.scene import ANSWERING, Grants, Scene, nodes, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, referred, registered

RAISED = RECEIVED + timedelta(days=3)
LEAD: Grants = (("team_lead", "tenant"),)
AMBER: Grants = (("link_worker", "link_worker:amber"),)
WREN: Grants = (("link_worker", "link_worker:wren"),)
CONCERNS = """query Concerns($state: SafeguardingState) { safeguardingConcerns(state: $state) { totalCount edges { node {
  id state concerning types detail immediateDanger raisedBy outcome outcomeDetail person { name }
  passedOn { agency reference madeAt } } } } }"""
ONE = "query One($id: ID!) { safeguardingConcern(id: $id) { id detail } }"
TASKS = "{ safeguardingTasks { totalCount edges { node { id concern dueOn overdue } } } }"


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """A concern in each of two cases, of two PCNs and two link workers."""
    with scene(servers, room.READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", "Ptarmigan")):
            made.do(ods, configured(ods, name), ods=ods)
            for worker, practice in (("amber", "K83001"), ("wren", "K83002")):
                made.do(worker, engaged(f"{name} {worker.title()}"), ods=ods)
                who, case, concern = f"p-{worker}", f"r-{worker}", f"s-{worker}"
                made.do(who, registered(f"{name} Finch of {worker}"), agreed(), ods=ods)
                sent = referred(who, f"x-{worker}", practice=practice)
                made.do(case, sent, referral.AcceptReferral(), allocated(case, worker), ods=ods)
                made.do(concern, raised(case, f"{name} bruises on {worker}'s"), ods=ods)
                made.do(f"safeguarding-{concern}", to_do(concern), ods=ods)
            passed_on = safeguarding.MakeSafeguardingReferral(
                agency="police", reference=f"{name} 12/34", made_at=RAISED, by="u", at=RAISED
            )
            concluded = safeguarding.RecordSafeguardingOutcome(
                outcome="enquiry", detail=f"{name} enquiry", by="u", at=RAISED
            )
            made.do("s-wren", passed_on, concluded, ods=ods)
            made.do("safeguarding-s-wren", task.CompleteTask(by="u", at=RAISED), ods=ods)
        made.catch_up()
        yield made


def raised(case: str, detail: str, by: str = "user-ada") -> RaiseSafeguardingConcern:
    return RaiseSafeguardingConcern(referral_id=case, types=("physical",), detail=detail, by=by, at=RAISED)


def to_do(concern: str) -> task.CreateTask:
    source = f"safeguarding-{concern}"
    return task.CreateTask(kind="safeguarding", due_on=RAISED.date(), source=source, by="reactor")


def test_a_concern_is_shown_with_all_that_became_of_it(story: Scene) -> None:
    found = nodes(story.ask(CONCERNS, LEAD), "safeguardingConcerns")
    assert set(found) == {"s-amber", "s-wren"}
    wren = found["s-wren"]
    assert (wren["state"], wren["outcome"], wren["outcomeDetail"]) == ("CONCLUDED", "enquiry", "Nene enquiry")
    assert [(each["agency"], each["reference"]) for each in wren["passedOn"]] == [("police", "Nene 12/34")]
    assert set(nodes(story.ask(CONCERNS, LEAD, state="RAISED"), "safeguardingConcerns")) == {"s-amber"}


@pytest.mark.parametrize(
    ("grants", "seen"),
    [
        (AMBER, {"s-amber"}),
        (WREN, {"s-wren"}),
        ((("team_lead", "pcn:U11111"),), {"s-amber"}),
        ((("ig_lead", "tenant"),), {"s-amber", "s-wren"}),
        ((("triager", "tenant"),), set()),
        ((("team_lead", "practice:K83009"),), set()),
    ],
    ids=["her worker", "his worker", "her lead", "all", "triage", "elsewhere"],
)
def test_one_sees_concerns_of_ones_own_cases_and_nothing_counts_the_others(
    story: Scene, grants: Grants, seen: set[str]
) -> None:
    found = story.ask(CONCERNS, grants)["safeguardingConcerns"]
    assert ({edge["node"]["id"] for edge in found["edges"]}, found["totalCount"]) == (seen, len(seen))
    for each in ("s-amber", "s-wren"):
        assert (story.ask(ONE, grants, id=each)["safeguardingConcern"] is not None) == (each in seen)


@pytest.mark.parametrize("role", ["pcn_manager", "practice", "hospital", "analyst", "administrator", "provider"])
def test_for_everyone_else_there_is_no_such_view(story: Scene, role: str) -> None:
    _, errors = story.answer(CONCERNS, ((role, "tenant"),))
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_whoever_raised_a_concern_sees_it_when_the_case_is_somebody_elses(story: Scene) -> None:
    story.do("s-own", raised("r-wren", "Nene seen at the door", by="user-triager"))
    story.catch_up()
    for roles, seen in (((("triager", "tenant"),), {"s-own"}), (AMBER, {"s-amber", "s-own"})):
        principal = Principal("user-triager", "https://login.example.test", "QPM", frozenset(roles))
        asker = make_asker(principal, story.tenants["QPM"], "test")
        answer = story.run(ANSWERING.answer(asker, CONCERNS, None, {}))
        assert {each for each in ("s-amber", "s-wren", "s-own") if f'"{each}"' in bytes(answer).decode()} == seen


def test_a_concern_goes_with_the_case_to_another_link_worker(story: Scene) -> None:
    story.do("r-amber", ReallocateReferral(referral_id="r-amber", worker_id="wren", reason="absence"))
    story.catch_up()
    assert set(nodes(story.ask(CONCERNS, AMBER), "safeguardingConcerns")) == set()
    assert "s-amber" in nodes(story.ask(CONCERNS, WREN), "safeguardingConcerns")


def test_a_team_lead_has_to_open_it_by_the_end_of_the_day(story: Scene) -> None:
    found = nodes(story.ask(TASKS, LEAD), "safeguardingTasks")
    assert {each: (node["concern"], node["overdue"]) for each, node in found.items()} == {
        "safeguarding-s-amber": ("s-amber", True)
    }
    assert nodes(story.ask(TASKS, (("team_lead", "pcn:U22222"),)), "safeguardingTasks") == {}
    _, errors = story.answer(TASKS, AMBER)
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch, empty=("safeguarding_v1_colleague",))


def test_nothing_of_the_other_ics_is_in_the_room(story: Scene) -> None:
    nothing_crossed(story)


def test_of_an_erased_person_stays_that_there_was_a_concern(story: Scene) -> None:
    story.do("p-wren", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-wren", "request_upheld"))
    story.catch_up()
    for _ in range(2):
        rows = str(story.rows())
        assert not [said for said in ("bruises on wren", "12/34", "Nene enquiry", "of wren") if said in rows]
        found = nodes(story.ask(CONCERNS, LEAD), "safeguardingConcerns")["s-wren"]
        assert (found["detail"], found["state"], found["person"]["name"]) == (None, "CONCLUDED", None)
        story.empty()
        story.run(story.room().catch_up())
    assert "Ptarmigan 12/34" in str(story.rows("QMF"))
