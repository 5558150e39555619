-- The same referrals as normal forms want them, for the peers: a tenant's rows are found by row level security.

create table {peer}.pcn (tenant text not null, pcn text primary key, name text not null);

create table {peer}.practice (
    tenant text not null, code text primary key, name text not null, pcn text not null references {peer}.pcn
);

create table {peer}.trust (tenant text not null, code text primary key, name text not null);

create table {peer}.link_worker (tenant text not null, id text primary key, name text not null);

create table {peer}.person (
    tenant text not null, id text primary key, name text, nhs_number text, date_of_birth date, phone text, email text,
    address text, postcode text, language text, interpreter boolean, contact_channel text, safe_times text,
    safe_to_leave_message boolean, erased boolean not null
);

create table {peer}.referral (
    tenant text not null, id text primary key, version integer not null,
    person_id text not null references {peer}.person, practice text references {peer}.practice,
    link_worker_id text references {peer}.link_worker, source_organisation text references {peer}.trust,
    stage text not null, phase text not null, priority text not null, needs text[] not null, source text not null,
    setting text not null, referrer_role text not null, received_at timestamptz not null, since timestamptz not null,
    overdue boolean not null
);

create function {peer}.person_age_band(p {peer}.person) returns text language sql stable as $$
    select case when a < 18 then 'Under 18' when a < 35 then '18 to 34' when a < 55 then '35 to 54' when a < 75 then '55 to 74'
        when a >= 75 then '75 and over' end
    from extract(year from age(current_date, p.date_of_birth)) as a
$$;

insert into {peer}.pcn select '{tenant}', pcn, name from {ours}.caseload_v{version}_pcn;

insert into {peer}.practice select '{tenant}', practice, name, pcn from {ours}.caseload_v{version}_membership;

insert into {peer}.trust select '{tenant}', trust, name from {ours}.caseload_v{version}_trust;

insert into {peer}.link_worker select '{tenant}', worker_id, display_name from {ours}.caseload_v{version}_link_worker;

insert into {peer}.person
select
    '{tenant}', person_id, name, nhs_number, date_of_birth, phone, email, address, postcode, language, interpreter,
    contact_channel, safe_times, safe_to_leave_message, erased
from {ours}.caseload_v{version}_person;

insert into {peer}.referral
select
    '{tenant}', referral_id, version, person_id, practice, link_worker_id, source_org, stage, phase, priority,
    array(select json_array_elements_text(reasons)), source, setting, referrer_role, received_at, since, overdue
from {ours}.caseload_v{version}_referral;

create index on {peer}.referral (tenant, stage, received_at desc, id desc);
create index on {peer}.referral (person_id);
create index on {peer}.referral (practice);
create index on {peer}.referral (link_worker_id);
create index on {peer}.referral (source_organisation);
create index on {peer}.practice (pcn);

do $$
declare
    each text;
begin
    foreach each in array array['pcn', 'practice', 'trust', 'link_worker', 'person', 'referral'] loop
        execute format('alter table {peer}.%I enable row level security', each);
        execute format('create policy own on {peer}.%I using (tenant = current_setting(''app.tenant''))', each);
        execute format('analyze {peer}.%I', each);
    end loop;
end
$$;

grant usage on schema {peer} to {login};
grant select on all tables in schema {peer} to {login};
