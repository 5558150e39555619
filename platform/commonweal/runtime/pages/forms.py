"""The forms that move a referral along: what was typed is kept, what is wrong is said beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from litestar import get, post
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
    TriageForm,
)
from commonweal.console.page import Problem, Way
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages import caseload, waiting_list
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import Back, way_back
from commonweal.runtime.pages.page import Asked, Missing, Pages, narrative
from commonweal.runtime.pages.subject import subject
from commonweal.runtime.schema import Asker
from projections.caseload import board

_STEPS: Final = {
    "triage": ("to_triage", "triage referrals", "Only a referral that is to be triaged can be triaged."),
    "allocate": ("waiting", "allocate referrals", "Only a referral that is waiting can be allocated."),
    "first-contact": (
        "allocated",
        "record a first contact",
        "A first contact is recorded once a link worker is allocated, and only once.",
    ),
}
"""Step → the column its referrals stand in, what one does with it, when it can be done."""
_OPENERS: Final = (caseload.OPENER, waiting_list.OPENER)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/referrals/{referral_id:str}/{step:str}")
    async def form(request: Asked, referral_id: str, step: str) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        return await show(pages, request, asker, _known(step), referral_id, {}, ())

    @post("/referrals/{referral_id:str}/{step:str}")
    async def answer(request: Asked, referral_id: str, step: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await send(pages, request, asker, _known(step), referral_id, sent(await request.form()))

    return [form, answer]


def _known(name: str) -> str:
    """A step there is a form for. Raises `Missing`."""
    if name not in _STEPS:
        raise Missing("there is no such page")
    return name


async def show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    step: str,
    referral_id: str,
    typed: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    """The form, with what was typed before and what was wrong with it."""
    node = await pages.referral(asker, referral_id)
    back = _back(request)
    here = back.opener.path
    if not typed and (why := _not_now(asker, step, node, back.way)) is not None:
        return await pages.html(request, asker, "error.html", why, status=why.status, here=here)
    words = await narrative(asker, referral_id) if not node["person"]["erased"] else None
    version = answers.read_number(typed, "expected_version")
    common: dict[str, Any] = {
        "subject": subject(node, words),
        "action": f"/referrals/{referral_id}/{step}{back.query}",
        "back": back.way,
        "idempotency_key": typed.get("idempotency_key") or str(uuid4()),
        "expected_version": node["version"] if version is None else version,
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
    return await pages.html(request, asker, f"{step.replace('-', '_')}.html", form, status=status, here=here)


def _back(request: Asked) -> Back:
    return way_back(request.query_params, _OPENERS)


def _not_now(asker: Asker, step: str, node: Mapping[str, Any], back: Way) -> Problem | None:
    """Why there is no such form for this referral and the one who asks; None where there is."""
    column, doing, when = _STEPS[step]
    where = node["stage"].lower()
    if not permissions.may(asker.principal.grants, caseload.STEPS[column]):
        return Problem(status=403, sentence=f"Your role does not let you {doing}.", next=_ASK, way=back)
    if node["person"]["erased"]:
        title, sentence = "This record was erased", "The person's record was erased: nothing more is recorded about it."
        return Problem(status=409, title=title, sentence=sentence, next="", way=back)
    if where != column:
        title, sentence = "This cannot be done now", f"This referral stands under “{board.COLUMNS[where]}”."
        return Problem(status=409, title=title, sentence=sentence, next=when, way=back)
    return None


_ASK: Final = "If you think it should, ask whoever looks after Commonweal where you work."


async def send(
    pages: Pages, request: Asked, asker: Asker, step: str, referral_id: str, typed: dict[str, str]
) -> Response[Any]:
    """Carry out what was typed and go back to where the form was opened, or show the form again with the reason."""
    mistakes = _MISTAKES[step](typed)
    if mistakes:
        return await show(pages, request, asker, step, referral_id, typed, mistakes)
    operation, given, done = _wish(step, typed)
    variables: dict[str, Any] = {
        "id": referral_id,
        "key": typed.get("idempotency_key") or None,
        "version": answers.read_number(typed, "expected_version"),
    }
    if given is not None:
        variables["input"] = given
    try:
        answer = await pages.ask(asker, operation, **variables)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        fresh = {name: value for name, value in typed.items() if refusal.code != "CONFLICT" or name not in _STALE}
        conflict = Mistake(field="", sentence=_CONFLICT)
        told = conflict if refusal.code == "CONFLICT" else answers.refused(str(refusal), typed)
        return await show(pages, request, asker, step, referral_id, fresh, (told,))
    (receipt,) = answer.values()
    return Redirect(_back(request).after(done, str(receipt["position"])), status_code=303)


_CONFLICT: Final = (
    "Someone changed this referral while you were deciding. What it is now is shown beside; decide again."
)
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
            return "Accept", {"overrideReason": typed.get("override_reason") or None}, "accept"
