"""An office for a journey: a whole installation at work, every process of it, on a loop and by a clock of the journey's own.

The processes are the product's own `main`s. They share this process, so that they go by the journey's calendar: what was recorded eleven
weeks ago was recorded then, for the log as well.
"""

import asyncio
import threading
import time
import uuid
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any, Final, TypeVar

import httpx
import msgspec
import structlog
import time_machine
from litestar.exceptions import LitestarDeprecationWarning
from nats.aio.client import Client
from psycopg import AsyncConnection, sql

from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.kernel.streams import Fact
from commonweal.runtime import follower, listener, mutations, reactor, relay, web
from commonweal.runtime.development_issuer import DevelopmentIssuer
from commonweal.runtime.ground import EXAMPLES, ground
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from commonweal.runtime.ports import LINES
from commonweal.runtime.process import Process, end
from tenants import ics_file
from tenants.ics import ICS
from tenants.nats_accounts import PLATFORM
from tenants.onboard import bring_up_to_date, onboard, prepare_control
from tenants.store import Placement, Store
from tests.conftest import new_servers
from tests.runtime.conftest import free_port

T = TypeVar("T")
PROCESSES: Final[tuple[ModuleType, ...]] = (relay, follower, reactor, listener, web)
PATIENCE: Final = 60.0
"""Seconds until something must have come about."""
ODS: Final = "QPM"
"""Northamptonshire's."""
_READY: Final = """
select least((select min(position) from {schema}.rooms), (select position from {schema}.reactor))
where not exists (select from {schema}.deadlines where fired_at is null and due_at <= {now})
"""
_CALENDAR: Final = "alter table {schema}.events alter column recorded_at set default now() + {shift}"


def northamptonshire() -> ICS:
    """The example ICS, as its file says."""
    return ics_file.read(EXAMPLES / "northamptonshire.toml")


def north_east_london() -> ICS:
    """The other example, with seven boroughs."""
    return ics_file.read(EXAMPLES / "north_east_london.toml")


@dataclass
class Office:
    """An ICS with everything that works for it, at `url`."""

    ods: str
    name: str
    url: str
    installation: Installation
    loop: asyncio.AbstractEventLoop
    store: Store
    admin: AsyncConnection[Any]
    bus: Client
    calendar: time_machine.Traveller | None

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Do something on the processes' loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    def on(self, moment: datetime) -> None:
        """Turn the calendar to a moment; time goes on from there, and what has fallen due by then is done."""
        assert self.calendar is not None
        shift = moment - time_machine.escape_hatch.datetime.datetime.now(UTC)
        self.calendar.move_to(moment)
        self.run(_turn(self.admin, self.ods, shift))
        self.run(self.bus.publish(f"wake.{self.ods}"))
        self.settled()

    def given(self, identity: str, *commands: object) -> None:
        """What others did meanwhile: commands carried out without asking anyone's leave."""
        for command in commands:
            self.run(self._carry_out(identity, command))

    def do(self, subject: str, command: type, identity: str, **given: Any) -> None:
        """A command over GraphQL, `given` in camel case, as the system of whoever this subject works for gives it."""
        issuer = DevelopmentIssuer(self.installation.settings, self.installation.platform_key)
        asked = {"query": mutations.document(command), "variables": {"id": identity, "input": given}}
        token = {"authorization": f"Bearer {issuer.issue(subject, self.ods)}"}
        answer = httpx.post(f"{self.url}/graphql", json=asked, headers=token, timeout=PATIENCE).json()
        assert "errors" not in answer, answer["errors"]

    def facts(self) -> list[Fact]:
        """Everything that happened, as the one who holds the keys reads it."""

        async def read() -> list[Fact]:
            streams = (await self.store.tenant(self.ods)).streams
            return await streams.understand(await streams.log.after(0, 100_000))

        return self.run(read())

    def events(self, type_: type[T]) -> list[T]:
        """Those of one type."""
        return [fact.event for fact in self.facts() if isinstance(fact.event, type_)]

    def settled(self) -> None:
        """Wait until what follows or is due has been done, and every room shows it."""
        self.until(lambda: self.run(self._settled()))

    def until(self, true: Callable[[], T]) -> T:
        """Wait until something holds; what it says then."""
        late = time.monotonic() + PATIENCE
        while not (found := true()):
            assert time.monotonic() < late, "it did not come about in time"
            time.sleep(0.05)
        return found

    async def _settled(self) -> bool:
        ready = await (
            await self.admin.execute(_named(_READY, self.ods, now=sql.Literal(datetime.now(UTC))))
        ).fetchone()
        head = await (await self.store.tenant(self.ods)).log.head()
        return ready is not None and ready[0] == head

    async def _carry_out(self, identity: str, command: object) -> None:
        about = About(command_id=uuid.uuid4(), occurred_at=datetime.now(UTC), actor="journey", channel="test")
        await handle((await self.store.tenant(self.ods)).streams, identity, command, about)


