"""Rows: how what a room learned from a batch of events is written, in bulk and never row by row."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias

import msgspec
from psycopg import AsyncConnection, sql
from psycopg.rows import dict_row
from psycopg.types.json import Json, Jsonb

from commonweal.domain.people.person import PersonErased
from commonweal.kernel import past
from commonweal.kernel.read_model import Change, Put, ReadModel, Remove, Row, Types, fold
from commonweal.kernel.streams import Fact

Columns: TypeAlias = Mapping[str, str]
"""column → SQL type, in the table's order; the first is its key."""


async def write(connection: AsyncConnection[Any], model: ReadModel, kinds: Types, facts: Collection[Fact]) -> None:
    """Write a batch: one SQL statement for each table and set of columns."""
    told: dict[str, list[tuple[int, Any]]] = {short: [] for short in model.past}
    others: list[Any] = []
    for fact in facts:
        for statement in model.project(fact):
            if (versions := told.get(statement.table)) is None:
                others.append(statement)
            else:
                versions.append((fact.position, statement))
    await _write_others(connection, model, kinds, others)
    for short, versions in told.items():
        if versions:
            await _write_versions(connection, kinds, model.table(short), versions)
    await forget(connection, model, erased(facts))


def erased(facts: Iterable[Fact]) -> set[str]:
    """Who was erased, by id."""
    return {fact.identity for fact in facts if isinstance(fact.event, PersonErased)}


async def forget(connection: AsyncConnection[Any], model: ReadModel, persons: Collection[str]) -> None:
    """Empty what a room holds of someone in rows that are not theirs alone."""
    if not persons:
        return
    for short, columns in model.personal.items():
        emptied = sql.SQL(", ").join(sql.SQL("{} = null").format(sql.Identifier(name)) for name in columns)
        query = sql.SQL("update {} set {} where person_id = any(%s)").format(
            sql.Identifier(model.table(short)), emptied
        )
        await connection.execute(query, [sorted(persons)])


async def _write_versions(
    connection: AsyncConnection[Any], kinds: Types, table: str, told: list[tuple[int, Any]]
) -> None:
    columns = kinds[table]
    there = await standing(connection, table, columns, {statement.key for _, statement in told})
    now: past.Now = dict(there)
    were = past.fold(now, told)
    changed = [row for key, row in now.items() if row is not None and row is not there.get(key)]
    await remove(connection, table, columns, [key for key in there if now[key] is None])
    await upsert(connection, table, columns, changed)
    await insert(connection, f"{table}_past", kinds[f"{table}_past"], were)


async def _write_others(
    connection: AsyncConnection[Any], model: ReadModel, kinds: Types, statements: Iterable[Any]
) -> None:
    """Rows whose past nobody asks for: nothing is read, changes are written as changes."""
    puts: dict[str, list[Row]] = {}
    changes: dict[tuple[str, tuple[str, ...]], list[tuple[Any, Row]]] = {}
    removes: dict[str, list[Any]] = {}
    for statement in fold(statements).values():
        match statement:
            case Put(short, row):
                puts.setdefault(model.table(short), []).append(row)
            case Change(short, key, columns):
                changes.setdefault((model.table(short), tuple(columns)), []).append((key, columns))
            case Remove(short, key):
                removes.setdefault(model.table(short), []).append(key)
    for table, keys in removes.items():
        await remove(connection, table, kinds[table], keys)
    for table, rows in puts.items():
        await upsert(connection, table, kinds[table], rows)
    for (table, names), pairs in changes.items():
        arrays = [[key for key, _ in pairs]]
        arrays += [_array(kinds[table][name], [changed[name] for _, changed in pairs]) for name in names]
        await connection.execute(_update(table, kinds[table], names), arrays, prepare=True)


async def standing(
    connection: AsyncConnection[Any], table: str, columns: Columns, keys: Collection[Any]
) -> dict[Any, Row]:
    """The rows of these keys as they stand, by key."""
    key, kind = next(iter(columns.items()))
    query = sql.SQL("select {} from {} where {} = any({})").format(
        _names(columns), sql.Identifier(table), sql.Identifier(key), _unnest([kind])
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, [list(keys)], prepare=True)
        return {row[key]: row for row in await cursor.fetchall()}


