create table person_record_v2_person (
    person_id text primary key,
    name text,
    nhs_number text,
    nhs_number_status text,
    date_of_birth date,
    address text,
    postcode text,
    phone text,
    email text,
    language text,
    interpreter boolean,
    stated_gender text,
    ethnic_category text,
    lsoa21 text,
    gp_practice text,
    reasonable_adjustments json,
    worker_gender_preference text,
    imd_version text,
    imd_decile integer,
    care_home boolean,
    contact_channel text,
    safe_times text,
    safe_to_leave_message boolean,
    died boolean,
    died_on date,
    parent_excluded boolean,
    merged_into text,
    erasure text,
    erasure_reason text,
    erasure_on date,
    erasure_earliest_on date,
    erased boolean not null
);

create index person_record_v2_person_nhs_number on person_record_v2_person (nhs_number);
create index person_record_v2_person_date_of_birth on person_record_v2_person (date_of_birth);
create index person_record_v2_person_merged_into on person_record_v2_person (merged_into);
create index person_record_v2_person_erasure on person_record_v2_person (erasure_on, person_id)
where erasure = 'requested';

create table person_record_v2_referral (
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

create index person_record_v2_referral_person on person_record_v2_referral (person_id);

create table person_record_v2_link_worker (
    worker_id text primary key,
    display_name text not null
);

create table person_record_v2_pcn (
    pcn text primary key,
    name text not null
);

create table person_record_v2_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index person_record_v2_membership_practice on person_record_v2_membership (practice);

create table person_record_v2_trust (
    trust text primary key,
    name text not null
);

create table person_record_v2_user (
    user_id text primary key,
    display_name text not null
);

create table person_record_v2_flag (
    flag text primary key,
    flag_id text not null,
    person_id text not null,
    kind text not null,
    severity text not null,
    restricted boolean not null,
    detail text,
    raised_on date not null,
    reviewed_on date,
    review_due date not null,
    closed_on date,
    close_reason text,
    raised_by text not null
);

create index person_record_v2_flag_person on person_record_v2_flag (person_id);

create table person_record_v2_consent (
    position bigint primary key,
    person_id text not null,
    scope text not null,
    audience text not null,
    answer text not null,
    answered_on date not null,
    method text,
    wording_version text,
    given_by text,
    expires_on date,
    actor text
);

create index person_record_v2_consent_person on person_record_v2_consent (person_id, position);

create table person_record_v2_representative (
    representative text primary key,
    representative_id text not null,
    person_id text not null,
    kind text not null,
    name text,
    contact text,
    authority text not null,
    since date not null,
    until date,
    ended_on date,
    end_reason text
);

create index person_record_v2_representative_person on person_record_v2_representative (person_id);

create table person_record_v2_assessment (
    assessment text primary key,
    person_id text not null,
    kind text not null,
    about text,
    outcome text not null,
    basis text not null,
    parent_excluded boolean not null,
    words text,
    assessed_on date not null,
    assessed_by text not null
);

create index person_record_v2_assessment_person on person_record_v2_assessment (person_id);

create table person_record_v2_duplicate (
    duplicate text primary key,
    person_id text not null,
    other_id text not null,
    stands text not null,
    evidence text not null,
    flagged_at timestamptz not null,
    flagged_by text not null
);

create index person_record_v2_duplicate_person on person_record_v2_duplicate (person_id);
create index person_record_v2_duplicate_other on person_record_v2_duplicate (other_id);

-- A stream that holds something of a person; what happened in it is in the entries.
create table person_record_v2_stream (
    stream_id text primary key,
    person_id text,
    referral_id text
);

create index person_record_v2_stream_person on person_record_v2_stream (person_id);

create table person_record_v2_entry (
    position bigint primary key,
    stream_id text not null,
    happened_at timestamptz not null,
    kind text not null,
    part text not null,
    code text,
    actor text
);

create index person_record_v2_entry_stream on person_record_v2_entry (stream_id, happened_at desc, position desc);
