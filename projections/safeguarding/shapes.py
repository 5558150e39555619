"""What is known of a safeguarding concern, as GraphQL names it."""

from datetime import date, datetime
from enum import Enum

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many, one


@strawberry.enum(description="How far a concern has come.")
class SafeguardingState(Enum):
    RAISED = "RAISED"
    PASSED_ON = "PASSED_ON"
    CONCLUDED = "CONCLUDED"


@strawberry.type
class SafeguardingPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    date_of_birth: date | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="An agency that was told, and what it calls the concern.")
class SafeguardingPassedOn:
    id: strawberry.ID = column("{row}.passed_on_id")
    agency: str
    reference: str | None
    made_at: datetime
    made_by_name: str | None = column("(select u.display_name from {colleague} as u where u.user_id = {row}.made_by)")


@strawberry.type(description="That someone may come to harm. Every text is null once the person is erased.")
class SafeguardingConcern:
    id: strawberry.ID = column("{row}.concern_id")
    version: int
    referral: strawberry.ID = column("{row}.referral_id")
    state: SafeguardingState
    concerning: str = strawberry.field(description="adult or child: it need not be the person themselves.")
    types: list[str]
    detail: str | None
    immediate_danger: bool
    raised_by: strawberry.ID
    raised_by_name: str | None = column(
        "(select u.display_name from {colleague} as u where u.user_id = {row}.raised_by)"
    )
    raised_at: datetime
    outcome: str | None
    outcome_detail: str | None
    outcome_at: datetime | None
    person: SafeguardingPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    passed_on: list[SafeguardingPassedOn] = many(
        "{passed_on}", "{row}.concern_id = {up}.concern_id", "{row}.made_at, {row}.passed_on_id"
    )


@strawberry.type
class SafeguardingConcernEdge(Edge[SafeguardingConcern]):
    pass


@strawberry.type(description="A page of concerns, the latest first.")
class SafeguardingConcernConnection(Connection[SafeguardingConcernEdge]):
    pass


@strawberry.type(description="To open a concern by the end of the day it was raised. It says nothing else.")
class SafeguardingTask:
    id: strawberry.ID = column("{row}.task_id")
    version: int
    concern: strawberry.ID = column("{row}.concern_id")
    due_on: date
    overdue: bool = column("{row}.due_on < %(today)s::date")


@strawberry.type
class SafeguardingTaskEdge(Edge[SafeguardingTask]):
    pass


@strawberry.type(description="A page of what there is to do about concerns.")
class SafeguardingTaskConnection(Connection[SafeguardingTaskEdge]):
    pass
