"""Is everything at work? Asked by whoever watches over the installation, answered with the name of each part that is not."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import psycopg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from commonweal.runtime.process import Heartbeat

STALE: Final = 3.0
"""Seconds after which a process that was not heard is taken for stopped; it speaks every second."""
PATIENCE: Final = 1.0
"""Seconds a server has to answer."""
OTHERS: Final = ("listener", "follower", "relay", "reactor")


class Part(msgspec.Struct, frozen=True):
    """One part of the installation."""

    name: str
    ok: bool | None
    """None: not known, because NATS, by which we would hear of it, is silent."""
    detail: str = ""


class Report(msgspec.Struct, frozen=True):
    """How everything is."""

    ready: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Heard:
    at: float
    beat: Heartbeat


class Health:
    """Hears the heartbeats of the other processes, asks the servers itself.

    `bus` is a connection in the platform's account with the role `process`.
    """

    def __init__(self, bus: Client, database_url: str, others: Sequence[str] = OTHERS) -> None:
        self._bus = bus
        self._database_url = database_url
        self._others = others
        self._heard: dict[str, _Heard] = {}
        self._nats_back = time.monotonic()

    async def start(self) -> None:
        """Begin to listen."""
        await self._bus.subscribe("health.>", cb=self._hear)

    async def check(self, web: str = "") -> Report:
        """Ask everything at once; takes at most a second. `web`: what is wrong with the process that asks, if anything."""
        postgres, nats = await asyncio.gather(self._postgres(), self._nats())
        others = tuple(self._other(name, nats.ok is True) for name in self._others)
        parts = (Part("web", not web, web), postgres, nats, *others)
        return Report(all(part.ok for part in parts), parts)

    async def _hear(self, message: Msg) -> None:
        name = message.subject.removeprefix("health.")
        self._heard[name] = _Heard(time.monotonic(), msgspec.json.decode(message.data, type=Heartbeat))

    def _other(self, name: str, nats_answers: bool) -> Part:
        heard = self._heard.get(name)
        now = time.monotonic()
        if not nats_answers:
            return Part(name, ok=None, detail="not known while NATS is silent")
        if heard is None:
            return Part(name, ok=False, detail="has not been heard of")
        # What NATS could not pass on while it was away is not held against the others.
        if now - max(heard.at, self._nats_back) > STALE:
            return Part(name, ok=False, detail=f"silent for {now - heard.at:.0f} s")
        return Part(name, heard.beat.ok, heard.beat.detail)

    async def _postgres(self) -> Part:
        # A new connection each time: one that is open already goes on answering when the server takes no more.
        try:
            async with asyncio.timeout(PATIENCE):
                connection = await psycopg.AsyncConnection.connect(self._database_url)
        except TimeoutError:
            return Part("postgres", ok=False, detail=f"no answer within {PATIENCE:.0f} s")
        except psycopg.Error as error:
            return Part("postgres", ok=False, detail=f"no connection ({type(error).__name__})")
        await connection.close()
        return Part("postgres", ok=True)

    async def _nats(self) -> Part:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._bus.flush()
        except (NatsError, TimeoutError, OSError):
            self._nats_back = float("inf")
            return Part("nats", ok=False, detail=f"no answer within {PATIENCE:.0f} s")
        if self._nats_back == float("inf"):
            self._nats_back = time.monotonic()
        return Part("nats", ok=True)
