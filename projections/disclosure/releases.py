"""Releases: whoever gives money sees numbers about people as of the last Monday, so that nothing is had by asking twice.

An answer is of what was recorded before Monday began in London. Asked again within the week it is the same to the byte, whoever came
or went; what is asked of another moment is answered as of the Monday before it.
"""

from datetime import datetime, timedelta
from typing import Final

from commonweal.domain import due
from commonweal.kernel.question import refusal

RULE: Final = "hes-2018-complementary-weekly-1"
"""What these modules do, by name and version: the name goes with evidence that is kept. Another rule is another name."""


def boundary(moment: datetime) -> datetime:
    """The last moment up to this one at which numbers were released: when Monday began in London."""
    day = due.today(moment)
    return due.start_of(day - timedelta(days=day.weekday()))


def as_released(wanted: datetime | int | None, now: datetime) -> datetime:
    """As of when somebody who sees releases is answered. Raises a REFUSED error for a place in the log, which no release is."""
    if isinstance(wanted, int):
        raise refusal("asOf: ask for a day, you see numbers as they were released on its Monday")
    return boundary(now if wanted is None else wanted)
