"""The record of a person as a frame: who they are, how to reach them safely, what to know first, and the way to each part of it."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from litestar.response import Response

from commonweal.console.page import Way
from commonweal.console.wording import in_london, language, long_date, sentence_case
from commonweal.domain import codes
from commonweal.domain.people import break_glass
from commonweal.domain.work.safeguarding_raising import RaiseSafeguardingConcern
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime import permissions
from commonweal.runtime.pages import glass
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.lent import NO_MESSAGE, lent
from commonweal.runtime.pages.page import Asked, Pages, practice_name
from commonweal.runtime.schema import Asker
from projections.person_record import READ_MODEL
from projections.person_record.graphql import CASES, cases
from projections.person_record.told import CHANNELS

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
TABS: Final = (
    ("", "Timeline", "person_timeline"),
    ("case", "Referrals", "caseload"),
    ("plan", "Plan", "plan"),
    ("connections", "Connections", "connections"),
    ("contacts", "Contacts and notes", "work"),
    ("measures", "Measures", "measures"),
    ("rights", "Rights and flags", "person_rights"),
    ("access", "Who looked", "record_access"),
)
"""(below `/people/<id>`, text, the view one needs for it)"""
_PARTS: Final = {"": "timeline"}
"""A tab → the part of the record that is written down as opened, where it is not called the same."""
_SEVERE: Final = {"high": "nhsuk-tag--red", "medium": "nhsuk-tag--orange", "low": "nhsuk-tag--yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """`severity` in words, `colour` a class of the NHS's tag; `overdue`: it should have been looked at again by now."""

    flag_id: str
    kind: str
    severity: str
    colour: str
    restricted: bool
    detail: str | None
    raised: str
    due: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    text: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Glass:
    """What a broken glass opened: `parts` in words, `concerns` the ways to say that somebody is in danger."""

    parts: str
    concerns: tuple[Way, ...]
    more: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What stands around every tab. `facts`: (label, value) in a sensible order; `warnings`: what nobody may overlook;
    `states`: that the person died, or with which record theirs was merged; `others`: records that are a part of this one; `glass`:
    of a record that they see for no other reason."""

    person_id: str
    name: str
    nhs_number: str | None
    facts: tuple[tuple[str, str], ...]
    reach: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    flags: tuple[Flag, ...]
    states: tuple[str, ...]
    others: tuple[Way, ...]
    survivor: str | None
    erased: bool
    tabs: tuple[Tab, ...]
    tab: str
    said: str | None
    glass: Glass | None
    body: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A record that is not among those somebody sees, or is not there. `open`: where it can be opened with a reason."""

    open: str | None


async def record(
    pages: Pages,
    request: Asked,
    asker: Asker,
    person_id: str,
    tab: str,
    template: str,
    body: object,
    status: int = 200,
) -> Response[str]:
    """A tab of somebody's record; that it was opened is written down. 404 where it is not among those the one who asks sees."""
    found = await opened(pages, request, asker, person_id, tab)
    return await framed(pages, request, asker, person_id, tab, template, found, body, status)


async def opened(pages: Pages, request: Asked, asker: Asker, person_id: str, tab: str) -> dict[str, Any]:
    """What stands in the frame: `personRecord`, null where it is not among those the one who asks sees, and `personRecordFlags`."""
    seen = await position(asker, request.query_params.get("position", ""))
    part, broken = _PARTS.get(tab, tab), await glass.parts(asker, person_id)
    shown = part if not broken or part in broken else "details"
    return await pages.ask(asker, "Record", DOCUMENT, id=person_id, part=shown, position=seen)


def first_open(person_id: str, parts: Container[str]) -> str:
    """The address of the first tab that a broken glass opened."""
    name = next((name for name, _, _ in TABS if _PARTS.get(name, name) in parts), "")
    return f"/people/{person_id}/{name}".rstrip("/")


async def _concerns(asker: Asker, person_id: str) -> tuple[Way, ...]:
    """Where to say that somebody is in danger, which no broken glass has to name."""
    roles = permissions.COMMANDS[RaiseSafeguardingConcern]
    if (own := permissions.scope(asker.principal.grants, roles)) is None:
        return ()
    scope = replace(own, persons=own.persons | permissions.opened(asker.principal.grants, roles))
    reader = Reader(asker.tenant.pool.borrow, {CASES: scope}, asker.now, asker.reader.today)
    found = await fetch(reader, READ_MODEL, cases(reader, person_id))
    return tuple(
        Way(
            text=f"Raise a safeguarding concern, referral of {long_date(in_london(each['received_at']).date())}",
            href=f"/do/raise-concern/{each['id']}?back=/people/{person_id}",
        )
        for each in found
    )


async def framed(
    pages: Pages,
    request: Asked,
    asker: Asker,
    person_id: str,
    tab: str,
    template: str,
    found: Mapping[str, Any],
    body: object,
    status: int = 200,
) -> Response[str]:
    """A tab in its frame; `found` is what `opened` answers."""
    if found["personRecord"] is None:
        may = permissions.may(asker.principal.grants, break_glass.BreakGlass)
        closed = Closed(open=f"/people/{person_id}/open" if may else None)
        return await pages.html(request, asker, "record_closed.html", closed, status=404, here="/people")
    done = None if hasattr(body, "said") else said(request.query_params)
    page = _record(asker, found["personRecord"], found["personRecordFlags"], tab, done, body)
    page = page if page.erased else await _with_what_is_lent(asker, page)
    if broken := await glass.parts(asker, person_id):
        page = await _through(asker, page, broken)
        template = template if _PARTS.get(tab, tab) in broken else "record_part.html"
    return await pages.html(request, asker, template, page, status=status, here="/people")


