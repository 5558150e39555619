"""The bench of what is told to others measures real servers, says how they write, and leaves nothing behind."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from commonweal.runtime.bench import fanout
from commonweal.runtime.bench.measure import Plan
from commonweal.runtime.installation import Installation
from tests.conftest import folder


@pytest.fixture
def data() -> Iterator[Path]:
    """Where the bench makes its folders."""
    made = folder()
    yield made
    shutil.rmtree(made)


def test_the_relay_and_its_peer_carry_every_event_and_nothing_stays(
    servers: Installation, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(data))
    caught_up, delivered = asyncio.run(fanout.measure(servers, Plan(seconds=0.2, rounds=1), events=1_200))
    assert caught_up.beside is not None
    assert [run.items for run in (*caught_up.ours.runs, *caught_up.beside.runs)] == [1_200, 1_200]
    assert [run.items for run in delivered.ours.runs] == [20]
    assert 0 < delivered.ours.latency(0.5) <= delivered.ours.latency(0.99) < 20
    with psycopg.connect(servers.database_url) as admin:
        assert admin.execute("select from pg_namespace where nspname = 'qzf'").fetchone() is None
    assert list(data.iterdir()) == []


def test_how_the_streams_are_written_is_said_by_their_server(servers: Installation) -> None:
    assert asyncio.run(fanout.durability(servers))["sync_interval"] == "always"
