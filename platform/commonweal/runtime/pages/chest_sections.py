"""What comes of a community chest, question by question: each with a picture, the numbers, and what is held back in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from commonweal.console import charts
from commonweal.console.charts import Bars, Given, Step
from commonweal.console.numbers import HELD_BACK, NONE, Line, Numbers, cell
from commonweal.console.wording import long_date, plural, sentence_case
from commonweal.domain import codes
from commonweal.domain.chest.money import pounds
from commonweal.runtime.pages import outcomes

Row = Mapping[str, Any]
Rows = Sequence[Row]
_AT_MOST: Final = 8
"""Bars of a picture: a longer one is not read. The table has them all."""
_SCALE_OF_PEOPLE: Final = 10.0
"""How far a scale of people goes at least: none of them ends at half a person."""
_SCALE_OF_POUNDS: Final = 1000.0
_SOON: Final = (3, 6, 12)
"""Months ahead in which a funding cliff is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    title: str
    says: str
    bars: Bars


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A question and its answer. `says`: what the numbers mean; `nothing`: what to say where there are none."""

    id: str
    heading: str
    says: str
    nothing: str
    numbers: Numbers
    caption: str
    tiles: tuple[outcomes.Tile, ...] = ()
    steps: tuple[Step, ...] = ()
    pictures: tuple[Picture, ...] = ()


def cliff(rows: Rows, names: Mapping[str, str], today: date, lead: str) -> Section:
    """What ends in the months to come. `lead`: where a line leads, before the grant's id; nowhere where it is empty."""
    ends = [(date.fromisoformat(row["endsOn"]), row) for row in rows]
    sums = [(months, sum(row["awarded"] for day, row in ends if day <= _ahead(today, months))) for months in _SOON]
    return Section(
        id="cliff",
        heading="What ends soon?",
        says="Grants that run now and whose last day is near. The people are those who started with a service while the grant paid for "
        "places there: they may have nowhere to go on to.",
        nothing="No grant that runs now ends within twelve months.",
        pictures=(_money("Awarded to what ends", "", [(f"Within {months} months", pence) for months, pence in sums]),),
        caption="Grants that end within twelve months",
        numbers=Numbers(
            first="Grant",
            headings=("Last day", "Awarded", "Services", "Places", "People"),
            lines=tuple(
                Line(
                    text=_grant(row["title"] or _purpose(row["purpose"]), row, names),
                    cells=(
                        long_date(day) + (", paid less each time" if row["tapers"] else ""),
                        pounds(row["awarded"]),
                        f"{row['services']:,}",
                        f"{row['places']:,}",
                        cell(row["people"]),
                    ),
                    href=f"{lead}{row['grantId']}" if lead else None,
                )
                for day, row in ends
            ),
        ),
    )


def need(rows: Rows, where: str, first: str = "Need") -> Section:
    """What people need and do not find, beside what is awarded for it. `where`: of whom it is told."""
    by_place = first == "Place"
    told = sorted(rows, key=lambda row: (-(row["unmet"] or 0), -row["awarded"], _label(row, by_place=by_place)))
    shown = _most(told)
    counted = "unmet" if any(row["unmet"] for row in shown) else "people"
    people = [Given(_label(row, by_place=by_place), row[counted]) for row in shown]
    sums = [(_label(row, by_place=by_place), row["awarded"]) for row in shown]
    return Section(
        id="places-in-need" if by_place else "need",
        heading="Does the money go to the places in need?" if by_place else "Does the money go where need is not met?",
        says=f"{where} Unmet is what nobody near by could offer: in a plan, or when a case was closed. A person with two needs is counted "
        "for each.",
        nothing="Nobody was referred in the last year, and nothing was awarded.",
        pictures=(
            Picture(
                title="For whom it stayed unmet" if counted == "unmet" else "Who needs it",
                says="People referred in the last twelve months."
                + ("" if counted == "unmet" else " For how many it stayed unmet is held back, or nobody."),
                bars=charts.bars(people, "People", upto=_SCALE_OF_PEOPLE),
            ),
            _money("What is awarded for it" if not by_place else "What is awarded there", "In the same months.", sums),
        ) if shown else (),
        caption=f"Unmet need beside awards, by {first.lower()}",
        numbers=Numbers(
            first=first,
            headings=("People", "Unmet for", "Unmet %", "Grants", "Awarded"),
            lines=tuple(
                Line(
                    text=_label(row, by_place=by_place),
                    cells=(
                        cell(row["people"]),
                        cell(row["unmet"]),
                        _percent(row["unmetPercent"], row["people"]),
                        f"{row['grants']:,}",
                        pounds(row["awarded"]),
                    ),
                )
                for row in told
            ),
        ),
    )  # fmt: skip


