"""Whom: to whom a view of a community chest is open, and of what span they may ask."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from commonweal.domain import due
from commonweal.kernel.question import refusal
from commonweal.kernel.reading import Reader
from projections.community_chest.balances import STAFF, runs
from projections.sight import programmes

PAYMENTS: Final = "chest_payments"
"""The view of what was paid, which those who judge have not."""
SCORES: Final = "chest_scores"
"""The view of how others judge. Who judges alone sees that of an application once they have judged it."""
EFFECT: Final = "chest_effect"
"""The view of what comes of the money, in numbers that say nothing of few."""
EVIDENCE: Final = "chest_evidence"
"""The view of the evidence kept with a fund, which its funders have too: it is what was told once, whoever comes and goes."""
MONTHS_AT_MOST: Final = 60
A_YEAR: Final = timedelta(days=364)


def open_to(asker: Reader, view: str = STAFF) -> str:
    """The condition under which a view is for the one who asks: a part of an ICS has no chest of its own."""
    return "true" if runs(asker.scope(view)) else "false"


def judging(asker: Reader) -> dict[str, Any]:
    """Whose scores the one who asks sees: everybody's, or of what they scored themselves."""
    own = dict(asker.sight).get(SCORES)
    return {"scores": sees(asker, SCORES), "judge": next(iter(own.users), "") if own is not None else ""}


def of_people(asker: Reader) -> dict[str, Any]:
    """Of which restricted programmes the one who asks may have people counted."""
    return programmes(asker.scope(EFFECT))


def check_months(months: int) -> None:
    if not 1 <= months <= MONTHS_AT_MOST:
        raise refusal(f"months must be 1 to {MONTHS_AT_MOST}")


def period(
    asker: Reader, since: date | None, until: date | None, known_at: datetime | int | None = None
) -> dict[str, date]:
    """The span asked for; the year up to today, or to the moment of which it is asked, where none is."""
    last = until or (due.today(known_at) if isinstance(known_at, datetime) else asker.today)
    first = since or last - A_YEAR
    if first > last:
        raise refusal("since must not lie after until")
    return {"since": first, "until": last}


def sees(asker: Reader, view: str) -> bool:
    """May the one who asks see this beside what they asked for?"""
    scope = dict(asker.sight).get(view)
    return scope is not None and runs(scope)
