"""Spans: over how many months, and from which day to which, somebody may have things counted."""

from datetime import date, timedelta
from typing import Final

from commonweal.kernel.question import refusal

MONTHS_AT_MOST: Final = 60
A_YEAR: Final = timedelta(days=364)


def check_months(months: int) -> None:
    if not 1 <= months <= MONTHS_AT_MOST:
        raise refusal(f"months must be 1 to {MONTHS_AT_MOST}")


def first_and_last(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days asked for: up to today, and of a year, where none are named."""
    last = until or today
    first = since or last - A_YEAR
    if first > last:
        raise refusal("since must not lie after until")
    return first, last
