"""What a link worker learned, and until when it counts."""

from dataclasses import replace
from datetime import UTC, date, datetime

from commonweal.domain import deadlines, tenant
from commonweal.domain.due import Deadline
from commonweal.domain.workforce import learning, link_worker
from commonweal.domain.workforce.learning import (
    CompetencyExpired,
    ExpireCompetency,
    RecordSupervision,
    RecordTraining,
    SupervisionHeld,
    TrainingCompleted,
)
from commonweal.domain.workforce.link_worker import LinkWorkerEngaged, LinkWorkerLeft
from tests.given import given

DAY = date(2026, 1, 5)
LAST = date(2027, 1, 4)
AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan", employer="U35821", fte_percent=50, caseload_limit=10, engaged_on=date(2025, 9, 1)
)
RECORD = RecordTraining(course="first_aid", completed_on=DAY, expires_on=LAST, on=DAY)
DONE = TrainingCompleted(course="first_aid", completed_on=DAY, expires_on=LAST)
OVER = datetime(2027, 1, 5, 0, tzinfo=UTC)
EXPIRE = ExpireCompetency(course="first_aid", expired_on=date(2027, 1, 5), at=OVER)
EXPIRED = CompetencyExpired(course="first_aid", expired_on=date(2027, 1, 5))


def test_training_is_recorded_once_it_is_completed() -> None:
    given(link_worker, AMIRA).when(RECORD).then(DONE)
    given(link_worker, AMIRA, DONE).when(RECORD).then_nothing()
    given(link_worker, AMIRA).when(replace(RECORD, completed_on=date(2026, 1, 6))).refused("completed_on")
    given(link_worker, AMIRA).when(replace(RECORD, expires_on=date(2026, 1, 4))).refused("expires_on")
    given(link_worker, AMIRA, DONE).when(replace(RECORD, completed_on=date(2025, 12, 1))).refused("again since then")


def test_a_competency_expires_once_its_last_day_is_over() -> None:
    (falls,) = deadlines.deadlines(tenant.Policies(), "amira", DONE)
    assert falls == Deadline(learning.COMPETENCY, "amira", "first_aid", OVER)
    assert deadlines.when_due(falls, OVER) == EXPIRE
    given(link_worker, AMIRA, DONE).when(EXPIRE).then(EXPIRED)
    given(link_worker, AMIRA, DONE, EXPIRED).when(EXPIRE).then_nothing()
    assert deadlines.deadlines(tenant.Policies(), "amira", EXPIRED) == (replace(falls, due_at=None),)


def test_training_done_again_or_that_counts_for_ever_does_not_expire() -> None:
    again = replace(DONE, completed_on=date(2026, 12, 1), expires_on=date(2027, 11, 30))
    given(link_worker, AMIRA, DONE, again).when(EXPIRE).then_nothing()
    for_ever = replace(DONE, expires_on=None)
    given(link_worker, AMIRA, for_ever).when(EXPIRE).then_nothing()
    assert deadlines.deadlines(tenant.Policies(), "amira", for_ever)[0].due_at is None


def test_nothing_expires_of_who_left_or_before_its_time() -> None:
    given(link_worker, AMIRA, DONE, LinkWorkerLeft(last_day=DAY)).when(EXPIRE).then_nothing()
    early = replace(EXPIRE, at=datetime(2027, 1, 4, 12, tzinfo=UTC))
    given(link_worker, AMIRA, DONE).when(early).refused("before its time")


def test_supervision_is_recorded_with_the_cases_it_was_about() -> None:
    wish = RecordSupervision(kind="clinical", held_on=DAY, cases_discussed=("r1", "r1", "r2"), on=DAY)
    held = SupervisionHeld(kind="clinical", held_on=DAY, cases_discussed=("r1", "r2"))
    given(link_worker, AMIRA).when(wish).then(held)
    given(link_worker, AMIRA, held).when(wish).then_nothing()
    given(link_worker, AMIRA, held).when(replace(wish, kind="peer")).then(replace(held, kind="peer"))
    given(link_worker, AMIRA).when(replace(wish, held_on=date(2026, 1, 6))).refused("held_on")
    given(link_worker, AMIRA).when(replace(wish, kind="lunch")).refused("kind")
