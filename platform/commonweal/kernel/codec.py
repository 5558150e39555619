"""How an event is written down: its codes in clear, everything personal in one sealed box, its name never an import path."""

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Any, Final, Protocol

import msgspec

from commonweal.domain.deciders import EVENTS
from commonweal.domain.message import ERASED, RETIRED, Refused, Upcast, field_types, is_personal, personal_type

_BOX: Final = "personal"
"""The one key no event may use as a field: what is personal stands there, sealed."""
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it; not the six characters somebody may have typed."""


class Box(msgspec.Struct, frozen=True):
    """The sealed part of a stored event: the key's name, and the ciphertext in base64."""

    key: str
    sealed: str


class Key(Protocol):
    """A person's data key."""

    def seal(self, clear: bytes, about: bytes) -> bytes:
        """Encrypt; `about` must be the same to open again."""

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Decrypt; raises `commonweal.kernel.vault.Tampered` where it was altered."""


class Keys(Protocol):
    """The keys at hand."""

    def get(self, name: str) -> Key | None:
        """The key of that name; None once it is destroyed."""


class Unreadable(Exception):  # noqa: N818
    """A stored event cannot be read; the message says which and why, without its content."""


class _Shape:
    """One event's clear and personal parts as types msgspec reads and writes at once."""

    def __init__(self, event: type) -> None:
        hints = field_types(event)
        defaults = {f.name: f.default for f in fields(event) if f.default is not MISSING}
        self.event = event
        self.clear = tuple(sorted(name for name, hint in hints.items() if not is_personal(hint)))
        self.personal = tuple(name for name, hint in hints.items() if is_personal(hint))
        clear = [
            (name, hints[name], defaults[name]) if name in defaults else (name, hints[name]) for name in self.clear
        ]
        private = [
            (name, personal_type(hints[name]), defaults[name])
            if name in defaults
            else (name, personal_type(hints[name]))
            for name in self.personal
        ]
        self.values_in_clear = _getter(self.clear)
        self.values_sealed = _getter(self.personal)
        # What nothing was ever sealed in is read as what it is; the rest by way of its two parts.
        stored = (
            msgspec.defstruct(event.__name__, [*clear, (_BOX, Box | None, None)], kw_only=True) if private else event
        )
        self.stored: msgspec.json.Decoder[Any] = msgspec.json.Decoder(stored)
        self.opened: msgspec.json.Decoder[Any] = msgspec.json.Decoder(
            msgspec.defstruct(f"{event.__name__}Personal", private, kw_only=True)
        )


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """The values of these fields, in this order."""
    if len(names) < 2:  # attrgetter answers with the one value bare
        return lambda event: tuple(getattr(event, name) for name in names)
    return attrgetter(*names)


_SHAPES: Final[dict[type, _Shape]] = {}


def _shape(event: type) -> _Shape:
    if (shape := _SHAPES.get(event)) is None:
        shape = _SHAPES[event] = _Shape(event)
    return shape


_encode: Final = msgspec.json.Encoder().encode
_raw: Final = msgspec.json.Decoder(dict[str, Any])
_box: Final = msgspec.json.Decoder(msgspec.defstruct("Boxed", [(_BOX, Box | None, None)]))


def about(tenant: str, stream_id: str, version: int, name: str) -> bytes:
    """What a box is bound to: moved to another tenant, stream, version or event it does not open."""
    return f"{tenant}|{stream_id}|{version}|{name}".encode()


def has_personal(event: Any) -> bool:
    """Does this event say anything that must be sealed?"""
    sealed = _shape(type(event)).values_sealed(event)
    return sealed.count(None) != len(sealed)


def encode(event: Any, bound_to: bytes, key_name: str | None = None, key: Key | None = None) -> bytes:
    """An event as JSON, its fields in their order. An event with personal fields needs the key that seals them."""
    shape = _shape(type(event))
    stored: dict[str, Any] = dict(zip(shape.clear, shape.values_in_clear(event), strict=True))
    sealed = shape.values_sealed(event)
    if sealed.count(None) != len(sealed):
        if key is None or key_name is None:
            raise Unreadable(f"{type(event).__name__} says something personal and there is no key to seal it with")
        if ERASED in sealed:
            raise Unreadable("an erased value cannot be sealed again")
        clear = _text(dict(zip(shape.personal, sealed, strict=True)))
        stored[_BOX] = Box(key_name, b2a_base64(key.seal(clear, bound_to), newline=False).decode())
    return _text(stored)


def _text(fields: dict[str, Any]) -> bytes:
    try:
        written = _encode(fields)
    except UnicodeEncodeError:
        raise Refused("a text holds half of a character: please type it again") from None
    # No database column would take it, and every room would stop at this event. The plain search comes first: it is cheap.
    if b"\\u0000" in written and _NUL.search(written):
        raise Refused("a text holds a character that cannot be kept (NUL): please type it again")
    return written


def key_name(data: bytes) -> str | None:
    """The name of the key that opens a stored event's box, if it has one."""
    if b'"personal":' not in data:
        return None
    box = _box.decode(data).personal  # type: ignore[attr-defined]
    return box.key if box else None


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """A stored event as it is read today, its box still sealed."""

    shape: _Shape
    stored: Any
    box: Box | None

    def opened(self, bound_to: bytes, keys: Keys) -> Any:
        """The event as it is understood today."""
        shape = self.shape
        if not shape.personal:
            return self.stored
        values = dict(zip(shape.clear, shape.values_in_clear(self.stored), strict=True))
        return shape.event(**values, **_personal(shape, self.box, bound_to, keys))


def parse(
    name: str, data: bytes, *, events: Mapping[str, type] = EVENTS, retired: Mapping[str, Upcast] = RETIRED
) -> Parsed:
    """What can be read without a key. Raises `Unreadable` with the name of what stands in the way."""
    if name in retired:
        raw = _raw.decode(data)
        kept = raw.pop(_BOX, None)
        name, raw = retired[name](raw)
        data = _encode({**raw, _BOX: kept})
    event = events.get(name)
    if event is None:
        raise Unreadable(f"no event is called {name!r} here: this log was written by a newer version")
    shape = _shape(event)
    try:
        stored = shape.stored.decode(data)
    except msgspec.MsgspecError as wrong:
        raise Unreadable(f"a stored {name} does not have its shape: {wrong}") from wrong
    return Parsed(shape, stored, stored.personal if shape.personal else None)


def decode(
    name: str,
    data: bytes,
    bound_to: bytes,
    keys: Keys,
    *,
    events: Mapping[str, type] = EVENTS,
    retired: Mapping[str, Upcast] = RETIRED,
) -> Any:
    """The event as it is understood today. Raises `Unreadable`."""
    return parse(name, data, events=events, retired=retired).opened(bound_to, keys)


def _personal(shape: _Shape, box: Box | None, bound_to: bytes, keys: Keys) -> dict[str, Any]:
    if box is None:
        return dict.fromkeys(shape.personal)
    key = keys.get(box.key)
    if key is None:
        return dict.fromkeys(shape.personal, ERASED)
    opened = shape.opened.decode(key.open(a2b_base64(box.sealed), bound_to))
    return dict(zip(shape.personal, shape.values_sealed(opened), strict=True))
