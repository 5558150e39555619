"""Capacity: how many places a community service has, as somebody said who knows, and how long that can be relied on."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class ServiceCapacityReported:
    """`status`: `codes.CAPACITY_STATUSES`. `vacancy`: how many of `unit` are free. `by` is None where the provider's answer to us said it."""

    status: str
    unit: str = "places"
    capacity: int | None = None
    funded_capacity: int | None = None
    vacancy: int | None = None
    est_wait_weeks: int | None = None
    reported_on: date
    valid_until: date
    by: str | None = None


@command
class ReportCapacity:
    """`valid_until`: the last day on which it can be relied on; four weeks where nobody says."""

    status: str
    unit: str = "places"
    capacity: int | None = None
    funded_capacity: int | None = None
    vacancy: int | None = None
    est_wait_weeks: int | None = None
    valid_until: date | None = None
    by: str
    on: date


LONGEST: Final = timedelta(days=366)
USUAL: Final = timedelta(days=28)
"""How long a report of places is relied on. Local."""
MOST: Final = 100_000
_COUNTS: Final = ("capacity", "funded_capacity", "vacancy", "est_wait_weeks")


def decide(known: ServiceCapacityReported | None, command: ReportCapacity) -> tuple[ServiceCapacityReported, ...]:
    """`known`: the last report."""
    values.one_of(codes.CAPACITY_STATUSES, command.status, "status")
    values.one_of(codes.CAPACITY_UNITS, command.unit, "unit")
    for name in _COUNTS:
        if (number := getattr(command, name)) is not None:
            values.within(number, 0, MOST, name)
    if command.status == "no-capacity" and command.vacancy:
        raise Refused("vacancy must be 0 where there are no places")
    until = command.valid_until or command.on + USUAL
    if not command.on <= until <= command.on + LONGEST:
        raise Refused("valid_until must lie within a year from today")
    report = ServiceCapacityReported(
        status=command.status,
        unit=command.unit,
        **{name: getattr(command, name) for name in _COUNTS},
        reported_on=command.on,
        valid_until=until,
        by=command.by,
    )
    return () if known is not None and replace(known, by=command.by) == report else (report,)


def left(known: ServiceCapacityReported | None, places: int, today: date) -> tuple[ServiceCapacityReported, ...]:
    """What a provider's answer says of the places it has left."""
    report = ServiceCapacityReported(
        status="capacity" if places else "no-capacity",
        vacancy=places,
        capacity=known.capacity if known and known.unit == "places" else None,
        reported_on=today,
        valid_until=today + USUAL,
    )
    return () if known == report else (report,)
