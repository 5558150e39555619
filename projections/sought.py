"""Sought: words somebody looks for, each of which stands somewhere in a text."""

from typing import Final

MOST_WORDS: Final = 6
"""Further words are not looked for."""


def standing_in(text: str, words: str) -> tuple[list[str], dict[str, str]]:
    """Conditions that each of the words stands in the SQL `text`, whatever its case, and their parameters."""
    asked = {f"word_{number}": f"%{_plain(word)}%" for number, word in enumerate(words.split()[:MOST_WORDS])}
    return [f"{text} ilike %({name})s" for name in asked], asked


def _plain(word: str) -> str:
    """A word in which nothing stands for anything else."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
