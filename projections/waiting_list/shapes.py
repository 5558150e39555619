"""What the waiting list is made of, as GraphQL names it: whose turn it is, what that is reckoned from, and who they are."""

from datetime import date, datetime
from enum import Enum

import strawberry

from commonweal.kernel.view import Connection, Edge, column, one
from projections.places import PRACTICE


@strawberry.enum(description="How soon somebody needs a link worker: the first thing a turn is reckoned from.")
class WaitingListUrgency(Enum):
    TWO_WEEK_WAIT = "TWO_WEEK_WAIT"
    URGENT = "URGENT"
    ROUTINE = "ROUTINE"


@strawberry.type(description="Someone who waits. Every personal field is null once the person is erased.")
class WaitingListPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    nhs_number: str | None
    date_of_birth: date | None
    postcode: str | None
    language: str | None
    interpreter: bool | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="A practice, with the PCN it was in when the referral came.")
class WaitingListPractice:
    code: str = column("{row}.practice")
    name: str | None
    pcn_code: str | None = column("{row}.pcn")
    pcn_name: str | None = column("(select n.name from {pcn} as n where n.pcn = {row}.pcn)")


@strawberry.type(
    description="A referral that waits for a link worker. Whose turn comes first: urgency, then who has waited longest."
)
class WaitingListEntry:
    id: strawberry.ID = column("{row}.referral_id")
    version: int
    turn: int = column(
        "{row}.turn", "1 is next, of everyone who waits in this ICS; a restricted programme has turns of its own."
    )
    urgency: WaitingListUrgency = column(
        "case {row}.urgency when 0 then 'TWO_WEEK_WAIT' when 1 then 'URGENT' else 'ROUTINE' end"
    )
    waiting_since: datetime
    basis: str = strawberry.field(description="What turns are reckoned from, as a local code.")
    moved_reason: str | None = strawberry.field(description="Why they were given another priority while they waited.")
    interim: str | None = strawberry.field(description="What they were last offered for the time of waiting.")
    interim_at: datetime | None
    programme: str
    returned: bool = column("{row}.returned", "Whether they had a link worker and wait again.")
    return_reason: str | None
    priority: str
    needs: list[str] = column("{row}.reasons")
    source: str
    source_organisation: str = column("{row}.source_org")
    source_organisation_name: str | None = column("(select t.name from {trust} as t where t.trust = {row}.source_org)")
    received_at: datetime
    person: WaitingListPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    practice: WaitingListPractice | None = one(PRACTICE, present="{up}.practice is not null")


@strawberry.type
class WaitingListEdge(Edge[WaitingListEntry]):
    pass


@strawberry.type(description="A page of the waiting list, how many wait in all, and how fresh it is.")
class WaitingListConnection(Connection[WaitingListEdge]):
    pass


@strawberry.input(description="Whom to show; all that is given must hold.")
class WaitingListFilter:
    urgency: WaitingListUrgency | None = None
    pcn: str | None = None
    practice: str | None = None
    need: str | None = None
    programme: str | None = None
