"""Risk: what someone who meets the person must know first, until it has been looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class RiskFlagRaised:
    """`restricted`: shown to the person's own link worker and the team's leads alone."""

    flag_id: str
    kind: str
    severity: str
    detail: Personal[str | None] = None
    restricted: bool = False
    raised_on: date
    review_due: date
    by: str


@event
class RiskFlagReviewed:
    flag_id: str
    severity: str
    detail: Personal[str | None] = None
    restricted: bool = False
    reviewed_on: date
    review_due: date
    by: str


@event
class RiskFlagClosed:
    flag_id: str
    reason: str
    restricted: bool = False
    closed_on: date
    by: str


@command
class RaiseRiskFlag:
    flag_id: str
    kind: str
    severity: str
    detail: str | None = None
    restricted: bool = False
    review_due: date
    by: str
    on: date


@command
class ReviewRiskFlag:
    """What is not given in words stays as it was."""

    flag_id: str
    severity: str
    detail: str | None = None
    review_due: date
    by: str
    on: date


@command
class CloseRiskFlag:
    flag_id: str
    reason: str
    by: str
    on: date


CATEGORY: Final = "risk"
SUBJECT_IS_STREAM: Final = True
"""One stream a person; its id is the person's."""
CREATES: Final = (RaiseRiskFlag,)

Event = RiskFlagRaised | RiskFlagReviewed | RiskFlagClosed
Command = RaiseRiskFlag | ReviewRiskFlag | CloseRiskFlag


@dataclass(frozen=True, slots=True)
class Flag:
    kind: str
    severity: str
    restricted: bool
    review_due: date
    detail: Personal[str | None] = None
    open: bool = True


@dataclass(frozen=True, slots=True)
class State:
    flags: Mapping[str, Flag]


INITIAL: Final = State(flags={})


def evolve(state: State, event: Event) -> State:
    before = state.flags.get(event.flag_id)
    match event:
        case RiskFlagRaised():
            flag = Flag(event.kind, event.severity, event.restricted, event.review_due, event.detail)
        case RiskFlagReviewed():
            known = before or Flag("other", event.severity, event.restricted, event.review_due)
            detail = known.detail if event.detail is None else event.detail
            flag = Flag(known.kind, event.severity, event.restricted, event.review_due, detail)
        case RiskFlagClosed():
            if before is None:
                return state
            flag = replace(before, open=False)
    return State(flags={**state.flags, event.flag_id: flag})


def decide(state: State, command: Command) -> tuple[Event, ...]:
    values.identifier(command.flag_id, "flag_id")
    flag = state.flags.get(command.flag_id)
    match command:
        case RaiseRiskFlag():
            return _raise(flag, command)
        case ReviewRiskFlag():
            return _review(flag, command)
        case CloseRiskFlag(flag_id=identity, reason=reason, by=by, on=day):
            values.one_of(codes.RISK_CLOSURES, reason, "reason")
            found = _there(flag)
            if not found.open:
                return ()
            return (RiskFlagClosed(flag_id=identity, reason=reason, restricted=found.restricted, closed_on=day, by=by),)


def _there(flag: Flag | None) -> Flag:
    if flag is None:
        raise Refused("there is no such flag on this person's record")
    return flag


def _raise(flag: Flag | None, command: RaiseRiskFlag) -> tuple[Event, ...]:
    values.one_of(codes.RISKS, command.kind, "kind")
    values.one_of(codes.RISK_SEVERITIES, command.severity, "severity")
    values.not_past(command.review_due, command.on, "review_due")
    if flag is not None:
        if (flag.kind, flag.restricted) == (command.kind, command.restricted):
            return ()
        raise Refused("flag_id is that of another flag on this person's record")
    detail = None if command.detail is None else values.said(command.detail, "detail")
    return (
        RiskFlagRaised(
            flag_id=command.flag_id,
            kind=command.kind,
            severity=command.severity,
            detail=detail,
            restricted=command.restricted,
            raised_on=command.on,
            review_due=command.review_due,
            by=command.by,
        ),
    )


def _review(flag: Flag | None, command: ReviewRiskFlag) -> tuple[Event, ...]:
    values.one_of(codes.RISK_SEVERITIES, command.severity, "severity")
    values.not_past(command.review_due, command.on, "review_due")
    found = _there(flag)
    if not found.open:
        raise Refused("this flag is closed: raise a new one")
    detail = None if command.detail is None else values.said(command.detail, "detail")
    if (command.severity, command.review_due) == (found.severity, found.review_due) and detail in (None, found.detail):
        return ()
    return (
        RiskFlagReviewed(
            flag_id=command.flag_id,
            severity=command.severity,
            detail=detail,
            restricted=found.restricted,
            reviewed_on=command.on,
            review_due=command.review_due,
            by=command.by,
        ),
    )
