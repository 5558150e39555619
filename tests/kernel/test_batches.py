"""Batches: rooms that go on side by side read the log once, and none misses or waits for what is not its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from commonweal.domain.people.person import RegisterPerson
from commonweal.kernel import batches as batches_module
from commonweal.kernel.batches import Batches
from commonweal.kernel.handle import handle
from commonweal.kernel.log import Recorded
from tenants.store import Tenant
from tests.kernel.scene import DAY, new
from tests.tenant import about

pytestmark = pytest.mark.anyio
PATIENCE = 10.0


async def happens(tenant: Tenant, times: int = 1) -> int:
    """Some people are registered. The position before the first."""
    before = await tenant.log.head()
    for _ in range(times):
        await handle(
            tenant.streams, new(), RegisterPerson(name="Canary Finch", nhs_number_status="07", on=DAY), about()
        )
    return before


class Looks:
    """Each look at the log, counted; `held` until told otherwise."""

    def __init__(self, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[int] = []
        self.begun = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self._after = tenant.log.after
        monkeypatch.setattr(type(tenant.log), "after", lambda _, position, limit: self.after(position, limit))

    async def after(self, position: int, limit: int) -> list[Recorded]:
        recorded = await self._after(position, limit)
        self.found.append(len(recorded))
        self.begun.set()
        await self.free.wait()
        return recorded


async def positions(batches: Batches, position: int, limit: int) -> list[int]:
    """What a room reads from here to the end."""
    found: list[int] = []
    while True:
        async with batches.after(position, limit) as facts:
            if not facts:
                return found
            await asyncio.sleep(0.001 * (limit % 3))
            found += [fact.position for fact in facts]
            position = facts[-1].position


@asynccontextmanager
async def at_work(batches: Batches, position: int, limit: int) -> AsyncIterator[asyncio.Event]:
    """A room that is at work on what lies behind a position until told otherwise."""
    begun, done = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with batches.after(position, limit):
            begun.set()
            await done.wait()

    task = asyncio.create_task(work())
    await begun.wait()
    try:
        yield done
    finally:
        done.set()
        await task


async def test_rooms_side_by_side_read_everything_and_each_batch_once(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, head = await happens(tenant, 10), await tenant.log.head()
    looks, batches = Looks(tenant, monkeypatch), Batches(tenant.streams)
    read = await asyncio.gather(*(positions(batches, before, 4) for _ in range(5)))
    assert read == [list(range(before + 1, head + 1))] * 5
    assert [found for found in looks.found if found] == [4, 4, 2]
    assert batches._places == {}


async def test_most_find_nothing_where_another_has_just_looked(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    head = await tenant.log.head()
    looks, batches = Looks(tenant, monkeypatch), Batches(tenant.streams)
    looks.free.clear()
    rooms = asyncio.gather(*(positions(batches, head, 4) for _ in range(5)))
    await looks.begun.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    looks.free.set()
    assert await rooms == [[]] * 5
    assert looks.found == [0, 0], "who asked while another looked may have come after it looked"


async def test_what_was_committed_before_it_asked_is_not_missed_while_another_looks(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await tenant.log.head()
    looks, batches = Looks(tenant, monkeypatch), Batches(tenant.streams)
    looks.free.clear()
    first = asyncio.create_task(positions(batches, before, 4))
    await looks.begun.wait()
    await happens(tenant)
    second = asyncio.create_task(positions(batches, before, 4))
    await asyncio.sleep(0)
    looks.free.set()
    assert await second == [before + 1]
    assert await first in ([], [before + 1])


async def test_who_stops_while_reading_takes_nobody_along(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await happens(tenant)
    looks, batches = Looks(tenant, monkeypatch), Batches(tenant.streams)
    looks.free.clear()
    first, second = (asyncio.create_task(positions(batches, before, 4)) for _ in range(2))
    await looks.begun.wait()
    first.cancel()
    looks.free.set()
    assert await second == [before + 1]
    assert batches._places == {}


async def test_an_event_that_cannot_be_read_is_everyones_error_and_is_read_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, batches = await happens(tenant), Batches(tenant.streams)
    with monkeypatch.context() as broken:
        broken.setattr(type(tenant.streams), "understand", lambda _, recorded: 1 / 0)
        every = await asyncio.gather(*(positions(batches, before, 4) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in every] == [ZeroDivisionError] * 3
    assert await positions(batches, before, 4) == [before + 1]


async def test_rooms_that_catch_up_wait_for_each_other_and_at_the_end_nobody_does(tenant: Tenant) -> None:
    before, batches = await happens(tenant, 5), Batches(tenant.streams)
    async with at_work(batches, before, 3) as done:
        ahead = asyncio.create_task(positions(batches, before, 3))
        for _ in range(200):
            await asyncio.sleep(0)
        assert not ahead.done(), "a full batch is being worked on"
        done.set()
        async with asyncio.timeout(PATIENCE):
            assert len(await ahead) == 5
    async with at_work(batches, before, 7), asyncio.timeout(PATIENCE):
        assert len(await positions(batches, before, 7)) == 5


async def test_one_that_is_stuck_holds_nobody_up_for_long(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches_module, "_PATIENCE", 0.01)
    before, batches = await happens(tenant, 5), Batches(tenant.streams)
    async with at_work(batches, before, 3), asyncio.timeout(PATIENCE):
        assert len(await positions(batches, before, 3)) == 5


async def test_whoever_stands_elsewhere_is_not_waited_for(tenant: Tenant) -> None:
    before, batches = await happens(tenant, 6), Batches(tenant.streams)
    async with at_work(batches, before, 2), asyncio.timeout(PATIENCE):
        assert len(await positions(batches, before + 3, 2)) == 3
