"""The schedule as it stands: what a grant's instalments still bring, once part of the award was given back."""

from typing import Final

from projections.community_chest.balances import AWARDED, of_grant

SCHEDULE: Final = f"""(select i.number, i.due_on, least(i.pence, a.awarded - i.before)::bigint as pence
    from (select s.*, max(s.position) over () as latest,
            sum(s.pence) over (partition by s.position order by s.number) - s.pence as before
        from {{instalment}} as s where s.grant_id = {{up}}.grant_id) as i
    cross join {of_grant("{up}", AWARDED)} as a (awarded)
    where i.position = i.latest and i.before < a.awarded)"""
"""SQL of the instalments of a grant `{up}`: they come to what it is awarded. The same as `commonweal.domain.chest.grant_schedule`."""
