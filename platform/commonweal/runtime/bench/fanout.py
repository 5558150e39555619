"""Fanning out: what is in an ICS's log on its way to whoever must hear of it, a long log and an event just committed."""

import asyncio
import json
import secrets
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from commonweal.kernel import cloud_event
from commonweal.kernel.append import About, Append
from commonweal.kernel.relay import STREAM, Relay
from commonweal.kernel.stream_batch import BATCH
from commonweal.runtime.bench.append import Writer
from commonweal.runtime.bench.measure import Plan, Row, Run, Side, in_turn
from commonweal.runtime.bench.own_nats import Server, own_nats
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import Waker
from commonweal.runtime.process import end
from tenants.nats_accounts import PLATFORM
from tenants.store import Tenant

EVENTS: Final = 50_000
RATE: Final = 100
"""Events a second, as they are committed."""
_CODE: Final = "QZF"
_CONSUMER: Final = "bench"
_ANSWER: Final = 30.0
_TRACE: Final = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Message = tuple[str, bytes, dict[str, str]]


async def measure(servers: Installation, plan: Plan, events: int = EVENTS) -> list[Row]:
    """All cases. Streams are on a server of the bench's own, set as `commonweal up` sets its own: none is left behind."""
    async with throwaway(servers, _CODE) as (tenant,):
        writer = await Writer.of(tenant)
        plan.tell(f"appending {events:,} events")
        await _fill(tenant, writer, events)
        messages = await _as_sent(tenant)
        beside = "nats-py, atomic batches"
        measured = await in_turn(plan, {"relay": _relaying(servers, tenant), beside: _publishing(servers, messages)})
        told = await in_turn(plan, {"commit to consumer": _telling(servers, tenant, writer)})
    ours, delivered = measured["relay"], told["commit to consumer"]
    assert ours is not None and delivered is not None  # noqa: S101, PT018 – our own sides are always there
    return [
        Row(f"{events:,} events caught up / {beside} of the same bytes", "events/s", 0.8, ours, measured[beside]),
        Row(
            f"commit to durable consumer at {RATE}/s (idle: p50 ≤ 20 ms, p99 ≤ 100 ms)",
            "events/s",
            None,
            delivered,
            None,
        ),
    ]


async def durability(servers: Installation) -> dict[str, str]:
    """How the server we measure on writes, as it says itself."""
    async with own_nats(servers, _CODE) as server:
        return await server.how_it_writes()


async def _fill(tenant: Tenant, writer: Writer, events: int) -> None:
    head = 0
    while head < events:
        several = [writer.event(f"referral-{uuid.uuid4()}") for _ in range(min(BATCH, events - head))]
        append = Append([(each.stream_id, 0) for each in several], several, about=_about())
        head = await tenant.log.append(append) + len(several)


def _about() -> About:
    one = uuid.uuid4()
    return About(
        command_id=one,
        occurred_at=datetime.now(UTC),
        actor="user-of-the-bench",
        channel="bench",
        correlation_id=one,
        traceparent=_TRACE,
    )


async def _as_sent(tenant: Tenant) -> list[Message]:
    """The whole log as the relay would send it."""
    found: list[Message] = []
    while recorded := await tenant.log.after(len(found), 5_000):
        found += [
            (cloud_event.subject(_CODE, each), cloud_event.write(_CODE, each), cloud_event.headers(each))
            for each in recorded
        ]
    return found


def _relaying(servers: Installation, tenant: Tenant) -> Side:
    """Our relay from the log's beginning to its end, onto an empty stream."""

    async def run(_seconds: float) -> Run:
        async with own_nats(servers, _CODE) as server:
            relay = Relay(_CODE, tenant.log, await server.connect(_CODE, "relay"), answer=_ANSWER)
            began, cpu = time.perf_counter(), time.process_time()
            there = await relay.catch_up()
            return Run(there, time.perf_counter() - began, [], time.process_time() - cpu)

    return run


