"""A fund month by month: what falls due beside what was paid, and how far both have come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from commonweal.console import months
from commonweal.console.months import Months
from commonweal.console.numbers import NONE, Line, Numbers
from commonweal.domain.chest.money import pounds

_IN_THOUSANDS: Final = 20_000_00
"""Pence, from which on a scale counts thousands of pounds: there is no room for more digits on a phone."""
_DUE: Final = ("Due", "Paid")
_BURN: Final = ("Planned", "Paid")

Rows = Sequence[Mapping[str, Any]]
"""Of `paymentCalendar`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMonth:
    """`calendar`: each month by itself; `burn`: since the beginning; `numbers`: both; `behind`: how the two compare today, in words."""

    calendar: Months
    burn: Months
    numbers: Numbers
    behind: str


def by_month(rows: Rows, today: date) -> ByMonth | None:
    """Pictures of the months from the first in which something was due or paid to the last; nothing where there is none."""
    told = _from_first_to_last(rows, today)
    if not told:
        return None
    months_ = [date.fromisoformat(row["month"]) for row in told]
    each = max(max(row["due"], row["paid"]) for row in told)
    run = max(max(row["plannedSoFar"], row["paidSoFar"] or 0) for row in told)
    calendar = [
        (month, _of(row["due"], each), None if month > today else _of(row["paid"], each))
        for month, row in zip(months_, told, strict=True)
    ]
    burn = [
        (month, _of(row["plannedSoFar"], run), None if row["paidSoFar"] is None else _of(row["paidSoFar"], run))
        for month, row in zip(months_, told, strict=True)
    ]
    return ByMonth(
        calendar=months.columns(calendar, _DUE, _scale(each), today),
        burn=months.lines(burn, _BURN, _scale(run), today),
        numbers=_numbers(told),
        behind=_behind(told),
    )


def _from_first_to_last(rows: Rows, today: date) -> Rows:
    moved = [number for number, row in enumerate(rows) if row["due"] or row["paid"] or row["returned"]]
    if not moved:
        return ()
    past = sum(row["month"] <= today.isoformat() for row in rows)
    return rows[moved[0] : max(moved[-1] + 1, past)]


def _of(pence: int, most: int) -> float:
    return pence / (100_000 if most >= _IN_THOUSANDS else 100)


def _scale(most: int) -> str:
    return "Thousands of pounds" if most >= _IN_THOUSANDS else "Pounds"


def _numbers(rows: Rows) -> Numbers:
    def cells(row: Mapping[str, Any]) -> tuple[str, ...]:
        known = row["paidSoFar"] is not None
        paid = (pounds(row["paid"]), pounds(row["returned"])) if known else (NONE, NONE)
        return (pounds(row["due"]), *paid, pounds(row["plannedSoFar"]), pounds(row["paidSoFar"]) if known else NONE)

    return Numbers(
        first="Month",
        headings=("Due", "Paid", "Came back", "Due since the beginning", "Paid since the beginning"),
        lines=tuple(Line(text=f"{date.fromisoformat(row['month']):%B %Y}", cells=cells(row)) for row in rows),
    )


def _behind(rows: Rows) -> str:
    """Of the last month of which it is known what was paid."""
    known = [row for row in rows if row["paidSoFar"] is not None]
    if not known:
        return "Nothing has fallen due yet."
    planned, paid = known[-1]["plannedSoFar"], known[-1]["paidSoFar"]
    month = f"{date.fromisoformat(known[-1]['month']):%B %Y}"
    told = f"By the end of {month} {pounds(planned)} falls due; {pounds(paid)} is paid"
    if paid < planned:
        return f"{told}, {pounds(planned - paid)} less."
    return f"{told}, {pounds(paid - planned)} more." if paid > planned else f"{told}: all of it."