@contextmanager
def at_work(ics: ICS, began: datetime | None = None) -> Iterator[Office]:
    """An installation on which this ICS was onboarded, at work. `began`: when its calendar begins; None: it goes by ours."""
    travel = None if began is None else time_machine.travel(began, tick=True)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="office")
    with new_servers() as servers:
        port, lines = free_port(), free_port(LINES)
        settings = msgspec.structs.replace(servers.settings, port=port, mllp_port=lines)
        installation = replace(servers, settings=settings)
        shift = timedelta() if began is None else began - datetime.now(UTC)
        calendar = None if travel is None else travel.start()
        thread.start()
        stack = AsyncExitStack()
        try:
            made = _wait(loop, _start(stack, loop, installation, ics, shift, calendar))
            yield made
        finally:
            _wait(loop, stack.aclose())
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
            if travel is not None:
                travel.stop()


def _wait(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result(3 * PATIENCE)


async def _start(
    stack: AsyncExitStack,
    loop: asyncio.AbstractEventLoop,
    installation: Installation,
    ics: ICS,
    shift: timedelta,
    calendar: time_machine.Traveller | None,
) -> Office:
    admin = await AsyncConnection.connect(installation.database_url, autocommit=True)
    stack.push_async_callback(admin.close)
    async with ground(installation) as found:
        await prepare_control(found)
        found.keep_key(ics)
        await bring_up_to_date(found, Placement(ics.ods, ics.database, ics.key_file))
        await _turn(admin, ics.ods, shift)
        await onboard(found, ics)
    for module in PROCESSES:
        await _begin(stack, installation, module)
    store = open_store(installation, "journey")
    stack.push_async_callback(store.close)
    bus = await installation.accounts.connect(installation.nats_url, PLATFORM, "process", name="journey")
    stack.push_async_callback(bus.close)
    return Office(ics.ods, ics.name, installation.settings.address, installation, loop, store, admin, bus, calendar)


async def _begin(stack: AsyncExitStack, installation: Installation, module: ModuleType) -> None:
    """One of the processes, as far as its own `main` goes."""
    name = module.__name__.rpartition(".")[2]
    bus = await installation.accounts.connect(installation.nats_url, PLATFORM, "process", name=name)
    stack.push_async_callback(bus.close)
    process = Process(name, installation, bus, structlog.get_logger())
    main: Callable[[Process], Awaitable[None]] = module.main
    with warnings.catch_warnings():
        # Strawberry's controller names what it is given in a way that Litestar 3 will not take.
        warnings.simplefilter("ignore", LitestarDeprecationWarning)
        work = asyncio.ensure_future(main(process))

        async def stop() -> None:
            process.stop.set()
            await asyncio.wait((work,), timeout=5)
            await end(work)

        stack.push_async_callback(stop)
        async with asyncio.timeout(2 * PATIENCE):
            while not process.is_ready:
                assert not work.done(), work
                await asyncio.sleep(0.02)


async def _turn(admin: AsyncConnection[Any], ods: str, shift: timedelta) -> None:
    """From now on the log records at our time and so much: what PostgreSQL calls now cannot be turned."""
    await admin.execute(_named(_CALENDAR, ods, shift=sql.Literal(shift)))


def _named(statement: str, ods: str, **known: sql.Composable) -> sql.Composed:
    return sql.SQL(statement).format(schema=sql.Identifier(ods.lower()), **known)
