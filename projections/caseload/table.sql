create table caseload_v2_referral (
    referral_id text primary key,
    version integer not null,
    person_id text not null,
    stage text not null,
    phase text not null,
    priority text not null,
    reasons json not null,
    source text not null,
    source_org text not null,
    setting text not null,
    practice text,
    received_at timestamptz not null,
    since timestamptz not null,
    overdue boolean not null,
    link_worker_id text,
    weight integer not null,
    referrer_role text not null,
    programme text not null,
    restricted boolean not null,
    wanted boolean not null,
    exhausted boolean not null,
    information_due_at timestamptz,
    follow_up_due date,
    from_position bigint not null
);

create index caseload_v2_referral_page on caseload_v2_referral (received_at desc, referral_id desc);
create index caseload_v2_referral_stage on caseload_v2_referral (stage, received_at desc, referral_id desc);
create index caseload_v2_referral_link_worker on caseload_v2_referral (link_worker_id, received_at desc, referral_id desc);
create index caseload_v2_referral_person on caseload_v2_referral (person_id, received_at desc, referral_id desc);
create index caseload_v2_referral_practice on caseload_v2_referral (practice, received_at desc, referral_id desc);

-- A referral as it was at the positions [from_position, to_position).
create table caseload_v2_referral_past (
    referral_id text not null,
    version integer not null,
    person_id text not null,
    stage text not null,
    phase text not null,
    priority text not null,
    reasons json not null,
    source text not null,
    source_org text not null,
    setting text not null,
    practice text,
    received_at timestamptz not null,
    since timestamptz not null,
    overdue boolean not null,
    link_worker_id text,
    weight integer not null,
    referrer_role text not null,
    programme text not null,
    restricted boolean not null,
    wanted boolean not null,
    exhausted boolean not null,
    information_due_at timestamptz,
    follow_up_due date,
    from_position bigint not null,
    to_position bigint not null,
    primary key (referral_id, from_position)
);

create index caseload_v2_referral_past_page on caseload_v2_referral_past (received_at desc, referral_id desc)
include (from_position, to_position);
create index caseload_v2_referral_past_stage on caseload_v2_referral_past (stage, received_at desc, referral_id desc)
include (from_position, to_position);

create table caseload_v2_merged (
    person_id text primary key,
    survivor_id text not null
);

create index caseload_v2_merged_survivor on caseload_v2_merged (survivor_id);

create table caseload_v2_person (
    person_id text primary key,
    name text,
    nhs_number text,
    date_of_birth date,
    phone text,
    email text,
    address text,
    postcode text,
    language text,
    interpreter boolean,
    contact_channel text,
    safe_times text,
    safe_to_leave_message boolean,
    erased boolean not null
);

create table caseload_v2_link_worker (
    worker_id text primary key,
    display_name text not null,
    fte_percent integer not null,
    caseload_limit integer not null,
    away boolean not null,
    gone boolean not null
);

create table caseload_v2_pcn (
    pcn text primary key,
    name text not null
);

create table caseload_v2_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index caseload_v2_membership_practice on caseload_v2_membership (practice);

create table caseload_v2_trust (
    trust text primary key,
    name text not null
);

-- A programme that takes referrals, with the criteria it published last.
create table caseload_v2_programme (
    programme text primary key,
    name text not null,
    restricted boolean not null,
    open boolean not null,
    criteria_version integer,
    minimum_age integer,
    maximum_age integer,
    practices json not null,
    lsoas json not null,
    needs json not null,
    excluded_needs json not null
);
