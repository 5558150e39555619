"""Read models: what people see, made from events alone and made again whenever we like."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeAlias

import msgspec
from psycopg import AsyncConnection, sql

from commonweal.kernel.streams import Fact

Row: TypeAlias = Mapping[str, Any]


class Put(msgspec.Struct, frozen=True, gc=False):
    """A row as it is from now on, all its columns given; the first column is its key."""

    table: str
    row: Row

    @property
    def key(self) -> Any:
        return next(iter(self.row.values()))


class Change(msgspec.Struct, frozen=True, gc=False):
    """Some columns of a row that is there; nothing where it is not."""

    table: str
    key: Any
    columns: Row


class Remove(msgspec.Struct, frozen=True, gc=False):
    """A row that is gone."""

    table: str
    key: Any


Statement: TypeAlias = Put | Change | Remove
Project: TypeAlias = Callable[[Fact], Iterable[Statement]]
"""An event in, what it changes out: pure, and silent about events it does not know."""


def by_module(parts: Mapping[ModuleType, Project]) -> Project:
    """A projector of parts: an event is told to the part of its module of the domain, and to nobody where there is none."""
    part_of = {module.__name__: part for module, part in parts.items()}

    def project(fact: Fact) -> Iterable[Statement]:
        part = part_of.get(type(fact.event).__module__)
        return () if part is None else part(fact)

    return project


@dataclass(frozen=True)
class ReadModel:
    """One question and the tables that answer it.

    `table.sql` in `folder` makes tables called `<name>_v<version>_<table>`, the first column of each its primary key.

    Each table in `past` has a last column `from_position` and a second table `<table>_past` with the same columns and
    `to_position`: the row as it was at positions from the one up to the other. Personal details stand in no such table:
    someone who is erased is erased in the past too.

    Each table in `ledgers` is only ever added to, and has a column `position`: of the event that a row is of. As it was at a
    position are its rows up to there.

    Each table in `personal` has a column `person_id`, and the columns named there become null in all rows of someone who is
    erased; the projector need not see to it.
    """

    name: str
    version: int
    folder: Path
    project: Project
    past: tuple[str, ...] = ()
    ledgers: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def table(self, short: str) -> str:
        """`referral` → `caseload_v1_referral`."""
        return f"{self.name}_v{self.version}_{short}"

    def keys(self, table: str) -> tuple[str, ...]:
        """The columns that tell a row of this table from its others, where they are more than the first one."""
        return ("from_position",) if table in {self.table(f"{short}_past") for short in self.past} else ()

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
    return await _columns(connection, model.table(""))


async def _columns(connection: AsyncConnection[Any], prefix: str) -> Types:
    found: Types = {}
    like = prefix.replace("_", r"\_") + "%"
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


_ALLOW: Final = sql.SQL("grant select, insert, update, delete on {} to {}")
_ALLOW_AND_MAINTAIN: Final = sql.SQL("grant select, insert, update, delete, maintain on {} to {}")
"""Whoever fills a room has PostgreSQL look at what is in it then; before 17 only the owner could, and autovacuum does."""
_MAINTAIN_SINCE: Final = 170_000


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
        allow = _ALLOW if connection.info.server_version < _MAINTAIN_SINCE else _ALLOW_AND_MAINTAIN
        for table in await types(connection, model):
            await connection.execute(allow.format(sql.Identifier(table), sql.Identifier(login)))
    return True


HELD: Final = "hashtextextended(current_schema() || '/' || %(name)s || '/' || %(version)s::text, 0)"
"""The lock that whoever follows a version of a room shares for as long as it does."""
_FREE: Final = f"select pg_try_advisory_xact_lock({HELD})"
_THERE: Final = "select from rooms where name = %(name)s and version = %(version)s for update"
_GONE: Final = "delete from rooms where name = %(name)s and version = %(version)s"


class InUse(Exception):  # noqa: N818
    """A process that runs follows this version of the room."""


async def drop(connection: AsyncConnection[Any], owner: str, schema: str, name: str, version: int) -> bool:
    """Take a version's tables away. False where it is not there. Raises `InUse`."""
    which = {"name": name, "version": version}
    async with connection.transaction():
        await connection.execute(sql.SQL("set local role {}").format(sql.Identifier(owner)))
        await connection.execute(sql.SQL("set local search_path = {}, pg_temp").format(sql.Identifier(schema)))
        if await (await connection.execute(_FREE, which)).fetchone() != (True,):
            raise InUse(f"{name} v{version} is in use")
        if await (await connection.execute(_THERE, which)).fetchone() is None:
            return False
        for table in await _columns(connection, f"{name}_v{version}_"):
            await connection.execute(sql.SQL("drop table {}").format(sql.Identifier(table)))
        await connection.execute(_GONE, which)
    return True
