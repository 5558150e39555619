"""Everything between a command and a trust's server, in one process: log, relay, stream, collector, outbox, sender."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from nats.aio.client import Client, RawCredentials
from nats.aio.msg import Msg

from commonweal.domain import tenant
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive, referral
from commonweal.domain.referrals.referral import AcceptReferral, StartTriage
from commonweal.integrations import INTEGRATIONS
from commonweal.integrations.delivery import task
from commonweal.integrations.delivery.carry import Carrier
from commonweal.integrations.delivery.collect import Collector
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.integrations.delivery.parked import Parked
from commonweal.integrations.delivery.send import Sender
from commonweal.kernel.handle import handle
from commonweal.runtime.installation import Installation
from commonweal.runtime.integrations import Tellers
from commonweal.runtime.process import end
from tenants.letterboxes import PostOffice
from tenants.streams import out
from tests.integrations.hospital import Hospital
from tests.road import Road, own_nats, road
from tests.tenant import about

TRUST = "RNS"
TODAY = date(2026, 3, 4)
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
NARRATIVE, FEEDBACK, NOTE, NAME = "canary-narrative", "canary-feedback", "canary-note", "Canary Finch"
NUMBERS = ("9434765919", "9000000009", "9000000017", "9000000025", "9000000033")
ROWS = "select stream_id, type, state, attempts, last_status, last_error from deliveries order by position"


class Telling:
    """One ICS that tells one trust. `again`: backoff in seconds."""

    def __init__(self, made: Road, hospital: Hospital, again: Sequence[float]) -> None:
        self.road = made
        self.hospital = hospital
        self.streams = made.tenant.streams
        self.parked = Parked(made.tenant.pool.borrow)
        self.post_office = PostOffice(made.accounts, made.url)
        self.again = again
        self.lease = 30.0
        self.patience = 10.0
        self.today = TODAY
        self.tokens: dict[str, str] = {}
        self.tellers = Tellers(made.accounts, made.url, self.road.code)
        self._people = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def command(self, identity: str, command: object) -> None:
        await handle(self.streams, identity, command, about())

    async def configure(self, endpoint: str | None, token_file: str | None = None) -> None:
        trust = tenant.Trust(ods=TRUST, name="A hospital", task_endpoint=endpoint, task_token_file=token_file)
        command = tenant.ConfigureTenant(ods=self.road.code, name="An ICS", gss="E54000059", trusts=(trust,), on=TODAY)
        await self.command(self.road.code, command)

    async def letterbox(self, *, open_it: bool = True, **known: Any) -> None:
        """From now on the trust takes what it is told from a stream of its own."""
        trust = tenant.Trust(ods=TRUST, name="A hospital", told_by=tenant.STREAM, **known)
        command = tenant.ConfigureTenant(ods=self.road.code, name="An ICS", gss="E54000059", trusts=(trust,), on=TODAY)
        await self.command(self.road.code, command)
        if open_it:
            await self.post_office.open(self.road.tenant)

    async def key(self, lasting: timedelta = timedelta(days=1)) -> str:
        """Credentials made for the trust now."""
        content, _ = await self.post_office.issue(self.road.tenant, TRUST, lasting)
        return content

    async def take(self, *, nothing: bool = False) -> list[bytes]:
        """All that waits for the trust, taken and acknowledged by a client of its own, with a key of its own. `nothing`: there
        should be nothing, and it is not waited for."""
        client = await held(self.road.url, await self.key())
        try:
            return [message.data for message in await pull(client, wait=0.5 if nothing else 20.0)]
        finally:
            await client.close()

    async def refer(self, *, share: bool = True, source_org: str = TRUST, setting: str = "ward") -> str:
        """A person, their consents, a referral from the trust; the referral's id (`person-<that>` is the person)."""
        found = str(uuid.uuid4())
        someone = f"p-{found}"
        number = NUMBERS[self._people]
        self._people += 1
        await self.command(
            someone, person.RegisterPerson(name=NAME, nhs_number=number, nhs_number_status="01", on=TODAY)
        )
        await self.consent(found, "contact")
        if share:
            await self.consent(found, "share_referrer", source_org)
        await self.command(
            found,
            receive.ReceiveReferral(
                person_id=someone, source="06", source_org=source_org, source_reference=f"ref-{number}", setting=setting,
                reasons=("loneliness",), referrer_role="nurse", received_at=NOW, narrative=NARRATIVE,
            ),
        )  # fmt: skip
        return found

    async def consent(self, referral_id: str, scope: str, audience: str = "any", **known: Any) -> None:
        given = consent.GiveConsent(
            scope=scope, audience=audience, method="verbal", wording_version="1", given_on=TODAY, **known
        )
        await self.command(f"p-{referral_id}", given)

    async def accept(self, referral_id: str) -> None:
        """Two steps to be told of: in_triage, accepted."""
        await self.command(referral_id, StartTriage())
        await self.command(referral_id, AcceptReferral())

    async def begin(self) -> None:
        """Relay, collect and send from here on."""
        task.model()
        made = self.road
        relay = await made.relay()
        self._http = httpx.AsyncClient(trust_env=False)
        carrier = Carrier(self._http, self.tokens.__getitem__, self.tellers.put, self.patience)
        integrating = await made.user("integration")
        self._nats = (relay.nats, integrating)
        self._tasks = [asyncio.create_task(relay.follow(asyncio.Event(), 0.01))]
        for integration in INTEGRATIONS:
            outbox = Outbox(integration.name, made.tenant.pool.borrow)
            sender = Sender(
                integration, self.streams, outbox, carrier, backoff=self.again, lease=self.lease, day=lambda: self.today
            )
            collector = Collector(integration, self.streams, outbox, integrating, sender.woken.set)
            self._tasks += [asyncio.create_task(collector.follow()), asyncio.create_task(sender.follow(0.02))]

    async def cease(self) -> None:
        """As if the processes were killed."""
        await end(*self._tasks)
        if self._tasks:
            await self._http.aclose()
            await self.tellers.close()
            for each in self._nats:
                await each.close()
        self._tasks = []

    async def leases_run_out(self) -> None:
        """As if so much time had passed that what was under way may be tried again."""
        async with self.road.tenant.pool.borrow() as connection:
            await connection.execute("update deliveries set next_try_at = now() where state = 'waiting'")

    async def rows(self) -> list[tuple[Any, ...]]:
        """(stream, type, state, attempts, status, error) in order."""
        async with self.road.tenant.pool.borrow() as connection:
            return list(await (await connection.execute(ROWS)).fetchall())

    async def states(self, referral_id: str) -> list[str]:
        return [row[2] for row in await self.rows() if row[0] == f"{referral.CATEGORY}-{referral_id}"]

    async def settled(self, count: int) -> None:
        """Wait until so many deliveries are there and none of them waits."""
        async with asyncio.timeout(20):
            while True:
                rows = await self.rows()
                if len(rows) == count and all(row[2] != "waiting" for row in rows):
                    return
                await asyncio.sleep(0.02)


