"""Telling others: every integration at work for every ICS, inside the reactor's process."""

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from nats.aio.client import Client

from commonweal.integrations import INTEGRATIONS
from commonweal.integrations.delivery import Put, task
from commonweal.integrations.delivery.carry import PATIENCE, Carrier
from commonweal.integrations.delivery.collect import Collector
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.integrations.delivery.send import Sender
from commonweal.integrations.delivery.standing import parked
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.process import Process, end
from tenants.nats_accounts import Accounts, trust_account
from tenants.store import Store, Tenant
from tenants.streams import out

COUNTED: Final = 10.0
"""Seconds between two looks at how many deliveries are parked."""


@dataclass
class Tellers:
    """Put into the trusts' own streams of one ICS, each over a connection of its own, opened when it is first needed."""

    accounts: Accounts
    nats_url: str
    ods: str
    _open: dict[str, Client] = field(default_factory=dict)
    _opening: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def put(self, put: Put, headers: dict[str, str]) -> None:
        """Back when it stands in the stream, also where it stood there before."""
        nats = await self._client(put.recipient)
        known = {**headers, "Nats-Msg-Id": str(put.request_id)}
        subject = f"out.{put.recipient}.{put.kind}"
        await nats.jetstream(timeout=PATIENCE).publish(subject, put.body, stream=out(put.recipient), headers=known)

    async def close(self) -> None:
        for nats in self._open.values():
            await nats.close()
        self._open.clear()

    async def _client(self, trust: str) -> Client:
        async with self._opening:
            if trust not in self._open:
                account = trust_account(self.ods, trust)
                self._open[trust] = await self.accounts.connect(
                    self.nats_url, account, "teller", name=f"teller {account}"
                )
            return self._open[trust]


def counted(number: int) -> str:
    """`1 delivery`, `1,204 deliveries`."""
    return f"{number:,} {'delivery' if number == 1 else 'deliveries'}"


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """All of them at once; when this is back every one has ended, so that none finds closed under it what it works with."""
    tasks = [asyncio.create_task(each) for each in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        await end(*tasks)


async def run_integrations(process: Process, store: Store) -> None:
    """Collect and send until the process is asked to stop; sets the process's complaint."""
    installation = process.installation
    at_work: dict[str, list[Collector | Sender]] = {}
    given_up: dict[str, int] = {}
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each request would say what ours says already

    def token(file: str) -> str:
        return (process.settings.data / file).read_text(encoding="utf-8").strip()

    async def count(tenant: Tenant) -> None:
        while True:
            given_up[tenant.ods] = await parked(tenant.pool.borrow)
            await asyncio.sleep(COUNTED)

    async def work(tenant: Tenant, _woken: asyncio.Event) -> None:
        at_work[tenant.ods] = []
        nats = await installation.accounts.connect(
            installation.nats_url, tenant.ods, "integration", name=f"integration {tenant.ods}"
        )
        tellers = Tellers(installation.accounts, installation.nats_url, tenant.ods)
        try:
            for integration in INTEGRATIONS:
                outbox = Outbox(integration.name, tenant.pool.borrow)
                sender = Sender(integration, tenant.streams, outbox, Carrier(http, token, tellers.put))
                collector = Collector(integration, tenant.streams, outbox, nats, sender.woken.set)
                at_work[tenant.ods] += [sender, collector]
            await _until_one_ends(*(each.follow() for each in at_work[tenant.ods]), count(tenant))
        finally:
            await tellers.close()
            await nats.close()

    def complaint() -> str:
        silent = [f"{ods}: integrations are not connected" for ods, parts in at_work.items() if not parts]
        return "; ".join([*silent, *(part.trouble for parts in at_work.values() for part in parts if part.trouble)])

    def remark() -> str:
        return "; ".join(f"{ods}: {counted(number)} parked" for ods, number in given_up.items() if number)

    # What is under way to one recipient is bounded by the sender: no recipient waits for a connection of another's.
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with httpx.AsyncClient(timeout=PATIENCE, limits=limits) as http:
        await asyncio.to_thread(task.model)  # before anything hangs on this loop
        process.complaint = complaint
        process.remark = remark
        await each_tenant(process, store, work)
