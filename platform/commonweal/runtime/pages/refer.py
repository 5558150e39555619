"""Refer someone: one page for everyone who may, and where the referral went."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import reading
from commonweal.console.ask import Ask, AskForm
from commonweal.console.forms import Choice, Mistake
from commonweal.console.page import Way
from commonweal.console.refer import REFER, REFER_FOR_OTHERS
from commonweal.console.wording import in_london
from commonweal.domain import tenant, values
from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.intake.arrival import Arrival, Arrived, Road, arrive, same_person
from commonweal.intake.referrers import BY_ROLE, referrer
from commonweal.integrations.delivery import consents_of
from commonweal.kernel.append import Conflict
from commonweal.kernel.handle import Stale
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.mutations import COMMAND_IDS
from commonweal.runtime.pages.asks import typed
from commonweal.runtime.pages.my_referrals import CORE, DOCUMENT
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker

_HERE: Final = "/refer"
_KNOWN: Final = "Someone with this NHS number is known already. Check the number, then send again: the referral goes to their record"
_NO: Final = (
    "Somebody is referred only once they agree to be contacted. Ask them first, or tell them how to get in touch"
)
_USED: Final = "You gave this reference to another referral already"
_BEHALF: Final = {"self": ("02", "self", "person"), "carer": ("03", "carer", "carer")}
"""Who refers → (source, setting, role of the referrer), where it is no organisation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Where a referral went. `service` in words; `listed`: the one who looks has a list of their referrals."""

    reference: str
    service: str
    shared: bool
    listed: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """For whom somebody refers, and what they may choose from."""

    ask: Ask
    found: Mapping[str, tuple[Choice, ...]]
    role: str
    own: frozenset[str] | None
    """Organisations; None: they write down what others tell them."""


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """Where the form is, and where one lands."""

    @get("/refer")
    async def form(request: Asked) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        return await _show(pages, request, asker, await _place(pages, asker), {}, ())

    @post("/refer")
    async def send(request: Asked) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, await _place(pages, asker), typed(await request.form()))

    @get("/refer/sent/{referral_id:str}")
    async def sent(request: Asked, referral_id: str) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        return await _sent(pages, request, asker, await _place(pages, asker), referral_id)

    return [form, send, sent]


async def _place(pages: Pages, asker: Asker) -> _Place:
    """Raises NotAllowed for who may refer nobody."""
    grants = asker.principal.grants
    if not all(permissions.may(grants, command) for command in (RegisterPerson, GiveConsent, ReceiveReferral)):
        raise NotAllowed("your role does not let you refer anyone", kind="scope")
    roles = [role for role in BY_ROLE if role in asker.principal.roles]
    one_of_us = bool(asker.principal.roles & permissions.COMMANDS[ReceiveReferral] - BY_ROLE.keys())
    own = None if one_of_us else permissions.organisations(grants, ReceiveReferral)
    places = await pages.ask(asker, "Places", DOCUMENT)
    practices = {each["code"]: each["name"] for each in places["practices"]}
    ics: tenant.State = (await asker.tenant.streams.get(tenant.CATEGORY, asker.tenant.ods)).state
    names = practices | {code: trust.name for code, trust in ics.trusts.items()}
    found = {
        "gp_practice": tuple(
            Choice(value=each["code"], text=", ".join(filter(None, (each["name"], each["pcnName"]))))
            for each in places["practices"]
        ),
        "programme": (
            Choice(value="core", text=CORE),
            *(Choice(value=each["code"], text=each["name"]) for each in places["programmes"]),
        ),
        "source_org": tuple(Choice(value=code, text=names.get(code, code)) for code in sorted(own or ())),
    }
    asked = REFER if own is not None else REFER_FOR_OTHERS
    alone = {name for name in ("programme", "source_org") if len(found[name]) == 1}
    shown = tuple(each for each in asked.questions if each.field not in alone)
    return _Place(replace(asked, questions=shown), found, roles[0] if roles else "referrer", own)


async def _show(
    pages: Pages,
    request: Asked,
    asker: Asker,
    place: _Place,
    given: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    """The form, with what was typed before and what was wrong with it."""
    form = AskForm(
        ask=place.ask,
        found=place.found,
        subject=None,
        action=_HERE,
        back=Way(text="Back", href="/"),
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
        expected_version=None,
        typed={"programme": "core", "priority": "1", **given},
        mistakes=mistakes,
    )
    return await pages.html(request, asker, "ask.html", form, status=422 if mistakes else 200, here=_HERE)


async def _send(pages: Pages, request: Asked, asker: Asker, place: _Place, given: dict[str, str]) -> Response[Any]:
    answers = reading.read(place.ask, given, place.found)
    road = _road(asker, given.get("idempotency_key") or str(uuid4()))
    wrong = [each async for each in _wrong(asker, place, answers.values, given, road)]
    if mistakes := _in_order(place.ask, (*answers.mistakes, *wrong)):
        warned = {"warned": _number(answers.values)} if any(each.sentence == _KNOWN for each in wrong) else {}
        return await _show(pages, request, asker, place, {**given, **warned}, mistakes)
    try:
        arrival = _arrival(asker, place, answers.values, road)
        arrived = await arrive(asker.tenant.streams, arrival, road)
    except Refused as refusal:
        return await _show(pages, request, asker, place, given, (reading.refused(place.ask, str(refusal)),))
    except (Stale, Conflict) as conflict:
        return await _again(pages, request, asker, place, given, "", f"{str(conflict).capitalize()}")
    if _is_another(arrived, road):
        return await _again(pages, request, asker, place, given, "source_reference", _USED)
    return Redirect(f"{_HERE}/sent/{arrived.referral_id}", status_code=303)


async def _again(
    pages: Pages, request: Asked, asker: Asker, place: _Place, given: Mapping[str, str], field: str, sentence: str
) -> Response[str]:
    return await _show(pages, request, asker, place, given, (Mistake(field=field, sentence=sentence),))


async def _wrong(
    asker: Asker, place: _Place, answered: Mapping[str, Any], given: Mapping[str, str], road: Road
) -> AsyncIterator[Mistake]:
    """All that would be refused of what was answered, said at once: no mistake waits for another to be put right."""
    if answered.get("agreed") is False:
        yield Mistake(field="agreed", sentence=_NO)
    refused = dict(_refusals(answered, in_london(asker.now).date()))
    for sentence in refused.values():
        yield reading.refused(place.ask, sentence)
    number = None if "nhs_number" in refused else _number(answered)
    if number and (holder := await asker.tenant.log.holder("nhs_number", number)) is not None:
        if given.get("warned") != number:
            yield Mistake(field="nhs_number", sentence=_KNOWN)
        if "date_of_birth" not in refused and (why := await _another(asker, holder.partition("-")[2], answered)):
            yield reading.refused(place.ask, why)
    named, reference = _organisation(asker, place, answered), answered.get("source_reference")
    if reference and named:
        other = await asker.tenant.log.holder("source_reference", f"{named}|{reference}")
        if other not in (None, f"{referral.CATEGORY}-{road.record('referral')}"):
            yield Mistake(field="source_reference", sentence=_USED)


def _refusals(answered: Mapping[str, Any], today: date) -> Iterator[tuple[str, str]]:
    """(field, why its answer would be refused whatever the others are)."""
    alone = RegisterPerson(name="-", nhs_number_status="03", on=today)
    for field, value in answered.items():
        try:
            if isinstance(value, str):
                values.keepable(value, field)
            if field in _SHAPES:
                _SHAPES[field](value, field)
            elif field in ("name", "email"):
                person.decide(person.INITIAL, replace(alone, **{field: value}))
            elif field == "date_of_birth":
                person.decide(person.INITIAL, replace(alone, date_of_birth=date.fromisoformat(value)))
        except Refused as refusal:
            yield field, str(refusal)


_SHAPES: Final[Mapping[str, Callable[[str, str], str]]] = {
    "nhs_number": values.nhs_number,
    "postcode": values.postcode,
    "source_reference": values.identifier,
    "source_org": values.organisation,
}


async def _another(asker: Asker, person_id: str, answered: Mapping[str, Any]) -> str | None:
    """Why the one who has this number cannot be the one who is referred."""
    known: person.State = (await asker.tenant.streams.committed(person.CATEGORY, person_id)).state
    born = answered.get("date_of_birth")
    try:
        same_person(known, date.fromisoformat(born) if born else None)
    except Refused as refusal:
        return str(refusal)
    return None


def _number(answered: Mapping[str, Any]) -> str:
    """The NHS number as it is stored; empty where none was given. Raises `Refused`."""
    return values.nhs_number(answered["nhs_number"], "nhs_number") if answered.get("nhs_number") else ""


def _organisation(asker: Asker, place: _Place, answered: Mapping[str, Any]) -> str | None:
    """Whose reference it is; none where that was not said."""
    if place.own is not None:
        return answered.get("source_org") or next(iter(place.own), None)
    return asker.tenant.ods if answered.get("referred_by") in _BEHALF else answered.get("source_org")


def _in_order(ask: Ask, mistakes: tuple[Mistake, ...]) -> tuple[Mistake, ...]:
    """As the questions stand on the page."""
    places = {question.anchor: place for place, question in enumerate(ask.asked)}
    return tuple(sorted(mistakes, key=lambda each: places.get(each.field, -1)))


def _is_another(arrived: Arrived, road: Road) -> bool:
    return arrived.repeated and arrived.referral_id != road.record("referral")


def _road(asker: Asker, key: str) -> Road:
    """The same form sent twice is one referral."""
    root: UUID = uuid5(COMMAND_IDS, f"{asker.principal.id}|refer|{key}")
    return Road(
        root=root,
        occurred_at=asker.now,
        actor=asker.principal.id,
        channel="console",
        correlation_id=asker.correlation_id,
        traceparent=asker.traceparent,
    )


def _arrival(asker: Asker, place: _Place, given: Mapping[str, Any], road: Road) -> Arrival:
    """What was asked for. Raises `Refused`."""
    today = in_london(asker.now).date()
    organisation, source, setting, role = _referrer(asker, place, given)
    number = _number(given) or None
    born = given.get("date_of_birth")
    someone: dict[str, Any] = {
        name: given.get(name) for name in ("phone", "email", "address", "postcode", "language", "gp_practice")
    }
    about = {name: given.get(name) for name in ("narrative", "referrer_name")}
    return Arrival(
        someone=RegisterPerson(
            name=given["name"],
            date_of_birth=date.fromisoformat(born) if born else None,
            nhs_number=number,
            nhs_number_status="02" if number else "03",
            interpreter=bool(given.get("interpreter")),
            on=today,
            **someone,
        ),
        agreed=_agreed(given, organisation, today),
        referral=ReceiveReferral(
            person_id="",
            source=source,
            source_org=organisation,
            source_reference=given.get("source_reference") or f"R-{road.root.hex[:10].upper()}",
            setting=setting,
            priority=given["priority"],
            reasons=tuple(given["reasons"]),
            risks_known=tuple(given.get("risks_known") or ()),
            referrer_role=given.get("referrer_role") or role,
            practice=given.get("gp_practice"),
            programme=given.get("programme") or "core",
            received_at=asker.now,
            **about,
        ),
    )


def _referrer(asker: Asker, place: _Place, given: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """(organisation, source, setting, role)."""
    if place.own is not None:
        organisation = _organisation(asker, place, given) or ""
        if organisation not in place.own:
            raise Refused("source_org: you may refer for your own organisation only")
        return organisation, *referrer(place.role, organisation)
    if (by := _BEHALF.get(given["referred_by"])) is not None:
        return asker.tenant.ods, *by
    return given["source_org"], given["source"], given["setting"], given["referrer_role"]


def _agreed(given: Mapping[str, Any], organisation: str, today: date) -> tuple[GiveConsent, ...]:
    wanted = (("contact", consent.ANY, True), ("share_referrer", organisation, given.get("share_referrer")))
    return tuple(
        GiveConsent(
            scope=scope, audience=audience, method=given["agreed_how"], wording_version="refer-1", given_on=today
        )
        for scope, audience, yes in (*wanted, ("share_gp", consent.ANY, given.get("share_gp")))
        if yes
    )


async def _sent(pages: Pages, request: Asked, asker: Asker, place: _Place, referral_id: str) -> Response[str]:
    """What was sent, for the one who sent it. Raises `Missing`."""
    first = next(iter(await asker.tenant.log.stream(f"{referral.CATEGORY}-{referral_id}")), None)
    state: referral.State = (await asker.tenant.streams.committed(referral.CATEGORY, referral_id)).state
    if first is None or first.actor != asker.principal.id or state.source is None or state.person_id is None:
        raise Missing("there is no such referral among those you sent")
    answers = await consents_of(asker.tenant.streams, state.person_id)
    names = {choice.value: choice.text for choice in place.found["programme"]}
    page = Sent(
        reference=state.source[1],
        service=names.get(state.programme, CORE),
        shared=consent.allows(answers, "share_referrer", state.source[0], asker.reader.today),
        listed="referrals_made" in permissions.views(asker.principal.grants, asker.principal.id),
    )
    return await pages.html(request, asker, "referrals_made/sent.html", page, here=_HERE)
