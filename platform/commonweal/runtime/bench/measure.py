"""Measuring in turn: this side, that side, this side again, so that a noisy machine is noisy for both."""

import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

_WARM_UP: Final = 1.0
_SETTINGS: Final = ("server_version", "fsync", "synchronous_commit", "full_page_writes")


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a side runs in a round (seconds), how many rounds, whom to tell how it goes."""

    seconds: float = 2.0
    rounds: int = 5
    tell: Callable[[str], object] = lambda _: None


@dataclass(frozen=True, slots=True)
class Run:
    """What one side did in one round. `latencies` in seconds, a sample is enough; `cpu` in seconds, of the clients alone."""

    items: int
    seconds: float
    latencies: Sequence[float]
    cpu: float

    @property
    def rate(self) -> float:
        return self.items / self.seconds


Side = Callable[[float], Awaitable[Run]]
"""Works for so many seconds."""


@dataclass(slots=True)
class Measured:
    """A side's rounds."""

    runs: list[Run] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(run.rate for run in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of the clients' CPU for an item."""
        return statistics.median(run.cpu / max(run.items, 1) for run in self.runs)

    def latency(self, share: float) -> float:
        """Seconds; 0.99 is the slowest in a hundred."""
        found = sorted(each for run in self.runs for each in run.latencies)
        return found[min(int(len(found) * share), len(found) - 1)] if found else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `beside` None: the peer is not installed, and nothing is guessed."""

    case: str
    unit: str
    at_least: float | None
    ours: Measured
    beside: Measured | None

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' own ratios."""
        if self.beside is None:
            return None
        pairs = zip(self.ours.runs, self.beside.runs, strict=True)
        return statistics.median(ours.rate / beside.rate for ours, beside in pairs)


def compared(unit: str, case: str, at_least: float | None, ours: Measured | None, beside: Measured | None) -> Row:
    """A row of two sides that were measured in turn."""
    assert ours is not None  # noqa: S101 – our own side is always there
    return Row(case, unit, at_least, ours, beside)


async def in_turn(plan: Plan, sides: Mapping[str, Side | None]) -> dict[str, Measured | None]:
    """Each side once to warm up, then A B C A B C …; a side that is None is not installed."""
    there = {name: side for name, side in sides.items() if side is not None}
    measured: dict[str, Measured | None] = {name: Measured() if name in there else None for name in sides}
    for name, side in there.items():
        plan.tell(f"warm-up: {name}")
        await side(min(_WARM_UP, plan.seconds))
    for number in range(1, plan.rounds + 1):
        for name, side in there.items():
            run = await side(plan.seconds)
            plan.tell(f"round {number} of {plan.rounds}: {name}: {run.rate:,.0f}/s")
            found = measured[name]
            assert found is not None  # noqa: S101 – made above for every side that is there
            found.runs.append(run)
    return measured


async def workers(count: int, seconds: float, one: Callable[[int], Awaitable[object]]) -> Run:
    """`count` tasks doing one item after another until the time is up. `one` is told which task asks."""
    latencies: list[float] = []
    began, cpu = time.perf_counter(), time.process_time()
    end = began + seconds

    async def work(number: int) -> None:
        while (start := time.perf_counter()) < end:
            await one(number)
            latencies.append(time.perf_counter() - start)

    await asyncio.gather(*(work(number) for number in range(count)))
    return Run(len(latencies), time.perf_counter() - began, latencies, time.process_time() - cpu)


def cpu_of(pid: int) -> float:
    """CPU seconds of a process so far, as Linux counts them; not a number elsewhere, and for a server on another machine."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def durability(url: str) -> dict[str, str]:
    """The settings under which everything here is written, as the server says them."""
    async with await psycopg.AsyncConnection.connect(url) as connection:
        rows = [(name, await (await connection.execute(f"show {name}")).fetchone()) for name in _SETTINGS]
    return {name: str(row[0]) for name, row in rows if row is not None}


def as_json(bench: str, rows: Sequence[Row]) -> str:
    """`{"bench", "rows": [{"case", "ours", "beside", "unit", "ratio", "at_least"}]}`."""
    return json.dumps({"bench": bench, "rows": [_plain(row) for row in rows]})


def _plain(row: Row) -> dict[str, Any]:
    return {
        "case": row.case,
        "ours": round(row.ours.rate, 1),
        "beside": None if row.beside is None else round(row.beside.rate, 1),
        "unit": row.unit,
        "ratio": None if row.ratio is None else round(row.ratio, 2),
        "at_least": row.at_least,
    }


def as_table(bench: str, header: Mapping[str, str], rows: Sequence[Row]) -> str:
    """For people."""
    said = ", ".join(f"{name} {value}" for name, value in header.items())
    table = Table(title=f"{bench} – PostgreSQL: {said}", title_justify="left")
    for name in ("case", "side", "per second", "p50 ms", "p99 ms", "client CPU µs", "ratio", "at least"):
        table.add_column(name, justify="left" if name in ("case", "side") else "right")
    for row in rows:
        ratio = "missing" if row.ratio is None else f"{row.ratio:.2f}×"
        at_least = "" if row.at_least is None else f"{row.at_least:g}×"
        table.add_row(row.case, "ours", *_cells(row.ours), ratio, at_least)
        if row.beside is not None:
            table.add_row("", "beside", *_cells(row.beside), "", "", end_section=True)
    out = StringIO()
    Console(file=out, width=140).print(table)
    return out.getvalue().rstrip()


def _cells(side: Measured) -> tuple[str, ...]:
    milliseconds = (f"{side.latency(share) * 1e3:.2f}" for share in (0.5, 0.99))
    return (f"{side.rate:,.0f}", *milliseconds, f"{side.cpu * 1e6:,.0f}")
