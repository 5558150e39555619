"""Notes that stood in a wrong record: what they said, and who may have seen it there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import Way
from commonweal.console.wording import in_london, sentence_case
from commonweal.domain import codes
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.contacts import DOCUMENT, PAGE, May, Wording, able, some, wordings
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in

OPENER: Final = Opener(path="/moved-notes", title="moved notes", names=PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`stood`: in whose record it stood; `disclosure`: who saw it there, in words; `open`: nobody has looked into it yet."""

    stood: Way
    found_at: datetime
    found_by: str
    signed_by: str
    said: tuple[Wording, ...]
    disclosure: str
    open: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedNotes:
    """The whole page, found last first."""

    notes: tuple[Moved, ...]
    earlier: str | None
    later: str | None
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/moved-notes")
    async def page(request: Asked) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        asked = request.query_params
        place = place_in(asked)
        seen = await position(asker, asked.get("position", ""))
        try:
            found = await pages.ask(asker, "MovedNotes", DOCUMENT, **lines_from(place, PAGE), afterPosition=seen)
        except Unanswered as refusal:
            if refusal.code not in ("CONFLICT", "REFUSED"):
                raise
            found = await pages.ask(asker, "MovedNotes", DOCUMENT, first=PAGE)
        page, may = found["workMovedNotes"], able(asker, OPENER.path)
        info = page["pageInfo"]
        body = MovedNotes(
            notes=tuple(_moved(edge["node"], may) for edge in page["edges"]),
            earlier=OPENER.address({"after": info["endCursor"]}) if info["hasNextPage"] else None,
            later=OPENER.address({"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
            said=said(asked),
        )
        return await pages.html(request, asker, "work/moved_notes.html", body, here=OPENER.path)

    return [page]


def _moved(node: Mapping[str, Any], may: May) -> Moved:
    someone = node["person"]
    return Moved(
        stood=Way(text=someone["name"] or "Name withheld – erased", href=f"/people/{someone['id']}/access"),
        found_at=in_london(datetime.fromisoformat(node["foundAt"])),
        found_by=node["foundByName"] or "a colleague",
        signed_by=node["signedByName"] or "a colleague",
        said=wordings(node["wordings"]),
        disclosure=sentence_case(codes.DISCLOSURES.get(node["disclosure"], node["disclosure"])),
        open=node["disclosure"] == "to_assess",
        ways=some(may("assess-disclosure", node["id"], "Record who saw it")),
    )