async def held(url: str, key: str, **options: Any) -> Client:
    """A NATS client as a trust has it: a server's address and its credentials."""
    client = Client()
    try:
        known = {"user_credentials": RawCredentials(key), "inbox_prefix": "_INBOX_trust", "max_reconnect_attempts": 1}
        await client.connect(url, **{**known, **options})
    except BaseException:
        await client.close()
        raise
    return client


async def pull(client: Client, trust: str = TRUST, wait: float = 20.0) -> list[Msg]:
    """What waits for a trust, each acknowledged. `wait`: seconds for each, as long as there are more."""
    waiting = await client.jetstream().pull_subscribe_bind(trust, out(trust))
    found: list[Msg] = []
    with suppress(TimeoutError):
        while not found or found[-1].metadata.num_pending:
            (message,) = await waiting.fetch(1, timeout=wait)
            await message.ack_sync(timeout=20)
            found.append(message)
    return found


@asynccontextmanager
async def telling(
    servers: Installation, *codes: str, again: Sequence[float] = (0.05, 0.05, 0.05, 0.05)
) -> AsyncIterator[list[Telling]]:
    """ICSs that each tell a trust of their own, all on one NATS server; nothing begun yet."""
    async with own_nats(servers) as (bus, url), AsyncExitStack() as stack:
        server, _ = await bus.start()
        stack.push_async_callback(server.stop)
        found = []
        for code in codes:
            hospital = Hospital()
            await hospital.start()
            stack.push_async_callback(hospital.stop)
            made = await stack.enter_async_context(road(servers, code, url))
            one = Telling(made, hospital, again)
            stack.push_async_callback(one.cease)
            await one.configure(hospital.endpoint)
            found.append(one)
        yield found


def run(servers: Installation, test: Callable[[Telling], Awaitable[None]], **known: Any) -> None:
    """The test on one ICS."""

    async def inside() -> None:
        async with telling(servers, "QZT", **known) as (one,):
            await test(one)

    asyncio.run(inside())
