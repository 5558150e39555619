create table equity_funnel_v1_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null,
    accepted boolean not null,
    engaged boolean not null,
    completed boolean not null,
    retracted boolean not null
);

create index equity_funnel_v1_referral_person on equity_funnel_v1_referral (person_id);
create index equity_funnel_v1_referral_received on equity_funnel_v1_referral (received_at);

create table equity_funnel_v1_person (
    person_id text primary key,
    ethnic_category text,
    stated_gender text,
    language text,
    interpreter boolean,
    imd_version text,
    imd_decile integer,
    date_of_birth date
);

create table equity_funnel_v1_pcn (
    pcn text primary key,
    name text not null
);

create table equity_funnel_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index equity_funnel_v1_membership_practice on equity_funnel_v1_membership (practice);