def places(rows: Rows, first: str, names: Mapping[str, str], lead: str = "") -> Section:
    """What a place costs, how many people came by one, and how they fared. `names`: of the organisations whose grants the rows are of;
    `lead`: where a line leads, before its key."""
    told = sorted(rows, key=lambda row: (-row["pencePerPlace"], _called(row)))
    dearest = f"The {_AT_MOST} dearest. " if len(told) > _AT_MOST else ""
    return Section(
        id=f"places-by-{first.lower()}",
        heading=f"What does a place cost, and who came? By {first.lower()}",
        says="Awarded, divided by the places in community services that it pays for. People are counted who started with a service on a day "
        "on which a grant paid for places there; those who saw it through, and those whose case was closed with their goals met, are of them.",
        nothing="No grant pays for places in a service yet. Link an award to a service, and its places and people are counted here.",
        pictures=(_money("Pounds for each place", dearest, [(_called(row), row["pencePerPlace"]) for row in told][:_AT_MOST]),),
        caption=f"Places and people, by {first.lower()}",
        numbers=Numbers(
            first=first,
            headings=(*(() if first == "Grant" else ("Grants",)), "Awarded", "Places", "For each place", "People", "Saw it through", "Goals met"),
            lines=tuple(
                Line(
                    text=_grant(_called(row), row, names),
                    cells=(
                        *(() if first == "Grant" else (f"{row['grants']:,}",)),
                        pounds(row["awarded"]),
                        f"{row['places']:,}",
                        pounds(row["pencePerPlace"]),
                        cell(row["people"]),
                        _percent(row["completedPercent"], row["people"]),
                        _percent(row["goalsMetPercent"], row["people"]),
                    ),
                    href=f"{lead}{row['key']}" if lead else None,
                )
                for row in told
            ),
        ),
    )  # fmt: skip


def fared(rows: Rows, first: str, measure: str, *, alone: bool = False) -> Section:
    """How those fared who came by a grant, by one measure. `alone`: of one fund."""
    told = [(_called(row), row) for row in rows]
    change = [Given(text, row["meanChange"], row["changeLow"], row["changeHigh"]) for text, row in told]
    only = rows[0] if alone and rows else None
    return Section(
        id=f"outcomes-by-{first.lower()}",
        heading="How do those fare who came?" if alone else f"How do those fare who came? By {first.lower()}",
        says=f"{measure} From the first answers of a case to the last of the same questionnaire. This does not say what the grant did: "
        "they are compared with nobody.",
        nothing="Nobody who came by a grant was asked these questions yet.",
        tiles=() if only is None else outcomes.tiles(only),
        steps=() if only is None else charts.funnel([(text, only[name]) for name, text in outcomes.NUMBERS[:3]]),
        pictures=(
            Picture(
                title="How much people changed",
                says="Mean change; the line across each bar is its 95% confidence interval.",
                bars=charts.bars(change[:_AT_MOST], outcomes.CHANGE),
            ),
        )
        if only is None and rows
        else (),
        caption=f"First answers beside the last, by {first.lower()}",
        numbers=Numbers(
            first=first,
            headings=tuple(text for _, text in outcomes.NUMBERS),
            lines=tuple(Line(text=text, cells=outcomes.numbers(row)) for text, row in told),
        ),
    )


