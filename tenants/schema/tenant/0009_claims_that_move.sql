-- A key that one record gives back and another takes in the same breath is free: as always where nothing stands in the way
-- (give back first, then take), now also where keys that are taken are looked for.
create or replace function append(
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
        where
            k.release is not true
            and not exists (
                select from unnest(claim_kind, claim_hash, claim_stream, claim_release) as back (kind, hash, stream_id, release)
                where back.release and back.kind = c.kind and back.hash = c.hash and back.stream_id = c.stream_id
            );
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
