"""Due: a time by which something must be done, counted so that no mistyped year stops the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, TypeAlias

from commonweal.domain import working_days


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something falls due that was not settled before. `about` tells apart several of one kind in one stream."""

    kind: str
    identity: str
    about: str
    due_at: datetime | None
    """None: settled, or never due."""


FallsDue: TypeAlias = Mapping[str, Callable[[Deadline, datetime], object]]
"""Kind of deadline → the command for one that has come, at that time."""

NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)


def later(when: datetime, by: timedelta) -> datetime:
    """A mistyped year must not stop everyone's clock: it is moved to where clocks still work."""
    try:
        return min(max(when, LONG_AGO) + by, NEVER)
    except OverflowError:
        return NEVER


def after_working_days(when: datetime, days: int) -> datetime:
    """The moment so many working days later."""
    if not LONG_AGO <= when < NEVER:
        return later(when, timedelta())
    return min(working_days.after(when, days), NEVER)


def start_of(day: date) -> datetime:
    """The first moment of a day in London."""
    if not LONG_AGO.date() < day < NEVER.date():
        return LONG_AGO if day < NEVER.date() else NEVER
    return datetime.combine(day, time(), working_days.LONDON)


def end_of(day: date) -> datetime:
    """The first moment, in London, at which a day is over."""
    if not LONG_AGO.date() < day < NEVER.date():
        return start_of(day)
    return start_of(day + timedelta(days=1))


def today(now: datetime) -> date:
    """The day it is in London."""
    return now.astimezone(working_days.LONDON).date()
