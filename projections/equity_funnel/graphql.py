"""The equity funnel over GraphQL: one cut at a time, so that no two together tell of few."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Table
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.disclosure import share
from projections.disclosure.lines import published
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell
from projections.equity_funnel import READ_MODEL
from projections.equity_funnel.shapes import EquityCut, EquityFunnel
from projections.sight import seen
from projections.spans import first_and_last

_YOUNGER: Final = "(r.received_at at time zone 'Europe/London') - interval '{} years' < p.date_of_birth"
_GROUPS: Final = {
    EquityCut.ETHNICITY: "p.ethnic_category",
    EquityCut.DEPRIVATION: "p.imd_version || '/' || p.imd_decile",
    EquityCut.AGE: f"""case when p.date_of_birth is null then null when {_YOUNGER.format(18)} then '0-17'
        when {_YOUNGER.format(35)} then '18-34' when {_YOUNGER.format(55)} then '35-54' when {_YOUNGER.format(75)} then '55-74'
        else '75+' end""",
    EquityCut.GENDER: "p.stated_gender",
    EquityCut.LANGUAGE: "p.language",
    EquityCut.INTERPRETER: "case when p.interpreter then 'yes' else 'no' end",
}
"""Cut → SQL of a person's group; age on the day of the referral, deprivation of the index it was reckoned by."""
_STEPS: Final = ("accepted", "engaged", "completed")
_PARTS: Final = {"referred": None, "accepted": "referred", "engaged": "accepted", "completed": "engaged"}


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        EquityFunnel,
        "Of the people referred from one month to another – those of the last year where no days are named – how many were "
        "accepted, engaged and saw it through. Counts of 1 to 7 are held back, others go to the nearest 5. The months are whole: "
        "from day to day one could tell who came.",
    )
    def equity_funnel(
        self,
        info: strawberry.Info,
        by: EquityCut = EquityCut.ETHNICITY,
        since: date | None = None,
        until: date | None = None,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        conditions, parameters = seen(asker.scope("equity"), "r")
        first, last = first_and_last(since, until, asker.today)
        return Table(
            of=EquityFunnel,
            source=_source(by, conditions),
            parameters={**parameters, "first": first.replace(day=1), "last": _month_end(last)},
            order="{row}.code",
            told=Telling(),
            after_position=after_position,
        )


_PEOPLE: Final = """select r.person_id, coalesce(min({group}), 'unknown') as code, {reached}
    from {{referral}} as r left join {{person}} as p on p.person_id = r.person_id
    where not r.retracted and (r.received_at at time zone 'Europe/London')::date between %(first)s::date and %(last)s::date
    and {visible} group by r.person_id"""
_COUNTED: Final = "select g.code, count(*)::int as referred, {counted} from ({people}) as g group by g.code"


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


@dataclass(frozen=True, slots=True)
class Telling:
    """Which numbers of the groups may be shown beside each other, and beside how many people there are by any other cut."""

    def __call__(self, rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], int]:
        cells: dict[Cell, dict[str, Any]] = {(row["code"], EVERYBODY): row for row in rows}
        everybody = {"code": "all", **{name: sum(row[name] for row in rows) for name in _PARTS}}
        numbers = published({TOTAL: everybody, **cells}, _PARTS)
        groups = [{**row, **_told(numbers[cell])} for cell, row in cells.items() if cell in numbers]
        found = groups or ([{**everybody, **_told(numbers[TOTAL])}] if rows else [])
        return found, sum(row["suppressed"] for row in found) + (len(groups) < len(rows))


def _told(numbers: dict[str, int | None]) -> dict[str, Any]:
    shares = {f"{step}_percent": share(numbers[step], numbers["referred"]) for step in _STEPS}
    return {**numbers, **shares, "suppressed": sum(number is None for number in numbers.values())}


def _source(by: EquityCut, conditions: list[str]) -> str:
    """SQL of a row for each group, nothing held back yet: a person counts once, and came as far as any of their referrals."""
    people = _PEOPLE.format(
        group=_GROUPS[by],
        reached=", ".join(f"bool_or(r.{step}) as {step}" for step in _STEPS),
        visible=" and ".join(conditions),
    )
    counted = ", ".join(f"count(*) filter (where g.{step})::int as {step}" for step in _STEPS)
    shares = ", ".join(f"null::int as {step}_percent" for step in _STEPS)
    numbers = _COUNTED.format(counted=counted, people=people)
    return f"(select n.*, {shares}, 0 as suppressed from ({numbers}) as n)"
