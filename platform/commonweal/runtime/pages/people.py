"""Finding somebody: among the people one sees, or, with a reason, beyond them."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import uuid4

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Response

from commonweal.console import reading
from commonweal.console.ask import Ask, AskForm, Question
from commonweal.console.asks.rights import BREAK_GLASS
from commonweal.console.forms import Mistake
from commonweal.console.page import AsOf, Way
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes, values
from commonweal.domain.message import Refused
from commonweal.domain.people import break_glass
from commonweal.kernel.fetch import fetch
from commonweal.runtime import permissions
from commonweal.runtime.access import FRESH, NotAllowed
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.asks import carry_out, typed
from commonweal.runtime.pages.back import Opener, said
from commonweal.runtime.pages.page import Asked, Pages, day
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.pages.record import DOCUMENT, first_open
from commonweal.runtime.pages.rights import Someone, someone
from commonweal.runtime.schema import Asker
from projections.person_record import READ_MODEL
from projections.person_record.graphql import of_details, of_number

_PAGE: Final = 50
_LETTERS: Final = 2
_PAIRS: Final = Opener(path="/duplicates", title="possible second records", names=PLACES)
_BY_DETAILS: Final[Ask] = replace(
    BREAK_GLASS,
    questions=(
        Question(
            field="nhs_number",
            label="NHS number of the person",
            hint="Where you do not have it, their name and their date of birth together are enough.",
        ),
        Question(field="name", label="Name, or part of it"),
        Question(field="date_of_birth", label="Date of birth", kind="day", hint="For example, 21 11 1948"),
        *BREAK_GLASS.questions,
    ),
)
"""The same form where nobody knows yet which record it is."""
_DETAILS: Final = ("nhs_number", "name", "date_of_birth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """`found` is None where nobody was looked for yet. `open`: where a record beyond them can be opened."""

    typed: Mapping[str, str]
    mistakes: tuple[Mistake, ...]
    found: tuple[Someone, ...] | None
    many: int
    open: str | None
    said: str | None
    looked_for: tuple[str, ...] = (
        "nhs_number",
        "name",
        *(f"date_of_birth_{part}" for part in ("day", "month", "year")),
    )
    """The fields that go along to the form for a record beyond them."""

    def value(self, field: str) -> str:
        return self.typed.get(field, "")

    def mistake(self, field: str) -> str | None:
        return next((each.sentence for each in self.mistakes if each.field == field), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    told: str
    records: tuple[Someone, ...]
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    pairs: tuple[Pair, ...]
    many: int
    earlier: str | None
    later: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/people")
    async def search(request: Asked) -> Response[str]:
        asker = _seeing(await pages.asking.asker(request, "console"))
        return await _search(pages, request, asker, {}, None)

    @post("/people")
    async def find(request: Asked) -> Response[str]:
        asker = _seeing(await pages.asking.asker(request, "console"))
        return await _find(pages, request, asker, typed(await request.form()))

    @get(["/people/open", "/people/{person_id:str}/open"])
    async def reason(request: Asked, person_id: str = "") -> Response[str]:
        return await _reason(pages, request, await pages.asking.asker(request, "console"), person_id, {}, ())

    @post("/people/reason")
    async def beyond(request: Asked) -> Response[str]:
        """What was looked for goes along with the form, and not with an address that is kept."""
        asker = await pages.asking.asker(request, "console")
        return await _reason(pages, request, asker, "", typed(await request.form()), ())

    @post(["/people/open", "/people/{person_id:str}/open"])
    async def broken(request: Asked, person_id: str = "") -> Response[Any]:
        asker = await pages.asking.asker(request, "console")
        return await _break(pages, request, asker, person_id, typed(await request.form()))

    @get("/duplicates")
    async def duplicates(request: Asked) -> Response[str]:
        return await _duplicates(pages, request, _seeing(await pages.asking.asker(request, "console")))

    return [search, find, reason, beyond, broken, duplicates]


def _seeing(asker: Asker) -> Asker:
    if "person_record" not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you open people’s records", kind="scope")
    return asker


async def _find(pages: Pages, request: Asked, asker: Asker, given: Mapping[str, str]) -> Response[str]:
    wanted, mistakes = _wanted(given)
    if mistakes:
        return await _search(pages, request, asker, given, None, mistakes=mistakes)
    try:
        found = (await pages.ask(asker, "Search", DOCUMENT, search=wanted))["people"]
    except Unanswered as refusal:
        if refusal.code != "REFUSED":
            raise
        field, sentence = "nhs_number", "Enter a whole NHS number, or a date of birth and part of the name"
        if "check digit" in str(refusal):
            sentence = "The NHS number is mistyped: its check digit does not fit"
        return await _search(pages, request, asker, given, None, mistakes=(Mistake(field=field, sentence=sentence),))
    return await _search(pages, request, asker, given, found)


def _wanted(given: Mapping[str, str]) -> tuple[dict[str, Any], tuple[Mistake, ...]]:
    """Whom somebody looks for; an NHS number is enough."""
    number, name = given.get("nhs_number", "").strip(), given.get("name", "").strip()
    if number:
        return {"nhsNumber": number}, ()
    parts = [given.get(f"date_of_birth_{part}", "").strip() for part in ("year", "month", "day")]
    if not name and not any(parts):
        return {}, (Mistake(field="nhs_number", sentence=_NOBODY_NAMED),)
    born, mistakes = "", []
    try:
        born = date(*map(int, parts)).isoformat()
    except ValueError:
        real = "Enter a real date of birth, for example 21 11 1948"
        sentence = real if any(parts) else _BORN_TOO
        mistakes.append(Mistake(field="date_of_birth_day", sentence=sentence))
    if len(name) < _LETTERS:
        mistakes.append(Mistake(field="name", sentence=_LETTERS_TOO))
    return {"name": name, "dateOfBirth": born}, tuple(mistakes)


_NOBODY_NAMED: Final = "Enter the NHS number, or the name and the date of birth"
_BORN_TOO: Final = "Enter the date of birth too"
_LETTERS_TOO: Final = "Enter at least two letters of the name"


async def _search(
    pages: Pages,
    request: Asked,
    asker: Asker,
    given: Mapping[str, str],
    found: Mapping[str, Any] | None,
    *,
    mistakes: tuple[Mistake, ...] = (),
) -> Response[str]:
    page = Search(
        typed=given,
        mistakes=mistakes,
        found=None if found is None else tuple(someone(edge["node"]) for edge in found["edges"]),
        many=0 if found is None else found["totalCount"],
        open="/people/reason" if permissions.may(asker.principal.grants, break_glass.BreakGlass) else None,
        said=said(request.query_params),
    )
    status = 422 if mistakes else 200
    return await pages.html(request, asker, "person_record/people.html", page, status=status, here="/people")


async def _reason(
    pages: Pages, request: Asked, asker: Asker, person_id: str, given: Mapping[str, str], mistakes: tuple[Mistake, ...]
) -> Response[str]:
    """The form that asks why: nothing of the record is on it. Raises NotAllowed."""
    if not permissions.may(asker.principal.grants, break_glass.BreakGlass):
        raise NotAllowed("your role does not let you open a record that is not among those you see", kind="scope")
    form = AskForm(
        ask=BREAK_GLASS if person_id else _BY_DETAILS,
        found={},
        subject=None,
        action=f"/people/{person_id}/open" if person_id else "/people/open",
        back=Way(text="Back", href="/people"),
        idempotency_key=given.get("idempotency_key") or str(uuid4()),
        expected_version=None,
        typed={"access_id": str(uuid4()), **given},
        mistakes=mistakes,
    )
    return await pages.html(request, asker, "ask.html", form, status=422 if mistakes else 200, here="/people")


async def _break(pages: Pages, request: Asked, asker: Asker, person_id: str, given: Mapping[str, str]) -> Response[Any]:
    ask = BREAK_GLASS if person_id else _BY_DETAILS
    answers = reading.read(ask, given, {})
    told = dict(answers.values)
    details = {name: told.pop(name, None) for name in _DETAILS}
    mistakes = (*(() if person_id else _unnamed(details)), *answers.mistakes)
    if mistakes:
        return await _reason(pages, request, asker, person_id, given, mistakes)
    if told["reason"] == _DANGER:
        told["fields"] = list(dict.fromkeys((*told["fields"], "rights")))
    try:
        record = person_id or await _whose(asker, **details)
        place = await carry_out(pages, asker, BREAK_GLASS.command, record, told, given)
    except (Refused, Unanswered) as refusal:
        if isinstance(refusal, Unanswered) and refusal.code == "INTERNAL":
            raise
        return await _reason(pages, request, asker, person_id, given, (reading.refused(ask, str(refusal)),))
    await asyncio.sleep(FRESH)  # every process remembers for so long what somebody may see
    return Redirect(f"{first_open(record, told['fields'])}?done={BREAK_GLASS.name}&position={place}", status_code=303)


_DANGER: Final = "danger"
"""Whoever goes to somebody in danger is shown the risks without having thought of asking for them."""


def _unnamed(details: Mapping[str, str | None]) -> tuple[Mistake, ...]:
    """What is missing to know whom somebody means."""
    if details["nhs_number"] or (details["date_of_birth"] and len(details["name"] or "") >= _LETTERS):
        return ()
    if details["date_of_birth"]:
        return (Mistake(field="name", sentence=_LETTERS_TOO),)
    if details["name"]:
        return (Mistake(field="date_of_birth_day", sentence=_BORN_TOO),)
    return (Mistake(field="nhs_number", sentence=_NOBODY_NAMED),)


async def _whose(asker: Asker, nhs_number: str | None, name: str | None, date_of_birth: str | None) -> str:
    """The record of whom somebody means. Raises Refused, and NotAllowed for who may not open it anyway."""
    if not permissions.may(asker.principal.grants, break_glass.BreakGlass):
        raise NotAllowed("your role does not let you open a record that is not among those you see", kind="scope")
    if nhs_number:
        found = await fetch(asker.reader, READ_MODEL, of_number(values.nhs_number(nhs_number, "nhs_number")))
        if not found:
            raise Refused("nhs_number is nobody's here")
        return str(found[0]["id"])
    found = await fetch(asker.reader, READ_MODEL, of_details(str(name), date.fromisoformat(str(date_of_birth))))
    if not found:
        raise Refused("name: nobody here has this name and this date of birth")
    if len(found) > 1:
        raise Refused("name: more than one person here has this name and this date of birth: give more of the name")
    return str(found[0]["id"])


async def _duplicates(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    asked = request.query_params
    place = place_in(asked)
    found = (await pages.ask(asker, "Duplicates", DOCUMENT, **lines_from(place, _PAGE)))["personRecordDuplicates"]
    info = found["pageInfo"]
    page = Duplicates(
        pairs=tuple(_pair(edge["node"]) for edge in found["edges"]),
        many=found["totalCount"],
        earlier=_PAIRS.address({"after": info["endCursor"]}) if info["hasNextPage"] else None,
        later=_PAIRS.address({"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
    )
    as_of = AsOf(at=datetime.fromisoformat(found["asOf"]), position=found["position"])
    return await pages.html(request, asker, "person_record/duplicates.html", page, as_of=as_of, here="/people")


def _pair(node: Mapping[str, Any]) -> Pair:
    evidence = codes.DUPLICATE_EVIDENCE.get(node["evidence"], node["evidence"])
    by = f" by {node['flaggedBy']}" if node["flaggedBy"] else ""
    noticed = long_date(day(node["flaggedAt"]))
    return Pair(
        told=f"{sentence_case(evidence)}. Noticed on {noticed}{by}.",
        records=(someone(node["record"]), someone(node["other"])),
        href=f"/people/{node['record']['id']}/rights#records",
    )
