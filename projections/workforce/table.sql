create table workforce_v1_referral (
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
    priority text not null,
    weight integer not null,
    waiting_since timestamptz,
    first_contact_at timestamptz,
    first_contact_by text,
    last_worker_id text,
    handed_from text,
    handed_at timestamptz,
    handed_reason text,
    handover text,
    acknowledged boolean not null
);

create index workforce_v1_referral_person on workforce_v1_referral (person_id);
create index workforce_v1_referral_link_worker on workforce_v1_referral (link_worker_id);

create table workforce_v1_person (
    person_id text primary key,
    name text,
    language text,
    interpreter boolean,
    worker_gender_preference text,
    erased boolean not null
);

create table workforce_v1_contact (
    contact_id text primary key,
    referral_id text not null,
    worker_id text not null,
    at timestamptz not null,
    outcome text not null,
    told_by_referral boolean not null
);

create index workforce_v1_contact_referral on workforce_v1_contact (referral_id, at);
create index workforce_v1_contact_at on workforce_v1_contact (at);

create table workforce_v1_link_worker (
    worker_id text primary key,
    display_name text not null,
    stated_gender text,
    max_new_per_week integer,
    engaged_on date not null,
    contract_ends_on date,
    last_day date,
    away text,
    away_since date,
    cover_worker_id text
);

-- Hours in percent of full time, and limits, each from its day on.
create table workforce_v1_agreed (
    agreed text primary key,
    worker_id text not null,
    kind text not null,
    from_on date not null,
    number integer not null
);

create index workforce_v1_agreed_worker on workforce_v1_agreed (worker_id, kind, from_on desc);

create table workforce_v1_host (
    host text primary key,
    worker_id text not null,
    from_on date not null,
    practices json not null,
    pcns json not null
);

create index workforce_v1_host_worker on workforce_v1_host (worker_id, from_on desc);

create table workforce_v1_funding (
    funding text primary key,
    worker_id text not null,
    from_on date not null,
    split json not null
);

create index workforce_v1_funding_worker on workforce_v1_funding (worker_id, from_on desc);

create table workforce_v1_spoken (
    spoken text primary key,
    worker_id text not null,
    language text not null
);

create index workforce_v1_spoken_worker on workforce_v1_spoken (worker_id, language);

create table workforce_v1_skilled (
    skilled text primary key,
    worker_id text not null,
    skill text not null
);

create index workforce_v1_skilled_worker on workforce_v1_skilled (worker_id, skill);

-- What is added to a caseload or taken from it: all that was up to a day, added up, is the caseload of that day.
create table workforce_v1_move (
    position bigint primary key,
    worker_id text not null,
    referral_id text not null,
    at timestamptz not null,
    cases integer not null,
    weight integer not null,
    new boolean not null
);

create index workforce_v1_move_referral on workforce_v1_move (referral_id);
create index workforce_v1_move_worker on workforce_v1_move (worker_id, at);

create table workforce_v1_competency (
    competency text primary key,
    worker_id text not null,
    course text not null,
    completed_on date not null,
    expires_on date,
    expired boolean not null
);

create index workforce_v1_competency_worker on workforce_v1_competency (worker_id);

create table workforce_v1_supervision (
    supervision text primary key,
    worker_id text not null,
    kind text not null,
    held_on date not null
);

create index workforce_v1_supervision_worker on workforce_v1_supervision (worker_id, held_on desc);

create table workforce_v1_proposal (
    referral_id text primary key,
    worker_id text not null,
    proposed_at timestamptz not null,
    rule_version integer not null,
    practice integer not null,
    language integer not null,
    continuity integer not null,
    load integer not null,
    gender_preference integer not null
);

create index workforce_v1_proposal_worker on workforce_v1_proposal (worker_id);

create table workforce_v1_refusal (
    refusal text primary key,
    referral_id text not null,
    worker_id text not null,
    reason text not null
);

create index workforce_v1_refusal_referral on workforce_v1_refusal (referral_id);

create table workforce_v1_rule (
    rule text primary key,
    version integer not null,
    practice integer not null,
    language integer not null,
    continuity integer not null,
    load integer not null,
    gender_preference integer not null
);

create table workforce_v1_pcn (
    pcn text primary key,
    name text not null
);

create table workforce_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index workforce_v1_membership_practice on workforce_v1_membership (practice);

create table workforce_v1_federation (
    federation text primary key,
    name text not null,
    pcns json not null
);
