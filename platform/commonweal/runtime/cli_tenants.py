"""`commonweal tenants`: which ICSs are hosted here, each put together as its file says."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click
from rich.console import Console
from rich.table import Column, Table

from commonweal.domain import due
from commonweal.domain import tenant as ics_
from commonweal.runtime.at_hand import ASIDE, at_hand, carry_out, chosen, counted
from commonweal.runtime.cli_recover import recover
from tenants import ics_file, onboard
from tenants.ics import ICS
from tenants.ics_file import ICSFileWrong
from tenants.plan import plan
from tenants.store import Tenant

_COUNTS = """
select split_part(stream_id, '-', 1), count(*) from events where version = 1 group by 1
"""
_ROOMS = "select name, version, position from rooms order by name, version"


@click.group()
def tenants() -> None:
    """The ICSs hosted here."""


tenants.add_command(recover)


@tenants.command(name="onboard")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def onboard_(file: Path, *, dry_run: bool, as_json: bool) -> None:
    """Make an ICS be as its FILE says: all of it is checked, then all of it is done. Again, only what is missing.

    Ends with 1 and every problem where something is in the way.
    """
    try:
        ics = ics_file.read(file)
    except ICSFileWrong as wrong:
        _stop(list(wrong.problems), file, as_json=as_json)
    answer, problems = carry_out(_onboard(ics, dry_run=dry_run, as_json=as_json))
    if problems:
        _stop(problems, file, as_json=as_json)
    if as_json:
        click.echo(json.dumps(answer))


def _stop(problems: list[str], file: Path, *, as_json: bool) -> Any:
    if as_json:
        click.echo(json.dumps({"file": str(file), "problems": problems}))
    else:
        click.echo("\n  ".join([f"commonweal: {file} cannot be onboarded, nothing was done:", *problems]), err=True)
    sys.exit(1)


async def _onboard(ics: ICS, *, dry_run: bool, as_json: bool) -> tuple[dict[str, Any], list[str]]:
    today = due.today(datetime.now(UTC))
    async with at_hand() as ground:
        if problems := await onboard.check(ground, ics, today):
            return {}, problems
        wanted = await plan(ground, ics, today)
        lines = list(wanted.lines())
        if not as_json:
            _say(ics, lines, wanted.left, dry_run=dry_run)
        if not dry_run:
            with ASIDE.status(f"onboarding {ics.name}"):
                await onboard.onboard(ground, ics)
    return {**asdict(wanted), "dry_run": dry_run}, []


def _say(ics: ICS, lines: list[str], left: Sequence[str], *, dry_run: bool) -> None:
    named = f"{ics.name} ({ics.ods})"
    if lines:
        click.echo("\n  ".join([f"{named}{' would get' if dry_run else ' gets'}:", *lines]))
    else:
        click.echo(f"{named}: nothing to do" if left else f"{named} is as its file says: nothing to do")
    if left:
        click.echo("\n  ".join(["left as it is, for the people who work there:", *left]))


@tenants.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_(*, as_json: bool) -> None:
    """Show each ICS: how many events its log has, how far behind its rooms are, how many people and users it knows."""
    found = carry_out(_all())
    if as_json:
        click.echo(json.dumps(found))
        return
    table = Table("ODS", Column("Name", no_wrap=True), "Server", "Events", "Rooms behind", "People", "Users")
    for each in found:
        rooms = f"{sum(room['lag'] > 0 for room in each['rooms'])} of {len(each['rooms'])}"
        numbers = [f"{each[name]:,}" for name in ("people", "users")]
        table.add_row(each["ods"], each["name"], each["database"], f"{each['position']:,}", rooms, *numbers)
    Console().print(table)
    for line in behind(found):
        click.echo(line)


def behind(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each room that has not seen all there is, in a terminal of any width."""
    return [
        f"{each['ods']}: {room['name']} v{room['version']} is {counted(room['lag'], 'event')} behind"
        for each in found
        for room in each["rooms"]
        if room["lag"]
    ]


async def _all() -> list[dict[str, Any]]:
    async with at_hand() as ground:
        return [await _one(tenant) for tenant in await chosen(ground, None)]


async def _one(tenant: Tenant) -> dict[str, Any]:
    known: ics_.State = (await tenant.streams.committed(ics_.CATEGORY, tenant.ods)).state
    async with tenant.pool.borrow() as connection:
        counts = dict(await (await connection.execute(_COUNTS)).fetchall())
        rooms = await (await connection.execute(_ROOMS)).fetchall()
    head = await tenant.log.head()
    return {
        "ods": tenant.ods,
        "name": known.configured.name if known.configured else "",
        "database": tenant.placement.database,
        "position": head,
        "rooms": [
            {"name": name, "version": version, "position": position, "lag": max(0, head - position)}
            for name, version, position in rooms
        ],
        "people": counts.get("person", 0),
        "referrals": counts.get("referral", 0),
        "link_workers": counts.get("link_worker", 0),
        "users": counts.get("user", 0),
    }
