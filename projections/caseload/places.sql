-- Practices and their PCNs today, for choosing from.
select m.practice, m.name, m.pcn, n.name as pcn_name
from caseload_v1_membership as m
left join caseload_v1_pcn as n on n.pcn = m.pcn
where m.joined_on <= %(today)s and (m.left_on is null or m.left_on > %(today)s)
order by n.name, m.name, m.practice
