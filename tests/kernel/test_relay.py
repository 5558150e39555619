"""The stream has what the log has, under the same numbers, whatever is killed meanwhile."""

import asyncio
import json
import os
import random
import signal
import sys
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
import pytest
from msgspec.structs import replace
from nats.errors import ConnectionClosedError

from commonweal.kernel import cloud_event
from commonweal.kernel.log import Recorded
from commonweal.kernel.relay import Halted, Relay
from commonweal.runtime.installation import Installation
from commonweal.runtime.process import end
from tenants.streams import StreamRefused, make_events
from tests.road import Road, own_nats, road, until

CODE = "QZR"
SCRIPT = Path(__file__).with_name("relaying.py")
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

EVENT = Recorded(
    position=7,
    stream_id="referral-0198c0de",
    version=3,
    type="ReferralAccepted",
    data=b'{"personal":{"key":"p1","sealed":"AAAA"}}',
    event_id=uuid.UUID(int=7),
    recorded_at=datetime(2026, 3, 4, 5, 6, 7, 890123, UTC),
    command_id=uuid.UUID(int=8),
    occurred_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC),
    actor="user-wren",
    on_behalf_of=None,
    channel="graphql",
    correlation_id=uuid.UUID(int=9),
    causation_id=None,
    traceparent=TRACE,
)


async def until_there(relay: Relay, position: int) -> None:
    """Relay until the stream ends at a position."""
    work = asyncio.create_task(relay.follow(asyncio.Event(), 0.01))
    await until(lambda: relay.position == position)
    await end(work)


def run(servers: Installation, test: Callable[[Road], Awaitable[None]], first: int = 1) -> None:
    """The test on an ICS of its own, with a NATS server of its own."""

    async def inside() -> None:
        async with own_nats(servers) as (nats, url):
            server, _ = await nats.start()
            try:
                async with road(servers, CODE, url, first) as made:
                    await test(made)
            finally:
                await server.stop()

    asyncio.run(inside())


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        replace(
            EVENT, occurred_at=None, command_id=None, actor=None, channel=None, correlation_id=None, traceparent=None
        ),
        replace(EVENT, data=b'{"b": 1.50,\n "a":"\xc3\xa9"}'),
        replace(EVENT, data=b' {"a":1}'),
        replace(EVENT, data=b""),
        replace(EVENT, data=b"\x00\xff not JSON"),
        replace(EVENT, stream_id="0198c0de-7", type="their.module:Aggregate.Created"),
    ],
    ids=["ours", "little known", "JSON as written", "space around", "empty", "bytes", "foreign"],
)
def test_a_row_is_made_again_from_its_message_exactly(event: Recorded) -> None:
    message = cloud_event.write("QPM", event)
    assert cloud_event.read(message) == event
    assert msgspec.json.decode(message)["specversion"] == "1.0"


def test_a_message_is_a_cloud_event_around_the_stored_bytes() -> None:
    message = msgspec.json.decode(cloud_event.write("QPM", EVENT))
    assert message["type"] == "uk.commonweal.ReferralAccepted"
    assert message["source"] == "/tenants/QPM"
    assert message["subject"] == "referral-0198c0de"
    assert message["time"] == "2026-03-04T05:06:00Z"
    assert message["data"] == {"personal": {"key": "p1", "sealed": "AAAA"}}
    assert "onbehalfof" not in message
    assert all(name.isalnum() and name.islower() for name in message if name != "data_base64")


def test_subject_and_headers_name_neither_stream_nor_person_beyond_the_stream_header() -> None:
    assert cloud_event.subject("QPM", EVENT) == "sp.QPM.referral.11.ReferralAccepted"
    assert cloud_event.headers(EVENT) == {"Sp-Stream": "referral-0198c0de", "Sp-Version": "3", "traceparent": TRACE}


def test_a_foreign_name_cannot_break_out_of_subject_or_header() -> None:
    strange = replace(EVENT, stream_id="Ä.>\r\nX: y", type="a.b:c *", traceparent="x\r\nX: y")
    assert cloud_event.subject("QPM", strange).split(".")[2:3] == ["foreign"]
    assert cloud_event.subject("QPM", strange).endswith(".a_b_c__")
    assert cloud_event.headers(strange) == {
        "Sp-Stream": "%C3%84.%3E%0D%0AX:%20y",
        "Sp-Version": "3",
    }


def test_what_is_not_ours_on_the_stream_is_unreadable() -> None:
    with pytest.raises(cloud_event.Unreadable):
        cloud_event.read(b'{"hello": 1}')


