"""Handling: a command is weighed on what is true now, whichever process asks, and answered once."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from commonweal.domain.message import ERASED, Refused
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive, referral
from commonweal.domain.workforce import allocation
from commonweal.kernel.append import About, Claimed
from commonweal.kernel.handle import Receipt, Stale, handle
from commonweal.runtime.installation import Installation
from tenants.store import Tenant
from tests.kernel.scene import DAY, Open, engaged, new, types
from tests.tenant import about

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def registration(**known: Any) -> person.RegisterPerson:
    return person.RegisterPerson(**{"name": "Canary Finch", "nhs_number_status": "07", "on": DAY, **known})


def correction(address: str) -> person.CorrectPersonDetails:
    return person.CorrectPersonDetails(address=address, on=DAY)


async def referred(tenant: Tenant) -> tuple[str, str]:
    """A consenting person and their referral, accepted."""
    who, case = new(), new()
    given = consent.GiveConsent(scope="contact", method="verbal", wording_version="1", given_on=DAY)
    received = receive.ReceiveReferral(
        person_id=who, source="01", source_org="K83001", source_reference=case, setting="gp", reasons=("loneliness",),
        referrer_role="gp", received_at=NOW, narrative="canary words",
    )  # fmt: skip
    await handle(tenant.streams, who, registration(), about())
    await handle(tenant.streams, who, given, about())
    await handle(tenant.streams, case, received, about())
    await handle(tenant.streams, case, referral.AcceptReferral(), about())
    return who, case


def allocate(case: str, worker: str) -> allocation.AllocateLinkWorker:
    return allocation.AllocateLinkWorker(referral_id=case, worker_id=worker, weight=1, reason="capacity")


async def test_a_command_becomes_its_events_and_a_receipt(tenant: Tenant) -> None:
    who, asked = new(), about()
    receipt = await handle(tenant.streams, who, registration(), asked)
    assert receipt == Receipt(asked.command_id, f"person-{who}", 1, await tenant.log.head())  # type: ignore[arg-type]
    (stored,) = await tenant.log.stream(f"person-{who}")
    assert (stored.type, stored.command_id, stored.actor) == ("PersonRegistered", asked.command_id, "user-wren")
    assert b"Canary" not in stored.data
    (fact,) = await tenant.streams.understand([stored])
    assert fact.event.name == "Canary Finch"
    assert fact.identity == who


async def test_the_same_command_again_gets_its_first_receipt_and_changes_nothing(open_tenant: Open) -> None:
    tenant, restarted, who, asked = open_tenant(), open_tenant(), new(), about()
    await handle(tenant.streams, who, registration(), about())
    first = await handle(tenant.streams, who, correction("1 Low Road"), asked)
    await handle(tenant.streams, who, correction("2 High Road"), about())
    for process in (tenant, restarted):
        again = await handle(process.streams, who, correction("1 Low Road"), asked)
        assert again == Receipt(first.command_id, first.stream_id, first.version, first.position, repeated=True)
    assert await types(tenant, f"person-{who}") == ["PersonRegistered"] + 2 * ["PersonDetailsCorrected"]


async def test_the_same_command_from_two_processes_at_once_is_carried_out_once(open_tenant: Open) -> None:
    who, asked = new(), about()
    processes = [open_tenant(), open_tenant()]
    receipts = await asyncio.gather(*(handle(each.streams, who, registration(), asked) for each in processes * 4))
    assert {(each.version, each.position) for each in receipts} == {(1, receipts[0].position)}
    assert await types(processes[0], f"person-{who}") == ["PersonRegistered"]


async def test_nothing_to_do_is_answered_with_where_the_record_is(tenant: Tenant) -> None:
    who = new()
    await handle(tenant.streams, who, registration(address="1 Low Road"), about())
    receipt = await handle(tenant.streams, who, correction("1 Low Road"), about())
    assert (receipt.version, receipt.repeated) == (1, False)
    assert await types(tenant, f"person-{who}") == ["PersonRegistered"]


async def test_what_the_caller_saw_must_still_be_so_if_they_say_so(open_tenant: Open) -> None:
    tenant, other, who = open_tenant(), open_tenant(), new()
    await handle(tenant.streams, who, registration(), about())
    await handle(other.streams, who, correction("1 Low Road"), about(), expected_version=1)
    with pytest.raises(Stale) as late:
        await handle(tenant.streams, who, correction("2 High Road"), about(), expected_version=1)
    assert late.value.version == 2
    await handle(tenant.streams, who, correction("2 High Road"), about(), expected_version=2)


async def test_a_process_whose_kept_state_says_no_looks_again_before_it_refuses(open_tenant: Open) -> None:
    tenant, other = open_tenant(), open_tenant()
    _, case = await referred(tenant)
    worker = await engaged(tenant)
    with pytest.raises(Refused):
        await handle(other.streams, case, referral.RecordFirstContact(medium="01", held_at=NOW), about())
    await handle(tenant.streams, case, allocate(case, worker), about())
    await handle(other.streams, case, referral.RecordFirstContact(medium="01", held_at=NOW), about())
    assert (await types(tenant, f"referral-{case}"))[-1] == "FirstContactMade"


async def test_a_process_whose_kept_state_is_old_decides_again_on_the_new_one(open_tenant: Open) -> None:
    tenant, other, who = open_tenant(), open_tenant(), new()
    await handle(tenant.streams, who, registration(), about())
    for number in range(5):
        await handle(tenant.streams, who, correction(f"{number} Low Road"), about())
        await handle(other.streams, who, correction(f"{number} High Road"), about())
    kept = await open_tenant().streams.get("person", who)
    assert (kept.version, kept.state.address) == (11, "4 High Road")


async def test_many_commands_for_one_record_from_two_processes_all_arrive(open_tenant: Open) -> None:
    processes, who = [open_tenant(), open_tenant()], new()
    await handle(processes[0].streams, who, registration(), about())
    receipts = await asyncio.gather(
        *(handle(processes[n % 2].streams, who, correction(f"{n} Low Road"), about()) for n in range(40))
    )
    assert sorted(each.version for each in receipts) == list(range(2, 42))


async def test_a_caseload_limit_holds_however_many_ask_at_once(open_tenant: Open) -> None:
    processes = [open_tenant(), open_tenant()]
    worker = await engaged(processes[0], limit=3)
    cases = [case for _, case in await asyncio.gather(*(referred(processes[0]) for _ in range(6)))]
    answers = await asyncio.gather(
        *(handle(processes[n % 2].streams, case, allocate(case, worker), about()) for n, case in enumerate(cases)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in answers) == ["Receipt"] * 3 + ["Refused"] * 3
    kept = await open_tenant().streams.get("link_worker", worker)
    assert len(kept.state.held) == 3
    for case, answer in zip(cases, answers, strict=True):
        allocated = "LinkWorkerAllocated" in await types(processes[0], f"referral-{case}")
        assert allocated == isinstance(answer, Receipt), "both streams or neither"


async def test_one_nhs_number_is_one_person(open_tenant: Open) -> None:
    tenant, other, first = open_tenant(), open_tenant(), new()
    known = registration(nhs_number="9434765919", nhs_number_status="01")
    await handle(tenant.streams, first, known, about())
    with pytest.raises(Claimed) as taken:
        await handle(other.streams, new(), known, about())
    assert taken.value.holder == f"person-{first}"
    assert "9434765919" not in str(taken.value)


async def test_nothing_personal_is_added_to_an_erased_person(open_tenant: Open) -> None:
    tenant, other, who = open_tenant(), open_tenant(), new()
    await handle(tenant.streams, who, registration(), about())
    await other.streams.get("person", who)
    await tenant.streams.vault.destroy(who, "asked to be forgotten")
    with pytest.raises(Refused, match="erased"):
        await handle(tenant.streams, who, correction("1 Low Road"), about())
    (fact,) = await tenant.streams.understand(await tenant.log.stream(f"person-{who}"))
    assert fact.event.name is ERASED


@pytest.mark.parametrize("lost_after_commit", [True, False])
async def test_a_connection_cut_in_the_middle_leaves_one_set_of_events(
    open_tenant: Open, servers: Installation, lost_after_commit: bool
) -> None:
    """Whether it was written before the cut or not, the command's id tells."""
    tenant, who = open_tenant(), new()
    await handle(tenant.streams, who, registration(), about())
    admin = await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True)
    call, cuts = tenant.log._call, 0

    async def cut_off(values: list[object]) -> list[tuple[Any, ...]]:
        nonlocal cuts
        cuts += 1
        if cuts > 1:
            return await call(values)
        if lost_after_commit:
            await call(values)
        await admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", (tenant.placement.login,)
        )
        return await call(values)

    tenant.log._call = cut_off  # type: ignore[method-assign]
    async with admin:
        receipt = await handle(tenant.streams, who, correction("1 Low Road"), about())
    assert cuts >= 1
    assert receipt.version == 2
    assert receipt.repeated == lost_after_commit
    assert await types(tenant, f"person-{who}") == ["PersonRegistered", "PersonDetailsCorrected"]


