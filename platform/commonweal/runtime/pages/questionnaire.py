"""A questionnaire, asked on screen: every question with its answers, then the score; an answer about safety comes before all else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console.answers import read_number
from commonweal.console.asks import BY_NAME
from commonweal.console.forms import Choice, Form, Mistake, choices
from commonweal.console.page import Way
from commonweal.console.wording import sentence_case
from commonweal.domain import codes
from commonweal.domain.measures import measuring
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import POINT, Instrument
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import receipt
from commonweal.runtime.pages.asks import typed as sent
from commonweal.runtime.pages.back import local, position
from commonweal.runtime.pages.measures import DOCUMENT
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.pages.subject import subject
from commonweal.runtime.schema import Asker

_MODES: Final = choices(codes.MEASURE_MODES)
_DAY: Final = ("completed_on_year", "completed_on_month", "completed_on_day")
_NONE: Final = "Enter the score as the tool gives it, for example 55.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire(Form):
    """`short`: the answers are numbers that fit side by side."""

    instrument: Instrument
    modes: tuple[Choice, ...] = _MODES

    def short(self, number: int) -> bool:
        return len(self.instrument.items[number].answers) > 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Safety:
    """What somebody answered that asks for care today. `ways`: what can be recorded from here."""

    name: str
    question: str
    on: date
    ways: tuple[Way, ...]
    onwards: str


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is being filled in: one that was planned, or another of a case."""

    definition: Instrument
    referral_id: str
    measure_id: str | None
    version: int | None
    point: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/measures/new`, `/measures/<id>/complete`, `/measures/<id>/safety`."""

    @get("/measures/new")
    async def another(request: Asked) -> Response[str]:
        asker = await _let_in(pages, request)
        return await _show(pages, request, asker, _another(request.query_params), {}, ())

    @post("/measures/new")
    async def record_another(request: Asked) -> Response[Any]:
        asker = await _let_in(pages, request)
        return await _send(pages, request, asker, _another(request.query_params), sent(await request.form()))

    @get("/measures/{measure_id:str}/complete")
    async def planned(request: Asked, measure_id: str) -> Response[str]:
        asker = await _let_in(pages, request)
        return await _show(pages, request, asker, await _planned(pages, asker, measure_id), {}, ())

    @post("/measures/{measure_id:str}/complete")
    async def complete(request: Asked, measure_id: str) -> Response[Any]:
        asker = await _let_in(pages, request)
        begun = await _planned(pages, asker, measure_id)
        return await _send(pages, request, asker, begun, sent(await request.form()))

    @get("/measures/{measure_id:str}/safety")
    async def safety(request: Asked, measure_id: str) -> Response[str]:
        return await _safety(pages, request, await pages.asking.asker(request, "console"), measure_id)

    return [another, record_another, planned, complete, safety]


async def _let_in(pages: Pages, request: Asked) -> Asker:
    asker = await pages.asking.asker(request, "console")
    if not permissions.may(asker.principal.grants, measuring.RecordMeasure):
        raise NotAllowed("your role does not let you record a questionnaire", kind="scope")
    return asker


def _another(asked: Mapping[str, str]) -> _Begun:
    definition, point = INSTRUMENTS.get(asked.get("instrument", "")), asked.get("point", "")
    if definition is None or point not in codes.MEASURE_POINTS or not asked.get("referral"):
        raise Missing("there is no such questionnaire: begin one on the person’s record")
    return _Begun(definition, asked["referral"], None, None, point)


async def _planned(pages: Pages, asker: Asker, measure_id: str) -> _Begun:
    node = await _measure(pages, asker, measure_id, None)
    definition = INSTRUMENTS.get(node["instrument"])
    if definition is None or definition.version != node["instrumentVersion"]:
        raise Missing("this questionnaire is of a version that is no longer asked")
    return _Begun(definition, node["referralId"], measure_id, node["version"], None)


async def _measure(pages: Pages, asker: Asker, measure_id: str, seen: int | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] | None = (
        await pages.ask(asker, "Measure", DOCUMENT, id=measure_id, afterPosition=seen)
    )["measure"]  # fmt: skip
    if found is None:
        raise Missing("there is no such measure among those you see")
    return found


async def _show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    begun: _Begun,
    given: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    node = await pages.referral(asker, begun.referral_id)
    today = asker.reader.today
    fresh = dict(zip(_DAY, (str(today.year), str(today.month), str(today.day)), strict=True))
    form = Questionnaire(
        instrument=begun.definition,
        subject=subject(node, None),
        action=f"{request.url.path}?{request.url.query}",
        back=Way(text="Back", href=local(request.query_params.get("back"))),
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
        expected_version=read_number(given, "expected_version") or begun.version,
        typed=given or fresh,
        mistakes=mistakes,
    )
    status = 422 if mistakes else 200
    return await pages.html(request, asker, "measures/questionnaire.html", form, status=status, here="/people")


async def _send(pages: Pages, request: Asked, asker: Asker, begun: _Begun, given: dict[str, str]) -> Response[Any]:
    values, mistakes = read(begun.definition, given)
    if mistakes:
        return await _show(pages, request, asker, begun, given, mistakes)
    try:
        done = await _give(pages, asker, begun, values, given)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        stale = refusal.code == "CONFLICT"
        kept = {name: value for name, value in given.items() if not stale or name != "expected_version"}
        told = "Someone changed this while you were writing. Look at it again, then send." if stale else str(refusal)
        return await _show(pages, request, asker, begun, kept, (Mistake(field="", sentence=sentence_case(told)),))
    back = local(request.query_params.get("back"))
    items = zip(begun.definition.items, values.get("answers", ()), strict=False)
    if any(item.risk(answer) for item, answer in items):
        query = urlencode({"back": back, "position": done["position"]})
        return Redirect(f"/measures/{done['id']}/safety?{query}", status_code=303)
    return Redirect(
        f"{back}{'&' if '?' in back else '?'}done=measure&position={done['position']}", status_code=303
    )  # fmt: skip


async def _give(
    pages: Pages, asker: Asker, begun: _Begun, values: dict[str, Any], given: Mapping[str, str]
) -> Mapping[str, Any]:
    if begun.measure_id is not None:
        return await receipt(pages, asker, measuring.CompleteMeasure, begun.measure_id, values, given)
    about = {"referral_id": begun.referral_id, "instrument": begun.definition.code, "point": begun.point}
    return await receipt(pages, asker, measuring.RecordMeasure, None, {**about, **values}, given)


def read(definition: Instrument, given: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
    """What was answered, by the fields of the command; and what is missing or cannot be."""
    mistakes: list[Mistake] = []
    values: dict[str, Any] = {}
    if definition.external:
        _read_score(given, values, mistakes)
    else:
        values["answers"] = []
        for number, item in enumerate(definition.items):
            answer = given.get(f"item_{number}", "")
            if answer in {str(value) for value, _ in item.answers}:
                values["answers"].append(int(answer))
            else:
                mistakes.append(Mistake(field=f"item_{number}", sentence=f"Question {number + 1}: select an answer"))
    if given.get("mode", "") not in codes.MEASURE_MODES:
        mistakes.append(Mistake(field="mode", sentence="Select how it was filled in"))
    values["mode"] = given.get("mode", "")
    try:
        values["completed_on"] = date(*(int(given.get(name, "")) for name in _DAY)).isoformat()
    except (ValueError, OverflowError):
        mistakes.append(Mistake(field=_DAY[2], sentence="Enter the day it was filled in, for example 21 11 2026"))
    return values, tuple(mistakes)


def _read_score(given: Mapping[str, str], values: dict[str, Any], mistakes: list[Mistake]) -> None:
    try:
        score = Decimal(given.get("score", "").strip()) * POINT
    except InvalidOperation:
        score = Decimal("NaN")
    if not score.is_finite() or score != score.to_integral_value() or abs(score) > 10**9:
        mistakes.append(Mistake(field="score", sentence=_NONE))
    else:
        values["score"] = int(score)


async def _safety(pages: Pages, request: Asked, asker: Asker, measure_id: str) -> Response[str]:
    seen = await position(asker, request.query_params.get("position", ""))
    node = await _measure(pages, asker, measure_id, seen)
    definition = INSTRUMENTS.get(node["instrument"])
    if not node["risk"] or definition is None:
        raise Missing("nothing was answered here that is about safety")
    person, case, back = node["person"], node["referralId"], local(request.query_params.get("back"))
    query = urlencode({"back": f"/people/{person['id']}/measures"})
    asked = (
        (f"/do/refer-back/{case}?{query}", "Tell their GP or another clinician", "refer-back"),
        (f"/do/raise-concern/{case}?{query}", "Raise a safeguarding concern", "raise-concern"),
    )
    page = Safety(
        name=person["name"] or "This person",
        question=next(item.text for item in definition.items if item.risk_from is not None),
        on=date.fromisoformat(node["completedOn"]),
        ways=tuple(Way(text=text, href=href) for href, text, name in asked if _offered(asker, name)),
        onwards=f"{back}{'&' if '?' in back else '?'}done=measure",
    )
    return await pages.html(request, asker, "measures/safety.html", page, here="/people")


def _offered(asker: Asker, name: str) -> bool:
    ask = BY_NAME.get(name)
    return ask is not None and permissions.may(asker.principal.grants, ask.command)
