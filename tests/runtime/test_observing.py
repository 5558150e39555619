"""Requests are timed by their kind, a live connection is counted for as long as it is open, and a trace is gone on with."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from litestar.types import ASGIApp, Message
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from commonweal.kernel import trace
from commonweal.kernel.counting import SOCKETS
from commonweal.runtime.metrics import shown
from commonweal.runtime.observing import observed, this_is

REMOTE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def ask(app: Any, route: str, kind: str = "http", method: str = "POST") -> list[Message]:
    """One request of a caller that is in a trace; what was sent back."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": kind, "method": method, "path_template": route, "headers": [(b"traceparent", REMOTE.encode())]}
    asyncio.run(cast("Any", observed(cast("ASGIApp", app)))(scope, None, send))
    return sent


def answering(status: int, media_type: bytes = b"application/json", *, told: str = "", during: Any = None) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        if told:
            this_is(told)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", media_type)]})
        if during is not None:
            during()
        await send({"type": "http.response.body", "body": b""})

    return app


def timed(kind: str, status: str) -> int:
    """How many requests the histogram has, as Prometheus reads it."""
    name = f'commonweal_request_duration_seconds_count{{kind="{kind}",status="{status}"}} '
    lines = shown()[0].decode().splitlines()
    return int(sum(float(line.removeprefix(name)) for line in lines if line.startswith(name)))


@contextmanager
def collected() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    trace.collect(provider)
    try:
        yield exporter
    finally:
        trace.collect(None)


@pytest.mark.parametrize(
    ("route", "told", "status", "kind"),
    [
        ("/graphql", "mutation", 200, "graphql_mutation"),
        ("/graphql", "", 401, "graphql"),
        ("/funding/graphql", "query", 200, "graphql_query"),
        ("/caseload", "query", 200, "page"),
        ("/hl7/v2", "", 200, "hl7v2"),
        ("/sign-in", "", 303, "sign_in"),
        ("/", "", 404, "page"),
    ],
)
def test_a_request_is_timed_by_its_kind(route: str, told: str, status: int, kind: str) -> None:
    labels = kind, f"{status // 100}xx"
    before = timed(*labels)
    ask(answering(status, told=told), route)
    assert timed(*labels) == before + 1


def test_a_request_that_fails_is_timed_as_failed_and_its_span_says_how() -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise ZeroDivisionError("9434765919")

    before = timed("graphql", "5xx")
    with collected() as spans, pytest.raises(ZeroDivisionError):
        ask(broken, "/graphql")
    assert timed("graphql", "5xx") == before + 1
    (span,) = spans.get_finished_spans()
    assert (span.name, span.status.status_code, span.status.description) == ("POST /graphql", StatusCode.ERROR, None)
    assert (span.attributes or {})["error.type"] == "ZeroDivisionError"
    assert not span.events
    assert "9434765919" not in span.to_json()


def test_a_request_goes_on_in_its_callers_trace_and_tells_its_route_alone() -> None:
    seen = list[str | None]()
    with collected() as spans:
        ask(answering(200, during=lambda: seen.append(trace.traceparent())), "/referrals/{id:str}", method="GET")
        ask(answering(200), "/health", method="GET")
    (span,) = spans.get_finished_spans()
    assert span.parent is not None
    assert f"00-{span.parent.trace_id:032x}-{span.parent.span_id:016x}-01" == REMOTE
    assert seen == [f"{REMOTE[:35]}-{span.context.span_id:016x}-01"]
    assert span.name == "GET /referrals/{id:str}"
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/referrals/{id:str}",
        "http.response.status_code": 200,
    }


@pytest.mark.parametrize(("kind", "scope"), [("sse", "http"), ("websocket", "websocket")])
def test_a_live_connection_is_counted_while_it_is_open_and_not_timed(kind: str, scope: str) -> None:
    before, open_now = SOCKETS.now.get((kind,), 0), list[float]()
    timed_before = timed("page", "2xx")
    ask(
        answering(200, b"text/event-stream", during=lambda: open_now.append(SOCKETS.now[kind,])),
        "/live",
        scope,
    )
    assert open_now == [before + 1]
    assert SOCKETS.now[kind,] == before
    assert timed("page", "2xx") == timed_before
