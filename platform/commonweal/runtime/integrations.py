"""Telling others: every integration at work for every ICS, inside the reactor's process."""

import asyncio
import logging

import httpx

from commonweal.integrations import INTEGRATIONS
from commonweal.integrations.delivery.collect import Collector
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.integrations.delivery.send import PATIENCE, Sender
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.process import Process
from tenants.store import Store, Tenant


async def run_integrations(process: Process, store: Store) -> None:
    """Collect and send until the process is asked to stop; sets the process's complaint."""
    installation = process.installation
    at_work: dict[str, list[Collector | Sender]] = {}
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each request would say what ours says already

    def token(file: str) -> str:
        return (process.settings.data / file).read_text(encoding="utf-8").strip()

    async def work(tenant: Tenant, _woken: asyncio.Event) -> None:
        at_work[tenant.ods] = []
        nats = await installation.accounts.connect(
            installation.nats_url, tenant.ods, "integration", name=f"integration {tenant.ods}"
        )
        try:
            for integration in INTEGRATIONS:
                outbox = Outbox(integration.name, tenant.pool.borrow)
                sender = Sender(integration, tenant.streams, outbox, http, token=token)
                collector = Collector(integration, tenant.streams, outbox, nats, sender.woken.set)
                at_work[tenant.ods] += [sender, collector]
            await asyncio.gather(*(each.follow() for each in at_work[tenant.ods]))
        finally:
            await nats.close()

    def complaint() -> str:
        silent = [f"{ods}: integrations are not connected" for ods, parts in at_work.items() if not parts]
        return "; ".join([*silent, *(part.trouble for parts in at_work.values() for part in parts if part.trouble)])

    # What is under way to one recipient is bounded by the sender: no recipient waits for a connection of another's.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        process.complaint = complaint
        await each_tenant(process, store, work)
