"""A relay in a process of its own, which a test may kill: DATABASE-URL NATS-URL PLATFORM-KEY-IN-HEX TENANT."""

import asyncio
import sys

from commonweal.kernel.relay import Relay
from commonweal.runtime.bench.throwaway import open_tenant
from commonweal.runtime.installation import Installation
from commonweal.runtime.settings import load
from tenants.store import Placement


async def main(database: str, url: str, key: str, code: str) -> None:
    installation = Installation(load({"COMMONWEAL_DATA": "/nowhere"}), bytes.fromhex(key), database, database, url)
    tenant = open_tenant(installation, Placement(code), b"k" * 32)
    relay = Relay(code, tenant.log, await installation.accounts.connect(url, code, "relay"))
    print("relaying", flush=True)
    await relay.follow(asyncio.Event(), 0.01)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
