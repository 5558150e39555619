"""Arrays on their way to PostgreSQL, written in its binary form at once: a batch of commands carries two dozen of them."""

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
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


def _array(element: int, written: list[bytes]) -> Array:
    if not written:
        return Array(_header(0, 0, element, 0, 0)[:12])
    return Array(_header(1, 1, element, len(written), 1) + b"".join(written))


def texts(values: Sequence[str | None]) -> Array:
    """`text[]`."""
    return blobs([None if value is None else value.encode() for value in values], element=25)


def blobs(values: Sequence[bytes | None], element: int = 17) -> Array:
    """`bytea[]`."""
    return _array(element, [_NULL if value is None else _length(len(value)) + value for value in values])


def integers(values: Sequence[int]) -> Array:
    """`integer[]`."""
    return _array(23, [_integer(4, value) for value in values])


def uuids(values: Sequence[UUID | None]) -> Array:
    """`uuid[]`."""
    return _array(2950, [_NULL if value is None else b"\x00\x00\x00\x10" + value.bytes for value in values])


def times(values: Sequence[datetime | None]) -> Array:
    """`timestamptz[]`; every time must carry a zone."""
    return _array(1184, [_NULL if value is None else _time(8, _microseconds(value)) for value in values])


def booleans(values: Sequence[bool]) -> Array:
    """`boolean[]`."""
    return _array(16, [_BOOLEAN[value] for value in values])


def _microseconds(value: datetime) -> int:
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
