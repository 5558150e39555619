"""People at their boards: a process of its own that asks over kept HTTP connections, one question after another on each."""

import asyncio
import time
from multiprocessing.connection import Connection
from typing import NamedTuple

import httptools


class Wish(NamedTuple):
    """Who is asked what, by how many, for how long (seconds)."""

    port: int
    request: bytes
    clients: int
    seconds: float


class Answered(NamedTuple):
    """`latencies` in seconds; `cpu` of this process, in seconds; `body`: the last answer."""

    items: int
    seconds: float
    latencies: list[float]
    cpu: float
    body: bytes


def ask(pipe: Connection) -> None:
    """Be that process: a wish in, an answer or what went wrong out, until the other end is closed."""
    while True:
        try:
            wish: Wish = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            pipe.send(asyncio.run(_asked(wish)))
        except (OSError, RuntimeError) as failure:
            pipe.send(failure)


def request(path: str, token: str, body: bytes | None = None) -> bytes:
    """A request as bytes: GET without a body."""
    about = "" if body is None else f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
    method = "GET" if body is None else "POST"
    head = f"{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\naccept: application/json\r\n{about}\r\n"
    return head.encode() + (body or b"")


async def _asked(wish: Wish) -> Answered:
    loop = asyncio.get_running_loop()
    began, cpu = time.perf_counter(), time.process_time()
    clients = [_Client(wish.request, began + wish.seconds) for _ in range(wish.clients)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, "127.0.0.1", wish.port)  # type: ignore[misc]
    await asyncio.wait_for(asyncio.gather(*(client.ended for client in clients)), wish.seconds + 30)
    latencies = [each for client in clients for each in client.latencies]
    taken = time.perf_counter() - began
    return Answered(len(latencies), taken, latencies, time.process_time() - cpu, bytes(clients[0].body))


class _Client(asyncio.Protocol):
    """One connection; every answer must be 200."""

    def __init__(self, question: bytes, end: float) -> None:
        self._question, self._end = question, end
        self.latencies: list[float] = []
        self.body = bytearray()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 – it is a stream
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)
        self._ask()

    def _ask(self) -> None:
        self.body.clear()
        self._asked_at = time.perf_counter()
        self._transport.write(self._question)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, data: bytes) -> None:
        self.body += data

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self.latencies.append(now - self._asked_at)
        if (status := self._parser.get_status_code()) != 200:
            self._over(RuntimeError(f"answered {status}: {bytes(self.body[:300])!r}"))
        elif now < self._end:
            self._ask()
        else:
            self._over(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._over(RuntimeError(f"the connection was cut: {exc}"))

    def _over(self, why: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(why) if why else self.ended.set_result(None)
            self._transport.close()
