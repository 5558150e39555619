"""What a hospital's computer typed: its bytes as segments and fields, however untidily they were sent."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from commonweal.intake.hl7v2.letters import decoded, text_of

ENCODING_CHARACTERS: Final = "^~\\&"
"""Component, repetition, escape, subcomponent when MSH-2 does not say (HL7 v2.4 §2.7)."""

_ESCAPE_LETTERS: Final = {"F": "field", "S": "component", "R": "repetition", "T": "subcomponent", "E": "escape"}
_LINE_BREAKS: Final = (".br", ".sp", ".ce")
_FORMATTING: Final = re.compile(r"[HN]|[CM][0-9A-Fa-f]+|[.Z].*")


class Unreadable(Exception):  # noqa: N818 – an answer to the sender, not an error of ours
    """Why a message cannot be read: a sentence for whoever looks after the sending system. It never quotes the message.

    `error` is a code of HL7 table 0357, as an acknowledgement carries it.
    """

    def __init__(self, sentence: str, error: str = "100") -> None:
        super().__init__(sentence)
        self.error = error


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The five characters this message divides itself by (MSH-1, MSH-2)."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"

    def unescape(self, text: str) -> str:
        """`\\T\\` → `&`, `\\.br\\` → a space, `\\XC3A9\\` → é; highlighting and other formatting is dropped (HL7 v2.4 §2.9).
        A lone backslash stays.

        Written here and not taken from a library because the one at hand logs the field it cannot unescape.
        """
        if self.escape not in text:
            return text
        mark = re.escape(self.escape)
        return re.sub(f"{mark}([^{mark}]*){mark}", self._unescaped, text)

    def _unescaped(self, found: re.Match[str]) -> str:
        inside = found[1]
        if inside in _ESCAPE_LETTERS:
            return str(getattr(self, _ESCAPE_LETTERS[inside]))
        if inside[:1] == "X" and re.fullmatch("(?:[0-9A-Fa-f]{2})+", inside[1:]):
            return text_of(bytes.fromhex(inside[1:]))
        if inside.startswith(_LINE_BREAKS):
            return " "
        return "" if _FORMATTING.fullmatch(inside) else found[0]

    def escaped(self, text: str) -> str:
        """Text of ours as one component of a message that uses these delimiters."""
        letters = {getattr(self, name): letter for letter, name in _ESCAPE_LETTERS.items()}
        marked = (f"{self.escape}{letters[c]}{self.escape}" if c in letters else c for c in text)
        return "".join(marked)


@dataclass(frozen=True, slots=True)
class Value:
    """One repetition of a field, divided into components and subcomponents when asked."""

    raw: str = ""
    delimiters: Delimiters = field(default_factory=Delimiters)

    def part(self, component: int = 1, subcomponent: int = 1) -> str | None:
        """The text there, counted from 1. None if it is empty, absent, or the null `""`."""
        found = _nth(self.raw.split(self.delimiters.component), component - 1)
        found = _nth(found.split(self.delimiters.subcomponent), subcomponent - 1)
        text = " ".join(self.delimiters.unescape(found).split())
        return text if text not in {"", '""'} else None

    def parts(self) -> tuple[str | None, ...]:
        """The first subcomponent of every component, in order."""
        return tuple(self.part(n + 1) for n in range(self.raw.count(self.delimiters.component) + 1))


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of a message. `fields[n]` is the text of field n as sent; `fields[0]` is the segment's name."""

    fields: tuple[str, ...] = ("",)
    delimiters: Delimiters = field(default_factory=Delimiters)

    def raw(self, n: int) -> str:
        """Field n as sent, or the empty string."""
        return _nth(self.fields, n)

    def values(self, n: int) -> tuple[Value, ...]:
        """The repetitions of field n that say anything."""
        given = self.raw(n).split(self.delimiters.repetition)
        return tuple(Value(text, self.delimiters) for text in given if text.strip())

    def value(self, n: int) -> Value:
        """The first repetition of field n that says anything."""
        return next(iter(self.values(n)), Value("", self.delimiters))

    def part(self, n: int, component: int = 1, subcomponent: int = 1) -> str | None:
        """`PID.part(5, 2)`: the given name."""
        return self.value(n).part(component, subcomponent)


@dataclass(frozen=True, slots=True)
class Segments:
    """A whole message, in the order it was sent."""

    all: tuple[Segment, ...]

    def named(self, name: str) -> Iterator[Segment]:
        """Every segment of that name."""
        return (segment for segment in self.all if segment.fields[0] == name)

    def first(self, name: str) -> Segment:
        """The first segment of that name, or one that says nothing."""
        return next(self.named(name), Segment())


def segments(raw: bytes) -> Segments:
    """Read the bytes of one message. Raises `Unreadable`.

    A segment ends at CR, LF or both. A line that does not begin like a segment continues the one before:
    some systems break a long note in the middle.
    """
    lines = _lines(raw)
    delimiters = _delimiters(lines[0])
    begins = re.compile(f"[A-Z][A-Z0-9]{{2}}(?:{re.escape(delimiters.field)}|$)")
    whole = [[lines[0]]]
    for line in lines[1:]:
        if not begins.match(line):
            whole[-1].append(line)
        elif line.startswith("MSH"):
            raise Unreadable("this holds more than one message; send each message by itself")
        else:
            whole.append([line])
    return Segments(tuple(_segment(" ".join(broken), delimiters) for broken in whole))


def header(raw: bytes) -> Segment | None:
    """The MSH segment alone, for an answer to a message that cannot be read. None where there is none; never raises."""
    try:
        line = _lines(raw)[0]
        return _segment(line, _delimiters(line))
    except Unreadable:
        return None


def _segment(line: str, delimiters: Delimiters) -> Segment:
    fields = line.split(delimiters.field)
    if fields[0] == "MSH":
        fields.insert(1, delimiters.field)  # MSH-1 is the separator itself, so that MSH-9 is fields[9]
    return Segment(tuple(fields), delimiters)


def _lines(raw: bytes) -> list[str]:
    lines = [line.strip(" ") for line in re.split("[\r\n]+", decoded(raw)) if line.strip()]
    if not lines:
        raise Unreadable("the message is empty")
    if lines[0].startswith(("FHS", "BHS")):
        raise Unreadable("this is a batch of messages; send each message by itself")
    if not lines[0].startswith("MSH"):
        raise Unreadable("this is not an HL7 v2 message: it does not begin with an MSH segment")
    return lines


def _delimiters(line: str) -> Delimiters:
    separator = line[3:4]
    end = line.find(separator, 4) if separator else -1
    if end < 0:
        raise Unreadable("the message ends inside its MSH segment")
    given = line[4:end]
    characters = [separator, *given[:4], *ENCODING_CHARACTERS[len(given) :]]
    plain = all(c.isascii() and c.isprintable() and not c.isalnum() and c != " " for c in characters)
    if len(given) > 5 or not plain or len(set(characters)) < 5:  # a fifth, the truncation character, since v2.7
        raise Unreadable("MSH-1 and MSH-2 do not name five different delimiters")
    return Delimiters(*characters)


def _nth(items: list[str] | tuple[str, ...], n: int) -> str:
    return items[n] if n < len(items) else ""
