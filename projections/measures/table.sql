create table measures_v1_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null
);

create index measures_v1_referral_person on measures_v1_referral (person_id);
create index measures_v1_referral_link_worker on measures_v1_referral (link_worker_id);

create table measures_v1_pcn (
    pcn text primary key,
    name text not null
);

create table measures_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index measures_v1_membership_practice on measures_v1_membership (practice);

create table measures_v1_merged (
    person_id text primary key,
    survivor_id text not null
);

create index measures_v1_merged_survivor on measures_v1_merged (survivor_id);

create table measures_v1_person (
    person_id text primary key,
    name text,
    erased boolean not null
);

create table measures_v1_measure (
    measure_id text primary key,
    version integer not null,
    referral_id text not null,
    person_id text not null,
    instrument text not null,
    instrument_version text not null,
    point text not null,
    due_on date not null,
    due_at timestamptz not null,
    state text not null,
    reason text,
    completed_on date,
    mode text,
    language text,
    scoring_version text,
    risk boolean not null
);

create index measures_v1_measure_due on measures_v1_measure (state, due_at, measure_id);
create index measures_v1_measure_person on measures_v1_measure (person_id, due_at, measure_id);
create index measures_v1_measure_referral on measures_v1_measure (referral_id);

create table measures_v1_score (
    score_id text primary key,
    measure_id text not null,
    scale text not null,
    raw integer,
    value integer not null,
    band text
);

create index measures_v1_score_measure on measures_v1_score (measure_id);

create table measures_v1_instrument (
    instrument text primary key,
    version integer not null,
    instrument_version text not null,
    state text not null,
    licence text,
    reference text,
    expires_on date
);
