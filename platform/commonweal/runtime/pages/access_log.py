"""Who looked at a person's record, and which of those who had to break the glass still have to be asked about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import wording
from commonweal.console.page import AsOf, Way
from commonweal.console.wording import in_london, sentence_case
from commonweal.domain import codes
from commonweal.domain.people import record_access
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.pages.record import record
from commonweal.runtime.schema import Asker
from projections.record_access import READ_MODEL

_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_PAGE: Final = 50
_REVIEWS: Final = Opener(path="/access-reviews", title="access reviews", names=PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody opened the record. `why`: of a broken glass, the reason and the words; `verdict`: what a review came to."""

    moment: datetime
    by: str
    role: str
    what: str
    why: str | None
    needed: str | None
    verdict: str | None
    name: str
    href: str
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLog:
    accesses: tuple[Access, ...]
    many: int
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """Broken glasses that nobody has reviewed, the oldest first."""

    log: AccessLog
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.of_person("/people/{person_id:str}/access", show), pages.at("/access-reviews", reviews)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record."""
    found = (await _asked(pages, request, asker, "Access", id=person_id))["recordAccess"]
    opener = Opener(path=f"/people/{person_id}/access", title="who looked", names=PLACES)
    body = _log(asker, found, opener, newest_first=True)
    return await record(pages, request, asker, person_id, "access", "record_access/access.html", body)


async def reviews(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    if "access_reviews" not in permissions.views(asker.principal.grants):
        raise NotAllowed("your role does not let you review who opened records", kind="scope")
    seen = await position(asker, request.query_params.get("position", ""))
    found = (await _asked(pages, request, asker, "Reviews", position=seen))["accessReviews"]
    page = Reviews(log=_log(asker, found, _REVIEWS, newest_first=False), said=said(request.query_params))
    as_of = AsOf(at=datetime.fromisoformat(found["asOf"]), position=found["position"])
    return await pages.html(request, asker, "record_access/reviews.html", page, as_of=as_of, here="/access-reviews")


async def _asked(pages: Pages, request: Asked, asker: Asker, operation: str, **more: Any) -> dict[str, Any]:
    place = place_in(request.query_params)
    try:
        return await pages.ask(asker, operation, _DOCUMENT, **lines_from(place, _PAGE), **more)
    except Unanswered as refusal:
        if refusal.code != "REFUSED" or not place:
            raise
        return await pages.ask(asker, operation, _DOCUMENT, first=_PAGE, **more)  # a place nobody gave out


def _log(asker: Asker, found: Mapping[str, Any], opener: Opener, *, newest_first: bool) -> AccessLog:
    info = found["pageInfo"]
    following = opener.address({"after": info["endCursor"]}) if info["hasNextPage"] else None
    before = opener.address({"before": info["startCursor"]}) if info["hasPreviousPage"] else None
    return AccessLog(
        accesses=tuple(_access(asker, edge["node"], opener.path) for edge in found["edges"]),
        many=found["totalCount"],
        earlier=following if newest_first else before,
        later=before if newest_first else following,
    )


def _access(asker: Asker, node: Mapping[str, Any], back: str) -> Access:
    broken, review = node["accessId"] is not None, node["review"]
    reviewed = broken and review is not None and review["verdict"] is not None
    may = permissions.may(asker.principal.grants, record_access.ReviewAccess)
    query = urlencode({"access_id": node["accessId"], "back": back}) if broken else ""
    return Access(
        moment=in_london(datetime.fromisoformat(node["openedAt"])),
        by=node["by"] or "A colleague whose name we were not told",
        role=sentence_case(wording.role(node["role"])),
        what="Broke the glass" if broken else sentence_case(codes.RECORD_PARTS.get(node["what"], node["what"])),
        why=_why(node) if broken else None,
        needed=", ".join(codes.RECORD_PARTS.get(each, each) for each in node["fields"]) or None,
        verdict=_verdict(review) if reviewed else None,
        name=node["personName"] or "Name withheld – erased",
        href=f"/people/{node['personId']}",
        ways=(Way(text="Review", href=f"/do/review-access/{node['personId']}?{query}"),)
        if broken and not reviewed and may
        else (),
    )


def _why(node: Mapping[str, Any]) -> str:
    reason = sentence_case(codes.BREAK_GLASS_REASONS.get(node["reason"], node["reason"]))
    return f"{reason}: {node['words']}" if node["words"] else reason


def _verdict(review: Mapping[str, Any]) -> str:
    found = sentence_case(codes.ACCESS_VERDICTS.get(review["verdict"], review["verdict"]))
    by = f" ({review['reviewedBy']})" if review["reviewedBy"] else ""
    return f"{found}{by}. {review['words']}" if review["words"] else f"{found}{by}"
