"""Hospitals call on real lines: each is heard for the right ICS, and whatever stops, they are told or heard later."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import psycopg
import pytest

from commonweal.domain import tenant as ics
from commonweal.domain.tenant import TrustConnected
from commonweal.intake.hl7v2 import mllp
from commonweal.kernel.handle import handle
from commonweal.runtime import hospital_feed
from commonweal.runtime.installation import Installation
from commonweal.runtime.listener import Exchange, Line, lines
from commonweal.runtime.process import Heartbeat
from commonweal.runtime.settings import environment, load
from tenants.nats_accounts import PLATFORM
from tests.intake.hospital_scene import ICS, TRUST, Scene, scene, sent
from tests.runtime.conftest import free_port
from tests.tenant import about

DISCHARGE = sent("a03_discharge")
_CUT_OFF = """
select pg_terminate_backend(pid) from pg_stat_activity
where application_name = 'commonweal-listener' and usename = 'qzi'
"""


@asynccontextmanager
async def exchange(on: Scene) -> AsyncIterator[Exchange]:
    opened = Exchange(on.store, on.servers.settings)
    try:
        await opened.look()
        yield opened
    finally:
        await opened.close()


BASE = load({"COMMONWEAL_DATA": "/nowhere"}).mllp_port
"""A trust's line is counted from this port."""


@asynccontextmanager
async def admin(on: Scene) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(on.servers.database_url, autocommit=True) as connection:
        yield connection


async def eventually(true: Any, seconds: float = 20) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await true()):  # noqa: ASYNC110 – what is waited for happens in another process
            await asyncio.sleep(0.05)
        return found


def connected(trust: str, line: int | None = None) -> TrustConnected:
    return TrustConnected(trust=trust, name=trust, kind="acute", mllp_line=line)


def test_each_trust_has_the_line_it_names() -> None:
    settings = load({"COMMONWEAL_DATA": "/nowhere"})
    known = {
        "QZJ": ics.State(trusts={"RF4": connected("RF4", 12)}),
        "QZI": ics.State(trusts={"RZZ": connected("RZZ"), "RNQ": connected("RNQ", 2)}),
    }
    assert lines(known, settings) == [Line(2577, "QZI", "RNQ"), Line(2587, "QZJ", "RF4")]


def test_where_no_trust_names_a_line_the_first_has_the_usual_one_in_development_only() -> None:
    settings = load({"COMMONWEAL_DATA": "/nowhere"})
    known = {"QZI": ics.State(trusts={"RZZ": connected("RZZ"), "RNQ": connected("RNQ")}), "QZH": ics.State()}
    assert lines(known, settings) == [Line(2575, "QZI", "RZZ")]
    assert lines(known, msgspec.structs.replace(settings, environment="production")) == []
    assert lines({}, settings) == []


def test_a_message_belongs_to_the_ics_of_its_line_whatever_it_says(servers: Installation) -> None:
    async def play() -> None:
        port = free_port(2)
        async with scene(servers, replace(TRUST, mllp_line=port - BASE)) as on, exchange(on) as opened:
            assert opened.complaint() == ""
            lying = sent("a03_discharge", ("|COMMONWEAL|QPM|", "|COMMONWEAL|QZI|"))
            assert b"MSA|AA|" in await mllp.send("127.0.0.1", port + 1, lying)
            assert (await on.events(), await on.events(on.there)) == ([], ["PatientDischarged"])
            assert b"MSA|AA|" in await mllp.send("127.0.0.1", port, DISCHARGE)
            assert (await on.events(), await on.events(on.there)) == (["PatientDischarged"], ["PatientDischarged"])

    asyncio.run(play())


def test_a_line_opens_for_a_new_trust_and_closes_for_one_that_is_no_longer_connected(servers: Installation) -> None:
    async def play() -> None:
        port = free_port(2)
        async with scene(servers, replace(TRUST, mllp_line=None)) as on:
            await handle(on.there.streams, "QZJ", replace(ICS, ods="QZJ", trusts=(), on=date(2026, 4, 2)), about())
            async with exchange(on) as opened:
                assert [line.port for line in opened.open] == [BASE]
                named = replace(ICS, trusts=(replace(TRUST, mllp_line=port - BASE),))
                await handle(on.here.streams, "QZI", named, about())
                await opened.look()
                assert b"MSA|AA|" in await mllp.send("127.0.0.1", port, DISCHARGE)
                await handle(on.here.streams, "QZI", replace(ICS, trusts=()), about())
                await opened.look()
                with pytest.raises(OSError, match=r"refused|failed"):
                    await mllp.send("127.0.0.1", port, DISCHARGE)

    asyncio.run(play())


