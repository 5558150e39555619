"""The place in a list: from which line on an address asks for it, forwards or backwards."""

from collections.abc import Mapping
from typing import Any, Final

PLACES: Final = ("after", "before")
"""What an address calls it."""


def place_in(asked: Mapping[str, str]) -> dict[str, str]:
    """The place an address names; empty for the list's beginning."""
    return {name: asked[name] for name in PLACES if asked.get(name)}


def lines_from(place: Mapping[str, str], many: int) -> dict[str, Any]:
    """So many lines from there, as GraphQL is asked for them."""
    return {"last" if "before" in place else "first": many, **place}
