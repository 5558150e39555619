"""Strawberry's own controller beside ours: the same subscription over the same types, each told from one reading of the room.

It is given what ours has to do: nobody is asked who they are, and one reading of the board serves all.
"""

import asyncio
import contextlib
import logging
import socket
import sys
import threading
import warnings
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from types import SimpleNamespace
from typing import Any, Final

import strawberry
import uvicorn
from litestar import Litestar
from litestar.exceptions import LitestarDeprecationWarning
from strawberry.litestar import make_graphql_controller
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from commonweal.console.wording import in_london
from commonweal.kernel.fetch import fetch, get
from commonweal.kernel.reading import SCALARS, Reader, Scope
from commonweal.runtime.bench.throwaway import open_tenant
from commonweal.runtime.bench.views_web import Served
from commonweal.runtime.schema import schema
from projections.caseload import READ_MODEL
from projections.caseload.graphql import Query
from projections.caseload.shapes import CaseloadConnection, CaseloadFilter, CaseloadStage
from tenants.nats_accounts import PLATFORM
from tenants.store import Placement

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

FIRST: Final = 10
"""Referrals of the page everyone is told of."""


class News:
    """The board as it is, read once after each change for all who look on."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        known = schema(introspection=False).planned["caseload"]
        wanted = CaseloadFilter(stage=CaseloadStage.ALLOCATED)
        self._question = known.ask(None, SimpleNamespace(context={"reader": reader}), filter=wanted, first=FIRST)
        self._newer = asyncio.Event()
        self._board: Any = None

    async def read(self, _changed: object = None) -> None:
        self._board = await fetch(self._reader, READ_MODEL, self._question)
        before, self._newer = self._newer, asyncio.Event()
        before.set()

    async def each(self) -> AsyncGenerator[Any, None]:
        while True:
            newer = self._newer
            yield self._board
            await newer.wait()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def caseload(
        self,
        info: strawberry.Info,
        filter: CaseloadFilter | None = None,  # noqa: A002, ARG002 – as in the schema
        first: int | None = None,  # noqa: ARG002
        after: str | None = None,  # noqa: ARG002
    ) -> AsyncGenerator[CaseloadConnection, None]:
        async for board in info.context["news"].each():
            yield board


def serve(pipe: Connection, served: Served) -> None:
    """Be that process: says its port once, then serves until the other end is closed."""
    logging.disable()  # it complains of each socket that is closed while it is told something
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(pipe, served))


async def _serve(pipe: Connection, served: Served) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    tenant = open_tenant(served.installation, Placement(served.ods), served.key)
    now = datetime.now(UTC)
    news = News(Reader(tenant.pool.borrow, {"caseload": Scope(everything=True)}, now, in_london(now).date()))
    await news.read()
    bus = await served.installation.accounts.connect(served.installation.nats_url, PLATFORM, "process", name="bench")
    await bus.subscribe("changed.*.*", cb=news.read)
    with socket.create_server(("127.0.0.1", 0)) as door:
        config = uvicorn.Config(
            _app(news), access_log=False, log_config=None, lifespan="off", ws="websockets-sansio",
            ws_per_message_deflate=False,
        )  # fmt: skip
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        threading.Thread(target=_listen, args=(pipe, loop, stop), daemon=True).start()
        serving = asyncio.create_task(server._serve([door]))
        while not server.started and not serving.done():  # noqa: ASYNC110 – uvicorn tells it by a flag alone
            await asyncio.sleep(0.01)
        pipe.send(door.getsockname()[1])
        await stop.wait()
        server.should_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await serving
    await tenant.close()
    await bus.close()


def _listen(pipe: Connection, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    loop.call_soon_threadsafe(stop.set)


def _app(news: News) -> Litestar:
    async def context_of() -> dict[str, Any]:
        return {"news": news}

    with warnings.catch_warnings():
        # The controller names what it is given in a way that Litestar 3 will not take.
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        controller = make_graphql_controller(
            strawberry.Schema(
                query=Query,
                subscription=Subscription,
                config=StrawberryConfig(scalar_map={**SCALARS}, default_resolver=get),
            ),
            path="/graphql",
            graphql_ide=None,
            context_getter=context_of,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
        )
        return Litestar([controller], logging_config=None, openapi_config=None)
