"""A trust's own server, as trusts' servers are: it takes, refuses, fails, stalls, goes away and comes back."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.runtime.conftest import free_port


@dataclass(frozen=True)
class Request:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def task(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def referral(self) -> str:
        return str(self.task["identifier"][0]["value"])

    @property
    def progress(self) -> str:
        return str(self.task["businessStatus"]["coding"][0]["code"])

    @property
    def request_id(self) -> str:
        return self.headers["x-request-id"]


def take(_: Request) -> int | None:
    return 201


def stall(_: Request) -> int | None:
    return None


@dataclass
class Hospital:
    """`answer` says the status for a request; None: it never answers."""

    answer: Callable[[Request], int | None] = take
    heard: list[Request] = field(default_factory=list)
    """All that reached it, answered or not."""
    port: int = field(default_factory=free_port)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir"

    def taken(self, referral: str | None = None) -> list[str]:
        """The progress codes it was told, in order."""
        return [each.progress for each in self.heard if referral in (None, each.referral)]

    def kept(self, referral: str) -> list[str]:
        """The same, where it knows a request that it has heard before: somebody killed may have sent it and not known."""
        once = {each.request_id: each.progress for each in self.heard if each.referral == referral}
        return list(once.values())

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        """From here on connections are refused."""
        if self._server is not None:
            self._server.close()
            for writer in self._open:
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                await self._one(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers["content-length"]))
        request = Request(first, headers, body)
        self.heard.append(request)
        status = self.answer(request)
        if status is None:
            await asyncio.Event().wait()
        writer.write(b"HTTP/1.1 %d It\r\nContent-Length: 5\r\nLocation: Task/1\r\n\r\nwords" % (status or 0))
        await writer.drain()
