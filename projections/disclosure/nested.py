"""Nested: counts of groups, and of groups of groups in several ways at once, none of which is had from the others.

Somebody may stand in several groups. So a whole is no less than the largest of its parts and no more than all of them together, and
more nobody knows. What is held back may be as much as these leave it: the greatest that everything can be at once is found by taking
away what cannot be, until nothing is left to take (Tarski, 1955). Where a small number could then not be anything from 1 to `FEW`, the
next smallest beside it is held back too. Of what is held back no part is shown.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, TypeAlias, TypeVar

from projections.disclosure import FEW, shown
from projections.disclosure.tables import bounds, few

Node: TypeAlias = Hashable
"""A group, or a whole of groups."""
Wholes: TypeAlias = Sequence[tuple[Node, Sequence[Node]]]
"""Wholes with the parts each is made of; one may be parted in several ways."""
N = TypeVar("N", bound=Hashable)
_NOBODY: Final[frozenset[Node]] = frozenset()


def published(
    counts: Mapping[N, Mapping[str, int]], names: Mapping[str, str | None], wholes: Wholes
) -> dict[N, dict[str, int | None]]:
    """Each count of each group as it may be shown. `names`: of the counts, each with that of the count it is a part of, which comes
    before it, or None. That a group is there is known anyway."""
    held: dict[str, frozenset[Node]] = {}
    for name, of in names.items():
        inside = _NOBODY if of is None else held[of]
        most: dict[Node, float] = {}
        if of is not None:
            most |= {node: bounds(row[of])[1] for node, row in counts.items() if node not in inside}
        held[name] = held_back({node: row[name] for node, row in counts.items()}, wholes, inside, most)
    return {
        node: {name: None if node in held[name] else shown(row[name]) for name in names} for node, row in counts.items()
    }


def held_back(
    counts: Mapping[Node, int],
    wholes: Wholes,
    inside: frozenset[Node] = _NOBODY,
    most: Mapping[Node, float] | None = None,
    *,
    complementary: bool = True,
) -> frozenset[Node]:
    """What to hold back: nobody is nobody, and shown. `inside`: what is held back of the counts that these are parts of; `most`: as
    much as these may be for the others. `complementary`: see `tables.held_back`."""
    small = sorted((node for node, count in counts.items() if few(count)), key=lambda node: (counts[node], str(node)))
    if not complementary:
        return frozenset(small)
    holding = _Holding(counts, wholes, most or {})
    holding.hold(*small, *(node for node in inside if counts.get(node)))
    for node in small:
        while (more := holding.beside(node)) is not None:
            holding.hold(more)
    return frozenset(holding.held)


@dataclass(slots=True)
class _Holding:
    """What is held back so far. As more is, the bounds of every number only widen: what was safe stays so."""

    counts: Mapping[Node, int]
    wholes: Wholes
    most: Mapping[Node, float]
    held: set[Node] = field(default_factory=set)
    _upper: dict[Node, float] = field(default_factory=dict)
    """The greatest that each can be, as everything shown says."""
    _of: dict[Node, list[Node]] = field(default_factory=dict)
    _parts: dict[Node, list[Sequence[Node]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # What helps in the smallest whole helps in those around it too.
        for whole, parts in sorted(self.wholes, key=lambda each: len(each[1])):
            self._parts.setdefault(whole, []).append(parts)
            for part in parts:
                self._of.setdefault(part, []).append(whole)

    def hold(self, *nodes: Node) -> None:
        """Hold these back, and every part of them."""
        waiting = list(nodes)
        while waiting:
            if (node := waiting.pop()) not in self.held and self.counts[node]:
                self.held.add(node)
                waiting.extend(part for parts in self._parts.get(node, ()) for part in parts)
        self._upper = {
            node: self.most.get(node, inf) if node in self.held else bounds(count)[1]
            for node, count in self.counts.items()
        }
        self._lower_all(self._upper, list(self.counts))

    def beside(self, node: Node) -> Node | None:
        """What else must be held back, lest this one be known; None where it may be anything from 1 to `FEW`, and is not alone."""
        for whole in self._of.get(node, ()):
            for parts in self._parts[whole]:
                alone = whole not in self.held and node in parts and self._only(node, parts)
                if alone and (other := self._smallest(parts)) is not None:
                    return other
        if self._upper[node] < FEW:
            return self._whole_shown(node)
        then = {**self._upper, node: 1.0}
        return self._instead_of(then, self._lower_all(then, [node]))

    def _only(self, node: Node, parts: Sequence[Node]) -> bool:
        return all(part == node or part not in self.held for part in parts)

    def _instead_of(self, then: Mapping[Node, float], touched: set[Node]) -> Node | None:
        """Of what is shown to be more than it could be: its smallest part that is shown, or else itself."""
        for node in sorted(touched, key=lambda each: (self.counts[each], str(each))):
            if then[node] < (1 if node in self.held else bounds(self.counts[node])[0]):
                shown_parts = [part for parts in self._parts.get(node, ()) for part in parts]
                part = self._smallest(shown_parts)
                return part if part is not None else node if node not in self.held else self._whole_shown(node)
        return None

    def _whole_shown(self, node: Node) -> Node | None:
        return self._smallest(self._of.get(node, ()))

    def _smallest(self, nodes: Sequence[Node]) -> Node | None:
        told = [node for node in nodes if node not in self.held and self.counts[node]]
        return min(told, key=lambda each: (self.counts[each], str(each)), default=None)

    def _lower_all(self, upper: dict[Node, float], changed: list[Node]) -> set[Node]:
        """Take away what cannot be, as far as it follows from what changed; what was touched."""
        touched = set(changed)
        while changed:
            node = changed.pop()
            for other, most in self._follows(upper, node):
                if most < upper[other]:
                    upper[other] = most
                    touched.add(other)
                    changed.append(other)
        return touched

    def _follows(self, upper: Mapping[Node, float], node: Node) -> Iterator[tuple[Node, float]]:
        """No part is more than the whole, and no whole more than its parts together."""
        for parts in self._parts.get(node, ()):
            yield from ((part, upper[node]) for part in parts)
        for whole in self._of.get(node, ()):
            yield from ((whole, sum(upper[part] for part in parts)) for parts in self._parts[whole] if node in parts)
