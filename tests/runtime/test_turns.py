"""Turns: so many at once, some who wait, and nobody is forgotten who goes away."""

import asyncio
from typing import Any, cast

import pytest

from commonweal.runtime.turns import Full, Turns
from tenants.store import Tenant


class Somewhere:
    """Stands for an ICS: only that it is one and the same is asked of it."""


HERE, THERE = (cast(Tenant, Somewhere()) for _ in range(2))


async def hold(turns: Turns, where: Tenant, until: asyncio.Event, **known: Any) -> str:
    async with turns.turn(where, **known):
        await until.wait()
        return "done"


def test_so_many_go_at_once_some_wait_and_the_next_is_told_to_come_later() -> None:
    async def crowd() -> None:
        turns, until = Turns(at_once=1, waiting=2), asyncio.Event()
        first, second = (asyncio.create_task(hold(turns, HERE, until)) for _ in range(2))
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await hold(turns, HERE, until)
        elsewhere = asyncio.create_task(hold(turns, THERE, until))
        begun = asyncio.create_task(hold(turns, HERE, until, begun=True))
        await asyncio.sleep(0)
        until.set()
        assert set(await asyncio.gather(first, second, elsewhere, begun)) == {"done"}
        assert await hold(turns, HERE, until) == "done"

    asyncio.run(crowd())


def test_who_goes_away_leaves_their_place() -> None:
    async def leaving() -> None:
        turns, until = Turns(at_once=1, waiting=2), asyncio.Event()
        first, second = (asyncio.create_task(hold(turns, HERE, until)) for _ in range(2))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.wait([second])
        third = asyncio.create_task(hold(turns, HERE, until))
        await asyncio.sleep(0)
        until.set()
        assert set(await asyncio.gather(first, third)) == {"done"}

    asyncio.run(leaving())
