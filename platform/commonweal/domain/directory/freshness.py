"""Freshness: how far a listing can still be believed, so many days after somebody made sure of it."""

from datetime import date, timedelta
from math import log2
from typing import Final

HALF_LIVES: Final = {
    "activity": 120,
    "advice": 120,
    "befriending": 120,
    "peer_support": 120,
    "practical": 120,
    "learning": 90,
    "volunteering": 180,
    "digital": 90,
    "statutory": 240,
}
"""Kind of service (`codes.SERVICE_KINDS`) → days after which half of the trust in its listing is gone. Local."""
USUAL: Final = 120
"""Days, for a kind that is none of these."""
A_PROBLEM_COSTS: Final = 25
"""Points for each problem somebody reported that is not resolved. Local."""
FRESH: Final = 60
DUE: Final = 30
"""The least score of a listing that is fresh, and of one that is due to be looked at; below, it is stale. Local."""

LABELS: Final = ("fresh", "due", "stale", "unverified")


def half_life(kind: str) -> int:
    """Days after which half of the trust in a listing of this kind is gone."""
    return HALF_LIVES.get(kind, USUAL)


def score(assured_on: date | None, kind: str, problems: int, today: date) -> int | None:
    """0 to 100: 100 · 0.5^(days since it was assured / half-life), less what unresolved problems cost. None: never assured.

    That someone attended counts as assurance (`used_successfully`), not as points on top. A day still to come is today.
    """
    if assured_on is None:
        return None
    days = max((today - assured_on).days, 0)
    left = 100 * 0.5 ** (days / half_life(kind)) - A_PROBLEM_COSTS * problems
    return max(0, int(left + 0.5))


def label(points: int | None) -> str:
    """One of LABELS."""
    if points is None:
        return "unverified"
    return "fresh" if points >= FRESH else "due" if points >= DUE else "stale"


def stale_from(assured_on: date, kind: str) -> date:
    """The first day on which a listing without problems is stale."""
    day = assured_on + timedelta(days=int(half_life(kind) * log2(100 / DUE)))
    while label(score(assured_on, kind, 0, day)) != "stale":
        day += timedelta(days=1)
    return day
