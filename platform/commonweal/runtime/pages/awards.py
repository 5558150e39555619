"""The public page of awards: what the chests of an ICS gave, to whom, for what, where, out of whose money and what was paid."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response, Stream

from commonweal.console import charts
from commonweal.console.charts import Bars, Given
from commonweal.console.numbers import Line, Numbers
from commonweal.console.wording import plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused
from commonweal.runtime.asking import Asking
from commonweal.runtime.export_awards import DOCUMENT, InFile, Piece, gives, in_file, pieces, publisher
from commonweal.runtime.organisations import UNNAMED, ics_name, named_places, names
from commonweal.runtime.pages import award
from commonweal.runtime.pages.back import address
from commonweal.runtime.pages.page import Asked, Missing
from commonweal.runtime.pages.published import HEADERS, Made, Published
from commonweal.runtime.pages.stands import stands
from commonweal.runtime.schema import Asker
from commonweal.runtime.settings import Settings
from projections.caseload.board import Choice, Filter

_ASKED: Final = ("fund", "year", "need", "area")
_PAGED: Final = ("after", "before")
_LONGEST: Final = 100
"""Characters of what an address may ask for."""
_ON_A_PAGE: Final = 25
_DRAWN: Final = 10
"""Bars of a picture: the table beside it has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The awards told apart by one thing: a picture, and the table that says the same."""

    title: str
    chart: Bars
    numbers: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An award in the list. `title`: where somebody confirmed one; `votes`: where its round was decided by vote."""

    href: str
    organisation: str
    title: str
    need: str
    place: str
    fund: str
    funders: str
    awarded_on: date
    awarded: str
    paid: str
    stands: str
    votes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardsPage:
    """`sums`: (label, number) of all that is shown; `file`: where it is had as a file, empty where the ICS publishes none
    or none would be in it; `left_out`: what is said of those that are not in it."""

    ics: str
    address: str
    filters: tuple[Filter, ...]
    filtered: bool
    sums: tuple[tuple[str, str], ...]
    cuts: tuple[Cut, ...]
    awards: tuple[Listed, ...]
    many: int
    earlier: str
    later: str
    file: str
    left_out: str
    today: date


def routes(asking: Asking, console: Environment, settings: Settings) -> list[HTTPRouteHandler]:
    """`/awards/<ODS>`, `/awards/<ODS>/grants/<grant>` and `/awards/<ODS>/360giving.json`: nobody need sign in."""
    published = Published(asking, console)

    @get("/awards/{ods:str}")
    async def page(request: Asked, ods: str) -> Response[str]:
        asker, wanted = await published.anybody(ods), _wanted(request.query_params, (*_ASKED, *_PAGED))

        async def make(asker: Asker) -> Made:
            return Made("community_chest/awards.html", await _page(asking, asker, wanted))

        return await published.page(request, asker, ("awards", urlencode(wanted)), make)

    @get("/awards/{ods:str}/grants/{grant_id:str}")
    async def one(request: Asked, ods: str, grant_id: str) -> Response[str]:
        asker = await published.anybody(ods)

        async def make(asker: Asker) -> Made:
            return Made("community_chest/award.html", await award.show(asking, asker, grant_id))

        return await published.page(request, asker, ("award", grant_id[:_LONGEST]), make)

    @get("/awards/{ods:str}/360giving.json")
    async def file(request: Asked, ods: str) -> Stream:
        asker = await published.anybody(ods)
        try:
            of = await publisher(asker.tenant, settings.address)
            found = pieces(asking.answer, asker, of, _filter(_wanted(request.query_params, _ASKED)))
            async with published.turn(asker.tenant):
                first = await anext(found)
        except Refused as refusal:
            raise Missing(str(refusal)) from None
        headers = {
            **HEADERS,
            "Content-Disposition": f'attachment; filename="360giving-{asker.tenant.ods}.json"',
            "X-Lines": str(first.total),
        }
        return Stream(_rest(published, asker, first, found), media_type="application/json", headers=headers)

    return [page, one, file]


async def _rest(published: Published, asker: Asker, first: Piece, found: AsyncIterator[Piece]) -> AsyncIterator[str]:
    """The file a piece at a time. Whoever reads slowly keeps nobody waiting: only what is asked takes a turn."""
    yield first.text
    while True:
        async with published.turn(asker.tenant, begun=True):
            piece = await anext(found, None)
        if piece is None:
            return
        yield piece.text


def _wanted(asked: Mapping[str, str], known: Sequence[str]) -> dict[str, str]:
    """What an address asks for, as far as it can be."""
    return {name: said for name in known if (said := asked.get(name, "")) and len(said) <= _LONGEST}


def _filter(wanted: Mapping[str, str]) -> dict[str, Any]:
    """As `ChestAwardFilter`; a year that is none is nobody's."""
    found: dict[str, Any] = {name: wanted[name] for name in _ASKED if name in wanted}
    if "year" in found:
        year = found["year"]
        found["year"] = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
    return found


