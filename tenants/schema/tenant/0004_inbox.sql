-- What others told us, each message as it came, sealed; put away before anything follows from it.

create table inbox (
    id uuid primary key,
    source text not null,
    key bytea not null,
    received_at timestamptz not null default now(),
    sealed bytea not null,
    key_name text not null,
    state text not null default 'received',
    ack text,
    reason text,
    error text,
    kind text,
    stream_id text,
    position bigint,
    constraint inbox_key unique (key),
    constraint inbox_state check (state in ('received', 'done', 'refused', 'failed')),
    constraint inbox_answered check ((state = 'received') = (ack is null))
);

comment on column inbox.source is 'The channel: a format, / and whose channel it is, such as hl7v2/RNS.';
comment on column inbox.key is 'Keyed hash of what makes the message the same when it comes again.';
comment on column inbox.key_name is 'The key of the vault that opens sealed: intake-<id>, or the id of the person it is about.';
comment on column inbox.state is 'received: nothing has followed from it yet; done; refused: it can never be taken; failed: to be sent again.';
comment on column inbox.error is 'HL7 table 0357, for the acknowledgement of a refusal.';
comment on column inbox.stream_id is 'The stream in which something followed, and position, how far the log was then.';

-- What a process that ended did not finish.
create index inbox_received on inbox (received_at) where state = 'received';
