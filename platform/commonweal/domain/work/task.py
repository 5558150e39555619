"""Task: something one of us has to do by a day."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class TaskCreated:
    """`worker_id`: whose it is; nobody's in particular is that of whoever has the case. `source`: the stream it followed from."""

    kind: str
    due_on: date
    referral_id: str | None = None
    person_id: str | None = None
    worker_id: str | None = None
    words: Personal[str | None] = None
    source: str | None = None
    created_by: str


@event
class TaskCompleted:
    completed_by: str
    completed_at: datetime


@event
class TaskReassigned:
    worker_id: str | None = None
    from_worker_id: str | None = None


@event
class TaskCancelled:
    reason: str


@command
class CreateTask:
    """`words`: what to do, in a person's own words. What follows from an event names its stream as `source`.

    `on`: today, where somebody makes it by hand; what follows by itself may be late already.
    """

    kind: str
    due_on: date
    referral_id: str | None = None
    worker_id: str | None = None
    words: str | None = None
    source: str | None = None
    on: date | None = None
    by: str


@command
class CompleteTask:
    by: str
    at: datetime


@command
class ReassignTask:
    """Without `worker_id` it is that of whoever has the case."""

    worker_id: str | None = None


@command
class CancelTask:
    reason: str = "not_needed"


@command
class CancelTaskWithCase:
    """The case has ended: there is nothing left to do, unless it followed from something that happened."""

    ending: str


CATEGORY: Final = "task"

Event = TaskCreated | TaskCompleted | TaskReassigned | TaskCancelled
Command = CompleteTask | ReassignTask | CancelTask | CancelTaskWithCase
"""`task_creation` answers `CreateTask`."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → open → done or cancelled"""
    created: TaskCreated | None = None
    worker_id: str | None = None
    ending: str | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case TaskCreated(worker_id=worker):
            return State(phase="open", created=event, worker_id=worker)
        case TaskCompleted():
            return replace(state, phase="done", ending=None)
        case TaskReassigned(worker_id=worker):
            return replace(state, worker_id=worker)
        case TaskCancelled(reason=reason):
            return replace(state, phase="cancelled", ending=reason)


def person(state: State) -> str | None:
    return state.created.person_id if state.created else None


def case(state: State) -> str | None:
    return state.created.referral_id if state.created else None


def decide(state: State, command: Command) -> tuple[Event, ...]:  # noqa: C901 – one answer a command
    if state.created is None:
        raise Refused("there is no such task")
    match command:
        case CompleteTask(by=by, at=now):
            if state.phase == "done":
                return ()
            _open(state)
            return (TaskCompleted(completed_by=by, completed_at=values.moment(now, "at")),)
        case ReassignTask(worker_id=worker):
            if worker is not None:
                values.identifier(worker, "worker_id")
            if worker == state.worker_id:
                return ()
            _open(state)
            if worker is None and state.created.referral_id is None:
                raise Refused("worker_id is missing: this task is about no case that somebody has")
            return (TaskReassigned(worker_id=worker, from_worker_id=state.worker_id),)
        case CancelTask(reason=reason):
            values.one_of(codes.TASK_CANCELLATIONS, reason, "reason")
            if (state.phase, state.ending) == ("cancelled", reason):
                return ()
            _open(state)
            if state.created.kind in codes.SYSTEM_TASKS and reason == "not_needed":
                raise Refused(
                    "this task followed from something that happened: do it, or say why it should not be there"
                )
            return (TaskCancelled(reason=reason),)
        case CancelTaskWithCase(ending=ending):
            values.one_of(codes.CASE_ENDINGS, ending, "ending")
            if state.phase != "open" or (state.created.kind in codes.SYSTEM_TASKS and ending != "died"):
                return ()
            return (TaskCancelled(reason="case_ended"),)


def _open(state: State) -> None:
    if state.phase != "open":
        raise Refused(f"this task is {state.phase}")
