"""Outcomes: whether people fare better, for whom more and for whom less, with nothing told of few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar.handlers import HTTPRouteHandler
from litestar.response import Response

from commonweal.console import charts
from commonweal.console.as_at import AsAt, as_at
from commonweal.console.charts import Bars, Given, Step
from commonweal.console.numbers import Line, Numbers
from commonweal.console.page import AsOf, Way
from commonweal.console.wording import sentence_case
from commonweal.domain import codes
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import POINT, Instrument, Scale
from commonweal.runtime import permissions
from commonweal.runtime.access import NotAllowed
from commonweal.runtime.pages.back import Opener
from commonweal.runtime.pages.counted import CSV, attached, no_file, not_made
from commonweal.runtime.pages.page import Asked, Pages
from commonweal.runtime.schema import Asker
from projections.caseload.board import Choice, Filter
from projections.disclosure import FEW, HELD_BACK, breakdowns
from projections.outcomes import READ_MODEL
from projections.outcomes.pairs import OF_THE_CASE

OPENER: Final = Opener(path="/outcomes", title="outcomes", names=("measure", "by", "within", "referred_in"))
_DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
CUTS: Final = {
    "ALL": "everyone",
    "PCN": "PCN",
    "NEED": "need",
    "IMD": "deprivation (IMD decile)",
    "ETHNICITY": "ethnicity",
    "AGE_BAND": "age",
}
_AGES: Final = {
    "under_18": "under 18",
    "18_34": "18 to 34",
    "35_54": "35 to 54",
    "55_74": "55 to 74",
    "75_over": "75 and over",
}
NUMBERS: Final = (
    ("eligible", "Could be asked"),
    ("baseline", "Answered once or more"),
    ("paired", "Answered first and last"),
    ("declined", "Declined"),
    ("declinedPercent", "Declined %"),
    ("meanChange", "Mean change"),
    ("changeLow", "95% interval from"),
    ("changeHigh", "to"),
    ("improved", "Improved"),
    ("improvedPercent", "Improved %"),
)
SCALES: Final = {
    f"{each.code}.{scale.code}": f"{scale.text} – {each.name}" if len(each.scales) > 1 else each.name
    for each in INSTRUMENTS.values()
    for scale in each.scales
}
"""What can be asked about, in words."""
CHANGE: Final = "Mean change, in points"
_IMPROVED: Final = "Share improved, in percent of those who answered first and last"
"""What the charts measure."""
_FIRST_YEAR: Final = 2019
_APRIL: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number in large: what it is, and what stands behind it."""

    text: str
    number: str
    behind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`tiles` and `answered`: the one row there is, where everyone stands together. `change` and `improved`: the rows as bars,
    where there are several."""

    numbers: Numbers
    tiles: tuple[Tile, ...]
    answered: tuple[Step, ...]
    change: Bars | None
    improved: Bars | None
    at: datetime
    position: int
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """The page. `enough` says what counts as improved, and where that is from."""

    filters: tuple[Filter, ...]
    as_at: AsAt
    measure: str
    range: str
    enough: str
    found: Found | None
    now: str
    cuts: tuple[Way, ...]
    """The same, for groups of people."""
    few: int = FEW


def routes(pages: Pages) -> list[HTTPRouteHandler]:
    """`/outcomes`, and the same as a file."""

    return [pages.at("/outcomes", show), pages.at("/outcomes.csv", download)]


async def show(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The page. Raises NotAllowed for a role that does not see outcomes."""
    _let_in(asker)
    asked = request.query_params
    filters = _filters(asked, asker)
    chosen = {each.name: each.chosen for each in filters}
    moment = as_at(asked, asker.now)
    definition, scale = measured(chosen["measure"])
    found = None if moment.mistakes else await _found(pages, asker, chosen, moment)
    page = Outcomes(
        filters=filters,
        as_at=moment,
        measure=f"{scale.text} – {definition.name}",
        range=span(scale),
        enough=enough(scale),
        found=found,
        now=OPENER.address(chosen),
        cuts=() if chosen["by"] else _cuts(filters, chosen, moment),
    )
    as_of = AsOf(at=found.at, position=found.position) if found and moment.at is None else None
    status = 422 if moment.mistakes else 200
    return await pages.html(
        request, asker, "outcomes/page.html", page, as_of=as_of, status=status, here=OPENER.path
    )  # fmt: skip


