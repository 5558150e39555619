"""Starts everything, keeps it at work, says what each part says, and stops everything in order."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from nats.aio.msg import Msg

from commonweal.domain.message import Refused
from commonweal.runtime import child, ports
from commonweal.runtime.child import Child
from commonweal.runtime.installation import LOCK, RUNNING, Installation, lock, start_servers, tell
from commonweal.runtime.keeping import Keeper, meaning
from commonweal.runtime.process import Heartbeat, end
from commonweal.runtime.settings import PREFIX, Settings, environment
from tenants.nats_accounts import PLATFORM

Hook = Callable[[Installation], Awaitable[None]]

NAMES: Final = ("relay", "follower", "reactor", "listener", "web")
"""In the order of their start: who takes something in comes after who passes it on. They stop the other way round."""
PROCESSES: Final[Mapping[str, Sequence[str]]] = {
    name: (sys.executable, "-m", f"commonweal.runtime.{name}") for name in NAMES
}
SILENCE: Final = 30.0
"""Seconds without a heartbeat after which a process that is not ready yet is given up."""
_LARGEST_LOG: Final = 20 << 20


def run(
    settings: Settings,
    *,
    prepare: Hook | None = None,
    serving: Hook | None = None,
    processes: Mapping[str, Sequence[str]] = PROCESSES,
) -> int:
    """Start all, keep it running until Ctrl-C, SIGTERM or SIGHUP, stop all: 0 when asked to, 1 when a part ended or could not start.

    `prepare` is awaited once the servers answer, before any process; `serving` once every process is ready.
    """
    new = not settings.data.exists()
    try:
        with lock(settings):
            try:
                ports.refuse_busy(settings)
            except Refused:
                if new:
                    _leave_no_trace(settings.data)
                raise
            return asyncio.run(_supervise(settings, prepare, serving, processes))
    except Refused as refusal:
        _say("commonweal", str(refusal))
        return 1


async def _supervise(
    settings: Settings, prepare: Hook | None, serving: Hook | None, processes: Mapping[str, Sequence[str]]
) -> int:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    children: list[Child] = []
    keeper = Keeper(children, _say)
    work = asyncio.create_task(_start(settings, keeper, prepare, serving, processes))
    watch = asyncio.create_task(keeper.keep())
    wish = asyncio.create_task(asked.wait())
    try:
        await asyncio.wait((work, watch, wish), return_when=asyncio.FIRST_COMPLETED)
        if wish.done():
            _say("commonweal", "stopping")
            return 0
        if watch.done():
            ended = watch.result()
            _say(
                "commonweal",
                f"{ended.name} ended on its own ({meaning(ended)}): stopping the rest. {ended.last_words()}",
            )
            return 1
        work.result()
        raise AssertionError("starting never returns")
    finally:
        await end(work, watch, wish)
        (settings.data / RUNNING).unlink(missing_ok=True)
        await _stop(children)


async def _start(
    settings: Settings,
    keeper: Keeper,
    prepare: Hook | None,
    serving: Hook | None,
    processes: Mapping[str, Sequence[str]],
) -> None:
    began, children = time.monotonic(), keeper.children
    installation = await start_servers(settings, children)
    _say(
        "commonweal",
        f"{', '.join(child.name for child in children) or 'outside servers'} ready in {time.monotonic() - began:.1f} s",
    )
    if prepare:
        await prepare(installation)
    tell(installation)
    numbers = ports.where_numbers_are(settings, processes)
    await _start_processes(installation, children, processes)
    _say(
        "commonweal", f"everything ready in {time.monotonic() - began:.1f} s; Ctrl-C stops it; data in {settings.data}"
    )
    keeper.serving.set()
    _say("commonweal", numbers)
    _say("commonweal", f"what each process notes of its work is in {settings.data / 'logs'}")
    if serving:
        await serving(installation)
    await asyncio.Event().wait()


async def _start_processes(
    installation: Installation, children: list[Child], processes: Mapping[str, Sequence[str]]
) -> None:
    beats: dict[str, tuple[float, Heartbeat]] = {}

    async def heard(message: Msg) -> None:
        beats[message.subject.removeprefix("health.")] = (
            time.monotonic(),
            msgspec.json.decode(message.data, type=Heartbeat),
        )

    bus = await installation.accounts.connect(installation.nats_url, PLATFORM, "process", name="supervisor")
    try:
        await bus.subscribe("health.>", cb=heard)
        await bus.flush()
        for number, (name, argv) in enumerate(processes.items()):
            children.append(await _start_one(name, argv, _with_metrics(installation.settings, number)))
        for process in children[-len(processes) :]:
            await _until_ready(process, beats)
    finally:
        await bus.close()


def _with_metrics(settings: Settings, number: int) -> Settings:
    return msgspec.structs.replace(settings, metrics_port=ports.of_numbers(settings, number))


async def _start_one(name: str, argv: Sequence[str], settings: Settings) -> Child:
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(PREFIX) and key != "PYTHONDONTWRITEBYTECODE"
    }
    started = child.start(name, argv, env={**inherited, **environment(settings), "PYTHONUNBUFFERED": "1"})
    started.again = partial(_start_one, name, argv, settings)
    log = settings.data / "logs" / f"{name}.log"
    log.parent.mkdir(mode=0o700, exist_ok=True)
    _make_room(log)
    await started.hear(lambda line: _note(log, name, line))
    return started


async def _until_ready(process: Child, beats: Mapping[str, tuple[float, Heartbeat]]) -> None:
    began = said = time.monotonic()
    while True:
        at, beat = beats.get(process.name, (began, None))
        ours = beat is not None and beat.pid == process.pid
        if beat and ours and beat.ok:
            _say("commonweal", f"{process.name} ready")
            return
        now = time.monotonic()
        if now - at > SILENCE:
            raise Refused(f"{process.name} has not been heard of for {SILENCE:.0f} s: given up")
        if now - said > 10:
            said = now
            _say("commonweal", f"{process.name} is not ready yet: {beat.detail if beat and ours else 'not heard of'}")
        await asyncio.sleep(0.02)


async def _stop(children: Sequence[Child]) -> None:
    for process in reversed(children):
        there = process.code is None
        if not await process.stop():
            _say("commonweal", f"{process.name} did not stop within {process.grace:.0f} s and was killed")
        elif there:
            _say("commonweal", f"{process.name} stopped")


def _leave_no_trace(data: Path) -> None:
    """Take back the data folder that was made for the lock."""
    (data / LOCK).unlink()
    with suppress(OSError):  # somebody put something into it
        data.rmdir()


def _make_room(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))


def _note(log: Path, name: str, line: str) -> None:
    with log.open("a") as file:
        file.write(f"{line}\n")
    if not sys.stdout.isatty() or for_a_terminal(line):
        _say(name, line)


def for_a_terminal(line: str) -> bool:
    """Is it for whoever sits before the links? What a process notes of its work, retries included, is in its log; an error is
    shown, and so is what was never meant for a log."""
    try:
        level = msgspec.json.decode(line, type=_Noted).level
    except msgspec.DecodeError:
        return True
    return level in ("error", "critical")


class _Noted(msgspec.Struct):
    """What `logs` writes, as far as it matters here."""

    level: str = "error"


def _say(name: str, line: str) -> None:
    with suppress(OSError):  # the terminal may be gone; the work goes on
        sys.stdout.write(f"{datetime.now(UTC):%H:%M:%S} {name:<10} | {line.rstrip()}\n")
        sys.stdout.flush()
