"""A minute of kills: people go on referring and deciding while everything is killed again and again, and nothing is lost or doubled."""

import asyncio
import json
import os
import random
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import psycopg
import pytest
from uvloop import new_event_loop

from commonweal.domain.message import Refused
from commonweal.domain.user import UserGranted
from commonweal.kernel import codec, kept
from commonweal.kernel.append import About, Append, Claimed, Conflict, NewEvent, Repeated
from commonweal.kernel.handle import Receipt, Stale, handle
from commonweal.kernel.log import Recorded
from commonweal.runtime import installation
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from commonweal.runtime.settings import load
from commonweal.runtime.simulate.play import Play, deal
from commonweal.runtime.simulate.step import Step, made_id
from tenants.nats_accounts import PLATFORM
from tenants.store import Tenant
from tests.journeys.killing import Killer
from tests.journeys.test_the_whole_road import Running

CODE: Final = "QPM"
EVENTS: Final = 20_000
SECONDS: Final = 60.0
AT_MOST: Final = 110.0
"""Seconds of load, on a machine that is slow today."""
PATIENCE: Final = 90.0
"""Seconds until all is well again: where PostgreSQL was killed late, the reactor has some ten thousand events to read then."""
DUE: Final = {"relay": 6, "follower": 6, "web": 6, "nats": 6, "postgres": 3, "backend": 3}
"""Kills of each kind."""
WRITERS: Final = 40
CASES: Final = 4_500
GRANTS: Final = 20

REGISTER: Final = """
mutation ($key: String!, $i: RegisterPersonInput!) { registerPerson(idempotencyKey: $key, input: $i) { id position } }
"""

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture
def running() -> Iterator[Running]:
    found = Running()
    try:
        found.until_it_serves()
        yield found
    finally:
        found.process.terminate()
        assert found.process.wait(60) == 0, found.said()[-5_000:]


@dataclass
class Load:
    """Who writes, and what they were given a receipt for."""

    tenant: Tenant
    dealt: Play
    killer: Killer
    receipts: list[Receipt] = field(default_factory=list)
    registered: dict[int, str] = field(default_factory=dict)
    """Over HTTP: the position of the receipt → the person's id."""
    tried_again: int = 0
    newest: int = 0
    """The position of the newest receipt."""
    began: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        lasted = time.monotonic() - self.began
        done = lasted > SECONDS and not self.killer.still_due()
        return lasted > AT_MOST or (done and self.newest >= EVENTS)

    @property
    def early(self) -> float:
        """Seconds: what is asked for is spread over the whole minute."""
        return self.newest / (EVENTS * 1.1) * SECONDS - (time.monotonic() - self.began)

    async def play(self) -> None:
        """Cases by several at once, each step again until there is a receipt."""
        for step in self.dealt.engaging:
            await self._surely("", step)
        waiting = iter(self.dealt.cases)

        async def some() -> None:
            for case, worker in waiting:
                for step in case.steps(worker):
                    if self.over or not await self._surely(case.name, step):
                        break
                    await asyncio.sleep(max(0.0, min(self.early, 1.0)))

        await asyncio.gather(*(some() for _ in range(WRITERS)))

    async def take_in(self, desk: int) -> None:
        """Users are taken in with many grants at once, whenever the cases alone are not enough."""
        number = 0
        while not self.over:
            if self.early > -1.0:
                await asyncio.sleep(0.1)
                continue
            number += 1
            identity = made_id(CODE, self.killer.chance.random(), desk, number)
            stream, events = f"user-{identity}", []
            for version in range(1, GRANTS + 1):
                granted = UserGranted(role="triager", scope=f"pcn:U{version:05}")
                data = codec.encode(granted, codec.about(CODE, stream, version, "UserGranted"))
                events.append(NewEvent(stream, version, "UserGranted", data))
            await self._append(stream, events, About(command_id=identity, actor="simulation", channel="test"))

    async def _append(self, stream: str, events: list[NewEvent], about: About) -> None:
        assert about.command_id is not None
        while True:
            try:
                before = await self.tenant.log.append(Append([(stream, 0)], events, about=about))
            except Repeated:
                break  # it had been written before the answer was cut off
            except psycopg.Error:
                self.tried_again += 1
                await asyncio.sleep(0.1)
            else:
                self._keep(Receipt(about.command_id, stream, len(events), before + len(events)))
                return
        while (found := await self._first_receipt(about.command_id, stream)) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        self._keep(Receipt(about.command_id, stream, found[1], found[0], repeated=True))

    async def _first_receipt(self, command_id: uuid.UUID, stream: str) -> tuple[int, int] | None:
        try:
            return await self.tenant.log.receipt(command_id, stream)
        except psycopg.Error:
            return None

    def _keep(self, receipt: Receipt) -> None:
        self.receipts.append(receipt)
        self.newest = max(self.newest, receipt.position)

    async def _surely(self, case: str, step: Step) -> bool:
        about = About(
            command_id=made_id(CODE, case, step.name), occurred_at=step.at, actor="simulation", channel="test"
        )
        while True:
            try:
                self._keep(await handle(self.tenant.streams, step.identity, step.command, about))
            except (Refused, Claimed, Stale):
                return False
            except (psycopg.Error, Conflict):  # cut off: was it written? The same command again will tell
                self.tried_again += 1
                await asyncio.sleep(0.1)
                continue
            return True

    async def refer(self, url: str, token: str, desk: int) -> None:
        """Over HTTP, one person after another; the same idempotency key until there is an answer."""
        number = 0
        async with httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=20) as client:
            while not self.over:
                number += 1
                given = {"name": f"Example Person {desk} {number}", "nhsNumberStatus": "03"}
                body = {"query": REGISTER, "variables": {"key": f"desk {desk}, {number}", "i": given}}
                if (made := await self._answer(client, body)) is not None:
                    self.registered[made["position"]] = made["id"]

    async def _answer(self, client: httpx.AsyncClient, body: dict[str, Any]) -> Any:
        while True:
            try:
                answer = await client.post("/graphql", json=body)
                found = answer.json()
            except (httpx.HTTPError, ValueError):
                found = {}  # killed before it answered
            if found.get("data"):
                return found["data"]["registerPerson"]
            if "errors" in found:
                assert found["errors"][0]["extensions"]["code"] in ("INTERNAL", "CONFLICT"), found
            if self.over:
                return None  # nobody was told that this happened
            self.tried_again += 1
            await asyncio.sleep(0.2)