async def download(pages: Pages, request: Asked, asker: Asker) -> Response[str]:
    """The table as CSV, as it stands on the page: what is held back is `*` there too."""
    _let_in(asker)
    filters = _filters(request.query_params, asker)
    chosen = {each.name: each.chosen for each in filters}
    moment = as_at(request.query_params, asker.now)
    if (refused := no_file(request.query_params, filters, moment) or _too_much(request.query_params)) is not None:
        return refused
    found = await _found(pages, asker, chosen, moment)
    definition, scale = measured(chosen["measure"])
    about = (f"{scale.text} – {definition.name}", f"position {found.position}", f"as of {found.at.isoformat()}")
    return Response(found.numbers.file(about), media_type=CSV, headers=attached("outcomes.csv"))


def _let_in(asker: Asker) -> None:
    if "outcomes" not in permissions.views(asker.principal.grants, asker.principal.id):
        raise NotAllowed("your role does not let you see outcomes", kind="scope")


async def _found(pages: Pages, asker: Asker, chosen: Mapping[str, str], moment: AsAt) -> Found:
    definition, scale = measured(chosen["measure"])
    by, within = chosen["by"] or "ALL", chosen["within"] or "ALL"
    within = "ALL" if within == by else within
    variables = {
        "instrument": definition.code,
        "scale": scale.code,
        "by": by,
        "within": within,
        "year": int(chosen["referred_in"]) if chosen["referred_in"] else None,
        "asOf": None if moment.at is None else {"instant": moment.at.isoformat()},
    }
    table = (await pages.ask(asker, "Outcomes", _DOCUMENT, **variables))["outcomes"]
    rows = [(_label(row, by, within), row) for row in table["rows"]]
    alone = rows[0][1] if rows and by == within == "ALL" else None
    several = bool(rows) and alone is None
    return Found(
        numbers=Numbers(
            first="Of",
            headings=tuple(text for _, text in NUMBERS),
            lines=tuple(Line(text=text, cells=numbers(row)) for text, row in rows),
        ),
        tiles=() if alone is None else tiles(alone),
        answered=() if alone is None else charts.funnel([(text, alone[name]) for name, text in NUMBERS[:3]]),
        change=charts.bars(
            [Given(text, row["meanChange"], row["changeLow"], row["changeHigh"]) for text, row in rows], CHANGE
        ) if several else None,
        improved=charts.bars([Given(text, row["improvedPercent"]) for text, row in rows], _IMPROVED, "%")
        if several else None,
        at=datetime.fromisoformat(table["asOf"]) if table["asOf"] else asker.now,
        position=table["position"],
        file=OPENER.address(chosen, moment.typed).replace("/outcomes", "/outcomes.csv", 1),
    )  # fmt: skip


def tiles(row: Mapping[str, Any]) -> tuple[Tile, ...]:
    """What to look at first. What is held back is a star here too."""
    told = dict(zip((name for name, _ in NUMBERS), numbers(row), strict=True))
    change = told["meanChange"] if (row["meanChange"] or 0) <= 0 else f"+{told['meanChange']}"
    between = f"95% interval {told['changeLow']} to {told['changeHigh']}"
    of = f"{told['improved']} of {told['paired']} who answered first and last"
    return (
        Tile(text="Mean change in points", number=change, behind=_BEHIND.get(change, between)),
        _tile("Improved", told["improvedPercent"], of),
        _tile(
            "Declined to answer",
            told["declinedPercent"],
            f"{told['declined']} of {told['eligible']} who could be asked",
        ),
    )


_BEHIND: Final = {HELD_BACK: "Held back: it would tell of few people", "–": "Nobody has answered first and last"}


def _tile(text: str, percent: str, behind: str) -> Tile:
    return Tile(text=text, number=percent if percent in _BEHIND else f"{percent}%", behind=_BEHIND.get(percent, behind))


