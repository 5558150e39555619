"""The award: what was offered and agreed, on which conditions, when it is paid, and how it ends."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest.fund_awards import Share
from commonweal.domain.message import Personal, Refused, command, event


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is to be paid from that day on."""

    due_on: date
    pence: int


# These names are the storage format: never renamed.


@event
class GrantOffered:
    """`shares`: out of whose pledges. `conditions`: known by their place, from 1."""

    fund_id: str
    amount_pence: int
    shares: tuple[Share, ...]
    schedule: tuple[Instalment, ...]
    conditions: Personal[tuple[str, ...]] = ()
    by: str


@event
class GrantAccepted:
    accepted_on: date
    link_id: str | None = None


@event
class GrantRefused:
    """`shares`: given back to the pledges they were out of."""

    reason: str
    amount_pence: int
    shares: tuple[Share, ...]
    link_id: str | None = None


@event
class AgreementSigned:
    """`signed_for`: the organisations whose people signed."""

    document_hash: str
    signed_for: tuple[str, ...]
    signed_on: date
    by: str


@event
class ConditionMet:
    condition: int
    evidence: str | None = None
    by: str


@event
class ConditionBreached:
    condition: int
    reason: str
    by: str


@event
class AwardVaried:
    """`amount_pence`: what the award is from now on; `shares`: of all of it."""

    amount_pence: int
    shares: tuple[Share, ...]
    schedule: tuple[Instalment, ...]
    reason: str
    by: str


@event
class AwardPaused:
    reason: str
    by: str


@event
class AwardResumed:
    by: str


@event
class AwardTerminated:
    """`released_pence`: what was promised and not paid, and is free again."""

    reason: str
    released_pence: int
    shares: tuple[Share, ...]
    by: str


@event
class AwardClosed:
    """`spent_pence`: what the grantee kept and accounted for."""

    spent_pence: int
    released_pence: int
    by: str


@event
class CapacityFunded:
    """Places in a community service that this money pays for: how a pound is followed to people helped."""

    capacity_id: str
    service_id: str
    places: int
    from_on: date
    to_on: date
    by: str


@event
class AwardPublished:
    """The words everybody may read of it, as somebody confirmed that they name nobody. Nothing takes back what was there before.
    `unnamed`: nobody is told who has it, where that would put somebody at risk: a refuge."""

    title: Personal[str | None] = None
    summary: Personal[str | None] = None
    unnamed: bool = False
    by: str


@command
class AcceptGrant:
    on: date
    by_link: str | None = None


@command
class SignAgreement:
    """`document_hash`: SHA-256 of what was signed; `signed_for`: the organisations whose people did."""

    document_hash: str
    signed_for: tuple[str, ...]
    signed_on: date
    on: date
    by: str


@command
class MeetCondition:
    condition: int
    evidence: str | None = None
    by: str


@command
class BreachCondition:
    condition: int
    reason: str
    by: str


@command
class PauseAward:
    """Nothing is paid until it is resumed."""

    reason: str
    by: str


@command
class ResumeAward:
    by: str


@command
class PublishAward:
    """What everybody may read of it besides the sums, once it is accepted: no name, and nothing by which somebody could be known. Nothing takes it back.
    `unnamed`: nor who has it; then there are no words either, for they would tell."""

    title: str | None = None
    summary: str | None = None
    unnamed: bool = False
    by: str


Event = (
    GrantOffered
    | GrantAccepted
    | GrantRefused
    | AgreementSigned
    | ConditionMet
    | ConditionBreached
    | AwardVaried
    | AwardPaused
    | AwardResumed
    | AwardTerminated
    | AwardClosed
    | CapacityFunded
    | AwardPublished
)
Command = AcceptGrant | SignAgreement | MeetCondition | BreachCondition | PauseAward | ResumeAward | PublishAward
"""`award` decides with the fund, `capacity` with the service."""


@dataclass(frozen=True, slots=True)
class State:
    amount: int = 0
    schedule: tuple[Instalment, ...] = ()
    conditions: int = 0
    """How many there are."""
    met: Mapping[int, bool] = field(default_factory=dict)
    """Condition → met, or breached."""
    signed: AgreementSigned | None = None
    capacity: Mapping[str, CapacityFunded] = field(default_factory=dict)
    published: AwardPublished | None = None


INITIAL: Final = State()

PHASES: Final[Mapping[type, str]] = {
    GrantOffered: "offered",
    GrantAccepted: "accepted",
    GrantRefused: "refused",
    AgreementSigned: "active",
    AwardPaused: "paused",
    AwardResumed: "active",
    AwardTerminated: "terminated",
    AwardClosed: "closed",
}
"""What a grant is after each event that moves it."""
RUNNING: Final = frozenset({"active", "paused"})
AWARDED: Final = RUNNING | {"offered", "accepted", "terminated", "closed"}


