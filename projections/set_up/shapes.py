"""How an ICS is set up, as GraphQL names it: colleagues with what they may do, programmes, frameworks."""

from datetime import datetime

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many


@strawberry.type(description="What somebody may do, and over which part of the ICS: `tenant` is all of it.")
class SetUpGrant:
    role: str
    scope: str
    since: datetime


@strawberry.type(
    description="A colleague. `name` is what they are called where they sign in; null until they did once."
)
class SetUpUser:
    id: strawberry.ID = column("{row}.user_id")
    name: str | None = column("nullif({row}.display_name, '')")
    grants: list[SetUpGrant] = many("{allowed}", "{row}.user_id = {up}.user_id", "{row}.role, {row}.scope")


@strawberry.type
class SetUpUserEdge(Edge[SetUpUser]):
    pass


@strawberry.type
class SetUpUserConnection(Connection[SetUpUserEdge]):
    pass


@strawberry.type(description="A programme, and whom it is for: what is null or empty does not matter.")
class SetUpProgramme:
    code: str = column("{row}.programme")
    name: str
    restricted: bool
    open: bool
    criteria_version: int | None
    minimum_age: int | None
    maximum_age: int | None
    practices: list[str]
    lsoas: list[str]
    needs: list[str]
    excluded_needs: list[str]


@strawberry.type(description="A framework of areas of life; each of `domains` is `code|name|area of ours`.")
class SetUpFramework:
    code: str = column("{row}.framework")
    version: int
    name: str
    domains: list[str]
    retired: bool
