"""Making room for an ICS: its schema, its owner who cannot log in, its own login, and the shape of its tables."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from psycopg import AsyncConnection, sql

from commonweal.kernel import migrate, read_model
from commonweal.kernel.migrate import Migration
from commonweal.kernel.read_model import ReadModel
from tenants.store import Placement

_SCHEMA: Final = Path(__file__).parent / "schema"
TENANT: Final = migrate.read(_SCHEMA / "tenant")
VAULT: Final = migrate.read(_SCHEMA / "vault")

_CLOSE = """
do $$ begin
    execute format('revoke all on database %I from public', current_database());
    revoke all on schema public from public;
end $$
"""
_ROLES: Final = "select rolname from pg_roles where rolname = any(%s)"


async def make_roles(admin: AsyncConnection[Any], placement: Placement, password: str) -> None:
    """The owner and the login of an ICS, on one server. Again: the password is set anew."""
    wanted = [placement.owner, placement.login]
    there = {row[0] for row in await (await admin.execute(_ROLES, (wanted,))).fetchall()}
    for name in wanted:
        if name not in there:
            await admin.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))
    await admin.execute(
        sql.SQL(
            "alter role {} login noinherit nosuperuser nocreatedb nocreaterole noreplication connection limit 60 password {}"
        ).format(sql.Identifier(placement.login), sql.Literal(password))
    )
    await admin.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(placement.owner)))


async def make_log(admin: AsyncConnection[Any], placement: Placement, migrations: Sequence[Migration] = TENANT) -> int:
    """An ICS's schema with its log; `admin` is connected to the tenants' database. How many migrations were applied."""
    await _make_schema(admin, placement)
    applied = await migrate.apply(admin, placement.schema, placement.owner, migrations)
    await _allow(
        admin,
        placement,
        "grant select on events, head, claims, rooms, tracking, migrations to {login}",
        "grant update (position, recorded_at) on rooms to {login}",
        "grant select, insert, update, delete on reactor, reactor_cases, reactor_stays, reactor_parts, reactor_persons, deadlines to {login}",
        "grant select, insert, update (sealed, key_name, state, ack, reason, error, kind, stream_id, position) on inbox to {login}",
        "grant select, insert, update on consumed, deliveries to {login}",
        "revoke execute on all functions in schema {schema} from public",
        "grant execute on all functions in schema {schema} to {login}",
    )
    return applied


async def make_vault(admin: AsyncConnection[Any], placement: Placement, migrations: Sequence[Migration] = VAULT) -> int:
    """An ICS's part of the vault; `admin` is connected to the vault's database. How many migrations were applied."""
    await _make_schema(admin, placement)
    applied = await migrate.apply(admin, placement.schema, placement.owner, migrations)
    await _allow(
        admin,
        placement,
        "grant select, insert, delete on data_keys to {login}",
        "grant select, insert on destroyed_keys to {login}",
        "revoke execute on all functions in schema {schema} from public",
    )
    return applied


async def make_rooms(admin: AsyncConnection[Any], placement: Placement, models: Iterable[ReadModel]) -> list[str]:
    """Empty tables for each version of a read model that is not there yet; the names of those made."""
    return [
        f"{model.name} v{model.version}"
        for model in models
        if await read_model.build(admin, placement.owner, placement.login, placement.schema, model)
    ]


async def _make_schema(admin: AsyncConnection[Any], placement: Placement) -> None:
    names = {"schema": placement.schema, "owner": placement.owner, "login": placement.login}
    for statement in (
        "create schema if not exists {schema} authorization {owner}",
        "grant usage on schema {schema} to {login}",
        "alter role {login} set search_path = {schema}, pg_temp",
    ):
        await admin.execute(_named(statement, names))
    async with admin.transaction():
        await admin.execute("select pg_advisory_xact_lock(hashtextextended('close database', 0))")
        await admin.execute(_CLOSE)
    row = await (await admin.execute("select current_database()")).fetchone()
    assert row is not None  # noqa: S101 – a connection has a database
    await admin.execute(_named("grant connect on database {database} to {login}", {**names, "database": row[0]}))


async def _allow(admin: AsyncConnection[Any], placement: Placement, *statements: str) -> None:
    names = {"schema": placement.schema, "login": placement.login}
    async with admin.transaction():
        await admin.execute(_named("set local search_path = {schema}, pg_temp", names))
        for statement in statements:
            await admin.execute(_named(statement, names))


def _named(statement: str, names: dict[str, str]) -> sql.Composed:
    return sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})
