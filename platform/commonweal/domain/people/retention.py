"""Retention: how long a record must be kept after we last met someone, whoever asks for it to go."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain.message import event

# These names are the storage format: never renamed.


@event
class ErasureRequested:
    basis: str
    requested_on: date
    by: str


@event
class ErasureRefused:
    """`earliest_on`: when it may be asked again; nothing where a case is open still."""

    basis: str
    reason: str
    earliest_on: date | None = None
    refused_on: date


@event
class ErasureApproved:
    basis: str
    approved_on: date
    by: str


Event = ErasureRequested | ErasureRefused | ErasureApproved
ADULT_YEARS: Final = 8
"""After the last contact. NHS Records Management Code of Practice, retention schedule: adult health records."""
CHILD_UNTIL, CHILD_UNTIL_IF_17 = 25, 26
"""The birthday a child's record is kept to, and that of someone who was 17 at the end. The same schedule, children's records."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """How the last request for erasure stands: requested, refused or approved."""

    stands: str
    basis: str
    on: date
    reason: str | None = None
    earliest_on: date | None = None


def evolve(state: Erasure | None, event: Event) -> Erasure:
    match event:
        case ErasureRequested(basis=basis, requested_on=day):
            return Erasure("requested", basis, day)
        case ErasureRefused(basis=basis, reason=reason, earliest_on=earliest, refused_on=day):
            return Erasure("refused", basis, day, reason, earliest)
        case ErasureApproved(basis=basis, approved_on=day):
            return replace(state, stands="approved") if state else Erasure("approved", basis, day)


def earliest(born: date | None, last_contact_on: date) -> date:
    """The first day on which the record of someone last met on that day need not be kept. An unknown age counts as adult."""
    if born is not None and born <= last_contact_on < (grown := _birthday(born, 18)):
        almost = last_contact_on >= _birthday(born, 17)
        return max(grown, _birthday(born, CHILD_UNTIL_IF_17 if almost else CHILD_UNTIL))
    return _birthday(last_contact_on, ADULT_YEARS)


def _birthday(day: date, years: int) -> date:
    """So many years later; of 29 February, 1 March where there is none. A mistyped year does not end the calendar."""
    year = min(day.year + years, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
