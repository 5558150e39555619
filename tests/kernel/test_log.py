"""The log: many commands at once, each whole or not at all, numbered without a hole."""

import asyncio
import os
import uuid
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

import psycopg
import pytest

from commonweal.kernel import log as log_module
from commonweal.kernel.append import About, Append, Claimed, Conflict, NewClaim, NewEvent, Repeated
from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Tenant
from tests.kernel.scene import Open, stream, written

pytestmark = pytest.mark.anyio
KNOWN = attrgetter(*About.__struct_fields__)


async def outcomes(tenant: Tenant, *appends: Append) -> list[Any]:
    """What each of several commands that wait at the same time is answered."""
    return await asyncio.gather(*map(tenant.log.append, appends), return_exceptions=True)


async def everything(tenant: Tenant, after: int = 0) -> list[log_module.Recorded]:
    return await tenant.log.after(after, 1_000_000)


def nhs_number(tenant: Tenant, number: str, stream_id: str, *, release: bool = False) -> NewClaim:
    return NewClaim("nhs_number", tenant.log.hash("nhs_number", number), stream_id, release)


async def test_commands_that_wait_together_are_written_together_and_numbered_without_a_hole(tenant: Tenant) -> None:
    before = await tenant.log.head()
    positions = await outcomes(tenant, *(written(stream(), 0, "Noted", "Noted") for _ in range(200)))
    assert sorted(positions) == list(range(before, before + 400, 2))
    recorded = await everything(tenant, before)
    assert [each.position for each in recorded] == list(range(before + 1, before + 401))
    assert await tenant.log.head() == before + 400


async def test_what_is_known_of_a_command_is_stored_with_each_of_its_events(tenant: Tenant) -> None:
    here, before = stream(), await tenant.log.head()
    about = About(
        command_id=uuid.uuid4(),
        occurred_at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC),
        actor="user-wren",
        on_behalf_of="user-amber",
        channel="graphql",
        correlation_id=uuid.uuid4(),
        causation_id=uuid.uuid4(),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    anonymous = stream()
    await outcomes(tenant, written(here, 0, "First", "Second", about=about), written(anonymous, 0))
    first, second, unknown = await everything(tenant, before)
    for each in (first, second):
        assert KNOWN(each) == KNOWN(about)
    assert (first.stream_id, first.version, first.type, second.version, second.type) == (here, 1, "First", 2, "Second")
    assert first.event_id != second.event_id
    assert set(KNOWN(unknown)) == {None}


async def test_a_command_that_decided_on_an_old_version_is_refused_and_harms_no_other(tenant: Tenant) -> None:
    moved, fresh = stream(), stream()
    await tenant.log.append(written(moved, 0, "A", "B"))
    stale, ahead, fine = await outcomes(tenant, written(moved, 1), written(moved, 5), written(fresh, 0))
    assert isinstance(stale, Conflict)
    assert isinstance(ahead, Conflict), "a version nobody wrote would be a hole"
    assert isinstance(fine, int)
    assert [each.version for each in await tenant.log.stream(moved)] == [1, 2]


async def test_a_command_over_several_streams_is_written_whole_or_not_at_all(tenant: Tenant) -> None:
    fund, grant = stream(), stream()
    await tenant.log.append(written(fund, 0))
    events = [NewEvent(fund, 2, "Drawn", b"{}"), NewEvent(grant, 1, "Awarded", b"{}")]
    await tenant.log.append(Append([(fund, 1), (grant, 0)], events))
    late = [NewEvent(grant, 2, "Awarded", b"{}"), NewEvent(fund, 2, "Drawn", b"{}")]
    with pytest.raises(Conflict):
        await tenant.log.append(Append([(fund, 1), (grant, 1)], late))
    assert [each.type for each in await tenant.log.stream(fund)] == ["Noted", "Drawn"]
    assert [each.type for each in await tenant.log.stream(grant)] == ["Awarded"]


async def test_a_stream_that_was_only_read_must_not_have_moved_either(tenant: Tenant) -> None:
    policy, case = stream(), stream()
    read_before = Append([(policy, 0), (case, 0)], [NewEvent(case, 1, "Opened", b"{}")])
    await tenant.log.append(written(policy, 0))
    with pytest.raises(Conflict):
        await tenant.log.append(read_before)
    assert await tenant.log.stream(case) == []


async def test_the_same_new_stream_cannot_be_opened_twice(open_tenant: Open) -> None:
    here, process, other = stream(), open_tenant(), open_tenant()
    await process.log.append(written(here, 0))
    with pytest.raises(Conflict):
        await other.log.append(written(here, 0))
    mixed = await outcomes(other, written(here, 0), written(stream(), 0))
    assert [type(each) for each in mixed] == [Conflict, int]


