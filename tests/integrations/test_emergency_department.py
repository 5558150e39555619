"""A&E hears what became of the people it referred: in order, once, while they agree, and nothing it does not need."""

import asyncio
import json

import pytest
from fhir.resources.R4B.task import Task

from commonweal.domain.people import consent, person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.allocation import AllocateLinkWorker, CloseReferral
from commonweal.integrations.delivery import task
from commonweal.runtime.installation import Installation
from tests.integrations.hospital import Request, stall, take
from tests.integrations.telling import (
    NAME,
    NARRATIVE,
    NOTE,
    NOW,
    NUMBERS,
    TODAY,
    TRUST,
    Telling,
    held,
    pull,
    run,
    telling,
)  # fmt: skip
from tests.road import until

WITHDRAW = consent.WithdrawConsent(scope="share_referrer", audience=TRUST, withdrawn_on=TODAY)
ERASE = person.ErasePerson(basis="request_upheld")


async def whole(one: Telling, found: str) -> None:
    """A referral from its beginning to its end."""
    await one.accept(found)
    await one.command("w", link_worker.EngageLinkWorker(display_name="Wren", employer=TRUST, engaged_on=TODAY))
    await one.command(found, AllocateLinkWorker(referral_id=found, worker_id="w", weight=1, reason="capacity"))
    await one.command(found, referral.RecordFirstContact(medium="02", held_at=NOW, note=NOTE))
    await one.command(found, CloseReferral(referral_id=found, reason="goals_met"))


STEPS = ["received", "accepted", "allocated", "engaged", "closed"]


def progress(message: bytes) -> str:
    return str(json.loads(message)["businessStatus"]["coding"][0]["code"])


