-- A referral and where it stands, without a word about whose it is.
create table referrals_made_v2_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    source_reference text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null,
    status text not null,
    since timestamptz not null
);

create index referrals_made_v2_referral_source on referrals_made_v2_referral (source_org, received_at, referral_id);
create index referrals_made_v2_referral_reference on referrals_made_v2_referral (source_reference);

create table referrals_made_v2_consent (
    consent text primary key,
    person_id text not null,
    scope text not null,
    audience text not null,
    given boolean not null,
    expires_on date,
    position bigint not null
);

create index referrals_made_v2_consent_person on referrals_made_v2_consent (person_id);

-- Who is erased is looked up when somebody reads: what was agreed to ends with the record.
create table referrals_made_v2_person (
    person_id text primary key,
    erased boolean not null
);

create table referrals_made_v2_merged (
    person_id text primary key,
    survivor_id text not null
);

create index referrals_made_v2_merged_survivor on referrals_made_v2_merged (survivor_id);

create table referrals_made_v2_programme (
    programme text primary key,
    name text not null,
    restricted boolean not null,
    open boolean not null
);

create table referrals_made_v2_pcn (
    pcn text primary key,
    name text not null
);

create table referrals_made_v2_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index referrals_made_v2_membership_practice on referrals_made_v2_membership (practice);

create table referrals_made_v2_trust (
    trust text primary key,
    name text not null
);
