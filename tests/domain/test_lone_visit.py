"""Whoever is out alone is missed when they do not say that they are safe."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from commonweal.domain import tenant
from commonweal.domain.deadlines import deadlines, when_due
from commonweal.domain.due import Deadline
from commonweal.domain.work import lone_visit, lone_visit_start
from commonweal.domain.workforce import link_worker
from tests.domain.test_contact import BOOKED
from tests.given import given

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
BY, LATER = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
AMIRA = link_worker.LinkWorkerEngaged(
    display_name="Amira", employer="U35821", fte_percent=100, caseload_limit=40, engaged_on=date(2026, 1, 1)
)
KNOWN = {("link_worker", "amira"): (AMIRA,), ("contact", "c1"): (BOOKED,)}
START = lone_visit_start.StartLoneVisit(worker_id="amira", contact_id="c1", referral_id="r1", expected_by=BY, at=NOW)
STARTED = lone_visit.LoneVisitStarted(
    worker_id="amira",
    contact_id="c1",
    referral_id="r1",
    person_id="ottoline",
    place="the library",
    started_at=NOW,
    expected_by=BY,
)
SAFE = lone_visit.CheckInLoneWorker(expected_by=LATER, at=BY)
CHECKED_IN = lone_visit.LoneWorkerCheckedIn(checked_in_at=BY, expected_by=LATER)
FLAG = lone_visit.FlagLoneWorkerOverdue(expected_by=BY, at=BY)
OVERDUE = lone_visit.LoneWorkerOverdue(expected_by=BY)
END = lone_visit.EndLoneVisit(by="u1", at=LATER)
ENDED = lone_visit.LoneVisitEnded(ended_at=LATER, ended_by="u1")


def test_who_goes_out_says_where_and_by_when() -> None:
    given(lone_visit_start, reading=KNOWN).when(START).then(STARTED)
    given(lone_visit_start, reading=KNOWN).when(replace(START, place="her flat")).then(
        replace(STARTED, place="her flat")
    )
    given(lone_visit_start, STARTED, reading=KNOWN).when(START).then_nothing()
    alone = replace(STARTED, contact_id=None, referral_id=None, person_id=None, place=None)
    given(lone_visit_start, reading=KNOWN).when(replace(START, contact_id=None, referral_id=None)).then(alone)


def test_a_time_by_which_to_be_heard_of_is_to_come_and_the_same_day() -> None:
    given(lone_visit_start, reading=KNOWN).when(replace(START, expected_by=NOW)).refused("expected_by has passed")
    tomorrow = replace(START, expected_by=NOW + timedelta(days=1))
    given(lone_visit_start, reading=KNOWN).when(tomorrow).refused("expected_by is more than 12 hours off")


def test_nobody_is_out_whom_we_do_not_know_or_for_a_contact_there_is_not() -> None:
    given(lone_visit_start).when(START).refused("there is no such link worker")
    known = {("link_worker", "amira"): (AMIRA,)}
    given(lone_visit_start, reading=known).when(START).refused("there is no such contact")
    given(lone_visit_start, reading=KNOWN).when(replace(START, referral_id="r2")).refused("referral_id is not the case")
    given(lone_visit).when(END).refused("there is no such visit")


def test_who_says_they_are_safe_has_until_the_next_time() -> None:
    given(lone_visit, STARTED).when(SAFE).then(CHECKED_IN)
    given(lone_visit, STARTED, CHECKED_IN).when(SAFE).then_nothing()
    given(lone_visit, STARTED, OVERDUE).when(SAFE).then(CHECKED_IN)
    given(lone_visit, STARTED, ENDED).when(SAFE).refused("this visit has ended")


def test_who_was_not_heard_of_in_time_is_overdue_once() -> None:
    given(lone_visit, STARTED).when(FLAG).then(OVERDUE)
    given(lone_visit, STARTED, OVERDUE).when(FLAG).then_nothing()
    given(lone_visit, STARTED, CHECKED_IN).when(FLAG).then_nothing()
    given(lone_visit, STARTED, ENDED).when(FLAG).then_nothing()
    given(lone_visit, STARTED).when(replace(FLAG, at=NOW)).refused("before expected_by")


def test_who_is_back_is_looked_for_no_more() -> None:
    given(lone_visit, STARTED).when(END).then(ENDED)
    given(lone_visit, STARTED, OVERDUE).when(END).then(ENDED)
    given(lone_visit, STARTED, ENDED).when(END).then_nothing()


def test_the_clock_runs_to_the_time_they_said_last_and_stops_when_they_are_back() -> None:
    due = {type(event): deadlines(tenant.Policies(), "v1", event) for event in (STARTED, CHECKED_IN, OVERDUE, ENDED)}
    assert [each.due_at for (each,) in due.values()] == [BY, LATER, None, None]
    (first,) = due[lone_visit.LoneVisitStarted]
    assert when_due(first, BY) == FLAG
    assert first == Deadline("lone_worker_overdue", "v1", "", BY)
