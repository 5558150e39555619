"""A service of the directory: all that is known of it, who it is good for, and how it is kept true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.wording import language, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.directory import capacity, community_service, listing
from commonweal.runtime import permissions
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.near import (
    CONNECTED,
    HERE,
    PHASES,
    Entry,
    asker_of,
    cost,
    day,
    entry,
    moment,
    sees_connections,
    service_of,
    session,
    whose,
)
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What can be done, as (text, address)."""

    title: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    kind: str
    note: str | None
    reported: str
    resolve: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A whole listing. `places_line`: what was said of places over time, with `places_said` the table beside it."""

    entry: Entry
    score: int | None
    facts: tuple[tuple[str, str], ...]
    website: str | None
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    places_line: charts.Line | None
    places_said: tuple[tuple[str, str], ...]
    connected: tuple[tuple[str, str], ...]
    connected_in_all: int
    ways: tuple[Ways, ...]
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/directory/{service_id:str}")
    async def service(request: Asked, service_id: str) -> Response[str]:
        return await _service(pages, request, await asker_of(pages, request), service_id)

    return [service]


async def _service(pages: Pages, request: Asked, asker: Asker, service_id: str) -> Response[str]:
    seen = await position(asker, request.query_params.get("position", ""))
    node = await service_of(pages, asker, service_id, seen)
    connected: Mapping[str, Any] = {"totalCount": 0, "edges": []}
    if sees_connections(asker):
        connected = (await pages.ask(asker, "AtService", CONNECTED, id=service_id))["connections"]
    back = f"?back=/directory/{service_id}"
    about = Service(
        entry=entry(node, {}),
        score=node["freshnessScore"],
        facts=_facts(node),
        website=node["website"],
        warnings=_warnings(node),
        problems=_problems(asker, node, back),
        places_line=_line(node["places"]),
        places_said=tuple((day(each["reportedOn"]), _said_of_places(each)) for each in node["places"]),
        connected=tuple(whose(edge["node"]) for edge in connected["edges"]),
        connected_in_all=connected["totalCount"],
        ways=_ways(asker, node, back),
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "service_directory/listing.html", about, here=HERE)


def _facts(node: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    organisation = node["organisation"] or {}
    ages = (node["minimumAge"], node["maximumAge"])
    asked = (
        ("Telephone", node["phone"]),
        ("E-mail", node["email"]),
        ("Address", "\n".join(part for part in (node["address"], node["postcode"]) if part)),
        ("When", "\n".join(session(each) for each in node["sessions"])),
        ("Cost", cost(node)),
        ("Languages", ", ".join(language(each) for each in node["languages"])),
        ("Easier to use", _words(codes.SERVICE_ACCESS, node["access"])),
        ("Ages", _ages(*ages)),
        ("For", _words(codes.SERVICE_GROUPS, node["inclusion"])),
        ("Closed to", _words(codes.SERVICE_GROUPS, node["exclusion"])),
        ("Only for people in", ", ".join(node["areas"])),
        ("Wishes to be sent people", sentence_case(codes.REFERRAL_ROUTES.get(node["route"] or "", ""))),
        ("Answers within", plural(node["responseSlaDays"], "day", "days") if node["responseSlaDays"] else ""),
        ("Run by", organisation.get("name")),
        ("Register numbers", ", ".join(organisation.get("identifiers", ()))),
        ("How we know", sentence_case(codes.ASSURANCE_METHODS.get(node["assuredHow"] or "", ""))),
        ("To be checked again by", day(node["nextDue"]) if node["nextDue"] else ""),
        ("Added", f"{moment(node['submittedAt'])}, by {codes.SERVICE_SUBMITTERS.get(node['submittedBy'], '')}"),
    )
    return tuple((label, value) for label, value in asked if value)


def _words(list_: codes.Codes, given: Sequence[str]) -> str:
    return sentence_case(", ".join(list_.get(each, each) for each in given))


def _ages(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    if most is None:
        return f"{least} and over"
    return f"Up to {most}" if least is None else f"{least} to {most}"


def _warnings(node: Mapping[str, Any]) -> tuple[str, ...]:
    """What nobody may overlook before offering it."""
    found = []
    reason = codes.SERVICE_CLOSURES.get(node["closedReason"] or "", "")
    ending = node["ending"] or ""
    if node["phase"] == "TEMPORARILY_CLOSED":
        until = f" until {day(node['closedUntil'])}" if node["closedUntil"] else ""
        found.append(f"It is closed for now{until}: {reason}.")
    if node["phase"] == "RETIRED":
        found.append(f"It is no longer listed: {codes.SERVICE_RETIREMENTS.get(ending, ending)}.")
    if node["phase"] == "RETURNED":
        note = f" {node['note']}" if node["note"] else ""
        found.append(f"It was returned: {codes.SERVICE_RETURN_REASONS.get(ending, ending)}.{note}")
    if node["phase"] == "SUBMITTED":
        found.append("It waits for a team lead to approve it.")
    if node["freshness"] == "STALE" and node["phase"] == "ACTIVE":
        found.append("The listing is stale: make sure before you offer it. Whoever offers it all the same says why.")
    return tuple(found)


def _problems(asker: Asker, node: Mapping[str, Any], back: str) -> tuple[Problem, ...]:
    may = permissions.may(asker.principal.grants, community_service.ResolveServiceProblem)
    return tuple(
        Problem(
            kind=sentence_case(codes.SERVICE_PROBLEMS.get(each["kind"], each["kind"])),
            note=each["note"],
            reported=f"Reported on {moment(each['reportedAt'])} by a {each['reporterRole'].replace('_', ' ')}",
            resolve=f"/do/resolve-service-problem/{node['id']}{back}&problem_id={each['id']}" if may else None,
        )
        for each in node["problems"]
    )


def _said_of_places(each: Mapping[str, Any]) -> str:
    words = sentence_case(codes.CAPACITY_STATUSES.get(each["status"], each["status"]))
    return words if each["vacancy"] is None else f"{words}, {each['vacancy']} free"


def _line(said_: Sequence[Mapping[str, Any]]) -> charts.Line | None:
    """Free places over time, where they were counted twice or more."""
    counted = [
        (date.fromisoformat(each["reportedOn"]), float(each["vacancy"]), f"{each['vacancy']}")
        for each in said_
        if each["vacancy"] is not None
    ]
    if len({day for day, _, _ in counted}) < 2:
        return None
    return charts.line(counted, 0, 1 + max(value for _, value, _ in counted), "Free places")


_DO: Final[tuple[tuple[str, tuple[tuple[str, str, type, frozenset[str]], ...]], ...]] = (
    (
        "Keep it true",
        (
            ("I made sure today", "assure-service", community_service.AssureService, frozenset(PHASES) - {"RETIRED"}),
            (
                "Report a problem",
                "report-service-problem",
                community_service.ReportServiceProblem,
                frozenset(PHASES) - {"RETIRED"},
            ),
            ("Report places", "report-capacity", capacity.ReportCapacity, frozenset(PHASES) - {"RETIRED"}),
            (
                "It is closed for now",
                "close-service-for-now",
                community_service.CloseServiceForNow,
                frozenset({"ACTIVE"}),
            ),
            ("It is open again", "reopen-service", community_service.ReopenService, frozenset({"TEMPORARILY_CLOSED"})),
        ),
    ),
    (
        "Change the listing",
        (
            ("Name and addresses", "change-service", listing.ChangeServiceDetails, frozenset(PHASES) - {"RETIRED"}),
            (
                "What it helps with",
                "change-service-needs",
                listing.ChangeServiceNeeds,
                frozenset(PHASES) - {"RETIRED"},
            ),
            ("When it is on", "change-service-sessions", listing.ChangeSchedule, frozenset(PHASES) - {"RETIRED"}),
            ("Cost", "change-service-cost", listing.ChangeCost, frozenset(PHASES) - {"RETIRED"}),
            ("Languages", "change-service-languages", listing.ChangeServiceLanguages, frozenset(PHASES) - {"RETIRED"}),
            ("Access", "change-service-access", listing.RecordAccessibility, frozenset(PHASES) - {"RETIRED"}),
            ("Whom it is for", "change-eligibility", listing.ChangeEligibility, frozenset(PHASES) - {"RETIRED"}),
            ("How people are sent", "set-referral-route", listing.SetReferralRoute, frozenset(PHASES) - {"RETIRED"}),
        ),
    ),
    (
        "Decide",
        (
            ("Approve", "approve-service", community_service.ApproveService, frozenset({"SUBMITTED"})),
            ("Return", "return-service", community_service.ReturnService, frozenset({"SUBMITTED"})),
            ("Ask for approval again", "resubmit-service", community_service.ResubmitService, frozenset({"RETURNED"})),
            (
                "Take it off the directory",
                "retire-service",
                community_service.RetireService,
                frozenset(PHASES) - {"RETIRED"},
            ),
        ),
    ),
)
"""(heading, (text, form, command, phases in which it makes sense))"""


def _ways(asker: Asker, node: Mapping[str, Any], back: str) -> tuple[Ways, ...]:
    found = [
        Ways(
            title=title,
            ways=tuple(
                (text, f"/do/{name}/{node['id']}{back}")
                for text, name, command, phases in ways
                if node["phase"] in phases and permissions.may(asker.principal.grants, command)
            ),
        )
        for title, ways in _DO
    ]
    return tuple(each for each in found if each.ways)
