"""Referral: someone is sent to us, or comes; a link worker takes it from there."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Claim, Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class ReferralReceived:
    person_id: str
    source: str
    source_org: str
    source_reference: str
    setting: str
    priority: str
    reasons: tuple[str, ...]
    narrative: Personal[str | None] = None
    referrer_role: str
    referrer_name: Personal[str | None] = None
    requested_service: str | None = None
    practice: str | None = None
    received_at: datetime


@event
class TriageStarted:
    pass


@event
class TriageOverdue:
    due_at: datetime


@event
class ReferralAccepted:
    pass


@event
class PlacedOnWaitingList:
    priority: str


@event
class ReferralRejected:
    reason: str
    feedback: Personal[str]


@event
class ReferralRedirected:
    to_organisation: str
    reason: str


@event
class SocialPrescribingDeclined:
    reason: str


@event
class LinkWorkerAllocated:
    worker_id: str
    weight: int
    reason: str


@event
class ReferralReallocated:
    worker_id: str
    from_worker_id: str
    weight: int
    reason: str
    handover: Personal[str | None] = None


@event
class LinkWorkerDeallocated:
    worker_id: str
    reason: str


@event
class FirstContactMade:
    worker_id: str
    medium: str
    held_at: datetime
    note: Personal[str | None] = None


@event
class ReferralClosed:
    reason: str


@event
class ReferralReopened:
    pass


@event
class ReferralRetractedInError:
    reason: str


@command
class StartTriage:
    pass


@command
class FlagTriageOverdue:
    due_at: datetime
    at: datetime


@command
class AcceptReferral:
    pass


@command
class RejectReferral:
    reason: str
    feedback: str


@command
class RedirectReferral:
    to_organisation: str
    reason: str


@command
class RecordFirstContact:
    medium: str
    held_at: datetime
    note: str | None = None
    at: datetime | None = None  # now, where someone at work asks; nothing where the past is brought in


CATEGORY: Final = "referral"

Event = (
    ReferralReceived
    | TriageStarted
    | TriageOverdue
    | ReferralAccepted
    | PlacedOnWaitingList
    | ReferralRejected
    | ReferralRedirected
    | SocialPrescribingDeclined
    | LinkWorkerAllocated
    | ReferralReallocated
    | LinkWorkerDeallocated
    | FirstContactMade
    | ReferralClosed
    | ReferralReopened
    | ReferralRetractedInError
)
Command = StartTriage | FlagTriageOverdue | AcceptReferral | RejectReferral | RedirectReferral | RecordFirstContact
"""`receive` opens a referral; what also moves a link worker's caseload is in `allocation`."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → received → in triage → waiting → allocated → engaged → closed; or rejected, redirected, declined, retracted"""
    person_id: str | None = None
    source: tuple[str, str] | None = None
    """(organisation, its own reference)"""
    priority: str = "1"
    received_at: datetime | None = None
    overdue: bool = False
    ending: str | None = None
    """The reason given for the last end: rejected, redirected, declined, closed, retracted."""
    worker_id: str | None = None
    last_worker_id: str | None = None
    weight: int = 1
    reopened: bool = False


INITIAL: Final = State()

IN_TRIAGE: Final = frozenset({"received", "in triage"})
OPEN: Final = frozenset({"waiting", "allocated", "engaged"})


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911 – one answer an event
    match event:
        case ReferralReceived():
            return State(
                phase="received",
                person_id=event.person_id,
                source=(event.source_org, event.source_reference),
                priority=event.priority,
                received_at=event.received_at,
            )
        case TriageStarted():
            return replace(state, phase="in triage")
        case TriageOverdue():
            return replace(state, overdue=True)
        case ReferralAccepted() | PlacedOnWaitingList():
            return replace(state, phase="waiting")
        case ReferralRejected(reason=reason):
            return _ended(state, "rejected", reason)
        case ReferralRedirected(reason=reason):
            return _ended(state, "redirected", reason)
        case SocialPrescribingDeclined(reason=reason):
            return _ended(state, "declined", reason)
        case LinkWorkerAllocated(worker_id=worker, weight=weight):
            return replace(state, phase="allocated", worker_id=worker, last_worker_id=worker, weight=weight)
        case ReferralReallocated(worker_id=worker, weight=weight):
            return replace(state, worker_id=worker, last_worker_id=worker, weight=weight)
        case LinkWorkerDeallocated():
            return replace(state, phase="waiting", worker_id=None)
        case FirstContactMade():
            return replace(state, phase="engaged")
        case ReferralClosed(reason=reason):
            return _ended(state, "closed", reason)
        case ReferralReopened():
            return replace(state, phase="waiting", reopened=True)
        case ReferralRetractedInError(reason=reason):
            return _ended(state, "retracted", reason)