async def test_a_key_belongs_to_one_stream_until_it_is_given_back(tenant: Tenant) -> None:
    ada, ben, number = stream(), stream(), f"9{uuid.uuid4().int % 10**9:09}"
    await tenant.log.append(written(ada, 0, claims=(nhs_number(tenant, number, ada),)))
    assert await tenant.log.holder("nhs_number", number) == ada
    taken, fine = await outcomes(
        tenant, written(ben, 0, claims=(nhs_number(tenant, number, ben),)), written(stream(), 0)
    )
    assert isinstance(taken, Claimed)
    assert (taken.kind, taken.holder, number in str(taken)) == ("nhs_number", ada, False)
    assert isinstance(fine, int)
    await tenant.log.append(written(ada, 1, claims=(nhs_number(tenant, number, ada, release=True),)))
    assert await tenant.log.holder("nhs_number", number) is None
    await tenant.log.append(written(ben, 0, claims=(nhs_number(tenant, number, ben),)))
    assert await tenant.log.holder("nhs_number", number) == ben


async def test_nobody_gives_back_a_key_that_is_anothers(tenant: Tenant) -> None:
    ada, ben, number = stream(), stream(), uuid.uuid4().hex
    await tenant.log.append(written(ada, 0, claims=(nhs_number(tenant, number, ada),)))
    await tenant.log.append(written(ben, 0, claims=(nhs_number(tenant, number, ben, release=True),)))
    assert await tenant.log.holder("nhs_number", number) == ada


async def test_of_several_who_want_one_key_at_once_one_gets_it(tenant: Tenant) -> None:
    number, streams = uuid.uuid4().hex, [stream() for _ in range(5)]
    answers = await outcomes(
        tenant, *(written(each, 0, claims=(nhs_number(tenant, number, each),)) for each in streams)
    )
    assert sorted(type(each).__name__ for each in answers) == ["Claimed"] * 4 + ["int"]


async def test_a_key_moves_from_one_stream_to_another_also_beside_a_command_that_is_refused(tenant: Tenant) -> None:
    ada, ben, number, taken = stream(), stream(), uuid.uuid4().hex, uuid.uuid4().hex
    await tenant.log.append(written(ada, 0, claims=(nhs_number(tenant, number, ada), nhs_number(tenant, taken, ada))))
    moved = (nhs_number(tenant, number, ada, release=True), nhs_number(tenant, number, ben))
    refused, fine = await outcomes(
        tenant, written(stream(), 0, claims=(nhs_number(tenant, taken, stream()),)), written(ben, 0, claims=moved)
    )
    assert isinstance(refused, Claimed)
    assert isinstance(fine, int), "what is given back and taken at once is free"
    assert await tenant.log.holder("nhs_number", number) == ben


async def test_all_keys_of_an_erased_person_are_free_again(tenant: Tenant) -> None:
    ada, numbers = stream(), [uuid.uuid4().hex for _ in range(2)]
    await tenant.log.append(written(ada, 0, claims=tuple(nhs_number(tenant, number, ada) for number in numbers)))
    await tenant.log.give_back(ada)
    assert [await tenant.log.holder("nhs_number", number) for number in numbers] == [None, None]


async def test_a_key_is_stored_as_a_hash_that_another_tenants_key_does_not_make(
    tenant: Tenant, servers: Installation
) -> None:
    other = throwaway.open_tenant(servers, tenant.placement, bytes(32))
    assert other.log.hash("nhs_number", "9434765919") != tenant.log.hash("nhs_number", "9434765919")
    assert tenant.log.hash("nhs_number", "9434765919") != tenant.log.hash("source_reference", "9434765919")


async def test_a_repeated_command_is_carried_out_once(tenant: Tenant) -> None:
    here, there, about = stream(), stream(), About(command_id=uuid.uuid4())
    assert about.command_id is not None
    before = await tenant.log.append(written(here, 0, "A", "B", about=about))
    again, other = await outcomes(tenant, written(here, 2, about=about), written(there, 0))
    assert isinstance(again, Repeated)
    assert isinstance(other, int)
    assert await tenant.log.receipt(about.command_id, here) == (before + 2, 2)
    assert await tenant.log.receipt(about.command_id, there) == (before + 2, 0)
    assert await tenant.log.receipt(uuid.uuid4(), here) is None
    together = About(command_id=uuid.uuid4())
    twice = await outcomes(tenant, written(stream(), 0, about=together), written(stream(), 0, about=together))
    assert [type(each) for each in twice] == [int, Repeated]


async def test_one_that_cannot_be_stored_is_the_only_one_refused(tenant: Tenant) -> None:
    before = await tenant.log.head()
    good = [stream() for _ in range(3)]
    fails_there = Append((), [NewEvent(stream(), 1, "nul \0 byte", b"{}")])
    fails_here = Append((), [NewEvent(stream(), 2**40, "Noted", b"{}")])
    too_long = Append((), [NewEvent(f"referral-{os.urandom(20_000).hex()}", 1, "Noted", b"{}")])
    answers = await outcomes(
        tenant, written(good[0], 0), fails_there, written(good[1], 0), fails_here, too_long, written(good[2], 0)
    )
    assert [isinstance(each, int) for each in answers] == [True, False, True, False, False, True]
    assert isinstance(answers[1], psycopg.DataError)
    recorded = await everything(tenant, before)
    assert [each.position for each in recorded] == list(range(before + 1, before + 1 + len(recorded)))
    assert {each.stream_id for each in recorded} >= set(good)


