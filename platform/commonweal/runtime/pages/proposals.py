"""Asked of you: whom a link worker is asked to take on, and what a colleague said of those they handed over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.forms import Choice, choices
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.directory import answer
from commonweal.domain.workforce import allocation_rule, link_worker
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import carry_out
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.counted import let_in
from commonweal.runtime.pages.page import Asked, Missing, Pages, day, priority, signed_in
from commonweal.runtime.pages.propose import not_asked
from commonweal.runtime.pages.workforce import DOCUMENT
from commonweal.runtime.schema import Asker

_DONE: Final = {
    "accept": "They are on your caseload now.",
    "refuse": "You said no. They stay on the waiting list, and somebody else can be asked.",
    "read": "It was noted that you read it.",
}
_FACTORS: Final = {"gender_preference": "genderPreference"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """Somebody who waits; `why`: what speaks for it, in words."""

    referral_id: str
    worker_id: str
    worker: str
    name: str
    since: str
    priority: str | None
    practice: str
    needs: tuple[str, ...]
    weight: int
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A case that was handed over, and what was said of it."""

    referral_id: str
    worker_id: str
    worker: str
    name: str
    person_href: str
    handed_by: str
    on: str
    reason: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfYou:
    """The page. `may_answer`: the one who asks is a link worker; whoever leads a team sees what is open and no more."""

    proposed: tuple[Proposed, ...]
    handed: tuple[Handed, ...]
    may_answer: bool
    reasons: tuple[Choice, ...]
    csrf_token: str
    key: str
    said: str | None
    mistake: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @post("/proposals/{deed:str}")
    async def send(request: Asked, deed: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, deed, sent(await request.form()))

    return [pages.at("/proposals", show), send]


async def show(pages: Pages, request: Asked, asker: Asker, mistake: str | None = None) -> Response[str]:
    """The page. Raises NotAllowed for a role that nobody asks."""
    let_in(asker, "proposals", "what is asked of link workers")
    own = permissions.may(asker.principal.grants, answer.AcceptAllocation)
    after = await position(asker, request.query_params.get("position", ""))
    found = await pages.ask(asker, "Proposals", DOCUMENT, own=own, afterPosition=after)
    page = AskedOfYou(
        proposed=tuple(_proposed(edge["node"]) for edge in found["allocationProposals"]["edges"]),
        handed=tuple(_handed(edge["node"]) for edge in found["workforceHandovers"]["edges"]),
        may_answer=own,
        reasons=choices(codes.PROPOSAL_REFUSALS),
        csrf_token=signed_in(pages.asking, request, asker).csrf_token,
        key=str(uuid4()),
        said=_DONE.get(request.query_params.get("done", "")),
        mistake=mistake,
    )
    status = 422 if mistake else 200
    return await pages.html(request, asker, "workforce/proposals.html", page, status=status, here="/proposals")


async def _send(pages: Pages, request: Asked, asker: Asker, deed: str, typed: Mapping[str, str]) -> Response[Any]:
    referral_id, worker_id = typed.get("referral_id", ""), typed.get("worker_id", "")
    command, values = _command(deed, referral_id, typed)
    if deed == "refuse" and not typed.get("reason"):
        return await show(pages, request, asker, "Select why you do not take them on")
    try:
        seen = await carry_out(pages, asker, command, worker_id, values, typed)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        return await show(pages, request, asker, sentence_case(str(refusal)))
    return Redirect(f"/proposals?done={deed}&position={seen}", status_code=303)


def _command(deed: str, referral_id: str, typed: Mapping[str, str]) -> tuple[type, dict[str, Any]]:
    match deed:
        case "accept":
            return answer.AcceptAllocation, {"referral_id": referral_id}
        case "refuse":
            return answer.RefuseAllocation, {"referral_id": referral_id, "reason": typed.get("reason")}
        case "read":
            return link_worker.AcknowledgeHandover, {"referral_ids": [referral_id]}
        case _:
            raise Missing("there is no such page")


def _proposed(node: Mapping[str, Any]) -> Proposed:
    case = node["referral"]
    worker = node["worker"] or {"id": "", "name": ""}
    return Proposed(
        referral_id=case["id"],
        worker_id=worker["id"],
        worker=worker["name"],
        name=case["person"]["name"] or "Name withheld – erased",
        since=long_date(day(case["waitingSince"] or case["receivedAt"])),
        priority=priority(case),
        practice=case["practice"]["name"] or case["practice"]["code"] or "No practice",
        needs=tuple(codes.NEEDS.get(need, need) for need in case["reasons"]),
        weight=case["weight"],
        why=tuple(
            text
            for factor, text in allocation_rule.FACTORS.items()
            if node[_FACTORS.get(factor, factor)] and factor not in not_asked(case["person"])
        ),
    )


def _handed(node: Mapping[str, Any]) -> Handed:
    case, worker = node["referral"], node["worker"] or {"id": "", "name": ""}
    reasons = {**codes.ALLOCATION_REASONS, **codes.HANDOVER_REASONS}
    return Handed(
        referral_id=case["id"],
        worker_id=worker["id"],
        worker=worker["name"],
        name=case["person"]["name"] or "Name withheld – erased",
        person_href=f"/people/{case['person']['id']}/case",
        handed_by=(node["handedBy"] or {"name": "a colleague"})["name"],
        on=long_date(day(node["handedAt"])),
        reason=reasons.get(node["reason"], node["reason"]),
        note=node["note"],
    )
