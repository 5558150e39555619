-- Colleagues, by what they are called where they sign in; empty where they never did.
create table set_up_v1_user (
    user_id text primary key,
    display_name text not null
);

create index set_up_v1_user_name on set_up_v1_user (display_name, user_id);

create table set_up_v1_allowed (
    allowed text primary key,
    user_id text not null,
    role text not null,
    scope text not null,
    since timestamptz not null
);

create index set_up_v1_allowed_user on set_up_v1_allowed (user_id, role, scope);

create table set_up_v1_programme (
    programme text primary key,
    name text not null,
    restricted boolean not null,
    open boolean not null,
    criteria_version integer,
    minimum_age integer,
    maximum_age integer,
    practices json not null,
    lsoas json not null,
    needs json not null,
    excluded_needs json not null
);

create table set_up_v1_framework (
    framework text primary key,
    version integer not null,
    name text not null,
    domains json not null,
    retired boolean not null
);
