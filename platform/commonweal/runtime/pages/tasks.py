"""What there is to do: who is out alone, tasks by their day, steps of plans, contacts and measures of the day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console.page import AsOf, Way
from commonweal.console.wording import in_london
from commonweal.domain import due
from commonweal.runtime import permissions
from commonweal.runtime.asking import Unanswered
from commonweal.runtime.pages import measures
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.coming import Coming, coming
from commonweal.runtime.pages.contacts import DOCUMENT, PAGE, Job, May, Piece, able, contact_piece, job, some
from commonweal.runtime.pages.near import CONNECTED, sees_connections
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.pages.place import PLACES, lines_from, place_in
from commonweal.runtime.schema import Asker

OPENER: Final = Opener(path="/tasks", title="tasks", names=("whose", *PLACES))
_OWN, _TEAM = "mine", "team"


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """Somebody who is out alone. `late`: they have not been heard of in time."""

    who: str
    place: str | None
    person: Way | None
    since: datetime
    expected_by: datetime
    late: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A measure that waits to be filled in."""

    name: str
    person: Way
    due_on: date
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A contact of today, and with whom."""

    person: Way
    piece: Piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """That a safeguarding concern has to be opened; nothing of what it is about."""

    href: str
    task: Way | None
    due_on: date
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Tasks:
    """The whole page. `own`: only what is the reader's own; `whose`: (text, address, is it shown) of the two; `go_out`: where a
    link worker says that they go out alone; `in_doubt`: how many connections go on to a service with a problem."""

    own: bool
    whose: tuple[tuple[str, str, bool], ...]
    out: tuple[Out, ...]
    go_out: tuple[Way, ...]
    concerns: tuple[Concern, ...]
    in_doubt: int
    late: tuple[Job, ...]
    today: tuple[Job, ...]
    later: tuple[Job, ...]
    many: int
    appointments: tuple[Appointment, ...]
    measures: tuple[Due, ...]
    coming: tuple[Coming, ...]
    earlier: str | None
    next: str | None
    said: str | None

    @property
    def nothing(self) -> bool:
        tasks = self.late or self.today or self.later or self.concerns
        return not (tasks or self.coming or self.measures)

    @property
    def missed(self) -> int:
        """How many have not been heard of in time."""
        return sum(each.late for each in self.out)


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    return [pages.at("/tasks", show)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page; of one's own where one is a link worker, until the team's is asked for."""
    asked = request.query_params
    seen = permissions.views(asker.principal.grants, asker.principal.id)
    mine = sorted(seen["tasks"].link_workers) if "tasks" in seen else []
    own = bool(mine) and asked.get("whose") != _TEAM
    place = place_in(asked)
    here = OPENER.address({"whose": asked.get("whose", "") if mine else ""})
    try:
        found = await _found(pages, asker, own, place, await position(asker, asked.get("position", "")))
    except Unanswered as refusal:
        if refusal.code not in ("CONFLICT", "REFUSED"):
            raise
        found = await _found(pages, asker, own, {}, None)  # a place nobody gave out, or one that is long in coming
    may, page = able(asker, here), found["workTasks"]
    jobs = [job(edge["node"], may, about=True) for edge in page["edges"]]
    info, today = page["pageInfo"], asker.reader.today
    kept = {"whose": asked.get("whose", "")}
    body = Tasks(
        own=own,
        whose=(
            ("Mine", OPENER.address({"whose": _OWN}), own),
            ("The team's", OPENER.address({"whose": _TEAM}), not own),
        )
        if mine
        else (),
        out=tuple(_out(edge["node"], may) for edge in found["workVisits"]["edges"]),
        go_out=await _go_out(pages, asker, mine, may),
        concerns=tuple(_concern(edge["node"], may) for edge in found.get("safeguardingTasks", _NONE)["edges"]),
        in_doubt=await _in_doubt(pages, asker),
        late=tuple(each for each in jobs if each.due_on < today),
        today=tuple(each for each in jobs if each.due_on == today),
        later=tuple(each for each in jobs if each.due_on > today),
        many=page["totalCount"],
        appointments=tuple(_appointment(edge["node"], may) for edge in found.get("workContacts", _NONE)["edges"]),
        measures=await _measures(pages, asker, mine if own else []),
        coming=await coming(pages, asker, mine if own else []),
        earlier=OPENER.address(kept, {"before": info["startCursor"]}) if info["hasPreviousPage"] else None,
        next=OPENER.address(kept, {"after": info["endCursor"]}) if info["hasNextPage"] else None,
        said=said(asked),
    )
    as_of = AsOf(at=datetime.fromisoformat(page["asOf"]), position=page["position"])
    return await pages.html(request, asker, "work/tasks.html", body, as_of=as_of, here=OPENER.path)


