"""Everything between a command and a trust's server, in one process: log, relay, stream, collector, outbox, sender."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from typing import Any

import httpx

from commonweal.domain import consent, person, receive, referral, tenant
from commonweal.domain.referral import AcceptReferral, StartTriage
from commonweal.integrations.delivery.collect import Collector
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.integrations.delivery.send import Sender
from commonweal.integrations.hospital_discharge import INTEGRATION
from commonweal.kernel.handle import handle
from commonweal.runtime.installation import Installation
from commonweal.runtime.process import end
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
        self.outbox = Outbox(INTEGRATION.name, made.tenant.pool.borrow)
        self.again = again
        self.lease = 1.0
        self.patience = 0.5
        self.tokens: dict[str, str] = {}
        self.sender: Sender
        self._people = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def command(self, identity: str, command: object) -> None:
        await handle(self.streams, identity, command, about())

    async def configure(self, endpoint: str | None, token_file: str | None = None) -> None:
        trust = tenant.Trust(ods=TRUST, name="A hospital", task_endpoint=endpoint, task_token_file=token_file)
        command = tenant.ConfigureTenant(ods=self.road.code, name="An ICS", gss="E54000059", trusts=(trust,), on=TODAY)
        await self.command(self.road.code, command)

    async def refer(self, *, share: bool = True, source_org: str = TRUST) -> str:
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
                person_id=someone, source="06", source_org=source_org, source_reference=f"ref-{number}", setting="ward",
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
        made = self.road
        relay = await made.relay()
        http = httpx.AsyncClient(trust_env=False)
        self.sender = Sender(
            INTEGRATION, self.streams, self.outbox, http,
            backoff=self.again, patience=self.patience, lease=self.lease, day=lambda: TODAY,
            token=self.tokens.__getitem__,
        )  # fmt: skip
        nats = await made.user("integration")
        collector = Collector(INTEGRATION, self.streams, self.outbox, nats, self.sender.woken.set)
        self._nats = (relay.nats, nats)
        self._http = http
        self._tasks = [
            asyncio.create_task(relay.follow(asyncio.Event(), 0.01)),
            asyncio.create_task(collector.follow()),
            asyncio.create_task(self.sender.follow(0.02)),
        ]

    async def cease(self) -> None:
        """As if the processes were killed."""
        await end(*self._tasks)
        if self._tasks:
            await self._http.aclose()
            for nats in self._nats:
                await nats.close()
        self._tasks = []

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


@asynccontextmanager
async def telling(
    servers: Installation, *codes: str, again: Sequence[float] = (0.05, 0.05, 0.05, 0.05)
) -> AsyncIterator[list[Telling]]:
    """ICSs that each tell a trust of their own, all on one NATS server; nothing begun yet."""
    async with own_nats(servers) as (nats, url), AsyncExitStack() as stack:
        server, _ = await nats.start()
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