async def _page(asking: Asking, asker: Asker, wanted: Mapping[str, str]) -> AwardsPage:
    after, before = wanted.get("after"), wanted.get("before")
    size = {"last" if before else "first": _ON_A_PAGE}
    variables = {"filter": _filter(wanted), "before": before, "after": None if before else after, **size}
    found = await asking.answer(asker, DOCUMENT, "Awards", variables)
    awards, places = found["awards"], await named_places(asker.tenant)
    nodes = [edge["node"] for edge in awards["edges"]]
    funders = {share["funder"] for node in nodes for share in node["shares"]}
    called = await names(asker.tenant, funders | {node["organisation"] for node in nodes if node["organisation"]})
    here, kept = f"/awards/{asker.tenant.ods}", {name: wanted[name] for name in _ASKED if name in wanted}
    ends = awards["pageInfo"]
    given = (
        await in_file(asking.answer, asker, _filter(wanted)) if nodes and await gives(asker.tenant) else InFile(0, 0)
    )
    return AwardsPage(
        ics=await ics_name(asker.tenant),
        address=here,
        filters=_filters(found, kept, places),
        filtered=bool(kept),
        sums=_sums(found["years"]["rows"]),
        cuts=_cuts(found, places, narrowed=bool(kept)),
        awards=tuple(_given(node, here, called, places) for node in nodes),
        many=awards["totalCount"],
        earlier=address(here, {**kept, "before": ends["startCursor"]}) if ends["hasPreviousPage"] else "",
        later=address(here, {**kept, "after": ends["endCursor"]}) if ends["hasNextPage"] else "",
        file=address(f"{here}/360giving.json", kept) if given.named else "",
        left_out=given.left_out,
        today=asker.reader.today,
    )


def _sums(years: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return (
        ("Awards", f"{sum(row['awards'] for row in years):,}"),
        ("Awarded", pounds(sum(row["awarded"] for row in years))),
        ("Paid so far", pounds(sum(row["paid"] for row in years))),
    )


def _filters(found: Mapping[str, Any], kept: Mapping[str, str], places: Mapping[str, str]) -> tuple[Filter, ...]:
    asked = (
        ("fund", "Fund", "All funds", "everyFund", lambda row: row["name"] or row["key"]),
        ("year", "Year", "All years", "everyYear", lambda row: financial_year(row["key"])),
        ("need", "Need", "All needs", "everyNeed", lambda row: _need(row["key"])),
        ("area", "Place", "All places", "everyArea", lambda row: places.get(row["key"], row["key"])),
    )
    return tuple(
        Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(
                sorted(
                    (Choice(value=row["key"], text=said(row)) for row in found[root]["rows"]),
                    key=lambda each: each.text,
                )
            ),
            chosen=kept.get(name, ""),
        )
        for name, label, everything, root, said in asked
    )


def _cuts(found: Mapping[str, Any], places: Mapping[str, str], *, narrowed: bool) -> tuple[Cut, ...]:
    """Of what is narrowed down, one kind is no cut."""
    asked = (
        ("By need", "Need", "needs", _need),
        ("By place", "Place", "areas", lambda key: places.get(key, key)),
        ("By year", "Year", "years", financial_year),
    )
    return tuple(
        Cut(
            title=title,
            chart=charts.bars(
                [Given(said(row["key"]), row["awarded"] // 100) for row in rows[:_DRAWN]], "Pounds awarded"
            ),
            numbers=Numbers(
                first=first,
                headings=("Awards", "Awarded", "Paid"),
                lines=tuple(
                    Line(
                        text=said(row["key"]), cells=(f"{row['awards']:,}", pounds(row["awarded"]), pounds(row["paid"]))
                    )
                    for row in rows
                ),
            ),
        )
        for title, first, root, said in asked
        if len(rows := found[root]["rows"]) > narrowed
    )


def financial_year(begins: str) -> str:
    """`2025` → `2025 to 2026`: from 1 April to 31 March."""
    return f"{begins} to {int(begins) + 1}"


def _need(code: str) -> str:
    return sentence_case(codes.NEEDS.get(code, code))


def _given(node: Mapping[str, Any], here: str, called: Mapping[str, str], places: Mapping[str, str]) -> Listed:
    return Listed(
        href=f"{here}/grants/{node['id']}",
        organisation=called.get(node["organisation"], UNNAMED),
        title=node["title"] or "",
        need=_need(node["purpose"]),
        place=places.get(node["area"], node["area"]),
        fund=node["fund"],
        funders=", ".join(called[share["funder"]] for share in node["shares"] if share["awarded"]),
        awarded_on=date.fromisoformat(node["awardedOn"]),
        awarded=pounds(node["awarded"]),
        paid=pounds(node["paid"]),
        stands=stands(node),
        votes="" if node["votes"] is None else plural(node["votes"], "vote", "votes"),
    )
