"""Numbers: a table of them, on a page and as a file that says the same."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final

from commonweal.console.charts import plain

HELD_BACK: Final = "*"
"""What stands for a number that is held back: see `projections.disclosure`."""
NONE: Final = "–"
"""What stands where there is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`cells` in the order of the headings; `href`: where the line leads."""

    text: str
    cells: tuple[str, ...]
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """`first`: what the lines are of."""

    first: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def held_back(self) -> int:
        """How many of them are held back: as many as there are stars, the percentages among them."""
        return sum(cell == HELD_BACK for line in self.lines for cell in line.cells)

    def file(self, about: Sequence[str]) -> str:
        """As CSV, below a row that says what it is."""
        written = StringIO()
        rows = csv.writer(written, lineterminator="\r\n")
        rows.writerow(about)
        rows.writerow([self.first, *self.headings])
        rows.writerows([_harmless(line.text), *line.cells] for line in self.lines)
        return written.getvalue()


def cell(value: float | None, *, missing: str = HELD_BACK) -> str:
    """A number as it stands in a table."""
    return missing if value is None else plain(value)


def _harmless(text: str) -> str:
    """No name is a formula to a spreadsheet."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
