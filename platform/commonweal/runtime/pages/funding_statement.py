"""A statement over every ICS an organisation gives to, to the penny: on the page, on paper and as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.as_at import AsAt
from commonweal.console.numbers import Numbers
from commonweal.console.wording import in_london
from commonweal.runtime.funding import Gathered, Part, gathered
from commonweal.runtime.pages.back import address
from commonweal.runtime.pages.counted import CSV, attached, not_made
from commonweal.runtime.pages.funding import STATEMENT, Row, funds, missing, moment, sums, then, without
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.pages.statement import (
    DOCUMENT,
    HEADINGS,
    MONEY,
    Movement,
    Period,
    in_words,
    line,
    movement,
    organisations,
    period,
)
from commonweal.runtime.schema import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A part of a statement: its lines, the first and the last of which say what stood and what stands, and what its funds and
    organisations are called."""

    rows: tuple[Row, ...]
    funds: Mapping[str, str]
    organisations: Mapping[str, str]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundingStatement:
    """`chosen`: to which ICS or fund it is narrowed, in words; `kept`: what goes along with the form."""

    period: Period
    words: str
    chosen: str
    kept: tuple[tuple[str, str], ...]
    lines: tuple[Movement, ...]
    positions: tuple[str, ...]
    missing: tuple[str, ...]
    again: str
    file: str
    as_at: AsAt
    at: datetime


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/funding/statement`, and the same as a file."""

    @get(f"{STATEMENT}.csv")
    async def file(request: Asked) -> Response[str]:
        return await _file(pages, request.query_params, await pages.asking.asker(request, "console"))

    return [pages.at(STATEMENT, show), file]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """A statement over every ICS, or narrowed to one or to a fund of one. Raises NotAllowed, Missing."""
    asked = request.query_params
    typed, at = moment(asked, asker.now)
    days = period(asked, in_london(asker.now).date())
    wrong = bool(days.mistakes or typed.mistakes)
    found: Gathered[Moved] = Gathered((), ()) if wrong else await _moved(pages, asker, asked, days, at, read=True)
    kept = {name: asked[name] for name in ("ics", "fund") if asked.get(name)}
    there = {**kept, **days.typed}
    page = FundingStatement(
        period=days,
        words=in_words(days),
        chosen=_chosen(found, asked),
        kept=tuple({**kept, **({} if typed.typed else then(typed))}.items()),
        lines=_lines(found) if found.parts else (),
        positions=_positions(found),
        missing=missing(found),
        again=address(STATEMENT, {**there, **then(typed)}),
        file=address(f"{STATEMENT}.csv", {**there, "at": at.isoformat()}),
        as_at=typed,
        at=at,
    )
    status = 422 if wrong else 200
    return await pages.html(
        request, asker, "community_chest/funding_statement.html", page, status=status, here="/funding"
    )


async def _file(pages: Pages, asked: Mapping[str, str], asker: Asker) -> Response[str]:
    """The statement as CSV: of the same moment always the same."""
    typed, at = moment(asked, asker.now)
    days = period(asked, in_london(asker.now).date())
    if wrong := [each.sentence for each in (*typed.mistakes, *days.mistakes)]:
        return not_made(wrong)
    found = await _moved(pages, asker, asked, days, at, read=False)
    about = (in_words(days), f"as at {at.isoformat()}", *_positions(found), *missing(found), "pounds and pence")
    if not found.parts:
        return not_made(missing(found), status=503)
    return Response(_numbers(found).file(about), media_type=CSV, headers=attached("funding.csv"))


async def _moved(
    pages: Pages, asker: Asker, asked: Mapping[str, str], days: Period, at: datetime, *, read: bool
) -> Gathered[Moved]:
    """The parts of a statement. `read`: with the names of today, which no file has. Raises Missing for an ICS or a fund that is none
    of theirs."""
    only, fund = asked.get("ics") or None, asked.get("fund") or None
    if fund is not None and only is None:
        raise Missing("a fund is of one ICS: name it too")
    variables = {"since": days.since.isoformat(), "until": days.until.isoformat(), "fund": fund}

    async def part(asker: Asker) -> Moved:
        there = await funds(pages, asker, at)
        found = await pages.ask(asker, "Statement", DOCUMENT, asOf={"instant": at.isoformat()}, **variables)
        rows = tuple(found["fundStatement"]["rows"])
        return Moved(
            rows=rows,
            funds={node["id"]: node["name"] for node in there.nodes},
            organisations=await organisations(asker, rows) if read else {},
            position=there.position,
        )

    found = await gathered(pages.asking, asker, part, only)
    if any(fund not in each.answer.funds for each in found.parts) and fund is not None:
        raise Missing("there is no such fund among those you see")
    return found


def merged(found: Gathered[Moved]) -> Iterator[tuple[Part[Moved] | None, Row]]:
    """One statement of at least one part: what stood and stands everywhere, and between them each movement by its day."""
    moves = [(part, row) for part in found.parts for row in part.answer.rows[1:-1]]
    yield None, _sum([part.answer.rows[0] for part in found.parts])
    yield from sorted(moves, key=lambda each: (each[1]["day"], each[0].ics.ods))
    yield None, _sum([part.answer.rows[-1] for part in found.parts])


def _sum(rows: Sequence[Row]) -> Row:
    return {**rows[0], "funder": None, **sums(rows, MONEY)}


def _numbers(found: Gathered[Moved]) -> Numbers:
    everywhere = f"All{without(found)}"
    lines = [
        line(row, everywhere, "") if part is None else line(row, part.ics.ods, part.answer.funds[row["fundId"]])
        for part, row in merged(found)
    ]
    return Numbers(first="Day", headings=(HEADINGS[0], "ICS", "Fund", *HEADINGS[1:]), lines=tuple(lines))


def _lines(found: Gathered[Moved]) -> tuple[Movement, ...]:
    everywhere = f"All{without(found)}"
    return tuple(
        movement(row, {}, everywhere)
        if part is None
        else movement(row, part.answer.organisations, part.answer.funds[row["fundId"]], part.ics.name)
        for part, row in merged(found)
    )


def _positions(found: Gathered[Moved]) -> tuple[str, ...]:
    return tuple(sorted(f"{part.ics.ods} position {part.answer.position}" for part in found.parts))


def _chosen(found: Gathered[Moved], asked: Mapping[str, str]) -> str:
    """The fund and the ICS it is narrowed to; empty where it is of all."""
    if not asked.get("ics"):
        return ""
    fund = [part.answer.funds[asked["fund"]] for part in found.parts if asked.get("fund")]
    of = [*(each.ics.name for each in found.parts), *(each.ics.name for each in found.missing)]
    return ", ".join((*fund, *of))