def _publishing(servers: Installation, messages: Sequence[Message]) -> Side:
    """The same messages, at hand already, in batches of as many; whole and in order as well."""

    async def run(_seconds: float) -> Run:
        async with own_nats(servers, _CODE) as server:
            nats = await server.connect(_CODE, "relay")
            began, cpu = time.perf_counter(), time.process_time()
            for last in range(0, len(messages), BATCH):
                await _publish(nats, last, messages[last : last + BATCH])
            return Run(len(messages), time.perf_counter() - began, [], time.process_time() - cpu)

    return run


async def _publish(nats: Client, last: int, messages: Sequence[Message]) -> None:
    batch = secrets.token_hex(12)
    for number, (subject, message, known) in enumerate(messages, 1):
        headers = {**known, "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
        if number == 1:
            headers["Nats-Expected-Last-Sequence"] = str(last)
        if number == len(messages):
            headers["Nats-Batch-Commit"] = "1"
            taken = json.loads((await nats.request(subject, message, timeout=_ANSWER, headers=headers)).data)
            assert taken["seq"] == last + len(messages), taken  # noqa: S101 – a bench of what failed measures nothing
        else:
            await nats.publish(subject, message, headers=headers)


def _telling(servers: Installation, tenant: Tenant, writer: Writer) -> Side:
    """Events committed one by one; how long after its commit each was in the hands of a durable pull consumer."""

    async def run(seconds: float) -> Run:
        async with own_nats(servers, _CODE) as server:
            relay = Relay(_CODE, tenant.log, await server.connect(_CODE, "relay"), answer=_ANSWER)
            bus, woken = await server.connect(PLATFORM, "process"), asyncio.Event()

            async def wake(_message: object) -> None:
                woken.set()

            await bus.subscribe("wake.*", cb=wake)
            await relay.catch_up()
            head = relay.position or 0
            following = asyncio.create_task(relay.follow(woken))
            heard: dict[int, float] = {}
            hearing = asyncio.create_task(_hear(await _consumer(server, head + 1), heard))
            began, cpu = time.perf_counter(), time.process_time()
            committed = await _commit(tenant, writer, Waker(bus), seconds)
            async with asyncio.timeout(_ANSWER):
                while not committed.keys() <= heard.keys():  # noqa: ASYNC110 – it is brief
                    await asyncio.sleep(0.01)
            took, used = time.perf_counter() - began, time.process_time() - cpu
            await end(hearing, following)
            latencies = [max(0.0, heard[position] - at) for position, at in committed.items()]
            return Run(len(committed), took, latencies, used)

    return run


async def _commit(tenant: Tenant, writer: Writer, waker: Waker, seconds: float) -> dict[int, float]:
    """Position → when its commit was answered."""
    found: dict[int, float] = {}
    began = time.perf_counter()
    for number in range(max(1, round(seconds * RATE))):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        stream = f"referral-{uuid.uuid4()}"
        position = await tenant.log.append(Append([(stream, 0)], [writer.event(stream)], about=_about())) + 1
        found[position] = time.perf_counter()
        waker(_CODE, position)
    return found


async def _consumer(server: Server, first: int) -> Client:
    client = await server.connect(_CODE, "integration")
    await client.jetstream().add_consumer(
        STREAM,
        ConsumerConfig(
            durable_name=_CONSUMER,
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=first,
            ack_policy=AckPolicy.EXPLICIT,
        ),
    )
    return client


async def _hear(client: Client, heard: dict[int, float]) -> None:
    """Sequence → when it was here; each is acknowledged. A wish for the next is always open."""
    inbox = client.new_inbox()
    answers = await client.subscribe(inbox)
    while True:
        wish = {"batch": BATCH, "expires": int(_ANSWER * 1e9)}
        await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{_CONSUMER}", json.dumps(wish).encode(), reply=inbox)
        for _ in range(BATCH):
            message = await answers.next_msg(timeout=2 * _ANSWER)
            if not message.reply:
                break
            heard[message.metadata.sequence.stream] = time.perf_counter()
            await message.ack()
