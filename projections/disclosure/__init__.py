"""Disclosure: no number we show says something about so few people that one of them could be known by it.

Source: NHS Digital, HES and ECDS disclosure control, September 2018 on, for counts below the national: 0 is shown, 1 to 7 is not,
8 and more go to the nearest 5. Totals are worked out from the people and then rounded, so rows need not add up to them;
percentages are of what is shown; a mean is shown where it is of 8 or more. A count of what is no person – services, grants – is
shown as it is. What is held back is null, and stands as `*` on a page.

Where numbers stand beside each other that add up, one number alone is not safe: `lines` shows several counts of a table together.

The functions that take SQL take expressions of whole numbers and give an expression.
"""

from typing import Final

FEW: Final = 7
"""A count from 1 to this many is held back."""
STEP: Final = 5
"""What is shown is rounded to the nearest of these."""
HELD_BACK: Final = "*"
"""How what is held back stands on a page and in a file."""


def shown(count: int) -> int | None:
    """A count of people as it may be shown: None where it is held back."""
    return None if 1 <= count <= FEW else (count + STEP // 2) // STEP * STEP


def percent(part: int, whole: int) -> int | None:
    """How much of the whole, of the counts as shown, to the nearest percent: None where either is held back or nobody is."""
    return share(shown(part), shown(whole))


def share(some: int | None, every: int | None) -> int | None:
    """`percent`, of counts as they are shown."""
    return None if some is None or not every else (200 * some + every) // (2 * every)


def shown_sql(count: str) -> str:
    """`shown`, in SQL."""
    return f"case when ({count}) not between 1 and {FEW} then (({count}) + {STEP // 2}) / {STEP} * {STEP} end"


def percent_sql(part: str, whole: str) -> str:
    """`percent`, in SQL."""
    some, every = shown_sql(part), f"nullif({shown_sql(whole)}, 0)"
    return f"((200 * ({some}) + ({every})) / (2 * ({every})))"


def of_many_sql(value: str, count: str) -> str:
    """A mean, a median or the like of so many people: null where they are few or nobody."""
    return f"case when ({count}) > {FEW} then {value} end"


def held_back_sql(*counts: str) -> str:
    """How many of these counts are held back: a row's `suppressed`, each count named once for every number it holds back."""
    return " + ".join(f"(({count}) between 1 and {FEW})::int" for count in counts)
