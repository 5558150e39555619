"""Days and moments in London, by the calendar of whoever looks."""

from datetime import UTC, date, datetime, time

import pytest

from commonweal.console.wording import LONDON
from commonweal.domain import due
from commonweal.domain.people import record_access
from commonweal.runtime import opening


def at(day: date, clock: str = "10:00") -> datetime:
    """A moment of a day, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), LONDON).astimezone(UTC)


def one_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock may strike during a test that looks twice: who looks again within the hour is not written down again."""
    now = record_access.hour(datetime.now(UTC))
    for place in (record_access, opening):
        monkeypatch.setattr(place, "hour", lambda _: now)


def today() -> date:
    """It may be past midnight since the file that asks was imported, or the office's calendar was turned."""
    return due.today(datetime.now(UTC))
