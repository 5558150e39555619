"""Telling: which numbers of many cases may be shown beside each other, so that none of them tells of few."""

from dataclasses import dataclass
from typing import Any, Final

from projections.disclosure.lines import published
from projections.disclosure.tables import EVERYBODY, TOTAL
from projections.readings import PARTS, told

_ALL: Final = (EVERYBODY, None)


@dataclass(frozen=True, slots=True)
class Telling:
    """`one` and `two`: by what cases are told apart. `year`: of the second, this one alone; `within`: the first was asked for as
    that within which, and nothing as that by which."""

    one: str
    two: str
    year: int | None = None
    within: bool = False

    def __call__(self, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        """What may be told of rows for every cell and total, and how many numbers are held back."""
        cells = {(row["one"], row["two"]): row for row in rows}
        overlapping = next((place for place, cut in enumerate((self.one, self.two)) if cut == "NEED"), None)
        numbers = published(cells, PARTS, overlapping=overlapping)
        asked = [cell for cell, row in cells.items() if self._asked(*cell) and row["eligible"]]
        may_be = [cell for cell in asked if cell in numbers]
        shown = may_be or ([TOTAL] if asked and self.year is None else [])
        found = [{**self._named(cells[cell]), **told(cells[cell], numbers[cell])} for cell in shown]
        return found, sum(row["suppressed"] for row in found) + (len(may_be) < len(asked))

    def _asked(self, one: str | None, two: str | None) -> bool:
        whole = (one == EVERYBODY) == (self.one == "ALL") and (two == EVERYBODY) == (self.two == "ALL")
        return whole and (self.year is None or two == str(self.year))

    def _named(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row as it was asked for: a year was not told apart from another."""
        one, two = ((row[place], row[f"{place}_name"]) for place in ("one", "two"))
        if self.year is not None:
            one, two = (_ALL, one) if self.within else (one, _ALL)
        named = {"one": one[0], "one_name": one[1], "two": two[0], "two_name": two[1]}
        return {**row, **{name: "all" if value == EVERYBODY else value for name, value in named.items()}}
