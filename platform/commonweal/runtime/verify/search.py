"""Looking for many words at once, in anything, without taking a number or a cipher for one of them.

A short word must stand alone: base64 holds every combination of five letters somewhere. Where it does not stand between other
letters it may still be part of an id, a time or a number; that is told by what stands around it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, Literal

import ahocorasick

from commonweal.runtime.verify.sought import Sought

AT_ONCE: Final = 300_000
"""Words in one automaton: it takes some hundred bytes for each letter that is not shared."""
LONGEST: Final = 400
"""Characters of the longest form, escapes included: what overlaps between two pieces of a file."""
Kind = Literal["text", "log", "cipher"]
"""A stored text; a line of a log, full of numbers of its own; bytes that may be enciphered."""

_ALONE_BELOW: Final = 12
_LONG_NUMBER: Final = 10
_CIPHER_AT_LEAST: Final = 8
_LOG_NUMBER_AT_LEAST: Final = 8
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789+/") | {chr(code) for code in range(0x80, 0x100)}
_UUID: Final = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_NUMBER_BEFORE: Final = re.compile(r"[0-9][.:]$|\"position\":\"$|[a-z_]\":\s*$")
"""A fraction or a time of day; a CloudEvent's position; a number in JSON."""


class Search:
    """Words, and what each of them is; texts are compared in lower case (of the Latin alphabet)."""

    def __init__(self, words: Mapping[str, Sought]) -> None:
        self.words = dict(words)
        self._automata = list(_automata(self.words))

    def hits(self, data: bytes, kind: Kind = "text") -> Iterator[tuple[int, Sought]]:
        """(offset, what) of each word that stands there in clear."""
        text = data.lower().decode("latin-1")
        for automaton in self._automata:
            for end, (word, what) in automaton.iter(text):
                start = end - len(word) + 1
                if _stands(text, start, end + 1, word, kind):
                    yield start, what

    def without(self, innocent: bytes) -> "Search":
        """The same search for all words that do not stand in a text that is known to be innocent."""
        text = innocent.lower().decode("latin-1")
        there = {
            word
            for automaton in self._automata
            for end, (word, _) in automaton.iter(text)
            if _alone(text, end - len(word) + 1, end + 1)
        }
        if not there:
            return self
        return Search({word: what for word, what in self.words.items() if _plain(word) not in there})


def _plain(word: str) -> str:
    return word.encode().lower().decode("latin-1")


def _automata(words: Mapping[str, Sought]) -> Iterable[Any]:
    every = list(words.items())
    for first in range(0, len(every), AT_ONCE):
        automaton = ahocorasick.Automaton()
        for word, what in every[first : first + AT_ONCE]:
            plain = _plain(word)
            automaton.add_word(plain, (plain, what))
        automaton.make_automaton()
        yield automaton


def _stands(text: str, start: int, end: int, word: str, kind: Kind) -> bool:
    """Is what was found in text[start:end] the word itself, and not part of something else?"""
    if kind == "cipher":
        return len(word) >= _CIPHER_AT_LEAST
    if not word.isdigit():
        return len(word) >= _ALONE_BELOW or _alone(text, start, end)
    if len(word) >= _LONG_NUMBER:
        within = text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()
        return not (within or _part_of_a_uuid(text, start, end))
    if kind == "log" and len(word) < _LOG_NUMBER_AT_LEAST:
        return False  # process ids, ports, fractions of a second
    return _alone(text, start, end) and not _part_of_a_number(text, start, end)


def _alone(text: str, start: int, end: int) -> bool:
    after = text[end : end + 1]
    if after in _WORD:
        return False
    before = text[start - 1 : start] if start else ""
    return before not in _WORD or (before in "nrt" and text[start - 2 : start - 1] == "\\")


def _part_of_a_number(text: str, start: int, end: int) -> bool:
    return bool(_NUMBER_BEFORE.search(text[max(0, start - 24) : start])) or _part_of_a_uuid(text, start, end)


def _part_of_a_uuid(text: str, start: int, end: int) -> bool:
    near = max(0, start - 36)
    return any(
        near + found.start() <= start and end <= near + found.end() for found in _UUID.finditer(text[near : end + 36])
    )
