"""A statement: what stood, each movement, and what stands, to the penny, the same whenever it is asked for again.

It goes by the day a movement counts for. What is taken down later for a day before changes it, unless `asOf` names the moment at
which it was told. What stood is one pass over what moved before; all else grows with what moved in the period.
"""

from typing import Final

from projections.community_chest.balances import AWARDED, PAID, RECEIVED, THEIRS

_MINE: Final = THEIRS.replace("{row}", "p")
_OURS: Final = f"""from {{pledge}} as p join {{ledger}} as l on l.pledge = p.pledge where {_MINE}
        and (%(funder)s::text is null or p.funder = %(funder)s) and (%(fund)s::text is null or p.fund_id = %(fund)s)"""
_SAID: Final = "l.entry, l.position, l.fund_id, p.pledge_id, p.funder, l.grant_id, l.kind, l.reference, l.reason, l.day"
_PROMISED: Final = f"""select c.*, coalesce(c.level - c.was, 0) as pledged,
        case when c.kind = 'CONFIRMED' then c.was when c.agreed then c.level - c.was else 0 end as confirmed
    from (select {_SAID}, l.level, coalesce(bool_or(l.kind = 'CONFIRMED') over before, false) as agreed,
            coalesce((max(array[l.position, l.level]) filter (where l.level is not null) over before)[2], 0) as was
        {_OURS} and (l.level is not null or l.kind = 'CONFIRMED')
        window before as (partition by l.pledge order by l.position rows between unbounded preceding and 1 preceding)) as c"""
"""Each time a pledge was made, confirmed or changed; `was` is what it came to before."""
_MOVED: Final = f"({RECEIVED} or {AWARDED} or {PAID})"
_SUM: Final = "coalesce(sum(l.pence) filter (where {0}), 0)::bigint"
_RECEIVED_SO_FAR, _AWARDED_SO_FAR, _PAID_SO_FAR = (_SUM.format(which) for which in (RECEIVED, AWARDED, PAID))
_STOOD: Final = f"""select c.pledged, c.confirmed, l.received, l.awarded, l.paid from (
        select coalesce(sum(c.pledged), 0)::bigint as pledged, coalesce(sum(c.confirmed), 0)::bigint as confirmed
        from promised as c where c.day < %(from)s::date
    ) as c, (
        select {_RECEIVED_SO_FAR} as received, {_AWARDED_SO_FAR} as awarded, {_PAID_SO_FAR} as paid {_OURS} and l.day < %(from)s::date
    ) as l"""
_NAMES: Final = "entry, position, fund_id, pledge_id, funder, grant_id, kind, reference, reason, day"
_STEPS: Final = ("pledged", "confirmed", "received", "awarded", "paid")
_PERIOD: Final = "between %(from)s::date and %(to)s::date"
_MOVES: Final = f"""select {_NAMES}, pledged, confirmed, 0::bigint as received, 0::bigint as awarded, 0::bigint as paid
    from promised where day {_PERIOD}
    union all select {_SAID}, 0, 0, case when {RECEIVED} then l.pence else 0 end, case when {AWARDED} then l.pence else 0 end,
        case when {PAID} then l.pence else 0 end
    {_OURS} and l.day {_PERIOD} and {_MOVED}"""
_NOTHING: Final = "null::text as fund_id, null::text as pledge_id, %(funder)s::text as funder, null::text as grant_id"
_STAND: Final = ", ".join(_STEPS)
_STANDS: Final = ", ".join(f"o.{each} + (select coalesce(sum(m.{each}), 0)::bigint from move as m)" for each in _STEPS)
STATEMENT: Final = f"""(with promised as materialized ({_PROMISED}), opening as materialized ({_STOOD}), move as materialized ({_MOVES})
    select 0 as part, ''::text as entry, 0::bigint as position, {_NOTHING}, 'OPENING'::text as kind, null::text as reference,
        null::text as reason, %(from)s::date as day, {_STAND}, 0 as suppressed from opening
    union all select 1, {_NAMES}, {_STAND}, 0 from move
    union all select 2, '', 0, {_NOTHING}, 'CLOSING', null, null, %(to)s::date, {_STANDS}, 0 from opening as o)"""
"""SQL of its lines: with the opening line, the movements add up to the closing one."""
LONGEST: Final = 3660
"""Days of a statement: ten years."""
ORDER: Final = "{row}.part, {row}.day, {row}.position, {row}.entry"
