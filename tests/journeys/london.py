"""Days and moments in London, by the calendar of whoever looks."""

from datetime import UTC, date, datetime, time

from commonweal.console.wording import LONDON
from commonweal.domain import due


def at(day: date, clock: str = "10:00") -> datetime:
    """A moment of a day, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), LONDON).astimezone(UTC)


def today() -> date:
    """It may be past midnight since the file that asks was imported, or the office's calendar was turned."""
    return due.today(datetime.now(UTC))
