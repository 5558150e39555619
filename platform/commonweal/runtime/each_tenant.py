"""For every ICS the same work: each has its turn whatever becomes of another, and those onboarded later are seen to as well."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from nats.aio.msg import Msg
from structlog.contextvars import bind_contextvars

from commonweal.kernel.trace import where
from commonweal.runtime.process import Process, end
from tenants.store import Store, Tenant

ROSTER_SECONDS: Final = 3.0
"""How soon an ICS that is onboarded is seen to."""
_AGAIN_SECONDS: Final = 5.0
"""How soon work that ended by an error is begun again."""

Work = Callable[[Tenant, asyncio.Event], Awaitable[None]]
"""(tenant, woken): works for ever; `woken` is set at each wake."""


async def each_tenant(process: Process, store: Store, work: Work) -> None:
    """Keep a task of `work` for each ICS until the process is asked to stop.

    What is wrong with an ICS is added to the process's complaint, which has to be set before.
    """
    woken: dict[str, asyncio.Event] = {}
    tasks: dict[str, asyncio.Task[None]] = {}
    wrong: dict[str, str] = {}
    own = process.complaint
    process.complaint = lambda: "; ".join(filter(None, [own(), *wrong.values()]))

    async def wake(message: Msg) -> None:
        if (event := woken.get(message.subject.partition(".")[2])) is not None:
            event.set()

    async def keep(ods: str) -> None:
        bind_contextvars(tenant=ods)  # in every line this task writes from here on
        while True:
            try:
                await work(await store.tenant(ods), woken[ods])
            except Exception as failure:  # noqa: BLE001 – shown and tried again: the other ICSs go on
                wrong[ods] = f"{ods}: {where(failure)}"
                process.log.error("work_ended", tenant=ods, error=where(failure))  # noqa: TRY400 – it may name a person
            await asyncio.sleep(_AGAIN_SECONDS)
            wrong.pop(ods, None)

    listening = await process.bus.subscribe("wake.*", cb=wake)
    try:
        while not process.stop.is_set():
            wrong.pop("", None)
            try:
                roster = await store.roster()
            except Exception as failure:  # noqa: BLE001 – the same
                wrong[""] = f"the roster cannot be read: {where(failure)}"
                roster = {}
            for ods in roster.keys() - tasks.keys():
                woken[ods] = asyncio.Event()
                tasks[ods] = asyncio.create_task(keep(ods), name=f"{process.name} {ods}")
            if not wrong:
                process.ready()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.stop.wait(), ROSTER_SECONDS)
    finally:
        await listening.unsubscribe()
        await end(*tasks.values())
