"""What comes of the money of one community chest, or of all of an ICS: what ends, what is needed, who came, how they fare, for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.numbers import Line, Numbers
from commonweal.console.page import AsOf, Way
from commonweal.console.wording import in_london, long_date, sentence_case
from commonweal.domain import codes
from commonweal.runtime import permissions
from commonweal.runtime.organisations import called, named_places
from commonweal.runtime.pages import chest_sections as sections
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.chest_pieces import deeds, named
from commonweal.runtime.pages.chest_sections import Row, Rows, Section
from commonweal.runtime.pages.counted import filters, fresh, let_in
from commonweal.runtime.pages.outcomes import SCALES, Tile, enough, measured, span
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.caseload.board import Filter
from projections.community_chest import READ_MODEL

_DOCUMENT: Final = (READ_MODEL.folder / "effect.graphql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Evidence that was attached to the fund. `deeds`: what can be done by it."""

    heading: str
    about: str
    id: str
    numbers: Numbers
    priorities: str
    deeds: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The page; `fund` is empty where it is of all of them. `held_back`: how many numbers stand as a star."""

    fund: str
    fund_href: str
    address: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    filters: tuple[Filter, ...]
    evidence: tuple[Kept, ...]
    deeds: tuple[Way, ...]
    held_back: int
    at: datetime
    position: int
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/chests/effect` and `/chests/<fund>/effect`."""

    @get("/chests/{fund_id:str}/effect")
    async def one(request: Asked, fund_id: str) -> Response[str]:
        return await show(pages, request, await pages.asking.asker(request, "console"), fund_id)

    return [pages.at("/chests/effect", everything), one]


