"""Pairs: the SQL that tells how the cases somebody sees fare from the first valid reading to the last, by one thing and another."""

from itertools import combinations
from typing import Any, Final

from commonweal.kernel.reading import Scope
from projections.disclosure.tables import EVERYBODY
from projections.places import PCNS
from projections.readings import FARED, READINGS, compared
from projections.sight import seen

_YOUNGER: Final = "(c.received_at at time zone 'Europe/London') - interval '{} years' < p.date_of_birth"
AGE_BANDS: Final = ("under_18", "18_34", "35_54", "55_74", "75_over")

CUTS: Final = {
    "ALL": f"'{EVERYBODY}'::text",
    "PCN": "place.pcn",
    "NEED": "null::text",
    "YEAR": "extract(year from (c.received_at at time zone 'Europe/London') - interval '3 months')::int::text",
    "IMD": "b.imd_version || ' ' || lpad(b.imd_decile::text, 2, '0')",
    "ETHNICITY": "b.ethnic_category",
    "AGE_BAND": f"""case when p.date_of_birth is null then null when {_YOUNGER.format(18)} then 'under_18'
        when {_YOUNGER.format(35)} then '18_34' when {_YOUNGER.format(55)} then '35_54' when {_YOUNGER.format(75)} then '55_74'
        else '75_over' end""",
}
"""SQL of what each cut tells cases `c` of persons `p` with the background `b` in a `place` apart by. A case has several needs:
those are told apart when cases alike are added up."""

OF_THE_CASE: Final = frozenset({"PCN", "NEED", "YEAR"})
"""What is known of the case itself, and so as it was; the others are known of the person, as they are today."""

_ALIKE: Final = """select {one} as one, {two} as two, {needs} as needs, {fared}
    from {{referral}} as c
    join ({readings}) as f on f.referral_id = c.referral_id
    left join {{person}} as p on p.person_id = c.person_id
    left join {{background}} as b on b.person_id = c.person_id
    {place}
    where {where} group by 1, 2, 3"""
_PLACE: Final = f"""left join {PCNS} as place
        on place.practice = c.practice and c.received_at >= place.since and c.received_at < place.until"""

_SUMS: Final = """select {one} as one, {two} as two, coalesce(sum(g.eligible), 0)::bigint as eligible,
        coalesce(sum(g.baseline), 0)::bigint as baseline, coalesce(sum(g.paired), 0)::bigint as paired,
        coalesce(sum(g.declined), 0)::bigint as declined, coalesce(sum(g.improved), 0)::bigint as improved,
        sum(g.total) as total, sum(g.squares) as squares
    from alike as g {need} group by grouping sets ({sets})"""
_NEED: Final = "left join lateral json_array_elements_text(g.needs::json) as need (code) on true"
_NEED_CODE: Final = "need.code"


def pairs(scope: Scope, one: str, two: str) -> tuple[str, dict[str, Any]]:
    """Where the rows are of the cases `c` somebody sees, by one thing and another, with a row for each total of them and one for
    all; with the parameters of that. Nothing is held back yet."""
    sight, parameters = seen(scope, "c")
    alike = _ALIKE.format(
        one=CUTS[one],
        two=CUTS[two],
        needs="c.reasons::text" if "NEED" in (one, two) else "null::text",
        fared=FARED,
        readings=READINGS,
        place=_PLACE if "PCN" in (one, two) else "",
        where=" and ".join(sight),
    )
    cuts = [
        None if cut == "ALL" else _NEED_CODE if cut == "NEED" else f"g.{name}"
        for name, cut in (("one", one), ("two", two))
    ]
    summed = _sums([None if cut == _NEED_CODE else cut for cut in cuts])
    if _NEED_CODE in cuts:
        summed = f"{summed} union all {_sums(cuts, _NEED_CODE)}"
    return f"(with alike as materialized ({alike}) {compared(summed, 'n.one, n.two')})", parameters


def _sums(cuts: list[str | None], always: str | None = None) -> str:
    """Sums over cases alike for each of the cuts, both, and neither; or of these those that are by `always`."""
    some = [cut for cut in cuts if cut is not None]
    sets = [
        each for size in range(len(some) + 1) for each in combinations(some, size) if always is None or always in each
    ]
    everybody = f"'{EVERYBODY}'"
    one, two = (
        everybody if cut is None else f"case when grouping({cut}) = 1 then {everybody} else {cut} end" for cut in cuts
    )
    listed = ", ".join(f"({', '.join(each)})" for each in sets)
    return _SUMS.format(one=one, two=two, need=_NEED if always else "", sets=listed)
