"""Throw-away ICSs: made for a measurement or a test, gone after it with everything they held."""

import os
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, sql

from commonweal.kernel.append import About
from commonweal.kernel.read_model import ReadModel
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import password
from tenants import provision
from tenants.store import Placement, Secrets, Server, Tenant

_CLEAR: Final = (
    "drop schema if exists {schema} cascade",
    "drop owned by {owner} cascade",
    "drop owned by {login} cascade",
)
_THERE: Final = "select from pg_roles where rolname = %s"


def about() -> About:
    """Of a command that is given to one now."""
    return About(command_id=uuid.uuid4(), occurred_at=datetime.now(UTC), actor="user-of-the-bench", channel="bench")


@asynccontextmanager
async def admins(installation: Installation) -> AsyncIterator[tuple[AsyncConnection[Any], AsyncConnection[Any]]]:
    """The administrator's connections to the tenants' database and to the vault's."""
    async with (
        await psycopg.AsyncConnection.connect(installation.database_url, autocommit=True) as database,
        await psycopg.AsyncConnection.connect(installation.vault_url, autocommit=True) as vault,
    ):
        yield database, vault


async def make(installation: Installation, placement: Placement, models: Sequence[ReadModel] = ()) -> None:
    """Roles and schemas of one ICS in both databases, with the tables of these read models."""
    async with admins(installation) as (database, vault):
        await provision.make_roles(database, placement, password(installation, placement.login))
        await provision.make_log(database, placement)
        await provision.make_vault(vault, placement)
        await provision.make_rooms(database, placement, models)


async def drop(installation: Installation, placement: Placement) -> None:
    """Everything of one ICS, gone from both databases; whoever is connected as its login is cut off."""
    names = {
        "schema": sql.Identifier(placement.schema),
        "owner": sql.Identifier(placement.owner),
        "login": sql.Identifier(placement.login),
    }
    async with admins(installation) as (database, vault):
        if await (await database.execute(_THERE, (placement.owner,))).fetchone() is None:
            return
        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (placement.login,)
        )
        for admin in (database, vault):
            for statement in _CLEAR:
                await admin.execute(sql.SQL(statement).format(**names))
        await database.execute(sql.SQL("drop role {login}").format(**names))
        await database.execute(sql.SQL("drop role {owner}").format(**names))


def open_tenant(
    installation: Installation,
    placement: Placement,
    key: bytes,
    woken: Callable[[int], None] = lambda _: None,
    application: str = "commonweal-bench",
) -> Tenant:
    """One ICS in this process, under a key (32 bytes) that is in no file."""
    return Tenant(
        placement,
        Server(installation.database_url, installation.vault_url),
        Secrets(lambda login: password(installation, login), lambda _ods: key),
        woken,
        application,
    )


@asynccontextmanager
async def throwaway(
    installation: Installation, *codes: str, models: Sequence[ReadModel] = ()
) -> AsyncIterator[list[Tenant]]:
    """New, empty ICSs under keys of the moment; what an earlier run left under these codes goes first."""
    async with AsyncExitStack() as stack:
        tenants = []
        for code in codes:
            placement = Placement(code)
            await drop(installation, placement)
            stack.push_async_callback(drop, installation, placement)
            await make(installation, placement, models)
            tenant = open_tenant(installation, placement, os.urandom(32))
            stack.push_async_callback(tenant.close)
            tenants.append(tenant)
        yield tenants
