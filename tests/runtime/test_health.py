"""Whatever stops, killed or only held, is named within five seconds."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest

from commonweal.runtime.health import Health, Report
from commonweal.runtime.process import Heartbeat
from tenants.nats_accounts import PLATFORM, Accounts
from tests.runtime.conftest import Supervised

ALL = {"web", "postgres", "nats", "listener", "follower", "relay", "reactor"}


def with_health(running: Supervised, test: Callable[[Health], Awaitable[None]]) -> None:
    async def inside() -> None:
        told = json.loads((running.settings.data / "run.json").read_text())
        key = (running.settings.data / "platform.key").read_bytes()
        bus = await Accounts(key).connect(told["nats_url"], PLATFORM, "process", error_cb=ignore)
        health = Health(bus, told["database_url"])
        await health.start()
        try:
            await until(health, lambda report: report.ready)
            await test(health)
        finally:
            await bus.close()

    asyncio.run(inside())


async def ignore(_error: Exception) -> None:
    """A lost connection is what these tests are about."""


async def until(health: Health, true: Callable[[Report], bool], seconds: float = 5.0) -> Report:
    end = time.monotonic() + seconds
    while not true(report := await health.check()):
        assert time.monotonic() < end, f"not within {seconds} s: {report}"
        await asyncio.sleep(0.1)
    return report


def states(report: Report) -> dict[str, bool | None]:
    return {part.name: part.ok for part in report.parts}


@contextmanager
def held(running: Supervised, name: str) -> Iterator[None]:
    pid = running.descendants()[name].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("name", ["listener", "follower", "relay", "reactor", "postgres"])
def test_what_is_held_is_named_within_five_seconds_and_nothing_else(running: Supervised, name: str) -> None:
    async def test(health: Health) -> None:
        with held(running, name):
            report = await until(health, lambda report: not report.ready)
            assert states(report) == dict.fromkeys(ALL, True) | {name: False}
        assert states(await until(health, lambda report: report.ready)) == dict.fromkeys(ALL, True)

    with_health(running, test)


def test_a_silent_nats_is_not_blamed_on_the_others(running: Supervised) -> None:
    async def test(health: Health) -> None:
        with held(running, "nats"):
            report = await until(health, lambda report: not report.ready)
            await asyncio.sleep(3)
            unknown = dict.fromkeys(("listener", "follower", "relay", "reactor"))
            assert (
                states(await health.check())
                == states(report)
                == {"web": True, "postgres": True, "nats": False, **unknown}
            )
        back = await until(health, lambda report: states(report)["nats"] is True)
        assert back.ready, back

    with_health(running, test)


def test_the_process_that_asks_tells_what_is_wrong_with_itself(running: Supervised) -> None:
    async def test(health: Health) -> None:
        report = await health.check(web="no schema")
        assert not report.ready
        assert {part.name: part.detail for part in report.parts if not part.ok} == {"web": "no schema"}

    with_health(running, test)


def test_a_process_that_complains_is_not_ready_and_its_words_are_shown(running: Supervised) -> None:
    async def test(health: Health) -> None:
        told = json.loads((running.settings.data / "run.json").read_text())
        key = (running.settings.data / "platform.key").read_bytes()
        bus = await Accounts(key).connect(told["nats_url"], PLATFORM, "process")
        beat = msgspec.json.decode(
            b'{"pid": 1, "at": "2026-01-05T09:00:00Z", "ok": false, "detail": "caseload of QPM stopped"}',
            type=Heartbeat,
        )
        with held(running, "follower"):  # or it would say at once that all is well
            await bus.publish("health.follower", msgspec.json.encode(beat))
            await bus.close()
            report = await until(health, lambda report: not report.ready)
        assert {part.name: part.detail for part in report.parts if not part.ok} == {
            "follower": "caseload of QPM stopped"
        }

    with_health(running, test)
