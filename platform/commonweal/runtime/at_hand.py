"""What a command works with: the installation at hand, its ICSs, and a sentence where that cannot be."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from psycopg import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from commonweal.domain.message import Refused
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import installation
from commonweal.runtime.settings import load
from tenants.onboard import Ground, hosted
from tenants.store import Tenant, UnknownTenant

T = TypeVar("T")
ASIDE: Final = Console(stderr=True, highlight=False)
"""For people only: what a machine reads goes to standard output."""


def carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end. Raises `Refused`, which ends the program with a sentence and 1."""
    try:
        return asyncio.run(work)
    except UnknownTenant as unknown:
        raise Refused(str(unknown)) from None
    except OperationalError as gone:
        raise Refused(
            f"PostgreSQL does not answer ({type(gone).__name__}): is the installation still running?"
        ) from None


@asynccontextmanager
async def at_hand() -> AsyncIterator[Ground]:
    """The installation of this data folder, running or started for as long as the block takes."""
    async with installation(load(os.environ)) as found, ground(found) as opened:
        yield opened


async def one(opened: Ground, ods: str) -> Tenant:
    """One ICS of it. Raises `UnknownTenant`."""
    if ods not in await hosted(opened):
        raise UnknownTenant(f"no ICS with the code {ods} is hosted here")
    return await opened.store.tenant(ods)


async def chosen(opened: Ground, ods: str | None) -> list[Tenant]:
    """The ICS that was named, or all of them."""
    if ods is not None:
        return [await one(opened, ods)]
    return [await opened.store.tenant(each) for each in sorted(await hosted(opened))]


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f}/s", style="progress.data.speed")


def bar(*, shown: bool) -> Progress:
    """A progress bar with a rate; never on standard output, and not at all where nobody looks."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        console=ASIDE,
        disable=not shown or not sys.stderr.isatty(),
    )
