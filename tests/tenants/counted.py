"""What a test's attacks are counted as: the numbers that are shown to whoever watches over the installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from commonweal.kernel.counting import REFUSED


@contextmanager
def counted(**kinds: int) -> Iterator[None]:
    """The block is counted as so many refusals of these kinds, whatever the ICS, and of no other."""
    before = refusals()
    yield
    gained = {kind: number - before.get(kind, 0) for kind, number in refusals().items()}
    assert {kind: number for kind, number in gained.items() if number} == kinds


def refusals() -> dict[str, int]:
    """By kind, over all ICSs."""
    found: dict[str, int] = {}
    for (kind, _), number in REFUSED.counts.items():
        found[kind] = found.get(kind, 0) + int(number)
    return found


def labels(kind: str) -> set[str]:
    """The ICSs for which it was counted; the empty one stands for all that are not hosted here."""
    return {tenant for each, tenant in REFUSED.counts if each == kind}
