"""`commonweal intake`: what somebody has as files goes the same road as what is sent to us."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from commonweal.domain import tenant as ics
from commonweal.domain.message import Refused
from commonweal.intake.hl7v2 import report
from commonweal.intake.hl7v2.hear import BY_HAND
from commonweal.runtime import hospital_feed
from commonweal.runtime.at_hand import at_hand, carry_out, counted, one
from commonweal.runtime.cli_intake_csv import from_csv
from commonweal.runtime.cli_intake_history import history
from tenants.store import Tenant

_LISTED: Final = 50
"""Files that get a line of their own where people read it."""


@click.group()
def intake() -> None:
    """Take in what others tell us."""


intake.add_command(from_csv)
intake.add_command(history)


@intake.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", required=True, metavar="ODS", help="The ICS whose messages these are.")
@click.option("--trust", metavar="ODS", help="The trust that wrote them; the first one of the ICS if left out.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each message.")
def hl7v2(files: tuple[Path, ...], tenant: str, trust: str | None, as_json: bool) -> None:
    """Take in HL7 v2 messages, one a FILE.

    Each is answered as a hospital would be: AA recorded or knowingly passed over, AE to be tried again, AR never to be taken.
    Because a person hands them in, any sending facility may stand in them. Ends with 1 unless every one is answered AA.
    """
    answered = carry_out(_take_all(files, tenant.upper(), trust.upper() if trust else None, as_json))
    if not as_json:
        _print(answered)
    sys.exit(0 if all(line["ack"] == "AA" for line in answered) else 1)


async def _take_all(files: Sequence[Path], ods: str, trust: str | None, as_json: bool) -> list[dict[str, Any]]:
    answered: list[dict[str, Any]] = []
    async with at_hand() as opened:
        tenant = await one(opened, ods)
        sender = await _trust(tenant, trust)
        for file in files:
            answered.append(await take_file(tenant, sender, file))
            if as_json:
                click.echo(json.dumps(answered[-1], ensure_ascii=False))
    return answered


async def take_file(tenant: Tenant, trust: str, file: Path) -> dict[str, Any]:
    """One message as its line: what `report` reads from it, with the answer it really got and what it was recorded in.

    `repeated`: we had it already, and it is answered as it was then.
    """
    raw = await asyncio.to_thread(file.read_bytes)
    taken = await hospital_feed.take(tenant, trust, raw, BY_HAND)
    answer = {"ack": taken.ack, "reason": taken.reason}
    return report(raw, str(file)) | answer | {"stream_id": taken.stream_id, "repeated": taken.duplicate}


async def _trust(tenant: Tenant, wanted: str | None) -> str:
    known: ics.State = (await tenant.streams.committed(ics.CATEGORY, tenant.ods)).state
    trust = wanted or next(iter(known.trusts), None)
    if trust is None:
        raise Refused(f"{tenant.ods} has no trust yet: name one in its file and onboard it again")
    if trust not in known.trusts:
        raise Refused(f"{trust} is not a trust of {tenant.ods}; it has {', '.join(known.trusts)}")
    return trust


def _print(answered: list[dict[str, Any]]) -> None:
    """A line for each file as far as anyone would read; then how many were answered how, and why where there are more."""
    for line in answered[:_LISTED]:
        click.echo(_told(line))
    if len(answered) > _LISTED:
        click.echo(f"and {counted(len(answered) - _LISTED, 'more file')}; all of them together:")
        Console().print(_table(answered))
    acks = Counter(line["ack"] for line in answered)
    click.echo(
        f"{counted(len(answered), 'message')}: {', '.join(f'{number:,} {ack}' for ack, number in sorted(acks.items()))}"
    )


def _told(line: dict[str, Any]) -> str:
    kind = line["event_kind"] or line["type"] or "unreadable"
    again = " (had already)" if line["repeated"] else ""
    return f"{line['ack']}  {line['file']}  {kind}{again}{': ' + line['reason'] if line['reason'] else ''}"


def _table(answered: list[dict[str, Any]]) -> Table:
    counted = Counter((line["event_kind"] or "unknown", line["ack"], line["reason"] or "") for line in answered)
    table = Table("What happened", "Answer", "Messages", "Why")
    for (kind, ack, reason), number in sorted(counted.items()):
        table.add_row(kind, ack, str(number), reason)
    return table