def evolve(state: State, event: Event) -> State:
    match event:
        case GrantOffered():
            told = len(event.conditions) if isinstance(event.conditions, tuple) else 0
            return State(amount=event.amount_pence, schedule=event.schedule, conditions=told)
        case AgreementSigned():
            return replace(state, signed=event)
        case ConditionMet(condition=number):
            return replace(state, met={**state.met, number: True})
        case ConditionBreached(condition=number):
            return replace(state, met={**state.met, number: False})
        case AwardVaried(amount_pence=amount, schedule=schedule):
            return replace(state, amount=amount, schedule=schedule)
        case GrantRefused():
            return replace(state, amount=0)
        case AwardTerminated(released_pence=released) | AwardClosed(released_pence=released):
            return replace(state, amount=state.amount - released)
        case CapacityFunded(capacity_id=capacity):
            return replace(state, capacity={**state.capacity, capacity: event})
        case AwardPublished():
            return replace(state, published=event)
        case GrantAccepted() | AwardPaused() | AwardResumed():
            return state


def decide(state: State, command: Command, phase: str) -> tuple[Event, ...]:
    match command:
        case AcceptGrant(on=today, by_link=link):
            if phase == "accepted":
                return ()
            require(phase, {"offered"}, "be accepted")
            return (GrantAccepted(accepted_on=today, link_id=link),)
        case SignAgreement():
            return _sign(state, command, phase)
        case MeetCondition(condition=number, evidence=evidence, by=by):
            _check_condition(state, number, phase)
            said = None if evidence is None else values.identifier(evidence, "evidence")
            return () if state.met.get(number) is True else (ConditionMet(condition=number, evidence=said, by=by),)
        case BreachCondition(condition=number, reason=reason, by=by):
            values.one_of(codes.BREACHES, reason, "reason")
            _check_condition(state, number, phase)
            return (
                () if state.met.get(number) is False else (ConditionBreached(condition=number, reason=reason, by=by),)
            )
        case PauseAward(reason=reason, by=by):
            values.one_of(codes.AWARD_CHANGES, reason, "reason")
            if phase == "paused":
                return ()
            require(phase, {"active"}, "be paused")
            return (AwardPaused(reason=reason, by=by),)
        case ResumeAward(by=by):
            if phase == "active":
                return ()
            require(phase, {"paused"}, "be resumed")
            return (AwardResumed(by=by),)
        case PublishAward():
            return _publish(state, command, phase)


def require(phase: str, phases: frozenset[str] | set[str], what: str) -> None:
    if phase not in phases:
        raise Refused(f"this grant is {phase}; it cannot {what}")


def _sign(state: State, command: SignAgreement, phase: str) -> tuple[Event, ...]:
    values.document_hash(command.document_hash, "document_hash")
    signed_for = tuple(dict.fromkeys(values.organisation(each, "signed_for") for each in command.signed_for))
    if len(signed_for) < 2:
        raise Refused("signed_for must name both sides: who grants and who is granted")
    values.happened(command.signed_on, command.on, "signed_on")
    if state.signed is not None and state.signed.document_hash == command.document_hash:
        return ()
    require(phase, {"accepted"}, "be signed")
    return (
        AgreementSigned(
            document_hash=command.document_hash, signed_for=signed_for, signed_on=command.signed_on, by=command.by
        ),
    )


def _publish(state: State, command: PublishAward, phase: str) -> tuple[Event, ...]:
    require(phase, AWARDED, "be told of before it is offered")
    title = values.said_if_any(command.title, "title", 140)
    summary = values.said_if_any(command.summary, "summary", 600)
    if command.unnamed and (title or summary):
        raise Refused("title and summary are left empty where the organisation is not named: they would tell who it is")
    before = state.published or AwardPublished(by="")
    if (before.title, before.summary, before.unnamed) == (title, summary, command.unnamed):
        return ()
    return (AwardPublished(title=title, summary=summary, unnamed=command.unnamed, by=command.by),)


def _check_condition(state: State, number: int, phase: str) -> None:
    require(phase, RUNNING | {"accepted"}, "have its conditions looked at")
    if not 1 <= number <= state.conditions:
        raise Refused(f"condition must be 1 to {state.conditions}" if state.conditions else "it has no conditions")


def check_unbreached(state: State) -> None:
    """Refuses while a condition is breached: nothing is approved or paid then."""
    if broken := sum(met is False for met in state.met.values()):
        raise Refused(
            f"{broken} of its conditions {'is' if broken == 1 else 'are'} breached: "
            "nothing is paid until that is put right, and recorded as met"
        )


def check_signed(state: State, day: date, what: str) -> None:
    """Refuses a day on which there was no agreement yet."""
    if state.signed is not None and day < state.signed.signed_on:
        raise Refused(f"{what} lies before the agreement was signed: look at the year")


def schedule(on: tuple[date, ...], pence: tuple[int, ...], amount: int) -> tuple[Instalment, ...]:
    """Instalments that come to the award exactly, by day. Refuses others."""
    if len(on) != len(pence) or not on:
        raise Refused("schedule_on and schedule_pence go together: a day and a sum for each instalment")
    if any(each <= 0 for each in pence) or sum(pence) != amount:
        raise Refused("schedule_pence must come to the award exactly, each more than nothing")
    if len(on) > MOST_INSTALMENTS:
        raise Refused(f"schedule_on must be no more than {MOST_INSTALMENTS}")
    return tuple(Instalment(day, part) for day, part in sorted(zip(on, pence, strict=True)))


MOST_INSTALMENTS: Final = 60


def tapers(instalments: tuple[Instalment, ...]) -> bool:
    """Does each instalment bring less than the one before, so that nobody falls off an edge?"""
    return len(instalments) > 1 and all(
        later.pence < earlier.pence for earlier, later in itertools.pairwise(instalments)
    )
