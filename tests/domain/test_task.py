"""A task is somebody's, or about a case, until it is done."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from commonweal.domain.policies import Notes, Send, follows
from commonweal.domain.referrals import referral
from commonweal.domain.work import task, task_creation
from tests.domain.test_contact import AT_WORK
from tests.given import given

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
DUE = date(2026, 3, 10)
CREATE = task.CreateTask(kind="call", due_on=DUE, referral_id="r1", words=" about rent ", by="u1")
CREATED = task.TaskCreated(
    kind="call", due_on=DUE, referral_id="r1", person_id="ottoline", words="about rent", created_by="u1"
)
SYSTEM = task.TaskCreated(kind="risk_item", due_on=DUE, source="measure-m1", created_by="reactor")
CASE = {("referral", "r1"): AT_WORK}


def test_a_task_about_a_case_is_sealed_for_its_person() -> None:
    given(task_creation, reading=CASE).when(CREATE).then(CREATED)
    state = task.evolve(task.INITIAL, CREATED)
    assert (task.person(state), task.case(state)) == ("ottoline", "r1")
    given(task_creation).when(CREATE).refused("there is no such referral")


def test_a_task_made_twice_is_made_once() -> None:
    given(task_creation, CREATED, reading=CASE).when(CREATE).then_nothing()
    given(task_creation, CREATED, reading=CASE).when(replace(CREATE, words="else")).refused("made already")
    given(task_creation, CREATED, task.TaskCompleted(completed_by="u", completed_at=NOW), reading=CASE).when(
        CREATE
    ).then_nothing()


def test_a_task_is_somebodys_or_about_a_case_or_follows_from_something() -> None:
    alone = replace(CREATE, referral_id=None, words=None)
    given(task_creation).when(alone).refused("worker_id is missing")
    given(task_creation).when(replace(alone, worker_id="ben")).then(
        replace(CREATED, referral_id=None, person_id=None, words=None, worker_id="ben")
    )
    followed = task.CreateTask(kind="safeguarding", due_on=DUE, source="safeguarding-s1", by="reactor")
    made = task.TaskCreated(kind="safeguarding", due_on=DUE, source="safeguarding-s1", created_by="reactor")
    given(task_creation).when(followed).then(made)


def test_nobody_makes_a_task_that_is_late_already_by_hand() -> None:
    given(task_creation, reading=CASE).when(replace(CREATE, on=DUE)).then(CREATED)
    late = replace(CREATE, on=DUE + timedelta(days=1))
    given(task_creation, reading=CASE).when(late).refused("due_on lies in the past")
    given(task_creation, CREATED, reading=CASE).when(late).then_nothing()
    followed = replace(CREATE, kind="risk_item", source="measure-m1", words=None, due_on=DUE - timedelta(days=9))
    made = replace(CREATED, kind="risk_item", source="measure-m1", words=None, due_on=DUE - timedelta(days=9))
    given(task_creation, reading=CASE).when(followed).then(made)


def test_what_follows_from_something_is_not_made_by_hand() -> None:
    given(task_creation, reading=CASE).when(replace(CREATE, kind="risk_item")).refused("kind is one that follows")


def test_something_else_says_what() -> None:
    given(task_creation, reading=CASE).when(replace(CREATE, kind="other", words=None)).refused("words is missing")
    given(task_creation, reading=CASE).when(replace(CREATE, kind="dance")).refused("kind must be one of")


def test_a_task_is_done_once_and_then_it_is_done() -> None:
    done = task.TaskCompleted(completed_by="u1", completed_at=NOW)
    given(task, CREATED).when(task.CompleteTask(by="u1", at=NOW)).then(done)
    given(task, CREATED, done).when(task.CompleteTask(by="u2", at=NOW)).then_nothing()
    given(task, CREATED, done).when(task.CancelTask()).refused("this task is done")
    given(task).when(task.CompleteTask(by="u1", at=NOW)).refused("there is no such task")


def test_a_task_goes_to_a_colleague_or_back_to_whoever_has_the_case() -> None:
    to_ben = task.TaskReassigned(worker_id="ben")
    given(task, CREATED).when(task.ReassignTask(worker_id="ben")).then(to_ben)
    given(task, CREATED, to_ben).when(task.ReassignTask(worker_id="ben")).then_nothing()
    back = task.TaskReassigned(worker_id=None, from_worker_id="ben")
    given(task, CREATED, to_ben).when(task.ReassignTask()).then(back)
    bens = replace(CREATED, referral_id=None, person_id=None, worker_id="ben")
    given(task, bens).when(task.ReassignTask()).refused("worker_id is missing")


def test_what_followed_from_something_is_done_or_was_a_mistake() -> None:
    given(task, CREATED).when(task.CancelTask()).then(task.TaskCancelled(reason="not_needed"))
    given(task, SYSTEM).when(task.CancelTask()).refused("this task followed from something that happened")
    mistake = task.TaskCancelled(reason="entered_in_error")
    given(task, SYSTEM).when(task.CancelTask(reason="entered_in_error")).then(mistake)
    given(task, SYSTEM, mistake).when(task.CancelTask(reason="entered_in_error")).then_nothing()


def test_what_nobody_acknowledged_and_whom_to_ask_after_becomes_a_task_of_the_case() -> None:
    late = referral.ReferBackUnacknowledged(refer_back_id="b1", due_at=NOW)
    wish = task.CreateTask(kind="refer_back", due_on=NOW.date(), referral_id="r1", source="referral-r1", by="reactor")
    assert follows(Notes(), "r1", late, NOW) == (Send("refer_back", "refer_back-r1.b1", wish),)
    wish = replace(wish, kind="follow_up", due_on=DUE)
    due = referral.FollowUpFellDue(due_on=DUE)
    assert follows(Notes(), "r1", due, NOW) == (Send("follow_up", "follow_up-r1.20260310", wish),)
