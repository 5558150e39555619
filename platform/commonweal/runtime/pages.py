"""The caseload's pages: the board, and the forms that move a referral along it. They work without scripts."""

import secrets as random
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from jinja2 import Environment
from litestar import Request, get, post
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import answers
from commonweal.console.forms import (
    AllocationForm,
    Choice,
    FirstContactForm,
    Form,
    LinkWorkerLoad,
    Mistake,
    Subject,
    TriageForm,
)
from commonweal.console.page import AsOf, Frame, SignedIn, Way, content_security_policy, render
from commonweal.console.wording import in_london
from commonweal.domain import allocation, codes, referral
from commonweal.runtime import permissions
from commonweal.runtime.asking import Asking, Unanswered
from commonweal.runtime.schema import Asker
from projections.caseload import board

Asked = Request[Any, Any, Any]

_DOCUMENT: Final = (Path(board.__file__).parent / "page.graphql").read_text(encoding="utf-8")
_PAGE: Final = 50
_DONE: Final = {
    "accept": "The referral was accepted and is on the waiting list.",
    "reject": "The referral was rejected and the referrer will be told.",
    "redirect": "The referral was redirected.",
    "decline": "It was recorded that the person declined.",
    "allocate": "The referral was allocated.",
    "first-contact": "The first contact was recorded.",
}
_BACK: Final = Way(text="Back to the caseload", href="/caseload")
_ROLES: Final = {"pcn_manager": "PCN manager", "ig_lead": "information governance lead"}


class Missing(Exception):  # noqa: N818
    """There is no such page for the one who asks."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Renders pages for someone who asks."""

    asking: Asking
    console: Environment

    async def html(
        self, request: Asked, asker: Asker, template: str, page: object, *, as_of: AsOf | None = None, status: int = 200
    ) -> Response[str]:
        """A whole page, never kept by a browser or a proxy."""
        nonce = random.token_urlsafe(16)
        role = min(asker.principal.roles)
        signed_in = SignedIn(
            name=asker.principal.display or "You",
            role=_ROLES.get(role, role.replace("_", " ")),
            csrf_token=self.asking.door.csrf_token(request),
        )
        named = (await asker.tenant.streams.get("tenant", asker.tenant.ods)).state.configured
        frame = Frame(
            nonce=nonce,
            tenant=named.name if named else asker.tenant.ods,
            signed_in=signed_in,
            here="/caseload",
            as_of=as_of,
        )
        headers = {"Content-Security-Policy": content_security_policy(nonce), "Cache-Control": "no-store"}
        text = render(self.console, template, frame, page)
        return Response(text, status_code=status, media_type=MediaType.HTML, headers=headers)

    async def ask(self, asker: Asker, operation: str, **variables: Any) -> dict[str, Any]:
        return await self.asking.answer(asker, _DOCUMENT, operation, variables)

    async def referral(self, asker: Asker, referral_id: str) -> dict[str, Any]:
        found: dict[str, Any] | None = (await self.ask(asker, "Referral", id=referral_id))["caseloadReferral"]
        if found is None:
            raise Missing("there is no such referral among those you see")
        return found


def routes(asking: Asking, console: Environment) -> list[HTTPRouteHandler]:
    """The caseload's pages."""
    pages = Pages(asking, console)

    @get("/", sync_to_thread=False)
    def home() -> Redirect:
        return Redirect("/caseload", status_code=303)

    @get("/caseload")
    async def caseload(request: Asked) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await _caseload(pages, request, asker)

    @get("/referrals/{referral_id:str}/{step:str}")
    async def form(request: Asked, referral_id: str, step: str) -> Response[str]:
        asker = await asking.asker(request, "console")
        return await _show(pages, request, asker, _step(step), referral_id, {}, ())

    @post("/referrals/{referral_id:str}/{step:str}")
    async def send(request: Asked, referral_id: str, step: str) -> Response[Any]:
        asker = await asking.asker(request, "console")
        typed = {name: str(value) for name, value in (await request.form()).items()}
        return await _send(pages, request, asker, _step(step), referral_id, typed)

    return [home, caseload, form, send]


def _step(name: str) -> str:
    if name not in ("triage", "allocate", "first-contact"):
        raise Missing("there is no such page")
    return name


async def _caseload(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
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
        practice=_practice(practice),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        referred_on=_day(node["receivedAt"]),
        since=_day(node["since"]),
        priority=_priority(node),
        overdue=node["overdue"],
        link_worker=worker["name"] if worker else None,
        may_act=node["stage"].lower() in may,
    )


