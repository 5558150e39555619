"""Questions: what somebody may ask of a room – a page, every row, or one – now, or as it was at a moment in the past."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

import strawberry
from graphql import GraphQLError

from commonweal.kernel.reading import Position

PAGE_AT_MOST: Final = 200
"""Rows of one page."""
USUALLY: Final = 50
"""Rows of a page whose size nobody named."""
FEW: Final = 10
"""Rows reckoned of a list that stands in a row."""


Keys: TypeAlias = tuple[tuple[str, type], ...]
"""The columns a view is ordered by, the last unique, each an int, a str or a datetime."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every question to a room has. `source` is `{table}` or a query in brackets, of the rows of which each is `of`;
    `where` holds conditions on `{row}`. Both may name `parameters` by `%(name)s`."""

    of: type
    source: str
    where: tuple[str, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after_position: int | None = None
    """Wait until the room has come so far."""
    as_of: datetime | int | None = None
    """As it was at an instant, or at a position; None: as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Asked):
    """A page by key, highest first where `descending`. `after` and `before`: what the cursors it lies between stand for."""

    keys: Keys
    descending: bool = False
    size: int
    backwards: bool = False
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None

    @property
    def bounded(self) -> bool:
        """Does it begin behind a cursor?"""
        return (self.before if self.backwards else self.after) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Asked):
    """Every row there is, in the order of SQL's `order`."""

    order: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Asked):
    """The one row, or null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Asked):
    """Rows that each stand for many, in the order of SQL's `order`, worked out once: `of` is a `view.Aggregate`. Each row of
    `source` has a column `suppressed`: how many of its numbers are held back (see `projections.disclosure`).

    `told`: where what is held back of a row depends on the others, what may be told of them, by the names of `of`, and how much is
    held back. Two that tell alike are equal."""

    order: str
    told: Callable[[list[dict[str, Any]]], tuple[list[dict[str, Any]], int]] | None = None


Question: TypeAlias = Page | Rows | Row | Table


@strawberry.input(
    one_of=True, description="A moment in the past: an instant, or a place in the log. What we knew then is shown."
)
class AsOf:
    instant: strawberry.Maybe[datetime]
    position: strawberry.Maybe[Position]


def moment(wanted: AsOf | None, now: datetime) -> datetime | int | None:
    """The instant or the position somebody named. Raises a REFUSED error for one that has not come yet."""
    if wanted is None:
        return None
    if wanted.position is not None:
        return int(wanted.position.value)
    assert wanted.instant is not None  # noqa: S101 – GraphQL sees to it that one of them is given
    instant: datetime = wanted.instant.value
    if instant.tzinfo is None:
        raise refusal("asOf: an instant needs its time zone, for example 2026-03-01T09:00:00Z")
    if instant > now:
        raise refusal("asOf: that moment has not come yet")
    return instant


def refusal(sentence: str) -> GraphQLError:
    """What to tell someone whose question cannot be answered as they put it."""
    return GraphQLError(sentence, extensions={"code": "REFUSED"})


@dataclass(frozen=True, slots=True)
class Paging:
    """The four arguments of a page: forwards with `first` and `after`, back with `last` and `before`."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None

    def settled(self, keys: Keys) -> dict[str, Any]:
        """`size`, `backwards`, `after` and `before` of a `Page`. Raises REFUSED errors."""
        if self.first is not None and self.last is not None:
            raise refusal("a page is counted from one end: give first or last, not both")
        wanted = self.first if self.last is None else self.last
        size = USUALLY if wanted is None else wanted
        if not 0 <= size <= PAGE_AT_MOST:
            raise refusal(f"a page has 0 to {PAGE_AT_MOST} rows")
        return {
            "size": size,
            "backwards": self.last is not None,
            "after": None if self.after is None else place(self.after, "after", keys),
            "before": None if self.before is None else place(self.before, "before", keys),
        }


def place(given: str, name: str, keys: Keys) -> tuple[Any, ...]:
    """What a cursor stands for. Raises a REFUSED error for one that no view of these keys gave out."""
    parts = given.split("|", len(keys) - 1)
    try:
        return tuple(_KINDS[kind](part) for part, (_, kind) in zip(parts, keys, strict=True))
    except (ValueError, OverflowError):
        raise refusal(f"{name} is not a cursor this view gave out") from None


def _whole(text: str) -> int:
    number = int(text)
    if str(number) != text or not -(1 << 63) <= number < 1 << 63:
        raise ValueError(text)
    return number


def _text(text: str) -> str:
    if not text:
        raise ValueError(text)
    return text


_KINDS: Final[Mapping[type, Callable[[str], Any]]] = {int: _whole, datetime: _whole, str: _text}
"""A datetime stands in a cursor as whole microseconds since 1970."""
