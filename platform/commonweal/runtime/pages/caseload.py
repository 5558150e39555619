"""The caseload board: who is where, and what may be done next."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from litestar.response import Response

from commonweal.console.page import AsOf
from commonweal.domain import allocation, codes, referral
from commonweal.runtime import permissions
from commonweal.runtime.pages.page import Asked, Missing, Pages, day, practice_name, priority
from commonweal.runtime.schema import Asker
from projections.caseload import board

_PAGE: Final = 50
_DONE: Final = {
    "accept": "The referral was accepted and is on the waiting list.",
    "reject": "The referral was rejected.",
    "redirect": "The referral was redirected.",
    "decline": "It was recorded that the person declined.",
    "allocate": "The referral was allocated.",
    "first-contact": "The first contact was recorded.",
}


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The board, filtered and at the place the address says."""
    asked = request.query_params
    chosen = {name: asked.get(name) or "" for name in ("link_worker", "pcn", "practice", "state")}
    if chosen["state"] not in ("", *board.COLUMNS):
        raise Missing("there is no such state")
    wanted = {
        "linkWorker": chosen["link_worker"] or None,
        "pcn": chosen["pcn"] or None,
        "practice": chosen["practice"] or None,
        "stage": chosen["state"].upper() or None,
    }
    place: dict[str, Any] = {"first": _PAGE, "after": asked.get("after")}
    if asked.get("before"):
        place = {"last": _PAGE, "before": asked["before"]}
    position = asked.get("position", "")
    if position.isascii() and position.isdigit():
        place["afterPosition"] = int(position[:15])
    found = (await pages.ask(asker, "Board", filter=wanted, **place))["caseload"]
    filters = await pages.ask(asker, "Filters")
    may = {column for column, step in _STEPS.items() if permissions.may(asker.principal.grants, step)}
    said = _DONE.get(asked.get("done", ""))
    page = _board(found, _filters(filters, chosen), chosen, asker.reader.today, said, may)
    as_of = AsOf(at=datetime.fromisoformat(found["asOf"]), position=found["position"])
    return await pages.html(request, asker, "caseload/page.html", page, as_of=as_of)


def _board(
    found: Mapping[str, Any],
    filters: tuple[board.Filter, ...],
    chosen: Mapping[str, str],
    today: date,
    said: str | None,
    may: Collection[str],
) -> board.Board:
    info = found["pageInfo"]
    kept = {name: value for name, value in chosen.items() if value}
    return board.Board(
        columns=board.columns([_card(edge["node"], may) for edge in found["edges"]], chosen["state"]),
        filters=filters,
        many=found["totalCount"],
        today=today,
        newer=f"/caseload?{urlencode({**kept, 'before': info['startCursor']})}" if info["hasPreviousPage"] else None,
        older=f"/caseload?{urlencode({**kept, 'after': info['endCursor']})}" if info["hasNextPage"] else None,
        said=said,
    )


_STEPS: Final = {
    "to_triage": referral.AcceptReferral,
    "waiting": allocation.AllocateLinkWorker,
    "allocated": referral.RecordFirstContact,
}
"""A column of the board → the command that moves a referral out of it."""


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


def _filters(found: Mapping[str, Any], chosen: Mapping[str, str]) -> tuple[board.Filter, ...]:
    workers = [board.Choice(value=each["id"], text=each["name"]) for each in found["caseloadCapacity"]]
    practices = [
        board.Choice(value=each["code"], text=f"{each['name']} ({each['pcnName']})")
        for each in found["caseloadPractices"]
    ]
    pcns = {each["pcnCode"]: each["pcnName"] for each in found["caseloadPractices"]}
    states = [board.Choice(value=key, text=title) for key, title in board.COLUMNS.items()]
    asked = (
        ("link_worker", "Link worker", "Everyone", workers),
        ("pcn", "PCN", "All PCNs", [board.Choice(value=code, text=name) for code, name in pcns.items()]),
        ("practice", "Practice", "All practices", practices),
        ("state", "State", "All open", states),
    )
    return tuple(
        board.Filter(name=name, label=label, everything=everything, choices=tuple(choices), chosen=chosen[name])
        for name, label, everything, choices in asked
    )
