"""`commonweal verify`: proof that nothing was lost, changed or let out, or the first place where something was."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from commonweal.domain.message import Refused
from commonweal.runtime.at_hand import carry_out, chosen, counted
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import Installation, installation
from commonweal.runtime.settings import load
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import PATIENCE, Grounds
from commonweal.runtime.verify.whole import verify as verify_one
from projections import READ_MODELS
from tenants.store import Tenant

Seen = Callable[[str, int, int], None]
Findings = dict[str, list[Finding]]
"""The ICS's code, or `control` → what was found there."""


@click.command()
@click.option("--tenant", metavar="ODS", help="One ICS; all of them and the control log if left out.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify(tenant: str | None, *, as_json: bool) -> None:
    """Check that nothing was lost, changed or let out.

    The log's positions and versions have no hole; JetStream holds the same events; every room equals its replay; all that is
    sealed opens, or its key was destroyed; nothing personal stands in clear outside the rooms (days such as a date of birth are
    not sought); the vault and the inbox are in order. Ends with 1 and the first difference otherwise.
    """
    try:
        with _progress(shown=not as_json and sys.stderr.isatty()) as seen:
            found = carry_out(_verify(tenant, seen))
    except Refused as refusal:
        raise click.ClickException(str(refusal)) from None
    if as_json:
        click.echo(json.dumps(for_machines(found)))
    else:
        _print(found)
    if (first := first_difference(found)) is not None:
        click.echo(first, err=True)
        sys.exit(1)


def for_machines(found: Findings) -> dict[str, Any]:
    """`{"ok", "tenants": [{"tenant", "checks": [{"check", "ok", "looked_at", "difference", "seconds"}]}]}`"""
    return {
        "ok": first_difference(found) is None,
        "tenants": [
            {"tenant": code, "checks": [finding.for_machines() for finding in findings]}
            for code, findings in found.items()
        ],
    }


def first_difference(found: Findings) -> str | None:
    """The first thing that is not as it should be, with the ICS and the check that found it."""
    for code, findings in found.items():
        for finding in findings:
            if finding.difference is not None:
                return f"{code}, {finding.check}: {finding.difference}"
    return None


async def verify_all(
    found: Installation, tenants: Iterable[Tenant], seen: Seen = lambda _check, _done, _of: None
) -> Findings:
    """The findings for each of these ICSs; the control log may be among them."""
    # Where nothing runs, nothing that lags behind will move.
    patience = 0.0 if found.alone else PATIENCE
    return {
        each.ods: await verify_one(Grounds(found, each, READ_MODELS, patience, _named(each.ods, seen)))
        for each in tenants
    }


async def _verify(tenant: str | None, seen: Seen) -> Findings:
    async with installation(load(os.environ)) as found, ground(found) as opened:
        control = [] if tenant else [opened.store.control]
        return await verify_all(found, [*await chosen(opened, tenant), *control], seen)


def _named(code: str, seen: Seen) -> Seen:
    return lambda check, done, of: seen(f"{code} {check}", done, of)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Seen]:
    """A bar on the terminal that says which check of which ICS is how far."""
    columns = (TextColumn("{task.description:<16}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown) as progress:
        task = progress.add_task("reading", total=None)
        yield lambda check, done, of: progress.update(task, description=check, completed=done, total=of)


def _print(found: Findings) -> None:
    console = Console()
    for code, findings in found.items():
        table = Table("Check", "Looked at", "Seconds", "Found", title=code, title_justify="left", expand=True)
        table.columns[2].justify = "right"
        for finding in findings:
            counts = ", ".join(
                counted(number, what[:-1]) if what.endswith("s") else f"{number:,} {what}"
                for what, number in finding.looked_at.items()
            )
            table.add_row(finding.check, counts, f"{finding.seconds:.1f}", finding.difference or "ok")
        console.print(table)
