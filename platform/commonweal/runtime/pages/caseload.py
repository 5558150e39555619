"""The caseload board: who is where, who has waited longest, and what may be done next."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.as_at import AsAt, as_at
from commonweal.console.page import AsOf, Frame, render
from commonweal.console.wording import in_london
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import allocation
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages import pieces
from commonweal.runtime.pages.back import Back, Opener, position, said
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.pieces import Sight
from commonweal.runtime.pages.place import PLACES, place_in
from commonweal.runtime.schema import Asker
from projections.caseload import board

_PAGE: Final = 50
_FILTERS: Final = ("link_worker", "pcn", "practice", "state")
ADDRESS: Final = (*_FILTERS, *PLACES)
"""What the address of a board may say about what it shows."""
OPENER: Final = Opener(path="/caseload", title="the caseload", names=ADDRESS)
_ARRIVING: Final = ("to_triage", "waiting")
"""Columns whose referrals have no link worker yet."""
STEPS: Final[Mapping[str, type]] = {
    "to_triage": referral.AcceptReferral,
    "waiting": allocation.AllocateLinkWorker,
    "allocated": referral.RecordFirstContact,
}
"""A column of the board → the command that moves a referral out of it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Which part of the board somebody wants to see."""

    states: tuple[str, ...]
    chosen: Mapping[str, str]
    place: Mapping[str, str]
    position: str = ""
    as_at: AsAt = field(default_factory=AsAt)


def wish(asker: Asker, asked: Mapping[str, str]) -> Wish:
    """What the query of an address says; what makes no sense is left out."""
    states = _states(asker)
    chosen = {name: asked.get(name) or "" for name in _FILTERS}
    if chosen["state"] not in states:
        chosen["state"] = ""
    if "to_triage" not in states:
        chosen["link_worker"] = ""  # a filter that is not shown is not in force
    place = place_in(asked) if chosen["state"] else {}
    return Wish(states, chosen, place, asked.get("position", ""))


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.at("/caseload", show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The board, filtered and at the place the address says."""
    asked = request.query_params
    wanted = wish(asker, asked)
    filters = pieces.filters(await pages.ask(asker, "Filters", own=True), wanted.chosen, wanted.states)
    wanted = replace(wanted, as_at=as_at(asked, asker.now))
    if wanted.as_at.mistakes:
        empty = board.Board(columns=(), filters=filters, many=0, today=asker.reader.today, as_at=wanted.as_at)
        return await pages.html(request, asker, "caseload/page.html", empty, status=422)
    page, as_of = await _look(pages, asker, wanted, filters, said(asked))
    made = as_of if wanted.as_at.at is None else None
    return await pages.html(request, asker, "caseload/page.html", page, as_of=made)


async def cards(pages: Pages, asker: Asker, wanted: Wish) -> tuple[board.Board, AsOf]:
    """What changes of the board with the record, without the choices of its filters: the same for everyone with an
    equal `seen_by`."""
    unasked = pieces.filters({"caseloadCapacity": (), "caseloadPractices": ()}, wanted.chosen, wanted.states)
    return await _look(pages, asker, wanted, unasked)


def fragment(pages: Pages, page: board.Board, as_of: AsOf) -> str:
    """The part of the page that shows them."""
    return render(pages.console, "caseload/cards.html", Frame(nonce="", as_of=as_of), page)


def seen_by(asker: Asker, wanted: Wish) -> tuple[Hashable, ...]:
    """All that `cards` depends on, besides the record."""
    scope = permissions.views(asker.principal.grants).get("caseload")
    asked = (*wanted.chosen.items(), *wanted.place.items())
    return asker.tenant.ods, scope, _sight(asker), asker.reader.today, wanted.states, asked


