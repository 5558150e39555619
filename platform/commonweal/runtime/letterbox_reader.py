"""What trusts leave in their letterboxes goes the same road as what they say over a line: every message is taken in, in order."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from commonweal.domain import tenant as ics
from commonweal.kernel.trace import where
from commonweal.runtime import hospital_feed
from commonweal.runtime.each_tenant import each_tenant
from commonweal.runtime.process import Process, end
from tenants.nats_accounts import Accounts, trust_account
from tenants.store import Store, Tenant
from tenants.streams import INTAKE

CONSUMER: Final = "intake"
LOOK: Final = 10.0
"""Seconds between two looks at which trusts have a letterbox."""
WAIT: Final = 5.0
"""Seconds the server is asked to wait for a message, and those after which one we could not take in comes again."""
_ACK_WAIT: Final = 60
_SILENT: Final = ("AA", "AR")
"""What is settled: taken in, or never to be. Whoever sent it has the server's receipt and hears no more."""

log: Final = structlog.get_logger()


@dataclass
class Letterbox:
    """One trust's, of one ICS. `trouble`: what is wrong now, in words for whoever runs the installation."""

    tenant: Tenant
    trust: str
    accounts: Accounts
    nats_url: str
    again: float = WAIT
    trouble: str | None = None

    async def follow(self) -> None:
        """Take in what is left there, for ever; an error is shown and tried again."""
        while True:
            try:
                account = trust_account(self.tenant.ods, self.trust)
                async with asyncio.timeout(WAIT):
                    nats = await self.accounts.connect(self.nats_url, account, "intake", name=f"intake {account}")
                try:
                    await self._follow(nats)
                finally:
                    await nats.close()
            except Exception as failure:  # noqa: BLE001 – shown and tried again: nothing is acknowledged before it is kept
                self.trouble = f"the letterbox of {self.trust} in {self.tenant.ods} is not read ({where(failure)})"
            await asyncio.sleep(self.again)

    async def _follow(self, nats: Client) -> None:
        config = {
            "durable_name": CONSUMER,
            "name": CONSUMER,
            "filter_subject": f"in.{self.trust}.hl7v2",
            "ack_policy": "explicit",
            "ack_wait": _ACK_WAIT * 1_000_000_000,
            "max_ack_pending": 1,
        }
        wish = json.dumps({"stream_name": INTAKE, "config": config}).encode()
        subject = f"$JS.API.CONSUMER.CREATE.{INTAKE}.{CONSUMER}.in.{self.trust}.hl7v2"
        answer = json.loads((await nats.request(subject, wish, timeout=WAIT)).data)
        if "error" in answer:
            raise ConnectionError(answer["error"].get("description"))
        pull = await nats.jetstream().pull_subscribe_bind(CONSUMER, INTAKE)
        self.trouble = None
        while True:
            try:
                messages = await pull.fetch(1, timeout=WAIT)
            except TimeoutError:
                continue
            for message in messages:
                await self._take(message)

    async def _take(self, message: Msg) -> None:
        taken = await hospital_feed.take(self.tenant, self.trust, message.data)
        if taken.ack in _SILENT:
            await message.ack_sync(timeout=WAIT)
            self.trouble = None
        else:
            self.trouble = f"a message {self.trust} left for {self.tenant.ods} cannot be taken in now"
            await message.nak(delay=self.again)


@dataclass
class Letterboxes:
    """All those of one ICS, as its log has them."""

    tenant: Tenant
    accounts: Accounts
    nats_url: str
    open: dict[str, tuple[Letterbox, "asyncio.Task[None]"]] = field(default_factory=dict)

    async def follow(self) -> None:
        """Read each letterbox there is, until cancelled."""
        try:
            while True:
                await self.look()
                await asyncio.sleep(LOOK)
        finally:
            await end(*(task for _, task in self.open.values()))

    async def look(self) -> None:
        """Open those that are wanted, close those that are not."""
        await self.tenant.streams.get(ics.CATEGORY, self.tenant.ods)
        state: ics.State = (await self.tenant.streams.committed(ics.CATEGORY, self.tenant.ods)).state
        wanted = {trust for trust in state.trusts if state.has_stream(trust)}
        for trust in self.open.keys() - wanted:
            await end(self.open.pop(trust)[1])
        for trust in wanted - self.open.keys():
            letterbox = Letterbox(self.tenant, trust, self.accounts, self.nats_url)
            self.open[trust] = letterbox, asyncio.create_task(letterbox.follow(), name=f"letterbox {trust}")
            log.info("letterbox open", tenant=self.tenant.ods, trust=trust)

    def troubles(self) -> list[str]:
        return [letterbox.trouble for letterbox, _ in self.open.values() if letterbox.trouble]


async def read_letterboxes(process: Process, store: Store) -> None:
    """Read those of every ICS until the process is asked to stop; sets the process's complaint."""
    at_work: dict[str, Letterboxes] = {}

    async def work(tenant: Tenant, _woken: asyncio.Event) -> None:
        letterboxes = Letterboxes(tenant, process.installation.accounts, process.installation.nats_url)
        at_work[tenant.ods] = letterboxes
        await letterboxes.follow()

    process.complaint = lambda: "; ".join(trouble for each in at_work.values() for trouble in each.troubles())
    await each_tenant(process, store, work)
