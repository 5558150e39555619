"""The reactor as a process: at work for every ICS, woken by whoever writes, ended when asked."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest
import structlog

from commonweal.domain import hospital, tenant
from commonweal.kernel.handle import handle
from commonweal.kernel.react import Reactor
from commonweal.runtime import reactor
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, end
from tenants.nats_accounts import PLATFORM, SYSTEM, push
from tenants.store import Tenant
from tests.tenant import about, store

NOW = datetime.now(UTC)
WARDS = tenant.Policies(discharge_offer="wards", offer_wards=("Cedar",), offer_hours=48)
HOME = hospital.HearFromHospital(fact=hospital.PatientDischarged(trust="RNS", ward="Cedar", occurred_at=NOW))


async def told(ics: Tenant) -> str:
    """The stay of someone sent home from a ward on the list."""
    wish = tenant.ConfigureTenant(ods=ics.ods, name="Wherever", gss="E54000059", policies=WARDS, on=NOW.date())
    await handle(ics.streams, ics.ods, wish, about())
    stay = str(uuid.uuid4())
    await handle(ics.streams, stay, HOME, about())
    return stay


async def offered(ics: Tenant, stay: str) -> None:
    """Waits for the offer task."""
    async with asyncio.timeout(30):
        while len(await ics.log.stream(f"hospital_episode-{stay}")) < 2:  # noqa: ASYNC110 – it is asked of a database
            await asyncio.sleep(0.05)
    told_and_offered = [each.type for each in await ics.log.stream(f"hospital_episode-{stay}")]
    assert told_and_offered == ["PatientDischarged", "DischargeSupportTaskRaised"]


async def _story(servers: Installation) -> None:
    bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process", name="reactor")
    system = await servers.accounts.connect(servers.nats_url, SYSTEM, "claims")
    process = Process("reactor", servers, bus, structlog.stdlib.get_logger())
    try:
        async with store(servers, "QZX", "QZY"):
            for ods in ("QZX", "QZY"):
                await push(system, servers.accounts.account_claims(ods))
            writer = open_store(servers, "test", bus)
            work = asyncio.create_task(reactor.main(process))
            try:
                for ods in ("QZX", "QZY"):
                    ics = await writer.tenant(ods)
                    await offered(ics, await told(ics))
                await offered(ics, await told(ics))
                assert process.is_ready
                assert "reactor" not in process.complaint()
                process.stop.set()
                await asyncio.wait_for(work, 20)
            finally:
                await end(work)
                await writer.close()
    finally:
        await system.close()
        await bus.close()


def test_the_process_reacts_for_every_ics_as_soon_as_it_is_woken_and_ends_when_asked(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reactor.follow, "__defaults__", (600.0,))  # it does not look by itself
    asyncio.run(_story(servers))
