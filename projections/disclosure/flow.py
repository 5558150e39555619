"""Flow: what a number that is held back may be, for somebody who knows the numbers around it.

Counts that add up to totals of lines and of columns are a flow that comes back to where it began: each edge carries a count, between
the bounds that are known of it. From the counts as they are, another flow within the bounds is had by pushing along what is left of
them (Ford and Fulkerson, 1956), in whole numbers. So nothing is guessed: a value can be had, or it cannot.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from math import inf


@dataclass(slots=True)
class Edge:
    start: Hashable
    end: Hashable
    count: int
    least: float = 0
    most: float = inf


@dataclass(slots=True)
class Flow:
    edges: list[Edge] = field(default_factory=list)
    _at: dict[Hashable, list[tuple[int, Hashable, int]]] = field(default_factory=dict)
    """Of each node: the edges there, where they lead, and 1 or -1 for with or against what they carry."""

    def add(self, edge: Edge) -> int:
        """Its number from now on."""
        number = len(self.edges)
        self.edges.append(edge)
        self._at.setdefault(edge.start, []).append((number, edge.end, 1))
        self._at.setdefault(edge.end, []).append((number, edge.start, -1))
        return number

    def may_be(self, number: int, wanted: int) -> bool:
        """Can this edge carry so much, with every other within its bounds?"""
        counts = [edge.count for edge in self.edges]
        edge = self.edges[number]
        while (lacking := wanted - counts[number]) != 0:
            around = (edge.end, edge.start) if lacking > 0 else (edge.start, edge.end)
            if (way := self._way(counts, number, *around)) is None:
                return False
            step = int(min(abs(lacking), *(room for _, _, room in way)))
            for other, sign, _ in way:
                counts[other] += sign * step
            counts[number] += step if lacking > 0 else -step
        return True

    def _way(self, counts: list[int], but: int, start: Hashable, end: Hashable) -> list[tuple[int, int, float]] | None:
        """Where more can be pushed from one node to another, not by one edge: (edge, 1 or -1, how much) of each step."""
        came: dict[Hashable, tuple[Hashable, tuple[int, int, float]] | None] = {start: None}
        waiting = [start]
        while waiting and end not in came:
            node = waiting.pop()
            for number, to, sign in self._at[node]:
                if to in came or number == but:
                    continue
                edge = self.edges[number]
                room = edge.most - counts[number] if sign == 1 else counts[number] - edge.least
                if room > 0:
                    came[to] = (node, (number, sign, room))
                    waiting.append(to)
        way: list[tuple[int, int, float]] = []
        while end in came and (step := came[end]) is not None:
            end = step[0]
            way.append(step[1])
        return way or None
