"""The follower keeps every room of every ICS up to date with its log."""

import asyncio
import sys
from collections.abc import Iterable
from functools import partial

from commonweal.kernel.batches import Batches
from commonweal.kernel.follow import Room
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.watch import Watch
from commonweal.runtime import lag
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, run
from projections import READ_MODELS
from tenants.store import Tenant


async def main(process: Process) -> None:
    store = open_store(process.installation, "follower", process.bus)
    rooms: dict[tuple[str, str], Room] = {}
    turn = asyncio.Semaphore(1)
    process.looks += [lag.rooms(store), lag.pools(store)]

    def room(tenant: Tenant, model: ReadModel, batches: Batches) -> Room:
        changed = partial(_changed, process, f"changed.{tenant.ods}.{model.name}")
        made = Room(tenant.streams, tenant.pool.borrow, model, changed, batches, turn)
        return rooms.setdefault((tenant.ods, model.name), made)

    async def work(tenant: Tenant, woken: asyncio.Event) -> None:
        batches = Batches(tenant.streams)
        bells = {asyncio.Event(): room(tenant, model, batches) for model in READ_MODELS}
        follow = [each.follow(bell, every=None) for bell, each in bells.items()]
        await asyncio.gather(_ring(woken, bells), Watch(tenant.pool.connect, bells).keep(), *follow)

    process.complaint = lambda: "; ".join(room.stopped for room in rooms.values() if room.stopped)
    try:
        await each_tenant(process, store, work)
    finally:
        await store.close()


async def _ring(woken: asyncio.Event, bells: Iterable[asyncio.Event]) -> None:
    """Each room has a bell of its own: one that is busy does not miss what another has heard."""
    while True:
        await woken.wait()
        woken.clear()
        for bell in bells:
            bell.set()


async def _changed(process: Process, subject: str, position: int) -> None:
    await process.bus.publish(subject, b"%d" % position)


if __name__ == "__main__":
    sys.exit(run("follower", main))
