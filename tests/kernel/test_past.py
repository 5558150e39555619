"""The past of a room: at every position it shows what a room made of the events up to there would show."""

import uuid
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from commonweal.domain.people import person
from commonweal.kernel import build, follow, past
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import Change, Put, ReadModel, Remove, Statement
from commonweal.kernel.sql_names import Names
from commonweal.kernel.streams import Fact
from commonweal.runtime.installation import Installation
from tenants.store import Tenant
from tests.kernel.scene import DAY
from tests.kernel.test_handle import correction, registration
from tests.kernel.test_read_model import apply
from tests.kernel.test_read_model import build as make
from tests.tenant import about

KEYS = st.sampled_from(["a", "b"])
STATEMENT = (
    st.builds(lambda key, x, y: Put("t", {"id": key, "x": x, "y": y}), KEYS, st.integers(0, 2), st.integers(0, 2))
    | st.builds(lambda key, x: Change("t", key, {"x": x}), KEYS, st.integers(0, 2))
    | st.builds(lambda key, y: Change("t", key, {"y": y}), KEYS, st.integers(0, 2))
    | st.builds(lambda key: Remove("t", key), KEYS)
)
HISTORY = st.lists(st.lists(STATEMENT, max_size=3), max_size=12)
"""What each event says, at positions 1, 2, 3 …"""
CUTS = st.lists(st.integers(0, 12), max_size=4)


def told(events: list[list[Statement]], first: int = 1) -> list[tuple[int, Statement]]:
    return [(position, each) for position, event in enumerate(events, first) for each in event]


def batches(events: list[list[Statement]], cuts: list[int]) -> Iterator[list[tuple[int, Statement]]]:
    edges = sorted({0, len(events), *(cut for cut in cuts if cut < len(events))})
    for start, end in pairwise(edges):
        yield told(events[start:end], start + 1)


def folded(events: list[list[Statement]], cuts: list[int]) -> tuple[past.Now, list[Any]]:
    """Current rows, and past rows, of events that came in batches."""
    now: past.Now = {}
    were: list[Any] = []
    for batch in batches(events, cuts):
        were += past.fold(now, batch)
    return now, were


def shown(row: Any) -> dict[str, Any]:
    return {column: value for column, value in row.items() if column not in (past.FROM, past.TO)}


def as_of(now: past.Now, were: list[Any], position: int) -> dict[str, dict[str, Any]]:
    """What is read of a position: current rows from before it, and past rows that held at it. A row is shown once."""
    rows = [row for row in now.values() if row is not None and row[past.FROM] <= position]
    rows += [row for row in were if row[past.FROM] <= position < row[past.TO]]
    assert len({row["id"] for row in rows}) == len(rows)
    return {row["id"]: shown(row) for row in rows}


@settings(max_examples=400, deadline=None)
@given(HISTORY, CUTS)
def test_at_every_position_the_room_shows_what_the_events_up_to_there_made(
    events: list[list[Statement]], cuts: list[int]
) -> None:
    now, were = folded(events, cuts)
    for position in range(len(events) + 1):
        said = [each for event in events[:position] for each in event]
        assert as_of(now, were, position) == apply({}, said)


@settings(max_examples=200, deadline=None)
@given(HISTORY, CUTS)
def test_in_whichever_batches_events_come_the_rows_are_the_same(events: list[list[Statement]], cuts: list[int]) -> None:
    now, were = folded(events, cuts)
    whole, all_were = folded(events, [])
    assert {key: row for key, row in now.items() if row} == {key: row for key, row in whole.items() if row}
    assert were == all_were


@settings(max_examples=200, deadline=None)
@given(HISTORY)
def test_no_version_is_empty_and_each_follows_the_one_before(events: list[list[Statement]]) -> None:
    now, were = folded(events, [])
    for key in ("a", "b"):
        ends = [(row[past.FROM], row[past.TO]) for row in were if row["id"] == key]
        assert all(start < end for start, end in ends)
        assert all(end <= start for (_, end), (start, _) in pairwise(ends))
        current = now.get(key)
        assert current is None or not ends or ends[-1][1] <= current[past.FROM]


def test_an_event_that_changes_nothing_of_a_row_makes_no_version() -> None:
    row = {"id": "a", "x": 1}
    now: past.Now = {"a": {**row, past.FROM: 3}, "b": None}
    said: list[Statement] = [Put("t", row), Change("t", "a", {"x": 1}), Change("t", "b", {"x": 2}), Remove("t", "b")]
    assert past.fold(now, [(9, each) for each in said]) == []
    assert now == {"a": {**row, past.FROM: 3}, "b": None}


def test_a_ledger_as_it_was_is_its_rows_up_to_there(tmp_path: Path) -> None:
    model = ReadModel("chest", 1, tmp_path, project, ledgers=("move",))
    assert Names(model, None)["move"] == "chest_v1_move"
    assert Names(model, "7")["move"] == "(select t.* from chest_v1_move as t where t.position <= 7)"
    assert Names(model, "7")["fund"] == "chest_v1_fund"


def project(fact: Fact) -> Iterable[Statement]:
    """Who lives where, and since when we knew; a room for these tests."""
    match fact.event:
        case person.PersonRegistered(gp_practice=practice, interpreter=interpreter):
            yield Put("home", {"id": fact.identity, "moves": [0], "practice": practice, "interpreter": interpreter})
            yield Put("seen", {"id": fact.identity, "times": 1})
        case person.PersonDetailsCorrected():
            yield Change("home", fact.identity, {"moves": list(range(fact.version))})
            yield Change("seen", fact.identity, {"times": fact.version})
        case person.PersonDied():
            yield Remove("home", fact.identity)
        case _:
            return


