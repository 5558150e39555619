"""What is told of whoever looked, as GraphQL names it."""

from datetime import datetime
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column, one

_REVIEW: Final = "left join {review} as {row} on {row}.access = {up}.person_id || '|' || {up}.access_id"
_READ: Final = """(select coalesce(json_agg(distinct o.what), '[]'::json) from {access} as o
    where o.person_id = {row}.person_id and o.user_id = {row}.user_id and o.access_id is null
        and o.opened_at between {row}.opened_at and {row}.until)"""
_BROKEN: Final = "{up}.access_id is not null"


@strawberry.type(description="What somebody else thought of a broken glass.")
class RecordAccessReview:
    verdict: str | None
    words: str | None
    reviewed_at: datetime | None
    reviewed_by: str | None = column("(select u.display_name from {user} as u where u.user_id = {row}.reviewed_by)")


@strawberry.type(
    description="Somebody opened a part of a record. Written down once in an hour for each part and each who looks."
)
class RecordAccess:
    id: strawberry.ID = column("{row}.position::text")
    person_id: strawberry.ID
    person_name: str | None = column(
        "(select p.name from {person} as p where p.person_id = {row}.person_id)",
        "For the list of those to review.",
    )
    by: str | None = column(
        "(select u.display_name from {user} as u where u.user_id = {row}.user_id)",
        "What they are called at work; null where nobody has said.",
    )
    by_id: strawberry.ID = column("{row}.user_id")
    role: str
    what: str
    opened_at: datetime
    access_id: strawberry.ID | None = strawberry.field(description="Of a broken glass.")
    reason: str | None
    words: str | None
    fields: list[str]
    until: datetime | None
    read: list[str] = column(_READ, "The parts that were opened while a broken glass was open.")
    review: RecordAccessReview | None = one(_REVIEW, present=_BROKEN)


@strawberry.type
class RecordAccessEdge(Edge[RecordAccess]):
    pass


@strawberry.type
class RecordAccessConnection(Connection[RecordAccessEdge]):
    pass
