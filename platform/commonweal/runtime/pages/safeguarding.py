"""Safeguarding: the concerns somebody has to know of, and what may be done next. Nobody else finds this page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import AsOf, Way
from commonweal.console.wording import in_london, sentence_case
from commonweal.domain import codes
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.contacts import PAGE, May, able, some
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter
from projections.safeguarding import READ_MODEL

_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_STATES: Final = {"RAISED": "Raised", "PASSED_ON": "Passed on", "CONCLUDED": "Concluded"}
_COLOURS: Final = {"RAISED": "nhsuk-tag--red", "PASSED_ON": "nhsuk-tag--orange", "CONCLUDED": "nhsuk-tag--grey"}
OPENER: Final = Opener(path="/safeguarding", title="safeguarding", names=("state", *PLACES))


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn:
    agency: str
    reference: str | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """`about`: the record of whom the case is about; `detail`: what was seen or heard, None where it was erased."""

    concern_id: str
    about: Way
    state: str
    colour: str
    concerning: str
    types: str
    detail: str | None
    danger: bool
    raised_at: datetime
    raised_by: str
    passed_on: tuple[PassedOn, ...]
    outcome: str | None
    outcome_detail: str | None
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguarding:
    """The whole page. `earlier`: those raised before, `later`: those raised since."""

    filters: tuple[Filter, ...]
    concerns: tuple[Concern, ...]
    many: int
    earlier: str | None
    later: str | None
    said: str | None

    @property
    def filtered(self) -> bool:
        return any(asked.chosen for asked in self.filters)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.at("/safeguarding", show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page, narrowed to what the address says."""
    asked = request.query_params
    chosen = {"state": asked.get("state", "") if asked.get("state") in _STATES else ""}
    place = place_in(asked)
    try:
        found = await _found(pages, asker, chosen, place, await position(asker, asked.get("position", "")))
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED"):
            raise
        found = await _found(pages, asker, chosen, {}, None)  # a place nobody gave out, or one that is long in coming
    info, may = found["pageInfo"], able(asker, OPENER.address(chosen))
    states = tuple(Choice(value=value, text=text) for value, text in _STATES.items())
    body = Safeguarding(
        filters=(Filter(name="state", label="State", everything="All", choices=states, chosen=chosen["state"]),),
        concerns=tuple(_concern(edge["node"], may) for edge in found["edges"]),
        many=found["totalCount"],
        earlier=OPENER.address(chosen, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        later=OPENER.address(chosen, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        said=said(asked),
    )
    as_of = AsOf(at=datetime.fromisoformat(found["asOf"]), position=found["position"])
    return await pages.html(request, asker, "safeguarding/page.html", body, as_of=as_of, here=OPENER.path)


async def _found(
    pages: Pages, asker: Asker, chosen: Mapping[str, str], place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    wanted = {"state": chosen["state"] or None, **lines_from(place, PAGE), "afterPosition": seen}
    found: dict[str, Any] = (await pages.ask(asker, "Concerns", _DOCUMENT, **wanted))["safeguardingConcerns"]
    return found


def _concern(node: Mapping[str, Any], may: May) -> Concern:
    someone = node["person"]
    return Concern(
        concern_id=node["id"],
        about=Way(text=someone["name"] or "Name withheld – erased", href=f"/people/{someone['id']}"),
        state=_STATES[node["state"]],
        colour=_COLOURS[node["state"]],
        concerning=codes.SAFEGUARDING_OF.get(node["concerning"], node["concerning"]),
        types=sentence_case(", ".join(codes.ABUSE.get(each, each) for each in node["types"])),
        detail=node["detail"],
        danger=node["immediateDanger"],
        raised_at=_moment(node["raisedAt"]),
        raised_by=node["raisedByName"] or "a colleague",
        passed_on=tuple(
            PassedOn(
                agency=sentence_case(codes.SAFEGUARDING_AGENCIES.get(each["agency"], each["agency"])),
                reference=each["reference"],
                at=_moment(each["madeAt"]),
                by=each["madeByName"] or "a colleague",
            )
            for each in node["passedOn"]
        ),
        outcome=node["outcome"] and sentence_case(codes.SAFEGUARDING_OUTCOMES.get(node["outcome"], node["outcome"])),
        outcome_detail=node["outcomeDetail"],
        ways=()
        if someone["erased"]
        else some(
            may("refer-concern", node["id"], "Record to whom it was passed on"),
            may("conclude-concern", node["id"], "Record what came of it"),
        ),
    )


def _moment(text: str) -> datetime:
    return in_london(datetime.fromisoformat(text))
