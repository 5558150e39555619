"""Reading a view: a connection that sees one ICS, and how much of it the one who asks may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NewType

import strawberry
from graphql import GraphQLError
from psycopg.rows import dict_row
from strawberry.types.scalar import ScalarDefinition

from commonweal.kernel.log import Borrow

Position = NewType("Position", int)
"""How many events an ICS's log has: a JSON number, beyond GraphQL's 32-bit Int after some years."""


def _position(value: object) -> Position:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 63:
        raise GraphQLError("a Position is a whole number, 0 or more", extensions={"code": "REFUSED"})
    return Position(value)


SCALARS: Final[dict[object, ScalarDefinition]] = {
    Position: strawberry.scalar(
        name="Position", description="A place in the log: how many events it holds.", parse_value=_position
    )
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows someone may see: all of the ICS, or those of their PCNs, practices or link workers."""

    everything: bool = False
    pcns: frozenset[str] = frozenset()
    practices: frozenset[str] = frozenset()
    link_workers: frozenset[str] = frozenset()

    def parameters(self) -> dict[str, Any]:
        """For a statement with `%(everything)s`, `%(own_pcns)s`, `%(own_practices)s` and `%(own_link_workers)s`."""
        return {
            "everything": self.everything,
            "own_pcns": sorted(self.pcns),
            "own_practices": sorted(self.practices),
            "own_link_workers": sorted(self.link_workers),
        }


class Reader:
    """Reads the rooms of one ICS for one person. It is handed a connection; it never knows which ICS it reads."""

    def __init__(self, borrow: Borrow, views: Mapping[str, Scope], today: date) -> None:
        self._borrow = borrow
        self._views = views
        self.today = today

    def scope(self, view: str) -> Scope:
        """How much of a view the one who asks may see. Raises a located OUT_OF_SCOPE error where it is nothing."""
        if (scope := self._views.get(view)) is None:
            raise GraphQLError(f"your role does not show you {view}", extensions={"code": "OUT_OF_SCOPE"})
        return scope

    async def rows(self, statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One statement's rows, by column name. Raises a located REFUSED error for a text no database holds."""
        for name, value in parameters.items():
            if isinstance(value, str) and not _holds(value):
                raise GraphQLError(f"{name} holds a character that cannot be", extensions={"code": "REFUSED"})
        async with self._borrow() as connection, connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.encode(), parameters, prepare=True)
            return await cursor.fetchall()


def _holds(text: str) -> bool:
    """Text as PostgreSQL has it: no NUL, and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def statement(folder: Path, name: str) -> str:
    """The SQL in `<folder>/<name>.sql`, without its comments: they may hold a percent sign."""
    lines = (folder / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


PAGE_AT_MOST: Final = 200
"""Rows of one page."""