@asynccontextmanager
async def opened(running: Running) -> AsyncIterator[tuple[Installation, Tenant]]:
    """The ICS, as one more of the installation's processes has it."""
    found = await installation.running(load(running.env))
    assert found is not None

    async def quiet(_: Exception) -> None:
        """NATS is killed too."""

    bus = await found.accounts.connect(found.nats_url, PLATFORM, "process", error_cb=quiet)
    store = open_store(found, "test", bus)
    try:
        yield found, await store.tenant(CODE)
    finally:
        await store.close()
        await bus.close()


async def a_minute(running: Running, seed: int) -> Load:
    token = running.command("token", "--tenant", CODE, "--role", "triager", "--subject", "demo-desk").strip()
    async with opened(running) as (_, tenant):
        dealt = await deal(tenant, CASES, seed % 1_000, datetime.now(UTC))
        work = Load(tenant, dealt, Killer(running.process.pid, random.Random(seed), DUE))
        desks = [work.refer(running.url, token, desk) for desk in range(3)]
        desks += [work.take_in(desk) for desk in range(4)]
        await asyncio.gather(work.play(), *desks, work.killer.work(0.8 * SECONDS / sum(DUE.values())))
        return work


async def until_well(running: Running) -> None:
    async with asyncio.timeout(PATIENCE), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{running.url}/health")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.2)


async def everything(running: Running) -> tuple[list[Recorded], list[tuple[int, Recorded]]]:
    """The log, and the stream with its sequences."""
    async with opened(running) as (found, tenant):
        log: list[Recorded] = []
        while batch := await tenant.log.after(len(log), 5_000):
            log += batch
        reader = await found.accounts.connect(found.nats_url, CODE, "reader")
        try:
            async with asyncio.timeout(30):
                while (await kept.ends(reader)).last < len(log):  # noqa: ASYNC110 – nothing there tells when
                    await asyncio.sleep(0.1)
            return log, [each async for some in kept.events(reader, 1, len(log)) for each in some]
        finally:
            await reader.close()


def test_nothing_acknowledged_is_lost_or_doubled_in_a_minute_of_kills(running: Running) -> None:
    seed = int(os.environ.get("KILLS_SEED") or uuid.uuid4().int % 1_000_000)
    print(f"seed {seed}")
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        work = runner.run(a_minute(running, seed))
    asyncio.run(until_well(running))
    log, stream = asyncio.run(everything(running))

    counted = ", ".join(f"{kind} {number}" for kind, number in sorted(work.killer.done.items()))
    print(f"kills: {work.killer.done.total()} ({counted}); tried again: {work.tried_again}")
    print(f"events: {len(log)}; receipts: {len(work.receipts)} of commands, {len(work.registered)} over HTTP")
    assert work.killer.done == DUE
    assert len(log) >= EVENTS

    assert [each.position for each in log] == list(range(1, len(log) + 1))
    assert len({(each.stream_id, each.version) for each in log}) == len({each.event_id for each in log}) == len(log)
    assert stream == [(each.position, each) for each in log]
    assert_receipts_hold(work, log)
    assert json.loads(running.command("verify", "--json"))["ok"] is True


def assert_receipts_hold(work: Load, log: list[Recorded]) -> None:
    """What a receipt says happened stands where it says; a command happened once."""
    written: dict[uuid.UUID | None, list[Recorded]] = {}
    for each in log:
        written.setdefault(each.command_id, []).append(each)
    for receipt in work.receipts:
        events = written[receipt.command_id]
        assert [each.position for each in events] == list(range(events[0].position, receipt.position + 1))
        assert max(each.version for each in events if each.stream_id == receipt.stream_id) == receipt.version
    for position, person in work.registered.items():
        assert (log[position - 1].stream_id, log[position - 1].type) == (f"person-{person}", "PersonRegistered")
    ours = [each for each in log if each.type == "PersonRegistered" and each.channel == "graphql"]
    assert len({each.command_id for each in ours}) == len(ours) >= len(work.registered)
