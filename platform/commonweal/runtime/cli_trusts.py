"""`commonweal trusts`: the keys with which trusts take what is told to them."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import rich_click as click
from rich.console import Console
from rich.table import Table

from commonweal.domain import tenant as ics
from commonweal.domain.message import Refused
from commonweal.domain.tenant import OUT_DAYS, POST, STREAM
from commonweal.runtime import secrets
from commonweal.runtime.at_hand import at_hand, carry_out, chosen, counted, one
from tenants.letterboxes import DAYS
from tenants.onboard import Ground
from tenants.store import Tenant


@click.group()
def trusts() -> None:
    """How each trust is told what became of the people it referred."""


@trusts.command(name="list")
@click.option("--tenant", metavar="ODS", help="One ICS; all of them if left out.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(tenant: str | None, *, as_json: bool) -> None:
    """Show how each trust is told, and until when it holds credentials."""
    found = carry_out(_list(tenant))
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("ICS", "Trust", "Name", "Told by", "Credentials until")
    for each in found:
        until = ", ".join(held["expires_at"][:10] for held in each["credentials"])
        table.add_row(each["tenant"], each["trust"], each["name"], each["told_by"] or "nothing", until)
    Console().print(table)


@trusts.command()
@click.argument("tenant", metavar="ODS")
@click.argument("trust", metavar="TRUST")
@click.option("--to", "path", type=click.Path(path_type=Path), help="The file to write. [default: TRUST.creds]")
@click.option("--days", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="How long they hold.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def credentials(tenant: str, trust: str, path: Path | None, days: int, *, as_json: bool) -> None:
    """Make credentials for TRUST in the ICS ODS: a file that only you can read, and that nobody can make again.

    With it the trust takes what is told to it and leaves messages of its own. Those made before hold on until they end or are revoked.
    """
    file = path or Path(f"{trust.upper()}.creds")
    if file.exists():
        raise Refused(f"{file} is there already: name another with --to")
    if not (file.parent.is_dir() and os.access(file.parent, os.W_OK)):  # before a key is issued that nobody would have
        raise Refused(f"{file.parent} is no folder that can be written to: name another file with --to")
    content, until = carry_out(_issue(tenant, trust.upper(), timedelta(days=days)))
    _write(file, content)
    if as_json:
        click.echo(json.dumps({"file": str(file), "expires_at": until.isoformat()}))
        return
    click.echo(f"{file}: credentials of {trust.upper()} in {tenant.upper()}, good until {until:%d %B %Y}")
    click.echo(
        f"it pulls the consumer {trust.upper()} of the stream OUT_{trust.upper()} with the inbox prefix _INBOX_trust"
    )


def _write(file: Path, content: str) -> None:
    try:
        secrets.write_private(file, content.encode(), replace=False)
    except OSError as error:
        raise Refused(
            f"{file} could not be written ({error.strerror}): these credentials are lost, `trusts revoke` voids them"
        ) from None


@trusts.command()
@click.argument("tenant", metavar="ODS")
@click.argument("trust", metavar="TRUST")
def revoke(tenant: str, trust: str) -> None:
    """Void all credentials TRUST holds in the ICS ODS, at once: whoever is connected with them is put out."""
    number = carry_out(_revoke(tenant, trust.upper()))
    click.echo(f"revoked: {counted(number, 'key')}")


async def _list(ods: str | None) -> list[dict[str, Any]]:
    async with at_hand() as ground:
        return [each for tenant in await chosen(ground, ods) for each in await _of(tenant)]


async def _of(tenant: Tenant) -> list[dict[str, Any]]:
    state: ics.State = (await tenant.streams.committed(ics.CATEGORY, tenant.ods)).state
    return [
        {
            "tenant": tenant.ods,
            "trust": code,
            "name": trust.name,
            "told_by": STREAM if trust.told_by == STREAM else POST if trust.task_endpoint else None,
            "out_days": (trust.out_days or OUT_DAYS) if trust.told_by == STREAM else None,
            "credentials": [
                {"key": key, "expires_at": held.expires_at.isoformat()}
                for key, held in state.credentials.items()
                if held.trust == code and key not in state.revoked
            ],
        }
        for code, trust in state.trusts.items()
    ]


async def _issue(ods: str, trust: str, lasting: timedelta) -> Any:
    async with at_hand() as ground:
        return await ground.post_office.issue(await _with(ground, ods, trust), trust, lasting)


async def _revoke(ods: str, trust: str) -> int:
    async with at_hand() as ground:
        return await ground.post_office.revoke(await _with(ground, ods, trust), trust)


async def _with(ground: Ground, ods: str, trust: str) -> Tenant:
    """The ICS. Raises `Refused` where it has no such trust, and had none that may still hold a key."""
    tenant = await one(ground, ods)
    state: ics.State = (await tenant.streams.committed(ics.CATEGORY, tenant.ods)).state
    if trust not in state.trusts and all(held.trust != trust for held in state.credentials.values()):
        raise Refused(f"there is no trust {trust} in {tenant.ods}; it has {', '.join(state.trusts) or 'none'}")
    return tenant
