"""Backing off: who fails again without having gone on meanwhile waits longer each time."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """`pauses`: seconds after the first failure, the second and so on; after the last of them it stays at that."""

    pauses: Sequence[float]
    failures: int = 0
    """One after the other."""

    def next(self) -> float:
        """How long to wait after one more failure."""
        self.failures += 1
        return self.pauses[min(self.failures, len(self.pauses)) - 1]

    def over(self) -> None:
        """It went on: the next failure is a first one."""
        self.failures = 0
