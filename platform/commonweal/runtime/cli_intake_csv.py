"""`commonweal intake csv FILE`: a table of referrals is checked whole, then done, with a line for each row."""

import asyncio
import csv
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import rich_click as click

from commonweal.domain import due
from commonweal.domain import tenant as ics
from commonweal.domain.message import Refused
from commonweal.intake.arrival import arrive
from commonweal.intake.csv import COLUMNS, Mistake, Row, read, unknown_practices, weighed
from commonweal.kernel.append import Conflict
from commonweal.kernel.handle import Stale
from commonweal.runtime.at_hand import at_hand, bar, carry_out, counted, one
from tenants.store import Tenant

T = TypeVar("T")
AT_ONCE: Final = 16
"""Rows under way together."""
_LISTED: Final = 50
"""Mistakes and refusals that get a line of their own where people read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What became of a row: `received`, `had already`, or `refused` and why; where nothing was done, `no mistake`, or `mistake` and
    which. Nothing in it says whose referral it is."""

    row: int
    result: str
    source_org: str
    source_reference: str
    referral_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: a line for each row. `mistakes`: why nothing was done; `notes`: what is no mistake, and worth a look;
    `done`: whether anything was to be done."""

    rows: int
    mistakes: Sequence[Mistake] = ()
    lines: Sequence[Line] = ()
    notes: Sequence[Mistake] = ()
    done: bool = False

    @property
    def well(self) -> bool:
        return not self.mistakes and all(line.result != "refused" for line in self.lines)


def _columns(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(",".join(COLUMNS))
        context.exit()


@click.command("csv")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", required=True, metavar="ODS", help="The ICS whose referrals these are.")
@click.option("--check", is_flag=True, help="Look for mistakes and do nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file to write a line for each row to, also of a check.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--columns", is_flag=True, is_eager=True, expose_value=False, callback=_columns, help="Name the columns.")
def from_csv(file: Path, tenant: str, check: bool, report: Path | None, as_json: bool) -> None:
    """Take in a table of referrals, one a row of FILE.

    All rows are checked first; where anything is wrong, all of it is told and nothing is done. The same file again, also after
    it was cut off half way, does what is left: a source's reference is one referral. Ends with 1 unless all is well.
    """
    taken = carry_out(_take(file, tenant, as_json, check))
    if report is not None:
        _write(report, taken.lines)
    if as_json:
        click.echo(json.dumps(asdict(taken), ensure_ascii=False))
    else:
        for line in _told(taken):
            click.echo(line)
    sys.exit(0 if taken.well else 1)


async def _take(file: Path, ods: str, as_json: bool, check: bool) -> Taken:
    now = datetime.now(UTC)
    table = read(await asyncio.to_thread(file.read_bytes), now)
    if table.mistakes:
        return _undone(table.rows, table.mistakes)
    async with at_hand() as opened:
        tenant = await one(opened, ods)
        known = ics.practices((await tenant.streams.get(ics.CATEGORY, tenant.ods)).state, due.today(now))
        notes = unknown_practices(table.rows, {practice for practice, _ in known})
        with bar(shown=not as_json) as progress:
            task = progress.add_task("checking", total=len(table.rows))

            async def look(row: Row) -> Mistake | None:
                found = await weighed(tenant.streams, row, now)
                progress.advance(task)
                return found

            async def do(row: Row) -> Line:
                line = await _receive(tenant, row, now)
                progress.advance(task)
                return line

            mistakes = sorted(found for found in await _all(table.rows, look) if found is not None)
            if mistakes or check:
                return _undone(table.rows, mistakes, notes)
            task = progress.add_task("receiving", total=len(table.rows))
            lines = await _all(table.rows, do)
    return Taken(len(table.rows), (), sorted(lines, key=lambda line: line.row), notes, done=True)


def _undone(rows: Sequence[Row], mistakes: Sequence[Mistake], notes: Sequence[Mistake] = ()) -> Taken:
    """A file of which nothing was done, with a line for each row it has or that could not be read."""
    said: dict[int, list[str]] = {row.number: [] for row in rows}
    for mistake in mistakes:
        said.setdefault(mistake.row, []).append(mistake.sentence)
    references = {row.number: row.arrival.referral for row in rows}
    lines = []
    for number, sentences in sorted(said.items()):
        referral = references.get(number)
        lines.append(
            Line(
                row=number,
                result="mistake" if sentences else "no mistake",
                source_org=referral.source_org if referral else "",
                source_reference=referral.source_reference if referral else "",
                reason="; ".join(sentences) or None,
            )
        )
    return Taken(len(rows), mistakes, lines, notes)


async def _all(rows: Sequence[Row], work: Callable[[Row], Awaitable[T]]) -> list[T]:
    """Work on every row, AT_ONCE of them at a time."""
    waiting, found = iter(rows), list[T]()

    async def some() -> None:
        for row in waiting:
            found.append(await work(row))

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(some())
    return found


async def _receive(tenant: Tenant, row: Row, now: datetime) -> Line:
    referral = row.arrival.referral
    told: dict[str, Any] = {
        "row": row.number,
        "source_org": referral.source_org,
        "source_reference": referral.source_reference,
    }
    try:
        arrived = await arrive(tenant.streams, row.arrival, row.road(tenant.ods, now))
    except (Refused, Stale, Conflict) as refusal:
        return Line(**told, result="refused", reason=str(refusal))
    result = "had already" if arrived.repeated else "received"
    return Line(**told, result=result, referral_id=arrived.referral_id)


def _write(report: Path, lines: Iterable[Line]) -> None:
    with report.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(Line.__dataclass_fields__))
        writer.writeheader()
        writer.writerows(asdict(line) for line in lines)


def _told(taken: Taken) -> Iterable[str]:
    if taken.mistakes:
        yield from _each(taken.mistakes, "more mistake")
        yield f"{counted(len(taken.mistakes), 'mistake')}: nothing was done"
        return
    yield from _each(taken.notes, "more note")
    if not taken.done:
        yield f"{counted(taken.rows, 'row')}, no mistake; nothing was done"
        return
    refused = [line for line in taken.lines if line.result == "refused"]
    yield from (f"row {line.row} was refused: {line.reason}" for line in refused[:_LISTED])
    results = Counter(line.result for line in taken.lines)
    yield f"{counted(taken.rows, 'row')}: {', '.join(f'{number:,} {what}' for what, number in sorted(results.items()))}"


def _each(found: Sequence[Mistake], called: str) -> Iterable[str]:
    """A line for each, as many as people read."""
    for each in found[:_LISTED]:
        yield f"row {each.row}{f', {each.column}' if each.column else ''}: {each.sentence}"
    if len(found) > _LISTED:
        yield f"and {counted(len(found) - _LISTED, called)}"
