"""The web process for a test: a real HTTP server on loopback, over real ICSs whose rooms are followed."""

import asyncio
import json
import socket
import threading
import warnings
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import httpx
import structlog
import uvicorn
from litestar.exceptions import LitestarDeprecationWarning
from nats.aio.client import Client
from nats.aio.msg import Msg

from commonweal.domain.user import GrantUser
from commonweal.kernel.batches import Batches
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import Receipt, handle
from commonweal.kernel.watch import Watch
from commonweal.runtime.access import user_id
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.health import Health
from commonweal.runtime.installation import Installation
from commonweal.runtime.live.patience import HOW_WE_SERVE
from commonweal.runtime.process import Process, end
from commonweal.runtime.sign_in import SignInLinks
from commonweal.runtime.web import make_app
from projections import READ_MODELS
from tenants.nats_accounts import PLATFORM
from tenants.store import Store, Tenant
from tests.tenant import about, store

T = TypeVar("T")
Answer = dict[str, Any]


@dataclass
class Web:
    """A web process at work: `url`, the ICSs behind it, and who may come in."""

    url: str
    servers: Installation
    store: Store
    issuer: DevelopmentIssuer
    links: SignInLinks
    loop: asyncio.AbstractEventLoop
    client: httpx.Client
    granted: set[tuple[str, str, str, str]] = field(default_factory=set)

    def run(self, coroutine: Coroutine[Any, Any, T], seconds: float = 30) -> T:
        """Do something inside the process, on its own loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(seconds)

    def tenant(self, ods: str) -> Tenant:
        return self.run(self.store.tenant(ods))

    def given(self, ods: str, identity: str, command: object, **known: Any) -> Receipt:
        """A command carried out without asking anyone's leave."""
        return self.run(handle(self.tenant(ods).streams, identity, command, about(**known)))

    def token(self, ods: str, role: str, scope: str = "tenant", subject: str | None = None) -> str:
        """A bearer token of someone who has this role; one invented person for each role and scope."""
        subject = subject or f"demo-{role}-{scope}".replace("/", "-")
        wish = (ods, subject, role, scope)
        if wish not in self.granted:
            self.given(ods, user_id(NAME, subject), GrantUser(role=role, scope=scope))
            self.granted.add(wish)
        return self.issuer.issue(subject, ods)

    def way_in(self, ods: str, subject: str, name: str = "Robin Example") -> str:
        """The address that signs a subject in, once; `name` is what the console calls them."""
        code = self.links.link(subject, ods, name).rpartition("/")[2]
        return f"{self.url}/sign-in/{code}"

    def post(
        self, token: str | None, document: str, variables: Mapping[str, Any] | None = None, **more: Any
    ) -> httpx.Response:
        """A GraphQL request, whatever comes of it. `more`: the rest of the body; `headers`: beside the token's."""
        headers = {**({"authorization": f"Bearer {token}"} if token else {}), **more.pop("headers", {})}
        body = json.dumps({"query": document, "variables": variables or {}, **more})
        return self.client.post("/graphql", content=body, headers={"content-type": "application/json", **headers})

    def ask(self, token: str, document: str, variables: Mapping[str, Any] | None = None) -> Any:
        """The data of an operation that is answered without an error."""
        answer: Answer = self.post(token, document, variables).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def refused(self, token: str, document: str, variables: Mapping[str, Any] | None = None) -> Answer:
        """The first error of an operation that is not granted."""
        answer: Answer = self.post(token, document, variables).json()
        assert answer.get("errors"), f"it was granted: {answer}"
        error: Answer = answer["errors"][0]
        return error

    def head(self, ods: str) -> int:
        return self.run(self.tenant(ods).log.head())

    def rows(self, ods: str, query: str) -> list[tuple[Any, ...]]:
        """What the database of an ICS holds."""

        async def read() -> list[tuple[Any, ...]]:
            async with (await self.store.tenant(ods)).pool.borrow() as connection:
                return await (await connection.execute(query.encode())).fetchall()

        return self.run(read())

    def followed(self, ods: str) -> None:
        """Wait until every room of an ICS has come to its head."""
        head = self.head(ods)

        async def until() -> None:
            tenant = await self.store.tenant(ods)
            while True:
                async with tenant.pool.borrow() as connection:
                    row = await (await connection.execute("select min(position) from rooms")).fetchone()
                if row is not None and row[0] >= head:
                    return
                await asyncio.sleep(0.01)

        self.run(until())


@contextmanager
def serving(servers: Installation, *codes: str) -> Iterator[Web]:
    """The web process of an installation that hosts these ICSs, new and empty."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="web")
    thread.start()

    def run(coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(60)

    stack = AsyncExitStack()
    try:
        url, opened = run(_start(stack, servers, codes))
        with httpx.Client(base_url=url, timeout=30) as client:
            issuer = DevelopmentIssuer(servers.settings, servers.platform_key)
            links = SignInLinks(servers.settings, servers.platform_key)
            yield Web(url, servers, opened, issuer, links, loop, client)
    finally:
        run(stack.aclose())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def open_door() -> socket.socket:
    """A listening socket that says it is of TCP: of no other does asyncio send each piece at once, and each answer takes 40 ms longer."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    door.bind(("127.0.0.1", 0))
    door.listen()
    return door


async def _start(stack: AsyncExitStack, servers: Installation, codes: tuple[str, ...]) -> tuple[str, Store]:
    bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process", name="web")
    stack.push_async_callback(bus.close)
    opened = await stack.enter_async_context(store(servers, *codes, models=READ_MODELS, application="web", bus=bus))
    health = Health(bus, servers.database_url)
    await health.start()
    process = Process("web", servers, bus, structlog.get_logger())
    for code in codes:
        await _follow(stack, bus, await opened.tenant(code))
    with warnings.catch_warnings():
        # Strawberry's controller names what it is given in a way that Litestar 3 will not take.
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        app = make_app(process, opened, health)
    door = stack.enter_context(open_door())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", **HOW_WE_SERVE))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    work = asyncio.create_task(server._serve([door]))
    while not server.started:  # noqa: ASYNC110 – uvicorn tells it by a flag alone
        await asyncio.sleep(0.01)

    async def stop() -> None:
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await work

    stack.push_async_callback(stop)
    return f"http://127.0.0.1:{door.getsockname()[1]}", opened


async def _follow(stack: AsyncExitStack, bus: Client, tenant: Tenant) -> None:
    """Every room of an ICS, woken by each commit as the follower is: nobody looks where nothing happens."""
    bells: dict[asyncio.Event, Room] = {}
    batches = Batches(tenant.streams)
    for model in READ_MODELS:
        changed = partial(_changed, bus, f"changed.{tenant.ods}.{model.name}")
        bells[asyncio.Event()] = Room(tenant.streams, tenant.pool.borrow, model, changed, batches)

    async def wake(_: Msg) -> None:
        for bell in bells:
            bell.set()

    await bus.subscribe(f"wake.{tenant.ods}", cb=wake)
    watching = asyncio.create_task(Watch(tenant.pool.connect, bells).keep(0.2))
    following = [asyncio.create_task(room.follow(bell, every=None)) for bell, room in bells.items()]
    stack.push_async_callback(end, watching, *following)


async def _changed(bus: Client, subject: str, position: int) -> None:
    await bus.publish(subject, b"%d" % position)
