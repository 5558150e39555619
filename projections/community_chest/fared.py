"""Fared: how the cases that came by a grant did, from their first valid reading to their last."""

from typing import Final

from projections.community_chest.effect import CASES
from projections.disclosure.tables import EVERYBODY
from projections.readings import FARED, READINGS, compared

CUTS: Final = {"FUND": "g.fund_id", "PURPOSE": "g.purpose"}
"""What cases are told apart by; one that came by two funds stands in the line of each, and once in everybody's."""


def fared(cut: str) -> str:
    """SQL of a row for each fund or purpose, and for everybody. Nothing is held back yet."""
    return f"""(with came as materialized (
        select distinct {CUTS[cut]} as key, a.referral_id from ({CASES}) as a join {{grant}} as g on g.grant_id = a.grant_id
    ), reading as materialized ({READINGS}), summed as (
        select c.key, {FARED} from came as c join reading as f on f.referral_id = c.referral_id group by c.key
        union all select '{EVERYBODY}', {FARED} from reading as f where f.referral_id in (select c.referral_id from came as c)
    ) {compared("select * from summed", "n.key")})"""
