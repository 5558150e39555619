create table work_v1_referral (
    referral_id text primary key,
    person_id text not null,
    practice text,
    received_at timestamptz not null,
    source_org text not null,
    programme text not null,
    restricted boolean not null,
    link_worker_id text,
    stage text not null
);

create index work_v1_referral_person on work_v1_referral (person_id);

create table work_v1_pcn (
    pcn text primary key,
    name text not null
);

create table work_v1_membership (
    membership text primary key,
    practice text not null,
    name text not null,
    pcn text not null,
    joined_on date not null,
    left_on date
);

create index work_v1_membership_practice on work_v1_membership (practice);

create table work_v1_merged (
    person_id text primary key,
    survivor_id text not null
);

create index work_v1_merged_survivor on work_v1_merged (survivor_id);

create table work_v1_person (
    person_id text primary key,
    name text,
    contact_channel text,
    safe_times text,
    safe_to_leave_message boolean,
    erased boolean not null
);

create table work_v1_link_worker (
    worker_id text primary key,
    display_name text not null,
    pcns json not null
);

create table work_v1_colleague (
    user_id text primary key,
    display_name text not null
);

create table work_v1_contact (
    contact_id text primary key,
    version integer not null,
    referral_id text not null,
    person_id text not null,
    worker_id text not null,
    kind text not null,
    medium text not null,
    state text not null,
    at timestamptz not null,
    place text,
    interpreter boolean not null,
    lone_working text not null,
    overridden text,
    duration_min integer,
    attendance text,
    present json not null,
    topics json not null,
    note text,
    next_step text,
    reason text,
    rebook boolean not null
);

create index work_v1_contact_person on work_v1_contact (person_id, at, contact_id);
create index work_v1_contact_worker on work_v1_contact (worker_id, state, at, contact_id);
create index work_v1_contact_diary on work_v1_contact (state, at, contact_id);

create table work_v1_note (
    note_id text primary key,
    version integer not null,
    referral_id text not null,
    person_id text not null,
    contact_id text,
    signed_by text not null,
    at timestamptz not null,
    came_from_another boolean not null,
    moved_to text,
    disclosure text,
    found_by text,
    found_at timestamptz
);

create index work_v1_note_person on work_v1_note (person_id, at, note_id);
create index work_v1_note_moved on work_v1_note (found_at, note_id) where moved_to is not null;

-- What a note said when it was signed, and each time it was amended.
create table work_v1_wording (
    wording_id text primary key,
    note_id text not null,
    number integer not null,
    person_id text not null,
    text text,
    reason text,
    fingerprint text,
    said_by text not null,
    at timestamptz not null
);

create index work_v1_wording_note on work_v1_wording (note_id, number);
create index work_v1_wording_person on work_v1_wording (person_id);

create table work_v1_task (
    task_id text primary key,
    version integer not null,
    kind text not null,
    state text not null,
    due_on date not null,
    due_at timestamptz not null,
    referral_id text,
    person_id text,
    worker_id text,
    words text,
    source text,
    created_by text not null,
    created_at timestamptz not null,
    ended_at timestamptz
);

create index work_v1_task_due on work_v1_task (state, due_at, task_id);
create index work_v1_task_person on work_v1_task (person_id);
create index work_v1_task_worker on work_v1_task (worker_id, state, due_at);

create table work_v1_drop_in (
    drop_in_id text primary key,
    version integer not null,
    person_id text not null,
    attended_on date not null,
    at timestamptz not null,
    recorded_by text not null,
    reason text
);

create index work_v1_drop_in_person on work_v1_drop_in (person_id, at, drop_in_id);

create table work_v1_visit (
    visit_id text primary key,
    version integer not null,
    worker_id text not null,
    contact_id text,
    referral_id text,
    person_id text,
    state text not null,
    place text,
    started_at timestamptz not null,
    expected_by timestamptz not null
);

create index work_v1_visit_expected on work_v1_visit (expected_by, visit_id) where state <> 'ENDED';
create index work_v1_visit_person on work_v1_visit (person_id);
