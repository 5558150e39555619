-- How far the `eventsourcing` library's applications have read of each other: one number for each reader and what it reads.

create table tracking (
    reader text not null,
    application text not null,
    notification bigint not null,
    primary key (reader, application)
) with (fillfactor = 10);

comment on table tracking is 'Written in the transaction that writes what followed from that notification, and only ever forward.';

-- Says that a reader has dealt with everything up to a notification. Said before, or behind what was said: a unique_violation.
create function track(reader_name text, application_name text, notification_id bigint)
returns void
language plpgsql
security definer
set search_path from current
as $$
begin
    insert into tracking as t (reader, application, notification)
    values (reader_name, application_name, notification_id)
    on conflict (reader, application) do update set notification = excluded.notification
    where t.notification < excluded.notification;
    if not found then
        raise unique_violation using message = format(
            '%s has already read %s as far as %s', reader_name, application_name, notification_id
        );
    end if;
end
$$;
