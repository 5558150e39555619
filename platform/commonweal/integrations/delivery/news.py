"""News: that someone outside cannot be told, can be again, or was given up on, said once and not at every try."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from commonweal.integrations.delivery import Outcome

QUIET: Final = 60.0
"""Seconds after something was said of a recipient in which nothing more is."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a recipient: how it stands with them, and how many deliveries were parked since the last time."""

    recipient: str
    what: str
    parked: int
    last: Outcome
    """What came of the last try."""

    @property
    def well(self) -> bool:
        return self.what == "deliveries_arrive_again"


@dataclass(slots=True)
class _Known:
    last: Outcome
    failing: bool = False
    said_failing: bool = False
    parked: int = 0
    said_at: float = float("-inf")


@dataclass(slots=True)
class News:
    """What there is to say of one integration's recipients in one ICS."""

    _known: dict[str, _Known] = field(default_factory=dict)

    def take(self, recipient: str, outcome: Outcome) -> None:
        """Note what came of a try."""
        known = self._known.setdefault(recipient, _Known(outcome))
        if outcome.state == "withheld":  # nothing was sent: they may be there or not
            return
        known.last = outcome
        known.failing = outcome.state == "waiting" or (known.failing and outcome.state == "parked")
        known.parked += outcome.state == "parked"

    def tell(self, now: float) -> Iterator[Told]:
        """What is to be said at this second, at most one thing of each recipient; after it, that is said."""
        for recipient, known in self._known.items():
            if now - known.said_at < QUIET or not (known.parked or known.failing != known.said_failing):
                continue
            if known.parked:
                what = "deliveries_parked"
            else:
                what = "deliveries_fail" if known.failing else "deliveries_arrive_again"
            parked, known.parked = known.parked, 0
            known.said_failing, known.said_at = known.failing, now
            yield Told(recipient, what, parked, known.last)
