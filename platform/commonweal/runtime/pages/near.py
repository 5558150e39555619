"""A service as a page shows it: its name, how far its listing can be believed, and what it is good for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from commonweal.console.saved import in_pounds
from commonweal.console.wording import in_london, long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.connections import READ_MODEL as CONNECTIONS
from projections.service_directory import READ_MODEL

VIEW: Final = "service_directory"
HERE: Final = "/directory"
DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
CONNECTED: Final = (CONNECTIONS.folder / "page.graphql").read_text(encoding="utf-8")
FRESHNESS: Final[Mapping[str, tuple[str, str]]] = {
    "FRESH": ("Fresh", "nhsuk-tag--green"),
    "DUE": ("Check it soon", "nhsuk-tag--yellow"),
    "STALE": ("Stale", "nhsuk-tag--red"),
    "UNVERIFIED": ("Never checked", "nhsuk-tag--orange"),
}
"""Label → (words, class of the tag)."""
PHASES: Final = {
    "SUBMITTED": "Waiting for approval",
    "RETURNED": "Returned",
    "ACTIVE": "Listed",
    "TEMPORARILY_CLOSED": "Closed for now",
    "RETIRED": "No longer listed",
}
_DAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A service in a list. `fresh` and `colour`: its tag; `offer`: where it is offered to the person one came from."""

    href: str
    name: str
    organisation: str | None
    kind: str
    phase: str | None
    fresh: str
    colour: str
    assured: str
    needs: str
    sessions: tuple[str, ...]
    cost: str
    places: str | None
    description: str | None
    problems: tuple[str, ...]
    offer: str | None


async def asker_of(pages: Pages, request: Asked) -> Asker:
    """Who asks for a page of the directory. Raises NotAllowed."""
    asker = await pages.asking.asker(request, "console")
    if VIEW not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see the directory", kind="scope")
    return asker


async def service_of(pages: Pages, asker: Asker, service_id: str, seen: int | None = None) -> Mapping[str, Any]:
    """All that is listed of a service, once the room has come to the position `seen`. Raises `Missing`."""
    found = await pages.ask(asker, "Service", DOCUMENT, id=service_id, afterPosition=seen)
    node: Mapping[str, Any] | None = found["directoryService"]
    if node is None:
        raise Missing("there is no such service in the directory")
    return node


def sees_connections(asker: Asker) -> bool:
    return "connections" in permissions.views(asker.principal.grants, asker.principal.id)


def whose(node: Mapping[str, Any]) -> tuple[str, str]:
    """(name, address) of the person of a connection."""
    someone = node["person"]
    return someone["name"] or "Name withheld – erased", f"/people/{someone['id']}/connections"


def entry(node: Mapping[str, Any], hidden: Mapping[str, str]) -> Entry:
    fresh, colour = FRESHNESS[node["freshness"]]
    offer = None
    if hidden and node["phase"] == "ACTIVE":
        asked = {name: hidden[name] for name in ("referral", "need") if hidden[name]}
        offer = f"/people/{hidden['person']}/connections/offer?{urlencode({**asked, 'service': node['id']})}"
    return Entry(
        href=f"/directory/{node['id']}",
        name=node["name"],
        organisation=node["organisation"] and node["organisation"]["name"],
        kind=sentence_case(codes.SERVICE_KINDS.get(node["kind"], node["kind"])),
        phase=None if node["phase"] == "ACTIVE" else PHASES[node["phase"]],
        fresh=fresh,
        colour=colour,
        assured=f"Checked on {day(node['assuredOn'])}" if node["assuredOn"] else "Nobody has made sure of it yet",
        needs=sentence_case(", ".join(codes.NEEDS.get(each, each) for each in node["needs"])),
        sessions=tuple(session(each) for each in node["sessions"]),
        cost=cost(node),
        places=places(node["capacity"]),
        description=node["description"],
        problems=tuple(codes.SERVICE_PROBLEMS.get(each["kind"], each["kind"]) for each in node["problems"]),
        offer=offer,
    )


def session(text: str) -> str:
    """`fri 10:00-12:00` → `Friday 10:00 to 12:00`."""
    day, _, hours = text.partition(" ")
    return f"{_DAYS.get(day, day)} {hours.replace('-', ' to ')}"


def cost(node: Mapping[str, Any]) -> str:
    words = sentence_case(codes.SERVICE_COSTS.get(node["cost"], node["cost"]))
    pence = node["costPence"]
    return words if pence is None else f"£{in_pounds(pence)} a session"


def places(capacity: Mapping[str, Any] | None) -> str | None:
    if capacity is None:
        return None
    words = [sentence_case(codes.CAPACITY_STATUSES.get(capacity["status"], capacity["status"]))]
    if capacity["vacancy"] is not None and capacity["status"] != "no-capacity":
        words.append(f"{capacity['vacancy']} free")
    if capacity["estWaitWeeks"] is not None:
        words.append(f"about {plural(capacity['estWaitWeeks'], 'week', 'weeks')} to wait")
    return f"{', '.join(words)} (said on {day(capacity['reportedOn'])}, holds until {day(capacity['validUntil'])})"


def day(text: str) -> str:
    return long_date(date.fromisoformat(text))


def moment(text: str) -> str:
    return long_date(in_london(datetime.fromisoformat(text)).date())
