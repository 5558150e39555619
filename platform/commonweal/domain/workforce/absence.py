"""Absence: a link worker is away for a time, and a colleague sees to the people they walk beside.

Both records say so: whoever covers sees the cases of the one who is away for as long as it lasts.
"""

from datetime import date
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.link_worker import AbsenceEnded, AbsenceStarted, CoverChanged, CoverEnded, CoverStarted


@command
class StartAbsence:
    """`cover_worker_id`: the colleague who sees to their cases meanwhile."""

    link_worker_id: str
    kind: str
    cover_worker_id: str | None = None
    started_on: date


@command
class ChangeCover:
    """`cover_worker_id`: nothing where nobody covers any more."""

    link_worker_id: str
    cover_worker_id: str | None = None


@command
class EndAbsence:
    link_worker_id: str
    ended_on: date


PRIMARY: Final = "link_worker"
PRIMARY_ID: Final = "link_worker_id"
"""The field that repeats the id of the primary stream: who covers has to say for whom."""

Command = StartAbsence | ChangeCover | EndAbsence
States = tuple[link_worker.State, ...]
Decision = tuple[tuple[link_worker.Event, ...], ...]
"""(events of the one who is away, events of each colleague read, in the order of `reads`)"""


def reads(state: link_worker.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The colleague who covers, then the one who shall."""
    wanted = [state.absence.cover_worker_id if state.absence else None]
    if isinstance(command, StartAbsence | ChangeCover):
        wanted.append(command.cover_worker_id)
    return tuple(("link_worker", worker) for worker in dict.fromkeys(wanted) if worker is not None)


def decide(states: States, command: Command) -> Decision:
    """Shapes: `states` is (the one who is away, *colleagues of `reads`)."""
    state, colleagues = states[0], states[1:]
    link_worker.check_active(state)
    match command:
        case StartAbsence():
            return _start(state, colleagues, command)
        case ChangeCover():
            return _change(state, colleagues, command)
        case EndAbsence(ended_on=day):
            if state.absence is None:
                return ((),)
            if day < state.absence.started_on:
                raise Refused("ended_on lies before the absence started")
            return (AbsenceEnded(ended_on=day),), *(_free(each, command.link_worker_id) for each in colleagues)


def _start(state: link_worker.State, colleagues: States, command: StartAbsence) -> Decision:
    values.one_of(link_worker.ABSENCES, command.kind, "kind")
    away = AbsenceStarted(kind=command.kind, cover_worker_id=command.cover_worker_id, started_on=command.started_on)
    if state.absence == away:
        return (), *(() for _ in colleagues)
    if state.absence is not None:
        raise Refused(f"{state.name} is away already ({state.absence.kind})")
    return (away,), *(_bind(each, command.link_worker_id, command.cover_worker_id) for each in colleagues)


def _change(state: link_worker.State, colleagues: States, command: ChangeCover) -> Decision:
    if state.absence is None:
        raise Refused(f"{state.name} is not away: there is nothing to cover")
    before, after = state.absence.cover_worker_id, command.cover_worker_id
    if before == after:
        return (), *(() for _ in colleagues)
    changed = (CoverChanged(cover_worker_id=after),)
    ended = () if before is None else (_free(colleagues[0], command.link_worker_id),)
    started = () if after is None else (_bind(colleagues[-1], command.link_worker_id, after),)
    return changed, *ended, *started


def _bind(colleague: link_worker.State, worker_id: str, cover_id: str | None) -> tuple[link_worker.Event, ...]:
    values.identifier(cover_id or "", "cover_worker_id")
    if cover_id == worker_id:
        raise Refused("cover_worker_id: nobody covers for themselves")
    if colleague.phase != "active":
        raise Refused("cover_worker_id: there is no such link worker in post")
    if colleague.absence is not None:
        raise Refused(f"cover_worker_id: {colleague.name} is away too")
    return () if worker_id in colleague.covers else (CoverStarted(worker_id=worker_id),)


def _free(colleague: link_worker.State, worker_id: str) -> tuple[link_worker.Event, ...]:
    return (CoverEnded(worker_id=worker_id),) if worker_id in colleague.covers else ()