def _cuts(filters: Sequence[Filter], chosen: Mapping[str, str], moment: AsAt) -> tuple[Way, ...]:
    (by,) = (each for each in filters if each.name == "by")
    return tuple(
        Way(text=choice.text, href=OPENER.address(chosen, moment.typed, {"by": choice.value})) for choice in by.choices
    )


_APART: Final = ("by", "within", "referred_in")


def _too_much(asked: Mapping[str, str]) -> Response[str] | None:
    """Why people cannot be told apart by all of that: nothing where they can."""
    cuts = ["YEAR" if name == "referred_in" else asked[name] for name in _APART if asked.get(name)]
    if (sentence := breakdowns.refused(cuts, {*CUTS, "YEAR"})) is None:
        return None
    return not_made([sentence])


def numbers(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Each as it stands in the table: what is held back as `*`, and what there is none of as a dash."""
    few = row["paired"] is None
    empty = row["paired"] == 0

    def told(name: str) -> str:
        value = row[name]
        if value is not None:
            return charts.plain(value)
        nothing = empty and name in ("meanChange", "changeLow", "changeHigh", "improvedPercent")
        return "–" if nothing and not few else HELD_BACK

    return tuple(told(name) for name, _ in NUMBERS)


def _label(row: Mapping[str, Any], by: str, within: str) -> str:
    one = _called(by, row["one"], row["oneName"])
    return one if within == "ALL" else f"{one}, {_called(within, row['two'], row['twoName'])}"


def _called(cut: str, code: str | None, name: str | None) -> str:
    if code is None:
        return "Not known"
    if code == "all":
        return "Everyone"
    match cut:
        case "PCN":
            return name or code
        case "NEED":
            return sentence_case(codes.NEEDS.get(code, code))
        case "ETHNICITY":
            return sentence_case(codes.ETHNIC_CATEGORIES.get(code, code))
        case "AGE_BAND":
            return sentence_case(_AGES.get(code, code))
        case "IMD":
            version, _, decile = code.rpartition(" ")
            ends = {1: " (most deprived)", 10: " (least deprived)"}
            return f"Decile {int(decile)}{ends.get(int(decile), '')}, IMD {version}"
        case _:
            return code


def measured(chosen: str) -> tuple[Instrument, Scale]:
    code, _, wanted = chosen.partition(".")
    definition = INSTRUMENTS[code]
    scale = definition.scale(wanted)
    return definition, scale or definition.scales[0]


def span(scale: Scale) -> str:
    better = "higher is better" if scale.higher_is_better else "lower is better"
    return f"{charts.plain(scale.least / POINT)} to {charts.plain(scale.most / POINT)}, {better}"


def enough(scale: Scale) -> str:
    if scale.published:
        return f"Improved: better by {charts.plain(scale.enough / POINT)} points or more, the published change that counts."
    return "Improved: better at all. No change that counts has been published for this measure."


def _filters(asked: Mapping[str, str], asker: Asker) -> tuple[Filter, ...]:
    """What can be chosen, and what is: where people would be told apart by three things, the second is not in force."""
    if all(asked.get(name) for name in _APART):
        asked = {**asked, "within": ""}
    today, released = asker.reader.today, asker.reader.scope("outcomes").released
    this = today.year if today.month >= _APRIL else today.year - 1
    years = {str(year): f"{year}/{(year + 1) % 100:02}" for year in range(this, _FIRST_YEAR - 1, -1)}
    offered_cuts = OF_THE_CASE if released else CUTS.keys() - {"ALL"}
    cuts = {code: sentence_case(text) for code, text in CUTS.items() if code in offered_cuts}
    first = next(iter(SCALES))
    offered: Sequence[tuple[str, str, str, Mapping[str, str], str]] = (
        ("measure", "Measure", "", SCALES, first),
        ("by", "By", "Everyone together", cuts, ""),
        ("within", "And by", "Nothing else", cuts, ""),
        ("referred_in", "Referred in", "All years", years, ""),
    )
    return tuple(
        Filter(
            name=name,
            label=label,
            everything=everything,
            choices=tuple(Choice(value=value, text=text) for value, text in choices.items()),
            chosen=asked.get(name, "") if asked.get(name, "") in choices else default,
        )
        for name, label, everything, choices, default in offered
    )