async def _with_what_is_lent(asker: Asker, page: Record) -> Record:
    """The record with how to reach the person by those merged with it, and with what is not safe by them."""
    more = await lent(asker, page.person_id)
    unsafe = (_NO_MESSAGE,) if any(value == NO_MESSAGE for _, value in more) else ()
    return replace(page, reach=(*page.reach, *more), warnings=(*page.warnings, *unsafe))


_NO_MESSAGE: Final = "Do not leave a message: by another record of this person it is not safe."


async def _through(asker: Asker, page: Record, broken: frozenset[str]) -> Record:
    """The record as a broken glass shows it."""
    named = ", ".join(words for part, words in codes.RECORD_PARTS.items() if part in broken)
    shown = Glass(parts=named, concerns=await _concerns(asker, page.person_id), more=f"/people/{page.person_id}/open")
    open_ = {text for name, text, _ in TABS if _PARTS.get(name, name) in broken}
    warnings = page.warnings if "rights" in broken else (*page.warnings, _NO_FLAGS)
    return replace(page, tabs=tuple(tab for tab in page.tabs if tab.text in open_), warnings=warnings, glass=shown)


_NO_FLAGS: Final = "There may be risk flags: you did not open “consents, representatives and flags”, so none is shown."


def _record(
    asker: Asker, node: Mapping[str, Any], flags: Sequence[Mapping[str, Any]], tab: str, done: str | None, body: object
) -> Record:
    person_id, erased = node["id"], node["erased"]
    seen = permissions.views(asker.principal.grants, asker.principal.id)
    return Record(
        person_id=person_id,
        name=node["name"] or "Name withheld – erased",
        nhs_number=node["nhsNumber"],
        facts=() if erased else _facts(node),
        reach=() if erased else _reach(node),
        warnings=() if erased else _warnings(node),
        flags=tuple(flag(each, asker.reader.today) for each in flags if each["closedOn"] is None and not erased),
        states=_states(node),
        others=tuple(Way(text=f"Record {number}", href=f"/people/{other}") for number, other in enumerate(node["merged"], 2)),
        survivor=node["mergedInto"],
        erased=erased,
        tabs=tuple(
            Tab(text=text, href=f"/people/{person_id}/{name}".rstrip("/"), here=name == tab)
            for name, text, view in TABS
            if view in seen
        ),
        tab=tab,
        said=done,
        glass=None,
        body=body,
    )  # fmt: skip


def flag(node: Mapping[str, Any], today: date) -> Flag:
    """A flag of the room (`personRecordFlags`)."""
    raised = f"Raised on {_day(node['raisedOn'])}" + (f" by {node['raisedBy']}" if node["raisedBy"] else "")
    looked = f", looked at again on {_day(node['reviewedOn'])}" if node["reviewedOn"] else ""
    due = date.fromisoformat(node["reviewDue"])
    return Flag(
        flag_id=node["id"],
        kind=sentence_case(codes.RISKS.get(node["kind"], node["kind"])),
        severity=node["severity"],
        colour=_SEVERE.get(node["severity"], "nhsuk-tag--grey"),
        restricted=node["restricted"],
        detail=node["detail"],
        raised=raised + looked,
        due=due,
        overdue=node["closedOn"] is None and due < today,
    )


def _day(text: str) -> str:
    return long_date(date.fromisoformat(text))


def _facts(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    born = f"{_day(node['dateOfBirth'])}, {node['age']} years" if node["dateOfBirth"] else "Not known"
    spoken = language(node["language"]) if node["language"] else ""
    gender = {"1": "A man", "2": "A woman"}.get(node["workerGenderPreference"] or "", "")
    adjustments = ", ".join(codes.REASONABLE_ADJUSTMENTS.get(each, each) for each in node["reasonableAdjustments"])
    asked = (
        ("Born", born),
        ("Practice", practice_name(node["practice"])),
        ("Language", spoken),
        ("Interpreter", "Needed" if node["interpreter"] else ""),
        ("Would rather have as link worker", gender),
        ("What helps them take part", sentence_case(adjustments)),
        ("Lives in", "A care home" if node["careHome"] else ""),
    )
    return tuple((label, value) for label, value in asked if value)


def _reach(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    message = {None: "Nobody has asked whether one may be left", True: "May be left", False: "Do not leave one"}
    asked = (
        ("Telephone", node["phone"] or "Not known"),
        ("Messages", message[node["safeToLeaveMessage"]]),
        ("When it is safe", node["safeTimes"]),
        ("They prefer", sentence_case(CHANNELS.get(node["contactChannel"] or "", ""))),
        ("E-mail", node["email"]),
        ("Address", ", ".join(part for part in (node["address"], node["postcode"]) if part)),
    )
    return tuple((label, value) for label, value in asked if value)


def _warnings(node: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    if node["safeToLeaveMessage"] is False:
        found.append("Do not leave a message: the person has said that it is not safe.")
    if node["contactChannel"] == "through_referrer":
        found.append("Do not contact the person directly: they wish to hear through who referred them.")
    if node["parentExcluded"]:
        found.append("No parent is to be told: this young person is competent and does not wish it.")
    return tuple(found)


def _states(node: Mapping[str, Any]) -> tuple[str, ...]:
    found = []
    if node["died"]:
        found.append(f"This person died on {_day(node['diedOn'])}." if node["diedOn"] else "This person has died.")
    if node["erasure"] == "requested" and not node["erased"]:
        found.append(f"Erasure of this record was asked for on {_day(node['erasureOn'])}, and waits for a decision.")
    return tuple(found)
