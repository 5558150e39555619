-- How far each version of each read model has come. Rows are made when a version is built and go when it is dropped.

create table rooms (
    name text not null,
    version integer not null,
    position bigint not null default 0,
    recorded_at timestamptz,
    primary key (name, version)
) with (fillfactor = 50);

comment on column rooms.recorded_at is 'When the last event in this room was recorded.';
