"""The workforce: how much is carried where on a day, and each link worker's own page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.as_at import AsAt
from commonweal.console.charts import Bars, Given
from commonweal.console.numbers import NONE, Line, Numbers, cell
from commonweal.console.page import Way
from commonweal.console.wording import carried, language, long_date, sentence_case
from commonweal.domain import codes, tenant
from commonweal.domain.workforce import absence, handover, learning, link_worker, post
from commonweal.runtime import permissions
from commonweal.runtime.pages.back import Opener, position, said
from commonweal.runtime.pages.counted import day_asked, download, filters, fresh, let_in, no_file
from commonweal.runtime.pages.page import Asked, Missing, Pages
from commonweal.runtime.schema import Asker
from projections.caseload.board import Filter
from projections.workforce import READ_MODEL

OPENER: Final = Opener(path="/workforce", title="the workforce", names=("by", "days", "day", "month", "year"))
DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_CUTS: Final = {
    "WORKER": "Link worker",
    "PRACTICE": "Practice",
    "PCN": "PCN",
    "FEDERATION": "Federation",
    "FUNDER": "Funder of the post",
}
_PERIODS: Final = {"7": "7 days", "28": "28 days", "91": "3 months", "182": "6 months", "365": "A year"}
_HANDED_OVER: Final = "The cases were handed over. Whoever takes them finds what was said of each under Proposals."
_HEADINGS: Final = (
    "Full-time equivalents",
    "Open cases",
    "Weight of open cases",
    "Weight carried in all",
    "Weight that fits",
    "New",
    "New per FTE",
    "First contact: half within, days",
    "Nine in ten within, days",
    "Contacts held",
    "Missed",
    "Missed %",
    "No contact for 28 days",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`load`: the weight of cases, as percent of what fits."""

    numbers: Numbers
    load: Bars | None
    at: datetime
    position: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Workforce:
    """The page. `day`: what the numbers are of, in words; `proposals`: the one who asks may be asked to take somebody."""

    filters: tuple[Filter, ...]
    as_at: AsAt
    day: str
    found: Found | None
    may_engage: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerPage:
    """`worker` as GraphQL tells of it, days and codes in words; `load`: what they carry, as percent of what fits; `carried` is None
    where the one who looks does not see the people."""

    worker: Mapping[str, Any]
    carried: str | None
    facts: tuple[tuple[str, str], ...]
    load: int
    deeds: tuple[Way, ...]
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/workforce`, the same as a file, and `/workforce/<link worker>`."""

    @get("/workforce.csv")
    async def file(request: Asked) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        let_in(asker, "workforce", "the workforce")
        moment, day = day_asked(request.query_params, asker.now)
        if (refused := no_file(request.query_params, _filters(request.query_params), moment)) is not None:
            return refused
        chosen = _chosen(request.query_params)
        found = await _ask(pages, asker, chosen, day)
        return download("workforce", _numbers(found, chosen["by"]), found, f"Workforce by {_CUTS[chosen['by']]}", day)

    @get("/workforce/{worker_id:str}")
    async def worker(request: Asked, worker_id: str) -> Response[str]:
        return await show_worker(pages, request, await pages.asking.asker(request, "console"), worker_id)

    return [pages.at("/workforce", show), file, worker]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see the workforce."""
    let_in(asker, "workforce", "the workforce")
    asked = request.query_params
    moment, day = day_asked(asked, asker.now)
    page = Workforce(
        filters=_filters(asked),
        as_at=moment,
        day=f"{long_date(day)}, and the {_PERIODS[_chosen(asked)['days']].lower()} up to it",
        found=None if moment.mistakes else await _found(pages, asker, _chosen(asked), moment, day),
        may_engage=permissions.may(asker.principal.grants, link_worker.EngageLinkWorker),
    )
    status = 422 if moment.mistakes else 200
    return await pages.html(request, asker, "workforce/page.html", page, status=status, here=OPENER.path)


def _filters(asked: Mapping[str, str]) -> tuple[Filter, ...]:
    return filters(asked, (("by", "By", _CUTS, "WORKER"), ("days", "What happened in", _PERIODS, "28")))


def _chosen(asked: Mapping[str, str]) -> dict[str, str]:
    return {each.name: each.chosen for each in _filters(asked)}


async def _ask(pages: Pages, asker: Asker, chosen: Mapping[str, str], day: date) -> dict[str, Any]:
    variables = {"by": chosen["by"], "on": day.isoformat(), "days": int(chosen["days"])}
    found: dict[str, Any] = (await pages.ask(asker, "Workforce", DOCUMENT, **variables))["workforce"]
    return found


async def _found(pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt, day: date) -> Found:
    found = await _ask(pages, asker, chosen, day)
    rows = [row for row in found["rows"] if row["room"]]
    loads = [Given(row["label"], _load(row["carried"], row["room"])) for row in rows]
    return Found(
        numbers=_numbers(found, chosen["by"]),
        load=charts.bars(loads, "Weight of open cases, in percent of what fits", "%", upto=100) if rows else None,
        at=fresh(found, asker.now),
        position=found["position"],
        file=OPENER.address(chosen, moment.typed).replace("/workforce", "/workforce.csv", 1),
    )


def _load(carried: int | None, room: int) -> int | None:
    return None if carried is None else round(100 * carried / room)


def _numbers(found: Mapping[str, Any], by: str) -> Numbers:
    return Numbers(
        first=_CUTS[by],
        headings=_HEADINGS,
        lines=tuple(
            Line(
                text=row["label"],
                cells=_cells(row),
                href=f"/workforce/{row['key']}" if by == "WORKER" and row["key"] else None,
            )
            for row in found["rows"]
        ),
    )


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    """A time or a share of nothing is a dash; of few it is held back like their number."""
    few = row["new"] is None
    none_met = row["held"] == 0 and row["missed"] == 0
    waits = cell(None) if few else NONE
    return (
        cell(row["fte"]),
        cell(row["open"]),
        cell(row["weight"], missing=NONE if row["open"] == 0 else cell(None)),
        cell(row["carried"]),
        cell(row["room"]),
        cell(row["new"]),
        cell(row["perFte"], missing=cell(None) if few else NONE),
        cell(row["medianDays"], missing=waits),
        cell(row["slowDays"], missing=waits),
        cell(row["held"]),
        cell(row["missed"]),
        cell(row["missedPercent"], missing=NONE if none_met else cell(None)),
        cell(row["quiet"]),
    )


async def show_worker(pages: Pages, request: Asked, asker: Asker, worker_id: str) -> Response[str]:
    """A link worker's page. Raises `Missing` where there is none that someone sees."""
    let_in(asker, "workforce", "the workforce")
    after = await position(asker, request.query_params.get("position", ""))
    worker = (await pages.ask(asker, "Worker", DOCUMENT, id=worker_id, afterPosition=after))["workforceWorker"]
    if worker is None:
        raise Missing("there is no such link worker among those you see")
    ics: tenant.State = (await asker.tenant.streams.get(tenant.CATEGORY, asker.tenant.ods)).state
    pcns = [ics.pcns[code].name if code in ics.pcns else code for code in worker["pcns"]]
    page = WorkerPage(
        worker={
            **worker,
            "away": worker["away"] and worker["away"].replace("_", " "),
            "competencies": [{**each, "name": _words(each["course"])} for each in worker["competencies"]],
            "supervision": [
                {"kind": codes.SUPERVISIONS.get(each["kind"], each["kind"]), "held_on": _day(each["heldOn"])}
                for each in worker["supervision"]
            ],
            "away_since": _day(worker["awaySince"]),
        },
        carried=None if worker["held"] is None else carried(worker["held"], worker["room"]),
        facts=_facts({**worker, "pcns": pcns}),
        load=(_load(worker["held"], worker["room"]) or 0) if worker["room"] else 0,
        deeds=tuple(_deeds(asker, worker)),
        said=_HANDED_OVER if request.query_params.get("done") == "hand-over" else said(request.query_params),
    )
    return await pages.html(request, asker, "workforce/worker.html", page, here=OPENER.path)


def _facts(worker: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    weekly = worker["maxNewPerWeek"]
    told = (
        ("Hours", f"{worker['ftePercent']}% of full time"),
        ("Limit", f"weight {worker['caseloadLimit']} full time, {worker['room']} at these hours"),
        ("New people a week", f"{weekly} at most" if weekly else "no limit"),
        ("In post since", _day(worker["engagedOn"])),
        ("Contract ends", _day(worker["contractEndsOn"])),
        ("Last day", _day(worker["lastDay"])),
        ("Practices", ", ".join(worker["practices"])),
        ("PCNs", ", ".join(worker["pcns"])),
        ("Languages", ", ".join(map(language, worker["languages"]))),
        ("Skills", ", ".join(map(_words, worker["skills"]))),
        ("Covers for", ", ".join(each["name"] for each in worker["covers"])),
    )
    return tuple((label, text) for label, text in told if text)


def _deeds(asker: Asker, worker: Mapping[str, Any]) -> list[Way]:
    """What the one who asks may do now, to somebody in post."""
    if worker["lastDay"]:
        return []
    id_, back = worker["id"], f"?back=/workforce/{worker['id']}"
    at_home, away = worker["away"] is None, worker["away"] is not None
    offered: tuple[tuple[bool, type, str, str], ...] = (
        (worker["cases"] != 0, handover.HandOverCaseload, "Hand cases over", f"/workforce/{id_}/hand-over"),
        (at_home, absence.StartAbsence, "Record an absence", f"/do/start-absence/{id_}{back}"),
        (away, absence.ChangeCover, "Change who covers", f"/do/change-cover/{id_}{back}"),
        (away, absence.EndAbsence, "Record that they are back", f"/do/end-absence/{id_}{back}"),
        (True, post.ChangeWorkingPattern, "Change hours", f"/do/change-hours/{id_}{back}"),
        (True, post.ChangeHostPractices, "Change practices", f"/do/change-practices/{id_}{back}"),
        (True, post.ChangeFundingOfPost, "Change who pays", f"/do/change-funding/{id_}{back}"),
        (True, link_worker.ChangeCaseloadLimit, "Change the limit", f"/do/change-limit/{id_}{back}"),
        (True, link_worker.ChangeWeeklyLimit, "Change new people a week", f"/do/change-weekly-limit/{id_}{back}"),
        (True, learning.RecordTraining, "Record training", f"/do/record-training/{id_}{back}"),
        (True, learning.RecordSupervision, "Record supervision", f"/do/record-supervision/{id_}{back}"),
        (worker["cases"] == 0, link_worker.LeavePost, "Record that they leave", f"/do/leave-post/{id_}{back}"),
    )
    return [
        Way(text=text, href=href)
        for now, command, text, href in offered
        if now and permissions.may(asker.principal.grants, command)
    ]


def _day(text: str | None) -> str:
    return long_date(date.fromisoformat(text)) if text else ""


def _words(code: str) -> str:
    return sentence_case(code.replace("_", " "))
