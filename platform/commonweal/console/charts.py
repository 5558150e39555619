"""Charts: numbers drawn on the server, so that a page needs no script to show them and paper keeps them.

A chart is geometry alone: `templates/charts.html` draws it as SVG, with a table beside it that says the same. What lies across is in
hundredths of the room there is, what stands upright in pixels: so lines and words keep their size on a phone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil, floor, log10
from operator import itemgetter
from typing import Final

_STEPS: Final = (1, 2, 2.5, 5, 10)
_TICKS: Final = 5


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the scale, and what it stands for."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """From `x`, so wide; the whisker from `low` to `high` where there is one, and at `mark` the line it must reach. `shown` is false
    where nothing may be told."""

    text: str
    y: float
    x: float
    width: float
    low: float | None
    high: float | None
    mark: float | None
    value: str
    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Bars that lie, one under another, from a line at nought, each below its own words; `scale` says what they are measured in."""

    height: int
    scale: str
    thick: int
    nought: float
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]

    @property
    def held_back(self) -> bool:
        """Is there a bar, and none to draw? A scale with nothing on it says that there is nobody, where there are few."""
        return bool(self.bars) and not any(bar.shown for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Given:
    """What a bar stands for; `value` is None where it is held back or not known. `mark`: what it must reach; `said`: the value in words."""

    text: str
    value: float | None
    low: float | None = None
    high: float | None = None
    mark: float | None = None
    said: str = ""


_THICK: Final = 18
_ROW: Final = 50
_TOP: Final = 24


def bars(given: Sequence[Given], scale: str, unit: str = "", *, upto: float = 0.0) -> Bars:
    """Bars with whiskers, on a scale that has nought on it, `upto` and all there is to show. `scale`: what its numbers are, in words."""
    ends = [end for each in given for end in (each.value, each.low, each.high, each.mark) if end is not None]
    least, most = min([0.0, *ends]), max([0.0, upto, *ends])
    marks = ticks(least, most if most > least else least + 1)
    least, most = marks[0], marks[-1]

    def at(value: float) -> float:
        return round((value - least) / (most - least) * 100, 2)

    drawn = []
    for number, each in enumerate(given):
        start, end = sorted((at(0), at(each.value or 0)))
        drawn.append(
            Bar(
                text=each.text,
                y=_TOP + number * _ROW,
                x=start,
                width=round(end - start, 2),
                low=None if each.low is None else at(each.low),
                high=None if each.high is None else at(each.high),
                mark=None if each.mark is None else at(each.mark),
                value="" if each.value is None else each.said or f"{plain(each.value)}{unit}",
                shown=each.value is not None,
            )
        )
    return Bars(
        height=_ROW * len(given) + 44,
        scale=scale,
        thick=_THICK,
        nought=at(0),
        ticks=tuple(Tick(at(mark), f"{plain(mark)}{unit}") for mark in marks),
        bars=tuple(drawn),
    )


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A value over time. `points` are joined in their order; `left` is where the scale ends and the picture begins, `across` are the
    lines of the scale, `days` what stands below; `scale` says what is measured."""

    height: int
    scale: str
    left: int
    points: tuple[Point, ...]
    across: tuple[Tick, ...]
    days: tuple[Tick, ...]

    @property
    def parts(self) -> tuple[tuple[Point, Point], ...]:
        return tuple(pairwise(self.points))


TALL: Final = 160
ABOVE: Final = 44
"""Room for what the scale is of, and for the words of a point that is as high as it goes."""
LEFT: Final = 8
_RIGHT: Final = 96


def line(readings: Sequence[tuple[date, float, str]], least: float, most: float, scale: str) -> Line:
    """Readings (day, value, value in words) by their days, on the whole of their scale. `scale`: what its numbers are, in words."""
    readings = sorted(readings, key=itemgetter(0))
    marks = ticks(least, most)
    least, most = marks[0], marks[-1]
    first, last = readings[0][0], readings[-1][0]
    span = max((last - first).days, 1)

    def across(day: date) -> float:
        return round(LEFT + 4 + (day - first).days / span * (_RIGHT - LEFT - 4), 1)

    def up(value: float) -> float:
        return round(ABOVE + (1 - (value - least) / (most - least)) * TALL, 1)

    days = {across(day): f"{day.day} {day:%b %Y}" for day in (first, last)}
    return Line(
        height=ABOVE + TALL + 50,
        scale=scale,
        left=LEFT,
        points=tuple(Point(across(day), up(value), text) for day, value, text in readings),
        across=tuple(Tick(up(mark), plain(mark)) for mark in marks),
        days=tuple(Tick(at, text) for at, text in days.items()),
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How wide a stage of a funnel is, of a hundred; None where it is held back."""

    text: str
    share: float | None
    value: str


def funnel(stages: Sequence[tuple[str, int | None]], widest: int | None = None) -> tuple[Step, ...]:
    """Stages one after another, each as wide as it is of the widest, or of what several funnels have as theirs; what is held back has
    no width, so that none can be measured."""
    widest = max((count for _, count in stages if count), default=0) if widest is None else widest
    return tuple(
        Step(
            text,
            None if count is None else round(100 * count / widest, 1) if widest else 0.0,
            "*" if count is None else f"{count:,}",
        )
        for text, count in stages
    )


def plain(value: float) -> str:
    """`2.50` → `2.5`, `3.0` → `3`; a minus as it is printed."""
    text = f"{value:,.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "\N{MINUS SIGN}")


def ticks(least: float, most: float) -> tuple[float, ...]:
    """Round numbers from at or below the least to at or above the most."""
    rough = (most - least) / _TICKS
    size = 10.0 ** floor(log10(rough))
    step = next(size * each for each in _STEPS if size * each >= rough)
    start, end = floor(round(least / step, 9)), ceil(round(most / step, 9))
    return tuple(round(number * step, 9) for number in range(start, end + 1))
