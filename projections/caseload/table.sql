create table caseload_v1_referral (
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
    from_position bigint not null
);

create index caseload_v1_referral_page on caseload_v1_referral (received_at desc, referral_id desc);
create index caseload_v1_referral_stage on caseload_v1_referral (stage, received_at desc, referral_id desc);
create index caseload_v1_referral_link_worker on caseload_v1_referral (link_worker_id, received_at desc, referral_id desc);
create index caseload_v1_referral_practice on caseload_v1_referral (practice, received_at desc, referral_id desc);

-- A referral as it was at the positions [from_position, to_position).
create table caseload_v1_referral_past (
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
    from_position bigint not null,
    to_position bigint not null,
    primary key (referral_id, from_position)
);

create index caseload_v1_referral_past_page on caseload_v1_referral_past (received_at desc, referral_id desc)
include (from_position, to_position);
create index caseload_v1_referral_past_stage on caseload_v1_referral_past (stage, received_at desc, referral_id desc)
include (from_position, to_position);

create table caseload_v1_person (
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

create table caseload_v1_link_worker (
    worker_id text primary key,
    display_name text not null,
    fte_percent integer not null,
    caseload_limit integer not null,
    away boolean not null,
    gone boolean not null
);

create table caseload_v1_pcn (
    pcn text primary key,
    name text not null
);

create table caseload_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index caseload_v1_membership_practice on caseload_v1_membership (practice);

create table caseload_v1_trust (
    trust text primary key,
    name text not null
);
