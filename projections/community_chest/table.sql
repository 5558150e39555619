create table community_chest_v1_fund (
    fund_id text primary key,
    name text not null,
    sort text not null,
    areas json not null,
    method text not null,
    rules_version integer not null,
    priorities json not null,
    priority_snapshot text,
    evaluation_hash text,
    reconciled boolean not null,
    founded_at timestamptz not null,
    from_position bigint not null
);

create table community_chest_v1_fund_past (
    fund_id text not null,
    name text not null,
    sort text not null,
    areas json not null,
    method text not null,
    rules_version integer not null,
    priorities json not null,
    priority_snapshot text,
    evaluation_hash text,
    reconciled boolean not null,
    founded_at timestamptz not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (fund_id, from_position)
);

create table community_chest_v1_steering (
    steering text primary key,
    fund_id text not null,
    organisation text not null,
    interests json not null
);

create index community_chest_v1_steering_fund on community_chest_v1_steering (fund_id);

-- What people need and do not find, as it was attached to a fund: `*` where a number is held back.
create table community_chest_v1_evidence (
    evidence text primary key,
    position bigint not null,
    fund_id text not null,
    snapshot_id text not null,
    as_of timestamptz not null,
    at_position bigint not null,
    disclosure_rule text not null,
    since date,
    until date,
    needs json not null,
    attached_at timestamptz not null
);

create index community_chest_v1_evidence_fund on community_chest_v1_evidence (fund_id);

-- What came of a fund's money, as its funders were told: null where a number is held back.
create table community_chest_v1_effect (
    effect text primary key,
    position bigint not null,
    fund_id text not null,
    snapshot_id text not null,
    as_of timestamptz not null,
    disclosure_rule text not null,
    grants integer not null,
    awarded bigint not null,
    places bigint not null,
    pence_per_place bigint not null,
    people integer,
    completed integer,
    met integer
);

create index community_chest_v1_effect_fund on community_chest_v1_effect (fund_id);

-- What a pledge was made as. What became of it stands in the ledger.
create table community_chest_v1_pledge (
    pledge text primary key,
    position bigint not null,
    fund_id text not null,
    pledge_id text not null,
    funder text not null,
    purposes json not null,
    areas json not null,
    match_pence bigint not null,
    awards_until date,
    made_at timestamptz not null
);

create index community_chest_v1_pledge_fund on community_chest_v1_pledge (fund_id);
create index community_chest_v1_pledge_funder on community_chest_v1_pledge (funder);

-- `level`: what the pledge comes to from then on, where this says so. `pence`: by how much more is received, awarded or paid.
create table community_chest_v1_ledger (
    entry text primary key,
    position bigint not null,
    fund_id text not null,
    pledge text not null,
    kind text not null,
    level bigint,
    pence bigint not null,
    grant_id text,
    reference text,
    reason text,
    day date not null,
    at timestamptz not null
);

create index community_chest_v1_ledger_pledge on community_chest_v1_ledger (pledge, position);
create index community_chest_v1_ledger_grant on community_chest_v1_ledger (grant_id);
create index community_chest_v1_ledger_day on community_chest_v1_ledger (pledge, day) include (position, kind, pence);
create index community_chest_v1_ledger_promised on community_chest_v1_ledger (pledge, position)
    where level is not null or kind = 'CONFIRMED';

create table community_chest_v1_round (
    round text primary key,
    round_id text not null,
    fund_id text not null,
    name text not null,
    method text not null,
    rules_version integer not null,
    opens_on date not null,
    closes_on date not null,
    least_pence bigint not null,
    most_pence bigint not null,
    budget_pence bigint,
    fast_track_below_pence bigint not null,
    ringfences json not null,
    closed boolean not null,
    opened_at timestamptz not null,
    from_position bigint not null
);

create index community_chest_v1_round_fund on community_chest_v1_round (fund_id);

create table community_chest_v1_round_past (
    round text not null,
    round_id text not null,
    fund_id text not null,
    name text not null,
    method text not null,
    rules_version integer not null,
    opens_on date not null,
    closes_on date not null,
    least_pence bigint not null,
    most_pence bigint not null,
    budget_pence bigint,
    fast_track_below_pence bigint not null,
    ringfences json not null,
    closed boolean not null,
    opened_at timestamptz not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (round, from_position)
);

-- Who voted, and for whom, stands nowhere: only what the votes came to.
create table community_chest_v1_ballot (
    ballot_id text primary key,
    round text not null,
    closes_on date not null,
    voters integer not null,
    turnout integer,
    tally json not null,
    opened_at timestamptz not null,
    from_position bigint not null
);

create index community_chest_v1_ballot_round on community_chest_v1_ballot (round);

create table community_chest_v1_ballot_past (
    ballot_id text not null,
    round text not null,
    closes_on date not null,
    voters integer not null,
    turnout integer,
    tally json not null,
    opened_at timestamptz not null,
    from_position bigint not null,
    to_position bigint not null,
    primary key (ballot_id, from_position)
);

