"""`commonweal intake history FILE…`: the past comes from an older tool, a case a line, and is carried on with here."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import rich_click as click

from commonweal.domain.message import Refused
from commonweal.intake.history import Brought, Line, Lots, Past, described, ends, is_case, read
from commonweal.runtime.at_hand import at_hand, bar, carry_out, counted, one
from commonweal.runtime.simulate.past import invented_past

AT_ONCE: Final = 64
"""Cases in a lot: enough that they share their commits, few enough that others can write in between."""
_LOTS: Final = 2
_LISTED: Final = 50
"""Refusals that get a line of their own where people read them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A line that was left out, by its place and the tool's own id: nothing in it says whose case it is."""

    file: str
    line: int
    id: str
    step: str
    sentence: str


@dataclass(slots=True)
class Tally:
    """What a run came to."""

    lines: int = 0
    results: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    events: int = 0
    seconds: float = 0.0

    @property
    def answer(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "results": dict(self.results),
            "refusals": [asdict(each) for each in self.refusals],
            "events": self.events,
            "seconds": self.seconds,
        }

    def note(self, place: "_Place", brought: Brought | None) -> None:
        if brought is None:
            return
        self.results[brought.result] += 1
        if brought.result == "refused":
            told = {"id": place.id, "step": brought.step, "sentence": brought.sentence}
            self.refusals.append(Refusal(file=str(place.file), line=place.number, **told))


@dataclass(frozen=True, slots=True)
class _Place:
    """A line's place, and what is needed to put the lines in order before they are read again."""

    file: Path
    number: int
    offset: int
    id: str
    kind: str
    """link_worker, ended, open"""


_Lot: TypeAlias = Sequence[tuple[_Place, Line]]


