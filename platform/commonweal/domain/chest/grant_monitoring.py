"""Monitoring: what a grantee tells of its money, when it is due, and what the officer makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, due, values
from commonweal.domain.chest import money
from commonweal.domain.chest.grant_award import RUNNING, require
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class MonitoringDue:
    """A report was asked for: over the days `from_on` to `to_on`, by `due_on`."""

    report_id: str
    from_on: date
    to_on: date
    due_on: date
    by: str


@event
class MonitoringSubmitted:
    """Numbers of the grantee's own, of nobody in particular. `people_band`: of `codes.PEOPLE_BANDS`."""

    report_id: str
    sessions: int
    places: int
    people_band: str
    spend_pence: int
    learning: Personal[str | None] = None
    submitted_on: date
    link_id: str | None = None


@event
class MonitoringAccepted:
    report_id: str
    by: str


@event
class MonitoringQueried:
    report_id: str
    question: Personal[str]
    by: str


@event
class MonitoringOverdue:
    report_id: str
    due_on: date


@command
class AskForMonitoring:
    report_id: str
    from_on: date
    to_on: date
    due_on: date
    on: date
    by: str


@command
class SubmitMonitoring:
    """`people_band`: how many different people were reached, as a band; `spend_pence`: in these days."""

    report_id: str
    sessions: int
    places: int
    people_band: str
    spend_pence: int
    learning: str | None = None
    on: date
    by_link: str | None = None


@command
class AcceptMonitoring:
    report_id: str
    by: str


@command
class QueryMonitoring:
    """The grantee is asked, and sends it again."""

    report_id: str
    question: str
    by: str


@command
class FlagMonitoringOverdue:
    report_id: str
    on: date


Event = MonitoringDue | MonitoringSubmitted | MonitoringAccepted | MonitoringQueried | MonitoringOverdue
Command = AskForMonitoring | SubmitMonitoring | AcceptMonitoring | QueryMonitoring | FlagMonitoringOverdue


@dataclass(frozen=True, slots=True)
class Report:
    asked: MonitoringDue
    phase: str = "due"
    """due → submitted → accepted | queried → submitted; overdue while it is due and its day is over"""
    submitted: MonitoringSubmitted | None = None


State = Mapping[str, Report]
"""By id."""
OVERDUE: Final = "monitoring_overdue"
MOST: Final = 100
MOST_COUNT: Final = 1_000_000


def evolve(state: State, event: Event) -> State:
    if isinstance(event, MonitoringDue):
        return {**state, event.report_id: Report(event)}
    known = state.get(event.report_id)
    if known is None:
        return state
    match event:
        case MonitoringSubmitted():
            then = replace(known, phase="submitted", submitted=event)
        case MonitoringAccepted():
            then = replace(known, phase="accepted")
        case MonitoringQueried():
            then = replace(known, phase="queried")
        case MonitoringOverdue():
            then = replace(known, phase="overdue")
    return {**state, event.report_id: then}


def deadlines(identity: str, event: Event) -> tuple[Deadline, ...]:
    """A report is overdue when its day is over and it has not come."""
    match event:
        case MonitoringDue(report_id=report, due_on=day):
            return (Deadline(OVERDUE, identity, report, due.end_of(day)),)
        case MonitoringSubmitted() | MonitoringOverdue():
            return (Deadline(OVERDUE, identity, event.report_id, None),)
        case MonitoringAccepted() | MonitoringQueried():
            return ()


def _overdue(deadline: Deadline, now: datetime) -> Command:
    return FlagMonitoringOverdue(report_id=deadline.about, on=due.today(now))


FALLS_DUE: Final[FallsDue] = {OVERDUE: _overdue}


def decide(state: State, command: Command, phase: str) -> tuple[Event, ...]:
    if isinstance(command, AskForMonitoring):
        return _ask(state, command, phase)
    known = state.get(command.report_id)
    if known is None:
        raise Refused("report_id is that of no report of this grant")
    match command:
        case SubmitMonitoring():
            return _submit(known, command)
        case AcceptMonitoring(report_id=report, by=by):
            if known.phase == "accepted":
                return ()
            _require(known, {"submitted"}, "be accepted")
            return (MonitoringAccepted(report_id=report, by=by),)
        case QueryMonitoring(report_id=report, question=question, by=by):
            said = values.said(question, "question", 2_000)
            if known.phase == "queried":
                return ()
            _require(known, {"submitted"}, "be queried")
            return (MonitoringQueried(report_id=report, question=said, by=by),)
        case FlagMonitoringOverdue(report_id=report, on=today):
            if known.phase != "due" or today <= known.asked.due_on:
                return ()
            return (MonitoringOverdue(report_id=report, due_on=known.asked.due_on),)


def check_sent(state: State, report_id: str) -> None:
    """Refuses a report that has not come: money that goes with it waits for it."""
    known = state.get(report_id)
    if known is None or known.submitted is None:
        raise Refused("report_id is that of no report of this grant that has come: send the report first")


def _require(report: Report, phases: set[str], what: str) -> None:
    if report.phase not in phases:
        raise Refused(f"this report is {report.phase}; it cannot {what}")


def _ask(state: State, command: AskForMonitoring, phase: str) -> tuple[Event, ...]:
    asked = MonitoringDue(
        report_id=values.identifier(command.report_id, "report_id"),
        from_on=command.from_on,
        to_on=command.to_on,
        due_on=command.due_on,
        by=command.by,
    )
    if asked.to_on < asked.from_on:
        raise Refused("to_on is before from_on")
    if asked.due_on < asked.to_on:
        raise Refused("due_on is before the days it is about are over")
    if asked.report_id in state:
        if state[asked.report_id].asked == asked:
            return ()
        raise Refused("report_id is that of another report: choose a new one")
    require(phase, RUNNING | {"accepted", "terminated"}, "be asked for a report")
    if len(state) >= MOST:
        raise Refused(f"this grant has {MOST} reports already")
    return (asked,)


def _submit(known: Report, command: SubmitMonitoring) -> tuple[Event, ...]:
    values.one_of(codes.PEOPLE_BANDS, command.people_band, "people_band")
    values.within(command.sessions, 0, MOST_COUNT, "sessions")
    values.within(command.places, 0, MOST_COUNT, "places")
    values.within(command.spend_pence, 0, money.MOST_PENCE, "spend_pence")
    learning = None if command.learning is None else command.learning.strip() or None
    submitted = MonitoringSubmitted(
        report_id=command.report_id,
        sessions=command.sessions,
        places=command.places,
        people_band=command.people_band,
        spend_pence=command.spend_pence,
        learning=learning,
        submitted_on=command.on,
        link_id=command.by_link,
    )
    if known.phase == "submitted" and known.submitted == submitted:
        return ()
    if known.phase == "accepted":
        raise Refused("this report was accepted already")
    if command.on < known.asked.to_on:
        raise Refused("the days this report is about are not over yet")
    return (submitted,)
