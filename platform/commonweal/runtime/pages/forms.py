"""The forms that move a referral along: what was typed is kept, what is wrong is said beside it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

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
from commonweal.console.page import Way
from commonweal.domain import codes
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.page import Asked, Missing, Pages, day, practice_name, priority
from commonweal.runtime.schema import Asker

_BACK: Final = Way(text="Back to the caseload", href="/caseload")


def known(name: str) -> str:
    """A step there is a form for. Raises `Missing`."""
    if name not in ("triage", "allocate", "first-contact"):
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
        practice=practice_name(node["practice"]),
        referred_on=day(node["receivedAt"]),
        referrer=node["sourceOrganisationName"] or codes.SOURCES_OF_REFERRAL.get(node["source"], node["source"]),
        needs=tuple(codes.NEEDS.get(need, need) for need in node["needs"]),
        priority=priority(node),
    )


async def send(
    pages: Pages, request: Asked, asker: Asker, step: str, referral_id: str, typed: dict[str, str]
) -> Response[Any]:
    """Carry out what was typed and go back to the board, or show the form again with the reason."""
    mistakes = _MISTAKES[step](typed)
    if mistakes:
        return await show(pages, request, asker, step, referral_id, typed, mistakes)
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
        return await show(pages, request, asker, step, referral_id, fresh, told)
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
