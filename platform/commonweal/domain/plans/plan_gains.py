"""Advice gains: the money that advice brought somebody, or kept them from owing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class AdviceGainRecorded:
    gain_id: str
    kind: str
    amount_pence: int
    annualised: bool
    status: str
    by: str


@event
class AdviceGainConfirmed:
    gain_id: str
    amount_pence: int
    confirmed_on: date
    by: str


@command
class RecordAdviceGain:
    """`amount_pence`: for a year where `annualised`, else once. Said again with another amount or status, it is that."""

    gain_id: str
    kind: str
    amount_pence: int
    annualised: bool = False
    status: str = "expected"
    by: str


@command
class ConfirmAdviceGain:
    """`amount_pence`: what it really came to."""

    gain_id: str
    amount_pence: int
    confirmed_on: date
    on: date
    by: str


Event = AdviceGainRecorded | AdviceGainConfirmed
Command = RecordAdviceGain | ConfirmAdviceGain


@dataclass(frozen=True, slots=True)
class Gain:
    kind: str
    amount_pence: int
    annualised: bool
    status: str
    """A code of `codes.GAIN_STATUSES`, or confirmed."""
    confirmed_on: date | None = None


State = Mapping[str, Gain]
"""By id."""
INITIAL: Final[State] = {}
MOST: Final = 100
MOST_PENCE: Final = 100_000_000
"""A million pounds: more is mistyped."""


def evolve(state: State, event: Event) -> State:
    match event:
        case AdviceGainRecorded():
            gain = Gain(event.kind, event.amount_pence, event.annualised, event.status)
            return {**state, event.gain_id: gain}
        case AdviceGainConfirmed(gain_id=gain_id, amount_pence=amount, confirmed_on=day):
            known = state.get(gain_id)
            if known is None:
                return state
            confirmed = replace(known, amount_pence=amount, status="confirmed", confirmed_on=day)
            return {**state, gain_id: confirmed}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    values.within(command.amount_pence, 0, MOST_PENCE, "amount_pence")
    match command:
        case RecordAdviceGain():
            return _record(state, command)
        case ConfirmAdviceGain():
            return _confirm(state, command)


def _record(state: State, command: RecordAdviceGain) -> tuple[Event, ...]:
    values.identifier(command.gain_id, "gain_id")
    values.one_of(codes.ADVICE_GAINS, command.kind, "kind")
    values.one_of(codes.GAIN_STATUSES, command.status, "status")
    known = state.get(command.gain_id)
    if known == Gain(command.kind, command.amount_pence, command.annualised, command.status):
        return ()
    if known is not None and known.status == "confirmed":
        raise Refused("this gain is confirmed already")
    if known is None and len(state) >= MOST:
        raise Refused(f"this plan has {MOST} gains already")
    return (
        AdviceGainRecorded(
            gain_id=command.gain_id,
            kind=command.kind,
            amount_pence=command.amount_pence,
            annualised=command.annualised,
            status=command.status,
            by=command.by,
        ),
    )


def _confirm(state: State, command: ConfirmAdviceGain) -> tuple[Event, ...]:
    if command.gain_id not in state:
        raise Refused("gain_id is that of no gain in this plan: record it first")
    values.happened(command.confirmed_on, command.on, "confirmed_on")
    known = state[command.gain_id]
    wanted = (command.amount_pence, command.confirmed_on)
    if known.status == "confirmed" and (known.amount_pence, known.confirmed_on) == wanted:
        return ()
    return (
        AdviceGainConfirmed(
            gain_id=command.gain_id,
            amount_pence=command.amount_pence,
            confirmed_on=command.confirmed_on,
            by=command.by,
        ),
    )
