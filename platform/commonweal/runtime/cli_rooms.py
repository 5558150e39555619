"""`commonweal read-models`: the rooms that answer what people ask, each made from the log and made again at will."""

import json
import time
from datetime import UTC, datetime
from typing import Any, Final

import rich_click as click
from psycopg import sql
from psycopg.errors import DeadlockDetected
from rich.console import Console
from rich.table import Column, Table

from commonweal.domain.message import Refused
from commonweal.kernel import read_model
from commonweal.kernel.follow import Overtaken, Room
from commonweal.kernel.read_model import ReadModel
from commonweal.runtime.at_hand import at_hand, bar, carry_out, chosen, counted
from projections import READ_MODELS
from tenants.onboard import Ground
from tenants.provision import make_rooms
from tenants.store import Tenant

_ROOMS: Final = "select name, version, position, recorded_at from rooms order by name, version"
_RESET: Final = "update rooms set position = 0, recorded_at = null where name = %s and version = %s"
_TRIES: Final = 5


@click.group(name="read-models")
def read_models() -> None:
    """The rooms that answer what people ask."""


@read_models.command(name="list")
@click.option("--tenant", metavar="ODS", help="One ICS only.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(tenant: str | None, *, as_json: bool) -> None:
    """Show each version of each room, how far it has come, and whether this release reads it."""
    found = carry_out(_list(tenant))
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("ICS", "Room", "Position", "Behind", Column("As of (UTC)", no_wrap=True), "In use")
    for each in found:
        room = f"{each['name']} v{each['version']}"
        numbers = [f"{each[name]:,}" for name in ("position", "lag")]
        table.add_row(each["tenant"], room, *numbers, _utc(each["as_of"]), "yes" if each["shipped"] else "no")
    Console().print(table)


def _utc(as_of: str | None) -> str:
    return f"{datetime.fromisoformat(as_of).astimezone(UTC):%Y-%m-%d %H:%M:%S}" if as_of else ""


async def _list(ods: str | None) -> list[dict[str, Any]]:
    shipped = {(model.name, model.version) for model in READ_MODELS}
    found: list[dict[str, Any]] = []
    async with at_hand() as ground:
        for tenant in await chosen(ground, ods):
            head = await tenant.log.head()
            async with tenant.pool.borrow() as connection:
                rows = await (await connection.execute(_ROOMS)).fetchall()
            for name, version, position, at in rows:
                found.append(
                    {
                        "tenant": tenant.ods,
                        "name": name,
                        "version": version,
                        "position": position,
                        "lag": max(0, head - position),
                        "as_of": at.isoformat(timespec="seconds") if at else None,
                        "shipped": (name, version) in shipped,
                    }
                )
    return found


@read_models.command()
@click.option("--tenant", metavar="ODS", help="One ICS only.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def build(tenant: str | None, *, as_json: bool) -> None:
    """Make the tables of each version this release reads and that is not there yet. The follower fills them."""
    made = carry_out(_build(tenant))
    if as_json:
        click.echo(json.dumps(made))
        return
    for each in made:
        click.echo(f"{each['tenant']}: made {each['room']}")
    if not made:
        click.echo("every room this release reads is there")


async def _build(ods: str | None) -> list[dict[str, str]]:
    async with at_hand() as ground:
        return [
            {"tenant": tenant.ods, "room": room}
            for tenant in await chosen(ground, ods)
            for room in await make_rooms(ground.admin, tenant.placement, READ_MODELS)
        ]


@read_models.command()
@click.argument("name")
@click.option("--tenant", metavar="ODS", help="One ICS only.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def rebuild(name: str, tenant: str | None, *, as_json: bool) -> None:
    """Empty the room NAME and fill it again from the log.

    It can be read all the while: what it shows is behind until it has caught up, and it says so.
    """
    model = next((model for model in READ_MODELS if model.name == name), None)
    if model is None:
        raise Refused(f"no room is called {name}; there is {', '.join(model.name for model in READ_MODELS)}")
    done = carry_out(_rebuild(model, tenant, shown=not as_json))
    if as_json:
        click.echo(json.dumps(done))
        return
    for each in done:
        events = counted(each["position"], "event")
        click.echo(f"{each['tenant']}: {name} v{model.version} holds {events} ({each['seconds']} s)")


async def _rebuild(model: ReadModel, ods: str | None, *, shown: bool) -> list[dict[str, Any]]:
    done: list[dict[str, Any]] = []
    async with at_hand() as ground:
        for tenant in await chosen(ground, ods):
            started = time.monotonic()
            await empty(ground, tenant, model)
            with bar(shown=shown) as progress:
                task = progress.add_task(f"{tenant.ods} {model.name}", total=await tenant.log.head())

                async def moved(position: int) -> None:
                    progress.update(task, completed=position)  # noqa: B023 – called before the next one begins

                position = await fill(tenant, model, moved)
            seconds = round(time.monotonic() - started, 2)
            about = {"tenant": tenant.ods, "room": model.name, "version": model.version}
            done.append({**about, "position": position, "seconds": seconds})
    return done


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
        tables = sql.SQL(", ").join(map(sql.Identifier, await read_model.types(ground.admin, model)))
        await ground.admin.execute(sql.SQL("truncate {}").format(tables))
        await ground.admin.execute(_RESET, (model.name, model.version))


async def fill(tenant: Tenant, model: ReadModel, moved: Any) -> int:
    """Read the log into the room up to its end, together with a follower that runs. The room's position."""
    room = Room(tenant.streams, tenant.pool.borrow, model, moved)
    while True:
        try:
            return await room.catch_up()
        except Overtaken:
            continue
