"""The relay's process and the reactor's integrations, as they run: from a command to a trust's server."""

import asyncio
import json

import structlog
from structlog.testing import capture_logs

from commonweal.runtime import relay
from commonweal.runtime.installation import Installation
from commonweal.runtime.integrations import run_integrations
from commonweal.runtime.process import Process, end
from tenants.nats_accounts import PLATFORM, SYSTEM, push
from tenants.streams import make_events
from tests.integrations.hospital import Hospital
from tests.integrations.telling import Telling
from tests.road import Road, until
from tests.tenant import store

CODE, OTHER = "QZV", "QZW"


def test_a_command_reaches_the_trusts_server(servers: Installation) -> None:
    async def inside() -> None:
        bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process")
        processes = [Process(name, servers, bus, structlog.get_logger()) for name in ("relay", "reactor")]
        hospital = Hospital()
        await hospital.start()
        async with store(servers, CODE) as opened:
            road = Road(await opened.tenant(CODE), servers.accounts, servers.nats_url)
            tasks = [
                asyncio.create_task(relay.main(processes[0])),
                asyncio.create_task(run_integrations(processes[1], opened)),
            ]
            await until(lambda: all(process.is_ready for process in processes))
            # Onboarded while they run: until its account is there, they say so and go on.
            await until(lambda: all(CODE in process.complaint() for process in processes))
            await push(await road.user("claims", SYSTEM), servers.accounts.account_claims(CODE))
            onboard = await road.user("onboard")
            await make_events(onboard, CODE)
            one = Telling(road, hospital, ())
            await one.configure(hospital.endpoint)
            found = await one.refer()
            await one.accept(found)
            await until(lambda: hospital.taken() == ["in_triage", "accepted"])
            await until(lambda: not any(process.complaint() for process in processes))
            state = json.loads((await onboard.request("$JS.API.STREAM.INFO.EVENTS", b"", timeout=5)).data)["state"]
            assert state["last_seq"] == await road.tenant.log.head()
            with capture_logs() as said:
                for process in processes:
                    process.stop.set()
                async with asyncio.timeout(20):
                    await asyncio.gather(*tasks)
            assert [line for line in said if line["log_level"] not in ("debug", "info")] == []  # a stop is no fault
            await end(*tasks)
            await road.close()
        await hospital.stop()
        await bus.close()

    asyncio.run(inside())


def test_a_trusts_own_stream_is_filled_and_what_is_parked_is_said(servers: Installation) -> None:
    async def inside() -> None:
        bus = await servers.accounts.connect(servers.nats_url, PLATFORM, "process")
        processes = [Process(name, servers, bus, structlog.get_logger()) for name in ("relay", "reactor")]
        hospital = Hospital(answer=lambda _: 400)
        await hospital.start()
        async with store(servers, OTHER) as opened:
            road = Road(await opened.tenant(OTHER), servers.accounts, servers.nats_url)
            await push(await road.user("claims", SYSTEM), servers.accounts.account_claims(OTHER))
            await make_events(await road.user("onboard"), OTHER)
            tasks = [
                asyncio.create_task(relay.main(processes[0])),
                asyncio.create_task(run_integrations(processes[1], opened)),
            ]
            one = Telling(road, hospital, ())
            await one.letterbox()
            found = await one.refer(setting="ed")
            await one.accept(found)
            await one.settled(2)
            assert [b"received, not looked at" in body for body in await one.take()] == [True, False]
            assert processes[1].heartbeat().detail == ""
            await one.configure(hospital.endpoint)
            await one.refer(setting="ed")
            await until(lambda: processes[1].remark() == f"{OTHER}: 1 delivery parked")
            # A letter nobody took is no fault of the process.
            await until(lambda: processes[1].heartbeat().ok and "parked" in processes[1].heartbeat().detail)
            for process in processes:
                process.stop.set()
            await asyncio.gather(*tasks)
            await end(*tasks)
            await road.close()
        await hospital.stop()
        await bus.close()

    asyncio.run(inside())
