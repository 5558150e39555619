"""Published tables: what else is held back beside a small number, so that it cannot be had from the totals around it.

A number that is shown says where the count lies, within the rounding. We hold back the next smallest number of the same line or
column until every small one may be anything from 1 to `FEW` for whoever reads the whole table, and none stands alone beside its
total, so that no mean is had by subtracting either. Where nothing is left to hold back, people are not told apart at all. What is
held back is not broken down further, and no part of it is shown.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Final

from projections.disclosure import FEW, STEP
from projections.disclosure.flow import Edge, Flow

EVERYBODY: Final = "everybody"
"""Stands for a total, in place of what tells a line or a column apart."""

Cell = tuple[str | None, str | None]
"""What a number is of: its line and its column, `EVERYBODY` for either in its total. None: what it is is not known."""
TOTAL: Final[Cell] = (EVERYBODY, EVERYBODY)


@dataclass(frozen=True, slots=True)
class Held:
    """`back`: stands as `*`. `untold`: not even that there is such a cell may be told. `most`: no more than this can be there."""

    back: frozenset[Cell] = frozenset()
    untold: frozenset[Cell] = frozenset()
    most: Mapping[Cell, float] = field(default_factory=dict)


NOTHING: Final = Held()


def few(count: int) -> bool:
    """Is it so small that it is held back?"""
    return 1 <= count <= FEW


def bounds(count: int) -> tuple[int, int]:
    """Between what and what a count lies that is shown."""
    if count == 0:
        return (0, 0)
    middle = (count + STEP // 2) // STEP * STEP
    return (max(FEW + 1, middle - STEP // 2), middle + STEP // 2)


def held_back(
    counts: Mapping[Cell, int],
    inside: Held = NOTHING,
    *,
    overlapping: int | None = None,
    complementary: bool = True,
) -> Held:
    """What to hold back of a table with its total, the totals of its lines and, where it has any, those of its columns.

    `inside`: what is held back of the counts that these are parts of. `overlapping`: 0 where who stands in one line may stand in
    another too, 1 the same of columns; a total is then no more than those together. `complementary`: False holds back what is
    small and no more; nobody is shown that, it is there to be attacked.
    """
    if not complementary:
        return Held(back=frozenset(cell for cell, count in counts.items() if few(count)))
    if few(counts[TOTAL]):
        return Held(back=frozenset({TOTAL}), untold=frozenset(counts) - {TOTAL})
    holding = _Holding(counts, inside, overlapping, untold=set(inside.untold & counts.keys()))
    holding.settle([cell for cell in counts if cell[0] != EVERYBODY == cell[1]])
    holding.settle([cell for cell in counts if cell[0] == EVERYBODY != cell[1]])
    holding.settle([cell for cell in counts if EVERYBODY not in cell])
    gone = holding.back | holding.untold
    most = {cell: inf if cell in gone else bounds(count)[1] for cell, count in counts.items()}
    return Held(frozenset(holding.back), frozenset(holding.untold), most)


@dataclass(slots=True)
class _Holding:
    """What is held back while one part of a table is settled after another: a later part takes nothing from an earlier."""

    counts: Mapping[Cell, int]
    inside: Held
    overlapping: int | None
    untold: set[Cell]
    back: set[Cell] = field(default_factory=set)

    def settle(self, part: Collection[Cell]) -> None:
        """Hold back what must be of the lines' totals, of the columns' totals, or of the cells."""
        if not part:
            return
        gone = self.back | self.untold
        self.untold |= {each for each in part if EVERYBODY not in each and gone.intersection(_margins(each))}
        told = [each for each in part if each not in self.untold]
        held = {each for each in told if few(self.counts[each]) or each in self.inside.back}
        known = self._known(part, held)
        hidden = Counter(side for each in part if each in held or each in self.untold for side in _margins(each))
        for cell in sorted((each for each in known.of if few(self.counts[each])), key=self._size):
            while (cell in held and _alone(cell, hidden)) or not known.anything_small(cell):
                if (more := self._next(cell, told, held)) is None:
                    self.untold.update(part)
                    return
                held.add(more)
                hidden.update(_margins(more))
                known.hide(more, self._most(more))
        self.back |= held

    def _known(self, part: Collection[Cell], held: Collection[Cell]) -> "_Known":
        cells = any(EVERYBODY not in each for each in part)
        margins = [each for each in self.counts if EVERYBODY in each] if cells else [TOTAL]
        known = _Known()
        for cell in dict.fromkeys((*margins, *part)):
            least, most = map(float, bounds(self.counts[cell]))
            if cell in self.untold or cell in self.inside.back:
                least, most = 0, inf
            elif cell in self.back or cell in held:
                least, most = 1, inf
            known.add(cell, self.counts[cell], least, max(self.counts[cell], min(most, self._most(cell))))
        known.close(self.counts, part, self.overlapping)
        return known

    def _most(self, cell: Cell) -> float:
        """No part is more than the whole as it is shown."""
        return self.inside.most.get(cell, inf)

    def _next(self, cell: Cell, told: Iterable[Cell], held: Collection[Cell]) -> Cell | None:
        """The smallest number still shown beside this one, or else anywhere in the part."""
        shown = [each for each in told if each not in held and self.counts[each]]
        beside = [each for each in shown if each[0] == cell[0] or each[1] == cell[1]]
        return min(beside or shown, key=self._size, default=None)

    def _size(self, cell: Cell) -> tuple[int, str, str]:
        return (self.counts[cell], cell[0] or "", cell[1] or "")


_FROM, _TO = "from", "to"
"""Where what is counted comes from and goes to: the total leads back from the one to the other."""


class _Known:
    """A part of a table as a reader knows it: counts that flow through their line and their column."""

    def __init__(self) -> None:
        self.of: dict[Cell, int] = {}
        self._flow = Flow()

    def add(self, cell: Cell, count: int, least: float, most: float) -> None:
        self.of[cell] = self._flow.add(Edge(*_ends(cell), count, least, most))

    def close(self, counts: Mapping[Cell, int], part: Collection[Cell], overlapping: int | None) -> None:
        """Lead on what is broken down no further here, and lead back what is counted twice."""
        broken_down = any(EVERYBODY not in each for each in part)
        for cell in () if broken_down else part:
            start, end = _ends(cell)
            self._flow.add(Edge(end, _TO, counts[cell]) if start == _FROM else Edge(_FROM, start, counts[cell]))
        if overlapping is None:
            return
        if not broken_down and all(each[overlapping] != EVERYBODY for each in part):
            self._flow.add(Edge(_TO, _FROM, sum(counts[each] for each in part) - counts[TOTAL]))
        for margin in [each for each in self.of if broken_down and each[overlapping] == EVERYBODY and each != TOTAL]:
            at = 1 - overlapping
            twice = sum(counts[each] for each in part if each[at] == margin[at]) - counts[margin]
            start, end = _ends(margin)
            self._flow.add(Edge(start, _FROM, twice) if end == _TO else Edge(_TO, end, twice))

    def hide(self, cell: Cell, most: float) -> None:
        """One more that is held back: no less than 1, for a 0 is shown."""
        edge = self._flow.edges[self.of[cell]]
        edge.least, edge.most = 1, most

    def anything_small(self, cell: Cell) -> bool:
        """May it be anything from 1 to `FEW`? What lies between two that it may be, it may be."""
        return self._flow.may_be(self.of[cell], 1) and self._flow.may_be(self.of[cell], FEW)


def _alone(cell: Cell, hidden: Mapping[Cell, int]) -> bool:
    """Is it the only number held back of those that add up to one total? `hidden`: how many of each."""
    return any(hidden[margin] == 1 for margin in _margins(cell) if margin != cell)


def _margins(cell: Cell) -> tuple[Cell, Cell]:
    return (cell[0], EVERYBODY), (EVERYBODY, cell[1])


def _ends(cell: Cell) -> tuple[object, object]:
    line, column = cell
    if cell == TOTAL:
        return _TO, _FROM
    start = _FROM if column == EVERYBODY else ("line", line)
    if line == EVERYBODY:
        return ("column", column), _TO
    return start, ("line", line) if column == EVERYBODY else ("column", column)
