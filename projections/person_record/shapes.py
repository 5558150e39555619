"""What a person's record is made of, as GraphQL names it."""

from datetime import date, datetime
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column, one

_PRACTICE: Final = """left join lateral (
    select {up}.gp_practice as practice, m.name, m.pcn from (select) as o left join lateral (
        select m.name, m.pcn from {membership} as m
        where m.practice = {up}.gp_practice and m.joined_on <= %(today)s and (m.left_on is null or m.left_on > %(today)s)
        order by m.joined_on desc limit 1
    ) as m on true) as {row} on true"""
_MERGED: Final = """(select coalesce(json_agg(m.person_id order by m.person_id), '[]') from {person} as m
    where m.merged_into = {row}.person_id)"""


def named(column_: str) -> str:
    """SQL: what the user of an id in this column is called at work; nothing where nobody said."""
    return f"(select u.display_name from {{user}} as u where u.user_id = {{row}}.{column_})"


@strawberry.type(description="The practice a person is with today; `code` is its ODS code where that is known.")
class PersonRecordPractice:
    code: str = column("{row}.practice")
    name: str | None
    pcn_name: str | None = column("(select n.name from {pcn} as n where n.pcn = {row}.pcn)")


@strawberry.type(
    description="Someone we support. Every personal field is null once the person is erased. Opening a record is written down."
)
class PersonRecord:
    id: strawberry.ID = column("{row}.person_id")
    name: str | None
    nhs_number: str | None
    nhs_number_status: str | None
    date_of_birth: date | None
    age: int | None = column(
        "extract(year from age(coalesce({row}.died_on, %(today)s::date), {row}.date_of_birth))::int",
        "In whole years, today or on the day they died.",
    )
    address: str | None
    postcode: str | None
    phone: str | None
    email: str | None
    language: str | None
    interpreter: bool | None
    stated_gender: str | None
    ethnic_category: str | None
    reasonable_adjustments: list[str] = column("coalesce({row}.reasonable_adjustments, '[]')")
    worker_gender_preference: str | None
    care_home: bool | None
    contact_channel: str | None
    safe_times: str | None
    safe_to_leave_message: bool | None
    parent_excluded: bool = column(
        "coalesce({row}.parent_excluded, false)", "A competent young person wishes that no parent is told."
    )
    died: bool = column("coalesce({row}.died, false)")
    died_on: date | None
    merged_into: strawberry.ID | None = strawberry.field(description="The record this one became a part of.")
    merged: list[strawberry.ID] = column(_MERGED, "The records that became a part of this one.")
    erasure: str | None = strawberry.field(description="How the last request for erasure stands: requested or refused.")
    erasure_reason: str | None
    erasure_on: date | None
    erasure_earliest_on: date | None
    erased: bool
    practice: PersonRecordPractice | None = one(_PRACTICE, present="{up}.gp_practice is not null")


@strawberry.type(description="Something to know before one meets the person.")
class PersonRecordFlag:
    id: strawberry.ID = column("{row}.flag_id")
    kind: str
    severity: str
    restricted: bool
    detail: str | None
    raised_on: date
    raised_by: str | None = column(named("raised_by"))
    reviewed_on: date | None
    review_due: date
    closed_on: date | None
    close_reason: str | None


@strawberry.type
class PersonRecordCase:
    id: strawberry.ID = column("{row}.referral_id")
    person_id: strawberry.ID
    programme: str
    restricted: bool
    stage: str
    received_at: datetime
    link_worker: str | None = column(
        "(select w.display_name from {link_worker} as w where w.worker_id = {row}.link_worker_id)"
    )