def _ended(state: State, phase: str, reason: str) -> State:
    return replace(state, phase=phase, ending=reason, worker_id=None, reopened=False)


def person(state: State) -> str | None:
    return state.person_id


def claims(event: Event) -> tuple[Claim, ...]:
    """What one organisation calls by one reference is one referral."""
    if isinstance(event, ReferralReceived):
        return (Claim(kind="source_reference", value=f"{event.source_org}|{event.source_reference}"),)
    return ()


def decide(state: State, command: Command) -> tuple[Event, ...]:
    known(state)
    match command:
        case StartTriage():
            if state.phase == "in triage":
                return ()
            _require(state, IN_TRIAGE, "be triaged")
            return (TriageStarted(),)
        case FlagTriageOverdue():
            return _flag_overdue(state, command)
        case AcceptReferral():
            if state.phase in OPEN:
                return ()
            _require(state, IN_TRIAGE, "be accepted")
            return (ReferralAccepted(), PlacedOnWaitingList(priority=state.priority))
        case RejectReferral(reason=reason, feedback=feedback):
            values.one_of(codes.REJECTION_REASONS, reason, "reason")
            told = values.said(feedback, "feedback")
            if (state.phase, state.ending) == ("rejected", reason):
                return ()
            _require(state, IN_TRIAGE, "be rejected")
            return (ReferralRejected(reason=reason, feedback=told),)
        case RedirectReferral(to_organisation=organisation, reason=reason):
            values.organisation(organisation, "to_organisation")
            values.one_of(codes.REDIRECTION_REASONS, reason, "reason")
            if (state.phase, state.ending) == ("redirected", reason):
                return ()
            _require(state, IN_TRIAGE, "be redirected")
            return (ReferralRedirected(to_organisation=organisation, reason=reason),)
        case RecordFirstContact():
            return _first_contact(state, command)


def known(state: State) -> None:
    """Refuses unless the referral was received."""
    if state.phase == "unknown":
        raise Refused("there is no such referral")


def _require(state: State, phases: frozenset[str], what: str) -> None:
    if state.phase not in phases:
        raise Refused(f"this referral is {state.phase}; it cannot {what}")


def _flag_overdue(state: State, command: FlagTriageOverdue) -> tuple[Event, ...]:
    values.moment(command.due_at, "due_at")
    if values.moment(command.at, "at") < command.due_at:
        raise Refused("triage is not overdue before due_at")
    if state.overdue or state.phase not in IN_TRIAGE:
        return ()
    return (TriageOverdue(due_at=command.due_at),)


def _first_contact(state: State, command: RecordFirstContact) -> tuple[Event, ...]:
    values.one_of(codes.CONSULTATION_MEDIUMS, command.medium, "medium")
    values.moment(command.held_at, "held_at")
    if command.at is not None and command.held_at > command.at:
        raise Refused("held_at lies in the future: record a contact once it was held")
    if state.phase == "engaged":
        return ()
    if state.phase != "allocated" or state.worker_id is None:
        raise Refused(f"this referral is {state.phase}; a first contact needs a link worker")
    if state.received_at is not None and command.held_at < state.received_at:
        raise Refused("held_at lies before the referral was received")
    return (
        FirstContactMade(worker_id=state.worker_id, medium=command.medium, held_at=command.held_at, note=command.note),
    )
