"""Each request over HTTP is timed, and is a piece of the work of whoever made it, told without its address or content."""

import time
from contextvars import ContextVar
from typing import Any, Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from commonweal.kernel import trace
from commonweal.kernel.counting import REQUESTS, SOCKETS

_KINDS: Final = {"hl7": "hl7v2", "static": "static", "health": "health", "sign-in": "sign_in"}
"""By the first part of a route; what ends in /graphql is `graphql`, anything else is a page."""
_UNTRACED: Final = ("static", "health")
_LIVE: Final = b"text/event-stream"

_operation: ContextVar[list[str] | None] = ContextVar("commonweal_operation", default=None)


def this_is(kind: str) -> None:
    """This request turned out to be a query, a mutation or a subscription."""
    if (found := _operation.get()) is not None:
        found.append(kind)


def observed(app: ASGIApp) -> ASGIApp:
    """A middleware: goes on in the trace a request names, makes a span of it, and counts how long it took."""

    async def observe(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            _open("websocket", 1)
            try:
                with trace.attached(_traceparent(scope)):
                    await app(scope, receive, send)
            finally:
                _open("websocket", -1)
            return
        await _request(app, scope, receive, send)

    return observe


async def _request(app: ASGIApp, scope: Any, receive: Receive, send: Send) -> None:
    route: str = scope.get("path_template") or "/"
    kind = "graphql" if route.endswith("/graphql") else _KINDS.get(route.split("/")[1], "page")
    began, status, live = time.perf_counter(), 500, False
    told: list[str] = []

    async def sent(message: Message) -> None:
        nonlocal status, live
        if message["type"] == "http.response.start":
            status = message["status"]
            if any(key.lower() == b"content-type" and value.startswith(_LIVE) for key, value in message["headers"]):
                live = True
                _open("sse", 1)
        await send(message)

    token = _operation.set(told)
    try:
        if kind in _UNTRACED:
            await app(scope, receive, sent)
            return
        method = scope["method"]
        with (
            trace.attached(_traceparent(scope)),
            trace.span(
                f"{method} {route}", server=True, **{"http.request.method": method, "http.route": route}
            ) as span,
        ):
            await app(scope, receive, sent)
            span.note(**{"http.response.status_code": status})
    finally:
        _operation.reset(token)
        if live:  # it stays open for as long as somebody looks
            _open("sse", -1)
        else:
            name = f"{kind}_{told[0]}" if told and kind == "graphql" else kind
            REQUESTS.add(time.perf_counter() - began, name, f"{status // 100}xx")


def _open(kind: str, more: int) -> None:
    SOCKETS.now[(kind,)] = SOCKETS.now.get((kind,), 0) + more


def _traceparent(scope: Any) -> str | None:
    for key, value in scope["headers"]:
        if key == b"traceparent":
            return str(value, "latin-1")
    return None
