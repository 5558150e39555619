"""As at: a moment in the past somebody asks about, and what they typed to ask it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Final

from commonweal.console.answers import read_day, read_time
from commonweal.console.forms import Mistake
from commonweal.console.wording import LONDON, in_london, long_date

FIELDS: Final = ("day", "month", "year", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class AsAt:
    """`at`: the moment, with a zone; None for now. `typed` is what was sent, so that nothing has to be typed again."""

    typed: Mapping[str, str] = field(default_factory=dict)
    at: datetime | None = None
    mistakes: tuple[Mistake, ...] = ()

    def value(self, name: str) -> str:
        """What was typed into a field; nothing where nothing was."""
        return self.typed.get(name, "")

    def mistake(self, name: str) -> str | None:
        """The sentence to show beside a field."""
        return next((each.sentence for each in self.mistakes if each.field == name), None)

    @property
    def words(self) -> str | None:
        """`3 March 2026, 23:59` in London; None for now."""
        if self.at is None:
            return None
        local = in_london(self.at)
        return f"{long_date(local.date())}, {local:%H:%M}"


def as_at(asked: Mapping[str, str], now: datetime) -> AsAt:
    """What the query of an address says: the end of a day where no time is given, and never later than now."""
    typed = {name: found for name in FIELDS if (found := asked.get(name, "").strip())}
    if not typed:
        return AsAt()
    day, hour = read_day(typed), read_time(typed) if "time" in typed else time.max
    mistakes = []
    if day is None:
        mistakes.append(Mistake(field="day", sentence="Enter a real date, for example 21 11 2026"))
    elif day > in_london(now).date():
        mistakes.append(Mistake(field="day", sentence="That day has not come yet: enter today or a day in the past"))
    if hour is None:
        mistakes.append(Mistake(field="time", sentence="Enter a time on the 24-hour clock, for example 14:30"))
    if day is None or hour is None or mistakes:
        return AsAt(typed=typed, mistakes=tuple(mistakes))
    at = datetime.combine(day, hour, LONDON).astimezone(UTC)
    if at > now and "time" in typed:
        late = Mistake(field="time", sentence="That time has not come yet: enter a time in the past")
        return AsAt(typed=typed, mistakes=(late,))
    return AsAt(typed=typed, at=min(at, now))
