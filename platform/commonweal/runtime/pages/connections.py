"""A person's connections: each as the steps it took, what comes next, and a way to offer another."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import reading
from commonweal.console.ask import AskForm
from commonweal.console.asks.connections import OFFER
from commonweal.console.forms import Mistake
from commonweal.console.page import Way
from commonweal.console.wording import in_london, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.directory import connect, connection, contribution
from commonweal.domain.people import consent
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import carry_out, typed
from commonweal.runtime.pages.back import position
from commonweal.runtime.pages.near import day, entry, moment, service_of
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.pages.place import lines_from, place_in
from commonweal.runtime.pages.record import record
from commonweal.runtime.pages.way import Stop
from commonweal.runtime.schema import Asker
from projections.connections import READ_MODEL

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_PAGE: Final = 20
STATES: Final = {
    "OFFERED": ("Offered", "nhsuk-tag--blue"),
    "ACCEPTED": ("They say yes", "nhsuk-tag--blue"),
    "DECLINED": ("They would rather not", "nhsuk-tag--grey"),
    "SENT": ("Waiting for the provider", "nhsuk-tag--yellow"),
    "PROVIDER_ACCEPTED": ("The provider will take them", "nhsuk-tag--aqua-green"),
    "PROVIDER_DECLINED": ("The provider cannot take them", "nhsuk-tag--grey"),
    "WAITING_LIST": ("On the provider's waiting list", "nhsuk-tag--yellow"),
    "STARTED": ("Going there", "nhsuk-tag--green"),
    "COMPLETED": ("Complete", "nhsuk-tag--green"),
    "DROPPED": ("Ended early", "nhsuk-tag--grey"),
}
"""Phase → (words, class of the tag)."""
_ENDINGS: Final[Mapping[str, codes.Codes]] = {
    "DECLINED": codes.CONNECTION_DECLINE_REASONS,
    "PROVIDER_DECLINED": codes.PROVIDER_DECLINE_REASONS,
    "DROPPED": codes.CONNECTION_DROP_REASONS,
}
"""Phase → why it came to that. The lists share codes, and mean other things by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    day: date
    words: str
    corrected: bool
    correct: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A connection. `ways`: what can be done next, as (text, address); `warnings`: what is wrong with the service or overdue."""

    service: str
    href: str
    by: str | None
    state: str
    colour: str
    stops: tuple[Stop, ...]
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    sessions: tuple[Session, ...]
    gives: tuple[tuple[str, str | None], ...]
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """`offer`: where a service is looked for, for each referral a link worker is at work on."""

    lines: tuple[Line, ...]
    many: int
    offer: tuple[tuple[str, str], ...]
    earlier: str | None
    later: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/people/{person_id:str}/connections/offer")
    async def offer(request: Asked, person_id: str) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        return await _offer(pages, request, asker, person_id, {}, ())

    @post("/people/{person_id:str}/connections/offer")
    async def send(request: Asked, person_id: str) -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _send(pages, request, asker, person_id, typed(await request.form()))

    return [pages.of_person("/people/{person_id:str}/connections", _show), offer, send]


async def _show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    asked, here = request.query_params, f"/people/{person_id}/connections"
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    try:
        found = await pages.ask(
            asker, "OfPerson", DOCUMENT, id=person_id, afterPosition=seen, **lines_from(place, _PAGE)
        )
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED") or not (place or seen):
            raise
        found = await pages.ask(asker, "OfPerson", DOCUMENT, id=person_id, first=_PAGE)
    page = found["connections"]
    info = page["pageInfo"]
    body = Connections(
        lines=tuple([await _line(asker, edge["node"], here) for edge in page["edges"]]),
        many=page["totalCount"],
        offer=await _places_to_look(pages, asker, person_id),
        earlier=f"{here}?before={info['startCursor']}" if info["hasPreviousPage"] else None,
        later=f"{here}?after={info['endCursor']}" if info["hasNextPage"] else None,
    )
    return await record(pages, request, asker, person_id, "connections", "connections/page.html", body)


_CASES: Final = "query Cases($id: ID!) { personRecordCases(id: $id) { id stage receivedAt } }"


async def _places_to_look(pages: Pages, asker: Asker, person_id: str) -> tuple[tuple[str, str], ...]:
    """(text, address) of the directory for each referral of the person that a link worker is at work on."""
    if not permissions.may(asker.principal.grants, connect.OfferConnection):
        return ()
    at_work = [each for each in await _cases(pages, asker, person_id) if each["stage"] in _AT_WORK]
    return tuple(
        (
            "Find a service to offer" + (f" (referral of {moment(each['receivedAt'])})" if len(at_work) > 1 else ""),
            f"/directory?referral={each['id']}&person={person_id}",
        )
        for each in at_work
    )


_AT_WORK: Final = ("ALLOCATED", "IN_SUPPORT")


async def _cases(pages: Pages, asker: Asker, person_id: str) -> list[dict[str, Any]]:
    """A person's referrals as far as the one who asks sees them, latest first."""
    found: list[dict[str, Any]] = (await pages.ask(asker, "Cases", _CASES, id=person_id))["personRecordCases"]
    return found


