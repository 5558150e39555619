"""Filling: a room is emptied, or was never filled, and reads the log from the first event."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from psycopg import sql
from psycopg.errors import DeadlockDetected

from commonweal.kernel import read_model
from commonweal.kernel.follow import Overtaken, Room
from commonweal.kernel.read_model import ReadModel
from commonweal.runtime.at_hand import bar
from tenants.onboard import Ground
from tenants.provision import make_rooms
from tenants.store import Tenant

_RESET: Final = "update rooms set position = 0, recorded_at = null where name = %s and version = %s"
_POSITION: Final = "select position from rooms where name = %s and version = %s"
_TRIES: Final = 5
_PAUSE: Final = 0.05


async def at_its_start(tenant: Tenant, model: ReadModel) -> bool:
    """Has a room that is there read nothing yet?"""
    async with tenant.pool.borrow() as connection:
        row = await (await connection.execute(_POSITION, (model.name, model.version))).fetchone()
    return row is not None and row[0] == 0


async def filled(tenant: Tenant, model: ReadModel, *, shown: bool) -> int:
    """Fill a room, with a bar for whoever looks. Its position."""
    with bar(shown=shown) as progress:
        task = progress.add_task(f"{tenant.ods} {model.name}", total=await tenant.log.head())

        def seen(position: int) -> None:
            progress.update(task, completed=position)

        async def moved(position: int) -> None:
            seen(position)

        return await fill(tenant, model, moved, seen)


async def empty(ground: Ground, tenant: Tenant, model: ReadModel) -> None:
    """No rows and position 0, in one transaction; tables are made where there were none.

    A follower that is just writing finishes first, or finds the position changed and writes nothing.
    """
    await make_rooms(ground.admin, tenant.placement, [model])
    for attempt in range(1, _TRIES + 1):
        try:
            await _empty(ground, tenant, model)
            break
        except DeadlockDetected:  # with a follower that took the same tables in another order
            if attempt == _TRIES:
                raise


async def _empty(ground: Ground, tenant: Tenant, model: ReadModel) -> None:
    owner, schema = sql.Identifier(tenant.placement.owner), sql.Identifier(tenant.placement.schema)
    async with ground.admin.transaction():
        await ground.admin.execute(sql.SQL("set local role {}").format(owner))
        await ground.admin.execute(sql.SQL("set local search_path = {}, pg_temp").format(schema))
        await ground.admin.execute(_RESET, (model.name, model.version))
        tables = sql.SQL(", ").join(map(sql.Identifier, await read_model.types(ground.admin, model)))
        await ground.admin.execute(sql.SQL("truncate {}").format(tables))


async def _unsaid(_position: int) -> None:
    """Nobody watches."""


async def fill(
    tenant: Tenant,
    model: ReadModel,
    moved: Callable[[int], Awaitable[None]] = _unsaid,
    building: Callable[[int], None] = lambda _: None,
) -> int:
    """Read the log into the room up to its end, together with a follower that runs. The room's position."""
    room = Room(tenant.streams, tenant.pool.borrow, model, moved, building=building)
    while True:
        try:
            return await room.catch_up()
        except Overtaken:
            await asyncio.sleep(_PAUSE)