def _shape(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        for line in described():
            click.echo(line)
        context.exit()


def _example(context: click.Context, _parameter: click.Parameter, cases: int | None) -> None:
    if cases is not None:
        for line in invented_past(cases):
            click.echo(json.dumps(line))
        context.exit()


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tenant", required=True, metavar="ODS", help="The ICS whose past this is.")
@click.option("--check", is_flag=True, help="Read and rehearse every line, and do nothing.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file for the lines that were left out, as JSON Lines.",
)
@click.option("--at-once", type=click.IntRange(1, 256), default=AT_ONCE, show_default=True, help="Cases at a time.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option("--shape", is_flag=True, is_eager=True, expose_value=False, callback=_shape, help="Every field there is.")
@click.option(
    "--example",
    type=click.IntRange(1, 1_000_000),
    is_eager=True,
    expose_value=False,
    callback=_example,
    help="Print so many invented cases.",
)
def history(
    files: tuple[Path, ...], tenant: str, check: bool, report: Path | None, at_once: int, as_json: bool
) -> None:
    """Bring the past: open cases and those that ended, from JSON Lines, one a line of each FILE.

    Every line is read first; where one is not of the shape, all such are told and nothing is done. A line that the rules
    refuse is told and left out. The same files again, also after a cut, do what is left. Ends with 1 unless all is well.
    """
    tally = carry_out(_bring(files, tenant, at_once, as_json=as_json, check=check))
    if report is not None:
        report.write_text("".join(f"{json.dumps(asdict(each))}\n" for each in tally.refusals), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(tally.answer))
    else:
        for line in _told(tally):
            click.echo(line)
    sys.exit(1 if tally.refusals else 0)


async def _bring(files: Sequence[Path], ods: str, at_once: int, *, as_json: bool, check: bool) -> Tally:
    tally = Tally()
    async with at_hand() as opened:
        tenant = await one(opened, ods)
        past = Past(tenant.streams)
        before, began = await tenant.log.head(), time.monotonic()
        with bar(shown=not as_json) as progress:
            total = sum(file.stat().st_size for file in files)
            task = progress.add_task("reading", total=total)
            rehearsing = past if check else None
            places = await _read(files, rehearsing, tally, lambda size: progress.advance(task, size))
            if not check:
                task = progress.add_task("bringing", total=len(places))
                await _all(places, past, tally, at_once, lambda done: progress.advance(task, done))
        tally.refusals.sort(key=lambda each: (each.file, each.line))
        tally.events, tally.seconds = await tenant.log.head() - before, round(time.monotonic() - began, 2)
    return tally


async def _read(
    files: Sequence[Path], rehearsing: Past | None, tally: Tally, advance: Callable[[int], object]
) -> list[_Place]:
    """The places of the lines, without those that are refused when rehearsed. Raises `Refused` with all that are not of the shape."""
    places: list[_Place] = []
    wrong: list[str] = []
    seen: set[tuple[str, str, str]] = set()
    for file in files:
        for number, offset, raw in _lines(file):
            advance(len(raw))
            if not raw.strip():
                continue
            tally.lines += 1
            try:
                line = read(raw)
            except Refused as refusal:
                wrong.append(f"{file} line {number}: {refusal}")
                continue
            kind = "link_worker" if not is_case(line) else "ended" if ends(line) else "open"
            named = (line.tool, "link_worker" if kind == "link_worker" else "case", line.id)
            place = _Place(file, number, offset, line.id, kind)
            if named in seen:
                tally.note(place, Brought("refused", "", "a line before this has the same id"))
                continue
            seen.add(named)
            refused = await rehearsing.rehearse(line) if rehearsing else None
            tally.note(place, refused)
            if refused is None:
                places.append(place)
    if wrong:
        more = f"\nand {counted(len(wrong) - _LISTED, 'more line')}" if len(wrong) > _LISTED else ""
        raise Refused("nothing was done:\n" + "\n".join(wrong[:_LISTED]) + more)
    return places


async def _all(places: Sequence[_Place], past: Past, tally: Tally, at_once: int, done: Callable[[int], object]) -> None:
    """Link workers, then what ended, then what is open, then those who left."""
    lots = Lots(past)

    async def bring(some: _Lot) -> None:
        brought = await lots.bring([line for _, line in some])
        for (place, _), each in zip(some, brought, strict=True):
            tally.note(place, each)
        done(len(some))

    async def leave(some: _Lot) -> None:
        for place, line in some:
            left = await past.leave(line)
            if left is not None and left.result == "refused":
                tally.note(place, left)

    for kind, work in (("link_worker", bring), ("ended", bring), ("open", bring), ("link_worker", leave)):
        await _lot_by_lot([place for place in places if place.kind == kind], work, at_once)


async def _lot_by_lot(places: Sequence[_Place], work: Callable[[_Lot], Awaitable[None]], at_once: int) -> None:
    waiting = _read_again(places)

    async def some() -> None:
        while lot := list(islice(waiting, at_once)):
            await work(lot)

    async with asyncio.TaskGroup() as group:  # while one lot is being committed the next is decided
        for _ in range(_LOTS):
            group.create_task(some())


def _lines(file: Path) -> Iterator[tuple[int, int, bytes]]:
    """(number, where it begins, line)"""
    offset = 0
    with file.open("rb") as opened:
        for number, raw in enumerate(opened, 1):
            yield number, offset, raw
            offset += len(raw)


def _read_again(places: Sequence[_Place]) -> Iterator[tuple[_Place, Line]]:
    """The lines at these places, one after another: a file may be larger than memory."""
    for file in dict.fromkeys(place.file for place in places):
        with file.open("rb") as opened:
            for place in places:
                if place.file == file:
                    opened.seek(place.offset)
                    yield place, read(opened.readline())


def _told(tally: Tally) -> Iterator[str]:
    for each in tally.refusals[:_LISTED]:
        step = f", {each.step}" if each.step else ""
        yield f"{each.file} line {each.line} ({each.id}{step}): {each.sentence}"
    if len(tally.refusals) > _LISTED:
        yield f"and {counted(len(tally.refusals) - _LISTED, 'more refusal')}"
    results = ", ".join(f"{number:,} {what}" for what, number in sorted(tally.results.items())) or "nothing was done"
    yield f"{counted(tally.lines, 'line')}: {results}"
    if tally.events:
        yield f"{counted(tally.events, 'event')} in {tally.seconds} s, {tally.lines / tally.seconds:,.0f} lines a second"
