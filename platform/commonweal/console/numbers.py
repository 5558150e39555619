"""Numbers: a table of them, on a page and as a file that says the same."""

import csv
import re
from collections.abc import Iterable, Sequence
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
        return rows([[_harmless(each) for each in about], [self.first, *self.headings]]) + self.more()

    def more(self) -> str:
        """The lines alone, to go on with a file that has begun."""
        return rows([_harmless(each) for each in (line.text, *line.cells)] for line in self.lines)


def rows(given: Iterable[Sequence[str]]) -> str:
    """As CSV."""
    written = StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(given)
    return written.getvalue()


def cell(value: float | None, *, missing: str = HELD_BACK) -> str:
    """A number as it stands in a table."""
    return missing if value is None else plain(value)


_NUMBER: Final = re.compile(r"-?[\d,]+(\.\d+)?")


def _harmless(text: str) -> str:
    """Nothing but a number is reckoned with by a spreadsheet: no name is a formula."""
    formula = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not _NUMBER.fullmatch(text)
    return f"'{text}" if formula else text
