"""`commonweal dlq`: letters nobody took, looked at and sent on their way again."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.table import Table

from commonweal.domain.message import Refused
from commonweal.integrations.delivery.parked import Letter, Parked
from commonweal.runtime.at_hand import at_hand, carry_out, chosen, counted
from tenants.store import Tenant

_MANY: Final = 1000
"""Letters of one ICS that are listed."""


@click.group()
def dlq() -> None:
    """Deliveries that were given up: parked until somebody looks at them."""


@dlq.command(name="list")
@click.option("--tenant", metavar="ODS", help="One ICS; all of them if left out.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(tenant: str | None, *, as_json: bool) -> None:
    """Show every parked delivery: who was to be told of what, how often that was tried, and why it failed last."""
    found = carry_out(_list(tenant))
    if as_json:
        click.echo(json.dumps(found))
        return
    if not found:
        click.echo("nothing is parked")
        return
    table = Table("ICS", "Trust", "Integration", "What happened", "Position", "Tries", "Last error", "Age", "Event")
    for each in found:
        numbers = f"{each['position']:,}", str(each["attempts"])
        words = each["error"], each["age"], each["event_id"]
        table.add_row(each["tenant"], each["recipient"], each["integration"], each["type"], *numbers, *words)
    Console(width=None if Console().is_terminal else 200).print(table)


@dlq.command()
@click.argument("event_id", type=click.UUID, metavar="EVENT")
@click.option("--tenant", metavar="ODS", help="The ICS it is in; without it, the one it is found in.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def show(event_id: UUID, tenant: str | None, *, as_json: bool) -> None:
    """Show what was tried to tell of one EVENT: references alone, never a word about the person."""
    found = carry_out(_show(tenant, event_id))
    if as_json:
        click.echo(json.dumps(found))
        return
    for each in found:
        click.echo(f"{each['integration']} to {each['recipient']}")
        click.echo("\n".join(f"    {name}: {value}" for name, value in each.items() if value not in (None, "")))


@dlq.command()
@click.argument("event_id", type=click.UUID, metavar="[EVENT]", required=False)
@click.option("--tenant", metavar="ODS", help="The ICS whose deliveries these are; it has to be named.")
@click.option("--trust", metavar="ODS", help="Only those to this trust.")
@click.option("--integration", metavar="NAME", help="Only those of this integration.")
@click.option("--all", "every", is_flag=True, help="All that are parked in the ICS.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def replay(
    event_id: UUID | None, tenant: str | None, trust: str | None, integration: str | None, *, every: bool, as_json: bool
) -> None:
    """Have parked deliveries tried again: that of one EVENT, those named, or --all.

    At each try it is asked anew whether the trust may be told. What was overtaken, because the trust has been told something
    later of the same referral, is not sent any more.
    """
    if tenant is None:
        raise Refused("say with --tenant in which ICS something is to be tried again: it is done for one at a time")
    if not (event_id or trust or integration or every):
        raise Refused("say what is to be tried again: an EVENT, --trust, --integration, or --all")
    found = carry_out(_replay(tenant, event_id, trust.upper() if trust else None, integration))
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"tried again: {found['waiting']:,}")
    if found["overtaken"]:
        click.echo(
            f"not sent any more, the trust was told something later of the same referral: {found['overtaken']:,}"
        )


async def _list(ods: str | None) -> list[dict[str, Any]]:
    async with at_hand() as ground:
        return [
            line(tenant, letter)
            for tenant in await chosen(ground, ods)
            for letter in await Parked(tenant.pool.borrow).letters(_MANY)
        ]


async def _show(ods: str | None, event_id: UUID) -> list[dict[str, Any]]:
    async with at_hand() as ground:
        found = [
            line(tenant, letter)
            for tenant in await chosen(ground, ods)
            for letter in await Parked(tenant.pool.borrow).about(event_id)
        ]
    if not found:
        raise Refused(f"nobody was to be told of an event {event_id}")
    return found


async def _replay(ods: str, event_id: UUID | None, trust: str | None, integration: str | None) -> dict[str, int]:
    async with at_hand() as ground:
        (tenant,) = await chosen(ground, ods)
        return asdict(await Parked(tenant.pool.borrow).replay(integration, trust, event_id))


def line(tenant: Tenant, letter: Letter) -> dict[str, Any]:
    """A delivery for people and machines."""
    known = {name: value for name, value in asdict(letter).items() if name not in ("last_status", "last_error")}
    happened, delivered = letter.happened_at, letter.delivered_at
    return {
        "tenant": tenant.ods,
        **known,
        "event_id": str(letter.event_id),
        "happened_at": happened.isoformat() if happened else None,
        "delivered_at": delivered.isoformat() if delivered else None,
        "status": letter.last_status,
        "error": " ".join(str(each) for each in (letter.last_status, letter.last_error) if each),
        "age": _age(datetime.now(UTC) - happened) if happened else "",
    }


def _age(age: timedelta) -> str:
    if age.days:
        return counted(age.days, "day")
    return counted(age.seconds // 3600, "hour") if age.seconds >= 3600 else counted(age.seconds // 60, "minute")
