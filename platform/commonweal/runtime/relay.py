"""The process that relays: every ICS's log on its way to its stream, each over a connection of its own."""

import asyncio
import sys

from commonweal.kernel.relay import Relay
from commonweal.runtime import lag, nats_refusals
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, end, run
from tenants.store import Tenant


async def main(process: Process) -> None:
    installation = process.installation
    store = open_store(installation, "relay")
    relays: dict[str, Relay | None] = {}
    process.looks += [lag.relays(store, relays), lag.pools(store)]

    async def work(tenant: Tenant, woken: asyncio.Event) -> None:
        relays[tenant.ods] = None
        nats = await installation.accounts.connect(
            installation.nats_url, tenant.ods, "relay", name=f"relay {tenant.ods}"
        )
        try:
            relay = relays[tenant.ods] = Relay(tenant.ods, tenant.log, nats)
            await relay.follow(woken)
        finally:
            await nats.close()

    process.complaint = lambda: complaint(relays)
    refusals = asyncio.create_task(nats_refusals.count(installation))
    try:
        await each_tenant(process, store, work)
    finally:
        await end(refusals)
        await store.close()


def complaint(relays: dict[str, Relay | None]) -> str:
    """Which ICSs are halted or behind, and why; empty when none is."""
    said = (relay.complaint if relay else f"{ods}: not connected to its account" for ods, relay in relays.items())
    return "; ".join(filter(None, said))


if __name__ == "__main__":
    sys.exit(run("relay", main))
