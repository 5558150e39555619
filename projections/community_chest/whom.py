"""Whom: to whom a view of a community chest is open, and of what span they may ask."""

from datetime import date, datetime
from typing import Any, Final

from commonweal.domain import due
from commonweal.kernel.reading import Reader
from projections.community_chest.balances import STAFF, runs, sees
from projections.sight import programmes
from projections.spans import first_and_last

PAYMENTS: Final = "chest_payments"
"""The view of what was paid, which those who judge have not."""
SCORES: Final = "chest_scores"
"""The view of how others judge. Who judges alone sees that of an application once they have judged it."""
EFFECT: Final = "chest_effect"
"""The view of what comes of the money, in numbers that say nothing of few."""
EVIDENCE: Final = "chest_evidence"
"""The view of the evidence kept with a fund, which its funders have too: it is what was told once, whoever comes and goes."""


def open_to(asker: Reader, view: str = STAFF) -> str:
    """The condition under which a view is for the one who asks: a part of an ICS has no chest of its own."""
    return "true" if runs(asker.scope(view)) else "false"


def judging(asker: Reader) -> dict[str, Any]:
    """Whose scores the one who asks sees: everybody's, or of what they scored themselves."""
    own = asker.beside(SCORES)
    return {"scores": sees(asker, SCORES), "judge": next(iter(own.users), "") if own is not None else ""}


def of_people(asker: Reader) -> dict[str, Any]:
    """Of which restricted programmes the one who asks may have people counted."""
    return programmes(asker.scope(EFFECT))


def period(
    asker: Reader, since: date | None, until: date | None, known_at: datetime | int | None = None
) -> dict[str, date]:
    """The span asked for; the year up to today, or to the moment of which it is asked, where none is."""
    if until is None and isinstance(known_at, datetime):
        until = due.today(known_at)
    first, last = first_and_last(since, until, asker.today)
    return {"since": first, "until": last}
