"""`commonweal read-models`: the rooms that answer what people ask, each made from the log and made again at will."""

import json
import time
from datetime import UTC, datetime
from typing import Any, Final

import rich_click as click
from rich.console import Console
from rich.table import Column, Table

from commonweal.domain.message import Refused
from commonweal.kernel import read_model
from commonweal.kernel.read_model import InUse, ReadModel
from commonweal.runtime.at_hand import at_hand, carry_out, chosen, counted
from commonweal.runtime.filling import at_its_start, empty, filled
from projections import READ_MODELS
from tenants.provision import make_rooms

_ROOMS: Final = "select name, version, position, recorded_at from rooms order by name, version"


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
    """Make each version this release reads and that is not there yet, and fill it from the log.

    What another release reads is left alone: it goes on, and is read, all the while.
    """
    made = carry_out(_build(tenant, shown=not as_json))
    if as_json:
        click.echo(json.dumps(made))
        return
    for each in made:
        click.echo(f"{each['tenant']}: filled {each['room']}, which holds {counted(each['position'], 'event')}")
    if not made:
        click.echo("every room this release reads is there and filled")


async def _build(ods: str | None, *, shown: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    async with at_hand() as ground:
        for tenant in await chosen(ground, ods):
            await make_rooms(ground.admin, tenant.placement, READ_MODELS)
            for model in READ_MODELS:
                if await at_its_start(tenant, model):
                    position = await filled(tenant, model, shown=shown)
                    room = f"{model.name} v{model.version}"
                    found.append({"tenant": tenant.ods, "room": room, "position": position})
    return found


@read_models.command()
@click.argument("name")
@click.argument("version", type=click.IntRange(1))
@click.option("--tenant", metavar="ODS", help="One ICS only.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def drop(name: str, version: int, tenant: str | None, *, as_json: bool) -> None:
    """Take VERSION of the room NAME away, once no release that may come back reads it."""
    if (name, version) in {(model.name, model.version) for model in READ_MODELS}:
        raise Refused(f"this release reads {name} v{version}: it stays")
    dropped = carry_out(_drop(name, version, tenant))
    if as_json:
        click.echo(json.dumps(dropped))
        return
    for each in dropped:
        click.echo(f"{each['tenant']}: {each['room']} is gone")
    if not dropped:
        click.echo(f"there is no {name} v{version}")


async def _drop(name: str, version: int, ods: str | None) -> list[dict[str, str]]:
    dropped = []
    async with at_hand() as ground:
        for tenant in await chosen(ground, ods):
            placed = tenant.placement
            try:
                gone = await read_model.drop(ground.admin, placed.owner, placed.schema, name, version)
            except InUse:
                raise Refused(
                    f"{name} v{version} of {tenant.ods} is followed by a release that runs: stop that one first"
                ) from None
            if gone:
                dropped.append({"tenant": tenant.ods, "room": f"{name} v{version}"})
    return dropped


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
            position = await filled(tenant, model, shown=shown)
            seconds = round(time.monotonic() - started, 2)
            about = {"tenant": tenant.ods, "room": model.name, "version": model.version}
            done.append({**about, "position": position, "seconds": seconds})
    return done