def test_the_sequence_is_the_position(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(750)
        relay = await made.relay()
        assert await relay.catch_up() == 750
        await made.append(1)
        assert await relay.catch_up() == 751
        await made.assert_equal()

    run(servers, test)


def test_a_log_that_starts_later_has_a_stream_that_starts_later(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(250)
        relay = await made.relay()
        assert await relay.catch_up() == 250
        assert [sequence for sequence, _ in await made.carried()] == list(range(101, 251))

    run(servers, test, first=101)


def test_large_events_go_a_few_at_a_time(servers: Installation) -> None:
    async def test(made: Road) -> None:
        for _ in range(3):
            await made.append(5, size=900_000)
        relay = await made.relay()
        assert await relay.catch_up() == 15
        await made.assert_equal()

    run(servers, test)


def test_cut_short_anywhere_in_a_batch_nothing_is_lost_or_doubled(servers: Installation) -> None:
    async def test(made: Road) -> None:
        relay = await made.relay()
        await made.append(500)
        for _ in range(25):
            await made.append(250)
            work = asyncio.create_task(relay.follow(asyncio.Event(), 0.01))
            await asyncio.sleep(random.random() * 0.06)
            await end(work)
            relay = Relay(CODE, made.tenant.log, relay.nats)
        await until_there(relay, 6750)
        await made.assert_equal()

    run(servers, test)


def test_two_relays_at_once_write_each_event_once(servers: Installation) -> None:
    async def test(made: Road) -> None:
        relays = [await made.relay() for _ in range(3)]
        woken = [asyncio.Event() for _ in relays]
        tasks = [asyncio.create_task(relay.follow(event, 0.01)) for relay, event in zip(relays, woken, strict=True)]
        for _ in range(20):
            await made.append(50)
            for event in woken:
                event.set()
            await asyncio.sleep(0.02)
        await until(lambda: all(relay.position == 1000 for relay in relays))
        await end(*tasks)
        assert not any(relay.halted for relay in relays)
        await made.assert_equal()

    run(servers, test)


def test_a_relay_killed_again_and_again_goes_on_where_the_stream_ends(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(3000)
        arguments = [sys.executable, str(SCRIPT), servers.database_url, made.url, servers.platform_key.hex(), CODE]
        for _ in range(3):
            process = await asyncio.create_subprocess_exec(*arguments, stdout=asyncio.subprocess.PIPE)
            assert process.stdout is not None
            await process.stdout.readline()
            await asyncio.sleep(random.random() * 0.1)
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        await until_there(await made.relay(), 3000)
        await made.assert_equal()

    run(servers, test)


def test_nats_killed_and_started_again_loses_and_doubles_nothing(servers: Installation) -> None:
    async def inside() -> None:
        async with own_nats(servers) as (nats, url):
            server, _ = await nats.start()
            try:
                async with road(servers, CODE, url) as made:
                    relay = await made.relay()
                    relay.answer = 0.5
                    work = asyncio.create_task(relay.follow(asyncio.Event(), 0.01))
                    for _ in range(3):
                        await made.append(500)
                        await asyncio.sleep(random.random() * 0.1)
                        os.kill(server.pid, signal.SIGKILL)
                        await server.ended()
                        await made.append(100)
                        server, _ = await nats.start()
                    await until(lambda: relay.position == 1800 and not relay.complaint)
                    await end(work)
                    await made.assert_equal()
            finally:
                await server.stop()

    asyncio.run(inside())


def test_a_relay_without_nats_says_so(servers: Installation) -> None:
    async def test(made: Road) -> None:
        relay = await made.relay()
        await relay.nats.close()
        with pytest.raises(ConnectionClosedError):  # whoever started it connects anew
            await relay.follow(asyncio.Event(), 0.01)
        assert relay.complaint.startswith("QZR: the stream is behind the log")

    run(servers, test)


def test_a_stream_ahead_of_its_log_halts_the_relay(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(20)
        await (await made.relay()).catch_up()
        await _restore_to(servers, 15)
        relay = await made.relay()
        with pytest.raises(Halted, match="the stream ends at 20, the log at 15"):
            await relay.catch_up()
        work = asyncio.create_task(relay.follow(asyncio.Event(), 0.01))
        await until(lambda: relay.complaint)
        await end(work)
        assert "Nothing is relayed" in relay.complaint
        assert len(await made.carried()) == 20

    run(servers, test)


def test_nothing_is_relayed_over_a_hole_in_the_log(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(20)
        async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
            await admin.execute("delete from qzr.events where position = 1")
        with pytest.raises(Halted, match="the log has nothing at position 1"):
            await (await made.relay()).catch_up()
        assert await made.carried() == []

    run(servers, test)


def test_a_log_restored_and_written_on_halts_the_relay(servers: Installation) -> None:
    async def test(made: Road) -> None:
        await made.append(20)
        await (await made.relay()).catch_up()
        await _restore_to(servers, 15)
        await made.append(10)
        with pytest.raises(Halted, match="at position 20 the stream has another event"):
            await (await made.relay()).catch_up()

    run(servers, test)


async def _restore_to(servers: Installation, position: int) -> None:
    """What a restore of the database to the past leaves."""
    async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
        await admin.execute("delete from qzr.events where position > %s", (position,))
        await admin.execute("update qzr.head set position = %s", (position,))


def test_a_stream_is_made_once_and_keeps_what_it_is(servers: Installation) -> None:
    async def test(made: Road) -> None:
        onboard = await made.user("onboard")
        assert await make_events(onboard, CODE) is False
        await made.append(3)
        await (await made.relay()).catch_up()
        assert await make_events(onboard, CODE, max_age=timedelta(days=400)) is False
        config = json.loads((await onboard.request("$JS.API.STREAM.INFO.EVENTS", b"", timeout=5)).data)["config"]
        assert config["max_age"] == 400 * 24 * 3600 * 10**9
        assert config["deny_delete"]
        assert config["deny_purge"]
        assert config["allow_atomic"]
        assert config["allow_direct"]
        assert (config["storage"], config["discard"]) == ("file", "new")
        await made.assert_equal()

    run(servers, test)


def test_a_stream_that_cannot_be_made_is_refused_with_the_servers_reason(servers: Installation) -> None:
    async def test(made: Road) -> None:
        with pytest.raises(StreamRefused, match="EVENTS"):
            await make_events(await made.user("onboard"), CODE, replicas=3)

    run(servers, test)
