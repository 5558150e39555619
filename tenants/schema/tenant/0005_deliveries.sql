-- Whom we must still tell of what, and whom we told: references only, never a word about a person.

-- How far each integration has read the stream, written together with what followed from it.
create table consumed (
    integration text primary key,
    position bigint not null default 0
) with (fillfactor = 50);

create table deliveries (
    integration text not null,
    event_id uuid not null,
    position bigint not null,
    stream_id text not null,
    version integer not null,
    type text not null,
    recipient text not null,
    state text not null default 'waiting',
    attempts integer not null default 0,
    next_try_at timestamptz not null default now(),
    last_status integer,
    last_error text,
    delivered_at timestamptz,
    primary key (integration, event_id),
    constraint deliveries_state check (state in ('waiting', 'delivered', 'withheld', 'parked')),
    constraint deliveries_delivered check ((state = 'delivered') = (delivered_at is not null))
) with (fillfactor = 70);

comment on column deliveries.recipient is 'The ODS code of the organisation that is told.';
comment on column deliveries.state is 'waiting; delivered; withheld: we may not tell them, see last_error; parked: given up, to be looked at.';
comment on column deliveries.attempts is 'Tries begun. Whoever settles one names its number, so that a try given up for lost settles nothing.';
comment on column deliveries.next_try_at is 'When it is due; while a try is under way, when that try is given up for lost.';
comment on column deliveries.last_status is 'The HTTP status of the last answer, where there was one.';
comment on column deliveries.last_error is 'The kind of the last failure, or why it is withheld: a word, never what anybody said.';

-- The next for each recipient, and whether an earlier one of the same stream has to go first.
create index deliveries_due on deliveries (integration, recipient, next_try_at) where state = 'waiting';
create index deliveries_in_order on deliveries (integration, stream_id, position) where state = 'waiting';
