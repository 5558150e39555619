create table plan_v1_referral (
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

create index plan_v1_referral_person on plan_v1_referral (person_id);

create table plan_v1_reason (
    referral_id text primary key,
    person_id text not null,
    needs json not null
);

create table plan_v1_pcn (
    pcn text primary key,
    name text not null
);

create table plan_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index plan_v1_membership_practice on plan_v1_membership (practice);

create table plan_v1_merged (
    person_id text primary key,
    survivor_id text not null
);

create index plan_v1_merged_survivor on plan_v1_merged (survivor_id);

create table plan_v1_person (
    person_id text primary key,
    name text,
    language text,
    interpreter boolean,
    erased boolean not null
);

create table plan_v1_colleague (
    user_id text primary key,
    display_name text not null
);

create table plan_v1_consent (
    consent text primary key,
    person_id text not null,
    scope text not null,
    audience text not null,
    given boolean not null,
    expires_on date,
    position bigint not null
);

create index plan_v1_consent_person on plan_v1_consent (person_id);

create table plan_v1_plan (
    plan_id text primary key,
    version integer not null,
    person_id text not null,
    referral_id text not null,
    programme text not null,
    phase text not null,
    framework text not null,
    framework_version integer not null,
    domains json not null,
    started_at timestamptz not null,
    started_by text not null,
    agreed_by text,
    agreed_on date,
    agreed_version integer,
    copy_offered text,
    review_on date,
    review_missed boolean not null,
    reviewed_on date,
    ended_at timestamptz,
    ending text
);

create index plan_v1_plan_person on plan_v1_plan (person_id);
create index plan_v1_plan_referral on plan_v1_plan (referral_id);
create index plan_v1_plan_started on plan_v1_plan (started_at, plan_id);

create table plan_v1_milestone (
    milestone text primary key,
    plan_id text not null,
    version integer not null,
    kind text not null,
    reason text,
    agreed_by text,
    at timestamptz not null,
    by_user text
);

create index plan_v1_milestone_plan on plan_v1_milestone (plan_id);

create table plan_v1_what_matters (
    clause text primary key,
    plan_id text not null,
    person_id text not null,
    clause_id text not null,
    statement text,
    domain text,
    said_by text not null,
    language text,
    by_user text not null,
    written_at timestamptz not null,
    place bigint not null
);

create index plan_v1_what_matters_plan on plan_v1_what_matters (plan_id);
create index plan_v1_what_matters_person on plan_v1_what_matters (person_id);

create table plan_v1_strength (
    clause text primary key,
    plan_id text not null,
    person_id text not null,
    clause_id text not null,
    text text,
    kind text not null,
    said_by text not null,
    by_user text not null,
    written_at timestamptz not null,
    place bigint not null
);

create index plan_v1_strength_plan on plan_v1_strength (plan_id);
create index plan_v1_strength_person on plan_v1_strength (person_id);

create table plan_v1_need (
    found text primary key,
    plan_id text not null,
    need text not null,
    identified_by text not null,
    severity integer not null,
    outcome text not null,
    reason text,
    by_user text not null,
    written_at timestamptz not null
);

create index plan_v1_need_plan on plan_v1_need (plan_id);

create table plan_v1_goal (
    goal text primary key,
    plan_id text not null,
    person_id text not null,
    goal_id text not null,
    wording text,
    domain text,
    baseline integer not null,
    target_date date,
    owner text not null,
    said_by text not null,
    outcome text not null,
    reason text,
    by_user text not null,
    written_at timestamptz not null,
    agreed_on date not null,
    place bigint not null
);

create index plan_v1_goal_plan on plan_v1_goal (plan_id);
create index plan_v1_goal_person on plan_v1_goal (person_id);

create table plan_v1_rating (
    rating_id text primary key,
    goal text not null,
    rating integer not null,
    rated_by text not null,
    rated_on date not null,
    by_user text not null,
    place bigint not null
);

create index plan_v1_rating_goal on plan_v1_rating (goal);

create table plan_v1_action (
    action text primary key,
    plan_id text not null,
    person_id text not null,
    action_id text not null,
    goal_id text,
    what text,
    who text not null,
    by_when date,
    outcome text not null,
    reason text,
    done_on date,
    by_user text not null,
    written_at timestamptz not null,
    place bigint not null
);

create index plan_v1_action_plan on plan_v1_action (plan_id);
create index plan_v1_action_person on plan_v1_action (person_id);

create table plan_v1_share (
    share text primary key,
    plan_id text not null,
    kind text not null,
    audience text not null,
    part text not null,
    scope text not null,
    plan_version integer not null,
    by_user text not null,
    shared_at timestamptz not null,
    stopped_at timestamptz,
    stop_reason text
);

create index plan_v1_share_plan on plan_v1_share (plan_id);
create index plan_v1_share_audience on plan_v1_share (kind, audience);

create table plan_v1_proposal (
    proposal text primary key,
    plan_id text not null,
    person_id text not null,
    proposal_id text not null,
    proposer text not null,
    clause_ids json not null,
    text text,
    decision text not null,
    reason text,
    by_user text not null,
    written_at timestamptz not null,
    place bigint not null
);

create index plan_v1_proposal_plan on plan_v1_proposal (plan_id);
create index plan_v1_proposal_person on plan_v1_proposal (person_id);

create table plan_v1_gain (
    gain text primary key,
    plan_id text not null,
    gain_id text not null,
    kind text not null,
    amount_pence bigint not null,
    annualised boolean not null,
    status text not null,
    confirmed_on date,
    by_user text not null,
    written_at timestamptz not null,
    place bigint not null
);

create index plan_v1_gain_plan on plan_v1_gain (plan_id);

create table plan_v1_framework (
    framework text primary key,
    version integer not null,
    name text not null,
    domains json not null,
    retired boolean not null
);
