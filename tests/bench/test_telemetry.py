"""The bench of telemetry measures every way of being watched, with no span lost, and leaves nothing behind."""

import asyncio

import psycopg
import pytest

from commonweal.kernel import trace
from commonweal.runtime.bench import telemetry
from commonweal.runtime.bench.measure import Measured, Plan, Run
from commonweal.runtime.installation import Installation


def test_every_way_of_being_watched_is_measured_and_nothing_stays(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry, "_PEOPLE", 16)

    async def bench() -> list[int]:
        rows = await telemetry.measure(servers, Plan(seconds=0.2, rounds=1))
        async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
            left = await (await admin.execute("select from pg_namespace where nspname = 'qzb00'")).fetchall()
        assert not left
        assert len({row.case for row in rows}) == 3
        assert all(row.ratio and row.ratio > 0 for row in rows)
        return [row.ours.runs[0].items for row in rows]

    assert all(count > 0 for count in asyncio.run(bench()))
    with trace.span("nobody looks any more"):
        assert trace.here() is None


def test_the_ratio_is_that_of_the_cpu_each_command_took() -> None:
    watched, unwatched = Measured([Run(100, 1.0, [], 0.030)]), Measured([Run(300, 1.0, [], 0.060)])
    assert telemetry.Cost("a case", "commands/s", 0.85, watched, unwatched).ratio == pytest.approx(2 / 3)
