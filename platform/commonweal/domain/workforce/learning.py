"""Learning: what a link worker was trained in, until when it counts, and when they were supervised."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class TrainingCompleted:
    """`expires_on`: the last day it counts; None where it counts for ever."""

    course: str
    completed_on: date
    expires_on: date | None = None


@event
class CompetencyExpired:
    course: str
    expired_on: date


@event
class SupervisionHeld:
    kind: str
    held_on: date
    cases_discussed: tuple[str, ...] = ()


@command
class RecordTraining:
    course: str
    completed_on: date
    expires_on: date | None = None
    on: date


@command
class ExpireCompetency:
    course: str
    expired_on: date
    at: datetime


@command
class RecordSupervision:
    """`cases_discussed` are ids of referrals; what was said of them is a note on each."""

    kind: str
    held_on: date
    cases_discussed: tuple[str, ...] = ()
    on: date


Event = TrainingCompleted | CompetencyExpired | SupervisionHeld
Command = RecordTraining | ExpireCompetency | RecordSupervision
"""They stand in the stream of a link worker: see `link_worker`."""


@dataclass(frozen=True, slots=True)
class Learning:
    courses: Mapping[str, TrainingCompleted] = field(default_factory=dict)
    """The latest training by course, as long as it counts."""
    expired: frozenset[tuple[str, date]] = frozenset()
    supervised: frozenset[tuple[str, date]] = frozenset()


EMPTY: Final = Learning()


def evolve(state: Learning, event: Event) -> Learning:
    match event:
        case TrainingCompleted(course=course):
            return replace(state, courses={**state.courses, course: event})
        case CompetencyExpired(course=course, expired_on=day):
            counting = {name: done for name, done in state.courses.items() if name != course}
            return replace(state, courses=counting, expired=state.expired | {(course, day)})
        case SupervisionHeld(kind=kind, held_on=day):
            return replace(state, supervised=state.supervised | {(kind, day)})


COMPETENCY: Final = "competency_expired"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A competency falls due once its last day is over; training done again sets the clock anew."""
    match event:
        case TrainingCompleted(course=course, expires_on=day):
            return (Deadline(COMPETENCY, identity, course, None if day is None else due.end_of(day)),)
        case CompetencyExpired(course=course):
            return (Deadline(COMPETENCY, identity, course, None),)
        case SupervisionHeld():
            return ()


FALLS_DUE: Final[FallsDue] = {
    COMPETENCY: lambda deadline, now: ExpireCompetency(
        course=deadline.about, expired_on=due.today(deadline.due_at or now), at=now
    ),
}


def decide(state: Learning, command: Command) -> tuple[Event, ...]:
    match command:
        case RecordTraining():
            return _train(state, command)
        case ExpireCompetency(course=course, expired_on=day):
            if values.moment(command.at, "at") < due.start_of(day):
                raise Refused("a competency does not expire before its time")
            done = state.courses.get(course)
            if done is None or done.expires_on is None or done.expires_on >= day:
                return ()
            return (CompetencyExpired(course=course, expired_on=day),)
        case RecordSupervision(kind=kind, held_on=day, cases_discussed=cases):
            values.one_of(codes.SUPERVISIONS, kind, "kind")
            values.happened(day, command.on, "held_on")
            discussed = tuple(dict.fromkeys(values.identifier(case, "cases_discussed") for case in cases))
            if (kind, day) in state.supervised:
                return ()
            return (SupervisionHeld(kind=kind, held_on=day, cases_discussed=discussed),)


def _train(state: Learning, command: RecordTraining) -> tuple[Event, ...]:
    values.one_of(codes.COURSES, command.course, "course")
    values.happened(command.completed_on, command.on, "completed_on")
    if command.expires_on is not None and command.expires_on < command.completed_on:
        raise Refused("expires_on lies before the training was completed")
    done = TrainingCompleted(course=command.course, completed_on=command.completed_on, expires_on=command.expires_on)
    before = state.courses.get(command.course)
    if before is not None and before.completed_on >= done.completed_on:
        if before == done:
            return ()
        raise Refused(f"completed_on: {command.course} was completed again since then")
    return (done,)
