"""For every ICS the same work: a task for each one on the roster, those onboarded later included, woken when its log grows."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from nats.aio.msg import Msg

from commonweal.runtime.process import Process
from tenants.store import Store, Tenant

ROSTER_SECONDS: Final = 3.0
"""How soon an ICS that is onboarded is seen to."""

Work = Callable[[Tenant, asyncio.Event], Awaitable[None]]
"""(tenant, woken): works for ever; `woken` is set at each wake."""


async def each_tenant(
    process: Process, store: Store, work: Work, begun: Callable[[Tenant], Awaitable[None]] | None = None
) -> None:
    """Keep a task of `work` for each ICS until the process is asked to stop; a task that ends by an error ends the process.

    `begun` is awaited for each ICS that is there at the start, before the process is ready.
    """
    woken: dict[str, asyncio.Event] = {}
    tasks: dict[str, asyncio.Task[None]] = {}

    async def wake(message: Msg) -> None:
        if (event := woken.get(message.subject.partition(".")[2])) is not None:
            event.set()

    await process.bus.subscribe("wake.*", cb=wake)
    try:
        while not process.stop.is_set():
            for ods in await store.roster():
                if ods not in tasks:
                    tenant = await store.tenant(ods)
                    if begun is not None and not process.is_ready:
                        await begun(tenant)
                    woken[ods] = asyncio.Event()
                    tasks[ods] = asyncio.create_task(_named(work(tenant, woken[ods])), name=f"{process.name} {ods}")
            process.ready()
            await _pause(process, tasks)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


async def _named(work: Awaitable[None]) -> None:
    await work


async def _pause(process: Process, tasks: dict[str, asyncio.Task[None]]) -> None:
    stop = asyncio.create_task(process.stop.wait())
    done, _ = await asyncio.wait({stop, *tasks.values()}, timeout=ROSTER_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    for task in done - {stop}:
        task.result()
