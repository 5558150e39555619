"""Reading a view: a connection that sees one ICS, and how much of it the one who asks may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NewType

import strawberry
from graphql import GraphQLError
from psycopg import AsyncRawCursor
from strawberry.types.scalar import ScalarDefinition

from commonweal.kernel.log import Borrow

Position = NewType("Position", int)
"""How many events an ICS's log has: a JSON number, beyond GraphQL's 32-bit Int after some years."""

Pence = NewType("Pence", int)
"""Money, or what it grew or shrank by: a JSON number, for sums of a fund are beyond GraphQL's 32-bit Int."""


def _position(value: object) -> Position:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise GraphQLError("a Position is a whole number, 0 or more", extensions={"code": "REFUSED"})
    return Position(value)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Position: strawberry.scalar(
        name="Position", description="A place in the log: how many events it holds.", parse_value=_position
    ),
    Pence: strawberry.scalar(name="Pence", description="Money in whole pence, or by how much it grew or shrank."),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows someone may see: all of the ICS, or those of their PCNs, practices or link workers, those that their
    organisations referred, those of persons they were let see, and of restricted programmes only their own; of what is for those
    alone who raised it, that of `users`. `released`: they see numbers as they were released, not as they are."""

    everything: bool = False
    pcns: frozenset[str] = frozenset()
    practices: frozenset[str] = frozenset()
    link_workers: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()
    programmes: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    released: bool = False


class Reader:
    """Reads the rooms of one ICS for one person. It is handed a connection; it never knows which ICS it reads."""

    def __init__(self, borrow: Borrow, views: Mapping[str, Scope], now: datetime, today: date) -> None:
        """`today` is the day in London of `now`."""
        self._borrow = borrow
        self._views = views
        self.now = now
        self.today = today

    @property
    def sight(self) -> frozenset[tuple[str, Scope]]:
        """All that decides what they may see."""
        return frozenset(self._views.items())

    def scope(self, view: str) -> Scope:
        """How much of a view the one who asks may see. Raises a located OUT_OF_SCOPE error where it is nothing."""
        if (scope := self.beside(view)) is None:
            called = view.replace("_", " ")
            raise GraphQLError(f"your role does not show you this: {called}", extensions={"code": "OUT_OF_SCOPE"})
        return scope

    def beside(self, view: str) -> Scope | None:
        """How much of another view they may see; None where it is nothing."""
        return self._views.get(view)

    def over(self, borrow: Borrow) -> "Reader":
        """The same one, reading with another connection of the same ICS."""
        return Reader(borrow, self._views, self.now, self.today)

    async def row(self, statement: bytes, parameters: Sequence[object]) -> list[bytes | None]:
        """The one row of a statement with `$1 …` in it, each column as the server wrote it.

        Raises a REFUSED error for a text that no database holds.
        """
        if not all(_holds(each) for each in parameters if isinstance(each, str)):
            raise GraphQLError("a text holds a character that cannot be", extensions={"code": "REFUSED"})
        async with self._borrow() as connection, AsyncRawCursor(connection) as cursor:
            await cursor.execute(statement, parameters, prepare=True)
            found = cursor.pgresult
            assert found is not None  # noqa: S101 – it was executed
            return [found.get_value(0, number) for number in range(found.nfields)]


def reader(info: strawberry.Info) -> Reader:
    """The one who asks."""
    found = info.context["reader"]
    assert isinstance(found, Reader)  # noqa: S101 – the web process puts it there
    return found


def _holds(text: str) -> bool:
    """Text as PostgreSQL has it: no NUL, and no half of a surrogate pair."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
