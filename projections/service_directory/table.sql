create table service_directory_v1_organisation (
    organisation_id text primary key,
    version integer not null,
    name text not null,
    description text,
    identifiers json not null,
    website text,
    email text,
    parent text
);

create table service_directory_v1_listing (
    service_id text primary key,
    version integer not null,
    organisation_id text not null,
    kind text not null,
    phase text not null,
    name text not null,
    sort text not null,
    description text,
    needs json not null,
    email text,
    phone text,
    website text,
    address text,
    postcode text,
    languages json not null,
    access json not null,
    sessions json not null,
    cost text not null,
    cost_pence integer,
    assured_on date,
    assured_how text,
    next_due date,
    half_life integer not null,
    minimum_age integer,
    maximum_age integer,
    areas json not null,
    inclusion json not null,
    exclusion json not null,
    route text,
    response_sla_days integer,
    closed_reason text,
    closed_until date,
    ending text,
    note text,
    capacity_status text,
    capacity_unit text,
    capacity_all integer,
    capacity_funded integer,
    vacancy integer,
    est_wait_weeks integer,
    capacity_on date,
    capacity_until date,
    submitted_by text not null,
    submitted_at timestamptz not null
);

create index service_directory_v1_listing_page on service_directory_v1_listing (sort, service_id);
create index service_directory_v1_listing_organisation on service_directory_v1_listing (organisation_id);

create table service_directory_v1_problem (
    problem text primary key,
    problem_id text not null,
    service_id text not null,
    kind text not null,
    note text,
    reported_at timestamptz not null,
    reporter_role text not null,
    resolved_at timestamptz
);

create index service_directory_v1_problem_service on service_directory_v1_problem (service_id);

-- What was said of places, each time it was said.
create table service_directory_v1_places (
    said bigint primary key,
    service_id text not null,
    status text not null,
    unit text not null,
    vacancy integer,
    est_wait_weeks integer,
    reported_on date not null,
    valid_until date not null
);

create index service_directory_v1_places_service on service_directory_v1_places (service_id, said);

-- What changed, one line an event.
create table service_directory_v1_news (
    position bigint primary key,
    service_id text not null,
    at timestamptz not null,
    what text not null,
    code text
);

create index service_directory_v1_news_at on service_directory_v1_news (at);
