"""A signed link: how somebody without an account goes on with what is theirs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Link:
    """Which one counts, its last day, and whether it was shown to be copied."""

    id: str
    expires_on: date
    shown: bool = False
