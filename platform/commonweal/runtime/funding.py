"""Funding: whoever gives money in several ICSs asks each for their own part, as a funder and with that ICS's own login."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import structlog
from psycopg import OperationalError
from structlog.contextvars import bind_contextvars

from commonweal.domain import tenant
from commonweal.kernel.trace import where
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Asking, Unanswered, make_asker
from commonweal.runtime.organisations import ics_name
from commonweal.runtime.schema import Asker

AT_ONCE: Final = 8
"""ICSs one question is put to beside each other."""
PATIENCE: Final = 8.0
"""Seconds an ICS has for its part, from when it is asked."""
SILENT: Final = "it does not answer"
BEHIND: Final = "it has not yet counted all that was recorded there"

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ICS:
    """One that is hosted here, and what it calls itself."""

    ods: str
    name: str


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What an ICS answered that let someone see an organisation's money."""

    ics: ICS
    answer: T


@dataclass(frozen=True, slots=True)
class Missing:
    """An ICS of which nothing is known now, not even whether it granted anything; `why` goes on from its name."""

    ics: ICS
    why: str


@dataclass(frozen=True, slots=True)
class Gathered(Generic[T]):
    """By name. An ICS that granted nothing is in neither."""

    parts: tuple[Part[T], ...]
    missing: tuple[Missing, ...]


async def gathered(
    asking: Asking, asker: Asker, ask: Callable[[Asker], Awaitable[T]], only: str | None = None
) -> Gathered[T]:
    """The same question put to every ICS, or to one, by someone as the funder they are there.

    Raises NotAllowed for whom no ICS let see an organisation's money, and what else the question is refused for."""
    hosted = sorted(await asking.store.roster())
    free = asyncio.Semaphore(AT_ONCE)
    found = await asyncio.gather(
        *(_part(asking, asker, ods, ask, free) for ods in hosted if only in (None, ods)), return_exceptions=True
    )
    for each in found:
        if isinstance(each, BaseException):
            raise each
    parts = [each for each in found if isinstance(each, Part)]
    missing = [each for each in found if isinstance(each, Missing)]
    if not parts and not missing:
        raise NotAllowed("no ICS has let you see an organisation's money", kind="scope")
    return Gathered(tuple(sorted(parts, key=_by_name)), tuple(sorted(missing, key=_by_name)))


async def _part(
    asking: Asking, asker: Asker, ods: str, ask: Callable[[Asker], Awaitable[T]], free: asyncio.Semaphore
) -> Part[T] | Missing | None:
    bind_contextvars(tenant=ods)  # each is a task of its own
    try:
        async with free, asyncio.timeout(PATIENCE):
            principal = await asking.door.funder(asker.principal, ods)
            if principal is None:
                return None
            there = await asking.store.tenant(ods)
            name = await ics_name(there)
            answer = await ask(make_asker(principal, there, asker.channel, asker.traceparent))
            return Part(ICS(ods=ods, name=name), answer)
    except Unanswered as refused:
        if refused.code not in _UNABLE:
            raise
        return Missing(_known(asking, ods), _UNABLE[refused.code])
    except (TimeoutError, OSError, OperationalError) as failure:
        log.warning("an ICS could not be asked", error=where(failure))
        return Missing(_known(asking, ods), SILENT)


_UNABLE: Final = {"CONFLICT": BEHIND, "INTERNAL": SILENT}
"""Codes of errors that say more of an ICS than of the question."""


def _known(asking: Asking, ods: str) -> ICS:
    """As this process knows it: it cannot be asked."""
    there = next((each for each in asking.store.opened if each.ods == ods), None)
    kept = None if there is None else there.streams.warm(tenant.CATEGORY, ods)
    return ICS(ods=ods, name=ods if kept is None else kept.state.called(ods))


def _by_name(each: Part[T] | Missing) -> tuple[str, str]:
    return each.ics.name, each.ics.ods
