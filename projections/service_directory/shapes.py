"""What the directory is made of, as GraphQL names it: a service, who runs it, what is wrong with it, its places, what is new."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.reading import Position
from commonweal.kernel.view import Connection, Edge, column, many, one
from projections.freshness import LABEL, SCORE


@strawberry.enum(description="Where a listing stands.")
class DirectoryPhase(Enum):
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    ACTIVE = "ACTIVE"
    TEMPORARILY_CLOSED = "TEMPORARILY_CLOSED"
    RETIRED = "RETIRED"


@strawberry.enum(
    description="How far a listing can be believed today. A person is offered what is stale only for a reason that is said."
)
class DirectoryFreshness(Enum):
    FRESH = "FRESH"
    DUE = "DUE"
    STALE = "STALE"
    UNVERIFIED = "UNVERIFIED"


@strawberry.type(description="A community organisation. Its addresses are those of roles, never of people.")
class DirectoryOrganisation:
    id: strawberry.ID = column("{row}.organisation_id")
    version: int
    name: str
    description: str | None
    identifiers: list[str] = strawberry.field(description="Register numbers such as GB-CHC-1054276, or ODS codes.")
    website: str | None
    email: str | None
    parent: strawberry.ID | None


@strawberry.type(description="Something wrong with a listing. `kind` is a local code.")
class DirectoryProblem:
    id: strawberry.ID = column("{row}.problem_id")
    kind: str
    note: str | None
    reported_at: datetime
    reporter_role: str
    resolved_at: datetime | None


@strawberry.type(
    description="What was said of places on a day. `status` is an SDOHCC capacity code: capacity, no-capacity, waitlist or "
    "additional-assessment-required."
)
class DirectoryPlaces:
    status: str
    unit: str
    vacancy: int | None
    est_wait_weeks: int | None
    reported_on: date
    valid_until: date


_VALID: Final = "{up}.capacity_status is not null and {up}.capacity_until >= %(today)s::date"


@strawberry.type(description="What is said of places now.")
class DirectoryCapacity:
    status: str = column("{up}.capacity_status")
    unit: str = column("{up}.capacity_unit")
    total: int | None = column("{up}.capacity_all")
    funded: int | None = column("{up}.capacity_funded")
    vacancy: int | None = column("{up}.vacancy")
    est_wait_weeks: int | None = column("{up}.est_wait_weeks")
    reported_on: date = column("{up}.capacity_on")
    valid_until: date = column("{up}.capacity_until")


@strawberry.type(
    description="A community service as it is listed. Codes are listed as local unless they say otherwise."
)
class DirectoryService:
    id: strawberry.ID = column("{row}.service_id")
    version: int
    kind: str
    phase: DirectoryPhase
    name: str
    description: str | None
    needs: list[str]
    email: str | None
    phone: str | None
    website: str | None
    address: str | None
    postcode: str | None
    languages: list[str]
    access: list[str]
    sessions: list[str] = strawberry.field(description="Day and hours of each, as `mon 10:00-12:00`.")
    cost: str
    cost_pence: int | None
    minimum_age: int | None
    maximum_age: int | None
    areas: list[str]
    inclusion: list[str]
    exclusion: list[str]
    route: str | None = strawberry.field(description="How it wishes to be sent people.")
    response_sla_days: int | None
    freshness: DirectoryFreshness = column(LABEL, "How far the listing can be believed today.")
    freshness_score: int | None = column(
        SCORE, "0 to 100: halves with every half-life of its kind; null where nobody ever made sure."
    )
    assured_on: date | None
    assured_how: str | None
    next_due: date | None = strawberry.field(description="The last day it is believed without another look.")
    closed_reason: str | None
    closed_until: date | None
    ending: str | None = strawberry.field(description="Why it was returned or retired.")
    note: str | None = strawberry.field(description="What whoever returned it wrote.")
    submitted_by: str
    submitted_at: datetime
    capacity: DirectoryCapacity | None = one(
        "left join lateral (select true as told) as {row} on true",
        present=_VALID,
        description="Null where nobody said, or what was said is past its day.",
    )
    organisation: DirectoryOrganisation | None = one(
        "left join {organisation} as {row} on {row}.organisation_id = {up}.organisation_id",
        present="{row}.organisation_id is not null",
    )
    problems: list[DirectoryProblem] = many(
        "{problem}",
        "{row}.service_id = {up}.service_id and {row}.resolved_at is null",
        "{row}.reported_at desc, {row}.problem_id",
        "Problems nobody has resolved.",
    )
    places: list[DirectoryPlaces] = many(
        "(select * from {places} as p where p.service_id = {up}.service_id order by p.said desc limit 12)",
        "true",
        "{row}.said",
        "What was said of places, the last dozen times, oldest first.",
    )


@strawberry.type
class DirectoryServiceEdge(Edge[DirectoryService]):
    pass


@strawberry.type(description="A page of the directory, how many there are in all, and how fresh it is.")
class DirectoryServiceConnection(Connection[DirectoryServiceEdge]):
    pass


@strawberry.type
class DirectoryOrganisationEdge(Edge[DirectoryOrganisation]):
    pass


@strawberry.type(description="A page of the organisations of the directory.")
class DirectoryOrganisationConnection(Connection[DirectoryOrganisationEdge]):
    pass


@strawberry.enum(description="What kind of news it is.")
class DirectoryNewsKind(Enum):
    LISTED = "LISTED"
    CHANGED = "CHANGED"
    ASSURED = "ASSURED"
    LAPSED = "LAPSED"
    PROBLEM = "PROBLEM"
    RESOLVED = "RESOLVED"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"
    RETIRED = "RETIRED"
    PLACES = "PLACES"


@strawberry.type(description="Something new about a service. `code` says more, as a local code.")
class DirectoryNews:
    position: Position
    at: datetime
    kind: DirectoryNewsKind = column("{row}.what")
    code: str | None
    service_id: strawberry.ID
    service_name: str | None = column("(select s.name from {listing} as s where s.service_id = {row}.service_id)")


@strawberry.type
class DirectoryNewsEdge(Edge[DirectoryNews]):
    pass


@strawberry.type(description="A page of what is new, latest first.")
class DirectoryNewsConnection(Connection[DirectoryNewsEdge]):
    pass


@strawberry.input(
    description="What to show; all that is given must hold. Without a phase, what people can be connected to or could soon be."
)
class DirectoryFilter:
    words: str | None = strawberry.field(
        default=None, description="Each word stands in the name, the description, the address or the organisation."
    )
    need: str | None = None
    kind: str | None = None
    access: str | None = None
    language: str | None = None
    group: str | None = strawberry.field(default=None, description="Not one that is closed to this group.")
    free: bool | None = None
    with_places: bool | None = None
    freshness: DirectoryFreshness | None = None
    phase: DirectoryPhase | None = None
    organisation: strawberry.ID | None = None
