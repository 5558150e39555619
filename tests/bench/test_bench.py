"""The benches do real work beside real peers, say what they found, and leave nothing behind."""

import asyncio
import json
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from commonweal.runtime import bench as bench_module
from commonweal.runtime.bench import append, command, measure, peers
from commonweal.runtime.bench.measure import Measured, Plan, Row, Run
from commonweal.runtime.installation import Installation

pytestmark = pytest.mark.anyio
SHORT = Plan(seconds=0.2, rounds=1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def run(rate: float) -> Run:
    return Run(int(rate), 1.0, [0.001] * 99 + [0.1], 0.5)


async def left_behind(servers: Installation) -> list[Any]:
    query = "select nspname from pg_namespace where nspname like 'qzb%%' or nspname = %s union all select rolname from pg_roles where rolname like 'qzb%%'"
    async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
        return await (await admin.execute(query, (peers.SCHEMA,))).fetchall()


@pytest.mark.parametrize(("bench", "cases"), [(append, 6), (command, 6)], ids=["append", "command"])
async def test_a_bench_measures_every_case_and_leaves_nothing_behind(
    bench: Any, cases: int, servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_TENANTS", 3)
    monkeypatch.setattr(command, "_PEOPLE", 32)
    rows = await bench.measure(servers, SHORT)
    assert len({row.case for row in rows}) == len(rows) == cases
    for row in rows:
        assert row.ours.rate > 0
        assert row.beside is None or row.beside.rate > 0
        assert row.ours.latency(0.5) <= row.ours.latency(0.99)
    assert await left_behind(servers) == []


async def test_what_a_bench_appends_is_what_the_product_appends(servers: Installation) -> None:
    from commonweal.runtime.bench.throwaway import throwaway

    async with throwaway(servers, "QZB") as (tenant,):
        writer = await append.Writer.of(tenant)
        await writer.side(4)(0.1)
        recorded = await tenant.log.after(0, 10_000)
        facts = await tenant.streams.understand(recorded)
        assert len(recorded) >= 4
        assert b"walk" not in recorded[0].data
        assert "walk" in facts[0].event.narrative
        assert None not in (recorded[0].command_id, recorded[0].actor, recorded[0].traceparent)
        assert await tenant.log.holder("source_reference", str(recorded[0].command_id)) == recorded[0].stream_id


async def test_both_sides_take_turns_and_the_ratio_is_the_median_of_the_rounds() -> None:
    turns: list[str] = []

    def side(name: str, *rates: float) -> measure.Side:
        found = iter(rates)

        async def work(_seconds: float) -> Run:
            turns.append(name)
            return run(next(found))

        return work

    measured = await measure.in_turn(
        Plan(rounds=3), {"ours": side("A", 1, 200, 300, 1000), "beside": side("B", 1, 100, 100, 100), "gone": None}
    )
    assert turns == ["A", "B"] * 4
    assert measured["gone"] is None
    ours, beside = measured["ours"], measured["beside"]
    assert ours is not None
    assert Row("c", "u", 1.0, ours, beside).ratio == 3.0


def test_a_peer_that_is_not_installed_is_missing_and_never_guessed() -> None:
    row = Row("beside nothing", "events/s", 2.0, Measured([run(100)]), None)
    said = json.loads(measure.as_json("append", [row]))
    assert said == {
        "bench": "append",
        "rows": [
            {
                "case": "beside nothing",
                "ours": 100.0,
                "beside": None,
                "unit": "events/s",
                "ratio": None,
                "at_least": 2.0,
            }
        ],
    }
    assert "missing" in measure.as_table("append", {"fsync": "on"}, [row])


def test_the_table_says_how_the_server_writes_and_how_long_the_slowest_took() -> None:
    row = Row("16 concurrent", "events/s", 9.0, Measured([run(1000)]), Measured([run(100)]))
    table = measure.as_table("append", {"fsync": "on", "synchronous_commit": "on"}, [row])
    assert "fsync on, synchronous_commit on" in table
    for cell in ("10.00×", "9×", "1.00", "100.00"):
        assert cell in table


async def test_the_servers_settings_are_read_from_the_server(servers: Installation) -> None:
    said = await measure.durability(servers.database_url)
    assert (said["fsync"], said["synchronous_commit"]) == ("on", "on")


def test_a_bench_that_there_is_not_is_refused() -> None:
    answer = CliRunner().invoke(bench_module.bench, ["nonsense"])
    assert answer.exit_code == 2
    assert "append" in answer.output
    assert asyncio.iscoroutinefunction(append.measure)
