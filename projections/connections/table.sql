create table connections_v1_connection (
    connection_id text primary key,
    version integer not null,
    person_id text not null,
    referral_id text not null,
    plan_id text,
    service_id text not null,
    phase text not null,
    mode text not null,
    hope text,
    override_reason text,
    override_note text,
    freshness_at_offer text not null,
    offered_at timestamptz not null,
    accepted_at timestamptz,
    channel text,
    sent_at timestamptz,
    consent_given_on date,
    link_id text,
    link_expires_on date,
    link_shown boolean not null,
    answer_due_on date,
    unanswered boolean not null,
    answer text,
    answered_at timestamptz,
    answered_by_link boolean not null,
    places_left integer,
    est_wait_weeks integer,
    started_on date,
    ended_on date,
    ending text
);

create index connections_v1_connection_page on connections_v1_connection (offered_at desc, connection_id desc);
create index connections_v1_connection_person on connections_v1_connection (person_id, offered_at desc);
create index connections_v1_connection_referral on connections_v1_connection (referral_id);
create index connections_v1_connection_service on connections_v1_connection (service_id);

create table connections_v1_session (
    session text primary key,
    session_id text not null,
    connection_id text not null,
    held_on date not null,
    code text not null,
    corrected boolean not null
);

create index connections_v1_session_connection on connections_v1_session (connection_id);

create table connections_v1_contribution (
    contribution text primary key,
    contribution_id text not null,
    connection_id text not null,
    service_id text not null,
    role text not null,
    started_on date not null,
    ended_on date
);

create index connections_v1_contribution_connection on connections_v1_contribution (connection_id);

create table connections_v1_consent (
    consent text primary key,
    person_id text not null,
    scope text not null,
    audience text not null,
    given boolean not null,
    expires_on date,
    position bigint not null
);

create index connections_v1_consent_person on connections_v1_consent (person_id);

create table connections_v1_service (
    service_id text primary key,
    organisation_id text not null,
    name text not null,
    phase text not null,
    assured_on date,
    half_life integer not null
);

create table connections_v1_problem (
    problem text primary key,
    service_id text not null,
    resolved_at timestamptz
);

create index connections_v1_problem_service on connections_v1_problem (service_id);

create table connections_v1_organisation (
    organisation_id text primary key,
    name text not null,
    identifiers json not null
);

create table connections_v1_merged (
    person_id text primary key,
    survivor_id text not null
);

create index connections_v1_merged_survivor on connections_v1_merged (survivor_id);

create table connections_v1_person (
    person_id text primary key,
    name text,
    phone text,
    email text,
    erased boolean not null
);

create table connections_v1_referral (
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

create index connections_v1_referral_person on connections_v1_referral (person_id);

create table connections_v1_pcn (
    pcn text primary key,
    name text not null
);

create table connections_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index connections_v1_membership_practice on connections_v1_membership (practice);

create table connections_v1_trust (
    trust text primary key,
    name text not null
);
