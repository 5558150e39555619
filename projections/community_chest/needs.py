"""Needs: how many people have one, for how many nobody could meet it, and what is awarded for it."""

from typing import Final

from projections.community_chest.balances import AWARDED, IN_FUND
from projections.disclosure.tables import EVERYBODY
from projections.places import PCNS
from projections.sight import let_in

_FROM: Final = "date_trunc('month', %(since)s::date)"
_TO: Final = "date_trunc('month', %(until)s::date) + interval '1 month'"
"""Whole months: from day to day one could tell who came."""
_IN_LONDON: Final = "(({0})::timestamp at time zone 'Europe/London')"
_SEEN: Final = (
    f"r.received_at >= {_IN_LONDON.format(_FROM)} and r.received_at < {_IN_LONDON.format(_TO)} and {let_in('r')}"
)
_TOLD: Final = f"""select r.person_id, r.practice, r.received_at, n.code as need, false as unmet
        from {{referral}} as r cross join lateral json_array_elements_text(r.reasons) as n (code) where {_SEEN}
    union all select r.person_id, r.practice, r.received_at, n.code, true
        from {{referral}} as r cross join lateral json_array_elements_text(r.unmet) as n (code) where {_SEEN}
    union all select r.person_id, r.practice, r.received_at, u.need, true
        from {{unmet}} as u join {{plan}} as p on p.plan_id = u.plan_id join {{referral}} as r on r.referral_id = p.referral_id where {_SEEN}"""
"""Each need of each person: what they were referred for, what was left unmet when the case was closed or in a plan."""
_PLACE: Final = f"""left join {PCNS} as place
    on place.practice = t.practice and t.received_at >= place.since and t.received_at < place.until"""
_WHERE: Final = "coalesce((select p.place from {pcn} as p where p.pcn = place.pcn), place.pcn)"
"""Awards are made in places, and a practice is in a PCN: a PCN that is counted to no place stands for itself."""
_EVERYBODY: Final = f"'{EVERYBODY}'"
_OR_EVERYBODY: Final = f"case when grouping(t.{{0}}) = 1 then {_EVERYBODY} else t.{{0}} end"
_AWARDED_IN: Final = f"l.day >= {_FROM} and l.day < {_TO}"
_MONEY: Final = f"""select g.purpose as need, g.area as place, l.grant_id, l.pence
    from {{ledger}} as l join {{grant}} as g on g.grant_id = l.grant_id
    where {AWARDED} and {_AWARDED_IN} and {IN_FUND}"""


def needs(*, by_place: bool) -> str:
    """SQL of a row for everybody and for each need; by place also for each place and each need in it. A place is that to which the PCN
    of the practice is counted, and that in which an award is made. Nothing is held back yet."""
    sets = "(t.need, t.place), (t.need), (t.place), ()" if by_place else "(t.need), ()"
    where, join = (_WHERE, _PLACE) if by_place else ("null::text", "")
    need, place = (_OR_EVERYBODY.format(each) for each in ("need", "place"))
    keys = f"{need} as need, {place if by_place else _EVERYBODY} as place"
    return f"""(with came as (
        select {keys}, count(distinct t.person_id)::int as people, count(distinct t.person_id) filter (where t.unmet)::int as unmet
        from (select t.*, {where} as place from ({_TOLD}) as t {join}) as t group by grouping sets ({sets})
    ), given as (
        select {keys}, count(distinct t.grant_id)::int as grants, sum(t.pence)::bigint as awarded
        from ({_MONEY}) as t group by grouping sets ({sets})
    ) select coalesce(p.need, m.need) as need, coalesce(p.place, m.place) as place, coalesce(p.people, 0) as people,
        coalesce(p.unmet, 0) as unmet, null::int as unmet_percent, coalesce(m.grants, 0) as grants, coalesce(m.awarded, 0)::bigint as awarded,
        0 as suppressed
    from came as p full join given as m on m.need = p.need and m.place = coalesce(p.place, ''))"""
