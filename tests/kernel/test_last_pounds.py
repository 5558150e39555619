"""Two officers, each in a process of their own, promise the last £5,000 of a fund at the same moment: one of them does."""

import asyncio
import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from commonweal.domain.message import Refused
from commonweal.kernel.handle import handle
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from tests.chest import founded, offer, recommended
from tests.tenant import about, provisioned

TIMES, LAST = 100, 500_000
OFFICERS = ("olu", "ines")
PATIENCE = 120.0
"""Seconds one waits for the other at a turn: a machine may be busy."""


def test_the_last_pounds_are_promised_once_however_often_two_try_at_once(servers: Installation) -> None:
    asyncio.run(_scene(servers))


async def _scene(servers: Installation) -> None:
    async with provisioned(servers) as tenant:
        for turn in range(TIMES):
            for identity, command in founded(f"f{turn}", LAST):
                await handle(tenant.streams, identity, command, about())
            for officer in OFFICERS:
                for identity, command in recommended(f"f{turn}", f"{officer}-{turn}", LAST):
                    await handle(tenant.streams, identity, command, about())
        answers = await asyncio.to_thread(_both, servers)
        for turn, told in enumerate(zip(*answers, strict=True)):
            assert sorted(told) == ["", "£0 is left for this purpose and place: £5,000 cannot be awarded"]
            chest = (await tenant.streams.committed("fund", f"f{turn}")).state
            (winner,) = chest.awards
            assert winner == f"{OFFICERS[told.index('')]}-{turn}"
            assert chest.awards[winner].amount == chest.pledges["nhs"].awarded == LAST


def _both(servers: Installation) -> list[list[str]]:
    """What each officer was told at each turn: nothing, where the money is theirs."""
    processes = multiprocessing.get_context("spawn")
    start = processes.Barrier(len(OFFICERS))
    ends = [processes.Pipe(duplex=False) for _ in OFFICERS]
    officers = [
        processes.Process(target=_officer, args=(servers, officer, start, end), daemon=True)
        for officer, (_, end) in zip(OFFICERS, ends, strict=True)
    ]
    for officer in officers:
        officer.start()
    try:
        return [_heard(mine, officer) for (mine, _), officer in zip(ends, officers, strict=True)]
    finally:
        for officer in officers:
            officer.join(PATIENCE)
            officer.kill()


def _officer(servers: Installation, officer: str, start: Barrier, end: Connection) -> None:
    end.send(asyncio.run(_tries(servers, officer, start)))


async def _tries(servers: Installation, officer: str, start: Barrier) -> list[str]:
    store = open_store(servers, officer)
    try:
        streams = (await store.tenant("QPM")).streams
        told = []
        for turn in range(TIMES):
            wish = offer(f"f{turn}", f"{officer}-{turn}", LAST, by=officer)
            start.wait(PATIENCE)
            try:
                await handle(streams, wish.grant_id, wish, about(actor=officer))
                told.append("")
            except Refused as refusal:
                told.append(str(refusal))
        return told
    finally:
        await store.close()


def _heard(mine: Connection, officer: multiprocessing.process.BaseProcess) -> list[str]:
    assert mine.poll(PATIENCE), f"{officer.name} says nothing"
    heard: list[str] = mine.recv()
    return heard
