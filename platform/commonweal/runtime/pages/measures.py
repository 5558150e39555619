"""A person's measures: what is due, how each number went over time, and why some were never answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.charts import Line
from commonweal.console.forms import Choice, choices
from commonweal.console.page import Way
from commonweal.console.wording import sentence_case
from commonweal.domain import codes
from commonweal.domain.measures import measure, measuring
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import POINT, Instrument, Scale, points
from commonweal.runtime import permissions
from commonweal.runtime.pages.back import position, said
from commonweal.runtime.pages.page import Asked, Pages, day
from commonweal.runtime.pages.record import record
from commonweal.runtime.schema import Asker
from projections.measures import READ_MODEL

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_DONE: Final = {"measure": "The answers were recorded."}
_ENDED: Final = {
    "DECLINED": "Declined",
    "NOT_APPROPRIATE": "Not right for this person",
    "MISSED": "Not answered in time",
    "LAPSED": "The case ended first",
    "VOIDED": "Does not count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One that is still to be done. `late` where its day has passed; `ways`: what can be done about it, most likely first."""

    name: str
    point: str
    due_on: date
    offered: bool
    late: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`change`: against the one before, in words; `right`: where it can be put right."""

    on: date
    point: str
    value: str
    band: str
    change: str
    mode: str
    risk: bool
    safety: str
    right: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One number over time. `range` says from where to where it goes and which end is better."""

    title: str
    range: str
    chart: Line | None
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """One that came to no score, and why."""

    name: str
    point: str
    due_on: date
    state: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The tab. `cases`, `instruments` and `points`: what another questionnaire can be begun for, nothing where the one who looks may not."""

    due: tuple[Due, ...]
    series: tuple[Series, ...]
    unanswered: tuple[Unanswered, ...]
    cases: tuple[Choice, ...]
    instruments: tuple[Choice, ...]
    points: tuple[Choice, ...]
    plan: str | None
    back: str
    said: str | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/people/<id>/measures`."""

    return [pages.of_person("/people/{person_id:str}/measures", show)]


async def show(pages: Pages, request: Asked, asker: Asker, person_id: str) -> Response[str]:
    """The tab of a person's record."""
    seen = await position(asker, request.query_params.get("position", ""))
    nodes = await _all(pages, asker, person_id, seen)
    may = permissions.may(asker.principal.grants, measuring.RecordMeasure)
    asking = await pages.ask(asker, "Asking", DOCUMENT, person=person_id)
    cases = tuple(
        Choice(value=each["id"], text=f"Referral of {_words(day(each['receivedAt']))}")
        for each in asking["measuresCases"]
    )
    back = f"/people/{person_id}/measures"
    done = request.query_params.get("done", "")
    body = Measures(
        due=tuple(_due(each, asker.reader.today, back, may=may) for each in nodes if each["state"] in ("DUE", "OFFERED")),
        series=tuple(_series(nodes, back, may=may)),
        unanswered=tuple(_unanswered(each) for each in nodes if each["state"] in _ENDED),
        cases=cases if may else (),
        instruments=usable(asking["measuresInstruments"], asker.reader.today) if may else (),
        points=choices(codes.MEASURE_POINTS),
        plan=f"/do/schedule-measure/{cases[0].value}?{urlencode({'back': back})}" if may and cases else None,
        back=back,
        said=_DONE.get(done) or said(request.query_params),
    )  # fmt: skip
    return await record(pages, request, asker, person_id, "measures", "measures/page.html", body)


async def _all(pages: Pages, asker: Asker, person_id: str, seen: int | None) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    after = None
    while True:
        page = (
            await pages.ask(asker, "Measures", DOCUMENT, person=person_id, after=after, afterPosition=seen)
        )["measures"]  # fmt: skip
        found += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


def usable(listed: Iterable[Mapping[str, Any]], today: date) -> tuple[Choice, ...]:
    """The instruments an ICS may ask today, as answers to which one."""
    known = {each["code"]: each for each in listed}

    def may(definition: Instrument) -> bool:
        entry = known.get(definition.code)
        if entry is None:
            return definition.licence == "open"
        if entry["retired"] or entry["licence"] == "blocked":
            return False
        until = entry["expiresOn"]
        held = entry["licence"] == "licensed" or (entry["licence"] == definition.licence == "registered")
        return definition.licence == "open" or (held and (until is None or date.fromisoformat(until) >= today))

    return tuple(
        Choice(value=each.code, text=f"{each.about} – {each.name}") for each in INSTRUMENTS.values() if may(each)
    )


