-- Appends the events of many commands at once: all of them, or none and the reasons.
--
-- seen_*    streams the commands read, each once, and the version the first of them saw (0: no events yet)
-- event_*   the events in order; an array is as long as event_stream, or null where no event has a value
-- command   the ids of the commands: each may be carried out once
-- claim_*   keys to take, or to give back; claim_release null: all are taken
-- careful   look for keys that are taken before writing; otherwise a taken key is a unique_violation
--
-- Answers one row ('appended', null, position before the first event, null), or, with nothing written, a row for each reason:
-- ('conflict', ordinal in seen_*, newest version of the stream, null)
-- ('repeated', ordinal in command, null, null)
-- ('claimed', ordinal in claim_*, null, the stream that holds the key)
create function append(
    seen_stream text[], seen_version integer[],
    event_stream text[], event_version integer[], event_type text[], event_data bytea[],
    event_command uuid[], event_occurred timestamptz[], event_actor text[], event_on_behalf_of text[], event_channel text[],
    event_correlation uuid[], event_causation uuid[], event_traceparent text[],
    command uuid[],
    claim_kind text[], claim_hash bytea[], claim_stream text[], claim_release boolean[],
    careful boolean
)
returns table (outcome text, ordinal bigint, number bigint, holder text)
language plpgsql
security definer
set search_path from current
set enable_seqscan = off -- plans are made once, on tables still empty: only the indexes stay right as they grow
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
    base bigint;
    refused boolean := false;
begin
    update head as h set position = h.position + cardinality(event_stream)
    returning h.position - cardinality(event_stream) into base;

    if seen_stream is not null then
        return query
        select 'conflict', n::bigint, coalesce(newest.version, 0)::bigint, null::text
        from generate_series(1, cardinality(seen_stream)) as n
        left join lateral (
            select e.version from events as e where e.stream_id = seen_stream[n] order by e.version desc limit 1
        ) as newest on true
        where coalesce(newest.version, 0) <> seen_version[n];
        refused := found;
    end if;

    if command is not null then
        return query
        select 'repeated', c.ordinal, null::bigint, null::text
        from unnest(command) with ordinality as c (id, ordinal)
        where exists (select from events as e where e.command_id = c.id);
        refused := refused or found;
    end if;

    if careful and claim_kind is not null then
        return query
        select 'claimed', k.ordinal, null::bigint, c.stream_id
        from unnest(claim_kind, claim_hash, claim_release) with ordinality as k (kind, hash, release, ordinal)
        join claims as c on c.kind = k.kind and c.hash = k.hash
        where k.release is not true;
        refused := refused or found;
    end if;

    if refused then
        update head set position = base;
        return;
    end if;

    insert into events (
        position, stream_id, version, type, data, command_id, occurred_at, actor, on_behalf_of, channel,
        correlation_id, causation_id, traceparent
    )
    select
        base + n, event_stream[n], event_version[n], event_type[n], event_data[n], event_command[n], event_occurred[n],
        event_actor[n], event_on_behalf_of[n], event_channel[n], event_correlation[n], event_causation[n],
        event_traceparent[n]
    from generate_series(1, cardinality(event_stream)) as n;

    if claim_release is not null then
        delete from claims as c
        using unnest(claim_kind, claim_hash, claim_stream, claim_release) as k (kind, hash, stream_id, release)
        where k.release and c.kind = k.kind and c.hash = k.hash and c.stream_id = k.stream_id;
    end if;

    if claim_kind is not null then
        insert into claims (kind, hash, stream_id)
        select claim_kind[n], claim_hash[n], claim_stream[n]
        from generate_series(1, cardinality(claim_kind)) as n
        where claim_release[n] is not true;
    end if;

    outcome := 'appended';
    number := base;
    return next;
end
$$;

-- Gives back every key a stream holds: an erased person's NHS number may be registered anew.
create function give_back(holder text)
returns bigint
language sql
security definer
set search_path from current
as $$
    with gone as (delete from claims where stream_id = holder returning 1)
    select count(*) from gone
$$;
