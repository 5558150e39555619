"""The reactor does for every ICS what follows without being asked: its policies, its deadlines, and what others must be told."""

import asyncio
import sys
from dataclasses import replace
from functools import partial

from commonweal.kernel.react import Reactor
from commonweal.runtime import lag
from commonweal.runtime.comparing import Comparing
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.forgetting import forget
from commonweal.runtime.integrations import run_integrations
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, end, run
from tenants.store import Tenant


async def main(process: Process) -> None:
    store = open_store(process.installation, "reactor", process.bus)
    reactors: dict[str, Reactor] = {}
    process.looks += [lag.reactor(store), lag.pools(store)]
    telling = replace(process)  # its complaints are its own; this process is as well as both of its halves

    async def work(tenant: Tenant, woken: asyncio.Event) -> None:
        reactor = reactors[tenant.ods] = Reactor(
            tenant.streams,
            tenant.pool.borrow,
            partial(forget, tenant),
            same_details=Comparing(tenant).same_details,
        )
        await reactor.follow(woken)

    process.complaint = lambda: "; ".join(
        filter(None, [*(reactor.complaint for reactor in reactors.values()), telling.complaint()])
    )
    process.remark = lambda: telling.remark()  # noqa: PLW0108 – another one, once the other half is at work
    halves = [
        asyncio.create_task(each_tenant(process, store, work), name="reactor policies"),
        asyncio.create_task(run_integrations(telling, store), name="reactor integrations"),
    ]
    try:
        await asyncio.gather(*halves)
    finally:
        await end(*halves)
        await store.close()


if __name__ == "__main__":
    sys.exit(run("reactor", main))
