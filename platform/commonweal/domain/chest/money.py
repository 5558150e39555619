"""Money: whole pence, shared out so that none is lost and none is made."""

from collections.abc import Mapping, Sequence
from typing import Final

from commonweal.domain.message import Refused

Split = Mapping[str, int]
"""Pence by pledge: whose money it is. Nothing in it is nought."""

MOST_PENCE: Final = 100_000_000_000
"""A thousand million pounds: more is mistyped."""


def largest_remainder(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`total` in whole parts, as nearly as can be in proportion to `weights`, which are not negative and not all nought.

    Everyone gets the whole part of their exact share; what is left goes, one each, to the largest remainders, and of
    equal ones to the first. The parts sum to `total`. Source: the Hare–Niemeyer method (Hamilton's).
    """
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda at: -(total * weights[at] % whole))
    for at in by_remainder[: total - sum(parts)]:
        parts[at] += 1
    return tuple(parts)


def drawn(total: int, pots: Split) -> Split:
    """`total` out of `pots`, from each in proportion to what is in it: never more than that, where all of them have enough."""
    if not total:
        return {}
    shares = largest_remainder(total, tuple(pots.values()))
    return {name: share for name, share in zip(pots, shares, strict=True) if share}


def plus(one: Split, other: Split) -> Split:
    return {name: sum_ for name in {**one, **other} if (sum_ := one.get(name, 0) + other.get(name, 0))}


def minus(one: Split, other: Split) -> Split:
    return plus(one, {name: -pence for name, pence in other.items()})


def pence(amount: int, what: str = "amount_pence") -> int:
    """A sum of money that is something."""
    if not 0 < amount <= MOST_PENCE:
        raise Refused(f"{what} must be {pounds(1)} to {pounds(MOST_PENCE)}")
    return amount


def pounds(amount: int) -> str:
    """`500000` → `£5,000`; `500050` → `£5,000.50`."""
    whole, rest = divmod(abs(amount), 100)
    return f"{'−' if amount < 0 else ''}£{whole:,}{f'.{rest:02}' if rest else ''}"
