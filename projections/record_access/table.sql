-- Every opening of a record; access_id is there where somebody broke the glass for it.
create table record_access_v1_access (
    position bigint primary key,
    person_id text not null,
    user_id text not null,
    role text not null,
    what text not null,
    opened_at timestamptz not null,
    access_id text,
    reason text,
    words text,
    fields json not null,
    until timestamptz
);

create index record_access_v1_access_person on record_access_v1_access (person_id, opened_at desc, position desc);
create index record_access_v1_access_broken on record_access_v1_access (opened_at, position) where access_id is not null;

create table record_access_v1_review (
    access text primary key,
    person_id text not null,
    verdict text not null,
    words text,
    reviewed_at timestamptz not null,
    reviewed_by text not null
);

create table record_access_v1_user (
    user_id text primary key,
    display_name text not null
);

create table record_access_v1_person (
    person_id text primary key,
    name text,
    merged_into text,
    erased boolean not null
);

create index record_access_v1_person_merged_into on record_access_v1_person (merged_into);

create table record_access_v1_referral (
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

create index record_access_v1_referral_person on record_access_v1_referral (person_id);

create table record_access_v1_pcn (
    pcn text primary key,
    name text not null
);

create table record_access_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index record_access_v1_membership_practice on record_access_v1_membership (practice);

create table record_access_v1_trust (
    trust text primary key,
    name text not null
);
