"""Erasures: the records that somebody asked to have erased, and the lead for information governance decides on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import Way
from commonweal.console.wording import long_date
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.pages.record import DOCUMENT
from commonweal.runtime.schema import Asker
from projections.person_record.graphql import ERASURES

OPENER: Final = Opener(path="/erasures", title="erasures", names=PLACES)
_PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """`told`: where the wish stands; `ways`: what can be decided now."""

    name: str
    born: str
    href: str
    told: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasures:
    wishes: tuple[Wish, ...]
    many: int
    earlier: str | None
    later: str | None
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/erasures`."""

    return [pages.at(OPENER.path, show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that decides on none."""
    if ERASURES not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you decide on erasures", kind="scope")
    asked = request.query_params
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await pages.ask(asker, "Erasures", DOCUMENT, **lines_from(place, _PAGE), position=seen)
    except Unanswered as refusal:
        if refusal.code != "REFUSED" or not place:
            raise
        found = await pages.ask(asker, "Erasures", DOCUMENT, first=_PAGE)  # a place nobody gave out
    listed = found["erasuresToDecide"]
    info, nodes = listed["pageInfo"], [edge["node"] for edge in listed["edges"]]
    page = Erasures(
        wishes=tuple(_wish(node) for node in sorted(nodes, key=lambda node: node["askedOn"])),
        many=listed["totalCount"],
        earlier=OPENER.address({"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        later=OPENER.address({"after": info["endCursor"]}) if info["hasNextPage"] else None,
        said=said(asked),
    )
    return await pages.html(request, asker, "person_record/erasures.html", page, here=OPENER.path)


def _wish(node: Mapping[str, Any]) -> Wish:
    back = urlencode({"back": OPENER.path})
    asked = f"Asked for on {_day(node['askedOn'])}"
    if node["stands"] == "requested":
        told = f"{asked}. Nothing stands against it."
        ways = (Way(text="Erase the record", href=f"/do/approve-erasure/{node['id']}?{back}"),)
    else:
        told = f"{asked} and refused: it had to be kept until {_day(node['earliestOn'])}. That day has come."
        ways = (Way(text="Ask for it again", href=f"/do/request-erasure/{node['id']}?{back}"),)
    return Wish(
        name=node["name"] or "Name withheld",
        born=f"born {_day(node['dateOfBirth'])}" if node["dateOfBirth"] else "date of birth not known",
        href=f"/people/{node['id']}/rights",
        told=told,
        ways=ways,
    )


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))
