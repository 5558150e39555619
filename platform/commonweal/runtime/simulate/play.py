"""Playing invented cases: each command is decided, sealed and appended as everyone else's, many cases together."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, cast
from uuid import UUID

from commonweal.domain import due, tenant
from commonweal.domain.chest import fund_effect
from commonweal.domain.due import today
from commonweal.domain.message import Refused
from commonweal.domain.workforce import link_worker
from commonweal.kernel.append import About, Claimed, Conflict
from commonweal.kernel.handle import Stale, handle
from commonweal.kernel.reading import Reader
from commonweal.kernel.together import Together, Wish
from commonweal.runtime.evidence import what_came
from commonweal.runtime.simulate.case import Case, anchor, invent
from commonweal.runtime.simulate.chest import OFFICER, Chest, chests, organisations
from commonweal.runtime.simulate.desks import PASSING, Desks
from commonweal.runtime.simulate.invented import nhs_numbers
from commonweal.runtime.simulate.services import listing
from commonweal.runtime.simulate.setting import setting
from commonweal.runtime.simulate.step import Step, made_id
from commonweal.runtime.waiting import Behind
from tenants.store import Tenant

AT_ONCE: Final = 48
"""Cases in a lot: enough that they share their commits, few enough that others can write in between."""
_LOTS: Final = 2
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
    listing: Sequence[Step] = ()
    """The services that people are connected with."""


async def deal(here: Tenant, referrals: int, seed: int, now: datetime) -> Play:
    """Invent the cases and see who can take them. Refuses where the ICS has no practices."""
    now = anchor(now)
    known: tenant.State = (await here.streams.committed(tenant.CATEGORY, here.ods)).state
    where = setting(here.ods, known, now)
    numbers = nhs_numbers(seed)
    cases = [invent(where, seed, number, nhs) for number, nhs in enumerate(islice(numbers, referrals), start=1)]
    limit = known.policies.caseload_limit if known.policies else tenant.Policies().caseload_limit
    desks = Desks.of(await _link_workers(here), {case.referral_id for case in cases}, max(limit, PASSING + 5))
    began = due.today(now - timedelta(days=90))
    dealt = [
        (case, desks.take(case.pcn, 0 if case.stage == "closed" else case.weight, began) if case.allocated_at else None)
        for case in cases
    ]
    engaging = [Step(f"engage {worker}", worker, command, now) for worker, command in desks.engaged.items()]
    return Play(dealt, engaging, tuple(listing(here.ods, now)))


async def founded(here: Tenant, seed: int, now: datetime) -> tuple[Chest, ...]:
    """The community chests of an ICS's places. Refuses where it has none."""
    known: tenant.State = (await here.streams.committed(tenant.CATEGORY, here.ods)).state
    if not known.places:
        raise Refused(f"{here.ods} has no places: name some in its file and onboard it again")
    return chests(here.ods, known, anchor(now), seed)


async def _link_workers(here: Tenant) -> dict[str, link_worker.State]:
    async with here.pool.borrow() as connection:
        rows = await (await connection.execute(_WORKERS)).fetchall()
    ids = [stream.partition("-")[2] for (stream,) in rows]
    return {each: (await here.streams.committed(link_worker.CATEGORY, each)).state for each in ids}


async def play(here: Tenant, dealt: Play, at_once: int, done: Callable[[], None]) -> Tally:
    """Play all cases, `at_once` of them in a lot; `done` is told of each. A refusal ends its case, and is counted."""
    tally = Tally()
    before = await here.log.head()
    for step in (*dealt.listing, *dealt.engaging):
        await _ask(here, _wish(here, "", step), tally)
    together, waiting = Together(here.streams), iter(dealt.cases)

    async def some() -> None:
        while lot := list(islice(waiting, at_once)):
            await _lot(here, together, lot, tally)
            for _ in lot:
                done()

    async with asyncio.TaskGroup() as group:  # while one lot is being committed the next is decided
        for _ in range(_LOTS):
            group.create_task(some())
    tally.events = await here.log.head() - before
    return tally


async def play_chests(here: Tenant, every: Sequence[Chest], done: Callable[[], None]) -> Tally:
    """Play a year of community chests, each fund's story in its order and all funds at once; `done` is told of each step."""
    tally = Tally()
    before = await here.log.head()
    for step in (*listing(here.ods, every[0].began), *organisations(here.ods, every)):
        await _ask(here, _wish(here, "", step), tally)

    async def one(chest: Chest) -> None:
        for step in chest.steps():
            await _ask(here, _wish(here, "chest", step), tally)
            done()
        for bid in chest.bids:
            tally.stages[bid.fate] += 1

    async with asyncio.TaskGroup() as group:
        for chest in every:
            group.create_task(one(chest))
    tally.events = await here.log.head() - before
    return tally


async def tell_funders(here: Tenant, every: Sequence[Chest], tally: Tally, now: datetime) -> None:
    """Tell those who gave to each chest what came of it, as far as it is counted by now: the people may be of another play."""
    before = await here.log.head()
    reader = Reader(here.pool.borrow, {}, now, today(now))
    try:
        effects = [await what_came(here, reader, chest.fund_id) for chest in every]
    except Behind as behind:
        tally.refused[fund_effect.ReleaseEffect.__name__, behind.message] += 1
        return
    for chest, effect in zip(every, effects, strict=True):
        told = fund_effect.ReleaseEffect(known_effect=effect, at=now, by=OFFICER)
        await _ask(here, _wish(here, "chest", Step(f"{chest.fund_id} told", chest.fund_id, told, now)), tally)
    tally.events += await here.log.head() - before


async def _lot(here: Tenant, together: Together, lot: Sequence[tuple[Case, str | None]], tally: Tally) -> None:
    """Cases nobody has played are told whole and together; what is left of the others is asked one by one."""
    stories = [[_wish(here, case.name, step) for step in case.steps(worker)] for case, worker in lot]
    begun = await here.log.carried_out({_first(story) for story in stories})
    fresh = [story for story in stories if _first(story) not in begun]
    new = {wish.identity for story in fresh for wish in story}
    whole = dict(zip(map(_first, fresh), await together.carry_out(fresh, new), strict=True))
    for (case, _), story in zip(lot, stories, strict=True):
        if whole.get(_first(story)) or await _one(here, story, tally):
            tally.stages[case.stage] += 1


def _first(story: Sequence[Wish]) -> UUID:
    """The id of a case's first command: who has carried it out has begun the case."""
    return cast("UUID", story[0].about.command_id)


async def _one(here: Tenant, story: Sequence[Wish], tally: Tally) -> bool:
    for wish in story:
        if not await _ask(here, wish, tally):
            return False
    return True


def _wish(here: Tenant, case: str, step: Step) -> Wish:
    command_id = made_id(here.ods, case, step.name)
    about = About(command_id=command_id, occurred_at=step.at, actor="simulation", channel="simulation")
    return Wish(step.identity, step.command, about)


async def _ask(here: Tenant, wish: Wish, tally: Tally) -> bool:
    try:
        receipt = await handle(here.streams, wish.identity, wish.command, wish.about)
    except (Refused, Claimed, Stale, Conflict) as refusal:
        tally.refused[type(wish.command).__name__, str(refusal)] += 1
        return False
    tally.repeated += receipt.repeated
    return True