@strawberry.type(
    description="One answer about one thing one may consent to; the last of each scope and audience holds."
)
class PersonRecordConsent:
    id: strawberry.ID = column("{row}.position::text")
    scope: str
    audience: str
    answer: str = strawberry.field(description="given, refused, withdrawn or expired")
    answered_on: date
    method: str | None
    wording_version: str | None
    given_by: str | None
    expires_on: date | None
    recorded_by: str | None = column(named("actor"))
    stands: bool = column(
        """not exists (select from {consent} as later where later.person_id = {row}.person_id
        and later.scope = {row}.scope and later.position > {row}.position and (later.audience = {row}.audience
            or (later.audience = 'any' and later.answer in ('refused', 'withdrawn'))))""",
        "Whether it is the last word about this scope and audience.",
    )


@strawberry.type
class PersonRecordRepresentative:
    id: strawberry.ID = column("{row}.representative_id")
    kind: str
    name: str | None
    contact: str | None
    authority: str
    since: date
    until: date | None
    ended_on: date | None
    end_reason: str | None


@strawberry.type(description="Of capacity for one decision, or of a young person's competence.")
class PersonRecordAssessment:
    id: strawberry.ID = column("{row}.assessment")
    kind: str
    about: str | None
    outcome: str
    basis: str
    parent_excluded: bool
    words: str | None
    assessed_on: date
    assessed_by: str | None = column(named("assessed_by"))


@strawberry.type(description="One line of what happened: codes only, the words are where it happened.")
class PersonRecordEntry:
    id: strawberry.ID = column("{row}.position::text")
    kind: str
    part: str
    code: str | None
    happened_at: datetime
    person_id: strawberry.ID
    referral_id: strawberry.ID | None
    by: str | None = column(named("actor"))


@strawberry.type
class PersonRecordEntryEdge(Edge[PersonRecordEntry]):
    pass


@strawberry.type(description="A page of a person's timeline, newest first.")
class PersonRecordTimeline(Connection[PersonRecordEntryEdge]):
    pass


@strawberry.type(description="Someone a search found, with as much as tells them from somebody else.")
class PersonRecordFound:
    id: strawberry.ID = column("{row}.person_id")
    name: str | None
    nhs_number: str | None
    date_of_birth: date | None
    postcode: str | None
    died: bool = column("coalesce({row}.died, false)")
    merged_into: strawberry.ID | None


@strawberry.type
class PersonRecordFoundEdge(Edge[PersonRecordFound]):
    pass


@strawberry.type
class PersonRecordFoundConnection(Connection[PersonRecordFoundEdge]):
    pass


@strawberry.type(
    description="A record whose erasure was asked for: where that stands, and until when it had to be kept."
)
class PersonRecordErasure:
    id: strawberry.ID = column("{row}.person_id")
    name: str | None
    date_of_birth: date | None
    stands: str | None = column("{row}.erasure")
    asked_on: date | None = column("{row}.erasure_on")
    earliest_on: date | None = column("{row}.erasure_earliest_on")


@strawberry.type
class PersonRecordErasureEdge(Edge[PersonRecordErasure]):
    pass


@strawberry.type
class PersonRecordErasureConnection(Connection[PersonRecordErasureEdge]):
    pass


_ONE: Final = "left join {person} as {row} on {row}.person_id = {up}.person_id"
_OTHER: Final = "left join {person} as {row} on {row}.person_id = {up}.other_id"


@strawberry.type(description="Two records that may be about one person.")
class PersonRecordDuplicate:
    id: strawberry.ID = column("{row}.duplicate")
    stands: str = strawberry.field(description="flagged, dismissed, merged or taken apart")
    evidence: str
    flagged_at: datetime
    flagged_by: str | None = column(named("flagged_by"))
    record: PersonRecordFound = one(_ONE)
    other: PersonRecordFound = one(_OTHER)


@strawberry.type
class PersonRecordDuplicateEdge(Edge[PersonRecordDuplicate]):
    pass


@strawberry.type
class PersonRecordDuplicateConnection(Connection[PersonRecordDuplicateEdge]):
    pass


@strawberry.input(description="Whom to look for: an NHS number, or a name or part of it with a date of birth.")
class PersonRecordSearch:
    nhs_number: str | None = None
    name: str | None = None
    date_of_birth: date | None = None
