-- The data keys of one tenant's people, wrapped by the tenant's own key, and the ledger of those destroyed.

create table data_keys (
    id text primary key,
    wrapped bytea not null,
    made_at timestamptz not null default now()
);

create table destroyed_keys (
    id text primary key,
    destroyed_at timestamptz not null default now(),
    reason text not null
);

comment on table destroyed_keys is 'Applied again after any restore: a key named here is never used, whatever a backup holds.';

-- A destroyed key is never made again.
create function refuse_destroyed()
returns trigger
language plpgsql
set search_path from current
as $$
begin
    if exists (select from destroyed_keys as d where d.id = new.id) then
        return null;
    end if;
    return new;
end
$$;

create trigger data_keys_refuse_destroyed before insert on data_keys
for each row execute function refuse_destroyed();
