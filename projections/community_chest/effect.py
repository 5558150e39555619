"""What comes of the money: places in community services, the people who came by one, and how they fared.

Somebody came by a grant who started with a service on a day on which the grant paid for places there. People are counted once for
each grant, or group of grants; those of a restricted programme only for whoever was let into it.
"""

from typing import Final

from projections.community_chest.balances import GRANTED, IN_FUND
from projections.disclosure.tables import EVERYBODY
from projections.sight import let_in

MET: Final = "('goals_met', 'goals_partly_met')"
"""Of `codes.CLOSURE_REASONS`: the person saw it through."""
_BY_A_GRANT: Final = f"""from {{capacity}} as c
    join {{connection}} as k on k.service_id = c.service_id and k.started_on between c.from_on and c.to_on
    join {{referral}} as r on r.referral_id = k.referral_id where {let_in("r")}"""
CASES: Final = f"select c.grant_id, k.referral_id {_BY_A_GRANT}"
"""SQL: the cases that came by each grant; one stands there as often as it came."""
_CAME: Final = f"""select c.grant_id, k.person_id, bool_or(k.phase = 'COMPLETED') as completed, coalesce(bool_or(r.ending in {MET}), false) as met
    {_BY_A_GRANT} group by c.grant_id, k.person_id"""

CUTS: Final = {"FUND": "g.fund_id", "PURPOSE": "g.purpose", "AREA": "g.area", "GRANT": "g.grant_id"}
"""What grants are told apart by; one thing at a time."""
_EVERYBODY: Final = f"'{EVERYBODY}'"
_WHEN: Final = " ".join(f"when grouping({column}) = 0 then '{cut}'" for cut, column in CUTS.items())
_BY: Final = f"case {_WHEN} else {_EVERYBODY} end"
_OF_ONE: Final = "case when grouping(g.grant_id) = 0 then min({0}) end"
_KEY: Final = f"coalesce({', '.join(CUTS.values())}, {_EVERYBODY})"
_SETS: Final = ", ".join(f"({column})" for column in CUTS.values())
_GIVEN: Final = f"""select g.grant_id, g.fund_id, g.purpose, g.area, {GRANTED} as awarded, c.places, {IN_FUND} as ours
    from {{grant}} as g join (select p.grant_id, sum(p.places) as places from {{capacity}} as p group by p.grant_id) as c
        on c.grant_id = g.grant_id"""
_PEOPLE: Final = f"""select {_BY} as by, {_KEY} as key, count(distinct a.person_id)::int as people,
        count(distinct a.person_id) filter (where a.completed)::int as completed, count(distinct a.person_id) filter (where a.met)::int as met
    from ({_CAME}) as a join {{grant}} as g on g.grant_id = a.grant_id group by grouping sets ({_SETS}, ())"""
"""Of each group of grants there is, and of everybody: a number of one is told with regard to all the others."""
PLACES: Final = f"""(with given as materialized ({_GIVEN}), came as ({_PEOPLE}), counted as (
        select {_BY} as by, {_KEY} as key, {_OF_ONE.format("g.fund_id")} as fund_id,
            {_OF_ONE.format("g.purpose")} as purpose, {_OF_ONE.format("g.area")} as area, count(*)::int as grants, sum(g.awarded)::bigint as awarded,
            sum(g.places)::bigint as places, bool_or(g.ours) as ours
        from given as g group by grouping sets ({_SETS})
        union all select {_EVERYBODY}, {_EVERYBODY}, null, null, null, 0, 0, 1, false
    ) select c.by, c.key, c.fund_id, c.purpose, c.area, case when c.ours then c.grants end as grants, c.awarded, c.places,
        round(c.awarded::numeric / c.places)::bigint as pence_per_place, coalesce(a.people, 0) as people,
        coalesce(a.completed, 0) as completed, coalesce(a.met, 0) as met, null::int as completed_percent, null::int as met_percent,
        0 as suppressed
    from counted as c left join came as a on a.by = c.by and a.key = c.key)"""
"""SQL of a row for each grant that pays for places, for each group of such grants, and for everybody; of a fund that was not asked for,
without `grants`. Nothing is held back yet."""


_RUNS: Final = "('ACCEPTED', 'ACTIVE', 'PAUSED')"
_SOON: Final = f"""{IN_FUND} and g.phase in {_RUNS}
    and g.ends_on between %(today)s::date and (%(today)s::date + %(months)s::int * interval '1 month')::date"""
CLIFF: Final = f"""(with came as materialized ({_PEOPLE})
    select g.grant_id, g.fund_id, g.organisation, g.title, g.purpose, g.area, case when {_SOON} then g.ends_on end as ends_on, g.tapers,
        {GRANTED} as awarded, coalesce((select sum(c.places) from {{capacity}} as c where c.grant_id = g.grant_id), 0)::bigint as places,
        (select count(distinct c.service_id) from {{capacity}} as c where c.grant_id = g.grant_id)::int as services,
        coalesce((select a.people from came as a where a.by = 'GRANT' and a.key = g.grant_id), 0) as people, 0 as suppressed
    from {{grant}} as g where ({_SOON}) or exists (select from {{capacity}} as c where c.grant_id = g.grant_id)
    union all select a.by || ':' || a.key, '', '', null, null, null, null, false, 0, 0, 0, a.people, 0 from came as a where a.by <> 'GRANT')"""
"""SQL of each running grant whose last day is near, and of every other that pays for places, without one; and of each group of grants
and everybody, in place of a grant `by:key` of nobody. Nothing is held back yet."""
