"""How each of our processes lives: it finds the servers, says every second how it is, and ends when asked."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from commonweal.domain.message import Refused
from commonweal.runtime import logs
from commonweal.runtime.installation import Installation, nothing_runs, running
from commonweal.runtime.metrics import Look, metrics
from commonweal.runtime.settings import Settings, load
from commonweal.runtime.telemetry import telemetry
from tenants.nats_accounts import PLATFORM

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

BEAT: Final = 1.0
"""Seconds between heartbeats."""
GRACE: Final = 4.0
"""Seconds `main` has to return once it is asked to stop, before it is cancelled."""


class Heartbeat(msgspec.Struct, frozen=True):
    """What a process says on `health.<name>` every second."""

    pid: int
    at: datetime
    ok: bool
    detail: str = ""
    """Why it is not ok, or what should be looked at: for whoever runs the installation, without a word about persons."""


@dataclass
class Process:
    """A process at work. `main` says `ready()`, sets `complaint` where it can say more, and returns once `stop` is set."""

    name: str
    installation: Installation
    bus: Client
    """The platform's own account: `wake.>`, `changed.>`, `health.>`."""
    log: structlog.stdlib.BoundLogger
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    complaint: Callable[[], str] = lambda: ""
    """Asked before each heartbeat: what is wrong now, such as a stopped room; empty when all is well."""
    remark: Callable[[], str] = lambda: ""
    """What somebody should look at although the process is well, such as letters nobody took."""
    is_ready: bool = False
    looks: list[Look] = field(default_factory=list)
    """What is found out before this process's numbers are shown."""

    @property
    def settings(self) -> Settings:
        return self.installation.settings

    def ready(self) -> None:
        """From now on this process does its work."""
        self.is_ready = True

    def heartbeat(self) -> Heartbeat:
        """How it is now."""
        detail = self.complaint() if self.is_ready else self.complaint() or "starting"
        return Heartbeat(os.getpid(), datetime.now(UTC), not detail, detail or self.remark())


Main = Callable[[Process], Awaitable[None]]


def run(name: str, main: Main) -> int:
    """Be the process `name` until SIGTERM or SIGINT: 0 when asked to end, 1 when it could not go on. The last line of its module."""
    try:
        settings = load(os.environ)
        logs.configure(settings.log_level)
        with telemetry(settings, name), asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(_live(name, settings, main))
    except Refused as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1


async def _live(name: str, settings: Settings, main: Main) -> int:
    installation = await running(settings)
    if installation is None:
        raise nothing_runs(settings)
    log = structlog.get_logger().bind(process=name)
    bus = await installation.accounts.connect(installation.nats_url, PLATFORM, "process", name=name)
    process = Process(name, installation, bus, log)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, process.stop.set)
    work = asyncio.ensure_future(_watched(process, main))
    beats = asyncio.create_task(_beat(process))
    wish = asyncio.create_task(process.stop.wait())
    try:
        await asyncio.wait((work, beats, wish), return_when=asyncio.FIRST_COMPLETED)
        if wish.done():
            await asyncio.wait((work,), timeout=GRACE)
        return _outcome(work, beats, log)
    finally:
        await end(work, beats, wish)
        await bus.close()


async def _watched(process: Process, main: Main) -> None:
    settings = process.settings
    async with metrics(settings.metrics_host, settings.metrics_port, process.looks):
        await main(process)


async def end(*tasks: "asyncio.Future[Any]") -> None:
    """Cancel tasks until they have ended: a library that waits for the network may swallow one cancellation."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=0.5)


def _outcome(work: "asyncio.Future[None]", beats: "asyncio.Task[None]", log: structlog.stdlib.BoundLogger) -> int:
    for task in (work, beats):
        if task.done() and not task.cancelled() and (error := task.exception()):
            if isinstance(error, Refused):
                raise error
            log.error("ended by an error", exc_info=error)
            return 1
    return 0


async def _beat(process: Process) -> None:
    """From the loop that does the work: a loop that hangs is not heard."""
    while True:
        if process.bus.is_closed:
            raise ConnectionError("NATS closed our connection for good: another process has to begin anew")
        with suppress(NatsError):  # away for a moment; the connection comes back by itself
            await process.bus.publish(f"health.{process.name}", msgspec.json.encode(process.heartbeat()))
        await asyncio.sleep(BEAT if process.is_ready else BEAT / 5)
