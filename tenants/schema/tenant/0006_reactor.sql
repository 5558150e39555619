-- What the reactor of this ICS knows: how far it has read, what its policies must remember of it, and what falls due when.
-- All of it comes from the log and is written together with the position.

create table reactor (
    position bigint not null default 0,
    recorded_at timestamptz,
    policies jsonb
) with (fillfactor = 10);

comment on column reactor.policies is 'The policies of the ICS as of that position; null where it has not said any.';

insert into reactor default values;

create table reactor_cases (
    referral_id text primary key,
    person_id text not null,
    phase text not null
);

create index reactor_cases_person_id on reactor_cases (person_id);

create table reactor_stays (
    episode_id text primary key,
    person_id text,
    discharged_at timestamptz,
    ward text,
    died boolean not null
);

create table deadlines (
    kind text not null,
    identity text not null,
    about text not null,
    due_at timestamptz not null,
    event_id uuid not null,
    position bigint not null,
    fired_at timestamptz,
    primary key (kind, identity, about)
);

comment on table deadlines is 'What is not settled yet. A row fired stays where nothing came of it, so that it is not fired again.';

comment on column deadlines.event_id is 'The event that set it: the id of the command that follows is made from it.';

create index deadlines_due_at on deadlines (due_at) where fired_at is null;
