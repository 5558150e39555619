"""Read models: what people see, made from events alone and made again whenever we like."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeAlias

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from commonweal.kernel.streams import Fact

Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Put:
    """A row as it is from now on, all its columns given; the first column is its key."""

    table: str
    row: Row

    @property
    def key(self) -> Any:
        return next(iter(self.row.values()))


@dataclass(frozen=True, slots=True)
class Change:
    """Some columns of a row that is there; nothing where it is not."""

    table: str
    key: Any
    columns: Row


@dataclass(frozen=True, slots=True)
class Remove:
    """A row that is gone."""

    table: str
    key: Any


Statement: TypeAlias = Put | Change | Remove


@dataclass(frozen=True)
class ReadModel:
    """One question and the tables that answer it.

    `table.sql` in `folder` makes tables called `<name>_v<version>_<table>`, the first column of each its primary key.
    `project` is pure: an event in, what it changes out.
    """

    name: str
    version: int
    folder: Path
    project: Callable[[Fact], Iterable[Statement]]

    def table(self, short: str) -> str:
        """`referral` → `caseload_v1_referral`."""
        return f"{self.name}_v{self.version}_{short}"

    @cached_property
    def ddl(self) -> str:
        return (self.folder / "table.sql").read_text(encoding="utf-8")


_COLUMNS: Final = """
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
from pg_attribute as a
join pg_class as c on c.oid = a.attrelid
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
    and c.relname like %s and a.attnum > 0 and not a.attisdropped
order by c.relname, a.attnum
"""
Types: TypeAlias = dict[str, dict[str, str]]
"""table → column → SQL type; columns in order."""


async def types(connection: AsyncConnection[Any], model: ReadModel) -> Types:
    """The columns of a read model's tables, as the database has them."""
    found: Types = {}
    like = model.table("").replace("_", r"\_") + "%"
    for table, column, type_ in await (await connection.execute(_COLUMNS, (like,))).fetchall():
        found.setdefault(table, {})[column] = type_
    return found


def fold(statements: Iterable[Statement]) -> dict[tuple[str, Any], Statement]:
    """The same change with each row touched once: what comes later in a batch is folded into what came before."""
    rows: dict[tuple[str, Any], Statement] = {}
    for statement in statements:
        at = (statement.table, statement.key)
        before = rows.get(at)
        match statement, before:
            case Change(), Put(table, row):
                rows[at] = Put(table, {**row, **statement.columns})
            case Change(), Change(table, key, columns):
                rows[at] = Change(table, key, {**columns, **statement.columns})
            case Change(), Remove():
                pass
            case _:
                rows[at] = statement
    return rows


async def write(
    connection: AsyncConnection[Any], model: ReadModel, kinds: Types, statements: Iterable[Statement]
) -> None:
    """Write a batch: one SQL statement for each table and set of columns."""
    puts: dict[str, list[Row]] = {}
    changes: dict[tuple[str, tuple[str, ...]], list[tuple[Any, Row]]] = {}
    removes: dict[str, list[Any]] = {}
    for statement in fold(statements).values():
        match statement:
            case Put(table, row):
                puts.setdefault(table, []).append(row)
            case Change(table, key, columns):
                changes.setdefault((table, tuple(columns)), []).append((key, columns))
            case Remove(table, key):
                removes.setdefault(table, []).append(key)
    for short, keys in removes.items():
        table = model.table(short)
        await connection.execute(_delete(table, kinds[table]), [keys], prepare=True)
    for short, rows in puts.items():
        table = model.table(short)
        arrays = [_array(kind, [row[column] for row in rows]) for column, kind in kinds[table].items()]
        await connection.execute(_upsert(table, kinds[table]), arrays, prepare=True)
    for (short, names), pairs in changes.items():
        table = model.table(short)
        arrays = [[key for key, _ in pairs]]
        arrays += [_array(kinds[table][name], [changed[name] for _, changed in pairs]) for name in names]
        await connection.execute(_update(table, kinds[table], names), arrays, prepare=True)


def _array(kind: str, values: list[Any]) -> list[Any]:
    return [None if value is None else Jsonb(value) for value in values] if kind == "jsonb" else values


def _unnest(columns: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(sql.SQL("%s::") + sql.SQL(kind) + sql.SQL("[]") for kind in columns)


def _names(columns: Iterable[str]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _upsert(table: str, kinds: Mapping[str, str]) -> sql.Composed:
    key, *others = kinds
    given = sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(name)) for name in others)
    return sql.SQL("insert into {} ({}) select * from unnest({}) on conflict ({}) do update set {}").format(
        sql.Identifier(table), _names(kinds), _unnest(kinds.values()), sql.Identifier(key), given
    )


def _update(table: str, kinds: Mapping[str, str], names: tuple[str, ...]) -> sql.Composed:
    key = next(iter(kinds))
    given = sql.SQL(", ").join(sql.SQL("{0} = n.{0}").format(sql.Identifier(name)) for name in names)
    return sql.SQL("update {} as t set {} from unnest({}) as n ({}) where t.{} = n.{}").format(
        sql.Identifier(table),
        given,
        _unnest([kinds[key], *(kinds[name] for name in names)]),
        _names([key, *names]),
        sql.Identifier(key),
        sql.Identifier(key),
    )


def _delete(table: str, kinds: Mapping[str, str]) -> sql.Composed:
    key, kind = next(iter(kinds.items()))
    return sql.SQL("delete from {} where {} = any({})").format(
        sql.Identifier(table), sql.Identifier(key), _unnest([kind])
    )


async def build(connection: AsyncConnection[Any], owner: str, login: str, schema: str, model: ReadModel) -> bool:
    """Make a version's empty tables beside what is there, and let the tenant's login fill them. False where it was built."""
    async with connection.transaction():
        await connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        await connection.execute(sql.SQL("set local search_path = {}, pg_temp").format(sql.Identifier(schema)))
        made = await connection.execute(
            "insert into rooms (name, version) values (%s, %s) on conflict do nothing", (model.name, model.version)
        )
        if not made.rowcount:
            return False
        await connection.execute(model.ddl.encode())
        for table in await types(connection, model):
            await connection.execute(
                sql.SQL("grant select, insert, update, delete on {} to {}").format(
                    sql.Identifier(table), sql.Identifier(login)
                )
            )
    return True
