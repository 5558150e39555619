"""Peers: what others use for the same work, at their own defaults, on the same server."""

import asyncio
import os
import resource
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import AsyncConnectionPool

from commonweal.domain.message import Refused
from commonweal.runtime.bench.measure import Run, Side, workers
from commonweal.runtime.embedded.binaries import Binaries

SCHEMA: Final = "commonweal_bench"
THREADS: Final = 16
"""The library's threads: more only wait for its table lock."""
_MAKE: Final = f"""
drop schema if exists {SCHEMA} cascade;
create schema {SCHEMA};
create table {SCHEMA}.raw (
    position bigserial primary key, stream_id text not null, version bigint not null, type text not null,
    data bytea not null, unique (stream_id, version)
);
create sequence {SCHEMA}.next_version start 7;
"""
_INSERT: Final = f"""
insert into {SCHEMA}.raw (stream_id, version, type, data) values (%s, 1, 'ReferralReceived', %s) returning position
"""  # noqa: S608 – our own names
_SIX: Final = f"""
insert into {SCHEMA}.raw (stream_id, version, type, data)
select 's' || s, v, 'PersonDetailsCorrected', %s from generate_series(1, %s) as s, generate_series(1, 6) as v
"""  # noqa: S608
_SCRIPT: Final = f"""
\\set s random(1, :streams)
select position, version, type, data from {SCHEMA}.raw where stream_id = 's' || :s and version <= 6 order by version;
insert into {SCHEMA}.raw (stream_id, version, type, data)
values ('s' || :s, nextval('{SCHEMA}.next_version'), 'PersonDetailsCorrected', :data)
returning position;
"""  # noqa: S608


@asynccontextmanager
async def ground(url: str) -> AsyncIterator[None]:
    """A schema for the peers, gone afterwards. `url` is the administrator's."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(_MAKE)
        try:
            yield
        finally:
            await admin.execute(f"drop schema {SCHEMA} cascade")


@asynccontextmanager
async def plain_insert(url: str, connections: int, data: bytes) -> AsyncIterator[Side]:
    """INSERT … RETURNING of the same bytes, a transaction each, on so many connections. Seals nothing, claims nothing."""
    async with AsyncConnectionPool(
        url, min_size=connections, max_size=connections, kwargs={"autocommit": True}
    ) as pool:

        async def insert(_worker: int) -> None:
            async with pool.connection() as connection:
                await connection.execute(_INSERT, (str(uuid.uuid4()), data), prepare=True)

        yield lambda seconds: workers(connections, seconds, insert)


@contextmanager
def library_recorder(url: str, data: bytes) -> Iterator[Side]:
    """`PostgresApplicationRecorder` of eventsourcing, its defaults, 16 threads, an event an append."""
    with PostgresDatastore(**library_settings(url), schema=SCHEMA) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="library_events")
        recorder.create_table()

        def insert() -> None:
            recorder.insert_events([StoredEvent(uuid.uuid4(), 1, "ReferralReceived", data)])

        yield lambda seconds: threads(THREADS, seconds, insert)


def library_settings(url: str) -> dict[str, Any]:
    """A connection string as the library's own arguments."""
    given = conninfo_to_dict(url)
    return {
        "dbname": given["dbname"],
        "host": given.get("host", ""),
        "port": given.get("port", "5432"),
        "user": given["user"],
        "password": given.get("password", ""),
    }


async def threads(count: int, seconds: float, one: Callable[[], object]) -> Run:
    """`count` threads doing one item after another until the time is up."""
    latencies: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds

    def work() -> None:
        while (start := time.perf_counter()) < end:
            one()
            latencies.append(time.perf_counter() - start)

    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(count) as pool:
        await asyncio.gather(*(loop.run_in_executor(pool, work) for _ in range(count)))
    return Run(len(latencies), time.perf_counter() - began, latencies, time.process_time() - cpu)


async def fill_for_pgbench(url: str, streams: int, data: bytes) -> None:
    """Streams of six events each."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as admin:
        await admin.execute(_SIX, (data, streams))
        await admin.execute(f"vacuum analyze {SCHEMA}.raw")


def pgbench(url: str, clients: int, streams: int, data: bytes) -> Side | None:
    """PostgreSQL's own client in C: read six events, insert one, each a prepared statement. None where it is not installed."""
    found = program()
    if found is None:
        return None

    async def run(seconds: float) -> Run:
        with tempfile.TemporaryDirectory() as folder:
            return await _pgbench(found, url, clients, streams, data, seconds, Path(folder))

    return run


def program() -> Path | None:
    """Where pgbench is."""
    try:
        beside = Binaries.find(None, Path()).folder / "pgbench"
    except Refused:
        beside = None
    if beside is not None and beside.exists():
        return beside
    elsewhere = shutil.which("pgbench")
    return Path(elsewhere) if elsewhere else None


async def _pgbench(found: Path, url: str, clients: int, streams: int, data: bytes, seconds: float, folder: Path) -> Run:
    given = conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    env = {**os.environ, **{variable: str(given[name]) for name, variable in names.items() if name in given}}
    script = folder / "script.sql"
    script.write_text(_SCRIPT.replace(":data", f"'\\x{data.hex()}'::bytea"))
    for longer in (1, 4):  # on a busy machine 64 clients are slow to come to their first transaction
        before, whole = _children(), longer * max(2, round(seconds))
        process = await asyncio.create_subprocess_exec(
            found, "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(2, clients)}",
            f"--time={whole}", f"--file={script}", f"--define=streams={streams}",
            "--log", "--sampling-rate=0.2", f"--log-prefix={folder / 'log'}",
            env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said = (await process.communicate())[0].decode()
        if process.returncode == 0 and "tps = " in said:
            rate = float(said.split("tps = ")[1].split()[0])
            return Run(round(rate * whole), whole, _latencies(folder), _children() - before)
    raise Refused(f"pgbench failed: {said.strip()[-300:]}")


def _latencies(folder: Path) -> list[float]:
    """Seconds, from the third column (microseconds) of the logs."""
    return [int(line.split()[2]) / 1e6 for log in folder.glob("log*") for line in log.read_text().splitlines()]


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
