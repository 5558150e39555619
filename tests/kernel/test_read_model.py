"""Read models: in one batch or one by one, by one follower or two, the rows are the same and no event is skipped."""

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from commonweal.domain.message import ERASED
from commonweal.domain.people import person
from commonweal.kernel import follow, read_model
from commonweal.kernel.follow import NotBuilt, Overtaken, Room
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import Change, Put, ReadModel, Remove, Statement, fold
from commonweal.kernel.streams import Fact
from commonweal.kernel.watch import Watch
from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Tenant
from tests.kernel.scene import DAY, Open
from tests.kernel.test_handle import correction, registration
from tests.tenant import about

pytestmark = pytest.mark.anyio


def project(fact: Fact) -> Iterable[Statement]:
    """Who lives where: a room for these tests."""
    match fact.event:
        case person.PersonRegistered(name=name, address=address):
            yield Put("person", {"id": fact.identity, "name": name, "address": address, "moves": {"count": 0}})
        case person.PersonDetailsCorrected(address=str(address)):
            yield Change("person", fact.identity, {"address": address, "moves": {"count": fact.version - 1}})
        case person.PersonDied():
            yield Remove("person", fact.identity)
        case _:
            return


def erased_is_nothing(fact: Fact) -> Iterable[Statement]:
    """The same, where some were erased."""
    for each in project(fact):
        if isinstance(each, Put):
            yield Put(each.table, {key: None if value is ERASED else value for key, value in each.row.items()})
        else:
            yield each


def fresh_model(folder: Path, projector: Any = project) -> ReadModel:
    """The room under a name nobody used, so that each test builds its own."""
    name = f"addresses_{uuid.uuid4().hex[:8]}"
    folder.joinpath("table.sql").write_text(
        f"create table {name}_v1_person (id text primary key, name text, address text, moves jsonb);"
    )
    return ReadModel(name, 1, folder, projector)


async def build(servers: Installation, tenant: Tenant, model: ReadModel) -> bool:
    async with throwaway.admins(servers) as (admin, _):
        placed = tenant.placement
        return await read_model.build(admin, placed.owner, placed.login, placed.schema, model)


def room(tenant: Tenant, model: ReadModel, heard: list[int] | None = None) -> Room:
    async def changed(position: int) -> None:
        if heard is not None:
            heard.append(position)

    return Room(tenant.streams, tenant.pool.borrow, model, changed)


async def rows(tenant: Tenant, model: ReadModel) -> set[tuple[Any, ...]]:
    query = sql.SQL("select id, name, address, moves->>'count' from {}").format(sql.Identifier(model.table("person")))
    async with tenant.pool.borrow() as connection:
        return set(await (await connection.execute(query)).fetchall())


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await true():  # noqa: ASYNC110 – other tasks, and other processes, make it true
            await asyncio.sleep(0.01)


async def at_head(followed: Room, tenant: Tenant) -> bool:
    return await followed._position() == await tenant.log.head() and followed.stopped is None


async def is_stopped(followed: Room) -> bool:
    return followed.stopped is not None


async def people(tenant: Tenant, count: int = 4) -> list[str]:
    """Some people who moved about; the last of them died."""
    found = [str(uuid.uuid4()) for _ in range(count)]
    for who in found:
        await handle(tenant.streams, who, registration(address="0 Low Road"), about())
        for number in range(1, 4):
            await handle(tenant.streams, who, correction(f"{number} Low Road"), about())
    died = person.RecordDeath(died_on=DAY, source="family")
    await handle(tenant.streams, found[-1], died, about())
    return found


