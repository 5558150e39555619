"""Everywhere something is kept beside the rooms: tables, files, logs; each with what stands in it."""

import os
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from psycopg import AsyncConnection, sql

from commonweal.runtime.verify.search import LONGEST, Kind

_PIECE: Final = 4 << 20
_ROWS: Final = 2_000
_TABLES: Final = """
select c.relname, a.attname, t.typname = 'bytea'
from pg_class as c
join pg_attribute as a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type as t on t.oid = a.atttypid
where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'm')
    -- numbers, times, true or false, uuids: none can hold a name
    and t.typcategory not in ('N', 'D', 'T', 'B') and t.typname <> 'uuid'
order by c.relname, a.attnum
"""
_EVENTS: Final = "events"
_ROOMS: Final = "select name || '_v' || version || '_' from rooms"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of what is kept, as bytes, and where each part of it was found."""

    data: bytes
    kind: Kind
    places: tuple[tuple[int, str], ...]
    """(offset, place) in the order of the offsets; each place holds up to the next."""
    counted: int = 0
    """Rows or bytes in it."""

    def place(self, offset: int) -> str:
        """Where the byte at this offset was found."""
        return self.places[bisect_right(self.places, offset, key=lambda each: each[0]) - 1][1]


async def tables(connection: AsyncConnection[Any], where: str, *, rooms: bool = False) -> AsyncIterator[Piece]:
    """Every text and every byte in the tables of the connection's schema, those of rooms left out where it has `rooms`."""
    prefixes = tuple([row[0] for row in await (await connection.execute(_ROOMS)).fetchall()] if rooms else ())
    columns: dict[str, list[tuple[str, bool]]] = {}
    for table, column, is_bytes in await (await connection.execute(_TABLES)).fetchall():
        if not prefixes or not table.startswith(prefixes):
            columns.setdefault(table, []).append((column, is_bytes))
    for table, held in columns.items():
        query = _every_row(table, held)
        async with connection.transaction(), connection.cursor(f"verify_{table}", binary=True) as cursor:
            await cursor.execute(query)
            while rows := await cursor.fetchmany(_ROWS):
                for piece in _pieces(rows, f"{where} {table}", [column for column, _ in held]):
                    yield piece


def _every_row(table: str, columns: list[tuple[str, bool]]) -> sql.Composed:
    """Where each row stands and its columns as bytes. An event is named by its position, any other row by where it lies."""
    place = "'position ' || position::text" if table == _EVENTS else "'row ' || ctid::text"
    read = [
        sql.Identifier(column) if is_bytes else sql.SQL("convert_to({}::text, 'UTF8')").format(sql.Identifier(column))
        for column, is_bytes in columns
    ]
    return sql.SQL("select {}, {} from {}").format(sql.SQL(place), sql.SQL(", ").join(read), sql.Identifier(table))


def _pieces(rows: list[tuple[Any, ...]], where: str, columns: list[str]) -> Iterator[Piece]:
    """Some rows as one piece of text, each column on lines of its own; bytes that are no text as a piece of their own."""
    texts: list[bytes] = []
    places: list[tuple[int, str]] = []
    offset = 0
    for row, *values in rows:
        for column, value in zip(columns, values, strict=True):
            if not value:
                continue
            place = (offset, f"{where}.{column} at {row}")
            if not _is_text(value):
                yield Piece(bytes(value), "cipher", ((0, place[1]),))
                continue
            texts.append(value)
            places.append(place)
            offset += len(value) + 1
    yield Piece(b"\n".join(texts), "text", tuple(places), len(rows))


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in value


def files(folder: Path, kind: Kind) -> Iterator[Piece]:
    """Every file below a folder, piece by piece; one that goes while we look is passed over."""
    for path in sorted(_files(folder)):
        try:
            with path.open("rb") as file:
                before, offset = b"", 0
                while read := file.read(_PIECE):
                    place = f"file {path.relative_to(folder.parent)} from byte {max(0, offset - len(before))}"
                    yield Piece(before + read, kind, ((0, place),), len(read))
                    before, offset = read[-LONGEST:], offset + len(read)
        except FileNotFoundError:
            continue


def _files(folder: Path) -> Iterable[Path]:
    """Every file there is; what goes while we look, a folder too, is passed over. What may not be read is an error."""

    def unless_gone(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    return (Path(where) / name for where, _, names in os.walk(folder, onerror=unless_gone) for name in names)
