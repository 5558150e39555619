"""`commonweal tenants recover`: what a restored database has lost is put back from the stream of the ICS."""

import os
from collections.abc import Callable

import msgspec
import rich_click as click

from commonweal.runtime import recovering
from commonweal.runtime.at_hand import bar, carry_out, counted, one
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import installation
from commonweal.runtime.recovering import Recovered
from commonweal.runtime.settings import load

_INBOX = (
    "What hospitals sent us since then and was put away in the inbox is not in the stream and does not come back: ask the trusts to "
    "send again what they sent since then. What followed from it is in the log, and does not happen twice."
)


@click.command()
@click.argument("ods")
@click.option("--check", is_flag=True, help="Say what is missing, and do nothing.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def recover(ods: str, *, check: bool, as_json: bool) -> None:
    """Put back into the log of the ICS ODS the events it lost when its database was restored to the past.

    They are read from its stream and stored as they were, each at its own position. Cut off, it goes on where it was when it is
    asked again. It refuses, and changes nothing, where stream and log tell different stories.
    """
    found = carry_out(_recover(ods, check=check, shown=not as_json))
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
    else:
        _say(found, check=check)


async def _recover(ods: str, *, check: bool, shown: bool) -> Recovered:
    async with installation(load(os.environ)) as found, ground(found) as opened:
        tenant = await one(opened, ods)
        before = await recovering.look(found, tenant, opened.admin)
        if check:
            return before
        with bar(shown=shown and before.missing > 0) as progress:
            task = progress.add_task(f"recovering {tenant.ods}", total=before.missing)
            moved: Callable[[int], None] = lambda number: progress.update(task, completed=number)  # noqa: E731
            return await recovering.recover(found, tenant, opened.admin, moved)


def _say(found: Recovered, *, check: bool) -> None:
    ends = f"{found.tenant}: the log ended at {found.log:,}, the stream ends at {found.stream:,}"
    if not found.missing:
        click.echo(f"{found.tenant}: nothing is missing: the log ends at {found.log:,}, the stream at {found.stream:,}")
    elif check:
        click.echo(f"{ends}: {counted(found.missing, 'event')} can be put back")
    else:
        click.echo(f"{ends}: {counted(found.missing, 'event')} put back")
    if found.begun_anew:
        click.echo(f"made again from the log, for they had gone further than it: {', '.join(found.begun_anew)}")
    if found.missing:
        since = f"{found.since:%Y-%m-%d %H:%M:%S} UTC" if found.since else "the beginning"
        click.echo(f"The log had been restored to {since}. {_INBOX}")