async def test_whoever_stops_waiting_leaves_the_record_usable(tenant: Tenant) -> None:
    who = new()
    await handle(tenant.streams, who, registration(), about())
    for number in range(10):
        impatient = asyncio.create_task(handle(tenant.streams, who, correction(f"{number} Low Road"), about()))
        await asyncio.sleep(0.0005 * number)
        impatient.cancel()
        await handle(tenant.streams, who, correction(f"{number} High Road"), about())
    kept = await tenant.streams.committed("person", who)
    assert kept.state.address == "9 High Road"
    assert kept.version == len(await types(tenant, f"person-{who}"))


async def test_a_state_kept_ahead_of_a_refused_command_is_forgotten(tenant: Tenant) -> None:
    ada, ben = new(), new()
    await handle(tenant.streams, ada, registration(nhs_number="9100000019", nhs_number_status="01"), about())
    await handle(tenant.streams, ben, registration(), about())
    trace = person.TraceNHSNumber(nhs_number="9100000019")
    answers = await asyncio.gather(
        handle(tenant.streams, ben, trace, about()),
        handle(tenant.streams, ben, correction("1 Low Road"), about()),
        return_exceptions=True,
    )
    assert [type(each) for each in answers] == [Claimed, Receipt]
    kept = await tenant.streams.get("person", ben)
    assert (kept.version, kept.state.nhs_number) == (2, None)


async def test_a_command_without_an_id_is_given_one(tenant: Tenant) -> None:
    receipt = await handle(tenant.streams, new(), registration(), About())
    assert receipt.command_id.version == 4
