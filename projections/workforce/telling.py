"""Telling: which numbers of the workforce may be shown beside each other to somebody who does not see the people."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from projections.disclosure import share, shown
from projections.disclosure.lines import published
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell

_PARTS: Final = {"open": None, "new": None, "quiet": "open", "held": None, "missed": None}
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Telling:
    """Who is in post is shown whatever they carry: a line is there, with its numbers held back."""

    def __call__(self, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        cells: dict[Cell, dict[str, Any]] = {(row["key"], EVERYBODY): row for row in rows}
        total = {name: sum(row[name] for row in rows) for name in _PARTS}
        numbers = published({TOTAL: total, **cells}, _PARTS, known=True)
        found = [{**row, **_told(row, numbers[cell])} for cell, row in cells.items()]
        return found, sum(row["suppressed"] for row in found)


def whole_weeks(on: date, days: int) -> tuple[date, int]:
    """The Sunday up to which, and the days of whole weeks for which, somebody is told who does not see the people: from day to day
    one could tell who came."""
    return on - timedelta(days=on.isoweekday() % _WEEK), -(-days // _WEEK) * _WEEK


def _told(row: dict[str, Any], numbers: dict[str, int | None]) -> dict[str, Any]:
    new, held, missed = numbers["new"], numbers["held"], numbers["missed"]
    return {
        **numbers,
        "weight": shown(row["weight"])
        if numbers["open"]
        else None,  # most cases weigh 1: as it is, it would be their number
        "carried": None if row["carried"] is None else shown(row["carried"]),
        "per_fte": None if new is None or not row["fte"] else round(new / row["fte"], 1),
        "missed_percent": None if held is None or missed is None else share(missed, held + missed),
        "suppressed": sum(number is None for number in numbers.values()),
    }
