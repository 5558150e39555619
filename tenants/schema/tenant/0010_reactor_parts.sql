-- What the reactor must remember to end what belongs to a case with the case: what is open in it, and who has died or is one person.

create table reactor_parts (
    kind text not null,
    identity text not null,
    referral_id text not null,
    primary key (kind, identity)
) with (fillfactor = 80);

comment on table reactor_parts is 'Plans, connections, contacts, measures and tasks that are open, by their case. A row goes when its record ends.';

create index reactor_parts_referral_id on reactor_parts (referral_id);

create table reactor_persons (
    person_id text primary key,
    merged_into text,
    died boolean not null
);

comment on table reactor_persons is 'Records that have died or were merged into another one.';

create index reactor_persons_merged_into on reactor_persons (merged_into) where merged_into is not null;
