"""GP message: what the person's practice is told of a referral, and whether it arrived and was read."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class GPMessageQueued:
    """`level`: one of codes.GP_MESSAGE_LEVELS, as the person's consent was; `snomed`: the concepts the message says."""

    person_id: str
    referral_id: str
    kind: str
    level: str
    practice: str | None = None
    snomed: tuple[str, ...] = ()


@event
class GPMessageWithheld:
    reason: str


@event
class GPMessageSent:
    sent_at: datetime


@event
class GPMessageInfrastructureAcked:
    """What carries messages took it; that somebody read it is the business acknowledgement."""

    acked_at: datetime


@event
class GPMessageBusinessAcked:
    outcome: str
    reason: str | None = None
    by: str
    acked_at: datetime


@event
class GPMessageUnacknowledged:
    due_at: datetime


@event
class GPMessageFailed:
    reason: str
    failed_at: datetime


@command
class RecordGPMessageDelivery:
    """What became of sending it. `reason`: why it was given up or withheld, a word; None where it was taken."""

    reason: str | None = None
    withheld: bool = False
    at: datetime


@command
class AcknowledgeGPMessage:
    """The practice filed it, or says why it cannot."""

    outcome: str
    reason: str | None = None
    by: str
    at: datetime


@command
class FlagGPMessage:
    due_at: datetime
    at: datetime


CATEGORY: Final = "gp_message"
CREATES: Final = ()

Event = (
    GPMessageQueued
    | GPMessageWithheld
    | GPMessageSent
    | GPMessageInfrastructureAcked
    | GPMessageBusinessAcked
    | GPMessageUnacknowledged
    | GPMessageFailed
)
Command = RecordGPMessageDelivery | AcknowledgeGPMessage | FlagGPMessage
"""It is queued in `gp_message_queue`."""

SNOMED: Final = {"accepted": ("871731000000106",), "declined": ("871711000000103",), "closed": (), "retracted": ()}
"""Kind of message → SNOMED CT concepts. 871731000000106 referral to social prescribing service (procedure): once the person
accepts, at most once an episode, never for outreach. 871711000000103 social prescribing declined (situation). Source: SNOMED CT
UK edition, as NHS England's guidance on coding social prescribing uses it."""
ANSWER_DAYS: Final = 2
"""Working days after which a practice should have filed what it was sent. Local."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → queued → sent → acknowledged; or withheld, failed"""
    person_id: str | None = None
    referral_id: str | None = None
    kind: str = ""
    level: str = "none"
    practice: str | None = None
    acknowledged: tuple[str, str | None] | None = None
    """(outcome, reason) of the business acknowledgement."""
    overdue: bool = False


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case GPMessageQueued():
            return State(
                phase="queued",
                person_id=event.person_id,
                referral_id=event.referral_id,
                kind=event.kind,
                level=event.level,
                practice=event.practice,
            )
        case GPMessageWithheld():
            return replace(state, phase="withheld")
        case GPMessageSent() | GPMessageInfrastructureAcked():
            return replace(state, phase="sent")
        case GPMessageBusinessAcked(outcome=outcome, reason=reason):
            return replace(state, phase="acknowledged", acknowledged=(outcome, reason), overdue=False)
        case GPMessageUnacknowledged():
            return replace(state, overdue=True)
        case GPMessageFailed():
            return replace(state, phase="failed")


def person(state: State) -> str | None:
    return state.person_id


def case(state: State) -> str | None:
    return state.referral_id


UNANSWERED: Final = "gp_message_unanswered"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    match event:
        case GPMessageInfrastructureAcked(acked_at=when):
            return (Deadline(UNANSWERED, identity, "", due.after_working_days(when, ANSWER_DAYS)),)
        case GPMessageBusinessAcked() | GPMessageUnacknowledged():
            return (Deadline(UNANSWERED, identity, "", None),)
        case _:
            return ()


FALLS_DUE: Final[FallsDue] = {UNANSWERED: lambda late, now: FlagGPMessage(due_at=late.due_at or now, at=now)}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if state.phase == "unknown":
        raise Refused("there is no such message")
    match command:
        case RecordGPMessageDelivery():
            return _delivered(state, command)
        case AcknowledgeGPMessage():
            return _acknowledge(state, command)
        case FlagGPMessage(due_at=when, at=at):
            if values.moment(at, "at") < values.moment(when, "due_at"):
                raise Refused("the practice has until due_at to answer")
            return (GPMessageUnacknowledged(due_at=when),) if state.phase == "sent" and not state.overdue else ()


def _delivered(state: State, command: RecordGPMessageDelivery) -> tuple[Event, ...]:
    """A message given up may be tried again, and arrive after all."""
    if state.phase in ("sent", "acknowledged"):
        return ()
    if command.reason is None:
        return (GPMessageSent(sent_at=command.at), GPMessageInfrastructureAcked(acked_at=command.at))
    reason = values.identifier(command.reason, "reason")
    if command.withheld:
        return () if state.phase == "withheld" else (GPMessageWithheld(reason=reason),)
    return () if state.phase == "failed" else (GPMessageFailed(reason=reason, failed_at=command.at),)


def _acknowledge(state: State, command: AcknowledgeGPMessage) -> tuple[Event, ...]:
    values.one_of(codes.GP_MESSAGE_OUTCOMES, command.outcome, "outcome")
    if command.reason is not None:
        values.one_of(codes.GP_MESSAGE_REJECTIONS, command.reason, "reason")
    if (command.outcome == "rejected") != (command.reason is not None):
        raise Refused("reason is given where a message is rejected, and only then")
    if state.acknowledged == (command.outcome, command.reason):
        return ()
    if state.phase not in ("sent", "acknowledged"):
        raise Refused(f"this message is {state.phase}: it has not reached the practice")
    return (GPMessageBusinessAcked(outcome=command.outcome, reason=command.reason, by=command.by, acked_at=command.at),)
