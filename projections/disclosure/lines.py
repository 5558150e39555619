"""Lines: several counts of the same people, each as it may be shown, with nothing to be had from one about another."""

from collections.abc import Mapping

from projections.disclosure import shown
from projections.disclosure.tables import NOTHING, Cell, Held, held_back


def published(
    counts: Mapping[Cell, Mapping[str, int]],
    parts: Mapping[str, str | None],
    *,
    overlapping: int | None = None,
    known: bool = False,
) -> dict[Cell, dict[str, int | None]]:
    """Each count of each cell as it may be shown. What may not even be told to be there is left out.

    `counts`: by name, of every cell and total. `parts`: the names, each with that of the count it is a part of or None, which comes
    before it; the first decides which cells there are, unless that is `known` anyway. `overlapping`: see `held_back`.
    """
    held: dict[str, Held] = {}
    for name, whole in parts.items():
        inside = NOTHING if whole is None else held[whole]
        held[name] = held_back({cell: row[name] for cell, row in counts.items()}, inside, overlapping=overlapping)
    first = next(iter(parts))
    gone = {name: each.back | each.untold for name, each in held.items()}
    return {
        cell: {name: None if cell in gone[name] else shown(row[name]) for name in parts}
        for cell, row in counts.items()
        if known or cell not in held[first].untold
    }
