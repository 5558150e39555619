"""Arrays on their way to PostgreSQL, written in its binary form at once: a batch of commands carries two dozen of them."""

import struct
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import adapters, pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper

_NULL: Final = b"\xff\xff\xff\xff"
_length: Final = struct.Struct(">i").pack
_header: Final = struct.Struct(">iiIii").pack
_integer: Final = struct.Struct(">ii").pack
_time: Final = struct.Struct(">iq").pack
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_BOOLEAN: Final = {True: b"\x00\x00\x00\x01\x01", False: b"\x00\x00\x00\x01\x00"}


class Array(bytes):
    """A one-dimensional array as PostgreSQL's `array_send` writes it (src/backend/utils/adt/arrayfuncs.c)."""

    __slots__ = ()


class _Whole(Dumper):
    format = pq.Format.BINARY
    oid = 0  # the statement's cast says what it is

    def dump(self, obj: Any) -> Buffer:
        return bytes(obj)


adapters.register_dumper(Array, _Whole)


def _array(element: int, values: Sequence[Any], write: Callable[[Any], bytes]) -> Array:
    if not values:
        return Array(_header(0, 0, element, 0, 0)[:12])
    body = b"".join([_NULL if value is None else write(value) for value in values])
    return Array(_header(1, 1, element, len(values), 1) + body)


def texts(values: Sequence[str | None]) -> Array:
    """`text[]`."""
    return _array(25, [None if value is None else value.encode() for value in values], _sized)


def blobs(values: Sequence[bytes | None]) -> Array:
    """`bytea[]`."""
    return _array(17, values, _sized)


def integers(values: Sequence[int]) -> Array:
    """`integer[]`."""
    return _array(23, values, lambda value: _integer(4, value))


def uuids(values: Sequence[UUID | None]) -> Array:
    """`uuid[]`."""
    return _array(2950, values, lambda value: b"\x00\x00\x00\x10" + value.bytes)


def times(values: Sequence[datetime | None]) -> Array:
    """`timestamptz[]`; every time must carry a zone."""
    return _array(1184, values, lambda value: _time(8, (value - _EPOCH) // _MICROSECOND))


def booleans(values: Sequence[bool]) -> Array:
    """`boolean[]`."""
    return _array(16, values, _BOOLEAN.__getitem__)


def _sized(value: bytes) -> bytes:
    return _length(len(value)) + value
