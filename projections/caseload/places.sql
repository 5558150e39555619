-- Practices and their PCNs today, for choosing from.
select m.practice, m.name, m.pcn, n.name as pcn_name
from caseload_v1_membership as m
left join caseload_v1_pcn as n on n.pcn = m.pcn
where m.left_on is null or m.left_on > current_date
order by n.name, m.name, m.practice