async def everything(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """Of all the funds of the ICS. Raises NotAllowed for a role that does not see it."""
    let_in(asker, "chest_effect", "what comes of the community chests")
    chosen, scale, measure = _measure(request)
    found = await pages.ask(asker, "Everything", _DOCUMENT, **scale)
    ending = found["fundingCliff"]["rows"]
    told = (
        sections.need(found["places"]["rows"], "In all practices of the ICS, by the place their PCN is counted to.", "Place"),
        sections.need(found["chestNeeds"]["rows"], "In all practices of the ICS."),
        *(sections.places(found[name]["rows"], first, {}) for name, first in _CUTS.items()),
        *(sections.fared(found[name]["rows"], first, measure) for name, first in _FARED.items()),
        sections.cliff(ending, await _names(asker, ending), in_london(asker.now).date(), _lead(asker)),
        sections.equity(found["chestEquity"]["rows"]),
    )  # fmt: skip
    return await _page(
        pages, request, asker, found["funds"], told, sections.tiles(found["funds"]["rows"], ending), chosen
    )


_CUTS: Final = {"funds": "Fund", "purposes": "Purpose", "areas": "Place"}
_FARED: Final = {"faredByFund": "Fund", "faredByPurpose": "Purpose"}


async def show(pages: Pages, request: Asked, asker: Asker, fund_id: str) -> Response[str]:
    """Of one fund. Raises NotAllowed, and Missing where the one who asks sees no such fund."""
    let_in(asker, "chest_effect", "what comes of the community chests")
    let_in(asker, "chest_funds", "the community chests")
    chosen, scale, measure = _measure(request)
    seen = await position(asker, request.query_params.get("position", ""))
    found = await pages.ask(asker, "Fund", _DOCUMENT, fund=fund_id, position=seen, **scale)
    if found["fund"] is None:
        raise Missing("there is no such fund among those you see")
    ending, granted = found["fundingCliff"]["rows"], found["fundedPlaces"]
    names, where = await _names(asker, [*ending, *granted["rows"]]), await named_places(asker.tenant)
    told = (
        sections.need(*_needs(found, where)),
        sections.places(granted["rows"], "Grant", names, _lead(asker)),
        sections.fared(found["chestOutcomes"]["rows"], "Fund", measure, alone=True),
        sections.cliff(ending, names, in_london(asker.now).date(), _lead(asker)),
        sections.equity(found["chestEquity"]["rows"]),
    )
    tiles = sections.tiles(found["whole"]["rows"], ending)
    return await _page(pages, request, asker, granted, told, tiles, chosen, found, where)


async def _page(
    pages: Pages,
    request: Asked,
    asker: Asker,
    fresh_: Mapping[str, Any],
    told: tuple[Section, ...],
    tiles: tuple[Tile, ...],
    chosen: tuple[Filter, ...],
    found: Mapping[str, Any] | None = None,
    where: Mapping[str, str] | None = None,
) -> Response[str]:
    fund = None if found is None else found["fund"]
    home = "/chests" if fund is None else f"/chests/{fund['id']}"
    at = fresh(fresh_, asker.now)
    page = Effect(
        fund="" if fund is None else fund["name"],
        fund_href=home if "chest_funds" in permissions.views(asker.principal.grants) else "",
        address=f"{home}/effect",
        tiles=tiles,
        sections=told,
        filters=chosen,
        evidence=() if found is None else tuple(_kept(asker, found, each, where or {}) for each in found["fundEvidence"]),
        deeds=() if fund is None or fund["phase"] == "CLOSED" else deeds(asker, _DEEDS, fund["id"], f"{home}/effect"),
        held_back=sections.held_back(told) + sum(tile.number == "*" for tile in tiles),
        at=at,
        position=fresh_["position"],
        said=said(request.query_params),
    )  # fmt: skip
    as_of = AsOf(at=at, position=page.position)
    return await pages.html(request, asker, "community_chest/effect.html", page, as_of=as_of, here="/chests")


_DEEDS: Final = ("attach-priority-evidence",)


def _measure(request: Asked) -> tuple[tuple[Filter, ...], Mapping[str, str], str]:
    """(what can be chosen, the variables of what is, and that in words)."""
    chosen = filters(request.query_params, (("measure", "Measure", SCALES, next(iter(SCALES))),))
    definition, scale = measured(chosen[0].chosen)
    words = f"{SCALES[chosen[0].chosen]}: {span(scale)}. {enough(scale)}"
    return chosen, {"instrument": definition.code, "scale": scale.code}, words


def _needs(found: Mapping[str, Any], where: Mapping[str, str]) -> tuple[Rows, str]:
    """The need of the places a fund is for; that of the ICS, where no practice is counted to any of them."""
    areas = found["fund"]["areas"]
    rows: list[Row] = [row for row in found["both"]["rows"] if row["place"] in areas]
    if len(areas) == 1 and any(row["people"] != 0 for row in rows):
        return rows, f"In the practices of {named(areas, where)}."
    return found["chestNeeds"]["rows"], "In all practices of the ICS."


def _lead(asker: Asker) -> str:
    """An analyst is told of grants and opens none."""
    return "/grants/" if "chest_grants" in permissions.views(asker.principal.grants) else ""


async def _names(asker: Asker, rows: Sequence[Row]) -> Mapping[str, str]:
    return await called(asker.tenant, {row["organisation"] for row in rows if row["organisation"]})


def _kept(asker: Asker, found: Mapping[str, Any], each: Mapping[str, Any], where: Mapping[str, str]) -> Kept:
    fund, here = found["fund"], f"/chests/{found['fund']['id']}/effect"
    since = f"{long_date(date.fromisoformat(each['since']))} to {long_date(date.fromisoformat(each['until']))}"
    rests = fund["prioritySnapshot"] == each["id"]
    needs = ", ".join(codes.NEEDS.get(need, need) for need in fund["priorities"]) if rests else ""
    may = fund["phase"] != "CLOSED"
    return Kept(
        heading=f"Attached on {long_date(in_london(datetime.fromisoformat(each['attachedAt'])).date())}",
        about=f"People referred from {since}, in whole months, as it stood at position {each['position']:,}. "
        f"Held back by the rule {each['disclosureRule']}.",
        id=each["id"],
        numbers=Numbers(
            first="Need",
            headings=("Where", "People", "Unmet for"),
            lines=tuple(
                Line(
                    text=sentence_case(codes.NEEDS.get(row["need"], row["need"])),
                    cells=(
                        where.get(row["area"] or "", row["area"] or "The whole ICS"),
                        row["people"],
                        row["unmet"],
                    ),
                )
                for row in each["needs"]
            ),
        ),
        priorities=needs,
        deeds=deeds(asker, ("set-priority",), fund["id"], here, snapshot_id=each["id"]) if may else (),
    )
