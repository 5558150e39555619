"""Months: what falls due and what was paid in each, and how far both have come since the beginning.

Of a grant, only what never changes is asked: whose it is. So it can be told as it was.
"""

from typing import Final

from projections.community_chest.balances import IN_FUND, PAID
from projections.community_chest.schedule import SCHEDULE

_OURS: Final = f"{IN_FUND} and (%(grant)s::text is null or g.grant_id = %(grant)s)"
_SCHEDULE: Final = SCHEDULE.replace("{up}", "g")
_DUE: Final = f"""select i.due_on as day, i.pence as due, 0 as paid, 0 as returned
    from {{grant}} as g cross join lateral {_SCHEDULE} as i where {_OURS}"""
_PAID: Final = f"""select l.day, 0, greatest(l.pence, 0), greatest(-l.pence, 0)
    from {{ledger}} as l join {{grant}} as g on g.grant_id = l.grant_id where {PAID} and {_OURS}"""
MONTHS: Final = f"""(with month as (
        select date_trunc('month', m.day)::date as month, sum(m.due) as due, sum(m.paid) as paid, sum(m.returned) as returned
        from ({_DUE} union all {_PAID}) as m group by 1
    ), run as (
        select m.*, sum(m.due) over sofar as planned, sum(m.paid - m.returned) over sofar as spent from month as m window sofar as (order by m.month)
    ), span as (
        select (date_trunc('month', %(since)s::date) + n * interval '1 month')::date as month from generate_series(0, %(months)s::int - 1) as n
    ) select s.month, coalesce(m.due, 0)::bigint as due, coalesce(m.paid, 0)::bigint as paid, coalesce(m.returned, 0)::bigint as returned,
        coalesce(r.planned, 0)::bigint as planned_so_far, 0 as suppressed,
        case when s.month <= %(today)s::date then coalesce(r.spent, 0)::bigint end as paid_so_far
    from span as s left join month as m on m.month = s.month
    left join lateral (select * from run as b where b.month <= s.month order by b.month desc limit 1) as r on true)"""
"""SQL of a row for each month from that of the day `since`; what is paid in months to come nobody knows."""