async def _look(
    pages: Pages, asker: Asker, wanted: Wish, filters: tuple[board.Filter, ...], done: str | None = None
) -> tuple[board.Board, AsOf]:
    place = wanted.place
    try:
        found = await _found(pages, asker, wanted, place, await position(asker, wanted.position))
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED"):
            raise
        place = {}  # a place nobody gave out, or one that is long in coming: the board as it is
        found = await _found(pages, asker, wanted, place, None)
    oldest = min(found.values(), key=lambda each: each["position"])
    page = _board(found, filters, replace(wanted, place=place), _today(asker, wanted), done, _sight(asker))
    if wanted.as_at.at is not None:  # a board of now is the same board at a later position
        page = replace(page, known_to=oldest["position"])
    return page, AsOf(at=datetime.fromisoformat(oldest["asOf"]), position=oldest["position"])


def _today(asker: Asker, wanted: Wish) -> date:
    """The day that waiting is counted to."""
    return asker.reader.today if wanted.as_at.at is None else in_london(wanted.as_at.at).date()


def _sight(asker: Asker) -> Sight:
    """What the one who asks may do with what is on the board."""
    grants = asker.principal.grants
    seen = permissions.views(grants)
    return Sight(
        moves=frozenset(column for column, step in STEPS.items() if permissions.may(grants, step)),
        records="person_record" in seen,
        plans="plan" in seen,
        own="to_triage" not in _states(asker),
    )


def _states(asker: Asker) -> tuple[str, ...]:
    """The columns that can hold something for the one who asks: who sees their own cases alone sees none that arrive."""
    scope = permissions.views(asker.principal.grants).get("caseload")
    own = scope is not None and scope.link_workers and not (scope.everything or scope.pcns or scope.practices)
    return tuple(key for key in board.COLUMNS if not own or key not in _ARRIVING)


async def _found(
    pages: Pages, asker: Asker, wished: Wish, place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    """What each column holds, by its key: one column a page at a time, or the first of each."""
    chosen = wished.chosen
    wanted = {
        "linkWorker": chosen["link_worker"] or None,
        "pcn": chosen["pcn"] or None,
        "practice": chosen["practice"] or None,
    }
    then = None if wished.as_at.at is None else {"instant": wished.as_at.at.isoformat()}
    if not (state := chosen["state"]):
        arriving = "to_triage" in wished.states
        return await pages.ask(asker, "Board", **wanted, arriving=arriving, afterPosition=seen, asOf=then)
    asked = {"first" if "after" in place else "last": _PAGE, **place}
    filter_ = {**wanted, "stage": state.upper()}
    found = await pages.ask(asker, "State", filter=filter_, afterPosition=seen, asOf=then, **asked)
    return {state: found["caseload"]}


def _board(
    found: Mapping[str, Any],
    filters: tuple[board.Filter, ...],
    wanted: Wish,
    today: date,
    done: str | None,
    sight: Sight,
) -> board.Board:
    chosen, then = wanted.chosen, wanted.as_at.at is not None
    kept = {**chosen, **wanted.as_at.typed}
    sight = replace(sight, moves=frozenset(), plans=False) if then else sight  # nothing is done to what was
    oldest_first = [pieces.card(edge["node"], sight) for each in found.values() for edge in reversed(each["edges"])]
    totals = {key: each["totalCount"] for key, each in found.items()}
    addresses = {} if chosen["state"] else {key: OPENER.address(kept, {"state": key}) for key in found}
    info = found[chosen["state"]]["pageInfo"] if chosen["state"] else {}
    shown = {name: value for name, value in {**chosen, **wanted.place}.items() if value}
    return board.Board(
        columns=board.columns(oldest_first, tuple(found), totals, addresses),
        filters=filters,
        many=sum(totals.values()),
        today=today,
        earlier=_leafed(kept, "after", info["endCursor"]) if info.get("hasNextPage") else None,
        later=_leafed(kept, "before", info["startCursor"]) if info.get("hasPreviousPage") else None,
        back=Back(OPENER, shown).query if shown else "",
        alone=bool(chosen["state"]),
        as_at=wanted.as_at,
        now=OPENER.address(chosen),
        said=done,
    )


def _leafed(kept: Mapping[str, str], direction: str, cursor: str | None) -> str | None:
    return OPENER.address(kept, {direction: cursor}) if cursor else None
