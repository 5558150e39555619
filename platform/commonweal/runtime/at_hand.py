"""What a command works with: the installation at hand, its ICSs, and a sentence where that cannot be."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from nats.errors import Error as NatsError
from psycopg import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
from rich.text import Text

from commonweal.domain.message import Refused
from commonweal.runtime.ground import ground
from commonweal.runtime.installation import installation, looked_at
from commonweal.runtime.settings import load
from tenants.onboard import Ground, hosted
from tenants.store import Tenant, UnknownTenant

T = TypeVar("T")
ASIDE: Final = Console(stderr=True, highlight=False)
"""For people only: what a machine reads goes to standard output."""


_GONE: Final = (OperationalError, NatsError, ConnectionError)
"""How a server that is not there any more is noticed; a pool that waited for one in vain is an `OperationalError` too."""


def carry_out(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work to its end. Raises `Refused`, which ends the program with a sentence and 1."""
    for library in ("psycopg", "nats"):  # what they would say of a server that is gone, we say once
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        return asyncio.run(work)
    except UnknownTenant as unknown:
        raise Refused(f"{unknown}{looked_at(load(os.environ))}") from None
    except _GONE as gone:
        raise _not_there(gone) from None
    except ExceptionGroup as several:
        those, others = several.split(_GONE)
        if those is None or others is not None:
            raise
        raise _not_there(_first(those)) from None


def _not_there(gone: BaseException) -> Refused:
    server = "PostgreSQL" if isinstance(gone, OperationalError) else "NATS"
    return Refused(f"{server} does not answer ({type(gone).__name__}): is the installation still running?")


def _first(several: BaseException) -> BaseException:
    return _first(several.exceptions[0]) if isinstance(several, BaseExceptionGroup) else several


def counted(number: int, noun: str) -> str:
    """`1 room`, `2 rooms`, `1,204 rooms`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


@asynccontextmanager
async def at_hand() -> AsyncIterator[Ground]:
    """The installation of this data folder, running or started for as long as the block takes."""
    async with installation(load(os.environ)) as found, ground(found) as opened:
        yield opened


async def one(opened: Ground, ods: str) -> Tenant:
    """One ICS of it, its code in capitals or small letters. Raises `UnknownTenant`."""
    ods = ods.upper()
    if ods not in await hosted(opened):
        raise UnknownTenant(f"no ICS with the code {ods} is hosted here")
    return await opened.store.tenant(ods)


async def chosen(opened: Ground, ods: str | None) -> list[Tenant]:
    """The ICS that was named, or all of them."""
    if ods is not None:
        return [await one(opened, ods)]
    return [await opened.store.tenant(each) for each in sorted(await hosted(opened))]


async def holding(opened: Ground, ods: str | None, stream_id: str) -> Tenant:
    """The ICS that was named, else the one in which this record is. Raises `Refused` where none has it, or several."""
    if ods is not None:
        return await one(opened, ods)
    having = [tenant for tenant in await chosen(opened, None) if await tenant.log.stream(stream_id)]
    if len(having) == 1:
        return having[0]
    if having:
        raise Refused(f"{stream_id} is in {' and in '.join(tenant.ods for tenant in having)}: name one with --tenant")
    raise Refused(f"there is no record {stream_id} in any ICS here")


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
