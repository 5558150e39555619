"""A hospital's connection: messages in any packets, an answer to each, and nobody can hold the line."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.intake.hl7v2.mllp import END, START, Frame, Unframer, send, serve

MESSAGE = b"MSH|^~\\&|PAS|RZZ01|COMMONWEAL|QPM|20260329||ADT^A03|RZZ-1|P|2.4\rPID|1||H1\r"


async def echo(raw: bytes) -> bytes:
    return b"answer to " + raw


@asynccontextmanager
async def listening(answer: Callable[[bytes], Awaitable[bytes]] = echo, **bounds: Any) -> AsyncIterator[int]:
    server = await serve("127.0.0.1", 0, answer, **bounds)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def framed(reader: asyncio.StreamReader) -> bytes:
    async with asyncio.timeout(5):
        return (await reader.readuntil(END)).removeprefix(START).removesuffix(END)


def test_a_message_sent_is_answered() -> None:
    async def scene() -> None:
        async with listening() as port:
            assert await send("127.0.0.1", port, MESSAGE) == b"answer to " + MESSAGE

    asyncio.run(scene())


def test_several_messages_on_a_connection_are_answered_in_order_whatever_stands_between_them() -> None:
    async def scene() -> None:
        async with listening() as port, connected(port) as (reader, writer):
            writer.write(b"noise" + START + b"one" + END + b"\r\n" + START + b"two" + END + START + b"thr")
            assert [await framed(reader), await framed(reader)] == [b"answer to one", b"answer to two"]
            writer.write(b"ee" + END[:1])
            await asyncio.sleep(0.02)
            writer.write(END[1:])
            assert await framed(reader) == b"answer to three"

    asyncio.run(scene())


def test_an_answer_that_fails_is_told_as_try_again_and_the_connection_stays() -> None:
    async def failing(raw: bytes) -> bytes:
        if raw == MESSAGE:
            raise RuntimeError("the database is away")
        return b"well"

    async def scene() -> None:
        async with listening(failing) as port, connected(port) as (reader, writer):
            writer.write(START + MESSAGE + END + START + b"next" + END)
            first = await framed(reader)
            assert b"\rMSA|AE|RZZ-1|" in first
            assert b"database" not in first
            assert await framed(reader) == b"well"

    asyncio.run(scene())


def test_a_message_too_long_is_refused_and_the_next_is_taken() -> None:
    async def scene() -> None:
        async with listening(limit=10_000) as port, connected(port) as (reader, writer):
            writer.write(START + MESSAGE + b"OBX|" + b"x" * 500_000 + END + START + b"next" + END)
            assert b"\rMSA|AR|RZZ-1|the message is longer" in await framed(reader)
            assert await framed(reader) == b"answer to next"

    asyncio.run(scene())


@pytest.mark.parametrize("start", [b"", b"only noise", START + MESSAGE[:20]])
def test_who_says_nothing_or_stops_half_way_is_disconnected(start: bytes) -> None:
    async def scene() -> None:
        async with listening(idle_seconds=0.1, frame_seconds=0.1) as port, connected(port) as (reader, writer):
            writer.write(start)
            async with asyncio.timeout(5):
                assert await reader.read() == b""

    asyncio.run(scene())


def test_a_message_sent_a_byte_at_a_time_cannot_hold_the_line() -> None:
    async def scene() -> None:
        async with listening(frame_seconds=0.2) as port, connected(port) as (reader, writer):
            ended = asyncio.ensure_future(reader.read())
            writer.write(START)
            async with asyncio.timeout(5):
                while not ended.done():
                    writer.write(b"x")
                    await asyncio.sleep(0.02)
            assert isinstance(ended.exception(), ConnectionError) or ended.result() == b""

    asyncio.run(scene())


def test_connections_are_bounded_and_a_place_given_up_is_free_again() -> None:
    async def scene() -> None:
        async with listening(connections=2) as port:
            async with connected(port) as (one_in, one_out), connected(port) as (two_in, two_out):
                for reader, writer in ((one_in, one_out), (two_in, two_out)):
                    writer.write(START + b"here" + END)
                    assert await framed(reader) == b"answer to here"
                with pytest.raises(OSError, match=r"closed|reset|peer|pipe"):
                    await send("127.0.0.1", port, b"no place")
            await asyncio.sleep(0.05)
            assert await send("127.0.0.1", port, b"now") == b"answer to now"

    asyncio.run(scene())


def test_many_hospitals_at_once_are_answered_each_with_its_own() -> None:
    async def scene() -> None:
        async with listening() as port:
            sent = [f"message {n}".encode() * 500 for n in range(40)]
            answers = await asyncio.gather(*(send("127.0.0.1", port, raw) for raw in sent))
            assert answers == [b"answer to " + raw for raw in sent]

    asyncio.run(scene())


def test_a_sender_that_is_not_answered_in_time_knows_it() -> None:
    async def silent(_raw: bytes) -> bytes:
        await asyncio.sleep(0.5)
        return b""

    async def scene() -> None:
        async with listening(silent) as port:
            with pytest.raises(TimeoutError):
                await send("127.0.0.1", port, MESSAGE, 0.1)

    asyncio.run(scene())


def test_a_message_begun_again_replaces_the_one_given_up() -> None:
    assert Unframer(100).feed(START + b"cut sh" + START + b"whole" + END) == [Frame(b"whole")]


@given(
    st.lists(st.binary(max_size=40).map(lambda raw: raw.replace(b"\x0b", b"").replace(b"\x1c", b"")), max_size=6),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_messages_come_out_the_same_however_the_packets_fall(messages: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(b"noise" + START + raw + END for raw in messages)
    unframer, frames, position = Unframer(20), list[Frame](), 0
    for turn in range(len(stream)):
        size = sizes[turn % len(sizes)]
        frames += unframer.feed(stream[position : position + size])
        position += size
    assert [frame.content for frame in frames if frame.whole] == [raw for raw in messages if len(raw) <= 20]
    assert len(frames) == len(messages)


def test_a_message_as_long_as_the_limit_is_whole_however_it_arrives() -> None:
    unframer = Unframer(20)
    frames = [frame for byte in START + b"x" * 20 + END for frame in unframer.feed(bytes([byte]))]
    assert frames == [Frame(b"x" * 20)]


def test_a_long_message_holds_little_memory() -> None:
    unframer = Unframer(1_000)
    unframer.feed(START)
    for _ in range(1_000):
        unframer.feed(b"x" * 1_000)
        assert len(unframer._held) <= 2_001
    assert unframer.feed(END) == [Frame(b"x" * 2_000, whole=False)]
