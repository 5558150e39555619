"""The waiting list: whose turn is next, narrowed to those somebody asks about, now or as it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.as_at import AsAt, as_at
from commonweal.console.page import AsOf
from commonweal.console.wording import in_london, sentence_case
from commonweal.domain import codes
from commonweal.domain.workforce import allocation
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Back, Opener, position, said
from commonweal.runtime.pages.page import Asked, Pages, day, practice_name
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter
from projections.waiting_list import READ_MODEL
from projections.waiting_list.lines import URGENCIES, Line, Span, spans

_PAGE: Final = 50
OPENER: Final = Opener(
    path="/waiting-list", title="the waiting list", names=("urgency", "pcn", "practice", "need", "programme", *PLACES)
)
_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_AGAIN: Final = "the referral was opened again"


@dataclass(frozen=True, slots=True, kw_only=True)
class List:
    """The part of the list a page shows. `many` counts all that the filters let through; `spans`: how long all of them
    have waited, where they are not too many to draw. `earlier` and `later` are addresses of the pages before and after this one;
    `back` goes after the address of a form, so that it leads back here."""

    lines: tuple[Line, ...]
    many: int
    position: int
    at: datetime
    spans: tuple[Span, ...]
    earlier: str | None
    later: str | None
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingList:
    """The whole page. `found` is None where what was typed makes no sense. `now` leads to the same of now; `own`: the one
    who asks sees their own cases alone, and who waits is nobody's yet; `said`: a sentence about what was just done."""

    filters: tuple[Filter, ...]
    as_at: AsAt
    found: List | None
    now: str
    cleared: str
    own: bool
    said: str | None

    @property
    def filtered(self) -> bool:
        return any(asked.chosen for asked in self.filters)

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The filters in force in words, for a list on paper."""
        return tuple(
            f"{asked.label}: {choice.text}"
            for asked in self.filters
            for choice in asked.choices
            if choice.value == asked.chosen
        )

    @property
    def may_act(self) -> bool:
        return self.found is not None and any(line.next_step for line in self.found.lines)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.at("/waiting-list", show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see the list."""
    scope = permissions.views(asker.principal.grants).get("waiting_list")
    if scope is None:
        raise NotAllowed("your role does not let you see the waiting list", kind="scope")
    asked = request.query_params
    filters = _filters(await pages.ask(asker, "Filters", own=True), asked)
    chosen = {each.name: each.chosen for each in filters}
    moment = as_at(asked, asker.now)
    place = place_in(asked)
    page = WaitingList(
        filters=filters,
        as_at=moment,
        found=None if moment.mistakes else await _list(pages, asker, chosen, moment, place, asked.get("position", "")),
        now=OPENER.address(chosen),
        cleared=OPENER.address(moment.typed),
        own=not (scope.everything or scope.pcns or scope.practices),
        said=said(asked),
    )
    as_of = AsOf(at=page.found.at, position=page.found.position) if page.found and moment.at is None else None
    status = 422 if moment.mistakes else 200
    return await pages.html(
        request, asker, "waiting_list/page.html", page, as_of=as_of, status=status, here=OPENER.path
    )  # fmt: skip


async def _list(
    pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt, place: Mapping[str, str], after: str
) -> List:
    """`after`: the position the list is to have seen."""
    try:
        found = await _found(pages, asker, chosen, moment, place, await position(asker, after))
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED") or not (place or after):
            raise
        # A place nobody gave out, or a position that is long in coming: the list as it is, from its start.
        place, found = {}, await _found(pages, asker, chosen, moment, {}, None)
    if place and not found["list"]["edges"]:  # the last on that page were given a link worker
        place, found = {}, await _found(pages, asker, chosen, moment, {}, None)
    page, everyone = found["list"], found["everyone"]
    info, until = page["pageInfo"], asker.reader.today if moment.at is None else in_london(moment.at).date()
    may = moment.at is None and permissions.may(asker.principal.grants, allocation.AllocateLinkWorker)
    opens = "person_record" in permissions.views(asker.principal.grants)
    kept = {**chosen, **moment.typed}
    whole = not everyone["pageInfo"]["hasNextPage"]
    return List(
        lines=tuple(_line(edge["node"], until, may=may, opens=opens) for edge in page["edges"]),
        many=page["totalCount"],
        position=page["position"],
        at=datetime.fromisoformat(page["asOf"]),
        spans=spans(_days(edge["node"], until) for edge in everyone["edges"]) if whole else (),
        earlier=OPENER.address(kept, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        later=OPENER.address(kept, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        back=Back(OPENER, {**chosen, **place}).query,
    )


async def _found(
    pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt, place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    wanted = {name: value or None for name, value in chosen.items()}
    then = None if moment.at is None else {"instant": moment.at.isoformat()}
    return await pages.ask(
        asker, "Waiting", _DOCUMENT, **wanted, **lines_from(place, _PAGE), afterPosition=seen, asOf=then
    )


def _line(node: Mapping[str, Any], until: date, *, may: bool, opens: bool) -> Line:
    someone, practice = node["person"], node["practice"]
    return Line(
        referral_id=node["id"],
        turn=node["turn"],
        name=someone["name"],
        nhs_number=someone["nhsNumber"],
        urgency=node["urgency"],
        since=day(node["waitingSince"]),
        days=_days(node, until),
        again=_again(node),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        practice=practice_name(practice and {**practice, "pcnName": None}),
        pcn=practice and practice["pcnName"],
        referrer=_referrer(node),
        may_act=may,
        interim=codes.INTERIM_SUPPORT.get(node["interim"], node["interim"]),
        moved=codes.REPRIORITISATION_REASONS.get(node["movedReason"], node["movedReason"]),
        record=f"/people/{someone['id']}/case" if someone["name"] and opens else None,
    )


def _days(node: Mapping[str, Any], until: date) -> int:
    return (until - day(node["waitingSince"])).days


def _again(node: Mapping[str, Any]) -> str | None:
    if not node["returned"]:
        return None
    reason = node["returnReason"]
    return codes.ALLOCATION_REASONS.get(reason, reason) if reason else _AGAIN


def _referrer(node: Mapping[str, Any]) -> str:
    """Its name, else what kind of place it is."""
    named: str | None = node["sourceOrganisationName"]
    return named or sentence_case(codes.SOURCES_OF_REFERRAL.get(node["source"], node["source"]))


def _filters(found: Mapping[str, Any], asked: Mapping[str, str]) -> tuple[Filter, ...]:
    """What can be chosen, and what is: a choice that is not offered is not in force."""
    practices = found["caseloadPractices"]
    pcns = {each["pcnCode"]: each["pcnName"] for each in practices}
    programmes = {"core": "Social prescribing", **{each["code"]: each["name"] for each in found["caseloadProgrammes"]}}
    offered = (
        ("urgency", "How soon", "All", URGENCIES),
        ("pcn", "PCN", "All PCNs", pcns),
        ("practice", "Practice", "All practices", {each["code"]: practice_name(each) for each in practices}),
        ("need", "Need", "All needs", {code: sentence_case(text) for code, text in codes.NEEDS.items()}),
        *([("programme", "Programme", "All programmes", programmes)] if len(programmes) > 1 else []),
    )
    return tuple(
        Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(Choice(value=value, text=text) for value, text in choices.items()),
            chosen=asked.get(name, "") if asked.get(name, "") in choices else "",
        )
        for name, label, everything, choices in offered
    )
