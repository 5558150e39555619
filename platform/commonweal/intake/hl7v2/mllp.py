"""The line a hospital's computer speaks to us on: MLLP, a message between two marks, an answer to each, in order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from commonweal.intake.hl7v2.acknowledgement import acknowledge

START: Final = b"\x0b"
END: Final = b"\x1c\x0d"
"""MLLP release 1: <VT> message <FS><CR>."""

_CHUNK: Final = 1 << 16
_HEAD: Final = 1 << 12
"""How much of a message that is too long is kept: enough for its MSH."""

Answer: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""A message as received → its acknowledgement, both without the marks."""

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stood between two marks. `whole` is False if it outgrew the limit, and then `content` is only its beginning."""

    content: bytes
    whole: bool = True


class Unframer:
    """Bytes in as they arrive, messages out; what stands between messages is dropped. Holds no more than `limit` and a chunk.

    A new start inside a message means the sender gave the old one up: it was never acknowledged, so it will come again.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()
        self._head: bytes | None = None
        self._searched = 0
        self.inside = False

    def feed(self, chunk: bytes) -> list[Frame]:
        """The messages this chunk completes."""
        self._held += chunk
        frames = []
        while frame := self._next():
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if not self.inside and not self._enter(self._held.find(START)):
            self._held.clear()
            return None
        end = self._held.find(END, max(0, self._searched - 1))
        if self._enter(self._held.rfind(START, self._searched, end if end >= 0 else len(self._held))):
            return self._next()
        if end < 0:
            self._wait()
            return None
        content = bytes(self._held[:end])
        whole = self._head is None and len(content) <= self._limit
        frame = Frame(content if whole else (self._head or content)[:_HEAD], whole)
        del self._held[: end + len(END)]
        self._head, self._searched, self.inside = None, 0, False
        return frame

    def _enter(self, start: int) -> bool:
        if start < 0:
            return False
        del self._held[: start + len(START)]
        self._head, self._searched, self.inside = None, 0, True
        return True

    def _wait(self) -> None:
        """Remember how far was searched; of a message too long keep its beginning, and the byte that may be half an end."""
        if len(self._held) > self._limit + 1:  # the last byte may be half an end
            self._head = self._head or bytes(self._held[:_HEAD])
            del self._held[:-1]
        self._searched = len(self._held)


async def serve(
    host: str,
    port: int,
    answer: Answer,
    *,
    limit: int = 1 << 20,
    idle_seconds: float = 600,
    frame_seconds: float = 30,
    connections: int = 64,
) -> asyncio.Server:
    """Listen, and answer each message in the order it came; the connection stays open for the next.

    A message longer than `limit` bytes is answered AR; an `answer` that raises is answered AE, so the hospital tries again.
    Closed: a connection on which nothing begins for `idle_seconds`, a message not whole or an answer not taken within
    `frame_seconds`, and a connection beyond `connections`.
    """
    open_now = 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now
        if open_now >= connections:
            log.warning("mllp connection refused", open=open_now)
            writer.close()
            return
        open_now += 1
        try:
            await _converse(reader, writer, answer, Unframer(limit), idle_seconds, frame_seconds)
        except (OSError, TimeoutError) as gone:
            log.info("mllp connection dropped", reason=type(gone).__name__)
        finally:
            open_now -= 1
            writer.close()

    return await asyncio.start_server(connected, host, port, limit=_CHUNK)


async def _converse(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    answer: Answer,
    unframer: Unframer,
    idle_seconds: float,
    frame_seconds: float,
) -> None:
    clock = asyncio.get_running_loop().time
    began = clock()
    while True:
        was_inside = unframer.inside
        async with asyncio.timeout_at(began + (frame_seconds if was_inside else idle_seconds)):
            chunk = await reader.read(_CHUNK)
        if not chunk:
            return
        frames = unframer.feed(chunk)
        for frame in frames:
            writer.write(START + await _answered(frame, answer) + END)
            async with asyncio.timeout(frame_seconds):
                await writer.drain()
        if frames or unframer.inside != was_inside:
            began = clock()


async def _answered(frame: Frame, answer: Answer) -> bytes:
    if not frame.whole:
        return acknowledge(frame.content, "AR", "the message is longer than is taken here")
    try:
        return await answer(frame.content)
    except Exception as failed:  # noqa: BLE001 – whatever went wrong, the hospital must know to send it again
        log.error("message not taken in", error=type(failed).__name__)  # noqa: TRY400 – a traceback may quote the message
        return acknowledge(frame.content, "AE", "it could not be stored just now; send it again")


async def send(host: str, port: int, raw: bytes, seconds: float = 30, *, limit: int = 1 << 20) -> bytes:
    """Send one message and return its acknowledgement. Raises `OSError` or `TimeoutError` if none comes: then send it again."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(START + raw + END)
            await writer.drain()
            unframer = Unframer(limit)
            while chunk := await reader.read(_CHUNK):
                if frames := unframer.feed(chunk):
                    return frames[0].content
            raise ConnectionResetError("the connection was closed before the message was acknowledged")
        finally:
            writer.close()
