"""A crowd that looks on: many web sockets, each with a subscription, and when each of them was told of a change."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_LAST: Final = b'"position":'
_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who asks, and what."""

    token: str
    document: str
    variables: dict[str, Any]


class Crowd:
    """Everyone who looks on at one web process."""

    def __init__(self, count: int) -> None:
        self._seen = [-1] * count
        self._at = [0.0] * count
        self._wanted = 0
        self._missing = count
        self._all = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def of(cls, port: int, subscriptions: Sequence[Subscription]) -> AsyncIterator["Crowd"]:
        """Everyone connected, and told for the first time."""
        crowd = cls(len(subscriptions))
        async with AsyncExitStack() as stack:
            listening = []
            for number, each in enumerate(subscriptions):
                socket = await stack.enter_async_context(
                    connect(
                        f"ws://127.0.0.1:{port}/graphql",
                        subprotocols=[Subprotocol("graphql-transport-ws")],
                        compression=None,
                        max_queue=None,
                    )
                )
                await _begin(socket, each)
                listening.append(asyncio.create_task(crowd._listen(number, socket)))
            await crowd.told(0)
            try:
                yield crowd
            finally:
                for task in listening:
                    task.cancel()
                await asyncio.gather(*listening, return_exceptions=True)

    async def told(self, position: int) -> list[float]:
        """When each was told of something at this position or later; a TimeoutError where somebody never is."""
        self._wanted = position
        self._missing = sum(seen < position for seen in self._seen)
        self._all.clear()
        if self._missing:
            async with asyncio.timeout(_SECONDS):
                await self._all.wait()
        return list(self._at)

    async def _listen(self, number: int, socket: ClientConnection) -> None:
        async for message in socket:
            said = message if isinstance(message, bytes) else message.encode()
            at = said.rfind(_LAST)
            if at < 0:
                raise RuntimeError(f"no answer: {said[:200]!r}")
            position = int(said[at + len(_LAST) :].rstrip(b"} ").strip())
            now, before = time.perf_counter(), self._seen[number]
            if position <= before:
                continue
            self._seen[number], self._at[number] = position, now
            if before < self._wanted <= position:
                self._missing -= 1
                if not self._missing:
                    self._all.set()


async def _begin(socket: ClientConnection, asked: Subscription) -> None:
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {asked.token}"}}))
    said = json.loads(await socket.recv())
    if said["type"] != "connection_ack":
        raise RuntimeError(f"not acknowledged: {said}")
    wish = {"query": asked.document, "variables": asked.variables}
    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": wish}))
