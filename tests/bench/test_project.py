"""The bench of projecting works on a log like a year of an ICS, and leaves nothing behind."""

import psycopg
import pytest

from commonweal.kernel import follow
from commonweal.runtime.bench import long_log, peers, project
from commonweal.runtime.bench.measure import Plan
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.installation import Installation

pytestmark = pytest.mark.anyio
EVENTS = 1_500


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_the_bench_measures_both_peers_and_leaves_nothing_behind(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BUILD_FROM", 100)
    rows = await project.measure(servers, Plan(seconds=0.5, rounds=1), events=EVENTS)
    assert [row.at_least for row in rows] == [20.0, 0.2]
    for row in rows:
        assert EVENTS <= row.ours.runs[0].items < EVENTS + 100
        assert row.beside is not None
        assert row.beside.rate > 0
    query = "select nspname from pg_namespace where nspname in ('qzb', %s) union all select rolname from pg_roles where rolname like 'qzb%%'"
    async with await psycopg.AsyncConnection.connect(servers.database_url) as admin:
        assert await (await admin.execute(query, (peers.SCHEMA,))).fetchall() == []


async def test_a_long_log_is_decided_sealed_and_claimed_as_the_products_own(servers: Installation) -> None:
    async with throwaway(servers, "QZB") as (tenant,):
        head = await long_log.write(tenant, 600)
        assert head >= 600
        recorded = await tenant.log.after(0, 10_000)
        facts = await tenant.streams.understand(recorded)
        kinds = {type(fact.event).__name__ for fact in facts}
        assert {"PersonRegistered", "ConsentGiven", "ReferralReceived", "LinkWorkerAllocated", "CaseTaken"} <= kinds
        versions: dict[str, int] = {}
        for fact in facts:
            assert fact.version == versions.get(fact.stream_id, 0) + 1
            versions[fact.stream_id] = fact.version
        named = next(at for at, fact in enumerate(facts) if type(fact.event).__name__ == "PersonRegistered")
        assert facts[named].event.name.encode() not in recorded[named].data
        received = next(fact for fact in facts if type(fact.event).__name__ == "ReferralReceived")
        claimed = f"{received.event.source_org}|{received.event.source_reference}"
        assert await tenant.log.holder("source_reference", claimed) == received.stream_id
