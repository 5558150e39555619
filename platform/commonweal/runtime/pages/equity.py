"""Equity: who of everyone referred is accepted, engages and sees it through, told by groups so large that nobody is known by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.as_at import AsAt
from commonweal.console.charts import Step
from commonweal.console.numbers import Line, Numbers, cell
from commonweal.console.wording import long_date, sentence_case
from commonweal.domain import codes
from commonweal.runtime.pages.back import Opener
from commonweal.runtime.pages.counted import day_asked, download, filters, fresh, let_in, no_file
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker
from projections.caseload.board import Filter
from projections.disclosure import STEP
from projections.equity_funnel import READ_MODEL

OPENER: Final = Opener(path="/equity", title="equity", names=("by", "months", "day", "month", "year"))
_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
_CUTS: Final = {
    "ETHNICITY": "Ethnicity",
    "DEPRIVATION": "Deprivation",
    "AGE": "Age",
    "GENDER": "Gender",
    "LANGUAGE": "Language",
    "INTERPRETER": "Interpreter",
}
_PERIODS: Final = {"3": "3 months", "6": "6 months", "12": "A year", "36": "3 years"}
"""By how many months, the one of the day among them."""
_STEPS: Final = (
    ("referred", "Referred"),
    ("accepted", "Accepted"),
    ("engaged", "Engaged"),
    ("completed", "Completed"),
)
_HEADINGS: Final = (*(text for _, text in _STEPS), "Accepted %", "Engaged %", "Completed %")
_ENDS: Final = {"1": " (most deprived)", "10": " (least deprived)"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People of one group, and how far they came."""

    text: str
    funnel: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    numbers: Numbers
    groups: tuple[Group, ...]
    at: datetime
    position: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Equity:
    filters: tuple[Filter, ...]
    as_at: AsAt
    day: str
    found: Found | None


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/equity`, and the same as a file."""

    @get("/equity.csv")
    async def file(request: Asked) -> Response[str]:
        asker = await pages.asking.asker(request, "console")
        let_in(asker, "equity", "equity")
        moment, day = day_asked(request.query_params, asker.now)
        if (refused := no_file(request.query_params, _filters(request.query_params), moment)) is not None:
            return refused
        chosen = _chosen(request.query_params)
        found = await _ask(pages, asker, chosen, day)
        return download("equity", _numbers(found, chosen["by"]), found, f"People by {_CUTS[chosen['by']].lower()}", day)

    return [pages.at("/equity", show), file]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see it."""
    let_in(asker, "equity", "equity")
    asked = request.query_params
    moment, day = day_asked(asked, asker.now)
    chosen = _chosen(asked)
    page = Equity(
        filters=_filters(asked),
        as_at=moment,
        day=f"Referred in the {_PERIODS[chosen['months']].lower().removeprefix('a ')} up to {long_date(day)}, in whole months",
        found=None if moment.mistakes else await _found(pages, asker, chosen, moment, day),
    )
    status = 422 if moment.mistakes else 200
    return await pages.html(request, asker, "equity_funnel/page.html", page, status=status, here=OPENER.path)


def _filters(asked: Mapping[str, str]) -> tuple[Filter, ...]:
    return filters(asked, (("by", "By", _CUTS, "ETHNICITY"), ("months", "Referred in", _PERIODS, "12")))


def _chosen(asked: Mapping[str, str]) -> dict[str, str]:
    return {each.name: each.chosen for each in _filters(asked)}


async def _ask(pages: Pages, asker: Asker, chosen: Mapping[str, str], day: date) -> dict[str, Any]:
    since = _months_before(day, int(chosen["months"]) - 1)
    variables = {"by": chosen["by"], "since": since.isoformat(), "to": day.isoformat()}
    found: dict[str, Any] = (await pages.ask(asker, "Equity", _DOCUMENT, **variables))["equityFunnel"]
    return found


def _months_before(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


async def _found(pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt, day: date) -> Found:
    found = await _ask(pages, asker, chosen, day)
    widest = max((row["referred"] or 0 for row in found["rows"]), default=0)
    return Found(
        numbers=_numbers(found, chosen["by"]),
        groups=tuple(
            Group(
                text=_called(chosen["by"], row["code"]),
                funnel=charts.funnel([(text, row[name]) for name, text in _STEPS], widest),
            )
            for row in found["rows"]
            if row["referred"]
        ),
        at=fresh(found, asker.now),
        position=found["position"],
        file=OPENER.address(chosen, moment.typed).replace("/equity", "/equity.csv", 1),
    )


def _numbers(found: Mapping[str, Any], by: str) -> Numbers:
    return Numbers(
        first=_CUTS[by],
        headings=_HEADINGS,
        lines=tuple(
            Line(
                text=_called(by, row["code"]),
                cells=(
                    *(cell(row[name]) for name, _ in _STEPS),
                    *(share(row[name], row["referred"], row[f"{name}Percent"]) for name, _ in _STEPS[1:]),
                ),
            )
            for row in found["rows"]
        ),
    )


def share(part: int | None, whole: int | None, percent: int | None) -> str:
    """A percentage, and from what to what it may lie: both counts went to the nearest 5, so `50 (38 to 67)`.

    Without it groups would be held against each other by what rounding did to them."""
    if percent is None or part is None or not whole:
        return cell(percent)
    off = STEP // 2
    least = 0 if part == 0 else round(100 * (part - off) / (whole + off))
    most = 0 if part == 0 else min(100, round(100 * (part + off) / (whole - off)))
    return f"{percent}" if least == most else f"{percent} ({least} to {most})"


def _called(by: str, code: str) -> str:
    """A group in words."""
    if code == "unknown":
        return "Not known"
    if code == "all":
        return "Everyone"
    match by:
        case "ETHNICITY":
            return sentence_case(codes.ETHNIC_CATEGORIES.get(code, code))
        case "GENDER":
            return sentence_case(codes.STATED_GENDERS.get(code, code))
        case "AGE":
            return "75 and over" if code == "75+" else "Under 18" if code == "0-17" else code.replace("-", " to ")
        case "DEPRIVATION":
            version, _, decile = code.partition("/")
            return f"Decile {decile}{_ENDS.get(decile, '')}, IMD {version}"
        case "INTERPRETER":
            return "Needs an interpreter" if code == "yes" else "Needs no interpreter, or nobody asked"
        case _:
            return code
