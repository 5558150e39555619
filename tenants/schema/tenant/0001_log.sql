-- One tenant's log. Positions are dense: whoever has read position n needs only n + 1, nothing commits late behind it.

create table events (
    position bigint primary key,
    stream_id text not null,
    version integer not null,
    type text not null,
    data bytea not null,
    event_id uuid not null default gen_random_uuid(),
    recorded_at timestamptz not null default now(),
    command_id uuid,
    occurred_at timestamptz,
    actor text,
    on_behalf_of text,
    channel text,
    correlation_id uuid,
    causation_id uuid,
    traceparent text,
    constraint events_stream_version unique (stream_id, version)
);

comment on table events is 'Everything that ever happened in this ICS, in order; never changed, never deleted.';

-- The tenant's queue: whoever holds this row numbers the next events.
create table head (position bigint not null) with (fillfactor = 10);

insert into head (position) values (0);

-- A command may be carried out once: its events are its receipt. Unique among those who hold the head.
create index events_command_id on events (command_id);

-- Keys only one stream may hold, as keyed hashes: an NHS number, a source's own reference.
create table claims (
    kind text not null,
    hash bytea not null,
    stream_id text not null,
    primary key (kind, hash)
);

create index claims_stream_id on claims (stream_id);
