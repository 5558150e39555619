"""A signed link: how somebody without an account goes on with what is theirs."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from commonweal.domain.message import Refused


@dataclass(frozen=True, slots=True)
class Link:
    """Which one counts, its last day, and whether it was shown to be copied."""

    id: str
    expires_on: date
    shown: bool = False


def check_new(link_id: str | None, before: Container[str | None], what: str = "link_id") -> None:
    """Refuses a link that there was before."""
    if link_id in before:
        raise Refused(f"{what} was used before: make a new one")


def last_day(today: date, days: int) -> date:
    """On which a link opens that was made today and lives so many days."""
    return date.fromordinal(today.toordinal() + days)
