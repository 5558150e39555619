"""Playing invented cases: each command goes the road of everyone else's, many cases at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from commonweal.domain import link_worker, tenant
from commonweal.domain.message import Refused
from commonweal.kernel.append import About, Claimed, Conflict
from commonweal.kernel.handle import Stale, handle
from commonweal.runtime.simulate.case import Case, Step, anchor, invent, made_id
from commonweal.runtime.simulate.desks import PASSING, Desks
from commonweal.runtime.simulate.invented import nhs_numbers
from commonweal.runtime.simulate.setting import setting
from tenants.store import Tenant

AT_ONCE: Final = 48
"""Cases in flight: enough that commands share their commits, few enough that the log's pool is not all ours."""
_WORKERS: Final = "select stream_id from events where version = 1 and type = 'LinkWorkerEngaged'"


@dataclass(slots=True)
class Tally:
    """What a play came to."""

    events: int = 0
    repeated: int = 0
    """Commands that had been carried out by an earlier play."""
    stages: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(command, sentence)"""


@dataclass(frozen=True, slots=True)
class Play:
    """Cases dealt out to link workers, and who must be engaged for them first."""

    cases: Sequence[tuple[Case, str | None]]
    engaging: Sequence[Step]


async def deal(here: Tenant, referrals: int, seed: int, now: datetime) -> Play:
    """Invent the cases and see who can take them. Refuses where the ICS has no practices."""
    now = anchor(now)
    known: tenant.State = (await here.streams.committed(tenant.CATEGORY, here.ods)).state
    where = setting(here.ods, known, now)
    numbers = nhs_numbers(seed)
    cases = [invent(where, seed, number, nhs) for number, nhs in enumerate(islice(numbers, referrals), start=1)]
    limit = known.policies.caseload_limit if known.policies else tenant.Policies().caseload_limit
    desks = Desks.of(await _link_workers(here), {case.referral_id for case in cases}, max(limit, PASSING + 5))
    began = (now - timedelta(days=90)).date()
    dealt = [
        (case, desks.take(case.pcn, 0 if case.stage == "closed" else case.weight, began) if case.allocated_at else None)
        for case in cases
    ]
    engaging = [Step(f"engage {worker}", worker, command, now) for worker, command in desks.engaged.items()]
    return Play(dealt, engaging)


async def _link_workers(here: Tenant) -> dict[str, link_worker.State]:
    async with here.pool.borrow() as connection:
        rows = await (await connection.execute(_WORKERS)).fetchall()
    ids = [stream.partition("-")[2] for (stream,) in rows]
    return {each: (await here.streams.committed(link_worker.CATEGORY, each)).state for each in ids}


async def play(here: Tenant, dealt: Play, at_once: int, done: Callable[[], None]) -> Tally:
    """Play all cases, `at_once` of them at a time; `done` is told of each. A refusal ends its case, and is counted."""
    tally = Tally()
    before = await here.log.head()
    for step in dealt.engaging:
        await _ask(here, "", step, tally)
    waiting = iter(dealt.cases)
    passing: dict[str, asyncio.Semaphore] = {}
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(_some(here, waiting, passing, tally, done))
    tally.events = await here.log.head() - before
    return tally


async def _some(
    here: Tenant,
    waiting: Iterator[tuple[Case, str | None]],
    passing: dict[str, asyncio.Semaphore],
    tally: Tally,
    done: Callable[[], None],
) -> None:
    for case, worker in waiting:
        if case.stage == "closed" and worker is not None:
            async with passing.setdefault(worker, asyncio.Semaphore(PASSING)):
                await _one(here, case, worker, tally)
        else:
            await _one(here, case, worker, tally)
        done()


async def _one(here: Tenant, case: Case, worker: str | None, tally: Tally) -> None:
    for step in case.steps(worker):
        if not await _ask(here, case.name, step, tally):
            return
    tally.stages[case.stage] += 1


async def _ask(here: Tenant, case: str, step: Step, tally: Tally) -> bool:
    about = About(
        command_id=made_id(here.ods, case, step.name), occurred_at=step.at, actor="simulation", channel="simulation"
    )
    try:
        receipt = await handle(here.streams, step.identity, step.command, about)
    except (Refused, Claimed, Stale, Conflict) as refusal:
        tally.refused[type(step.command).__name__, str(refusal)] += 1
        return False
    tally.repeated += receipt.repeated
    return True
