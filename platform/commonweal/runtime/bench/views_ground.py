"""The ground of a view's measuring: a throw-away ICS with its board, the people who ask, and the servers that answer them."""

import asyncio
import json
import multiprocessing
import os
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import sql

from commonweal.domain.user import GrantUser
from commonweal.kernel.handle import handle
from commonweal.runtime.access import user_id
from commonweal.runtime.bench import throwaway, views_board, views_load
from commonweal.runtime.bench.measure import Run, Side, cpu_of
from commonweal.runtime.bench.views_load import Answered, Wish
from commonweal.runtime.development_issuer import NAME, DevelopmentIssuer
from commonweal.runtime.installation import Installation
from projections import caseload, community_chest, outcomes
from tenants.store import Placement, Tenant

CODE: Final = "QZV"
PATIENCE: Final = 180.0
_ANALYZE: Final = """
do $$
declare
    each text;
begin
    for each in select tablename from pg_tables where schemaname = current_schema() loop
        execute format('analyze %I', each);
    end loop;
end
$$
"""
_USER: Final = "demo-bench"
_ROOMS: Final = [caseload.READ_MODEL, outcomes.READ_MODEL, community_chest.READ_MODEL]
_ROLES: Final = ("team_lead", "finance")
"""Who sees all that is asked for."""
Fill: TypeAlias = Callable[[Tenant], Awaitable[None]]
"""Writes into an ICS, and has the rooms read it."""
_NOTHING: Final[Mapping[str, Fill]] = {}
_SPAWN: Final = multiprocessing.get_context("spawn")


@dataclass
class Web:
    """A server at work, and what is asked of it. `login`: whose statements are its own."""

    name: str
    port: int
    pid: int
    login: str
    request: bytes
    ground: "Ground"
    page: int = 0
    spent: list[tuple[float, float]] = field(default_factory=list)
    """For each round: the CPU seconds of an answer, in the server and in PostgreSQL."""

    def asked(self, request: bytes, page: int = 0) -> "Web":
        """The same server, asked this."""
        return Web(self.name, self.port, self.pid, self.login, request, self.ground, page)

    def side(self, clients: int) -> Side:
        """So many clients, each asking again as soon as it is answered."""
        self.spent.clear()

        async def run(seconds: float) -> Run:
            server, backends = cpu_of(self.pid), await self.ground.backends(self.login)
            answered = await self.ground.ask(Wish(self.port, self.request, clients, seconds))
            theirs = {
                pid: used - backends.get(pid, 0) for pid, used in (await self.ground.backends(self.login)).items()
            }
            self.spent.append(((cpu_of(self.pid) - server) / answered.items, sum(theirs.values()) / answered.items))
            return Run(answered.items, answered.seconds, answered.latencies, answered.cpu)

        return run

    @property
    def cost(self) -> str:
        """Milliseconds of CPU for an answer: in the server, and in PostgreSQL for it. The warm-up is not counted."""
        server, backends = (statistics.median(each) * 1e3 for each in zip(*self.spent[1:], strict=True))
        return f"{server:.2f} + {backends:.2f} ms"


@dataclass
class Ground:
    """The ICS, the clients and what they hold."""

    servers: Installation
    tenant: Tenant
    key: bytes
    token: str
    cases: int
    admin: psycopg.AsyncConnection[Any]
    pipe: Connection

    async def ask(self, wish: Wish) -> Answered:
        """What the clients found."""
        answered: Answered | Exception = await asyncio.to_thread(_told, self.pipe, wish)
        if isinstance(answered, Exception):
            raise answered
        return answered

    async def answer(self, web: Web) -> dict[str, Any]:
        """One answer, read."""
        body = (await self.ask(Wish(web.port, web.request, 1, 0))).body
        read: dict[str, Any] = json.loads(body)
        if read.get("errors"):
            raise RuntimeError(f"{web.name} refused: {read['errors'][0]['message']}")
        found: dict[str, Any] = read["data"]
        return found

    async def board(self, web: Web) -> dict[str, Any]:
        """One answer of the board, read."""
        found: dict[str, Any] = (await self.answer(web))["caseload"]
        return found

    async def page(self, web: Web, behind: int) -> Web:
        """The same web, asked for the page so many pages on."""
        after = None
        for _ in range(behind):
            turned = web.asked(question(self.token, after))
            after = (await self.board(turned))["pageInfo"]["endCursor"]
        return web.asked(question(self.token, after), behind)

    async def backends(self, login: str) -> dict[int, float]:
        """CPU seconds of each of PostgreSQL's processes for a login so far."""
        found = await self.admin.execute("select pid from pg_stat_activity where usename = %s", (login,))
        return {pid: cpu_of(pid) for (pid,) in await found.fetchall()}


@asynccontextmanager
async def ground(
    servers: Installation, events: int, tell: Callable[[str], object], also: Mapping[str, Fill] = _NOTHING
) -> AsyncIterator[Ground]:
    """`also`: what else is written, by how it is announced."""
    placement, key = Placement(CODE), os.urandom(32)
    cases = max(events // views_board.PER_CASE, views_board.PAGE + 1)
    async with AsyncExitStack() as stack:
        await throwaway.drop(servers, placement)
        stack.push_async_callback(throwaway.drop, servers, placement)
        await throwaway.make(servers, placement, _ROOMS)
        tenant = throwaway.open_tenant(servers, placement, key)
        stack.push_async_callback(tenant.close)
        tell(f"appending {cases * views_board.PER_CASE:,} events")
        await views_board.fill(tenant, cases)
        for words, fill in also.items():
            tell(words)
            await fill(tenant)
        for role in _ROLES:
            granted = GrantUser(role=role, scope="tenant")
            await handle(tenant.streams, user_id(NAME, _USER), granted, throwaway.about())
        token = DevelopmentIssuer(servers.settings, servers.platform_key).issue(_USER, CODE)
        admin = await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True)
        stack.push_async_callback(admin.close)
        # As autovacuum does within a minute; the peers' tables are analysed when they are made.
        await admin.execute(sql.SQL("set search_path = {}").format(sql.Identifier(placement.schema)))
        await admin.execute(_ANALYZE)
        _, pipe = await stack.enter_async_context(process(views_load.ask))
        yield Ground(servers, tenant, key, token, cases, admin, pipe)


@asynccontextmanager
async def process(work: Callable[..., None], *given: object) -> AsyncIterator[tuple[int, Connection]]:
    """A process of this bench, told and heard through a pipe; it ends when the pipe is closed, however we end."""
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=work, args=(theirs, *given), daemon=True)
    process.start()
    theirs.close()
    try:
        assert process.pid is not None  # noqa: S101 – it was started
        yield process.pid, ours
    finally:
        ours.close()
        await asyncio.to_thread(process.join, 10)
        if process.is_alive():
            process.kill()
            await asyncio.to_thread(process.join)
        process.close()


def _told(pipe: Connection, wish: Wish) -> Answered | Exception:
    pipe.send(wish)
    if not pipe.poll(wish.seconds + PATIENCE):
        return RuntimeError("the clients do not answer")
    found: Answered | Exception = pipe.recv()
    return found


def question(token: str, after: str | None, document: str = views_board.DOCUMENT) -> bytes:
    return asked(token, document, {"first": views_board.PAGE, "after": after})


def asked(token: str, document: str, variables: dict[str, Any]) -> bytes:
    return views_load.request("/graphql", token, json.dumps({"query": document, "variables": variables}).encode())
