"""Pairs: the SQL that puts the first valid reading of a case beside the last, and tells of many cases at once.

The confidence interval is Student's t of the paired differences. PostgreSQL has no t: the 97.5 % point for n - 1 degrees of freedom is had
from the normal one by Cornish and Fisher's expansion (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5), which from 7
degrees on is within 0.001 of the tables.
"""

from typing import Any, Final

from commonweal.kernel.reading import Scope
from projections.disclosure import held_back_sql, of_many_sql, percent_sql, shown_sql
from projections.places import PCNS
from projections.sight import seen

_YOUNGER: Final = "(c.received_at at time zone 'Europe/London') - interval '{} years' < p.date_of_birth"
AGE_BANDS: Final = ("under_18", "18_34", "35_54", "55_74", "75_over")

CUTS: Final = {
    "ALL": "'all'::text",
    "PCN": "place.pcn",
    "NEED": "null::text",
    "IMD": "b.imd_version || ' ' || lpad(b.imd_decile::text, 2, '0')",
    "ETHNICITY": "b.ethnic_category",
    "AGE_BAND": f"""case when p.date_of_birth is null then null when {_YOUNGER.format(18)} then 'under_18'
        when {_YOUNGER.format(35)} then '18_34' when {_YOUNGER.format(55)} then '35_54' when {_YOUNGER.format(75)} then '55_74'
        else '75_over' end""",
}
"""SQL of what each cut tells cases `c` of persons `p` with the background `b` in a `place` apart by. A case has several needs:
those are told apart when cases alike are added up."""

_VALUE: Final = 28
_TIE: Final = 20
"""Bits of a reading's `rank`, from the lowest: its value, what puts two of one day in an order, and above them the day."""
_DAY_AT: Final = _VALUE + _TIE
_VALUE_MASK: Final = (1 << _VALUE) - 1
_TIE_MASK: Final = (1 << _TIE) - 1
_MIDDLE: Final = 1 << _VALUE - 1
"""What is added to a value so that none is below zero."""
_RANK: Final = f"""((m.completed_on - date '2000-01-01')::bigint << {_DAY_AT})
            | ((hashtextextended(m.measure_id, 0) & {_TIE_MASK}) << {_VALUE}) | ((m.scores ->> %(scale)s::text)::bigint + {_MIDDLE})"""
"""SQL: the least of a case's ranks is its first reading and the greatest its last: found in one go, without putting them in order."""
# `offset 0`: a rank is worked out once, though two things are asked of it.
_READINGS: Final = f"""select x.referral_id, bool_or(x.state = 'DECLINED') as declined, min(x.rank) is not null as begun,
        min(x.rank) >> {_DAY_AT} <> max(x.rank) >> {_DAY_AT} as paired,
        (max(x.rank) & {_VALUE_MASK}) - (min(x.rank) & {_VALUE_MASK}) as change
    from (select m.referral_id, m.state, case when m.state = 'COMPLETED' then {_RANK} end as rank from {{measure}} as m
        where m.instrument = %(instrument)s and m.instrument_version = %(version)s and m.state <> 'NOT_APPROPRIATE' offset 0) as x
    group by x.referral_id"""
_ALIKE: Final = """select {one} as one, {two} as two, {needs} as needs, count(*) as eligible, count(*) filter (where f.begun) as baseline,
        count(*) filter (where f.paired) as paired, count(*) filter (where f.declined) as declined,
        count(*) filter (where f.paired and f.change * %(better)s::int >= %(enough)s::int) as improved,
        sum(f.change) filter (where f.paired) as total, sum(f.change * f.change) filter (where f.paired) as squares
    from {{referral}} as c
    join ({readings}) as f on f.referral_id = c.referral_id
    left join {{person}} as p on p.person_id = c.person_id
    left join {{background}} as b on b.person_id = c.person_id
    {place}
    where {where} group by 1, 2, 3"""
_PLACE: Final = f"""left join {PCNS} as place
        on place.practice = c.practice and c.received_at >= place.since and c.received_at < place.until"""

_SUMMED: Final = """select {one} as one, {two} as two, sum(g.eligible)::bigint as eligible, sum(g.baseline)::bigint as baseline,
        sum(g.paired)::bigint as paired, sum(g.declined)::bigint as declined, sum(g.improved)::bigint as improved,
        sum(g.total) as total, sum(g.squares) as squares
    from ({alike}) as g {need} group by 1, 2"""
_NEED: Final = "left join lateral json_array_elements_text(g.needs::json) as need (code) on true"
_COUNTED: Final = """select s.*, s.total / nullif(s.paired, 0) / 100 as mean,
        sqrt((s.paired * s.squares - s.total * s.total) / nullif(s.paired * (s.paired - 1), 0)) / 100 as spread
    from ({summed}) as s"""
"""Changes are whole hundredths of a point: sums of them and of their squares lose nothing."""

_Z: Final = 1.959964
"""The 97.5 % point of the normal distribution."""


def _t(degrees: str) -> str:
    """The 97.5 % point of Student's t, in SQL."""
    z = _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    tail = " + ".join(f"{term:.6f} / ({degrees})::float8 ^ {power}" for power, term in enumerate(terms, start=1))
    return f"({z} + {tail})"


_MARGIN: Final = f"({_t('n.paired - 1')} * n.spread / sqrt(n.paired))"


def _rounded(value: str) -> str:
    return of_many_sql(f"round(({value})::numeric, 2)::float8", "n.paired")


_TOLD: Final = f"""n.one, n.two, {shown_sql("n.eligible")} as eligible, {shown_sql("n.baseline")} as baseline,
    {shown_sql("n.paired")} as paired, {shown_sql("n.declined")} as declined,
    {percent_sql("n.declined", "n.eligible")} as declined_percent, {_rounded("n.mean")} as mean_change,
    {_rounded(f"n.mean - {_MARGIN}")} as change_low, {_rounded(f"n.mean + {_MARGIN}")} as change_high,
    {shown_sql("n.improved")} as improved, {percent_sql("n.improved", "n.paired")} as improved_percent,
    ({held_back_sql("n.eligible", "n.baseline", "n.paired", "n.declined", "n.improved", "n.paired")}) as suppressed"""
"""What may be shown of `n`. A mean with its interval is one thing that is held back."""


def pairs(scope: Scope, one: str, two: str, conditions: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    """Where the rows are, cut by one thing and another, of the cases `c` somebody sees; with the parameters of that."""
    sight, parameters = seen(scope, "c")
    needs = "NEED" in (one, two)
    alike = _ALIKE.format(
        one=CUTS[one],
        two=CUTS[two],
        needs="c.reasons::text" if needs else "null::text",
        readings=_READINGS,
        place=_PLACE if "PCN" in (one, two) else "",
        where=" and ".join((*sight, *conditions)),
    )
    summed = _SUMMED.format(
        one="need.code" if one == "NEED" else "g.one",
        two="need.code" if two == "NEED" else "g.two",
        alike=alike,
        need=_NEED if needs else "",
    )
    return " ".join(("(select", _TOLD, "from (", _COUNTED.format(summed=summed), ") as n)")), parameters
