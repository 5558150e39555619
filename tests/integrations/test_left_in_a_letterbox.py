"""What a trust leaves in its letterbox is taken in like a message over a line: kept sealed, in order, once, and only its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from nats.aio.client import Client

from commonweal.domain import tenant
from commonweal.runtime.installation import Installation
from commonweal.runtime.letterbox_reader import Letterboxes
from commonweal.runtime.process import end
from tenants.nats_accounts import trust_account
from tests.integrations.telling import TODAY, TRUST, Telling, held, run, telling

DISCHARGE = (Path(__file__).parents[1] / "intake" / "hl7v2" / "a03_discharge.hl7").read_bytes().replace(b"\n", b"\r")


async def connected(one: Telling) -> Client:
    trust = tenant.Trust(ods=TRUST, name="A hospital", told_by=tenant.STREAM, hl7v2_facilities=("RZZ01",))
    code = one.road.code
    await one.command(code, tenant.ConfigureTenant(ods=code, name="An ICS", gss="E54000059", trusts=(trust,), on=TODAY))
    await one.post_office.open(one.road.tenant)
    return await held(one.road.url, await one.key())


@asynccontextmanager
async def read(one: Telling) -> AsyncIterator[Letterboxes]:
    letterboxes = Letterboxes(one.road.tenant, one.road.accounts, one.road.url)
    task = asyncio.create_task(letterboxes.follow())
    try:
        yield letterboxes
    finally:
        await end(task)


async def inbox(one: Telling) -> list[tuple[str, str, bytes]]:
    """(channel, answer, what is kept)"""
    async with one.road.tenant.pool.borrow() as connection:
        rows = await (await connection.execute("select source, ack, sealed from inbox order by received_at")).fetchall()
    return [(row[0], row[1], bytes(row[2])) for row in rows]


async def emptied(one: Telling) -> None:
    """Wait until nothing lies in the letterbox."""
    user = await one.road.user("onboard", trust_account(one.road.code, TRUST))
    async with asyncio.timeout(20):
        while True:
            answer = await user.request("$JS.API.STREAM.INFO.INTAKE", b"", timeout=5)
            if json.loads(answer.data)["state"]["messages"] == 0:
                return
            await asyncio.sleep(0.02)


def test_a_message_left_there_is_taken_in_and_gone_from_there(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        trust = await connected(one)
        receipt = await trust.jetstream().publish(f"in.{TRUST}.hl7v2", DISCHARGE)
        assert receipt.stream == "INTAKE", "it is kept although nobody reads yet"
        async with read(one) as letterboxes:
            await emptied(one)
            await trust.jetstream().publish(f"in.{TRUST}.hl7v2", DISCHARGE)
            other = DISCHARGE.replace(b"|P|2.4", b"1|P|2.4", 1)
            await trust.jetstream().publish(f"in.{TRUST}.hl7v2", other)
            await emptied(one)
            found = await inbox(one)
            assert [(source, ack) for source, ack, _ in found] == [(f"hl7v2/{TRUST}", "AA")] * 2, (
                "the same again is the same"
            )
            assert all(b"Testpatient" not in sealed for _, _, sealed in found)
            assert "PatientDischarged" in {each.type for each in await one.road.tenant.log.after(0, 100)}
            assert letterboxes.troubles() == []
        await trust.close()

    run(servers, test)


def test_nonsense_left_there_holds_nothing_up(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        trust = await connected(one)
        for raw in (b"", b"no message at all", b"\x00\xff" * 100):
            await trust.jetstream().publish(f"in.{TRUST}.hl7v2", raw)
        await trust.jetstream().publish(f"in.{TRUST}.hl7v2", DISCHARGE)
        async with read(one):
            await emptied(one)
        assert [ack for _, ack, _ in await inbox(one)].count("AA") == 1
        await trust.close()

    run(servers, test)


def test_a_message_is_of_the_ics_and_trust_whose_letterbox_it_was_in(servers: Installation) -> None:
    async def inside() -> None:
        async with telling(servers, "QZT", "QZU") as (one, other):
            trust, theirs = await connected(one), await connected(other)
            async with read(one), read(other):
                await trust.jetstream().publish(f"in.{TRUST}.hl7v2", DISCHARGE)
                await emptied(one)
            assert len(await inbox(one)) == 1
            assert await inbox(other) == []
            for client in (trust, theirs):
                await client.close()

    asyncio.run(inside())
