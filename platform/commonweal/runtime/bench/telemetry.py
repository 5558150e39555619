"""What being watched costs: the same commands unwatched, counted, and with their traces sent to a collector."""

import asyncio
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from commonweal.kernel import trace
from commonweal.runtime.bench.command import correcting, new_people
from commonweal.runtime.bench.measure import Measured, Plan, Row, Run, Side, in_turn
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.installation import Installation
from commonweal.runtime.metrics import metrics
from commonweal.runtime.process import end
from commonweal.runtime.telemetry import Spans

_COUNT: Final = 16
_PEOPLE: Final = 512
_SCRAPED: Final = 1.0
"""Seconds between two questions for the numbers: Prometheus asks every 15 s, we fifteen times as often."""
_SINK: Final = """
import http.server
class Take(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Take)
print(server.server_port, flush=True)
server.serve_forever()
"""
"""A collector that only takes: in a process of its own, so that its work is not counted as ours."""


@dataclass(frozen=True, slots=True)
class Cost(Row):
    """A comparison of what a command costs, not of how many there are."""

    @property
    def ratio(self) -> float | None:
        """CPU for an item beside over ours, the median of the rounds: 0.9 is a tenth more than unwatched."""
        assert self.beside is not None  # noqa: S101 – always measured
        pairs = zip(self.ours.runs, self.beside.runs, strict=True)
        return statistics.median((beside.cpu / beside.items) / (ours.cpu / ours.items) for ours, beside in pairs)


async def measure(servers: Installation, plan: Plan) -> list[Row]:
    """All cases."""
    async with AsyncExitStack() as stack:
        (tenant,) = await stack.enter_async_context(throwaway(servers, "QZB00"))
        plan.tell("six events for each record")
        commands = correcting(await new_people([tenant], _PEOPLE), _COUNT)
        url = await stack.enter_async_context(_sink())
        port = await stack.enter_async_context(_numbers())
        measured = await in_turn(
            plan,
            {
                "unwatched": commands,
                "numbers asked for": _scraped(commands, port),
                "every trace": _traced(commands, url, 1.0),
                "one trace in ten": _traced(commands, url, 0.1),
            },
        )
    unwatched, scraped, every, tenth = measured.values()
    cases = (
        ("numbers asked for every second", 0.95, scraped),
        ("every trace", None, every),
        ("one trace in ten", 0.75, tenth),
    )
    return [_row(f"{case} / unwatched, CPU", at_least, side, unwatched) for case, at_least, side in cases]


def _row(case: str, at_least: float | None, ours: Measured | None, beside: Measured | None) -> Row:
    assert ours is not None  # noqa: S101 – every side is our own
    return Cost(f"{_COUNT} concurrent: {case}", "commands/s", at_least, ours, beside)


def _traced(commands: Side, url: str, ratio: float) -> Side:
    """The time ends when the last span is with the collector, so that all it took is counted."""

    async def run(seconds: float) -> Run:
        spans, ended = Spans(url, "bench", ratio), _Ended()
        spans.provider.add_span_processor(ended)
        trace.collect(spans.provider)
        try:
            run = await commands(seconds)
        finally:
            trace.collect(None)
        began = time.process_time()
        await asyncio.to_thread(spans.provider.force_flush)
        await asyncio.to_thread(spans.close)
        if spans.taken < ended.count or (ratio == 1 and ended.count < run.items):
            raise RuntimeError("spans were lost: what was measured is less than the whole")
        return replace(run, cpu=run.cpu + time.process_time() - began)

    return run


class _Ended(SpanProcessor):
    """Counts the spans that were made: with one trace in ten, chance says how many."""

    def __init__(self) -> None:
        self.count = 0

    def on_end(self, span: ReadableSpan) -> None:  # noqa: ARG002 – the library's
        self.count += 1


def _scraped(commands: Side, port: int) -> Side:
    async def ask() -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /metrics HTTP/1.1\r\n\r\n")
            if b" 200 " not in (await reader.read())[:16]:
                raise RuntimeError("the numbers were not shown")
            writer.close()
            await asyncio.sleep(_SCRAPED)

    async def run(seconds: float) -> Run:
        asking = asyncio.create_task(ask())
        try:
            return await commands(seconds)
        finally:
            await end(asking)

    return run


@asynccontextmanager
async def _numbers() -> AsyncIterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    async with metrics("127.0.0.1", port, ()):
        yield port


@asynccontextmanager
async def _sink() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _SINK, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None  # noqa: S101 – asked for
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.kill()
        await process.wait()