def test_a_port_that_cannot_be_opened_is_named_and_opens_when_it_is_free(servers: Installation) -> None:
    async def play() -> None:
        port = free_port(2)
        async with scene(servers, replace(TRUST, mllp_line=port - BASE)) as on:
            other = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", port)
            async with exchange(on) as opened:
                assert f"port {port}, where RZZ calls QZI, cannot be opened" in opened.complaint()
                assert b"MSA|AA|" in await mllp.send("127.0.0.1", port + 1, DISCHARGE)
                other.close()
                await other.wait_closed()
                await opened.look()
                assert opened.complaint() == ""
                assert b"MSA|AA|" in await mllp.send("127.0.0.1", port, DISCHARGE)

    asyncio.run(play())


def test_while_the_database_is_away_the_hospital_is_told_to_send_again(servers: Installation) -> None:
    async def play() -> None:
        async with scene(servers) as on, admin(on) as boss:
            await boss.execute("alter role qzi nologin")
            await boss.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'qzi'")
            assert (await hospital_feed.take(on.here, "RZZ", DISCHARGE, seconds=1)).ack == "AE"
            await boss.execute("alter role qzi login")
            assert (await hospital_feed.take(on.here, "RZZ", DISCHARGE)).ack == "AA"
            assert await on.events() == ["PatientDischarged"]

    asyncio.run(play())


def test_while_the_database_hangs_the_hospital_is_told_to_send_again_and_nothing_is_recorded_twice(
    servers: Installation,
) -> None:
    async def play() -> None:
        async with scene(servers) as on, admin(on) as boss:
            async with boss.transaction():
                await boss.execute("select from qzi.head for update")
                assert (await hospital_feed.take(on.here, "RZZ", DISCHARGE, seconds=1)).ack == "AE"
            assert [row["state"] for row in await on.rows()] == ["received"]
            assert (await hospital_feed.take(on.here, "RZZ", DISCHARGE)).ack == "AA"
            assert await on.events() == ["PatientDischarged"]

    asyncio.run(play())


@asynccontextmanager
async def listening(on: Scene) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process itself, on the test's servers, once it says it is well."""
    servers = on.servers
    chosen = {"DATABASE_URL": servers.database_url, "VAULT_URL": servers.vault_url, "NATS_URL": servers.nats_url}
    chosen |= {"DATA": str(servers.settings.data), "LOG_LEVEL": "error"}
    settings = load({f"COMMONWEAL_{name}": value for name, value in chosen.items()})
    plain = {name: value for name, value in os.environ.items() if not name.startswith("COMMONWEAL_")}
    bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process", name="test")
    beats = await bus.subscribe("health.listener")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "commonweal.runtime.listener", env={**plain, **environment(settings)}
    )
    try:
        while True:
            beat = msgspec.json.decode((await beats.next_msg(timeout=30)).data, type=Heartbeat)
            if beat.ok and beat.pid == process.pid:
                break
        yield process
    finally:
        await bus.close()
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(process: asyncio.subprocess.Process, number: int) -> int:
    """What a process says when it ends of a signal."""
    process.send_signal(number)
    return await asyncio.wait_for(process.wait(), 10)


async def waiting(on: Scene) -> bool:
    return [row["state"] for row in await on.rows()] == ["received"]


def test_a_message_under_way_when_the_listener_is_killed_is_finished_by_the_next(servers: Installation) -> None:
    async def play() -> None:
        port = free_port(2)
        async with scene(servers, replace(TRUST, mllp_line=port - BASE)) as on, admin(on) as boss:
            await on.know()
            async with listening(on) as listener, boss.transaction():
                await boss.execute("select from qzi.head for update")
                call = asyncio.create_task(mllp.send("127.0.0.1", port, DISCHARGE))
                await eventually(lambda: waiting(on))
                await ended(listener, signal.SIGKILL)
                await boss.execute(_CUT_OFF)
            with pytest.raises((OSError, TimeoutError)):
                await call
            assert (await on.events(), await waiting(on)) == ([], True)
            async with listening(on) as listener:
                assert [row["state"] for row in await on.rows()] == ["done"]
                assert await on.events() == ["PatientMatched", "PatientDischarged"]
                assert b"MSA|AA|RZZ-1002" in await mllp.send("127.0.0.1", port, DISCHARGE)
                assert len(await on.rows()) == 1
                assert await ended(listener, signal.SIGTERM) == 0

    asyncio.run(play())


def test_a_listener_that_is_asked_to_stop_answers_what_is_under_way(servers: Installation) -> None:
    async def play() -> None:
        port = free_port(2)
        async with scene(servers, replace(TRUST, mllp_line=port - BASE)) as on, admin(on) as boss:
            async with listening(on) as listener:
                async with boss.transaction():
                    await boss.execute("select from qzi.head for update")
                    call = asyncio.create_task(mllp.send("127.0.0.1", port, DISCHARGE))
                    await eventually(lambda: waiting(on))
                    listener.terminate()
                    await asyncio.sleep(0.3)
                assert b"MSA|AA|RZZ-1002" in await call
                assert await asyncio.wait_for(listener.wait(), 10) == 0
            assert [row["state"] for row in await on.rows()] == ["done"]

    asyncio.run(play())
