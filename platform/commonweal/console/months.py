"""Months: what was to happen beside what did, month by month, drawn as `charts` draws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import ceil
from typing import Final

from commonweal.console.charts import ABOVE, LEFT, TALL, Point, Tick, plain, ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Rect:
    """A column of one month: which of the two it is, and where it stands."""

    first: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One of several lines over the same months, by its points in their order."""

    name: str
    planned: bool
    parts: tuple[tuple[Point, Point], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Months:
    """Two things month by month: as columns beside each other, or as lines. `across` are the lines of the scale, `months` what stands
    below; `now`: where today is, None where that is not in the picture; `names`: what the two are."""

    height: int
    foot: float
    scale: str
    left: int
    names: tuple[str, str]
    across: tuple[Tick, ...]
    months: tuple[Tick, ...]
    now: float | None
    rects: tuple[Rect, ...] = ()
    runs: tuple[Run, ...] = ()


Pair = tuple[date, float | None, float | None]
"""A month by its first day, and how much of the one and of the other; None where it is not known yet."""
_BELOW: Final = 40
_WIDE: Final = 0.36
"""How much of a month's room each column takes."""
_NAMED: Final = 5
"""So many months are named at most: on a phone there is room for no more."""


def columns(pairs: Sequence[Pair], names: tuple[str, str], scale: str, today: date) -> Months:
    """Two columns for each month; `pairs` follow one another month by month."""
    frame, up = _months(pairs, names, scale, today)
    slot = (100 - frame.left) / len(pairs)
    rects = []
    for number, (_, one, two) in enumerate(pairs):
        for nth, value in enumerate((one, two)):
            if value:
                x = frame.left + (number + 0.5 + (nth - 1) * _WIDE) * slot
                first, y = nth == 0, up(value)
                rects.append(Rect(first=first, x=round(x, 2), y=y, width=round(_WIDE * slot, 2), height=frame.foot - y))
    return replace(frame, rects=tuple(rects))


def lines(pairs: Sequence[Pair], names: tuple[str, str], scale: str, today: date) -> Months:
    """Two lines over the same months: the first is what was planned, and each ends where nothing is known any more."""
    frame, up = _months(pairs, names, scale, today)
    slot = (100 - frame.left) / len(pairs)
    runs: list[Run] = []
    for name, known in zip(names, ([one for _, one, _ in pairs], [two for _, _, two in pairs]), strict=True):
        points = [
            Point(round(frame.left + (number + 0.5) * slot, 2), up(value), "")
            for number, value in enumerate(known)
            if value is not None
        ]
        runs.append(Run(name=name, planned=not runs, parts=tuple(pairwise(points))))
    return replace(frame, runs=tuple(runs))


def _months(
    pairs: Sequence[Pair], names: tuple[str, str], scale: str, today: date
) -> tuple[Months, Callable[[float], float]]:
    """The picture without what is drawn in it, and how high a value stands."""
    most = max((value or 0.0 for _, one, two in pairs for value in (one, two)), default=0.0)
    marks = ticks(0, most or 1)

    def up(value: float) -> float:
        return round(ABOVE + (1 - value / marks[-1]) * TALL, 1)

    slot, every = (100 - LEFT) / len(pairs), ceil(len(pairs) / _NAMED)
    days = [month for month, _, _ in pairs]
    months = [
        Tick(round(LEFT + (number + 0.5) * slot, 2), f"{month:%b %y}")
        for number, month in enumerate(days)
        if number % every == 0
    ]
    ago = (today.year - days[0].year) * 12 + today.month - days[0].month
    now = LEFT + (ago + 0.5) * slot if 0 <= ago < len(days) else None
    return (
        Months(
            height=ABOVE + TALL + _BELOW,
            foot=ABOVE + TALL,
            scale=scale,
            left=LEFT,
            names=names,
            across=tuple(Tick(up(mark), plain(mark)) for mark in marks),
            months=tuple(months),
            now=None if now is None else round(now, 2),
        ),
        up,
    )
