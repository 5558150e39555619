"""An attacker: reads every number of a published table, and reckons in whole numbers what those held back may be.

They know the rule: what a number that is shown stands for, that a star is 1 or more, that lines and columns add up. Whether all of it
can be true with a star at some value is Hoffman's circulation theorem (1960), tried on every set of nodes: another way than ours.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from itertools import chain, combinations
from math import inf
from typing import Final

from projections.disclosure.tables import EVERYBODY, TOTAL, Cell

STAR, NOT_THERE = "*", "-"
Told = Mapping[Cell, int | str]
"""Each number as it is shown, `STAR` where it is held back, `NOT_THERE` where not even the row was told."""
Edge = tuple[Hashable, Hashable, float, float]
_SMALL: Final = range(1, 8)
_OUT, _BACK = "out", "back"


def narrowed(told: Told, small: Iterable[Cell], *, overlapping: int | None = None) -> list[Cell]:
    """Of what is held back of few people: of what it is known that it is not just anything from 1 to 7."""
    hidden = [cell for cell in small if told[cell] == STAR]
    return [cell for cell in hidden if not all(may_be(told, cell, value, overlapping) for value in (1, _SMALL[-1]))]


def may_be(told: Told, cell: Cell, value: int, overlapping: int | None = None) -> bool:
    """Can everything that was told be true with so many in this cell?"""
    edges = [(*_ends(each), *((value, value) if each == cell else reads(number))) for each, number in told.items()]
    edges += _loose(told, overlapping)
    nodes = {node for start, end, _, _ in edges for node in (start, end)}
    return all(_passes(edges, set(some)) for some in _subsets(nodes))


def reads(number: int | str) -> tuple[float, float]:
    """Between what and what a count lies that is shown so."""
    if isinstance(number, str):
        return (1 if number == STAR else 0, inf)
    return (0, 0) if number == 0 else (max(8, number - 2), number + 2)


def _passes(edges: Iterable[Edge], inside: Collection[Hashable]) -> bool:
    """No more must leave these nodes than can come in."""
    leaves = comes = 0.0
    for start, end, least, most in edges:
        if start in inside and end not in inside:
            leaves += least
        elif end in inside and start not in inside:
            comes += most
    return leaves <= comes


def _ends(cell: Cell) -> tuple[Hashable, Hashable]:
    if cell == TOTAL:
        return _BACK, _OUT
    line, column = (("line", cell[0]), ("column", cell[1]))
    if cell[0] == EVERYBODY:
        return column, _BACK
    return (_OUT, line) if cell[1] == EVERYBODY else (line, column)


def _loose(told: Told, overlapping: int | None) -> Iterator[Edge]:
    """What goes on where nothing more is told, and what comes back of those who stand in two lines or columns."""
    lines = {cell[0] for cell in told if cell[0] != EVERYBODY}
    columns = {cell[1] for cell in told if cell[1] != EVERYBODY}
    if not columns:
        yield from ((("line", line), _BACK, 0, inf) for line in lines)
    if not lines:
        yield from ((_OUT, ("column", column), 0, inf) for column in columns)
    if overlapping == 0:
        yield from ((("column", column), _OUT, 0, inf) for column in columns) if columns else [(_BACK, _OUT, 0, inf)]
    if overlapping == 1:
        yield from ((_BACK, ("line", line), 0, inf) for line in lines) if lines else [(_BACK, _OUT, 0, inf)]


def _subsets(nodes: Collection[Hashable]) -> Iterator[tuple[Hashable, ...]]:
    return chain.from_iterable(combinations(nodes, size) for size in range(len(nodes) + 1))


Groups = Mapping[Hashable, int | str]
"""Each number as it is shown of groups in which somebody may stand twice, `STAR` where it is held back."""
Wholes = Collection[tuple[Hashable, Collection[Hashable]]]


def narrowed_groups(told: Groups, wholes: Wholes, small: Iterable[Hashable]) -> list[Hashable]:
    """Of what is held back of few people in these groups: of what it is known that it is not just anything from 1 to 7."""
    hidden = [group for group in small if told[group] == STAR]
    return [group for group in hidden if not all(group_may_be(told, wholes, group, value) for value in _SMALL)]


def group_may_be(told: Groups, wholes: Wholes, group: Hashable, value: int) -> bool:
    """Can everything that was told be true with so many in this group? No whole is more than its parts together, no part more than
    its whole; with as many as there can be everywhere else, what does not fit now never does."""
    most = {each: (value if each == group else reads(number)[1]) for each, number in told.items()}
    for _ in told:
        for whole, parts in wholes:
            most[whole] = min(most[whole], sum(most[part] for part in parts))
            most |= {part: min(most[part], most[whole]) for part in parts}
    least = {each: value if each == group else reads(number)[0] for each, number in told.items()}
    return all(least[each] <= most[each] for each in told)