async def test_commands_that_build_on_a_refused_one_are_refused_with_it(tenant: Tenant) -> None:
    here, other = stream(), stream()
    await tenant.log.append(written(here, 0, "A", "B"))
    answers = await outcomes(
        tenant, written(here, 1), written(here, 2, "C"), written(here, 3, "D"), written(other, 0), written(other, 1)
    )
    assert [type(each) for each in answers] == [Conflict, Conflict, Conflict, int, int]
    assert [each.type for each in await tenant.log.stream(here)] == ["A", "B"]


async def test_sixty_four_writers_on_one_stream_neither_conflict_nor_starve(tenant: Tenant) -> None:
    here, version, turns = stream(), 0, [0] * 64

    async def write(number: int) -> None:
        nonlocal version
        for _ in range(10):
            seen, version = version, version + 1
            await tenant.log.append(written(here, seen))
            turns[number] += 1

    await asyncio.wait_for(asyncio.gather(*map(write, range(64))), 30)
    assert turns == [10] * 64
    assert [each.version for each in await tenant.log.stream(here)] == list(range(1, 641))


async def test_two_processes_share_one_log(open_tenant: Open) -> None:
    processes = [open_tenant(), open_tenant()]
    before = await processes[0].log.head()
    answers = await asyncio.gather(
        *(processes[n % 2].log.append(written(stream(), 0, "A", "B")) for n in range(300)), return_exceptions=True
    )
    assert sorted(answers) == list(range(before, before + 600, 2))  # type: ignore[type-var]
    recorded = await everything(processes[0], before)
    assert [each.position for each in recorded] == list(range(before + 1, before + 601))


async def test_of_two_processes_that_saw_the_same_version_one_goes_on(open_tenant: Open) -> None:
    here, processes = stream(), [open_tenant(), open_tenant()]
    for seen in range(20):
        answers = await asyncio.gather(
            *(each.log.append(written(here, seen)) for each in processes), return_exceptions=True
        )
        assert sorted(type(each).__name__ for each in answers) == ["Conflict", "int"]


async def test_whoever_reads_position_n_has_nothing_commit_behind_it(open_tenant: Open) -> None:
    writers, reader, done = [open_tenant() for _ in range(3)], open_tenant(), asyncio.Event()
    position = before = await reader.log.head()
    holes: list[int] = []

    async def read() -> int:
        nonlocal position
        while not done.is_set() or await reader.log.head() > position:
            for each in await reader.log.after(position, 50):
                if each.position != position + 1:
                    holes.append(each.position)
                position = each.position
        return position

    reading = asyncio.create_task(read())
    for _ in range(5):
        await asyncio.gather(*(writers[n % 3].log.append(written(stream(), 0)) for n in range(60)))
    done.set()
    assert await reading == before + 300
    assert holes == []


async def test_a_writer_cut_off_in_the_middle_is_connected_anew(tenant: Tenant, servers: Installation) -> None:
    here = stream()
    await tenant.log.append(written(here, 0))
    admin = await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True)
    async with admin, admin.transaction():
        await admin.execute(f"select from {tenant.placement.schema}.head for update")  # hold the queue
        waiting = asyncio.gather(*(tenant.log.append(written(stream(), 0)) for _ in range(3)), return_exceptions=True)
        cut = "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and wait_event_type = 'Lock'"
        async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as other:
            async with asyncio.timeout(20):
                while not (cut_off := (await other.execute(cut, (tenant.placement.login,))).rowcount):  # noqa: ASYNC110 – a database is asked
                    await asyncio.sleep(0.01)
        assert cut_off == 1
        answers = await waiting
    assert {isinstance(each, psycopg.OperationalError) for each in answers} == {True}
    assert isinstance(await tenant.log.append(written(here, 1)), int)


async def test_whoever_stops_waiting_does_not_take_the_others_with_them(tenant: Tenant) -> None:
    here, there = stream(), stream()
    gone = asyncio.create_task(tenant.log.append(written(here, 0)))
    stays = asyncio.create_task(tenant.log.append(written(there, 0)))
    await asyncio.sleep(0)
    gone.cancel()
    assert isinstance(await stays, int)
    assert [each.version for each in await tenant.log.stream(here)] == [1]


async def test_each_commit_tells_the_new_head(servers: Installation, tenant: Tenant) -> None:
    heads: list[int] = []
    telling = log_module.Log(tenant.pool.connect, tenant.pool.borrow, b"k" * 32, heads.append)
    await asyncio.gather(*(telling.append(written(stream(), 0)) for _ in range(100)))
    assert max(heads) == await tenant.log.head()
    assert 1 <= len(heads) < 20, "group commit: far fewer commits than commands"
    await telling.close()


async def test_a_queue_longer_than_one_call_keeps_its_order(tenant: Tenant) -> None:
    here, count = stream(), log_module.FLUSH_AT_MOST + 100
    answers = await outcomes(tenant, *(written(here, seen) for seen in range(count)))
    assert {type(each) for each in answers} == {int}
    assert [each.version for each in await tenant.log.stream(here)] == list(range(1, count + 1))
