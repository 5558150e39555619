"""A FHIR resource as it was sent, in JSON or XML: read as it is, and asked for what it may hold."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias
from xml.parsers import expat

from commonweal.domain import values
from commonweal.intake.fhir.problem import BAD_REQUEST, NotTaken

Node: TypeAlias = Mapping[str, Any]
"""An element: its parts by name, each one value or a list of them. Whether JSON or XML was sent makes no difference."""

NOTHING: Final[Node] = {}
_FHIR: Final = "http://hl7.org/fhir"
_DEEPEST: Final = 60
MOST: Final = 1_000
"""Entries of a Bundle: a referral has a dozen or two."""
_VALUE: Final = "@value"
"""An attribute; some elements have a part of that name."""


def read(raw: bytes) -> Node:
    """A resource from its bytes. Raises `NotTaken`."""
    found = _xml(raw) if raw.lstrip()[:1] == b"<" else _json(raw)
    if not isinstance(found.get("resourceType"), str):
        raise NotTaken(BAD_REQUEST, "the body is no FHIR resource: it names no resourceType")
    entries = found.get("entry")
    if isinstance(entries, list) and len(entries) > MOST:
        raise NotTaken(BAD_REQUEST, f"the Bundle has more than {MOST:,} entries")
    return found


def _json(raw: bytes) -> Node:
    try:
        found = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_said_once)
    except (ValueError, RecursionError):
        raise NotTaken(BAD_REQUEST, "the body cannot be read: it is neither JSON nor XML in UTF-8") from None
    if not isinstance(found, dict):
        raise NotTaken(BAD_REQUEST, "the body must be one FHIR resource")
    return found


def _said_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a part that is there twice whoever stands before us may have looked at the other one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotTaken(BAD_REQUEST, "the body names a part of the same element twice")
    return found


class _Reader:
    """Builds nodes from XML: an element with a `value` is that text, any other what it holds; a resource knows its type."""

    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[str, dict[str, Any]]] = [("", self.root)]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise NotTaken(BAD_REQUEST, "the body is nested too deep")
        space, _, element = name.rpartition(" ")
        made: dict[str, Any] = {"url": attributes["url"]} if "url" in attributes else {}
        if "value" in attributes:
            made[_VALUE] = attributes["value"]
        self._open.append((element if space == _FHIR else "", made))

    def end(self, _name: str) -> None:
        name, made = self._open.pop()
        holder = self._open[-1][1]
        if not name:  # another namespace's: the narrative, which is for people
            return
        value: Any = made.get(_VALUE, made)
        if name[:1].isupper():  # elements are written small, resources are not
            holder |= {**made, "resourceType": name}
        else:
            holder.setdefault(name, []).append(value)


def _xml(raw: bytes) -> Node:
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(raw, True)
    except (expat.ExpatError, LookupError, ValueError):  # the latter two: of a code page nobody has
        raise NotTaken(BAD_REQUEST, "the body cannot be read: it is not well-formed XML") from None
    return reader.root


def _no_doctype(*_: object) -> None:
    raise NotTaken(BAD_REQUEST, "the body has a document type, which FHIR does not")


def each(node: Node, *path: str) -> Iterator[Any]:
    """Every value along a path, whether one stands there or a list."""
    if not path:
        yield node
        return
    here = node.get(path[0]) if hasattr(node, "get") else None
    for value in here if isinstance(here, list) else [here]:
        if value is not None:
            yield from each(value, *path[1:])


def nodes(node: Node, *path: str) -> list[Node]:
    """Every element along a path."""
    return [found for found in each(node, *path) if isinstance(found, Mapping)]


def first(node: Node, *path: str) -> Node:
    """The first element along a path; one without anything where there is none."""
    return next(iter(nodes(node, *path)), NOTHING)


def texts(node: Node, *path: str) -> list[str]:
    """Every text along a path that is not empty, as it can be kept."""
    said = (values.UNWRITABLE.sub("", found).strip() for found in each(node, *path) if isinstance(found, str))
    return [found for found in said if found]


def text(node: Node, *path: str) -> str | None:
    """The first text along a path."""
    return next(iter(texts(node, *path)), None)


def extension(node: Node, name: str) -> Node:
    """The first extension whose address ends in this."""
    return next((each for each in nodes(node, "extension") if (text(each, "url") or "").endswith(name)), NOTHING)


def identifier(node: Node, system: str) -> str | None:
    """The first identifier of a system; systems are compared without regard to case or http(s), as senders differ."""
    for found in nodes(node, "identifier"):
        if _same(text(found, "system"), system):
            return text(found, "value")
    return None


def coded(node: Node, system: str, *path: str) -> list[str]:
    """The codes of a system among the codings along a path."""
    codings = nodes(node, *path, "coding")
    return [code for each in codings if _same(text(each, "system"), system) and (code := text(each, "code"))]


def _same(told: str | None, system: str) -> bool:
    return (told or "").lower().replace("https:", "http:", 1) == system.lower().replace("https:", "http:", 1)