_NONE: Final[Mapping[str, Any]] = {"edges": ()}


async def _found(pages: Pages, asker: Asker, own: bool, place: Mapping[str, str], seen: int | None) -> dict[str, Any]:
    views = permissions.views(asker.principal.grants, asker.principal.id)
    begins = due.start_of(asker.reader.today)
    return await pages.ask(
        asker,
        "Tasks",
        DOCUMENT,
        own=own,
        **{"from": begins.isoformat(), "until": (begins + timedelta(days=1)).isoformat()},
        **lines_from(place, PAGE),
        afterPosition=seen,
        work="work" in views,
        safeguarding="safeguarding_tasks" in views,
    )


def _out(node: Mapping[str, Any], may: May) -> Out:
    someone = node["person"]
    return Out(
        who=node["linkWorker"]["name"],
        place=node["place"],
        person=someone and _record(someone),
        since=in_london(datetime.fromisoformat(node["startedAt"])),
        expected_by=in_london(datetime.fromisoformat(node["expectedBy"])),
        late=node["state"] == "OVERDUE",
        ways=some(may("end-visit", node["id"], "Back and safe"), may("i-am-safe", node["id"], "Safe, and staying on")),
    )


async def _go_out(pages: Pages, asker: Asker, mine: list[str], may: May) -> tuple[Way, ...]:
    """For oneself; and by name, where one also covers for a colleague."""
    if len(mine) < 2:
        return some(*(may("go-out", worker, "Go out alone") for worker in mine))
    named = {each["id"]: each["name"] for each in (await pages.ask(asker, "Capacity"))["caseloadCapacity"]}
    return some(*(may("go-out", worker, f"{named[worker]} goes out alone") for worker in mine if worker in named))


async def _in_doubt(pages: Pages, asker: Asker) -> int:
    if not sees_connections(asker):
        return 0
    return int((await pages.ask(asker, "Affected", CONNECTED, first=1))["connections"]["totalCount"])


def _record(node: Mapping[str, Any], tab: str = "contacts") -> Way:
    return Way(text=node["name"] or "Name withheld – erased", href=f"/people/{node['id']}/{tab}")


def _concern(node: Mapping[str, Any], may: May) -> Concern:
    return Concern(
        href=f"/safeguarding#concern-{node['concern']}",
        task=may("complete-task", node["id"], "It was opened"),
        due_on=date.fromisoformat(node["dueOn"]),
        overdue=node["overdue"],
    )


def _appointment(node: Mapping[str, Any], may: May) -> Appointment:
    at = in_london(datetime.fromisoformat(node["at"]))
    return Appointment(person=_record(node["person"]), piece=contact_piece(node, at, may))


async def _measures(pages: Pages, asker: Asker, mine: list[str]) -> tuple[Due, ...]:
    """Those that are due by today; of one link worker, where one is asked for."""
    if "measures" not in permissions.views(asker.principal.grants):
        return ()
    wanted = {
        "linkWorker": mine[0] if len(mine) == 1 else None,
        "dueBefore": due.end_of(asker.reader.today).isoformat(),
    }
    found = await pages.ask(asker, "Waiting", measures.DOCUMENT, **wanted)
    nodes = [edge["node"] for edge in found["measures"]["edges"]]
    return tuple(
        Due(
            name=measures.name_of(each["instrument"]),
            person=_record(each["person"], "measures"),
            due_on=date.fromisoformat(each["dueOn"]),
            late=date.fromisoformat(each["dueOn"]) < asker.reader.today,
        )
        for each in nodes
    )
