"""My referrals: what became of those a referrer sent, as far as they may know, and how one is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.referrals import receive, waiting
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import carry_out
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import Opener, position
from commonweal.runtime.pages.page import Asked, Missing, Pages, day
from commonweal.runtime.pages.place import lines_from, place_in
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice as Chosen
from projections.caseload.board import Filter
from projections.referrals_made import READ_MODEL
from projections.referrals_made.lines import WORDS, Line

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
CORE: Final = "Social prescribing"
"""What the core programme is called where services are named."""
OPENER: Final = Opener(path="/my-referrals", title="your referrals", names=("status", "programme", "after", "before"))
_PAGE: Final = 50
_DONE: Final = "The referral was taken back. Nobody will contact the person because of it."
_TOO_LATE: Final = "It cannot be taken back any more. Tell the team by telephone or e-mail what has changed."
_NOT_HERE: Final = (
    "the person has not agreed that we tell you how it goes, so that it cannot be taken back here: "
    "tell the team by telephone or e-mail"
)
_NOT_SAID: Final = "Select why you take it back"
_ONE: Final = """query One($id: ID!) { one: referralMade(id: $id) { id sourceReference receivedAt status shared } }"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MyReferrals:
    """The whole page. `many` counts all that the filters let through; `earlier` and `later` are addresses of other pages;
    `said`: a sentence about what was just done."""

    filters: tuple[Filter, ...]
    lines: tuple[Line, ...]
    many: int
    position: int
    at: datetime
    earlier: str | None
    later: str | None
    said: str | None
    may_refer: bool
    cleared: str = OPENER.path

    @property
    def filtered(self) -> bool:
        return any(asked.chosen for asked in self.filters)

    @property
    def may_act(self) -> bool:
        return any(line.way_back for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """One question: why. `beside`: the mistake stands beside it, not over the whole form."""

    referral_id: str
    reference: str
    sent_on: date
    idempotency_key: str
    chosen: str = ""
    mistake: str | None = None
    beside: bool = True
    reasons: tuple[Choice, ...] = choices(codes.WITHDRAWAL_REASONS)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """Where the list is, and the form that takes one back."""

    @get("/my-referrals/{referral_id:str}/withdraw")
    async def form(request: Asked, referral_id: str) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        return await _form(pages, request, asker, referral_id, {})

    @post("/my-referrals/{referral_id:str}/withdraw")
    async def send(request: Asked, referral_id: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, referral_id, sent(await request.form()))

    return [pages.at("/my-referrals", _show), form, send]


async def _show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for who refers nobody."""
    if "referrals_made" not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see referrals you sent", kind="scope")
    asked = request.query_params
    programmes = (await pages.ask(asker, "Programmes", DOCUMENT))["programmes"]
    filters = _filters({"core": CORE} | {each["code"]: each["name"] for each in programmes}, asked)
    chosen = {each.name: each.chosen for each in filters}
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await _found(pages, asker, chosen, place, seen)
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED") or not (place or seen):
            raise
        found = await _found(pages, asker, chosen, {}, None)
    info = found["pageInfo"]
    may = permissions.may(asker.principal.grants, waiting.WithdrawReferral)
    page = MyReferrals(
        filters=filters,
        lines=tuple(_line(edge["node"], may=may) for edge in found["edges"]),
        many=found["totalCount"],
        position=found["position"],
        at=datetime.fromisoformat(found["asOf"]),
        earlier=OPENER.address(chosen, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        later=OPENER.address(chosen, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        said=_DONE if asked.get("done") == "withdraw" else None,
        may_refer=permissions.may(asker.principal.grants, receive.ReceiveReferral),
    )
    return await pages.html(request, asker, "referrals_made/page.html", page, here=OPENER.path)


async def _found(
    pages: Pages, asker: Asker, chosen: Mapping[str, str], place: Mapping[str, str], seen: int | None
) -> dict[str, Any]:
    wanted = {name: value or None for name, value in chosen.items()}
    found: dict[str, Any] = (
        await pages.ask(asker, "Made", DOCUMENT, **wanted, **lines_from(place, _PAGE), afterPosition=seen)
    )["list"]
    return found


def _line(node: Mapping[str, Any], *, may: bool) -> Line:
    return Line(
        referral_id=node["id"],
        reference=node["sourceReference"],
        organisation=node["sourceOrganisation"],
        programme=node["programmeName"] or (CORE if node["programme"] == "core" else node["programme"]),
        sent_on=day(node["receivedAt"]),
        status=node["status"],
        since=day(node["since"]),
        shared=node["shared"],
        may_act=may,
    )


def _filters(programmes: Mapping[str, str], asked: Mapping[str, str]) -> tuple[Filter, ...]:
    """What can be chosen, and what is: a choice that is not offered is not in force."""
    offered = (
        ("status", "Where it stands", "All", WORDS),
        ("programme", "Service", "All services", programmes),
    )
    return tuple(
        Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(Chosen(value=value, text=text) for value, text in known.items()),
            chosen=asked.get(name, "") if asked.get(name, "") in known else "",
        )
        for name, label, everything, known in offered
        if name != "programme" or len(known) > 1
    )


async def _form(
    pages: Pages,
    request: Asked,
    asker: Asker,
    referral_id: str,
    typed: Mapping[str, str],
    mistake: str | None = None,
    *,
    beside: bool = True,
) -> Response[str]:
    """The form. Raises `Missing` as `_own` does."""
    node = await _own(pages, asker, referral_id)
    page = Withdrawal(
        referral_id=referral_id,
        reference=node["sourceReference"],
        sent_on=day(node["receivedAt"]),
        idempotency_key=typed.get("idempotency_key") or str(uuid4()),
        chosen=typed.get("reason", ""),
        mistake=mistake,
        beside=beside,
    )
    status = 422 if mistake else 200
    return await pages.html(request, asker, "referrals_made/withdraw.html", page, status=status, here=OPENER.path)


async def _own(pages: Pages, asker: Asker, referral_id: str) -> Mapping[str, Any]:
    """Raises `Missing` where it is no referral of theirs, or any answer would say how far it has come."""
    node: Mapping[str, Any] | None = (await pages.ask(asker, "One", _ONE, id=referral_id))["one"]
    if node is None:
        raise Missing("there is no such referral among those you sent")
    if node["status"] == "RECEIVED" and not node["shared"]:
        raise Missing(_NOT_HERE)
    return node


async def _send(
    pages: Pages, request: Asked, asker: Asker, referral_id: str, typed: Mapping[str, str]
) -> Response[Any]:
    if typed.get("reason") not in codes.WITHDRAWAL_REASONS:
        return await _form(pages, request, asker, referral_id, typed, _NOT_SAID)
    await _own(pages, asker, referral_id)
    given = {"idempotency_key": typed.get("idempotency_key", "")}
    try:
        seen = await carry_out(pages, asker, waiting.WithdrawReferral, referral_id, {"reason": typed["reason"]}, given)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        return await _form(pages, request, asker, referral_id, typed, _TOO_LATE, beside=False)
    return Redirect(OPENER.address({"done": "withdraw", "position": str(seen)}), status_code=303)
