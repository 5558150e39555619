-- One page of the caseload with how fresh it is, in one statement; newest first, keyset on (received_at, referral_id).
with fresh as (
    select
        r.position,
        case when r.position >= h.position or r.recorded_at is null then now() else r.recorded_at end as as_of
    from rooms as r, head as h
    where r.name = 'caseload' and r.version = 1
),

shown as (
    select
        r.referral_id, r.version, r.stage, r.phase, r.priority, r.reasons, r.source, r.source_org, r.setting,
        r.practice, r.received_at, r.since, r.overdue, r.link_worker_id, r.person_id, r.referrer_role,
        m.name as practice_name, m.pcn
    from caseload_v1_referral as r
    cross join lateral (select (r.received_at at time zone 'Europe/London')::date as received_on) as d
    left join lateral (
        select m.name, m.pcn
        from caseload_v1_membership as m
        where m.practice = r.practice
            and m.joined_on <= d.received_on and (m.left_on is null or m.left_on > d.received_on)
        order by m.joined_on desc
        limit 1
    ) as m on true
    where (%(referral_id)s::text is null or r.referral_id = %(referral_id)s)
        and (%(stage)s::text is null or r.stage = %(stage)s)
        and (%(open)s::boolean is not true or r.stage <> 'CLOSED')
        and (%(link_worker)s::text is null or r.link_worker_id = %(link_worker)s)
        and (%(practice)s::text is null or r.practice = %(practice)s)
        and (%(pcn)s::text is null or m.pcn = %(pcn)s)
        and (
            %(everything)s
            or m.pcn = any(%(own_pcns)s::text[])
            or r.practice = any(%(own_practices)s::text[])
            or r.link_worker_id = any(%(own_link_workers)s::text[])
        )
),

page as (
    select s.*
    from shown as s
    where (%(after_at)s::timestamptz is null or (s.received_at, s.referral_id) < (%(after_at)s, %(after_id)s::text))
        and (%(before_at)s::timestamptz is null or (s.received_at, s.referral_id) > (%(before_at)s, %(before_id)s::text))
    order by
        case when %(backwards)s then s.received_at end asc,
        case when %(backwards)s then s.referral_id end asc,
        case when not %(backwards)s then s.received_at end desc,
        case when not %(backwards)s then s.referral_id end desc
    limit %(first)s
)

select
    f.position, f.as_of,
    case when %(count)s then (select count(*) from shown) end as total,
    p.referral_id, p.version, p.stage, p.phase, p.priority, p.reasons, p.source, p.source_org, p.setting,
    p.practice, p.practice_name, p.pcn, n.name as pcn_name, p.received_at, p.since, p.overdue,
    p.link_worker_id, w.display_name, t.name as trust_name,
    p.person_id, p.referrer_role, someone.name, someone.nhs_number, someone.date_of_birth,
    someone.phone, someone.email, someone.address, someone.postcode, someone.language, someone.interpreter,
    someone.contact_channel, someone.safe_times, someone.safe_to_leave_message,
    coalesce(someone.erased, true) as erased
from fresh as f
left join page as p on true
left join caseload_v1_person as someone on someone.person_id = p.person_id
left join caseload_v1_pcn as n on n.pcn = p.pcn
left join caseload_v1_link_worker as w on w.worker_id = p.link_worker_id
left join caseload_v1_trust as t on t.trust = p.source_org
order by p.received_at desc, p.referral_id desc
