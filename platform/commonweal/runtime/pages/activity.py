"""Activity: appointments, people referred and people with a plan, month by month."""

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
from commonweal.console.numbers import Line, Numbers, cell
from commonweal.console.wording import long_date
from commonweal.runtime.pages.back import Opener
from commonweal.runtime.pages.counted import day_asked, download, filters, fresh, let_in, no_file
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker
from projections.activity import READ_MODEL
from projections.caseload.board import Filter

OPENER: Final = Opener(path="/activity", title="activity", names=("months", "day", "month", "year"))
_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_SPANS: Final = {"6": "6 months", "12": "12 months", "24": "2 years", "60": "5 years"}
_COUNTS: Final = (
    ("appointments", "Appointments held"),
    ("peopleReferred", "People referred"),
    ("peopleWithPlan", "People with a plan"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`pictures`: (what it is of, the months as bars) of each count, on a scale of its own."""

    numbers: Numbers
    pictures: tuple[tuple[str, Bars], ...]
    at: datetime
    position: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    filters: tuple[Filter, ...]
    as_at: AsAt
    day: str
    found: Found | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/activity`, and the same as a file."""

    @get("/activity.csv")
    async def file(request: Asked) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        let_in(asker, "activity", "activity")
        moment, day = day_asked(request.query_params, asker.now)
        if (refused := no_file(request.query_params, _filters(request.query_params), moment)) is not None:
            return refused
        found = await _ask(pages, asker, _chosen(request.query_params), day)
        return download("activity", _numbers(found), found, "Activity by month", day)

    return [pages.at("/activity", show), file]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    let_in(asker, "activity", "activity")
    asked = request.query_params
    moment, day = day_asked(asked, asker.now)
    page = Activity(
        filters=_filters(asked),
        as_at=moment,
        day=f"Up to the month of {long_date(day)}",
        found=None if moment.mistakes else await _found(pages, asker, _chosen(asked), moment, day),
    )
    status = 422 if moment.mistakes else 200
    return await pages.html(request, asker, "activity/page.html", page, status=status, here=OPENER.path)


def _filters(asked: Mapping[str, str]) -> tuple[Filter, ...]:
    return filters(asked, (("months", "How far back", _SPANS, "12"),))


def _chosen(asked: Mapping[str, str]) -> dict[str, str]:
    return {each.name: each.chosen for each in _filters(asked)}


async def _ask(pages: Pages, asker: Asker, chosen: Mapping[str, str], day: date) -> dict[str, Any]:
    variables = {"to": day.isoformat(), "months": int(chosen["months"])}
    found: dict[str, Any] = (await pages.ask(asker, "Activity", _DOCUMENT, **variables))["activity"]
    return found


async def _found(pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt, day: date) -> Found:
    found = await _ask(pages, asker, chosen, day)
    return Found(
        numbers=_numbers(found),
        pictures=tuple(
            (text, charts.bars([Given(_month(row), row[name]) for row in found["rows"]], f"{text}, each month"))
            for name, text in _COUNTS
        ),
        at=fresh(found, asker.now),
        position=found["position"],
        file=OPENER.address(chosen, moment.typed).replace("/activity", "/activity.csv", 1),
    )


def _numbers(found: Mapping[str, Any]) -> Numbers:
    return Numbers(
        first="Month",
        headings=tuple(text for _, text in _COUNTS),
        lines=tuple(
            Line(text=_month(row), cells=tuple(cell(row[name]) for name, _ in _COUNTS)) for row in found["rows"]
        ),
    )


def _month(row: Mapping[str, Any]) -> str:
    return f"{date.fromisoformat(row['month']):%B %Y}"