def _practice(practice: Mapping[str, Any] | None) -> str:
    return (practice["name"] or practice["code"]) if practice else "No practice"


def _priority(node: Mapping[str, Any]) -> str | None:
    return None if node["priority"] == "1" else codes.PRIORITIES.get(node["priority"], node["priority"])


def _day(moment: str) -> date:
    return in_london(datetime.fromisoformat(moment)).date()


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


async def _show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    step: str,
    referral_id: str,
    typed: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    node = await pages.referral(asker, referral_id)
    common: dict[str, Any] = {
        "subject": _subject(node),
        "action": f"/referrals/{referral_id}/{step}",
        "back": _BACK,
        "idempotency_key": typed.get("idempotency_key") or str(uuid4()),
        "expected_version": node["version"] if not typed else int(typed.get("expected_version") or node["version"]),
        "typed": typed,
        "mistakes": mistakes,
    }
    form: Form
    if step == "triage":
        organisations = (await pages.ask(asker, "Organisations"))["caseloadOrganisations"]
        named = tuple(Choice(value=each["code"], text=each["name"]) for each in organisations)
        form = TriageForm(**common, organisations=named)
    elif step == "allocate":
        capacity = (await pages.ask(asker, "Capacity"))["caseloadCapacity"]
        loads = tuple(
            LinkWorkerLoad(id=each["id"], name=each["name"], held=each["held"], limit=each["room"], away=each["away"])
            for each in capacity
        )
        form = AllocationForm(**common, link_workers=loads)
    else:
        form = FirstContactForm(**common)
    status = 422 if mistakes else 200
    return await pages.html(request, asker, f"{step.replace('-', '_')}.html", form, status=status)


def _subject(node: Mapping[str, Any]) -> Subject:
    someone = node["person"]
    born = someone["dateOfBirth"]
    return Subject(
        name=someone["name"] or "Name withheld – erased",
        nhs_number=someone["nhsNumber"],
        born_on=date.fromisoformat(born) if born else None,
        practice=_practice(node["practice"]),
        referred_on=_day(node["receivedAt"]),
        referrer=node["sourceOrganisationName"] or codes.SOURCES_OF_REFERRAL.get(node["source"], node["source"]),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        priority=_priority(node),
    )


async def _send(
    pages: Pages, request: Asked, asker: Asker, step: str, referral_id: str, typed: dict[str, str]
) -> Response[Any]:
    mistakes = _MISTAKES[step](typed)
    if mistakes:
        return await _show(pages, request, asker, step, referral_id, typed, mistakes)
    operation, given, done = _wish(step, typed)
    version = typed.get("expected_version", "")
    variables: dict[str, Any] = {
        "id": referral_id,
        "key": typed.get("idempotency_key") or None,
        "version": int(version) if version.isascii() and version.isdigit() else None,
    }
    if given is not None:
        variables["input"] = given
    try:
        answer = await pages.ask(asker, operation, **variables)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        fresh = {name: value for name, value in typed.items() if refusal.code != "CONFLICT" or name not in _STALE}
        told = (Mistake(field="", sentence=_sentence(str(refusal))),)
        return await _show(pages, request, asker, step, referral_id, fresh, told)
    (receipt,) = answer.values()
    return Redirect(f"/caseload?{urlencode({'position': receipt['position'], 'done': done})}", status_code=303)


_STALE: Final = ("expected_version", "idempotency_key")
_MISTAKES: Final[Mapping[str, Any]] = {
    "triage": answers.triage_mistakes,
    "allocate": answers.allocation_mistakes,
    "first-contact": lambda typed: answers.first_contact_mistakes(typed, datetime.now(UTC)),
}


def _wish(step: str, typed: Mapping[str, str]) -> tuple[str, dict[str, Any] | None, str]:
    """(operation, input, what was done) of a form that holds no mistakes."""
    if step == "allocate":
        return "Allocate", {"workerId": typed["link_worker"], "reason": typed["reason"]}, step
    if step == "first-contact":
        held = answers.contact_time(typed).isoformat()
        return "FirstContact", {"medium": typed["medium"], "heldAt": held, "note": typed.get("note") or None}, step
    match typed["decision"]:
        case "reject":
            return "Reject", {"reason": typed["reject_reason"], "feedback": typed["feedback"]}, "reject"
        case "redirect":
            wish = {"toOrganisation": typed["redirect_to"], "reason": typed["redirect_reason"]}
            return "Redirect", wish, "redirect"
        case "decline":
            return "Decline", {"reason": typed.get("decline_reason") or "unknown"}, "decline"
        case _:
            return "Accept", None, "accept"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
