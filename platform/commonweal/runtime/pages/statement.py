"""A statement of a funder's money over a period, to the penny: on the page, on paper and as a file."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response, Stream

from commonweal.console.answers import read_day
from commonweal.console.forms import Mistake
from commonweal.console.numbers import Line, Numbers
from commonweal.console.saved import in_pounds
from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.runtime.organisations import called, names
from commonweal.runtime.pages.back import address
from commonweal.runtime.pages.counted import CSV, attached, fresh, let_in, not_made
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.community_chest import READ_MODEL
from projections.community_chest.statement import LONGEST

DOCUMENT: Final = (READ_MODEL.folder / "grant.graphql").read_text(encoding="utf-8")
_KINDS: Final[Mapping[str, str]] = {
    "OPENING": "Stood that morning",
    "PLEDGED": "Pledged",
    "CONFIRMED": "Confirmed",
    "REDUCED": "Reduced",
    "WITHDRAWN": "Withdrawn",
    "RECEIVED": "Received",
    "GIVEN_BACK": "Went back to the funder, or never came",
    "AWARDED": "Awarded",
    "RELEASED": "Given back from an award",
    "PAID": "Paid",
    "RETURNED": "Came back",
    "CLOSING": "Stands that evening",
}
_REASONS: Final[Mapping[str, Mapping[str, str]]] = {
    "REDUCED": {**codes.PLEDGE_CHANGES, **codes.FUNDS_RETURNS},
    "GIVEN_BACK": codes.FUNDS_RETURNS,
    "WITHDRAWN": codes.PLEDGE_CHANGES,
    "AWARDED": codes.COMMITMENTS,
    "RELEASED": codes.RELEASES,
    "RETURNED": codes.RETURNS,
}
MONEY: Final = ("pledged", "confirmed", "received", "awarded", "paid")
HEADINGS: Final = ("What", "Funder", "Grant to", "Why", "Reference", *(kind.title() for kind in MONEY))
_ENDS: Final = ("OPENING", "CLOSING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days of a statement, and what was typed for them: `since_day` … `until_year`."""

    since: date
    until: date
    typed: Mapping[str, str]
    mistakes: tuple[Mistake, ...] = ()

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def mistake(self, name: str) -> str | None:
        return next((each.sentence for each in self.mistakes if each.field == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A line of a statement. `about`: why, and the reference; `whose`: the funder, and whom the grant is to. Nothing in `sums` is no
    movement."""

    day: str
    what: str
    about: tuple[str, ...]
    where: tuple[str, ...]
    whose: tuple[str, ...]
    sums: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementPage:
    """`funders`: whose statement it can be, code → name, `funder` whose it is; empty is everybody's whom one may see."""

    fund: str
    fund_href: str
    address: str
    funder: str
    funders: Mapping[str, str]
    period: Period
    words: str
    lines: tuple[Movement, ...]
    file: str
    at: datetime | None
    position: int


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/chests/<fund>/statement`, and the same as a file."""

    @get("/chests/{fund_id:str}/statement")
    async def page(request: Asked, fund_id: str) -> Response[str]:
        return await show(pages, request, await pages.asking.asker(request, "console"), fund_id)

    @get("/chests/{fund_id:str}/statement.csv")
    async def file(request: Asked, fund_id: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        let_in(asker, "chest_statement", "statements")
        days = period(request.query_params, in_london(asker.now).date())
        if days.mistakes:
            return not_made([each.sentence for each in days.mistakes])
        asked = request.query_params.get("funder", "")
        await _fund(pages, asker, fund_id, asked)
        found = _parts(pages, asker, fund_id, asked, days)
        first = await anext(found)
        about = (in_words(days), f"position {first['position']}", "pounds and pence")
        return Stream(_rest(first, found, about), media_type=CSV, headers=attached("statement.csv"))

    return [page, file]


def period(asked: Mapping[str, str], today: date) -> Period:
    """The days an address names: this financial year, from 1 April, where it names none."""
    names = ("since_day", "since_month", "since_year", "until_day", "until_month", "until_year")
    typed = {name: said for name in names if (said := asked.get(name, "").strip())}
    april = date(today.year if today >= date(today.year, 4, 1) else today.year - 1, 4, 1)
    if not typed:
        ends = {"since": april, "until": today}
        shown = {
            f"{end}_{part}": str(getattr(day, part)) for end, day in ends.items() for part in ("day", "month", "year")
        }
        return Period(since=april, until=today, typed=shown)
    days = {
        end: read_day({part: typed.get(f"{end}_{part}", "") for part in ("day", "month", "year")})
        for end in ("since", "until")
    }
    mistakes = [
        Mistake(field=f"{end}_day", sentence="Enter a real date, for example 1 4 2026")
        for end, day in days.items()
        if day is None
    ]
    since, until = days["since"] or april, days["until"] or today
    if not mistakes and until < since:
        mistakes.append(Mistake(field="until_day", sentence="The last day must not be before the first"))
    if not mistakes and (until - since).days > LONGEST:
        mistakes.append(Mistake(field="until_day", sentence="A statement is of ten years at most"))
    return Period(since=since, until=until, typed=typed, mistakes=tuple(mistakes))


async def show(pages: Pages, request: Asked, asker: Asker, fund_id: str) -> Response[str]:
    """The page. Raises Missing where the one who asks sees no such fund, or nothing of that funder in it."""
    let_in(asker, "chest_statement", "statements")
    days = period(request.query_params, in_london(asker.now).date())
    funder = request.query_params.get("funder", "")
    of = await _fund(pages, asker, fund_id, funder)
    funders = await called(asker.tenant, [each["funder"] for each in of["funders"]])
    found = None if days.mistakes else await _ask(pages, asker, fund_id, funder, days.since, days.until)
    rows = () if found is None else found["rows"]
    given = await organisations(asker, rows)
    here = f"/chests/{fund_id}/statement"
    asked = {"funder": funder, **{name: days.value(name) for name in days.typed}}
    page = StatementPage(
        fund=of["name"],
        fund_href=f"/chests/{fund_id}",
        address=here,
        funder=funder,
        funders=funders,
        period=days,
        words=in_words(days),
        lines=tuple(movement(row, given) for row in rows),
        file=address(f"{here}.csv", asked),
        at=None if found is None else fresh(found, asker.now),
        position=0 if found is None else found["position"],
    )
    status = 422 if days.mistakes else 200
    return await pages.html(request, asker, "community_chest/statement.html", page, status=status, here="/chests")


async def _fund(pages: Pages, asker: Asker, fund_id: str, funder: str) -> Mapping[str, Any]:
    """The fund, before anything of it is told: money nobody may see would be noughts. Raises Missing as `show` says."""
    of: Mapping[str, Any] | None = (await pages.ask(asker, "StatementOf", DOCUMENT, id=fund_id))["fund"]
    if of is None:
        raise Missing("there is no such fund among those you see")
    if funder and funder not in {each["funder"] for each in of["funders"]}:
        raise Missing("there is no such funder among those whose money you see in this fund")
    return of


def in_words(days: Period) -> str:
    return f"{long_date(days.since)} to {long_date(days.until)}"


async def _ask(
    pages: Pages, asker: Asker, fund_id: str, funder: str, since: date, until: date, position: int | None = None
) -> Mapping[str, Any]:
    """`position`: as it stood then, where it is not now."""
    days = {"since": since.isoformat(), "until": until.isoformat()}
    as_of = None if position is None else {"position": position}
    found = await pages.ask(asker, "Statement", DOCUMENT, fund=fund_id, funder=funder or None, asOf=as_of, **days)
    statement: Mapping[str, Any] = found["fundStatement"]
    return statement


def line(row: Mapping[str, Any], *where: str) -> Line:
    """A line of the file: what did not move is left out, but for the two ends. `where` stands before whose money it is."""
    told = (row["funder"] or "", row["organisation"] or "", _why(row), row["reference"] or "")
    return Line(text=row["day"], cells=(_what(row), *where, *told, *_sums(row, _exact)))


async def organisations(asker: Asker, rows: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """What those are called who gave or were given, by their codes."""
    told = (row[each] for row in rows for each in ("funder", "organisation") if row[each])
    return await names(asker.tenant, tuple(dict.fromkeys(told)))


def movement(row: Mapping[str, Any], named: Mapping[str, str], *where: str) -> Movement:
    """The same as it is read on the page, where organisations are called by their names."""
    day = date.fromisoformat(row["day"])
    funder, grantee = (named.get(row[each] or "", "") for each in ("funder", "organisation"))
    whose = (funder, f"to {grantee}" if grantee else "")
    return Movement(
        day=f"{day.day} {day:%b %Y}",
        what=_what(row),
        about=tuple(filter(None, (_why(row), row["reference"]))),
        where=where,
        whose=tuple(filter(None, whose)) if row["kind"] not in _ENDS else (),
        sums=_sums(row, _to_the_penny),
    )


def _what(row: Mapping[str, Any]) -> str:
    return _KINDS.get(row["kind"], sentence_case(row["kind"].lower()))


def _sums(row: Mapping[str, Any], said: Callable[[int], str]) -> tuple[str, ...]:
    return tuple(said(row[kind]) if row[kind] or row["kind"] in _ENDS else "" for kind in MONEY)


async def _parts(
    pages: Pages, asker: Asker, fund_id: str, funder: str, days: Period
) -> AsyncIterator[Mapping[str, Any]]:
    """A statement a quarter of a year at a time, all of it as it stood when the first was asked for: however long it is, one quarter
    is held at once."""
    position = None
    for since, until in quarters(days.since, days.until):
        found = await _ask(pages, asker, fund_id, funder, since, until, position)
        position = found["position"]
        left_out = {"OPENING"} if since > days.since else set()
        left_out |= {"CLOSING"} if until < days.until else set()
        yield {**found, "rows": [row for row in found["rows"] if row["kind"] not in left_out]}


async def _rest(
    first: Mapping[str, Any], found: AsyncIterator[Mapping[str, Any]], about: Sequence[str]
) -> AsyncIterator[str]:
    yield _numbers(first).file(about)
    async for part in found:
        yield _numbers(part).more()


def quarters(since: date, until: date) -> Iterator[tuple[date, date]]:
    """The days from one to another, both among them, in parts that end with a quarter of a year."""
    while True:
        month = (since.month + 2) // 3 * 3
        last = min(date(since.year, month, 31 if month in (3, 12) else 30), until)
        yield since, last
        if last == until:
            return
        since = last + timedelta(days=1)


def _numbers(found: Mapping[str, Any]) -> Numbers:
    return Numbers(first="Day", headings=HEADINGS, lines=tuple(line(row) for row in found["rows"]))


def _exact(pence: int) -> str:
    """`123456` → `1234.56`, as a spreadsheet reads it."""
    sign, whole = "-" if pence < 0 else "", abs(pence)
    return f"{sign}{in_pounds(whole)}"


def _to_the_penny(pence: int) -> str:
    """`700000` → `£7,000.00`, so that every sum of a column ends alike."""
    whole, rest = divmod(abs(pence), 100)
    return f"{'−' if pence < 0 else ''}£{whole:,}.{rest:02}"


def _why(row: Mapping[str, Any]) -> str:
    return sentence_case(_REASONS.get(row["kind"], {}).get(row["reason"] or "", ""))
