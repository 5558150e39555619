"""Caseload: the cases a link worker holds, how much they weigh, which of them a colleague handed on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from commonweal.domain.message import event

# These names are the storage format: never renamed.


@event
class CaseTaken:
    """`from_worker_id`: who had it before, where it was handed on. `taken_on` is missing in what is older than that field."""

    referral_id: str
    weight: int
    from_worker_id: str | None = None
    taken_on: date | None = None


@event
class CaseReleased:
    referral_id: str
    weight: int


@event
class CaseWeighted:
    """`before`: what it weighed until now. `basis`: why it weighs so much."""

    referral_id: str
    weight: int
    before: int
    basis: tuple[str, ...] = ()


@event
class CaseloadTransferred:
    """Said by the giver's stream; each case's own words are in its referral."""

    worker_id: str
    referral_ids: tuple[str, ...]
    reason: str


@event
class HandoverAcknowledged:
    referral_ids: tuple[str, ...]
    acknowledged_at: datetime


Event = CaseTaken | CaseReleased | CaseWeighted | CaseloadTransferred | HandoverAcknowledged


@dataclass(frozen=True, slots=True)
class Caseload:
    held: Mapping[str, int] = field(default_factory=dict)
    """Weight by referral."""
    handed: frozenset[str] = frozenset()
    """Cases that came from a colleague, whose handover was not acknowledged yet."""
    newest: tuple[date, int] | None = None
    """(Monday, people allocated) of the latest week in which there were any."""

    @property
    def weight(self) -> int:
        """Of all cases held."""
        return sum(self.held.values())

    def new_in_week_of(self, day: date) -> int:
        """People allocated in the week of this day, where it is the latest one."""
        return self.newest[1] if self.newest is not None and self.newest[0] == _monday(day) else 0


EMPTY: Final = Caseload()


def evolve(state: Caseload, event: Event) -> Caseload:
    match event:
        case CaseTaken():
            return _took(state, event)
        case CaseReleased(referral_id=referral):
            held = {other: weight for other, weight in state.held.items() if other != referral}
            return replace(state, held=held, handed=state.handed - {referral})
        case CaseWeighted(referral_id=referral, weight=weight):
            return replace(state, held={**state.held, referral: weight}) if referral in state.held else state
        case CaseloadTransferred():
            return state
        case HandoverAcknowledged(referral_ids=referrals):
            return replace(state, handed=state.handed.difference(referrals))


def _took(state: Caseload, event: CaseTaken) -> Caseload:
    handed, newest = state.handed, state.newest
    if event.from_worker_id is not None:
        handed |= {event.referral_id}
    elif event.taken_on is not None and (newest is None or newest[0] <= _monday(event.taken_on)):
        newest = (_monday(event.taken_on), state.new_in_week_of(event.taken_on) + 1)
    return Caseload({**state.held, event.referral_id: event.weight}, handed, newest)


def _monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())