async def _line(asker: Asker, node: Mapping[str, Any], here: str) -> Line:
    lacks = await _lacks_consent(asker, node)
    state, colour = STATES[node["phase"]]
    service = node["service"]
    back = f"?back={here}"
    correct = permissions.may(asker.principal.grants, connection.CorrectAttendance)
    return Line(
        service=service["name"] or "A service",
        href=f"/directory/{service['id']}",
        by=service["organisationName"],
        state=state,
        colour=colour,
        stops=_stops(node),
        facts=_facts(node),
        warnings=(*([_NOT_AGREED] if lacks else []), *_warnings(asker, node)),
        sessions=tuple(
            Session(
                day=date.fromisoformat(each["heldOn"]),
                words=sentence_case(codes.ATTENDANCES.get(each["code"], each["code"])),
                corrected=each["corrected"],
                correct=f"/do/correct-attendance/{node['id']}{back}&session_id={each['id']}" if correct else None,
            )
            for each in node["sessions"]
        ),
        gives=tuple(_gives(asker, node["id"], each, back) for each in node["contributions"]),
        ways=(*(_to_agree(asker, node, here) if lacks else ()), *_ways(asker, node, here)),
    )


_NOT_AGREED: Final = (
    "They have not agreed that community services are told of them: ask them before the provider is told."
)


async def _lacks_consent(asker: Asker, node: Mapping[str, Any]) -> bool:
    """Would the provider be told next, and may not be?"""
    if node["phase"] != "ACCEPTED" or not permissions.may(asker.principal.grants, connect.SendConnection):
        return False
    answers: consent.State = (await asker.tenant.streams.committed(consent.CATEGORY, node["person"]["id"])).state
    return connect.agreed(answers, node["service"]["id"], asker.reader.today) is None


def _to_agree(asker: Asker, node: Mapping[str, Any], here: str) -> tuple[tuple[str, str], ...]:
    """The way to record that they agree after all."""
    if not permissions.may(asker.principal.grants, consent.GiveConsent):
        return ()
    address = f"/do/give-consent/{node['person']['id']}?{urlencode({'back': here, 'scope': connect.SHARE})}"
    return (("They agree that community services are told", address),)


def _gives(asker: Asker, connection_id: str, each: Mapping[str, Any], back: str) -> tuple[str, str | None]:
    role = sentence_case(codes.CONTRIBUTION_ROLES.get(each["role"], each["role"]))
    words = f"{role} at {each['serviceName'] or 'a service'} since {day(each['startedOn'])}"
    if each["endedOn"]:
        return f"{words}, until {day(each['endedOn'])}", None
    if not permissions.may(asker.principal.grants, contribution.EndContribution):
        return words, None
    return words, f"/do/end-contribution/{connection_id}{back}&contribution_id={each['id']}"


_WAY: Final = ("Offered", "They say yes", "Provider told", "Provider answered", "Begun", "Complete")