def name_of(code: str) -> str:
    """An instrument's name; its code where nobody knows it any more."""
    definition = INSTRUMENTS.get(code)
    return definition.name if definition else code


def _due(node: Mapping[str, Any], today: date, back: str, *, may: bool) -> Due:
    query = urlencode({"back": back})
    steps = (
        (measuring.CompleteMeasure, "Fill it in now", f"/measures/{node['id']}/complete?{query}"),
        (measure.OfferMeasure, "It was offered", f"/do/offer-measure/{node['id']}?{query}"),
        (measure.DeclineMeasure, "They would rather not", f"/do/decline-measure/{node['id']}?{query}"),
        (measure.MarkMeasureNotAppropriate, "It is not right for them", f"/do/measure-not-appropriate/{node['id']}?{query}"),
    )  # fmt: skip
    return Due(
        name=name_of(node["instrument"]),
        point=codes.MEASURE_POINTS.get(node["point"], node["point"]),
        due_on=date.fromisoformat(node["dueOn"]),
        offered=node["state"] == "OFFERED",
        late=date.fromisoformat(node["dueOn"]) < today,
        ways=tuple(
            Way(text=text, href=href)
            for command, text, href in steps
            if may and not (command is measure.OfferMeasure and node["state"] == "OFFERED")
        ),
    )


def _series(nodes: list[Mapping[str, Any]], back: str, *, may: bool) -> Iterable[Series]:
    done = sorted((each for each in nodes if each["state"] == "COMPLETED"), key=lambda each: each["completedOn"])
    for definition in INSTRUMENTS.values():
        for scale in definition.scales:
            told = [
                (each, score)
                for each in done
                if (each["instrument"], each["instrumentVersion"]) == (definition.code, definition.version)
                for score in each["scores"]
                if score["scale"] == scale.code
            ]
            if told:
                yield _one_series(definition, scale, told, back, may=may)


def _one_series(
    definition: Instrument,
    scale: Scale,
    told: list[tuple[Mapping[str, Any], Mapping[str, Any]]],
    back: str,
    *,
    may: bool,
) -> Series:
    bands = {band.code: band.text for band in scale.bands}
    readings, before = [], None
    for node, score in told:
        query = urlencode({"back": back})
        readings.append(
            Reading(
                on=date.fromisoformat(node["completedOn"]),
                point=codes.MEASURE_POINTS.get(node["point"], node["point"]),
                value=points(score["value"]),
                band=sentence_case(bands.get(score["band"] or "", "")),
                change="" if before is None else change(scale, score["value"] - before),
                mode=codes.MEASURE_MODES.get(node["mode"], node["mode"]),
                risk=node["risk"],
                safety=f"/measures/{node['id']}/safety?{query}",
                right=f"/do/void-measure/{node['id']}?{query}" if may else None,
            )
        )
        before = score["value"]
    drawn = [
        (reading.on, score["value"] / POINT, reading.value) for reading, (_, score) in zip(readings, told, strict=True)
    ]
    better = "higher is better" if scale.higher_is_better else "lower is better"
    title = scale.text if len(definition.scales) > 1 or definition.external else definition.about
    return Series(
        title=f"{title} – {definition.name}",
        range=f"{points(scale.least)} to {points(scale.most)}, {better}",
        chart=charts.line(drawn, scale.least / POINT, scale.most / POINT, f"Score ({better})") if len(drawn) > 1 else None,
        readings=tuple(readings),
    )  # fmt: skip


def change(scale: Scale, by: int) -> str:
    """A change in words: whether it is for the better, and enough to count."""
    if by == 0:
        return "No change"
    better = (by > 0) == scale.higher_is_better
    size = f"{charts.plain(abs(by) / POINT)} {'better' if better else 'worse'}"
    return f"{size}, which counts as a change" if scale.published and abs(by) >= scale.enough else sentence_case(size)


def _unanswered(node: Mapping[str, Any]) -> Unanswered:
    reasons = {**codes.MEASURE_DECLINE_REASONS, **codes.MEASURE_VOID_REASONS}
    return Unanswered(
        name=name_of(node["instrument"]),
        point=codes.MEASURE_POINTS.get(node["point"], node["point"]),
        due_on=date.fromisoformat(node["dueOn"]),
        state=_ENDED[node["state"]],
        why=sentence_case(reasons.get(node["reason"] or "", "")),
    )


def _words(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
