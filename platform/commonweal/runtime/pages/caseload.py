"""The caseload board: who is where, who has waited longest, and what may be done next."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from litestar.response import Response

from commonweal.console.page import AsOf
from commonweal.domain import allocation, codes, referral
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.page import Asked, Pages, day, practice_name, priority
from commonweal.runtime.schema import Asker
from projections.caseload import board

_PAGE: Final = 50
_FILTERS: Final = ("link_worker", "pcn", "practice", "state")
_PLACES: Final = ("after", "before")
_ARRIVING: Final = ("to_triage", "waiting")
"""Columns whose referrals have no link worker yet."""
_DONE: Final = {
    "accept": "The referral was accepted and is on the waiting list.",
    "reject": "The referral was rejected.",
    "redirect": "The referral was redirected.",
    "decline": "It was recorded that the person declined.",
    "allocate": "The referral was allocated.",
    "first-contact": "The first contact was recorded.",
}
STEPS: Final[Mapping[str, type]] = {
    "to_triage": referral.AcceptReferral,
    "waiting": allocation.AllocateLinkWorker,
    "allocated": referral.RecordFirstContact,
}
"""A column of the board → the command that moves a referral out of it."""


def address(kept: Mapping[str, str], **more: str) -> str:
    """An address of the board: what is empty is left out."""
    asked = {name: value for name, value in {**kept, **more}.items() if value}
    return f"/caseload?{urlencode(asked)}" if asked else "/caseload"


def way_back(request: Asked) -> dict[str, str]:
    """Where on the board a form was opened. Only what the board knows is taken: it never leads anywhere else."""
    _, _, query = request.query_params.get("back", "").partition("?")
    return {name: value for name, value in parse_qsl(query) if name in (*_FILTERS, *_PLACES)}


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The board, filtered and at the place the address says."""
    asked = request.query_params
    states = _states(asker)
    chosen = {name: asked.get(name) or "" for name in _FILTERS}
    if chosen["state"] not in states:
        chosen["state"] = ""
    if "to_triage" not in states:
        chosen["link_worker"] = ""  # a filter that is not shown is not in force
    place = {name: asked[name] for name in _PLACES if asked.get(name)} if chosen["state"] else {}
    try:
        found = await _found(pages, asker, chosen, place, await _position(asker, asked.get("position", "")))
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED"):
            raise
        place = {}  # a place nobody gave out, or one that is long in coming: the board as it is
        found = await _found(pages, asker, chosen, place, None)
    filters = _filters(await pages.ask(asker, "Filters"), chosen, states)
    may = {column for column, step in STEPS.items() if permissions.may(asker.principal.grants, step)}
    page = _board(found, filters, chosen, place, asker.reader.today, _DONE.get(asked.get("done", "")), may)
    oldest = min(found.values(), key=lambda each: each["position"])
    as_of = AsOf(at=datetime.fromisoformat(oldest["asOf"]), position=oldest["position"])
    return await pages.html(request, asker, "caseload/page.html", page, as_of=as_of)


def _states(asker: Asker) -> tuple[str, ...]:
    """The columns that can hold something for the one who asks: who sees their own cases alone sees none that arrive."""
    scope = permissions.views(asker.principal.grants).get("caseload")
    own = scope is not None and scope.link_workers and not (scope.everything or scope.pcns or scope.practices)
    return tuple(key for key in board.COLUMNS if not own or key not in _ARRIVING)


async def _position(asker: Asker, wanted: str) -> int | None:
    """The position to wait for; none where the log has not come so far, for then it never may."""
    position = int(wanted[:15]) if wanted.isascii() and wanted.isdigit() else None
    return position if position is not None and position <= await asker.tenant.log.head() else None


async def _found(
    pages: Pages, asker: Asker, chosen: Mapping[str, str], place: Mapping[str, str], position: int | None
) -> dict[str, Any]:
    """What each column holds, by its key: one column a page at a time, or the first of each."""
    wanted = {
        "linkWorker": chosen["link_worker"] or None,
        "pcn": chosen["pcn"] or None,
        "practice": chosen["practice"] or None,
    }
    if not (state := chosen["state"]):
        arriving = "to_triage" in _states(asker)
        return await pages.ask(asker, "Board", **wanted, arriving=arriving, afterPosition=position)
    asked = {"first" if "after" in place else "last": _PAGE, **place}
    filter_ = {**wanted, "stage": state.upper()}
    return {state: (await pages.ask(asker, "State", filter=filter_, afterPosition=position, **asked))["caseload"]}


def _board(
    found: Mapping[str, Any],
    filters: tuple[board.Filter, ...],
    chosen: Mapping[str, str],
    place: Mapping[str, str],
    today: date,
    said: str | None,
    may: Collection[str],
) -> board.Board:
    oldest_first = [_card(edge["node"], may) for each in found.values() for edge in reversed(each["edges"])]
    totals = {key: each["totalCount"] for key, each in found.items()}
    addresses = {} if chosen["state"] else {key: address(chosen, state=key) for key in found}
    info = found[chosen["state"]]["pageInfo"] if chosen["state"] else {}
    here = address({**chosen, **place})
    return board.Board(
        columns=board.columns(oldest_first, tuple(found), totals, addresses),
        filters=filters,
        many=sum(totals.values()),
        today=today,
        earlier=address(chosen, after=info["endCursor"]) if info.get("hasNextPage") and info["endCursor"] else None,
        later=address(chosen, before=info["startCursor"])
        if info.get("hasPreviousPage") and info["startCursor"]
        else None,
        back=f"?{urlencode({'back': here})}" if here != "/caseload" else "",
        alone=bool(chosen["state"]),
        said=said,
    )


def _card(node: Mapping[str, Any], may: Collection[str]) -> board.Card:
    someone, practice, worker = node["person"], node["practice"], node["linkWorker"]
    return board.Card(
        referral_id=node["id"],
        column=node["stage"].lower(),
        name=someone["name"],
        nhs_number=someone["nhsNumber"],
        age_band=someone["ageBand"],
        practice=practice_name(practice),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        referred_on=day(node["receivedAt"]),
        since=day(node["since"]),
        priority=priority(node),
        overdue=node["overdue"],
        link_worker=worker["name"] if worker else None,
        may_act=node["stage"].lower() in may,
    )


def _filters(found: Mapping[str, Any], chosen: Mapping[str, str], states: Collection[str]) -> tuple[board.Filter, ...]:
    workers = [board.Choice(value=each["id"], text=each["name"]) for each in found["caseloadCapacity"]]
    practices = [board.Choice(value=each["code"], text=practice_name(each)) for each in found["caseloadPractices"]]
    pcns = {each["pcnCode"]: each["pcnName"] for each in found["caseloadPractices"]}
    titles = [board.Choice(value=key, text=board.COLUMNS[key]) for key in states]
    asked = (
        ("link_worker", "Link worker", "Everyone", workers),
        ("pcn", "PCN", "All PCNs", [board.Choice(value=code, text=name) for code, name in pcns.items()]),
        ("practice", "Practice", "All practices", practices),
        ("state", "State", "All open", titles),
    )
    return tuple(
        board.Filter(name=name, label=label, everything=everything, choices=tuple(choices), chosen=chosen[name])
        for name, label, everything, choices in asked
        if name != "link_worker" or "to_triage" in states
    )
