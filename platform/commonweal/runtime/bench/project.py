"""Projecting: the caseload made from nothing out of a long log, every event opened on the way."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final

from psycopg import AsyncConnection, sql

from commonweal.kernel import codec, read_model
from commonweal.kernel.follow import Room
from commonweal.kernel.read_model import Types
from commonweal.runtime.bench import long_log, peers
from commonweal.runtime.bench.library_room import library_room
from commonweal.runtime.bench.measure import Plan, Row, Run, Side, compared, in_turn
from commonweal.runtime.bench.throwaway import admins, drop, make, open_tenant
from commonweal.runtime.installation import Installation
from projections import caseload
from tenants.store import Placement, Tenant

EVENTS: Final = 200_000
_SLICE: Final = 20_000
"""Events that the library is given: more than it gets through in a round."""
_UNIT: Final = "events/s"
_row: Final = partial(compared, _UNIT)
_HERE: Final = Placement("QZB")
_MODEL: Final = caseload.READ_MODEL


async def measure(servers: Installation, plan: Plan, events: int = EVENTS) -> list[Row]:
    """All cases. A round of ours is the whole log, however long that takes."""
    key = os.urandom(32)
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(_place(servers))
        await stack.enter_async_context(peers.ground(servers.database_url))
        plan.tell(f"a log of {events:,} events")
        written = await _write(servers, key, admin, events)
        ours = _Builder(servers, key, admin)
        await ours.run(0)
        kinds = await _kinds(admin)
        copied = _Copier(admin, list(kinds), await _dumped(admin, list(kinds)), written)
        tenant = open_tenant(servers, _HERE, key)
        stack.push_async_callback(tenant.close)
        library = stack.enter_context(await _library(servers, tenant, admin, kinds))
        sides: dict[str, Side | None] = {"room": ours.run, "ProjectionRunner": library, "COPY": copied.run}
        measured = await in_turn(plan, sides)
    room = measured["room"]
    return [
        _row(f"{events:,} events / eventsourcing ProjectionRunner", 20.0, room, measured["ProjectionRunner"]),
        _row(f"{events:,} events / COPY of the same rows", 0.2, room, measured["COPY"]),
    ]


@asynccontextmanager
async def _place(servers: Installation) -> AsyncIterator[AsyncConnection[Any]]:
    """An ICS for the time of the block, and the administrator's connection that sees it."""
    await drop(servers, _HERE)
    await make(servers, _HERE, [_MODEL])
    try:
        async with admins(servers) as (admin, _):
            await admin.execute(sql.SQL("set search_path = {}").format(sql.Identifier(_HERE.schema)))
            yield admin
    finally:
        await drop(servers, _HERE)


async def _write(servers: Installation, key: bytes, admin: AsyncConnection[Any], events: int) -> int:
    """The log, and how many events it came to. While it is written nobody waits for the disk; what is measured does."""
    login = sql.Identifier(_HERE.login)
    await admin.execute(sql.SQL("alter role {} set synchronous_commit = off").format(login))
    tenant = open_tenant(servers, _HERE, key)
    try:
        written = await long_log.write(tenant, events)
    finally:
        await tenant.close()
        await admin.execute(sql.SQL("alter role {} reset synchronous_commit").format(login))
    await admin.execute("vacuum analyze events")
    return written


async def _kinds(admin: AsyncConnection[Any]) -> Types:
    return await read_model.types(admin, _MODEL)


class _Builder:
    """Our side: a process that knows nothing yet, not a single key, makes the room."""

    def __init__(self, servers: Installation, key: bytes, admin: AsyncConnection[Any]) -> None:
        self._servers, self._key, self._admin = servers, key, admin

    async def run(self, _seconds: float) -> Run:
        await _empty(self._admin, list(await _kinds(self._admin)))
        tenant = open_tenant(self._servers, _HERE, self._key)
        try:
            began, cpu = time.perf_counter(), time.process_time()
            position = await Room(tenant.streams, tenant.pool.borrow, _MODEL, _unheard).catch_up()
            return Run(position, time.perf_counter() - began, [], time.process_time() - cpu)
        finally:
            await tenant.close()


async def _unheard(_position: int) -> None:
    """Nobody listens to the room's changes here."""


class _Copier:
    """The same rows in the form PostgreSQL itself gave them, into the same tables with the same indexes, in one transaction."""

    def __init__(self, admin: AsyncConnection[Any], tables: list[str], rows: list[bytes], events: int) -> None:
        self._admin, self._tables, self._rows, self._events = admin, tables, rows, events

    async def run(self, _seconds: float) -> Run:
        await _empty(self._admin, self._tables)
        began, cpu = time.perf_counter(), time.process_time()
        async with self._admin.transaction():
            for table, data in zip(self._tables, self._rows, strict=True):
                query = sql.SQL("copy {} from stdin (format binary)").format(sql.Identifier(table))
                async with self._admin.cursor() as cursor, cursor.copy(query) as stream:
                    await stream.write(data)
        return Run(self._events, time.perf_counter() - began, [], time.process_time() - cpu)


async def _dumped(admin: AsyncConnection[Any], tables: list[str]) -> list[bytes]:
    found = []
    for table in tables:
        query = sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(table))
        async with admin.cursor() as cursor, cursor.copy(query) as stream:
            found.append(b"".join([bytes(piece) async for piece in stream]))
    return found


async def _empty(admin: AsyncConnection[Any], tables: list[str]) -> None:
    await admin.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    await admin.execute("update rooms set position = 0, recorded_at = null")


async def _library(
    servers: Installation, tenant: Tenant, admin: AsyncConnection[Any], kinds: Types
) -> AbstractContextManager[Side]:
    """The library's side, over the log's first events and tables of its own."""
    first = await tenant.log.after(0, _SLICE)
    await tenant.streams.vault.fetch(name for each in first if (name := codec.key_name(each.data)))
    async with admin.transaction():
        await admin.execute(sql.SQL("set local search_path = {}").format(sql.Identifier(peers.SCHEMA)))
        await admin.execute(_MODEL.ddl.encode())
    return library_room(servers.database_url, tenant.ods, tenant.streams.vault, _MODEL, kinds, first)
