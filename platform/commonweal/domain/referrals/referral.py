"""Referral: someone is sent to us, or comes; a link worker takes it from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Claim, Personal, Refused, command, event
from commonweal.domain.workforce import proposal
from commonweal.domain.workforce.proposal import NONE as NO_PROPOSAL
from commonweal.domain.workforce.proposal import Proposal

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
    programme: str = "core"
    restricted: bool = False
    encounter: str | None = None
    risks_known: tuple[str, ...] = ()
    received_at: datetime


@event
class TriageStarted:
    pass


@event
class TriageOverdue:
    due_at: datetime


@event
class InformationRequested:
    """The triage clock stands still until it is provided or lapses."""

    missing: tuple[str, ...]
    question: Personal[str]
    requested_at: datetime
    due_at: datetime


@event
class InformationProvided:
    """`clock_from`: when triage would have begun to count, had it not stood still."""

    answer: Personal[str]
    provided_at: datetime
    clock_from: datetime


@event
class InformationRequestLapsed:
    due_at: datetime
    clock_from: datetime


@event
class ReferralAccepted:
    """`unmet`: the criteria of that version that were not met; `overridden`: why all the same."""

    criteria_version: int | None = None
    unmet: tuple[str, ...] = ()
    overridden: Personal[str | None] = None


@event
class PlacedOnWaitingList:
    """`basis`: what turns are reckoned from."""

    priority: str
    basis: str = "urgency_then_wait"


@event
class WaitingListReprioritised:
    priority: str
    reason: str
    basis: str = "urgency_then_wait"


@event
class InterimSupportOffered:
    kind: str
    offered_at: datetime


@event
class ReferralWithdrawn:
    reason: str
    by: str


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
class ReferralWeighed:
    """`basis`: why it weighs so much."""

    weight: int
    basis: tuple[str, ...] = ()


@event
class LinkWorkerDeallocated:
    worker_id: str
    reason: str


@event
class ContactAttempted:
    """`number` counts from when the person was last spoken to, `channels` in how many ways it was tried since. `only_way`: the person
    left no other way open."""

    worker_id: str
    channel: str
    result: str
    attempted_at: datetime
    number: int
    channels: int
    only_way: bool = False


@event
class ContactPolicyExhausted:
    """The person was tried as often and in as many ways as the ICS asks."""

    attempts: int
    channels: int


@event
class FirstContactMade:
    worker_id: str
    medium: str
    held_at: datetime
    note: Personal[str | None] = None


@event
class SocialPrescribingAccepted:
    """The person said yes: SNOMED CT 871731000000106, once an episode. Declining is 871711000000103."""

    accepted_at: datetime


@event
class SupportStarted:
    """Plan and person agreed: from now on there is support."""

    plan_id: str


@event
class ReferredBackToClinician:
    refer_back_id: str
    reason: str
    to_organisation: str | None = None
    to_role: str
    note: Personal[str | None] = None
    by: str
    referred_at: datetime
    due_at: datetime


@event
class ReferBackAcknowledged:
    refer_back_id: str
    clinician: Personal[str | None] = None
    by: str
    acknowledged_at: datetime


@event
class ReferBackUnacknowledged:
    refer_back_id: str
    due_at: datetime


@event
class ReferralClosed:
    reason: str
    follow_up_due: date | None = None
    unmet_needs: tuple[str, ...] = ()
    closed_on: date | None = None


@event
class FollowUpFellDue:
    due_on: date


@event
class FollowUpCompleted:
    point: str
    outcomes: tuple[str, ...]
    completed_at: datetime
    next_due: date | None = None


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
    """Take the referral on. Where its programme's criteria are not met, `override_reason` says why all the same."""

    override_reason: str | None = None


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
    | InformationRequested
    | InformationProvided
    | InformationRequestLapsed
    | ReferralAccepted
    | PlacedOnWaitingList
    | WaitingListReprioritised
    | InterimSupportOffered
    | ReferralWithdrawn
    | ReferralRejected
    | ReferralRedirected
    | SocialPrescribingDeclined
    | proposal.Event
    | LinkWorkerAllocated
    | ReferralReallocated
    | ReferralWeighed
    | LinkWorkerDeallocated
    | ContactAttempted
    | ContactPolicyExhausted
    | FirstContactMade
    | SocialPrescribingAccepted
    | SupportStarted
    | ReferredBackToClinician
    | ReferBackAcknowledged
    | ReferBackUnacknowledged
    | ReferralClosed
    | FollowUpFellDue
    | FollowUpCompleted
    | ReferralReopened
    | ReferralRetractedInError
)
Command = StartTriage | FlagTriageOverdue | RejectReferral | RedirectReferral | RecordFirstContact
"""`receive` opens a referral and `triage` accepts one, `information`, `waiting`, `reaching`, `refer_back` and `follow_up` have a
chapter each; what also moves a link worker's caseload is in `allocation`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the referrer was asked for and has not told."""

    missing: tuple[str, ...]
    requested_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReferBack:
    """A clinician was asked to take something up."""

    reason: str
    to: tuple[str | None, str]
    """(organisation, role)"""
    acknowledged: bool = False
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → received → in triage (⇄ awaiting information) → waiting → allocated → contact attempting → engaged →
    in support → closed; or rejected, redirected, withdrawn, declined, retracted"""
    person_id: str | None = None
    source: tuple[str, str] | None = None
    """(organisation, its own reference)"""
    priority: str = "1"
    programme: str = "core"
    restricted: bool = False
    practice: str | None = None
    reasons: tuple[str, ...] = ()
    received_at: datetime | None = None
    clock_from: datetime | None = None
    """What triage is reckoned from: when the referral came, later by as long as information was awaited."""
    overdue: bool = False
    asked: Asked | None = None
    answered: bool | None = None
    """Whether the last request for information was; None where there was none."""
    ending: str | None = None
    """The reason given for the last end: rejected, redirected, withdrawn, declined, closed, retracted."""
    worker_id: str | None = None
    last_worker_id: str | None = None
    weight: int = 1
    proposal: Proposal = NO_PROPOSAL
    interim: frozenset[str] = frozenset()
    attempts: tuple[tuple[str, str, datetime], ...] = ()
    """(channel, result, when) of each attempt at contact."""
    attempts_before: int = 0
    """How many of them no longer count: the person was spoken to since, or has another link worker."""
    exhausted: bool = False
    last_contact_on: date | None = None
    wanted: bool = False
    """The person said yes to social prescribing in this episode."""
    refer_backs: Mapping[str, ReferBack] = field(default_factory=dict)
    follow_up_due: date | None = None
    follow_up_overdue: bool = False
    followed_up: frozenset[str] = frozenset()
    closed_on: date | None = None
    reopened: bool = False

    @property
    def tried(self) -> tuple[tuple[str, str, datetime], ...]:
        """The attempts that count."""
        return self.attempts[self.attempts_before :]


INITIAL: Final = State()

IN_TRIAGE: Final = frozenset({"received", "in triage", "awaiting information"})
AT_WORK: Final = frozenset({"allocated", "contact attempting", "engaged", "in support"})
"""A link worker has the case."""
OPEN: Final = AT_WORK | {"waiting"}
ENGAGED: Final = frozenset({"engaged", "in support"})


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911, PLR0912 – one answer an event
    match event:
        case ReferralReceived():
            return _received(event)
        case TriageStarted():
            return replace(state, phase="in triage")
        case TriageOverdue():
            return replace(state, overdue=True)
        case InformationRequested():
            return _asked(state, event)
        case InformationProvided(clock_from=when):
            return _triage_goes_on(state, when, answered=True)
        case InformationRequestLapsed(clock_from=when):
            return _triage_goes_on(state, when, answered=False)
        case ReferralAccepted():
            return replace(state, phase="waiting", asked=None)
        case PlacedOnWaitingList():
            return replace(state, phase="waiting")
        case WaitingListReprioritised(priority=priority):
            return replace(state, priority=priority)
        case InterimSupportOffered(kind=kind):
            return replace(state, interim=state.interim | {kind})
        case ReferralRejected(reason=reason):
            return _ended(state, "rejected", reason)
        case ReferralRedirected(reason=reason):
            return _ended(state, "redirected", reason)
        case ReferralWithdrawn(reason=reason):
            return _ended(state, "withdrawn", reason)
        case SocialPrescribingDeclined(reason=reason):
            return _ended(state, "declined", reason)
        case proposal.AllocationProposed() | proposal.AllocationAccepted() | proposal.AllocationRefused():
            return replace(state, proposal=proposal.evolve(state.proposal, event))
        case LinkWorkerAllocated(worker_id=worker, weight=weight):
            state = replace(_from_now(state), proposal=NO_PROPOSAL)
            return replace(state, phase="allocated", worker_id=worker, last_worker_id=worker, weight=weight)
        case ReferralReallocated(worker_id=worker, weight=weight):
            return replace(_from_now(state), worker_id=worker, last_worker_id=worker, weight=weight)
        case ReferralWeighed(weight=weight):
            return replace(state, weight=weight)
        case LinkWorkerDeallocated():
            return replace(state, phase="waiting", worker_id=None)
        case ContactAttempted():
            return _attempted(state, event)
        case ContactPolicyExhausted():
            return replace(state, exhausted=True)
        case FirstContactMade(held_at=when):
            return replace(_from_now(state), phase="engaged", last_contact_on=due.today(when))
        case SocialPrescribingAccepted():
            return replace(state, wanted=True)
        case SupportStarted():
            return replace(state, phase="in support")
        case ReferredBackToClinician(refer_back_id=identity):
            back = ReferBack(event.reason, (event.to_organisation, event.to_role))
            return replace(state, refer_backs={**state.refer_backs, identity: back})
        case ReferBackAcknowledged(refer_back_id=identity):
            return _refer_back(state, identity, acknowledged=True)
        case ReferBackUnacknowledged(refer_back_id=identity):
            return _refer_back(state, identity, overdue=True)
        case ReferralClosed(reason=reason, follow_up_due=day, closed_on=closed):
            return replace(_ended(state, "closed", reason), follow_up_due=day, closed_on=closed)
        case FollowUpFellDue():
            return replace(state, follow_up_overdue=True)
        case FollowUpCompleted(point=point, next_due=day):
            done = state.followed_up | {point}
            return replace(state, followed_up=done, follow_up_due=day, follow_up_overdue=False)
        case ReferralReopened():
            return replace(_ended(state, "waiting", state.ending), reopened=True, wanted=False)
        case ReferralRetractedInError(reason=reason):
            return _ended(state, "retracted", reason)


def _received(event: ReferralReceived) -> State:
    return State(
        phase="received",
        person_id=event.person_id,
        source=(event.source_org, event.source_reference),
        priority=event.priority,
        programme=event.programme,
        restricted=event.restricted,
        practice=event.practice,
        reasons=event.reasons,
        received_at=event.received_at,
        clock_from=event.received_at,
    )


def _ended(state: State, phase: str, reason: str | None) -> State:
    return replace(
        state,
        phase=phase,
        ending=reason,
        asked=None,
        proposal=NO_PROPOSAL,
        worker_id=None,
        reopened=False,
        interim=frozenset(),
        follow_up_due=None,
        follow_up_overdue=False,
        followed_up=frozenset(),
        closed_on=None,
    )


def _asked(state: State, event: InformationRequested) -> State:
    since = state.asked.requested_at if state.asked else event.requested_at
    asked = Asked(event.missing, since, event.due_at)
    return replace(state, phase="awaiting information", asked=asked, answered=False)


def _triage_goes_on(state: State, clock_from: datetime, *, answered: bool) -> State:
    phase = "in triage" if state.phase == "awaiting information" else state.phase
    return replace(state, phase=phase, asked=None, answered=answered, clock_from=clock_from)


def _attempted(state: State, event: ContactAttempted) -> State:
    phase = "contact attempting" if state.phase == "allocated" else state.phase
    made = (event.channel, event.result, event.attempted_at)
    tried = replace(state, phase=phase, attempts=(*state.attempts, made))
    if event.result not in codes.SPOKEN:
        return tried
    return replace(_from_now(tried), last_contact_on=due.today(event.attempted_at))


def _from_now(state: State) -> State:
    """Attempts at contact are counted anew."""
    return replace(state, attempts_before=len(state.attempts), exhausted=False)


def _refer_back(state: State, identity: str, **changed: Any) -> State:
    if (known := state.refer_backs.get(identity)) is None:
        return state
    return replace(state, refer_backs={**state.refer_backs, identity: replace(known, **changed)})


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
            if state.phase in IN_TRIAGE - {"received"}:
                return ()
            require(state, IN_TRIAGE, "be triaged")
            return (TriageStarted(),)
        case FlagTriageOverdue():
            return _flag_overdue(state, command)
        case RejectReferral(reason=reason, feedback=feedback):
            values.one_of(codes.REJECTION_REASONS, reason, "reason")
            told = values.said(feedback, "feedback")
            if (state.phase, state.ending) == ("rejected", reason):
                return ()
            require(state, IN_TRIAGE, "be rejected")
            return (ReferralRejected(reason=reason, feedback=told),)
        case RedirectReferral(to_organisation=organisation, reason=reason):
            values.organisation(organisation, "to_organisation")
            values.one_of(codes.REDIRECTION_REASONS, reason, "reason")
            if (state.phase, state.ending) == ("redirected", reason):
                return ()
            require(state, IN_TRIAGE, "be redirected")
            return (ReferralRedirected(to_organisation=organisation, reason=reason),)
        case RecordFirstContact(medium=medium, held_at=held_at, note=note):
            values.moment(held_at, "held_at")
            values.happened(held_at, command.at, "held_at")
            return first_contact(state, medium, held_at, note)


def known(state: State) -> str:
    """Whose referral it is; refuses unless it was received."""
    if state.person_id is None:
        raise Refused("there is no such referral")
    return state.person_id


def require(state: State, phases: frozenset[str], what: str) -> None:
    """Refuses, saying what cannot be done, unless the referral is in one of these phases."""
    if state.phase not in phases:
        raise Refused(f"this referral is {state.phase}; it cannot {what}")


def after_receipt(state: State, when: datetime, what: str) -> None:
    """Refuses what is said to have happened before the referral was received."""
    if state.received_at is not None and when < state.received_at:
        raise Refused(f"{what} lies before the referral was received")


def _flag_overdue(state: State, command: FlagTriageOverdue) -> tuple[Event, ...]:
    values.moment(command.due_at, "due_at")
    if values.moment(command.at, "at") < command.due_at:
        raise Refused("triage is not overdue before due_at")
    if state.overdue or state.phase not in ("received", "in triage"):
        return ()
    return (TriageOverdue(due_at=command.due_at),)


def first_contact(state: State, medium: str, held_at: datetime, note: str | None) -> tuple[Event, ...]:
    """What a first contact held with the person comes to; nothing where there was one. Refuses where nobody has the case."""
    values.one_of(codes.CONSULTATION_MEDIUMS, medium, "medium")
    values.moment(held_at, "held_at")
    if state.phase in ENGAGED:
        return ()
    if state.phase not in AT_WORK or state.worker_id is None:
        raise Refused(f"this referral is {state.phase}; a first contact needs a link worker")
    after_receipt(state, held_at, "held_at")
    return (FirstContactMade(worker_id=state.worker_id, medium=medium, held_at=held_at, note=note),)
