"""When it happened, as hospitals write it: 20260329013000, sometimes with an offset, mostly meaning the clock on the wall."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

LONDON: Final = ZoneInfo("Europe/London")

_WRITTEN: Final = re.compile(r"([0-9]{8}(?:[0-9]{2}){0,3})(?:\.[0-9]*)?(?:([+-])([0-9]{2})([0-9]{2}))?")
_YEARS: Final = range(1850, 2200)
"""Outside these a year is a slip of the keyboard, and time zones have no say."""


def read_time(text: str | None) -> datetime | None:
    """YYYYMMDD[HH[MM[SS[.S…]]]][±ZZZZ] → an aware time, down to the second. None if it is not one (HL7 v2.4 §2.9.47, TS).

    Without an offset it is Europe/London; the hour that comes twice in October is the first of the two.
    Less than a day (a year, a month) says too little to place an event.
    """
    found = _WRITTEN.fullmatch(text or "")
    if found is None:
        return None
    digits, sign, hours, minutes = found.groups()
    try:
        moment = datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=LONDON)
    except ValueError:
        return None
    if moment.year not in _YEARS:
        return None
    if sign is None:
        return moment
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    if offset > timedelta(hours=14):
        return None
    return moment.replace(tzinfo=timezone(-offset if sign == "-" else offset))


def read_date(text: str | None) -> date | None:
    """The day of a time, as written: a birthday does not move with the zone."""
    moment = read_time(text)
    return moment.date() if moment else None


def write_time(moment: datetime) -> str:
    """An aware time as HL7 writes it, on the London clock with its offset."""
    return moment.astimezone(UTC).astimezone(LONDON).strftime("%Y%m%d%H%M%S%z")
