"""A road for a test: an ICS with a real log, and an account with a real stream on a NATS server of its own."""

import asyncio
import json
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nats.aio.client import Client

from commonweal.kernel import cloud_event
from commonweal.kernel.append import About, Append, NewEvent
from commonweal.kernel.log import Recorded
from commonweal.kernel.relay import Relay
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.embedded.nats import Nats
from commonweal.runtime.installation import Installation
from tenants.nats_accounts import SYSTEM, Accounts, push
from tenants.store import Tenant
from tenants.streams import make_events
from tests.conftest import folder
from tests.runtime.conftest import free_port


class Road:
    """One ICS with a log, and an account with a stream."""

    def __init__(self, tenant: Tenant, accounts: Accounts, url: str) -> None:
        self.tenant = tenant
        self.code = tenant.ods
        self.accounts = accounts
        self.url = url
        self._open: list[Client] = []

    async def user(self, role: str, account: str | None = None) -> Client:
        async def quiet(_: Exception) -> None:
            """What is lost on the way is what these tests are about."""

        user = await self.accounts.connect(self.url, account or self.code, role, error_cb=quiet)
        self._open.append(user)
        return user

    async def relay(self) -> Relay:
        return Relay(self.code, self.tenant.log, await self.user("relay"), answer=30.0)

    async def append(self, count: int, size: int = 100) -> None:
        """`count` events on as many streams."""
        for _ in range(0, count, 250):
            several = [
                NewEvent(f"referral-{uuid.uuid4()}", 1, "ReferralAccepted", b'{"x":"%s"}' % (b"y" * size))
                for _ in range(min(250, count))
            ]
            seen = [(each.stream_id, 0) for each in several]
            await self.tenant.log.append(Append(seen, several, about=About(command_id=uuid.uuid4())))

    async def carried(self) -> list[tuple[int, Recorded]]:
        """The stream as it is: (sequence, event)."""
        reader = await self.user("reader")
        state = json.loads((await reader.request("$JS.API.STREAM.INFO.EVENTS", b"", timeout=5)).data)["state"]
        found = []
        for sequence in range(state["first_seq"], state["last_seq"] + 1):
            got = await reader.request("$JS.API.DIRECT.GET.EVENTS", b'{"seq":%d}' % sequence, timeout=5)
            assert got.headers is not None
            found.append((int(got.headers["Nats-Sequence"]), cloud_event.read(got.data)))
        return found

    async def assert_equal(self) -> None:
        """Stream and log hold the same events under the same numbers."""
        stored = await self.tenant.log.after(0, 100_000)
        assert await self.carried() == [(each.position, each) for each in stored]

    async def close(self) -> None:
        for user in self._open:
            await user.close()


@asynccontextmanager
async def road(servers: Installation, code: str, url: str, first: int = 1) -> AsyncIterator[Road]:
    async with throwaway(servers, code) as (tenant,):
        made = Road(tenant, servers.accounts, url)
        try:
            await push(await made.user("claims", SYSTEM), servers.accounts.account_claims(code))
            await make_events(await made.user("onboard"), code, first=first)
            yield made
        finally:
            await made.close()


@asynccontextmanager
async def own_nats(servers: Installation) -> AsyncIterator[tuple[Nats, str]]:
    """A server for one test, with empty streams, that may be ended and started again at the same address."""
    data, port = folder(), free_port()
    yield Nats(data, servers.accounts, port=port), f"nats://127.0.0.1:{port}"
    shutil.rmtree(data)


async def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 – nothing there tells when
            await asyncio.sleep(0.02)