def fresh_model(folder: Path) -> ReadModel:
    name = f"homes_{uuid.uuid4().hex[:8]}"
    columns = "id text not null, moves json not null, practice text, interpreter boolean, from_position bigint not null"
    folder.joinpath("table.sql").write_text(
        f"create table {name}_v1_home ({columns}, primary key (id));"
        f"create table {name}_v1_home_past ({columns}, to_position bigint not null, primary key (id, from_position));"
        f"create table {name}_v1_seen (id text primary key, times integer not null);"
    )
    return ReadModel(name, 1, folder, project, past=("home",))


def room(tenant: Tenant, model: ReadModel) -> Room:
    async def unheard(_position: int) -> None:
        """Nobody listens."""

    return Room(tenant.streams, tenant.pool.borrow, model, unheard)


async def rows(tenant: Tenant, model: ReadModel) -> dict[str, list[Any]]:
    found = {}
    async with tenant.pool.borrow() as connection:
        for short in ("home", "home_past", "seen"):
            query = sql.SQL("select to_json(t)::text from {} as t order by 1").format(
                sql.Identifier(model.table(short))
            )
            found[short] = await (await connection.execute(query)).fetchall()
    return found


async def at(tenant: Tenant, model: ReadModel, position: int) -> list[Any]:
    """The room as it was, as a view reads it."""
    query = sql.SQL(
        "select id, moves::text, practice, interpreter from {0} where from_position <= %(at)s union all "
        "select id, moves::text, practice, interpreter from {1} where from_position <= %(at)s and to_position > %(at)s "
        "order by 1"
    ).format(sql.Identifier(model.table("home")), sql.Identifier(model.table("home_past")))
    async with tenant.pool.borrow() as connection:
        return await (await connection.execute(query, {"at": position})).fetchall()


async def people(tenant: Tenant, count: int = 4) -> list[str]:
    found = [str(uuid.uuid4()) for _ in range(count)]
    for number in range(4):
        for who in found:
            command = correction(f"{number} Low Road") if number else registration(address="0 Low Road")
            await handle(tenant.streams, who, command, about())
    await handle(tenant.streams, found[-1], person.RecordDeath(died_on=DAY, source="family"), about())
    return found


@pytest.mark.anyio
async def test_on_postgresql_the_past_is_what_a_room_that_stopped_there_shows(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await people(tenant)
    head = await tenant.log.head()
    whole = fresh_model(tmp_path)
    await make(servers, tenant, whole)
    monkeypatch.setattr(follow, "BATCH", 3)
    await room(tenant, whole).catch_up()
    step_by_step = fresh_model(tmp_path)
    await make(servers, tenant, step_by_step)
    stepping = room(tenant, step_by_step)
    for fact in await tenant.streams.understand(await tenant.log.after(0, 10_000)):
        await stepping._position()
        await stepping._write(fact.position - 1, [fact])
        assert await at(tenant, step_by_step, head) == await at(tenant, whole, fact.position), fact.position
    assert found[-1] not in {row[0] for row in await at(tenant, whole, head)}
    assert found[-1] in {row[0] for row in await at(tenant, whole, head - 1)}
    assert all(" " not in row[1] for row in await at(tenant, whole, head)), "JSON is kept as it is answered"


@pytest.mark.anyio
async def test_a_room_built_at_once_has_the_rows_of_one_that_followed(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(tenant)
    seen = []
    for from_, piece, kept in ((10**9, 1, 1), (1, 10**6, 10**6), (1, 3, 10**6), (1, 3, 2), (1, 1, 0)):
        monkeypatch.setattr(follow, "BUILD_FROM", from_)
        monkeypatch.setattr(build, "PIECE", piece)
        monkeypatch.setattr(build, "KEPT", kept)
        model = fresh_model(tmp_path)
        await make(servers, tenant, model)
        assert await room(tenant, model).catch_up() == await tenant.log.head()
        seen.append(await rows(tenant, model))
    assert all(seen[0].values())
    assert seen.count(seen[0]) == len(seen)


@pytest.mark.anyio
async def test_a_build_that_meets_an_event_it_cannot_read_keeps_what_came_before(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(tenant)
    monkeypatch.setattr(follow, "BUILD_FROM", 1)
    monkeypatch.setattr(follow, "BATCH", 2)
    monkeypatch.setattr(build, "PIECE", 5)
    head = await tenant.log.head()

    def fails_at_the_end(fact: Fact) -> Iterable[Statement]:
        if fact.position == head:
            raise ValueError("this one")
        yield from project(fact)

    plain = fresh_model(tmp_path)
    model = ReadModel(plain.name, 1, tmp_path, fails_at_the_end, past=("home",))
    await make(servers, tenant, model)
    followed = room(tenant, model)
    with pytest.raises(ValueError, match="this one"):
        await followed.catch_up()
    assert head - 3 <= await followed._position() < head
    assert len((await rows(tenant, model))["home"]) >= 4


@pytest.mark.anyio
async def test_while_one_builds_a_room_another_waits_and_then_follows(
    servers: Installation, tenant: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(tenant)
    monkeypatch.setattr(follow, "BUILD_FROM", 1)
    model = fresh_model(tmp_path)
    await make(servers, tenant, model)
    first, second = room(tenant, model), room(tenant, model)
    async with tenant.pool.borrow() as connection, connection.transaction():
        assert await build.take(connection, model)
        with pytest.raises(follow.Overtaken):
            await second.catch_up()
    assert await first.catch_up() == await second.catch_up() == await tenant.log.head()
