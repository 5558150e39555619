-- Organisations a referral can be passed on to: the trusts this ICS is connected with.
select t.trust, t.name
from caseload_v1_trust as t
order by t.name, t.trust
