"""Working days: when an office in England is open, and so when a promise of two working days falls due."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")
_DAY: Final = timedelta(days=1)
_MONDAY: Final = 0


def after(start: datetime, days: int) -> datetime:
    """The same time of day so many working days later, on the London clock. What starts on a day off starts when it ends."""
    moment = start.astimezone(LONDON)
    day = moment.date()
    if not is_working(day):
        day, moment = _next_working(day), datetime.combine(day, time(), LONDON)
    for _ in range(days):
        day = _next_working(day)
    return datetime.combine(day, moment.timetz())


def is_working(day: date) -> bool:
    """Monday to Friday, without the bank holidays of England and Wales."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """Those that return each year. One proclaimed for a single year (a coronation, a funeral) is not known here.

    Source: Banking and Financial Dealings Act 1971, schedule 1; gov.uk/bank-holidays for the days given instead of a weekend.
    """
    easter = easter_sunday(year)
    fixed = [
        _first_weekday(date(year, 1, 1)),
        easter - 2 * _DAY,
        easter + _DAY,
        _monday(date(year, 5, 1)),
        _monday(date(year, 5, 25)),
        _monday(date(year, 8, 25)),
    ]
    christmas = _first_weekday(date(year, 12, 25))
    boxing = _first_weekday(date(year, 12, 26))
    return frozenset([*fixed, christmas, boxing if boxing != christmas else boxing + _DAY])


def easter_sunday(year: int) -> date:
    """The anonymous Gregorian computus (Nature, 20 April 1876; Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    h = (19 * a + b - d - (b - f + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + weekday - 7 * ((a + 11 * h + 22 * weekday) // 451) + 114, 31)
    return date(year, month, day + 1)


def _next_working(day: date) -> date:
    day += _DAY
    while not is_working(day):
        day += _DAY
    return day


def _first_weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return _monday(day) if day.weekday() >= 5 else day


def _monday(day: date) -> date:
    """The day itself if it is a Monday, else the next one."""
    return day + timedelta(days=(_MONDAY - day.weekday()) % 7)
