"""The directory: what there is near by, how far it can be believed today, and what is new in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.asks.listings import SPOKEN
from commonweal.console.wording import in_london, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.directory import community_organisation, community_service, connect, listing
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.near import (
    CONNECTED,
    DOCUMENT,
    FRESHNESS,
    HERE,
    PHASES,
    Entry,
    asker_of,
    entry,
    moment,
    sees_connections,
    whose,
)
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import lines_from, place_in
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter

_PAGE: Final = 30
_FILTERS: Final = ("need", "kind", "access", "language", "group", "freshness", "phase", "places")
OPENER: Final = Opener(
    path=HERE, title="the directory", names=("words", *_FILTERS, "referral", "person", "after", "before")
)
_LONGEST: Final = 100
"""Characters of what is searched for."""
_NEW_FOR: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """`looking_for`: the name of whom a service is looked for, with `hidden` the names and values the search form keeps; `need`: the
    need it is looked for, in words, and `wider`: the same for every need."""

    filters: tuple[Filter, ...]
    words: str
    hidden: tuple[tuple[str, str], ...]
    looking_for: str | None
    need: str
    wider: str
    cleared: str
    entries: tuple[Entry, ...]
    many: int
    earlier: str | None
    later: str | None
    waiting: int
    may_add: bool
    said: str | None

    @property
    def filtered(self) -> bool:
        return bool(self.words) or any(asked.chosen for asked in self.filters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisations:
    """(name, where a service of theirs is added, where it is changed) of each."""

    lines: tuple[tuple[str, str, str], ...]
    add: str | None
    later: str | None
    said: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """`days`: (day, lines), each line (service, address, what is new). `affected`: people connected to a service with a problem."""

    days: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]
    since: date
    affected: tuple[tuple[str, str, str], ...]
    affected_in_all: int
    earlier: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    @get("/directory")
    async def search(request: Asked) -> Response[str]:
        return await _search(pages, request, await asker_of(pages, request))

    @get("/directory/organisations")
    async def organisations(request: Asked) -> Response[str]:
        return await _organisations(pages, request, await asker_of(pages, request))

    @get("/directory/news")
    async def news(request: Asked) -> Response[str]:
        return await _news(pages, request, await asker_of(pages, request))

    return [search, organisations, news]


async def _search(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    asked = request.query_params
    filters = _filters(asked)
    chosen = {each.name: each.chosen for each in filters}
    words = asked.get("words", "")[:_LONGEST].strip()
    hidden = {name: asked[name] for name in ("referral", "person") if asked.get(name)}
    kept = {**chosen, "words": words, **hidden}
    place = place_in(asked)
    seen = await position(asker, asked.get("position", ""))
    wanted = {"wanted": _wanted(chosen, words), "afterPosition": seen}
    try:
        page = (await pages.ask(asker, "Search", DOCUMENT, **wanted, **lines_from(place, _PAGE)))["directoryServices"]
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED") or not (place or seen):
            raise
        page = (await pages.ask(asker, "Search", DOCUMENT, wanted=wanted["wanted"], first=_PAGE))["directoryServices"]
    offer = _offers(asker, hidden)
    editor = permissions.may(asker.principal.grants, community_service.ApproveService)
    waits = await pages.ask(asker, "Search", DOCUMENT, wanted={"phase": "SUBMITTED"}, first=0) if editor else None
    info = page["pageInfo"]
    about = Directory(
        filters=filters,
        words=words,
        hidden=tuple(hidden.items()),
        looking_for=await _name(pages, asker, hidden.get("person")),
        need=codes.NEEDS.get(chosen["need"], ""),
        wider=OPENER.address({**kept, "need": ""}),
        cleared=OPENER.address(hidden),
        entries=tuple(
            entry(edge["node"], {**hidden, "need": chosen["need"]} if offer else {}) for edge in page["edges"]
        ),
        many=page["totalCount"],
        earlier=OPENER.address(kept, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        later=OPENER.address(kept, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        waiting=waits["directoryServices"]["totalCount"] if waits else 0,
        may_add=permissions.may(asker.principal.grants, listing.SubmitService),
        said=said(asked),
    )
    return await pages.html(request, asker, "service_directory/page.html", about, here=OPENER.path)


def _offers(asker: Asker, hidden: Mapping[str, str]) -> bool:
    return len(hidden) == 2 and permissions.may(asker.principal.grants, connect.OfferConnection)


async def _name(pages: Pages, asker: Asker, person_id: str | None) -> str | None:
    """What somebody is called whom the one who asks sees."""
    if person_id is None:
        return None
    return (await pages.person(asker, person_id)).name


def _wanted(chosen: Mapping[str, str], words: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {name: value for name, value in chosen.items() if value and name != "places"}
    if words:
        wanted["words"] = words
    if chosen.get("places"):
        wanted["withPlaces"] = True
    return wanted


def _filters(asked: Mapping[str, str]) -> tuple[Filter, ...]:
    offered: tuple[tuple[str, str, str, Mapping[str, str]], ...] = (
        ("need", "Need", "All needs", codes.NEEDS),
        ("kind", "Sort of service", "All sorts", codes.SERVICE_KINDS),
        ("access", "Access", "Any", codes.SERVICE_ACCESS),
        ("language", "Language", "Any", {each.value: each.text for each in SPOKEN}),
        ("group", "Open to", "Anyone", codes.SERVICE_GROUPS),
        ("freshness", "How fresh", "All", {label: words for label, (words, _) in FRESHNESS.items()}),
        ("places", "Places", "With or without", {"yes": "with places now"}),
        ("phase", "Listing", "Listed", {name: text for name, text in PHASES.items() if name != "ACTIVE"}),
    )
    return tuple(
        Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(Choice(value=value, text=sentence_case(text)) for value, text in choices.items()),
            chosen=asked.get(name, "") if asked.get(name, "") in choices else "",
        )
        for name, label, everything, choices in offered
    )


async def _organisations(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    after = request.query_params.get("after")
    page = (await pages.ask(asker, "Organisations", DOCUMENT, after=after))["directoryOrganisations"]
    here = "?back=/directory/organisations"
    add = permissions.may(asker.principal.grants, community_organisation.ListOrganisation)
    about = Organisations(
        lines=tuple(
            (
                edge["node"]["name"],
                f"/do/submit-service/{edge['node']['id']}?back=/directory" if add else "",
                f"/do/change-organisation/{edge['node']['id']}{here}" if add else "",
            )
            for edge in page["edges"]
        ),
        add=f"/do/list-organisation/{asker.tenant.ods}{here}" if add else None,
        later=f"/directory/organisations?after={page['pageInfo']['endCursor']}"
        if page["pageInfo"]["hasNextPage"]
        else None,
        said=said(request.query_params),
    )
    return await pages.html(request, asker, "service_directory/organisations.html", about, here=OPENER.path)


async def _news(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    since = asker.now - _NEW_FOR
    after = request.query_params.get("after")
    told = await pages.ask(asker, "News", DOCUMENT, since=since.isoformat(), first=100, after=after)
    page = told["directoryNews"]
    affected: Mapping[str, Any] = {"totalCount": 0, "edges": []}
    if sees_connections(asker):
        affected = (await pages.ask(asker, "Affected", CONNECTED, first=50))["connections"]
    about = News(
        days=_by_day([edge["node"] for edge in page["edges"]]),
        since=in_london(since).date(),
        affected=tuple(_affected(edge["node"]) for edge in affected["edges"]),
        affected_in_all=affected["totalCount"],
        earlier=f"/directory/news?after={page['pageInfo']['endCursor']}" if page["pageInfo"]["hasNextPage"] else None,
    )
    return await pages.html(request, asker, "service_directory/news.html", about, here=OPENER.path)


def _affected(node: Mapping[str, Any]) -> tuple[str, str, str]:
    """(who, where their connections are, what is wrong with the service)"""
    service = node["service"]
    name, href = whose(node)
    if service["phase"] != "ACTIVE":
        why = PHASES.get(service["phase"] or "", "").lower()
    elif service["openProblems"]:
        why = plural(service["openProblems"], "problem was reported", "problems were reported")
    else:
        why = "the listing is stale"
    return name, href, f"{service['name']}: {why}"


def _by_day(nodes: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...]:
    days: dict[str, list[tuple[str, str, str]]] = {}
    for node in nodes:
        line = (node["serviceName"] or "A service", f"/directory/{node['serviceId']}", _told(node))
        days.setdefault(moment(node["at"]), []).append(line)
    return tuple((day, tuple(lines)) for day, lines in days.items())


_TOLD: Final[Mapping[str, tuple[str, codes.Codes]]] = {
    "LISTED": ("is new in the directory", {}),
    "CHANGED": ("the listing was changed", {"email": "e-mail", "phone": "telephone"}),
    "ASSURED": ("somebody made sure of it", codes.ASSURANCE_METHODS),
    "LAPSED": ("nobody has made sure of it for a long time: it is stale", {}),
    "PROBLEM": ("a problem was reported", codes.SERVICE_PROBLEMS),
    "RESOLVED": ("a problem was resolved", {}),
    "CLOSED": ("is closed for now", codes.SERVICE_CLOSURES),
    "REOPENED": ("is open again", {}),
    "RETIRED": ("is no longer listed", codes.SERVICE_RETIREMENTS),
    "PLACES": ("said how many places there are", codes.CAPACITY_STATUSES),
}


def _told(node: Mapping[str, Any]) -> str:
    words, list_ = _TOLD[node["kind"]]
    return words if node["code"] is None else f"{words}: {list_.get(node['code'], node['code'])}"
