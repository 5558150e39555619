"""Activity over GraphQL: three counts of each month."""

from datetime import date
from typing import Final

import strawberry

from commonweal.kernel.question import Table
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.activity import READ_MODEL
from projections.activity.shapes import ActivityTable
from projections.contacts import HELD
from projections.disclosure import held_back_sql, shown_sql
from projections.sight import seen
from projections.spans import check_months

_COUNTS: Final = ("appointments", "people_referred", "people_with_plan")


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        ActivityTable,
        "Appointments held, people referred and people who agreed a plan, for each of the last months up to that of the day "
        "`until`, today where none is named. Counts of 1 to 7 are held back, others go to the nearest 5.",
    )
    def activity(
        self,
        info: strawberry.Info,
        until: date | None = None,
        months: int = 12,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        conditions, parameters = seen(asker.scope("activity"), "r")
        check_months(months)
        told = ", ".join(f"{shown_sql(f'n.{name}')} as {name}" for name in _COUNTS)
        held_back = held_back_sql(*(f"n.{name}" for name in _COUNTS))
        return Table(
            of=ActivityTable,
            source=f"(select n.month, {told}, {held_back} as suppressed from ({_numbers(conditions)}) as n)",
            parameters={**parameters, "until": until or asker.today, "months": months},
            order="{row}.month desc",
            after_position=after_position,
        )


_MONTH: Final = "date_trunc('month', {} at time zone 'Europe/London')::date"
_FIRST: Final = """((date_trunc('month', %(until)s::date) - (%(months)s::int - 1) * interval '1 month')::timestamp at time zone 'Europe/London')"""
_END: Final = "((date_trunc('month', %(until)s::date) + interval '1 month')::timestamp at time zone 'Europe/London')"
_NUMBERS: Final = """with visible as materialized (
        select r.referral_id, r.person_id, r.received_at from {{referral}} as r where {visible}
    ), span as (
        select (date_trunc('month', %(until)s::date) - n * interval '1 month')::date as month
        from generate_series(0, %(months)s::int - 1) as n
    ), held as (
        select {held_in} as month, count(*)::int as n from {held} as c join visible using (referral_id)
        where c.at >= {first} and c.at < {end} group by 1
    ), referred as (
        select {referred_in} as month, count(distinct v.person_id)::int as n from visible as v
        where v.received_at >= {first} and v.received_at < {end} group by 1
    ), planned as (
        select date_trunc('month', p.agreed_on)::date as month, count(distinct v.person_id)::int as n
        from {{plan}} as p join visible as v using (referral_id)
        where p.agreed_on >= ({first} at time zone 'Europe/London')::date and p.agreed_on < ({end} at time zone 'Europe/London')::date group by 1
    ) select s.month, coalesce(h.n, 0) as appointments, coalesce(r.n, 0) as people_referred, coalesce(p.n, 0) as people_with_plan
    from span as s left join held as h using (month) left join referred as r using (month) left join planned as p using (month)"""


def _numbers(conditions: list[str]) -> str:
    """SQL of the counts as they are. What was retracted never was; a contact belongs to the month it was held in, in London."""
    return _NUMBERS.format(
        visible=" and ".join(("not r.retracted", *conditions)),
        held_in=_MONTH.format("c.at"),
        held=HELD,
        first=_FIRST,
        end=_END,
        referred_in=_MONTH.format("v.received_at"),
    )
