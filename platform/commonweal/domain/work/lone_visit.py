"""Lone visit: one of us is somewhere alone, and is missed if they do not say that they are safe."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class LoneVisitStarted:
    worker_id: str
    contact_id: str | None = None
    referral_id: str | None = None
    person_id: str | None = None
    place: Personal[str | None] = None
    started_at: datetime
    expected_by: datetime


@event
class LoneWorkerCheckedIn:
    """They are safe, and will say so again by `expected_by`."""

    checked_in_at: datetime
    expected_by: datetime


@event
class LoneWorkerOverdue:
    expected_by: datetime


@event
class LoneVisitEnded:
    ended_at: datetime
    ended_by: str


@command
class CheckInLoneWorker:
    expected_by: datetime
    at: datetime


@command
class FlagLoneWorkerOverdue:
    expected_by: datetime
    at: datetime


@command
class EndLoneVisit:
    """They are safe and on their way: the worker says so, or whoever reached them."""

    by: str
    at: datetime


CATEGORY: Final = "lone_visit"

Event = LoneVisitStarted | LoneWorkerCheckedIn | LoneWorkerOverdue | LoneVisitEnded
Command = CheckInLoneWorker | FlagLoneWorkerOverdue | EndLoneVisit
"""`lone_visit_start` begins one."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → out → overdue → ended; who checks in is out again"""
    started: LoneVisitStarted | None = None
    expected_by: datetime | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case LoneVisitStarted(expected_by=when):
            return State(phase="out", started=event, expected_by=when)
        case LoneWorkerCheckedIn(expected_by=when):
            return replace(state, phase="out", expected_by=when)
        case LoneWorkerOverdue():
            return replace(state, phase="overdue")
        case LoneVisitEnded():
            return replace(state, phase="ended")


def person(state: State) -> str | None:
    return state.started.person_id if state.started else None


def case(state: State) -> str | None:
    return state.started.referral_id if state.started else None


OVERDUE: Final = "lone_worker_overdue"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """The clock runs to the time they said last."""
    match event:
        case LoneVisitStarted(expected_by=when) | LoneWorkerCheckedIn(expected_by=when):
            return (Deadline(OVERDUE, identity, "", when),)
        case LoneWorkerOverdue() | LoneVisitEnded():
            return (Deadline(OVERDUE, identity, "", None),)


FALLS_DUE: Final[FallsDue] = {
    OVERDUE: lambda deadline, now: FlagLoneWorkerOverdue(expected_by=deadline.due_at or now, at=now),
}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if state.started is None:
        raise Refused("there is no such visit")
    match command:
        case CheckInLoneWorker(expected_by=when, at=now):
            check_time(when, now)
            if (state.phase, state.expected_by) == ("out", when):
                return ()
            if state.phase == "ended":
                raise Refused("this visit has ended")
            return (LoneWorkerCheckedIn(checked_in_at=now, expected_by=when),)
        case FlagLoneWorkerOverdue(expected_by=when, at=now):
            if values.moment(now, "at") < values.moment(when, "expected_by"):
                raise Refused("nobody is overdue before expected_by")
            if state.phase != "out" or state.expected_by != when:
                return ()  # they checked in, or came back
            return (LoneWorkerOverdue(expected_by=when),)
        case EndLoneVisit(by=by, at=now):
            if state.phase == "ended":
                return ()
            return (LoneVisitEnded(ended_at=values.moment(now, "at"), ended_by=by),)


def check_time(when: datetime, now: datetime) -> None:
    """Refuses a time by which to check in that has passed, or lies so far off that nobody would be missed."""
    if values.moment(when, "expected_by") <= values.moment(now, "at"):
        raise Refused("expected_by has passed: say a time to come")
    if (when - now).total_seconds() > FURTHEST_HOURS * 3600:
        raise Refused(f"expected_by is more than {FURTHEST_HOURS} hours off")


FURTHEST_HOURS: Final = 12
