"""`commonweal verify`: proof that nothing was lost, changed or let out, or the first place where something was."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from commonweal.domain.message import Refused
from commonweal.runtime.installation import Installation, installation
from commonweal.runtime.open_store import open_store
from commonweal.runtime.settings import load
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds
from commonweal.runtime.verify.whole import verify as verify_one
from projections import READ_MODELS
from tenants.store import Store, UnknownTenant

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
            found = asyncio.run(_verify(tenant, seen))
    except (Refused, UnknownTenant) as refusal:
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


async def verify_all(found: Installation, store: Store, tenant: str | None, seen: Seen) -> Findings:
    """The findings for one ICS, or for all and the control log. Raises `UnknownTenant`."""
    hosted = [tenant] if tenant else sorted(await store.roster())
    tenants = [await store.tenant(code) for code in hosted]
    if tenant is None:
        tenants.append(store.control)
    return {
        each.ods: await verify_one(Grounds(found, each, READ_MODELS, seen=_named(each.ods, seen))) for each in tenants
    }


async def _verify(tenant: str | None, seen: Seen) -> Findings:
    async with installation(load(os.environ)) as found, _opened(found) as store:
        return await verify_all(found, store, tenant, seen)


@asynccontextmanager
async def _opened(found: Installation) -> AsyncIterator[Store]:
    store = open_store(found, "verify")
    try:
        yield store
    finally:
        await store.close()


def _named(code: str, seen: Seen) -> Seen:
    return lambda check, done, of: seen(f"{code} {check}", done, of)


@contextmanager
def _progress(*, shown: bool) -> Any:
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
            counts = ", ".join(f"{number:,} {what}" for what, number in finding.looked_at.items())
            table.add_row(finding.check, counts, f"{finding.seconds:.1f}", finding.difference or "ok")
        console.print(table)
