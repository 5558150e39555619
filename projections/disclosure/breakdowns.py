"""Breakdowns: by what people may be told apart, and by how much of it at once."""

from collections.abc import Collection
from typing import Final

AT_ONCE: Final = 2
"""More things than this at once would know a person."""

_INITIALS: Final = frozenset({"PCN", "IMD"})


def refused(asked: Collection[str], allowed: Collection[str]) -> str | None:
    """Why people are not told apart by these; nothing where they may be."""
    if unknown := sorted(set(asked) - set(allowed)):
        return f"you do not see people by {_words(unknown)}: ask by {_words(sorted(allowed), 'or')}"
    if len(asked) > AT_ONCE:
        return f"people are told apart by two things at most: leave out {_words(sorted(asked), 'or')}"
    return None


def _words(names: list[str], last: str = "and") -> str:
    *first, end = [name if name in _INITIALS else name.lower().replace("_", " ") for name in names]
    return f"{', '.join(first)} {last} {end}" if first else end
