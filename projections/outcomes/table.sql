create table outcomes_v1_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null,
    reasons json not null,
    from_position bigint not null
);

create table outcomes_v1_referral_past (
    referral_id text not null,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null,
    reasons json not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (referral_id, from_position)
);

create table outcomes_v1_pcn (
    pcn text primary key,
    name text not null
);

create table outcomes_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index outcomes_v1_membership_practice on outcomes_v1_membership (practice);

create table outcomes_v1_person (
    person_id text primary key,
    date_of_birth date,
    erased boolean not null
);

-- What stays of someone when they are erased: codes that are in clear in the log too.
create table outcomes_v1_background (
    person_id text primary key,
    ethnic_category text not null,
    imd_version text,
    imd_decile integer
);

create table outcomes_v1_measure (
    measure_id text primary key,
    referral_id text not null,
    instrument text not null,
    instrument_version text not null,
    state text not null,
    completed_on date,
    scores jsonb not null,
    from_position bigint not null
);

create index outcomes_v1_measure_asked on outcomes_v1_measure (instrument, instrument_version);

create table outcomes_v1_measure_past (
    measure_id text not null,
    referral_id text not null,
    instrument text not null,
    instrument_version text not null,
    state text not null,
    completed_on date,
    scores jsonb not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (measure_id, from_position)
);

create index outcomes_v1_measure_past_asked on outcomes_v1_measure_past (instrument, instrument_version);
