"""Measure schedule: which questionnaires an ICS asks of everyone, and when.

An ICS says it in its policies, a line for each: `ons4:baseline:7` is ONS4, as the baseline, due seven days after the first contact. What is
asked at the start and on the way is counted from the first contact, what is asked at the end and later from the day the case is closed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.message import Refused

FROM_START: Final = frozenset({"baseline", "review"})
"""Points counted from the first contact; the others are counted from the end."""
LONGEST: Final = 500
"""Days."""


@dataclass(frozen=True, slots=True)
class Line:
    instrument: str
    point: str
    days: int


def line(text: str, what: str = "measures") -> Line:
    """A line of the schedule. Refuses one that says something else."""
    instrument, _, rest = text.partition(":")
    point, _, days = rest.partition(":")
    if not days.isascii() or not days.isdigit() or int(days) > LONGEST:
        raise Refused(f"{what} must say an instrument, a point and days up to {LONGEST}, such as ons4:baseline:7")
    values.one_of(frozenset(INSTRUMENTS), instrument, what)
    return Line(instrument, values.one_of(codes.MEASURE_POINTS, point, what), int(days))


def due(lines: tuple[str, ...], day: date, *, start: bool) -> Iterator[tuple[Line, date]]:
    """What is due after a start, or after an end, on that day. A line nobody understands any more asks for nothing."""
    for text in lines:
        try:
            each = line(text)
        except Refused:
            continue
        if (each.point in FROM_START) is start:
            yield each, _later(day, each.days)


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
