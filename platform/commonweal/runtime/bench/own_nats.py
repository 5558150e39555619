"""A NATS server of a bench's own, with one ICS's empty stream on it; gone after it with all it held."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from nats.aio.client import Client

from commonweal.runtime.embedded.nats import Nats
from commonweal.runtime.installation import Installation
from tenants.nats_accounts import SYSTEM, push
from tenants.streams import make_events


@dataclass(frozen=True)
class Server:
    """The server, set as `commonweal up` sets its own."""

    servers: Installation
    url: str
    stack: AsyncExitStack

    async def connect(self, account: str, role: str) -> Client:
        """A connection that ends with the server."""
        client = await self.servers.accounts.connect(self.url, account, role, name="bench")
        self.stack.push_async_callback(client.close)
        return client

    async def how_it_writes(self) -> dict[str, str]:
        """Its version and `sync_interval`, as it says itself."""
        system = await self.connect(SYSTEM, "settings")
        said = json.loads((await system.request("$SYS.REQ.SERVER.PING.VARZ", b"{}", timeout=5)).data)
        config = said["data"]["jetstream"]["config"]
        interval = "always" if config.get("sync_always") else f"{config['sync_interval'] / 1e9:g} s"
        return {"NATS": said["server"]["ver"], "sync_interval": interval}


@asynccontextmanager
async def own_nats(servers: Installation, ods: str) -> AsyncIterator[Server]:
    """Started now, gone at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="commonweal-bench-"))
    try:
        child, url = await Nats(folder, servers.accounts).start()
        try:
            async with AsyncExitStack() as stack:
                made = Server(servers, url, stack)
                await push(await made.connect(SYSTEM, "claims"), servers.accounts.account_claims(ods))
                await make_events(await made.connect(ods, "onboard"), ods)
                yield made
        finally:
            await child.stop()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder)
