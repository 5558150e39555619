"""Safeguarding: someone may come to harm; who needs to know is told, nobody else sees it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class SafeguardingConcernRaised:
    """`concerning`: an adult or a child, who need not be the person the case is about."""

    referral_id: str
    person_id: str
    concerning: str
    types: tuple[str, ...]
    detail: Personal[str]
    immediate_danger: bool
    raised_by: str
    raised_at: datetime


@event
class SafeguardingReferralMade:
    """`reference`: what the agency calls it."""

    person_id: str
    agency: str
    reference: Personal[str | None] = None
    made_at: datetime
    made_by: str


@event
class SafeguardingOutcomeRecorded:
    outcome: str
    detail: Personal[str | None] = None
    recorded_by: str
    recorded_at: datetime


@command
class MakeSafeguardingReferral:
    """It was passed on to an agency, at this time."""

    agency: str
    reference: str | None = None
    made_at: datetime
    by: str
    at: datetime


@command
class RecordSafeguardingOutcome:
    outcome: str
    detail: str | None = None
    by: str
    at: datetime


CATEGORY: Final = "safeguarding"

Event = SafeguardingConcernRaised | SafeguardingReferralMade | SafeguardingOutcomeRecorded
Command = MakeSafeguardingReferral | RecordSafeguardingOutcome
"""`safeguarding_raising` begins one."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → raised → referred → concluded; what was concluded may be passed on once more"""
    raised: SafeguardingConcernRaised | None = None
    referrals: tuple[SafeguardingReferralMade, ...] = ()
    outcome: SafeguardingOutcomeRecorded | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case SafeguardingConcernRaised():
            return State(phase="raised", raised=event)
        case SafeguardingReferralMade():
            return replace(state, phase="referred", referrals=(*state.referrals, event), outcome=None)
        case SafeguardingOutcomeRecorded():
            return replace(state, phase="concluded", outcome=event)


def person(state: State) -> str | None:
    return state.raised.person_id if state.raised else None


def case(state: State) -> str | None:
    return state.raised.referral_id if state.raised else None


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if state.raised is None:
        raise Refused("there is no such concern")
    match command:
        case MakeSafeguardingReferral():
            return _refer(state, command, state.raised)
        case RecordSafeguardingOutcome(outcome=outcome, detail=detail):
            values.one_of(codes.SAFEGUARDING_OUTCOMES, outcome, "outcome")
            said = None if detail is None else values.said(detail, "detail")
            before = state.outcome
            if before is not None and (before.outcome, before.detail) == (outcome, said):
                return ()
            if outcome == "not_referred" and state.referrals:
                raise Refused("outcome is not so: this concern was passed on")
            if outcome == "not_referred" and said is None:
                raise Refused("detail is missing: say why it was not passed on")
            if outcome != "not_referred" and not state.referrals:
                raise Refused("this concern has not been passed on: record to whom first, or that it was not")
            when = values.moment(command.at, "at")
            return (
                SafeguardingOutcomeRecorded(outcome=outcome, detail=said, recorded_by=command.by, recorded_at=when),
            )


def _refer(state: State, command: MakeSafeguardingReferral, raised: SafeguardingConcernRaised) -> tuple[Event, ...]:
    values.one_of(codes.SAFEGUARDING_AGENCIES, command.agency, "agency")
    when = values.moment(command.made_at, "made_at")
    reference = None if command.reference is None else values.said(command.reference, "reference", 200)
    if any(
        (each.agency, each.reference, each.made_at) == (command.agency, reference, when) for each in state.referrals
    ):
        return ()
    values.happened(when, values.moment(command.at, "at"), "made_at")
    if when < raised.raised_at:
        raise Refused("made_at lies before the concern was raised")
    return (
        SafeguardingReferralMade(
            person_id=raised.person_id,
            agency=command.agency,
            reference=reference,
            made_at=when,
            made_by=command.by,
        ),
    )
