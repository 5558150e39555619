"""What connections are made of, as GraphQL names them: the way from offer to end, its sessions, the service as it is now."""

from datetime import date, datetime
from enum import Enum

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many, one
from projections.freshness import LABEL


@strawberry.enum(description="Where a connection stands.")
class ServiceConnectionPhase(Enum):
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    SENT = "SENT"
    PROVIDER_ACCEPTED = "PROVIDER_ACCEPTED"
    PROVIDER_DECLINED = "PROVIDER_DECLINED"
    WAITING_LIST = "WAITING_LIST"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    DROPPED = "DROPPED"


@strawberry.enum(description="How far the listing can be believed today.")
class ServiceConnectionFreshness(Enum):
    FRESH = "FRESH"
    DUE = "DUE"
    STALE = "STALE"
    UNVERIFIED = "UNVERIFIED"


@strawberry.type(description="The service as the directory has it now.")
class ServiceConnectionService:
    id: strawberry.ID = column("{up}.service_id")
    name: str | None
    phase: str | None
    organisation_name: str | None = column(
        "(select o.name from {organisation} as o where o.organisation_id = {row}.organisation_id)"
    )
    freshness: ServiceConnectionFreshness = column(LABEL)
    open_problems: int = column(
        "(select count(*) from {problem} as p where p.service_id = {row}.service_id and p.resolved_at is null)::int"
    )


@strawberry.type(description="A session. `code` is an attendance code of the NHS Data Dictionary.")
class ServiceConnectionSession:
    id: strawberry.ID = column("{row}.session_id")
    held_on: date
    code: str
    corrected: bool


@strawberry.type(description="What the person gives to a service. `role` is a local code.")
class ServiceConnectionContribution:
    id: strawberry.ID = column("{row}.contribution_id")
    service_id: strawberry.ID
    service_name: str | None = column("(select s.name from {service} as s where s.service_id = {row}.service_id)")
    role: str
    started_on: date
    ended_on: date | None


@strawberry.type(description="Whom it is about. Every personal field is null once the person is erased.")
class ServiceConnectionPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="A person and a community service. Codes are listed as local.")
class ServiceConnection:
    id: strawberry.ID = column("{row}.connection_id")
    version: int
    referral_id: strawberry.ID
    plan_id: strawberry.ID | None
    phase: ServiceConnectionPhase
    mode: str
    hope: str | None = strawberry.field(description="What the person hopes for, in their words.")
    override_reason: str | None = strawberry.field(description="Why it was offered although the listing was stale.")
    override_note: str | None
    freshness_at_offer: ServiceConnectionFreshness
    offered_at: datetime
    accepted_at: datetime | None
    channel: str | None
    sent_at: datetime | None
    consent_given_on: date | None = strawberry.field(description="Of the consent it was sent under.")
    link_expires_on: date | None
    link_shown: bool = strawberry.field(description="Whether the provider's link was shown to be copied.")
    answer_due_on: date | None
    unanswered: bool = strawberry.field(description="The provider has let its days go by.")
    answer: str | None = strawberry.field(description="accept, decline or waiting_list.")
    answered_at: datetime | None
    answered_by_link: bool
    places_left: int | None
    est_wait_weeks: int | None
    started_on: date | None
    ended_on: date | None
    ending: str | None = strawberry.field(description="Why the person or the provider declined, or why it ended early.")
    person: ServiceConnectionPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    service: ServiceConnectionService = one("left join {service} as {row} on {row}.service_id = {up}.service_id")
    sessions: list[ServiceConnectionSession] = many(
        "{session}", "{row}.connection_id = {up}.connection_id", "{row}.held_on, {row}.session_id"
    )
    contributions: list[ServiceConnectionContribution] = many(
        "{contribution}", "{row}.connection_id = {up}.connection_id", "{row}.started_on, {row}.contribution_id"
    )


@strawberry.type
class ServiceConnectionEdge(Edge[ServiceConnection]):
    pass


@strawberry.type(description="A page of connections, latest offer first.")
class ServiceConnectionConnection(Connection[ServiceConnectionEdge]):
    pass


@strawberry.type(description="What a provider is told of someone, for as long as the person agrees: nothing else.")
class ProviderConnection:
    id: strawberry.ID = column("{row}.connection_id")
    phase: ServiceConnectionPhase
    first_name: str | None = column(
        "(select split_part(trim(p.name), ' ', 1) from {person} as p where p.person_id = {row}.person_id)"
    )
    hope: str | None = strawberry.field(description="What the person hopes for, in their words.")
    service_id: strawberry.ID
    service_name: str | None = column("(select s.name from {service} as s where s.service_id = {row}.service_id)")
    sent_at: datetime
    answer_due_on: date | None
    answered_at: datetime | None


@strawberry.type
class ProviderConnectionEdge(Edge[ProviderConnection]):
    pass


@strawberry.type(description="A page of those a provider was told of, latest first.")
class ProviderConnectionConnection(Connection[ProviderConnectionEdge]):
    pass


@strawberry.input(description="What to show; all that is given must hold.")
class ServiceConnectionFilter:
    person: strawberry.ID | None = None
    referral: strawberry.ID | None = None
    service: strawberry.ID | None = None
    link_worker: strawberry.ID | None = None
    phase: ServiceConnectionPhase | None = None
    open: bool | None = strawberry.field(default=None, description="Whether it goes on.")
    affected: bool | None = strawberry.field(
        default=None, description="Its service has a problem nobody resolved, is closed for now, retired or stale."
    )
    answered_since: datetime | None = strawberry.field(
        default=None, description="The provider answered by its link from then on, and nothing was done about it yet."
    )
