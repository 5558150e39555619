"""Several write to one community chest at the same moment, from two stores: whatever came of it, no pound is there twice."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import fields, replace
from itertools import count
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain.chest import fund, fund_awards
from commonweal.domain.message import Refused
from commonweal.kernel.append import Conflict
from commonweal.kernel.handle import handle
from commonweal.runtime.bench.views_board import write
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from tenants.store import Tenant
from tests.domain.test_chest import ASKED, FOUNDED, FUND, GRANTS, balanced, of_fund, recommended, running
from tests.given import BY_CATEGORY
from tests.luck import tried
from tests.tenant import about, provisioned

HISTORIES = 60
MOVING = {fund_awards.MoneyCommitted, fund_awards.MoneyReleased, fund_awards.MoneyPaid, fund_awards.MoneyReturned}
"""What has to have happened, or the law was hardly tried."""
WRITERS = st.lists(st.lists(ASKED, min_size=3, max_size=12), min_size=2, max_size=4)
NAMES = {"fund_id", "grant_id", "to_grant"}
PURPOSES = {"g1": ("loneliness", "E09000002"), "g2": ("loneliness", "E09000016"), "g3": ("food", "E09000002")}

Asked = tuple[tuple[str, str], Any]


def test_no_pound_is_there_twice_however_many_write_at_once(servers: Installation) -> None:
    moved: set[type] = set()
    numbers = count()

    async def scene(stack: AsyncExitStack) -> list[Tenant]:
        one = await stack.enter_async_context(provisioned(servers))
        other = open_store(servers, "another")
        stack.push_async_callback(other.close)
        return [one, await other.tenant(one.ods)]

    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            tenants = runner.run(scene(stack))

            def law(going: bool, writers: list[list[Asked]]) -> None:
                moved.update(runner.run(_history(tenants, f"-{next(numbers)}", going, writers)))

            tried(given(st.booleans(), WRITERS), law, HISTORIES, lambda: MOVING - moved)
        finally:
            runner.run(stack.aclose())


async def _history(tenants: list[Tenant], mark: str, going: bool, writers: list[list[Asked]]) -> set[type]:
    """One history of a fund of its own, held against the laws at each of its positions; the types of what happened to the fund."""
    here = tenants[0]
    began = await here.log.head()
    await write(here, [("fund", FUND[1] + mark, list(FOUNDED))])
    for name, about_what in PURPOSES.items():
        await write(here, [("grant", name + mark, [_marked(each, mark) for each in recommended(*about_what)])])
    if going:
        await _writer(
            here, mark, [*running("g1", 700_000, 333_33, paid=True), *running("g2", 500_000, 499_999, paid=False)]
        )
    await asyncio.gather(
        *(_writer(tenants[number % 2], mark, asked) for number, asked in enumerate(writers)),
    )
    facts = await here.streams.understand(await here.log.after(began, 10_000))
    world: dict[tuple[str, str], Any] = {}
    for place, fact in enumerate(facts):
        category = fact.stream_id.partition("-")[0]
        key = (category, fact.identity.removesuffix(mark))
        module = BY_CATEGORY[category]
        world[key] = module.evolve(world.get(key, module.INITIAL), fact.event)
        if category == fund.CATEGORY:
            of_fund(world[FUND])
        last = place + 1 == len(facts) or facts[place + 1].command_id != fact.command_id
        if last and len(world) > len(GRANTS):
            balanced(_by_plain_names(world, mark))
    return {type(fact.event) for fact in facts if fact.stream_id.startswith(fund.CATEGORY)}


async def _writer(here: Tenant, mark: str, asked: list[Asked]) -> None:
    """One after the other, as somebody does it; what is refused, or lost too often to others, is let go."""
    for (_, identity), command in asked:
        try:
            await handle(here.streams, identity + mark, _marked(command, mark), about())
        except (Refused, Conflict):
            continue


def _marked(message: Any, mark: str) -> Any:
    """The same about the records of this history."""
    ours = {each.name for each in fields(message)} & NAMES
    return replace(message, **{name: getattr(message, name) + mark for name in ours})


def _by_plain_names(world: dict[tuple[str, str], Any], mark: str) -> dict[tuple[str, str], Any]:
    chest: fund.State = world[FUND]
    return world | {FUND: replace(chest, awards={name.removesuffix(mark): each for name, each in chest.awards.items()})}