-- What is awarded and paid of a grant is what the ledger says. What begins with `public_` was confirmed for everybody to read.
create table community_chest_v1_grant (
    grant_id text primary key,
    version integer not null,
    fund_id text not null,
    round text not null,
    round_id text not null,
    organisation text not null,
    phase text not null,
    title text,
    purpose text,
    area text,
    groups json not null,
    places integer,
    starts_on date,
    ends_on date,
    asked bigint,
    recommended bigint,
    pitched boolean not null,
    tapers boolean not null,
    fast_track boolean not null,
    reserve_rank integer,
    started_at timestamptz not null,
    submitted_on date,
    awarded_at timestamptz,
    public_title text,
    public_summary text,
    unnamed boolean not null
);

create index community_chest_v1_grant_awarded on community_chest_v1_grant (awarded_at, grant_id);
create index community_chest_v1_grant_fund on community_chest_v1_grant (fund_id);
create index community_chest_v1_grant_round on community_chest_v1_grant (round);

-- Those of the highest position are the schedule that counts, as far as the award goes.
create table community_chest_v1_instalment (
    instalment text primary key,
    position bigint not null,
    grant_id text not null,
    number integer not null,
    due_on date not null,
    pence bigint not null
);

create index community_chest_v1_instalment_grant on community_chest_v1_instalment (grant_id, position);

-- A grant that is over: it was not taken, or it ended.
create table community_chest_v1_ending (
    ending text primary key,
    position bigint not null,
    grant_id text not null,
    over_on date not null
);

create index community_chest_v1_ending_grant on community_chest_v1_ending (grant_id);

create table community_chest_v1_assessment (
    assessment text primary key,
    grant_id text not null,
    assessor text not null,
    organisation text,
    moderated boolean not null,
    points json not null,
    given_at timestamptz not null
);

create index community_chest_v1_assessment_grant on community_chest_v1_assessment (grant_id);

create table community_chest_v1_conflict (
    conflict text primary key,
    grant_id text not null,
    assessor text not null,
    kind text not null
);

create index community_chest_v1_conflict_grant on community_chest_v1_conflict (grant_id);

create table community_chest_v1_drawdown (
    drawdown text primary key,
    grant_id text not null,
    drawdown_id text not null,
    pence bigint not null,
    phase text not null,
    reason text,
    requested_on date not null,
    evidence json not null,
    report_id text,
    payment_id text
);

create index community_chest_v1_drawdown_grant on community_chest_v1_drawdown (grant_id);

create table community_chest_v1_report (
    report text primary key,
    grant_id text not null,
    report_id text not null,
    from_on date not null,
    to_on date not null,
    due_on date not null,
    phase text not null,
    sessions integer,
    places integer,
    people_band text,
    spend_pence bigint,
    submitted_on date
);

create index community_chest_v1_report_grant on community_chest_v1_report (grant_id);

create table community_chest_v1_capacity (
    capacity text primary key,
    grant_id text not null,
    service_id text not null,
    places integer not null,
    from_on date not null,
    to_on date not null
);

create index community_chest_v1_capacity_grant on community_chest_v1_capacity (grant_id);
create index community_chest_v1_capacity_service on community_chest_v1_capacity (service_id);

create table community_chest_v1_service (
    service_id text primary key,
    name text not null
);

create table community_chest_v1_connection (
    connection_id text primary key,
    person_id text not null,
    referral_id text not null,
    service_id text not null,
    phase text not null,
    started_on date
);

create index community_chest_v1_connection_service on community_chest_v1_connection (service_id, started_on);

create table community_chest_v1_referral (
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
    unmet json not null,
    ending text
);

create index community_chest_v1_referral_person on community_chest_v1_referral (person_id);
create index community_chest_v1_referral_received on community_chest_v1_referral (received_at);

create table community_chest_v1_plan (
    plan_id text primary key,
    referral_id text not null
);

create index community_chest_v1_plan_referral on community_chest_v1_plan (referral_id);

-- A need in a plan that nothing near by meets, as somebody sees it.
create table community_chest_v1_unmet (
    unmet text primary key,
    plan_id text not null,
    need text not null
);

create index community_chest_v1_unmet_plan on community_chest_v1_unmet (plan_id);

create table community_chest_v1_measure (
    measure_id text primary key,
    referral_id text not null,
    instrument text not null,
    instrument_version text not null,
    state text not null,
    completed_on date,
    scores jsonb not null
);

create index community_chest_v1_measure_asked on community_chest_v1_measure (instrument, instrument_version);

-- `place`: the one a PCN is counted to.
create table community_chest_v1_pcn (
    pcn text primary key,
    name text not null,
    place text
);

create table community_chest_v1_place (
    place text primary key,
    name text not null
);

create table community_chest_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index community_chest_v1_membership_practice on community_chest_v1_membership (practice);
