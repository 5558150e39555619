"""What a process has counted, shown to whoever watches over the installation: Prometheus asks at `/metrics`, on a port of its own."""

import asyncio
import concurrent.futures.thread  # noqa: F401 – what it does at a fork has to come before what a provider does, or the child waits for ever
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from typing import Final, TypeAlias

import structlog
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import set_meter_provider
from opentelemetry.sdk.metrics import AlwaysOffExemplarFilter, MeterProvider
from opentelemetry.sdk.resources import Resource
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import CollectorRegistry

from commonweal.kernel.trace import where

Look: TypeAlias = Callable[[], Awaitable[None]]
"""Finds out how much there is of something before it is shown."""

PATIENCE: Final = 5.0
"""Seconds for all looks together, and for a question to arrive."""
_NOT_FOUND: Final = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

log = structlog.get_logger(__name__)


@cache
def _registry() -> CollectorRegistry:
    """What this process counts, for as long as it lives: OpenTelemetry lets a process set up one meter provider."""
    registry = CollectorRegistry(auto_describe=False)
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registry)
    set_meter_provider(MeterProvider([reader], Resource.get_empty(), AlwaysOffExemplarFilter(), shutdown_on_exit=False))
    return registry


def shown(accept: str = "") -> tuple[bytes, str]:
    """Everything counted so far and its media type: OpenMetrics for those who ask for it, else Prometheus's older text."""
    encode, media_type = choose_encoder(accept)
    return encode(_registry()), media_type


@asynccontextmanager
async def metrics(host: str, port: int | None, looks: Sequence[Look]) -> AsyncIterator[None]:
    """Answer at `/metrics` until the end of the block. Where the port cannot be had that is said, and the work goes on without."""
    if port is None:
        yield
        return
    _registry()  # from now on all is counted

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(2 * PATIENCE):
                writer.write(await _answer(await reader.readuntil(b"\r\n\r\n"), looks))
                await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(answer, host, port)
    except OSError as error:
        log.warning(
            "metrics_not_shown",
            port=port,
            error=error.strerror,
            advice="name another first port in COMMONWEAL_METRICS_PORT",
        )
        yield
        return
    try:
        yield
    finally:
        server.close()


async def _answer(asked: bytes, looks: Sequence[Look]) -> bytes:
    first, *headers = asked.decode("latin-1").split("\r\n")
    if first.split(" ")[:2] != ["GET", "/metrics"]:
        return _NOT_FOUND
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            for look in looks:
                await _looked(look)
    accept = next((line.partition(":")[2] for line in headers if line.lower().startswith("accept:")), "")
    body, media_type = shown(accept.strip())
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


async def _looked(look: Look) -> None:
    try:
        await look()
    except Exception as failure:  # noqa: BLE001 – the other numbers are shown: those of a server that is away are missing
        log.warning("not_looked", error=where(failure))
