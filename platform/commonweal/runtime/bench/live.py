"""Live: a change in an ICS on its way to three hundred who look on, and what each of them costs the web process."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from psycopg import sql

from commonweal.domain.message import Refused
from commonweal.domain.people.person import SetContactPreference
from commonweal.domain.user import GrantUser
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.runtime.access import Principal, user_id
from commonweal.runtime.answering import Answering
from commonweal.runtime.asking import make_asker
from commonweal.runtime.bench import live_stock
from commonweal.runtime.bench.live_crowd import Crowd, Subscription
from commonweal.runtime.bench.measure import Plan, Row, Run, Side, cpu_of, in_turn
from commonweal.runtime.bench.throwaway import about
from commonweal.runtime.bench.views_ground import CODE, PATIENCE, Ground, ground, process
from commonweal.runtime.bench.views_web import Served, serve
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.installation import Installation
from commonweal.runtime.schema import schema
from projections.caseload import READ_MODEL
from tenants.nats_accounts import PLATFORM

CROWD: Final = 300
_EACH: Final = 15
"""Sockets of one user."""
_EVENTS: Final = 4_200
_UNIT: Final = "deliveries/CPU s"
_NODE: Final = (
    "id stage phase priority needs receivedAt since overdue person { id name safeTimes } linkWorker { id name }"
)
DOCUMENT: Final = f"""subscription ($first: Int!, $after: String) {{
  caseload(filter: {{stage: ALLOCATED}}, first: $first, after: $after) {{ edges {{ cursor node {{ {_NODE} }} }} position }}
}}"""
"""Its last field is the position: how a subscriber knows which change they were told of."""
_NEWEST: Final = sql.SQL("select person_id from {} order by received_at desc, referral_id desc limit 1").format(
    sql.Identifier(READ_MODEL.table("referral"))
)
_STOCK: Final = "Strawberry's controller"


async def measure(servers: Installation, plan: Plan, events: int = _EVENTS) -> list[Row]:
    """A web process for each side. `rate`: deliveries for a second of its CPU; `cpu`: its seconds for a delivery;
    latencies are from the change's commit until a subscriber has it."""
    async with AsyncExitStack() as stack:
        here = await stack.enter_async_context(ground(servers, events, plan.tell))
        bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process", name="bench")
        stack.push_async_callback(bus.close)
        change = await Change.of(here, bus)
        cursors = await _cursors(here)
        tokens = await _tokens(here)
        rows = []
        for case, places in (("the same question", [None] * CROWD), (f"{CROWD} different questions", cursors)):
            crowd = [
                Subscription(tokens[number // _EACH], DOCUMENT, {"first": live_stock.FIRST, "after": after})
                for number, after in enumerate(places)
            ]
            async with AsyncExitStack() as webs:
                ours = await webs.enter_async_context(_side(here, serve, crowd, change))
                stock = await webs.enter_async_context(_side(here, live_stock.serve, crowd, change))
                found = await in_turn(plan, {case: ours, f"{_STOCK}, {case}": stock})
            first, second = found.values()
            assert first is not None  # noqa: S101 – our own side is always there
            rows.append(
                Row(f"one change to {CROWD}, {case} / {_STOCK}; CPU of the web (≤ 150 µs)", _UNIT, 3.0, first, second)
            )
        return rows


@dataclass
class Change:
    """Something that happens to a person on the first page, as often as it is wanted, and the room that shows it."""

    here: Ground
    bus: Client
    person_id: str
    room: Room
    number: int = 0

    @classmethod
    async def of(cls, here: Ground, bus: Client) -> "Change":
        async with here.tenant.pool.borrow() as connection:
            row = await (await connection.execute(_NEWEST)).fetchone()
        assert row is not None  # noqa: S101 – the board is full

        async def changed(position: int) -> None:
            await bus.publish(f"changed.{CODE}.{READ_MODEL.name}", b"%d" % position)

        return cls(here, bus, row[0], Room(here.tenant.streams, here.tenant.pool.borrow, READ_MODEL, changed))

    async def happen(self) -> tuple[int, float]:
        """Its position, and when it was committed."""
        self.number += 1
        wish = SetContactPreference(channel="phone", safe_times=f"after {self.number}", safe_to_leave_message=True)
        receipt = await handle(self.here.tenant.streams, self.person_id, wish, about())
        committed = time.perf_counter()
        await self.room.catch_up()
        return receipt.position, committed


@asynccontextmanager
async def _side(
    here: Ground, web: Callable[..., None], crowd: Sequence[Subscription], change: Change
) -> AsyncIterator[Side]:
    """A web process and everyone who looks on by it."""
    async with process(web, Served(here.servers, CODE, here.key)) as (pid, pipe):
        if not await asyncio.to_thread(pipe.poll, PATIENCE):
            raise Refused("the web process of the bench did not start")
        port = pipe.recv()
        async with Crowd.of(port, crowd) as looking:

            async def run(seconds: float) -> Run:
                latencies: list[float] = []
                before, end = cpu_of(pid), time.perf_counter() + seconds
                while time.perf_counter() < end:
                    position, committed = await change.happen()
                    latencies += [each - committed for each in await looking.told(position)]
                used = cpu_of(pid) - before
                return Run(len(latencies), used, latencies, used)

            yield run


async def _cursors(here: Ground) -> list[Any]:
    """Places on the board, each another."""
    found: list[Any] = [None]
    answering = Answering(schema(introspection=False))
    someone = Principal("user-of-the-bench", NAME, CODE, frozenset({("team_lead", "tenant")}))
    asker = make_asker(someone, here.tenant, "bench")
    document = "query ($after: String) { caseload(filter: {stage: ALLOCATED}, first: 150, after: $after) { edges { cursor } } }"
    while len(found) < CROWD:
        answer = json.loads(await answering.answer(asker, document, None, {"after": found[-1]}))
        edges = answer["data"]["caseload"]["edges"]
        if not edges:
            raise Refused(f"the bench needs {CROWD} referrals: give it more events")
        found += [each["cursor"] for each in edges]
    return found[:CROWD]


async def _tokens(here: Ground) -> list[str]:
    issuer = DevelopmentIssuer(here.servers.settings, here.servers.platform_key)
    names = [f"demo-crowd-{number}" for number in range(CROWD // _EACH)]
    for name in names:
        await handle(
            here.tenant.streams, user_id(NAME, name), GrantUser(role="team_lead", scope="tenant"), about()
        )  # fmt: skip
    return [issuer.issue(name, CODE) for name in names]
