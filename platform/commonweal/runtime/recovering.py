"""After a database was restored to the past: an ICS's log gets back what its stream still has, and nothing stands ahead of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import msgspec
from nats.aio.client import Client
from psycopg import AsyncConnection, sql

from commonweal.domain.message import Refused
from commonweal.kernel import kept, read_model
from commonweal.kernel.cloud_event import Unreadable
from commonweal.kernel.kept import Silent
from commonweal.kernel.recover import Missing, Recovery
from commonweal.kernel.vault import Lost
from commonweal.runtime.installation import Installation
from projections import READ_MODELS
from tenants.store import Tenant

_OTHER_ROOMS: Final = """
select r.name, r.version from rooms as r left join events as e on e.position = r.position
where r.position > 0 and e.recorded_at is distinct from r.recorded_at
order by 1, 2
"""
_OTHER_REACTOR: Final = """
select from reactor as r left join events as e on e.position = r.position
where r.position > 0 and e.recorded_at is distinct from r.recorded_at
"""
_RESET_ROOM: Final = "update rooms set position = 0, recorded_at = null where name = %s and version = %s"
_DROP_ROOM: Final = "delete from rooms where name = %s and version = %s"
_RESET_REACTOR: Final = (
    "update reactor set position = 0, recorded_at = null, policies = null",
    "truncate reactor_cases, reactor_stays, reactor_parts, reactor_persons, deadlines",
)
_CONSUMED: Final = "update consumed set position = %(end)s where position > %(end)s returning integration"
_RECORDED_AT: Final = "select recorded_at from events where position = %s"


class Recovered(msgspec.Struct, frozen=True):
    """What was missing, and what was done about it."""

    tenant: str
    log: int
    """Where the log ended before."""
    stream: int
    missing: int
    since: datetime | None
    """When the last event was recorded that the log had."""
    begun_anew: tuple[str, ...] = ()
    """What had gone by events that are not there, and is made again from the log."""


async def look(installation: Installation, tenant: Tenant, admin: AsyncConnection[Any]) -> Recovered:
    """What is missing, and nothing done. Raises `Refused` with the reason where it cannot be made good."""
    async with _recovery(installation, tenant, admin) as recovery:
        missing = await recovery.look()
        return Recovered(
            tenant.ods, missing.head, missing.end, missing.count, await _recorded_at(recovery, missing.head)
        )


async def recover(
    installation: Installation, tenant: Tenant, admin: AsyncConnection[Any], done: Callable[[int], None]
) -> Recovered:
    """Put back what is missing; `done` is told how many events are back. Doing it twice changes nothing."""
    async with _recovery(installation, tenant, admin) as recovery:
        missing = await recovery.look()
        since = await _recorded_at(recovery, missing.head)
        if missing.count:
            await recovery.work(missing, lambda head: done(head - missing.head))
        anew = await _begin_anew(recovery, missing)
        return Recovered(tenant.ods, missing.head, missing.end, missing.count, since, anew)


async def refuse_ahead(installation: Installation, tenant: Tenant) -> None:
    """Raises `Refused` where an ICS's stream has events its log has lost: written to now, the two would never agree again."""
    async with _reader(installation, tenant) as reader:
        end, head = (await kept.ends(reader)).last, await tenant.log.head()
    if end > head:
        raise Refused(
            f"the stream of {tenant.ods} ends at {end}, its log at {head}: the database was restored to the past. Put the missing "
            f"events back before anything else is written: commonweal tenants recover {tenant.ods}"
        )


async def _begin_anew(recovery: Recovery, missing: Missing) -> tuple[str, ...]:
    """What went by the very events of the log stands; what went by others is emptied and fills itself from the log."""
    anew = []
    async with recovery.as_owner() as admin:
        for name, version in await (await admin.execute(_OTHER_ROOMS)).fetchall():
            await _empty(admin, name, version)
            anew.append(f"{name} v{version}")
        if await (await admin.execute(_OTHER_REACTOR)).fetchone() is not None:
            for statement in _RESET_REACTOR:
                await admin.execute(statement)
            anew.append("reactor")
        end = {"end": max(missing.head, missing.end)}
        read = await (await admin.execute(_CONSUMED, end)).fetchall()
    return (*anew, *(integration for (integration,) in read))


async def _empty(admin: AsyncConnection[Any], name: str, version: int) -> None:
    model = next((each for each in READ_MODELS if (each.name, each.version) == (name, version)), None)
    tables = await read_model.types(admin, model) if model is not None else {}
    if not tables:  # of another release, or left out of the backup: it is made anew when it is asked for
        await admin.execute(_DROP_ROOM, (name, version))
        return
    await admin.execute(sql.SQL("truncate {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
    await admin.execute(_RESET_ROOM, (name, version))


async def _recorded_at(recovery: Recovery, position: int) -> datetime | None:
    async with recovery.as_owner() as admin:
        row = await (await admin.execute(_RECORDED_AT, (position,))).fetchone()
    return row[0] if row is not None else None


@asynccontextmanager
async def _recovery(installation: Installation, tenant: Tenant, admin: AsyncConnection[Any]) -> AsyncIterator[Recovery]:
    placement = tenant.placement
    async with _reader(installation, tenant) as reader:
        try:
            yield Recovery(tenant.streams, admin, reader, placement.schema, placement.owner, placement.login)
        except (Lost, Silent, Unreadable) as wrong:
            raise Refused(f"{tenant.ods}: {wrong}") from None


@asynccontextmanager
async def _reader(installation: Installation, tenant: Tenant) -> AsyncIterator[Client]:
    async def quiet(_: Exception) -> None:
        """What goes wrong is raised where it is waited for."""

    reader = await installation.accounts.connect(
        installation.nats_url, tenant.ods, "reader", name="recover", allow_reconnect=False, error_cb=quiet
    )
    try:
        yield reader
    finally:
        await reader.close()
