create table activity_v1_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null,
    retracted boolean not null
);

create index activity_v1_referral_person on activity_v1_referral (person_id);
create index activity_v1_referral_received on activity_v1_referral (received_at);

create table activity_v1_contact (
    contact_id text primary key,
    referral_id text not null,
    worker_id text not null,
    at timestamptz not null,
    outcome text not null,
    told_by_referral boolean not null
);

create index activity_v1_contact_referral on activity_v1_contact (referral_id, at);
create index activity_v1_contact_at on activity_v1_contact (at);

create table activity_v1_plan (
    plan_id text primary key,
    referral_id text not null,
    agreed_on date
);

create index activity_v1_plan_agreed on activity_v1_plan (agreed_on);

create table activity_v1_pcn (
    pcn text primary key,
    name text not null
);

create table activity_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index activity_v1_membership_practice on activity_v1_membership (practice);