def equity(rows: Rows) -> Section:
    """Whom the money is for."""
    told = sorted(rows, key=lambda row: (row["code"] == "none", -row["awarded"], row["code"]))
    shares = [Given(_group(row["code"]), row["share"], said=f"{row['share'] or 0}%") for row in told]
    return Section(
        id="equity",
        heading="Whom is the money for?",
        says="Applications of the last twelve months, by the groups they name. One for two groups stands in the line of each, so the shares "
        "may come to more than a hundred.",
        nothing="Nobody has applied in the last twelve months.",
        pictures=(Picture(title="Share of what is awarded", says="", bars=charts.bars(shares[:_AT_MOST], "Percent", "%")),)
        if any(row["awarded"] for row in rows)
        else (),
        caption="Asked and awarded, by whom it is for",
        numbers=Numbers(
            first="For",
            headings=("Applications", "Asked", "Grants", "Awarded", "Share"),
            lines=tuple(
                Line(
                    text=_group(row["code"]),
                    cells=(
                        f"{row['applications']:,}",
                        pounds(row["asked"] or 0),
                        f"{row['grants']:,}",
                        pounds(row["awarded"]),
                        NONE if row["share"] is None else f"{row['share']}%",
                    ),
                )
                for row in told
            ),
        ),
    )  # fmt: skip


def held_back(sections: Sequence[Section]) -> int:
    """How many numbers stand as a star."""
    return sum(section.numbers.held_back for section in sections)


def tiles(rows: Rows, ending: Rows) -> tuple[outcomes.Tile, ...]:
    """What to look at first. `rows`: the places of a fund, or of each. People of several are not added up: one may have come by two."""
    grants, places_, awarded = (sum(row[name] for row in rows) for name in ("grants", "places", "awarded"))
    soon = sum(each["awarded"] for each in ending)
    people = cell(rows[0]["people"]) if len(rows) == 1 else ""
    told = [
        ("People who came", people, "held back, for it would tell of few" if people == HELD_BACK else "to the nearest 5"),
        ("Places paid for", f"{places_:,}" if places_ else "", f"by {grants:,} grants"),
        ("For each place", pounds(round(awarded / places_)) if places_ else "", f"of {pounds(awarded)} awarded"),
        ("Ends within twelve months", pounds(soon), f"of {plural(len(ending), 'grant', 'grants')} that run"),
    ]  # fmt: skip
    return tuple(outcomes.Tile(text=text, number=number, behind=behind) for text, number, behind in told if number)


def _most(told: Rows) -> Rows:
    """What is drawn of many: that which is unmet for most, and that for which most is awarded, in the order of the table."""
    unmet = [row for row in told if row["unmet"] or row["awarded"]]
    awarded = sorted(unmet, key=lambda row: -row["awarded"])[: _AT_MOST // 2]
    others = [row for row in unmet if row not in awarded][: _AT_MOST - len(awarded)]
    return [row for row in told if row in awarded or row in others]


def _money(title: str, says: str, sums: Sequence[tuple[str, int]]) -> Picture:
    given = [Given(text, pence / 100, said=pounds(pence)) for text, pence in sums]
    return Picture(title=title, says=says, bars=charts.bars(given, "Pounds", upto=_SCALE_OF_POUNDS))


def _ahead(day: date, months: int) -> date:
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(years + (month == 11), (month + 1) % 12 + 1, 1)
    last = (following - date.resolution).day
    return date(years, month + 1, min(day.day, last))


def _percent(percent: int | None, people: int | None) -> str:
    if people == 0:
        return NONE
    return HELD_BACK if percent is None else f"{percent}%"


def _grant(title: str, row: Row, names: Mapping[str, str]) -> str:
    organisation = names.get(row["organisation"] or "", "")
    return f"{title} – {organisation}" if organisation else title


def _called(row: Row) -> str:
    return row["name"] or _purpose(row["key"])


def _purpose(code: str | None) -> str:
    return sentence_case(codes.NEEDS.get(code or "", code or "Not known"))


def _label(row: Row, *, by_place: bool) -> str:
    return (row["placeName"] or row["place"] or "Practice not known") if by_place else _purpose(row["need"])


def _group(code: str) -> str:
    return "No group in particular" if code == "none" else sentence_case(codes.BENEFICIARY_GROUPS.get(code, code))
