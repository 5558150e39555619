"""Telling: which numbers of people may be shown beside each other, so that none is had by subtracting.

Who came by one grant may have come by another, and who has one need another: everybody is counted once beside them. Which grants there
are is known anyway. Where there are no rows, not even for everybody, somebody may see none.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from projections.disclosure import nested, share
from projections.disclosure.lines import published
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell
from projections.readings import PARTS, told

Rows = list[dict[str, Any]]
_CAME: Final = {"people": None, "completed": "people", "goals_met": "people"}
_NEEDED: Final = {"people": None, "unmet": "people"}


@dataclass(frozen=True, slots=True)
class TellPlaces:
    """Of rows for every grant, every group of grants and everybody: those `by` which was asked, of them those with `grants`. The others
    are counted with: a fund, a purpose and an area have the same grants."""

    by: str

    def __call__(self, rows: Rows) -> tuple[Rows, int]:
        counts = {(row["by"], row["key"]): row for row in rows}
        grants = [row for row in rows if row["by"] == "GRANT"]
        numbers = nested.published(counts, _CAME, _wholes(counts, {row["key"]: row for row in grants}))
        asked = [row for row in rows if row["by"] == self.by and row["grants"] is not None]
        shown = [{**row, **_fared(numbers[row["by"], row["key"]])} for row in asked]
        return shown, _held_back(shown)


@dataclass(frozen=True, slots=True)
class TellCliff:
    """Of rows for every grant, every group of grants and everybody; grants without a last day do not end soon and are only counted
    with."""

    def __call__(self, rows: Rows) -> tuple[Rows, int]:
        grants = {row["grant_id"]: row for row in rows if row["organisation"]}
        counts = {_node(row): {"people": row["people"]} for row in rows}
        numbers = nested.published(counts, {"people": None}, _wholes(counts, grants))
        shown = [{**row, **numbers[_node(row)]} for row in grants.values() if row["ends_on"] is not None]
        return shown, _held_back(shown)


def _node(row: dict[str, Any]) -> tuple[str, str]:
    if row["organisation"]:
        return ("GRANT", row["grant_id"])
    by, _, key = row["grant_id"].partition(":")
    return (by, key)


_GROUPS: Final = {"FUND": "fund_id", "PURPOSE": "purpose", "AREA": "area"}


def _wholes(nodes: Collection[tuple[str, str]], grants: Mapping[str, dict[str, Any]]) -> nested.Wholes:
    """Everybody in funds, in purposes and in areas; and each of these in grants."""
    found: list[tuple[nested.Node, list[nested.Node]]] = []
    for by, column in _GROUPS.items():
        groups: dict[nested.Node, list[nested.Node]] = {(by, key): [] for kind, key in nodes if kind == by}
        for key, row in grants.items():
            if (group := (by, row[column])) in groups:
                groups[group].append(("GRANT", key))
        found += [*groups.items(), ((EVERYBODY, EVERYBODY), list(groups))]
    return found


@dataclass(frozen=True, slots=True)
class TellNeeds:
    """Of rows for everybody, every need and, where people are told apart `by` it, every place and each need in it; money stands
    beside."""

    by: str

    def __call__(self, rows: Rows) -> tuple[Rows, int]:
        cells: dict[Cell, dict[str, Any]] = {(row["need"], row["place"]): row for row in rows}
        numbers = published(cells, _NEEDED, overlapping=0) if rows else {}
        asked = [self._told(row, numbers) for row in rows if self._asked(row)]
        found = [row for row in asked if row is not None]
        return found, _held_back(found) + (len(found) < len(asked))

    def _asked(self, row: dict[str, Any]) -> bool:
        by_need, by_place = row["need"] != EVERYBODY, row["place"] != EVERYBODY
        return by_need is (self.by != "PLACE") and by_place is (self.by != "NEED")

    def _told(self, row: dict[str, Any], numbers: dict[Cell, dict[str, int | None]]) -> dict[str, Any] | None:
        """None where it may not even be told that somebody has it, and there is no money for it either."""
        shown = numbers.get((row["need"], row["place"]))
        of = {name: None if row[name] == EVERYBODY else row[name] for name in ("need", "place")}
        if shown is not None:
            return {**row, **shown, "unmet_percent": share(shown["unmet"], shown["people"]), **of}
        return {**row, **dict.fromkeys(_NEEDED), **of} if row["grants"] else None


@dataclass(frozen=True, slots=True)
class TellFared:
    """Of rows for everybody and for every fund or purpose; where a `fund` is asked for, of it alone."""

    fund: str | None = None

    def __call__(self, rows: Rows) -> tuple[Rows, int]:
        cells: dict[Cell, dict[str, Any]] = {(row["key"], EVERYBODY): row for row in rows}
        numbers = published(cells, PARTS, overlapping=0) if rows and cells[TOTAL]["eligible"] else {}
        asked = [cell for cell in cells if self._asked(cell[0])]
        found = [{**cells[cell], **told(cells[cell], numbers[cell])} for cell in asked if cell in numbers]
        return found, sum(row["suppressed"] for row in found) + (0 < len(numbers) < len(cells))

    def _asked(self, key: str | None) -> bool:
        return key == self.fund if self.fund is not None else key != EVERYBODY


def _fared(numbers: dict[str, int | None]) -> dict[str, int | None]:
    people = numbers["people"]
    shares = {f"{name}_percent": share(numbers[name], people) for name in ("completed", "goals_met")}
    return {**numbers, **shares}


def _held_back(rows: Rows) -> int:
    """How many numbers of people are held back in these."""
    numbers = ("people", "completed", "goals_met", "unmet")
    return sum(row[name] is None for row in rows for name in numbers if name in row)
