"""Equity: how much is asked and awarded for each group of people that would otherwise be left out.

These are grants and not people: nothing is held back. A grant for several groups stands in the line of each.
"""

from typing import Final

from projections.community_chest.balances import GRANTED, IN_FUND

_GIVEN: Final = f"""select g.grant_id, g.groups, g.asked, {GRANTED} as awarded
    from {{grant}} as g where g.submitted_on between %(since)s::date and %(until)s::date
        and {IN_FUND}"""
EQUITY: Final = f"""(with given as materialized ({_GIVEN})
    select coalesce(e.code, 'none') as code, count(*)::int as applications, count(*) filter (where g.awarded > 0)::int as grants,
        sum(g.asked)::bigint as asked, sum(g.awarded)::bigint as awarded,
        (100 * sum(g.awarded) / nullif((select sum(w.awarded) from given as w), 0))::int as share, 0 as suppressed
    from given as g left join lateral json_array_elements_text(g.groups) as e (code) on true group by 1)"""
"""SQL of a row for each of `codes.BENEFICIARY_GROUPS` that somebody asked for, and `none`."""
