-- Link workers in post, with the weight they carry now and the most they may carry.
select
    w.worker_id, w.display_name, w.away, w.fte_percent * w.caseload_limit / 100 as room,
    coalesce((select sum(r.weight) from caseload_v1_referral as r where r.link_worker_id = w.worker_id), 0)::int as held
from caseload_v1_link_worker as w
where not w.gone
order by w.display_name, w.worker_id
