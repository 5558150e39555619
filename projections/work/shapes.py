"""What the work is made of, as GraphQL names it: contacts, notes and all they ever said, tasks, who is out alone."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many, one

_OF: Final = "left join {person} as {row} on {row}.person_id = {up}.person_id"
_COLLEAGUE: Final = "(select u.display_name from {{colleague}} as u where u.user_id = {{row}}.{})"


@strawberry.enum(description="Where a contact stands.")
class WorkContactState(Enum):
    BOOKED = "BOOKED"
    HELD = "HELD"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


@strawberry.enum
class WorkTaskState(Enum):
    OPEN = "OPEN"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


@strawberry.enum(description="Where somebody who works alone is: out, not heard of in time, or back.")
class WorkVisitState(Enum):
    OUT = "OUT"
    OVERDUE = "OVERDUE"
    ENDED = "ENDED"


@strawberry.enum
class WorkEntryKind(Enum):
    CONTACT = "CONTACT"
    NOTE = "NOTE"
    DROP_IN = "DROP_IN"


@strawberry.type(description="Someone we support: what has to be known before they are spoken to.")
class WorkPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    contact_channel: str | None = strawberry.field(
        description="How they wish to be reached: phone, sms, email, letter, in_person or through_referrer."
    )
    safe_times: str | None = strawberry.field(description="When it is safe to reach them, in their words.")
    safe_to_leave_message: bool | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type
class WorkLinkWorker:
    id: strawberry.ID = column("{up}.worker_id")
    name: str = column("coalesce({row}.display_name, {up}.worker_id)")


@strawberry.type(description="Whoever a task is for: who it was given to, else who has the case.")
class WorkTaskOwner:
    id: strawberry.ID = column("{row}.owner")
    name: str = column("{row}.name")


@strawberry.type(description="A contact. Codes are those of the NHS Data Dictionary or listed as local.")
class WorkContact:
    id: strawberry.ID = column("{row}.contact_id")
    version: int
    referral: strawberry.ID = column("{row}.referral_id")
    kind: str
    medium: str
    state: WorkContactState
    at: datetime = strawberry.field(description="When it begins or was held.")
    place: str | None
    interpreter: bool
    lone_working: str
    overridden: str | None = strawberry.field(description="Why not in the way the person asked to be reached.")
    duration_min: int | None
    attendance: str | None
    present: list[str]
    topics: list[str]
    note: str | None
    next_step: str | None
    reason: str | None
    rebook: bool
    person: WorkPerson = one(_OF)
    link_worker: WorkLinkWorker = one("left join {link_worker} as {row} on {row}.worker_id = {up}.worker_id")


@strawberry.type(description="What a note says, or said. `number` grows; `fingerprint` is the SHA-256 of the text.")
class WorkWording:
    number: int
    text: str | None
    reason: str | None
    fingerprint: str | None
    at: datetime
    said_by: strawberry.ID
    said_by_name: str | None = column(_COLLEAGUE.format("said_by"))


@strawberry.type(description="A signed note. One that stood in the wrong record says nothing here any more.")
class WorkNote:
    id: strawberry.ID = column("{row}.note_id")
    version: int
    referral: strawberry.ID = column("{row}.referral_id")
    contact: strawberry.ID | None = column("{row}.contact_id")
    at: datetime
    moved: bool = column("{row}.moved_to is not null", "It belonged to another person, and stands in their record now.")
    came_from_another: bool = strawberry.field(description="It stood in another person's record first.")
    wordings: list[WorkWording] = many(
        "{wording}",
        "{row}.note_id = {up}.note_id and {up}.moved_to is null",
        "{row}.number",
        "What was signed comes first.",
    )


@strawberry.type(description="Somebody came by without an appointment. `reason`: why it was taken back, if it was.")
class WorkDropIn:
    id: strawberry.ID = column("{row}.drop_in_id")
    version: int
    attended_on: date
    recorded_by: strawberry.ID
    recorded_by_name: str | None = column(_COLLEAGUE.format("recorded_by"))
    reason: str | None


@strawberry.type(description="Something of a person's record: a contact, a note or a drop-in, by when it was.")
class WorkEntry:
    id: strawberry.ID = column("{row}.entry_id")
    kind: WorkEntryKind
    at: datetime
    contact: WorkContact | None = one(
        "left join {contact} as {row} on {row}.contact_id = {up}.entry_id", present="{up}.kind = 'CONTACT'"
    )
    note: WorkNote | None = one(
        "left join {note} as {row} on {row}.note_id = {up}.entry_id", present="{up}.kind = 'NOTE'"
    )
    drop_in: WorkDropIn | None = one(
        "left join {drop_in} as {row} on {row}.drop_in_id = {up}.entry_id", present="{up}.kind = 'DROP_IN'"
    )


@strawberry.type(description="A note that stood in the wrong record, as the information governance lead sees it.")
class WorkMovedNote:
    id: strawberry.ID = column("{row}.note_id")
    version: int
    moved_to: strawberry.ID
    disclosure: str
    found_at: datetime
    found_by: strawberry.ID
    found_by_name: str | None = column(_COLLEAGUE.format("found_by"))
    signed_at: datetime = column("{row}.at")
    signed_by_name: str | None = column(_COLLEAGUE.format("signed_by"))
    person: WorkPerson = one(_OF)
    wordings: list[WorkWording] = many("{wording}", "{row}.note_id = {up}.note_id", "{row}.number")


@strawberry.type(description="Something to do by a day. `overdue` where that day is over.")
class WorkTask:
    id: strawberry.ID = column("{row}.task_id")
    version: int
    kind: str
    state: WorkTaskState
    due_on: date
    overdue: bool = column("{row}.state = 'OPEN' and {row}.due_on < %(today)s::date")
    words: str | None
    referral: strawberry.ID | None = column("{row}.referral_id")
    person: WorkPerson | None = one(_OF, present="{up}.person_id is not null")
    owner: WorkTaskOwner | None = one(
        "left join lateral (select o.owner, coalesce(w.display_name, o.owner) as name from (select coalesce({up}.worker_id, "
        "(select r.link_worker_id from {referral} as r where r.referral_id = {up}.referral_id)) as owner) as o "
        "left join {link_worker} as w on w.worker_id = o.owner) as {row} on true",
        present="coalesce({up}.worker_id, (select r.link_worker_id from {referral} as r "
        "where r.referral_id = {up}.referral_id)) is not null",
    )


@strawberry.type(description="One of us who is somewhere alone, and when they said they would be heard of.")
class WorkVisit:
    id: strawberry.ID = column("{row}.visit_id")
    version: int
    state: WorkVisitState
    place: str | None
    started_at: datetime
    expected_by: datetime
    link_worker: WorkLinkWorker = one("left join {link_worker} as {row} on {row}.worker_id = {up}.worker_id")
    person: WorkPerson | None = one(_OF, present="{up}.person_id is not null")


@strawberry.type
class WorkEntryEdge(Edge[WorkEntry]):
    pass


@strawberry.type(description="A person's contacts, notes and drop-ins, a page at a time.")
class WorkEntryConnection(Connection[WorkEntryEdge]):
    pass


@strawberry.type
class WorkContactEdge(Edge[WorkContact]):
    pass


@strawberry.type(description="Contacts, a page at a time.")
class WorkContactConnection(Connection[WorkContactEdge]):
    pass


@strawberry.type
class WorkTaskEdge(Edge[WorkTask]):
    pass


@strawberry.type(description="Tasks, a page at a time, and how fresh they are.")
class WorkTaskConnection(Connection[WorkTaskEdge]):
    pass


@strawberry.type
class WorkMovedNoteEdge(Edge[WorkMovedNote]):
    pass


@strawberry.type(description="Notes that stood in a wrong record.")
class WorkMovedNoteConnection(Connection[WorkMovedNoteEdge]):
    pass


@strawberry.type
class WorkVisitEdge(Edge[WorkVisit]):
    pass


@strawberry.type(description="Who is out alone.")
class WorkVisitConnection(Connection[WorkVisitEdge]):
    pass


@strawberry.input(
    description="Which contacts; all that is given must hold. `own`: of the link workers one is or covers."
)
class WorkContactFilter:
    state: WorkContactState | None = None
    own: bool = False
    link_worker: strawberry.ID | None = None
    from_: datetime | None = strawberry.field(name="from", default=None)
    until: datetime | None = None


@strawberry.input(description="Which tasks; all that is given must hold. Without a state, those that are to be done.")
class WorkTaskFilter:
    state: WorkTaskState | None = None
    own: bool = False
    link_worker: strawberry.ID | None = None
    person: strawberry.ID | None = None
    due_by: date | None = None
