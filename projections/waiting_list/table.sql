-- A referral and whether it waits now. Turns are not kept: they are counted among those who wait when somebody looks.
create table waiting_list_v2_referral (
    referral_id text primary key,
    version integer not null,
    person_id text not null,
    waiting boolean not null,
    waiting_since timestamptz,
    priority text not null,
    urgency integer not null,
    returned boolean not null,
    return_reason text,
    reasons json not null,
    source text not null,
    source_org text not null,
    practice text,
    programme text not null,
    restricted boolean not null,
    basis text not null,
    moved_reason text,
    interim text,
    interim_at timestamptz,
    received_at timestamptz not null,
    from_position bigint not null
);

create index waiting_list_v2_referral_turn on waiting_list_v2_referral (urgency, waiting_since, referral_id) where waiting;

-- A referral as it was at the positions [from_position, to_position).
create table waiting_list_v2_referral_past (
    referral_id text not null,
    version integer not null,
    person_id text not null,
    waiting boolean not null,
    waiting_since timestamptz,
    priority text not null,
    urgency integer not null,
    returned boolean not null,
    return_reason text,
    reasons json not null,
    source text not null,
    source_org text not null,
    practice text,
    programme text not null,
    restricted boolean not null,
    basis text not null,
    moved_reason text,
    interim text,
    interim_at timestamptz,
    received_at timestamptz not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (referral_id, from_position)
);

create index waiting_list_v2_referral_past_turn on waiting_list_v2_referral_past (to_position, from_position) where waiting;

create table waiting_list_v2_person (
    person_id text primary key,
    name text,
    nhs_number text,
    date_of_birth date,
    postcode text,
    language text,
    interpreter boolean,
    erased boolean not null
);

create table waiting_list_v2_pcn (
    pcn text primary key,
    name text not null
);

create table waiting_list_v2_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index waiting_list_v2_membership_practice on waiting_list_v2_membership (practice);

create table waiting_list_v2_trust (
    trust text primary key,
    name text not null
);