async def remove(connection: AsyncConnection[Any], table: str, columns: Columns, keys: list[Any]) -> None:
    """Rows that are gone."""
    if keys:
        key, kind = next(iter(columns.items()))
        query = sql.SQL("delete from {} where {} = any({})").format(
            sql.Identifier(table), sql.Identifier(key), _unnest([kind])
        )
        await connection.execute(query, [keys], prepare=True)


async def insert(connection: AsyncConnection[Any], table: str, columns: Columns, rows: list[Row]) -> None:
    """New rows, some of them."""
    if rows:
        query = sql.SQL("insert into {} ({}) select * from unnest({})").format(
            sql.Identifier(table), _names(columns), _unnest(columns.values())
        )
        await connection.execute(query, _arrays(columns, rows), prepare=True)


async def upsert(connection: AsyncConnection[Any], table: str, columns: Columns, rows: list[Row]) -> None:
    """Rows as they are from now on, whether they were there or not."""
    if rows:
        await connection.execute(_upsert(table, columns), _arrays(columns, rows), prepare=True)


async def copy(connection: AsyncConnection[Any], table: str, columns: Columns, rows: list[Row]) -> None:
    """New rows, many of them: the fastest way in."""
    if not rows:
        return
    written = _copied(columns)
    query = sql.SQL("copy {} ({}) from stdin (format binary)").format(sql.Identifier(table), _names(columns))
    async with connection.cursor() as cursor, cursor.copy(query) as stream:
        stream.set_types([_COPIED.get(kind, kind) for kind in columns.values()])
        for row in rows:
            await stream.write_row(written(row))


async def analyze(connection: AsyncConnection[Any], tables: Iterable[str]) -> None:
    """Let PostgreSQL count what the tables hold now: without that it reads whole tables where a page would do.

    It skips, with a warning, a table whose login may not: one made on a server older than 17, or before that was granted.
    """
    await connection.execute(sql.SQL("analyze {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))


def compact(value: Any) -> str:
    """JSON without a space: an answer is made of a column's own bytes."""
    return msgspec.json.encode(value).decode()


_JSON: Final[Mapping[str, Callable[[Any], Any]]] = {
    "json": lambda value: Json(value, compact),
    "jsonb": lambda value: Jsonb(value, compact),
}
_COPIED: Final = {
    "timestamp with time zone": "timestamptz",
    "integer": "int4",
    "bigint": "int8",
    "boolean": "bool",
    "json": "text",
}
"""SQL's names of types → those the driver knows them by; JSON as it is kept is a text on its way."""


def _copied(columns: Columns) -> Callable[[Row], Sequence[Any]]:
    """A row's values in the order of the columns."""
    values = _getter(tuple(columns))
    made = {"json": compact, "jsonb": _JSON["jsonb"]}
    others = [(at, made[kind]) for at, kind in enumerate(columns.values()) if kind in made]

    def written(row: Row) -> Sequence[Any]:
        found = list(values(row))
        for at, make in others:
            if found[at] is not None:
                found[at] = make(found[at])
        return found

    return written if others else values


def _getter(names: tuple[str, ...]) -> Callable[[Row], Sequence[Any]]:
    if len(names) < 2:  # itemgetter answers with the one value bare
        return lambda row: [row[name] for name in names]
    return itemgetter(*names)


def _arrays(columns: Columns, rows: list[Row]) -> list[list[Any]]:
    return [_array(kind, [row[name] for row in rows]) for name, kind in columns.items()]


def _array(kind: str, values: list[Any]) -> list[Any]:
    made = _JSON.get(kind)
    return values if made is None else [None if value is None else made(value) for value in values]


def _unnest(kinds: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(kind) + sql.SQL("[]") for kind in kinds)


def _names(columns: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _upsert(table: str, columns: Columns) -> sql.Composed:
    key, *others = columns
    given = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others)
    return sql.SQL("insert into {} ({}) select * from unnest({}) on conflict ({}) do update set {}").format(
        sql.Identifier(table), _names(columns), _unnest(columns.values()), sql.Identifier(key), given
    )


def _update(table: str, columns: Columns, names: tuple[str, ...]) -> sql.Composed:
    key = next(iter(columns))
    given = sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(sql.Identifier(name)) for name in names)
    return sql.SQL("update {} as t set {} from unnest({}) as n ({}) where t.{} = n.{}").format(
        sql.Identifier(table),
        given,
        _unnest([columns[key], *(columns[name] for name in names)]),
        _names([key, *names]),
        sql.Identifier(key),
        sql.Identifier(key),
    )