def test_ae_hears_what_became_of_the_people_it_referred_and_the_wards_do_not(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        found = await one.refer(setting="ed")
        await whole(one, found)
        await one.settled(5)
        assert one.hospital.taken() == STEPS
        for request in one.hospital.heard:
            told = Task.model_validate_json(request.body).model_dump()
            assert "for" not in told, "A&E knows whose referral it is by its own reference"
            assert told["basedOn"][0]["identifier"]["value"] == f"ref-{NUMBERS[0]}"
            for word in (NAME, NARRATIVE, NOTE):
                assert word.encode() not in request.body
        assert {row[0] for row in await integrations(one)} == {"emergency_department"}

    run(servers, test)


def test_the_wards_hear_of_theirs_as_before(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.begin()
        await one.accept(await one.refer())
        await one.settled(2)
        assert one.hospital.taken() == ["in_triage", "accepted"]
        assert {row[0] for row in await integrations(one)} == {"hospital_discharge"}

    run(servers, test)


def test_arriving_is_told_as_received() -> None:
    event = referral.ReferralReceived(
        person_id="p", source="05", source_org=TRUST, source_reference="x1", setting="ed", priority="1",
        reasons=("loneliness",), referrer_role="nurse", received_at=NOW,
    )  # fmt: skip
    told = task.Told(
        event=event, at=NOW, referral_id="r", received_at=NOW, trust=TRUST, source_reference="x1", ics="QZT",
        nhs_number=None,
    )  # fmt: skip
    found = Task.model_validate_json(task.build(told)).model_dump()
    assert (found["status"], progress(task.build(told))) == ("received", "received")


async def integrations(one: Telling) -> list[tuple[str, str]]:
    async with one.road.tenant.pool.borrow() as connection:
        rows = await (
            await connection.execute("select integration, state from deliveries order by position")
        ).fetchall()
    return [(row[0], row[1]) for row in rows]


@pytest.mark.parametrize("way", ["post", "stream"])
def test_what_a_person_did_not_agree_to_is_never_sent(servers: Installation, way: str) -> None:
    async def test(one: Telling) -> None:
        if way == "stream":
            await one.letterbox()
        await one.begin()
        silent = await one.refer(setting="ed", share=False)
        await one.accept(silent)
        taken_back = await one.refer(setting="ed")
        await one.settled(3)
        await one.command(f"p-{taken_back}", WITHDRAW)
        await one.accept(taken_back)
        await one.settled(4)
        assert await one.states(silent) == ["withheld", "withheld"]
        assert await one.states(taken_back) == ["delivered", "withheld"]
        assert [row[5] for row in await one.rows()] == ["no_consent", "no_consent", None, "no_consent"]
        if way == "stream":
            assert one.hospital.heard == []
            assert [progress(message) for message in await one.take()] == ["received"]
        else:
            assert one.hospital.taken() == ["received"]

    run(servers, test)


def test_an_erased_person_is_told_of_no_more(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.letterbox()
        found = await one.refer(setting="ed")
        await one.command(f"p-{found}", ERASE)
        await one.begin()
        await one.settled(1)
        assert [row[5] for row in await one.rows()] == ["erased"]
        assert await one.take(nothing=True) == []

    run(servers, test)


def test_a_trust_takes_from_its_own_stream_what_it_is_told_in_order(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.letterbox()
        await one.begin()
        several = [await one.refer(setting="ed") for _ in range(2)]
        for each in several:
            await one.accept(each)
        wards = await one.refer()
        await one.accept(wards)
        await one.settled(6)
        assert one.hospital.heard == []
        trust = await held(one.road.url, await one.key())
        found = await pull(trust)
        await trust.close()
        assert len(found) == 6
        for each in several:
            steps = [progress(m.data) for m in found if each in m.data.decode()]
            assert steps == ["received", "accepted"]
        assert [progress(m.data) for m in found if wards in m.data.decode()] == ["in_triage", "accepted"]
        assert {m.subject for m in found} == {f"out.{TRUST}.emergency_department", f"out.{TRUST}.hospital_discharge"}
        for message in found:
            assert b'"for"' not in message.data, "what lies in a stream names nobody"
            assert message.headers is not None
            assert message.headers["Content-Type"] == "application/fhir+json"
            Task.model_validate_json(message.data)
        assert len({m.headers["Nats-Msg-Id"] for m in found if m.headers}) == 6

    run(servers, test)


def test_a_process_killed_between_putting_and_noting_it_puts_nothing_twice(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.letterbox()
        put, came = one.tellers.put, asyncio.Event()

        async def put_and_die(*wish: object) -> None:
            await put(*wish)  # type: ignore[arg-type]
            came.set()
            await asyncio.Event().wait()

        one.tellers.put = put_and_die  # type: ignore[method-assign,assignment]
        await one.begin()
        found = await one.refer(setting="ed")
        await came.wait()
        await one.cease()
        assert await one.states(found) == ["waiting"], "it stands in the stream and nobody noted it"
        one.tellers.put = put  # type: ignore[method-assign]
        await one.leases_run_out()
        await one.begin()
        await one.accept(found)
        await one.settled(2)
        assert [row[3] for row in await one.rows()] == [2, 1], "it was tried twice"
        assert [progress(message) for message in await one.take()] == ["received", "accepted"]

    run(servers, test)


def test_a_letterbox_that_is_not_there_is_tried_again_then_parked(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        await one.letterbox(open_it=False)
        one.patience = 0.5
        await one.begin()
        found = await one.refer(setting="ed")
        await one.settled(1)
        assert await one.states(found) == ["parked"]
        (row,) = await one.rows()
        assert row[3] == 5
        await one.post_office.open(one.road.tenant)
        assert (await one.parked.replay()).waiting == 1
        await one.settled(1)
        assert await one.states(found) == ["delivered"]
        assert [progress(message) for message in await one.take()] == ["received"]

    run(servers, test)


def test_a_trust_that_is_told_another_way_from_now_on_gets_what_waits_that_way(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        one.hospital.answer = lambda _: 503
        await one.begin()
        found = await one.refer(setting="ed")
        await until(lambda: one.hospital.heard)
        await one.letterbox()
        await one.settled(1)
        assert await one.states(found) == ["delivered"]
        assert [progress(message) for message in await one.take()] == ["received"]

    run(servers, test, again=(0.3,) * 7)


def test_one_ics_puts_nothing_into_the_stream_of_anothers_trust(servers: Installation) -> None:
    async def inside() -> None:
        async with telling(servers, "QZT", "QZU") as (one, other):
            for each in (one, other):
                await each.letterbox()
                await each.begin()
            found, theirs = await one.refer(setting="ed"), await other.refer(setting="ed")
            for each in (one, other):
                await each.settled(1)
            assert [found in message.decode() for message in await one.take()] == [True]
            assert [theirs in message.decode() for message in await other.take()] == [True]

    asyncio.run(inside())


def test_a_stalled_ae_holds_back_no_other_referral(servers: Installation) -> None:
    async def test(one: Telling) -> None:
        held: list[str] = []

        def answer(request: Request) -> int | None:
            return stall(request) if request.referral in held else take(request)

        one.hospital.answer = answer
        await one.begin()
        first = await one.refer(setting="ed")
        held.append(first)
        second = await one.refer(setting="ed")
        await until(lambda: second in {each.referral for each in one.hospital.heard})
        await one.accept(second)
        await until(lambda: one.hospital.taken(second) == ["received", "accepted"])

    run(servers, test)