async def test_one_by_one_in_small_batches_and_in_one_the_rows_are_the_same(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await people(tenant)
    seen = []
    for number, batch in enumerate((1, 3, 5_000)):
        monkeypatch.setattr(follow, "BATCH", batch)
        folder = tmp_path / str(number)
        folder.mkdir()
        model = fresh_model(folder)
        assert await build(servers, tenant, model)
        assert not await build(servers, tenant, model), "built once"
        heard: list[int] = []
        assert await room(tenant, model, heard).catch_up() == await tenant.log.head() == heard[-1]
        seen.append(await rows(tenant, model))
    assert seen[0] == seen[1] == seen[2]
    assert {row for row in seen[0] if row[0] in found} == {
        (who, "Canary Finch", "3 Low Road", "3") for who in found[:-1]
    }


KEYS = st.sampled_from(["a", "b"])
STATEMENTS = st.lists(
    st.builds(lambda key, x, y: Put("t", {"id": key, "x": x, "y": y}), KEYS, st.integers(0, 3), st.integers(0, 3))
    | st.builds(lambda key, x: Change("t", key, {"x": x}), KEYS, st.integers(4, 6))
    | st.builds(lambda key, y: Change("t", key, {"y": y}), KEYS, st.integers(4, 6))
    | st.builds(lambda key: Remove("t", key), KEYS),
    max_size=8,
)


def apply(table: dict[Any, Any], statements: Iterable[Statement]) -> dict[Any, Any]:
    """What the statements mean, one after another."""
    for statement in statements:
        match statement:
            case Put(_, row):
                table[statement.key] = dict(row)
            case Change(_, key, columns) if key in table:
                table[key] = {**table[key], **columns}
            case Remove(_, key):
                table.pop(key, None)
            case _:
                pass
    return table


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STATEMENTS, STATEMENTS)
def test_a_folded_batch_means_what_its_statements_mean(before: list[Statement], batch: list[Statement]) -> None:
    there = apply({}, before)
    folded = list(fold(batch).values())
    assert len({(each.table, each.key) for each in folded}) == len(folded)
    one_by_one = apply({key: dict(row) for key, row in there.items()}, batch)
    removed_first = sorted(folded, key=lambda each: (Remove, Put, Change).index(type(each)))  # as `write` orders them
    assert apply(there, removed_first) == one_by_one


