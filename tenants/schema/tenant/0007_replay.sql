-- What is parked can be tried again, and how each integration stands is seen at a glance.

alter table deliveries add column forgiven integer not null default 0;

comment on column deliveries.forgiven is 'Tries that count no more, because somebody had it tried again: attempts goes on from where it was.';

create index deliveries_parked on deliveries (integration, recipient) where state = 'parked';
create index deliveries_delivered_at on deliveries (delivered_at) where state = 'delivered';
create index deliveries_told on deliveries (integration, stream_id, position) where state = 'delivered';

-- What hospital_discharge has read it has told of referrals from A&E too: emergency_department goes on from there.
insert into consumed (integration, position)
select 'emergency_department', position from consumed where integration = 'hospital_discharge'
on conflict do nothing;
