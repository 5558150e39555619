"""The web process as it is measured: the product's own, or one with a single plain route over the same statement."""

import asyncio
import contextlib
import os
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Any

import msgspec
import structlog
import uvicorn
from litestar import Litestar, Request, get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response
from psycopg import AsyncRawCursor

from commonweal.runtime.answering import Answering, Planned
from commonweal.runtime.asking import Asking
from commonweal.runtime.door import make_door
from commonweal.runtime.health import Health
from commonweal.runtime.installation import Installation
from commonweal.runtime.live.patience import HOW_WE_SERVE
from commonweal.runtime.open_store import password, servers
from commonweal.runtime.process import Process
from commonweal.runtime.schema import schema
from commonweal.runtime.web import make_app
from tenants.nats_accounts import PLATFORM
from tenants.store import Placement, Secrets, Store

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop


@dataclass(frozen=True)
class Served:
    """An ICS under a key that is in no file. With `plain`, path → a document and its variables, these plain routes alone."""

    installation: Installation
    ods: str
    key: bytes
    plain: Mapping[str, tuple[str, dict[str, Any]]] | None = None


def serve(pipe: Connection, served: Served) -> None:
    """Be that process: says its port once, then serves until the other end is closed."""
    own = msgspec.structs.replace(served.installation.settings, oidc_issuer=None)
    served = replace(served, installation=replace(served.installation, settings=own))
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(pipe, served))


async def _serve(pipe: Connection, served: Served) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    installation = served.installation
    bus = await installation.accounts.connect(installation.nats_url, PLATFORM, "process", name="bench")
    store = _OneTenant(served)
    with socket.create_server(("127.0.0.1", 0)) as door:
        app = await _app(Process("web", installation, bus, structlog.get_logger(), stop), store, served)
        server = uvicorn.Server(
            uvicorn.Config(
                app, access_log=False, log_config=None, lifespan="off", server_header=False, date_header=False, **HOW_WE_SERVE
            )
        )  # fmt: skip
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        threading.Thread(target=_listen, args=(pipe, loop, stop), daemon=True).start()
        serving = asyncio.create_task(_until_cancelled(server, door))
        while not server.started and not serving.done():  # noqa: ASYNC110 – uvicorn tells it by a flag alone
            await asyncio.sleep(0.01)
        pipe.send(door.getsockname()[1])
        await stop.wait()
        server.should_exit = True
        await serving
    await store.close()
    await bus.close()


def _listen(pipe: Connection, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Whoever started us is gone, or wants no more: the pipe tells both."""
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    loop.call_soon_threadsafe(stop.set)
    threading.Timer(10, os._exit, (1,)).start()


async def _until_cancelled(server: uvicorn.Server, door: socket.socket) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await server._serve([door])


async def _app(process: Process, store: Store, served: Served) -> Litestar:
    if served.plain is None:
        health = Health(process.bus, process.installation.database_url)
        await health.start()
        return make_app(process, store, health)
    door = make_door(process.settings, process.installation.platform_key, store)
    asking = Asking(door, store, Answering(schema(introspection=True)))
    routes = [_plain(asking, path, *asked) for path, asked in served.plain.items()]
    return Litestar(routes, logging_config=None, openapi_config=None)


def _plain(asking: Asking, path: str, document: str, variables: dict[str, Any]) -> HTTPRouteHandler:
    """The same door, statement and disclosure control, and nothing of GraphQL but the one time the statement is made."""
    found: list[Planned] = []

    @get(path)
    async def answer(request: Request[Any, Any, Any]) -> Response[bytes]:
        if not found:
            planned = asking.answering.plan(
                await asking.asker(request), asking.answering.prepare(document, None), variables
            )
            assert planned is not None  # noqa: S101 – what is measured is planned
            found.append(planned)
        principal = await asking.door.authenticate(request)
        tenant = await asking.store.tenant(principal.tenant)
        async with tenant.pool.borrow() as connection, AsyncRawCursor(connection) as cursor:
            await cursor.execute(found[0].statement.sql, found[0].parameters, prepare=True)
            assert cursor.pgresult is not None  # noqa: S101 – it was executed
            columns = [cursor.pgresult.get_value(0, column) for column in range(len(found[0].names))]
        return Response(found[0].body(columns), media_type="application/json", headers={"Cache-Control": "no-store"})

    return answer


class _OneTenant(Store):
    """A roster of one throw-away ICS."""

    def __init__(self, served: Served) -> None:
        installation = served.installation
        self._only = Placement(served.ods)
        super().__init__(
            servers(installation),
            Secrets(lambda login: password(installation, login), lambda _placement: served.key),
            application="commonweal-bench-web",
        )

    async def roster(self) -> dict[str, Placement]:
        self._roster = {self._only.ods: self._only}
        return self._roster
