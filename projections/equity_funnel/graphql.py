"""The equity funnel over GraphQL: one cut at a time, so that no two together tell of few."""

from datetime import date, timedelta
from typing import Final

import strawberry

from commonweal.kernel.question import Table, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.disclosure import held_back_sql, percent_sql, shown_sql
from projections.equity_funnel import READ_MODEL
from projections.equity_funnel.shapes import EquityCut, EquityFunnel
from projections.sight import seen

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
A_YEAR: Final = timedelta(days=364)


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        EquityFunnel,
        "Of the people referred from one day to another – the last year where none are named – how many were accepted, engaged "
        "and saw it through. Counts of 1 to 7 are held back, others go to the nearest 5.",
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
        last = until or asker.today
        first = since or last - A_YEAR
        if first > last:
            raise refusal("since must not lie after until")
        return Table(
            of=EquityFunnel,
            source=_source(by, conditions),
            parameters={**parameters, "first": first, "last": last},
            order="{row}.code",
            after_position=after_position,
        )


_PEOPLE: Final = """select r.person_id, coalesce(min({group}), 'unknown') as code, {reached}
    from {{referral}} as r left join {{person}} as p on p.person_id = r.person_id
    where not r.retracted and (r.received_at at time zone 'Europe/London')::date between %(first)s::date and %(last)s::date
    and {visible} group by r.person_id"""
_COUNTED: Final = "select g.code, count(*)::int as referred, {counted} from ({people}) as g group by g.code"
_TOLD: Final = "(select n.code, {told}, {shares}, {held_back} as suppressed from ({numbers}) as n)"


def _source(by: EquityCut, conditions: list[str]) -> str:
    """SQL of a row for each group: a person counts once, and came as far as any of their referrals."""
    people = _PEOPLE.format(
        group=_GROUPS[by],
        reached=", ".join(f"bool_or(r.{step}) as {step}" for step in _STEPS),
        visible=" and ".join(conditions),
    )
    counted = ", ".join(f"count(*) filter (where g.{step})::int as {step}" for step in _STEPS)
    every = ("referred", *_STEPS)
    return _TOLD.format(
        told=", ".join(f"{shown_sql(f'n.{step}')} as {step}" for step in every),
        shares=", ".join(f"{percent_sql(f'n.{step}', 'n.referred')} as {step}_percent" for step in _STEPS),
        held_back=held_back_sql(*(f"n.{step}" for step in every)),
        numbers=_COUNTED.format(counted=counted, people=people),
    )