async def test_two_followers_of_one_room_write_what_one_would(
    servers: Installation, open_tenant: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BATCH", 3)
    writer = open_tenant()
    found = await people(writer)
    model = fresh_model(tmp_path)
    await build(servers, writer, model)
    followers = [room(open_tenant(), model) for _ in range(2)]
    woken = asyncio.Event()
    following = [asyncio.create_task(each.follow(woken, every=0.02)) for each in followers]
    more = await people(writer)
    await until(lambda: at_head(followers[0], writer))
    for task in following:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    assert [each.stopped for each in followers] == [None, None]
    alone = tmp_path / "alone"
    alone.mkdir()
    other = fresh_model(alone)
    await build(servers, writer, other)
    await room(writer, other).catch_up()
    assert await rows(writer, model) == await rows(writer, other)
    assert {row[0] for row in await rows(writer, model)} >= {*found[:-1], *more[:-1]}


async def test_what_comes_between_two_errors_makes_the_second_a_first_one(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_BACKOFF", (0.0, 3600.0))
    monkeypatch.setattr(follow, "BATCH", 1)
    found = await people(tenant, 1)
    to_fail = {each.position for each in (await tenant.log.stream(f"person-{found[0]}"))[1:3]}

    def fails_once_at_each(fact: Fact) -> Iterable[Statement]:
        if fact.position in to_fail:
            to_fail.remove(fact.position)
            raise ValueError("lost")
        yield from project(fact)

    model = fresh_model(tmp_path, fails_once_at_each)
    await build(servers, tenant, model)
    followed = room(tenant, model)
    following = asyncio.create_task(followed.follow(asyncio.Event(), every=0.02))
    await until(lambda: at_head(followed, tenant))
    assert not to_fail
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following


async def test_a_follower_that_was_overtaken_writes_nothing(
    servers: Installation, open_tenant: Open, tmp_path: Path
) -> None:
    tenant = open_tenant()
    await people(tenant)
    model = fresh_model(tmp_path)
    await build(servers, tenant, model)
    slow, quick = room(tenant, model), room(open_tenant(), model)
    position = await slow._position()
    facts = await tenant.streams.understand(await tenant.log.after(position, 5_000))
    await quick.catch_up()
    before = await rows(tenant, model)
    with pytest.raises(Overtaken):
        await slow._write(position, facts[:2])
    assert await rows(tenant, model) == before


async def test_an_error_stops_the_room_where_it_is_and_never_skips(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_BACKOFF", (0.02,))
    monkeypatch.setattr(follow, "BATCH", 1)
    found = await people(tenant, 1)
    here = [each.position for each in await tenant.log.stream(f"person-{found[0]}")]
    broken = True

    def fails_at_the_second(fact: Fact) -> Iterable[Statement]:
        if broken and fact.position == here[1]:
            raise ValueError("Canary Finch lives at 1 Low Road")
        yield from project(fact)

    model = fresh_model(tmp_path, fails_at_the_second)
    await build(servers, tenant, model)
    followed = room(tenant, model)
    following = asyncio.create_task(followed.follow(asyncio.Event(), every=0.02))
    await until(lambda: is_stopped(followed))
    await asyncio.sleep(0.1)
    assert await followed._position() == here[1] - 1
    assert followed.stopped is not None
    assert "Canary" not in followed.stopped
    assert "ValueError" in followed.stopped
    broken = False
    await until(lambda: at_head(followed, tenant))
    following.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await following
    assert found[0] not in {row[0] for row in await rows(tenant, model)}, "they died: the last event was read too"


async def test_a_room_built_again_has_the_rows_it_had(servers: Installation, tenant: Tenant, tmp_path: Path) -> None:
    await people(tenant)
    model = fresh_model(tmp_path)
    await build(servers, tenant, model)
    await room(tenant, model).catch_up()
    before = await rows(tenant, model)
    async with throwaway.admins(servers) as (admin, _):
        await admin.execute(f"drop table {tenant.placement.schema}.{model.table('person')}")
        await admin.execute(f"delete from {tenant.placement.schema}.rooms where name = %s", (model.name,))  # noqa: S608
    assert await build(servers, tenant, model)
    await room(tenant, model).catch_up()
    assert await rows(tenant, model) == before != set()


async def test_a_room_that_is_not_built_says_so(tenant: Tenant, tmp_path: Path) -> None:
    with pytest.raises(NotBuilt):
        await room(tenant, fresh_model(tmp_path)).catch_up()


async def test_an_erased_persons_row_stays_and_says_nothing(
    servers: Installation, tenant: Tenant, tmp_path: Path
) -> None:
    found = await people(tenant, 2)
    await tenant.streams.vault.destroy(found[0], "asked to be forgotten")

    model = fresh_model(tmp_path, erased_is_nothing)
    await build(servers, tenant, model)
    await room(tenant, model).catch_up()
    assert (found[0], None, None, "0") in await rows(tenant, model)


async def test_a_tenants_login_cannot_change_the_shape_of_a_room(
    servers: Installation, tenant: Tenant, tmp_path: Path
) -> None:
    model = fresh_model(tmp_path)
    await build(servers, tenant, model)
    async with tenant.pool.borrow() as connection:
        for statement in ("drop table {}", "alter table {} add column x text", "truncate {}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(sql.SQL(statement).format(sql.Identifier(model.table("person"))))


_COUNTED = """
select c.reltuples, (select count(*) from pg_stats as s where s.schemaname = current_schema() and s.tablename = c.relname)
from pg_class as c where c.oid = %s::regclass
"""


async def counted(tenant: Tenant, model: ReadModel) -> tuple[float, int]:
    """How many rows PostgreSQL believes the room to hold, and of how many columns it knows what stands in them."""
    async with tenant.pool.borrow() as connection:
        row = await (await connection.execute(_COUNTED, (model.table("person"),))).fetchone()
    assert row is not None
    return row[0], row[1]


async def test_once_a_room_is_built_postgresql_knows_what_it_holds(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BUILD_FROM", 1)
    await people(tenant)
    model = fresh_model(tmp_path, erased_is_nothing)
    await build(servers, tenant, model)
    assert await counted(tenant, model) == (-1, 0)
    await room(tenant, model).catch_up()
    assert await counted(tenant, model) == (len(await rows(tenant, model)), 4)


async def test_a_room_that_has_grown_is_counted_again(servers: Installation, tenant: Tenant, tmp_path: Path) -> None:
    await people(tenant)
    model = fresh_model(tmp_path, erased_is_nothing)
    await build(servers, tenant, model)
    followed = room(tenant, model)
    followed._counted_at = head = await tenant.log.head()
    await followed.catch_up()
    first = len(await rows(tenant, model))
    assert await counted(tenant, model) == (first, 4)
    await people(tenant)
    await followed.catch_up()
    assert await counted(tenant, model) == (first, 4), "not before it is ten times as long"
    followed._counted_at = head + 1
    await people(tenant)
    await followed.catch_up()
    assert await counted(tenant, model) == (len(await rows(tenant, model)), 4)


async def test_a_tenants_login_may_have_its_rooms_counted_and_nothing_else(
    servers: Installation, tenant: Tenant, tmp_path: Path
) -> None:
    model = fresh_model(tmp_path)
    await build(servers, tenant, model)
    said: list[str] = []
    async with await tenant.pool.connect() as connection:
        connection.add_notice_handler(lambda notice: said.append(notice.message_primary or ""))
        await connection.execute(f"analyze {model.table('person')}".encode())
        assert said == []
        for table in ("events", "rooms", "head", "claims"):
            await connection.execute(f"analyze {table}".encode())
            assert said.pop().startswith("permission denied to analyze"), table


async def test_one_look_wakes_every_room_that_is_behind_or_was_taken_back(
    servers: Installation, open_tenant: Open, tmp_path: Path
) -> None:
    tenant = open_tenant()
    models = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        models.append(fresh_model(folder, erased_is_nothing))
        await build(servers, tenant, models[-1])
    bells = {asyncio.Event(): room(tenant, model) for model in models}
    working = [asyncio.create_task(each.follow(bell, every=None)) for bell, each in bells.items()]
    working.append(asyncio.create_task(Watch(tenant.pool.connect, bells).keep(every=0.05)))
    found = await people(tenant)  # and nobody says `wake`
    for followed in bells.values():
        await until(lambda followed=followed: at_head(followed, tenant))  # type: ignore[misc]
    before = await rows(tenant, models[0])
    async with tenant.pool.borrow() as connection:
        await connection.execute(f"delete from {models[0].table('person')}".encode())  # noqa: S608
        await connection.execute("update rooms set position = 0 where name = %s", (models[0].name,))
    await until(lambda: at_head(next(iter(bells.values())), tenant))
    assert await rows(tenant, models[0]) == before
    assert {row[0] for row in before} >= set(found[:-1])
    async with throwaway.admins(servers) as (admin, _):
        placed = tenant.placement
        with pytest.raises(read_model.InUse):
            await read_model.drop(admin, placed.owner, placed.schema, models[0].name, 1)
        for task in working:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        async def dropped() -> bool:
            with contextlib.suppress(read_model.InUse):  # PostgreSQL notices a moment later that somebody went
                return await read_model.drop(admin, placed.owner, placed.schema, models[0].name, 1)
            return False

        await until(dropped)
        assert not await read_model.drop(admin, placed.owner, placed.schema, models[0].name, 1)
    with pytest.raises(NotBuilt):
        await room(tenant, models[0]).catch_up()
    assert await rows(tenant, models[1]) == before