def _stops(node: Mapping[str, Any]) -> tuple[Stop, ...]:
    """How far it has come. What ended early has nothing ahead of it."""
    days = (
        _on(node["offeredAt"]),
        _on(node["acceptedAt"]),
        _on(node["sentAt"]),
        _on(node["answeredAt"]),
        node["startedOn"] and date.fromisoformat(node["startedOn"]),
        node["endedOn"] and date.fromisoformat(node["endedOn"]) if node["phase"] == "COMPLETED" else None,
    )
    here = max(number for number, day in enumerate(days) if day is not None)
    over = node["phase"] in ("DECLINED", "PROVIDER_DECLINED", "DROPPED")
    stops = [
        Stop(text=text, on=day, state="done" if number < here or over else "here" if number == here else "ahead")
        for number, (text, day) in enumerate(zip(_WAY, days, strict=True))
        if not over or day is not None
    ]
    if node["phase"] == "DECLINED":
        stops.append(Stop(text="They would rather not", on=None, state="here"))
    if node["phase"] == "PROVIDER_DECLINED":
        stops[-1] = Stop(text="Provider cannot take them", on=stops[-1].on, state="here")
    if node["phase"] == "DROPPED":
        stops.append(Stop(text="Ended early", on=date.fromisoformat(node["endedOn"]), state="here"))
    return tuple(stops)


