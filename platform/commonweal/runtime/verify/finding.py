"""A finding: what a check looked at, with the first thing that is not as it should be."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Finding:
    """One check of one ICS. Sentences in it name places and positions, never anything a person told us."""

    check: str
    looked_at: Counter[str] = field(default_factory=Counter)
    """What was looked at, and how many of it."""
    difference: str | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.difference is None

    def differs(self, sentence: str) -> None:
        """Something is not as it should be; the first sentence stands."""
        if self.difference is None:
            self.difference = sentence

    def for_machines(self) -> dict[str, Any]:
        """As it stands in `commonweal verify --json`."""
        return {
            "check": self.check,
            "ok": self.ok,
            "looked_at": dict(self.looked_at),
            "difference": self.difference,
            "seconds": round(self.seconds, 3),
        }
