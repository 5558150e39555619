"""A task is made: about a case, or for somebody in particular."""

from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused
from commonweal.domain.referrals import referral
from commonweal.domain.work import task
from commonweal.domain.work.task import CreateTask

PRIMARY: Final = "task"
CREATES: Final = (CreateTask,)

Command = CreateTask
Decision = tuple[tuple[task.Event, ...]] | tuple[tuple[task.Event, ...], tuple[()]]


def reads(_state: task.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The case it is about, where it is about one."""
    return () if command.referral_id is None else (("referral", command.referral_id),)


def decide(states: tuple[task.State] | tuple[task.State, referral.State], command: Command) -> Decision:
    """Writes to the task only."""
    _check(command)
    person_id = None
    if len(states) == 2:
        referral.known(states[1])
        person_id = states[1].person_id
    known = states[0]
    created = task.TaskCreated(
        kind=command.kind,
        due_on=command.due_on,
        referral_id=command.referral_id,
        person_id=person_id,
        worker_id=command.worker_id,
        words=None if command.words is None else values.said(command.words, "words", 2_000),
        source=command.source,
        created_by=command.by,
    )
    if known.created is not None and known.created != created:
        raise Refused("this task was made already")
    if known.created is None:
        values.not_past(command.due_on, command.on, "due_on")
    made = () if known.created is not None else (created,)
    return (made,) if len(states) == 1 else (made, ())


def _check(command: CreateTask) -> None:
    values.one_of(codes.TASK_KINDS, command.kind, "kind")
    if command.kind in codes.SYSTEM_TASKS and command.source is None:
        raise Refused("kind is one that follows from something that happened")
    for name in ("referral_id", "worker_id", "source"):
        if (value := getattr(command, name)) is not None:
            values.identifier(value, name)
    if command.kind == "other" and command.words is None:
        raise Refused("words is missing: say what there is to do")
    if command.referral_id is None and command.worker_id is None and command.source is None:
        raise Refused("worker_id is missing: a task is somebody's, or about a case")
