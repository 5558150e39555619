create table safeguarding_v1_referral (
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

create index safeguarding_v1_referral_person on safeguarding_v1_referral (person_id);

create table safeguarding_v1_pcn (
    pcn text primary key,
    name text not null
);

create table safeguarding_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index safeguarding_v1_membership_practice on safeguarding_v1_membership (practice);

create table safeguarding_v1_person (
    person_id text primary key,
    name text,
    date_of_birth date,
    erased boolean not null
);

create table safeguarding_v1_colleague (
    user_id text primary key,
    display_name text not null
);

create table safeguarding_v1_concern (
    concern_id text primary key,
    version integer not null,
    referral_id text not null,
    person_id text not null,
    state text not null,
    concerning text not null,
    types json not null,
    detail text,
    immediate_danger boolean not null,
    raised_by text not null,
    raised_at timestamptz not null,
    outcome text,
    outcome_detail text,
    outcome_at timestamptz
);

create index safeguarding_v1_concern_page on safeguarding_v1_concern (raised_at desc, concern_id desc);
create index safeguarding_v1_concern_person on safeguarding_v1_concern (person_id);

create table safeguarding_v1_passed_on (
    passed_on_id text primary key,
    concern_id text not null,
    person_id text not null,
    agency text not null,
    reference text,
    made_at timestamptz not null,
    made_by text not null
);

create index safeguarding_v1_passed_on_concern on safeguarding_v1_passed_on (concern_id);
create index safeguarding_v1_passed_on_person on safeguarding_v1_passed_on (person_id);

-- What there is to do about a concern; whose it is, is the concern's to say.
create table safeguarding_v1_task (
    task_id text primary key,
    version integer not null,
    concern_id text not null,
    due_on date not null,
    due_at timestamptz not null,
    state text not null
);

create index safeguarding_v1_task_due on safeguarding_v1_task (state, due_at, task_id);