def _facts(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    weeks, places = node["estWaitWeeks"], node["placesLeft"]
    answered = "with the link we made" if node["answeredByLink"] else ""
    override = codes.STALE_LISTING_REASONS.get(node["overrideReason"] or "", "")
    asked = (
        ("What they hope for", node["hope"]),
        ("How they are connected", sentence_case(codes.CONNECTION_MODES.get(node["mode"], node["mode"]))),
        ("Offered although the listing was not reliable", sentence_case(override)),
        ("What was known", node["overrideNote"]),
        ("How the provider was told", sentence_case(codes.CONNECTION_CHANNELS.get(node["channel"] or "", ""))),
        ("Under the consent of", day(node["consentGivenOn"]) if node["consentGivenOn"] else ""),
        ("They answer by", day(node["answerDueOn"]) if node["answerDueOn"] and node["phase"] == "SENT" else ""),
        ("They answered", answered),
        ("Waiting time", f"About {plural(weeks, 'week', 'weeks')}" if weeks is not None else ""),
        ("Places left", f"{places}" if places is not None else ""),
        ("Why", sentence_case(ending(node["phase"], node["ending"]))),
    )
    return tuple((label, value) for label, value in asked if value)


def ending(phase: str, reason: str | None) -> str:
    """Why a connection ended as it did; empty where there is nothing to say."""
    return _ENDINGS.get(phase, {}).get(reason or "", "")


def _warnings(asker: Asker, node: Mapping[str, Any]) -> tuple[str, ...]:
    found, service = [], node["service"]
    if node["phase"] not in ("OFFERED", "ACCEPTED", "SENT", "PROVIDER_ACCEPTED", "WAITING_LIST", "STARTED"):
        return ()
    if node["unanswered"]:
        found.append(
            f"The provider has not answered by {day(node['answerDueOn'])}: ring them, or offer something else."
        )
    if (
        node["phase"] == "SENT"
        and node["linkExpiresOn"]
        and date.fromisoformat(node["linkExpiresOn"]) < asker.reader.today
    ):
        found.append("The provider's link has run out: make a new one.")
    if service["phase"] == "TEMPORARILY_CLOSED":
        found.append("The service is closed for now.")
    if service["phase"] == "RETIRED":
        found.append("The service is no longer listed.")
    if service["openProblems"]:
        found.append(f"{plural(service['openProblems'], 'problem was', 'problems were')} reported of the service.")
    return tuple(found)


_NEXT: Final[tuple[tuple[str, str, type, frozenset[str]], ...]] = (
    ("They say yes", "accept-connection", connection.AcceptConnection, frozenset({"OFFERED"})),
    ("They would rather not", "decline-connection", connection.DeclineConnection, frozenset({"OFFERED", "ACCEPTED"})),
    ("Tell the provider", "send-connection", connect.SendConnection, frozenset({"ACCEPTED"})),
    ("Tell them again, another way", "send-connection", connect.SendConnection, frozenset({"SENT"})),
    ("They will take them", "provider-accepted", connect.RecordProviderAcceptance, frozenset({"SENT", "WAITING_LIST"})),
    ("They have a waiting list", "provider-waiting-list", connect.RecordProviderWaitingList, frozenset({"SENT"})),
    ("They cannot take them", "provider-declined", connect.RecordProviderDecline, frozenset({"SENT", "WAITING_LIST"})),
    (
        "They have begun",
        "start-connection",
        connection.StartConnection,
        frozenset({"ACCEPTED", "SENT", "PROVIDER_ACCEPTED", "WAITING_LIST"}),
    ),
    ("Record a session", "record-attendance", connect.RecordAttendance, frozenset({"PROVIDER_ACCEPTED", "STARTED"})),
    ("It is complete", "complete-connection", connection.CompleteConnection, frozenset({"STARTED"})),
    (
        "They give something themselves",
        "start-contribution",
        contribution.StartContribution,
        frozenset({"STARTED", "COMPLETED"}),
    ),
    (
        "It ended early",
        "drop-connection",
        connection.DropConnection,
        frozenset({"ACCEPTED", "SENT", "PROVIDER_ACCEPTED", "WAITING_LIST", "STARTED"}),
    ),
)
"""(text, form, command, phases in which it makes sense)"""


def _ways(asker: Asker, node: Mapping[str, Any], here: str) -> tuple[tuple[str, str], ...]:
    back = f"?back={here}"
    ways = [
        (text, f"/do/{name}/{node['id']}{back}")
        for text, name, command, phases in _NEXT
        if node["phase"] in phases and permissions.may(asker.principal.grants, command)
    ]
    by_link = node["phase"] == "SENT" and node["channel"] == "secure_link"
    if by_link and permissions.may(asker.principal.grants, connection.ShowProviderLink):
        written_in = f"/people/{node['person']['id']}/connections"  # of records that are one by now
        ways.insert(0, ("The link for the provider", f"{written_in}/{node['id']}/link"))
    return tuple(ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The offer of one service to one person. `doubtful`: the listing cannot be relied on, so that a reason is needed."""

    form: AskForm
    entry: Any
    doubtful: str | None
    back: str


async def _offer(
    pages: Pages,
    request: Asked,
    asker: Asker,
    person_id: str,
    given: Mapping[str, str],
    mistakes: tuple[Mistake, ...],
) -> Response[str]:
    asked = request.query_params
    case_id, service_id = asked.get("referral", ""), asked.get("service", "")
    if case_id not in {each["id"] for each in await _cases(pages, asker, person_id)}:
        raise Missing("there is no such referral of this person among those you see")
    node = await service_of(pages, asker, service_id)
    kept = {"need": asked["need"]} if asked.get("need", "") in codes.NEEDS else {}
    back = f"/directory?{urlencode({'referral': case_id, 'person': person_id, **kept})}"
    form = AskForm(
        ask=OFFER,
        found={},
        subject=None,
        about="",
        action=f"{request.url.path}?{urlencode({'referral': case_id, 'service': service_id, **kept})}",
        back=Way(text="Back to the directory", href=back),
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
        expected_version=None,
        typed=given,
        mistakes=mistakes,
    )
    body = Offer(form=form, entry=entry(node, {}), doubtful=_doubtful(node), back=back)
    status = 422 if mistakes else 200
    return await record(pages, request, asker, person_id, "connections", "connections/offer.html", body, status)


def _doubtful(node: Mapping[str, Any]) -> str | None:
    kinds = {each["kind"] for each in node["problems"]}
    if node["freshness"] == "STALE":
        return "Nobody has made sure for a long time that this listing is true."
    worst = next((kind for kind in ("safety", "closed") if kind in kinds), None)
    return None if worst is None else f"Somebody reported of this service that {codes.SERVICE_PROBLEMS[worst]}."


async def _send(pages: Pages, request: Asked, asker: Asker, person_id: str, given: dict[str, str]) -> Response[Any]:
    asked = request.query_params
    taken = {**given, "service_id": asked.get("service", "")}
    answers = reading.read(OFFER, taken, {})
    if answers.mistakes:
        return await _offer(pages, request, asker, person_id, given, answers.mistakes)
    values = {**answers.values, "referral_id": asked.get("referral", "")}
    try:
        seen = await carry_out(pages, asker, OFFER.command, None, values, given)
    except Unanswered as refusal:
        if refusal.code == "INTERNAL":
            raise
        return await _offer(pages, request, asker, person_id, given, (reading.refused(OFFER, str(refusal)),))
    return Redirect(f"/people/{person_id}/connections?done={OFFER.name}&position={seen}", status_code=303)


def _on(moment: str | None) -> date | None:
    return None if moment is None else in_london(datetime.fromisoformat(moment)).date()
