"""The timeline of a person: everything that happened, by day, the newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.wording import in_london
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.pages.record import DOCUMENT, record
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter
from projections.person_record.told import PARTS, TOLD

_PAGE: Final = 50
_TABS: Final = {"details": "", "hospital": ""}
"""A part of the timeline → the tab where more of it stands, where it is not called the same; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`at`: as `14:30`; `about`: the part of the record in words; `more`: where the words are."""

    at: str
    moment: datetime
    words: str
    by: str | None
    part: str
    about: str
    more: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """`many` counts every line there is of the part chosen; `earlier` is the page of what happened before."""

    days: tuple[Day, ...]
    many: int
    filters: tuple[Filter, ...]
    address: str
    earlier: str | None
    later: str | None

    @property
    def filtered(self) -> bool:
        return any(each.chosen for each in self.filters)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.of_person("/people/{person_id:str}", show)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The first tab of a person's record."""
    asked = request.query_params
    part = asked.get("part", "") if asked.get("part", "") in PARTS else ""
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await _found(pages, asker, person_id, part, place, seen)
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED"):
            raise
        found = await _found(pages, asker, person_id, part, {}, None)  # a place nobody gave out: from its start
    body = _timeline(found, person_id, part)
    return await record(pages, request, asker, person_id, "", "person_record/timeline.html", body)


async def _found(
    pages: Pages, asker: Asker, person_id: str, part: str, place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    parts = [part] if part else None
    found = await pages.ask(
        asker, "Timeline", DOCUMENT, id=person_id, parts=parts, position=seen, **lines_from(place, _PAGE)
    )
    timeline: dict[str, Any] = found["personRecordTimeline"]
    return timeline


def _timeline(found: Mapping[str, Any], person_id: str, part: str) -> Timeline:
    opener = Opener(path=f"/people/{person_id}", title="the timeline", names=("part", *PLACES))
    info, kept = found["pageInfo"], {"part": part}
    lines = [_line(edge["node"]) for edge in found["edges"]]
    days = groupby(lines, key=lambda line: in_london(line.moment).date())
    choices = tuple(Choice(value=value, text=text) for value, text in PARTS.items())
    return Timeline(
        days=tuple(Day(day=day, lines=tuple(each)) for day, each in days),
        many=found["totalCount"],
        filters=(Filter(name="part", label="Part", everything="Everything", choices=choices, chosen=part),),
        address=opener.path,
        earlier=opener.address(kept, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        later=opener.address(kept, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
    )


def _line(node: Mapping[str, Any]) -> Line:
    moment = datetime.fromisoformat(node["happenedAt"])
    tab = _TABS.get(node["part"], node["part"])
    return Line(
        at=f"{in_london(moment):%H:%M}",
        moment=moment,
        words=TOLD[node["kind"]].words(node["code"]),
        by=node["by"],
        part=node["part"],
        about=PARTS[node["part"]],
        more=f"/people/{node['personId']}/{tab}" if tab else None,
    )
