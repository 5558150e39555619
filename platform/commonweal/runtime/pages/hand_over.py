"""Handing over: which people of a link worker go to a colleague, with a note about each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.forms import Choice, Mistake, choices
from commonweal.console.wording import carried, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.workforce.handover import HandOverCaseload
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import carry_out, typed
from commonweal.runtime.pages.page import Asked, Missing, Pages, day, signed_in
from commonweal.runtime.pages.workforce import DOCUMENT
from commonweal.runtime.schema import Asker

_MISSING: Final = {
    "referral_ids": "Select who is handed over",
    "worker_id": "Select who takes them",
    "reason": "Select why they are handed over",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One of their people; `note`: what was typed about them."""

    referral_id: str
    name: str
    since: str
    weight: int
    chosen: bool
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """The page. `colleagues`: who is in post, with what they carry; `more`: how many cases are not shown."""

    worker_id: str
    name: str
    cases: tuple[Case, ...]
    more: int
    colleagues: tuple[Choice, ...]
    reasons: tuple[Choice, ...]
    typed: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    csrf_token: str
    idempotency_key: str

    def mistake(self, field: str) -> str | None:
        return next((each.sentence for each in self.mistakes if each.field == field), None)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/workforce/{worker_id:str}/hand-over")
    async def form(request: Asked, worker_id: str) -> Response[str]:
        return await show(pages, request, await pages.asking.asker(request, "console"), worker_id, {}, ())

    @post("/workforce/{worker_id:str}/hand-over")
    async def send(request: Asked, worker_id: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, worker_id, typed(await request.form()))

    return [form, send]


async def show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    worker_id: str,
    given: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    """The form. Raises NotAllowed for a role that hands nobody over, `Missing` where there is no such link worker."""
    if not permissions.may(asker.principal.grants, HandOverCaseload):
        raise NotAllowed("your role does not let you hand over a caseload", kind="scope")
    worker = (await pages.ask(asker, "Worker", DOCUMENT, id=worker_id))["workforceWorker"]
    if worker is None:
        raise Missing("there is no such link worker among those you see")
    found = (await pages.ask(asker, "Cases", DOCUMENT, id=worker_id))["workforceCases"]
    nodes = [edge["node"] for edge in found["edges"]]
    chosen = _chosen(given)
    page = HandOver(
        worker_id=worker_id,
        name=worker["name"],
        cases=tuple(_case(node, chosen, given) for node in nodes),
        more=found["totalCount"] - len(nodes),
        colleagues=await _colleagues(pages, asker, worker_id),
        reasons=choices(codes.HANDOVER_REASONS),
        typed=given,
        mistakes=mistakes,
        csrf_token=signed_in(pages.asking, request, asker).csrf_token,
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
    )
    status = 422 if mistakes else 200
    return await pages.html(request, asker, "workforce/hand_over.html", page, status=status, here="/workforce")


async def _send(pages: Pages, request: Asked, asker: Asker, worker_id: str, given: Mapping[str, str]) -> Response[Any]:
    cases = _chosen(given)
    values = {"referral_ids": cases, "worker_id": given.get("worker_id"), "reason": given.get("reason")}
    mistakes = tuple(
        Mistake(field=field, sentence=sentence) for field, sentence in _MISSING.items() if not values[field]
    )
    if mistakes:
        return await show(pages, request, asker, worker_id, given, mistakes)
    values["notes"] = [given.get(f"note_{case}", "") for case in cases]
    try:
        seen = await carry_out(pages, asker, HandOverCaseload, worker_id, values, given)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        return await show(pages, request, asker, worker_id, given, (_refused(str(refusal)),))
    return Redirect(f"/workforce/{worker_id}?done=hand-over&position={seen}", status_code=303)


def _refused(sentence: str) -> Mistake:
    """Beside the question it is about, else about who takes them: the rest is about their room."""
    name, _, rest = sentence.partition(" ")
    field = name.rstrip(":")
    return Mistake(
        field=field if field in _MISSING else "worker_id",
        sentence=sentence_case(rest if field in _MISSING else sentence),
    )


def _chosen(given: Mapping[str, str]) -> list[str]:
    return [case for case in given.get("referral_ids", "").split(",") if case]


def _case(node: Mapping[str, Any], chosen: list[str], given: Mapping[str, str]) -> Case:
    return Case(
        referral_id=node["id"],
        name=node["person"]["name"] or "Name withheld – erased",
        since=long_date(day(node["receivedAt"])),
        weight=node["weight"],
        chosen=node["id"] in chosen,
        note=given.get(f"note_{node['id']}", ""),
    )


async def _colleagues(pages: Pages, asker: Asker, worker_id: str) -> tuple[Choice, ...]:
    workers = (await pages.ask(asker, "Workers", DOCUMENT))["workforceWorkers"]
    return tuple(
        Choice(
            value=each["id"],
            text=", ".join((each["name"], *_load(each))) + (" (away)" if each["away"] else ""),
        )
        for each in workers
        if each["id"] != worker_id
    )


def _load(worker: Mapping[str, Any]) -> tuple[str, ...]:
    return () if worker["held"] is None else (carried(worker["held"], worker["room"]),)
