"""A grant as GraphQL names it, from an application to the last report: what is asked, judged, promised and paid."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.reading import Pence
from commonweal.kernel.view import Aggregate, Connection, Edge, column, many
from projections.community_chest.balances import AWARDED, PAID, of_grant
from projections.community_chest.schedule import SCHEDULE


@strawberry.enum(description="How far a grant has come, from an application on.")
class ChestGrantPhase(Enum):
    STARTED = "STARTED"
    SUBMITTED = "SUBMITTED"
    ELIGIBLE = "ELIGIBLE"
    INELIGIBLE = "INELIGIBLE"
    SHORTLISTED = "SHORTLISTED"
    ASSESSED = "ASSESSED"
    PITCHED = "PITCHED"
    RECOMMENDED = "RECOMMENDED"
    RESERVE = "RESERVE"
    DECLINED = "DECLINED"
    WITHDRAWN = "WITHDRAWN"
    OFFERED = "OFFERED"
    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    TERMINATED = "TERMINATED"
    CLOSED = "CLOSED"


PHASE: Final = "(case when {row}.pitched and {row}.phase = 'ASSESSED' then 'PITCHED' else {row}.phase end)"
"""SQL: what is scored after it was pitched has been pitched all the same."""
_MAY: Final = "%(payments)s::boolean"
_PAYMENTS: Final = f"""(select l.reference, l.kind, l.day, l.reason, l.position, abs(sum(l.pence))::bigint as pence from {{ledger}} as l
    where l.grant_id = {{up}}.grant_id and {PAID} group by l.reference, l.kind, l.day, l.reason, l.position)"""


@strawberry.type(description="What is to be paid from that day on.")
class ChestInstalment:
    number: int
    due_on: date
    pence: Pence


@strawberry.type(description="What was paid, or came back.")
class ChestPayment:
    id: strawberry.ID = column("{row}.reference")
    kind: str
    day: date
    pence: Pence
    reason: str | None = strawberry.field(description="Why it came back.")


@strawberry.type(description="Places in a community service that a grant pays for.")
class ChestPlaces:
    service_id: strawberry.ID
    service: str | None = column("(select s.name from {service} as s where s.service_id = {row}.service_id)")
    places: int
    from_on: date
    to_on: date


_OF_GRANT: Final = "{row}.grant_id = {up}.grant_id"
_JUDGED: Final = """(%(scores)s::boolean or exists (select from {assessment} as own
    where own.grant_id = {up}.grant_id and own.assessor = %(judge)s))"""
_CARRIED_OUT: Final = """{row}.payment_id is not null and not exists (select from {ledger} as l
    where l.grant_id = {row}.grant_id and l.kind = 'RETURNED' and l.reason = 'failed' and l.reference = {row}.payment_id)"""


@strawberry.type
class ChestPoint:
    criterion: str = column("{row}.point ->> 'criterion'")
    score: int = column("({row}.point ->> 'score')::int", "0 to 5.")


@strawberry.type(
    description="How somebody scored an application, or what the scores came to when the panel had talked."
)
class ChestAssessment:
    assessor: strawberry.ID
    organisation: str | None = strawberry.field(description="For whom they judge; null where they are staff.")
    moderated: bool
    given_at: datetime
    points: list[ChestPoint] = many(
        "(select e.point, e.number from json_array_elements({up}.points) with ordinality as e (point, number))",
        "true",
        "{row}.number",
    )


@strawberry.type(description="Somebody who does not judge an application, and why.")
class ChestConflict:
    assessor: strawberry.ID
    kind: str


@strawberry.type(description="What a grantee asks for of an award.")
class ChestDrawdown:
    id: strawberry.ID = column("{row}.drawdown_id")
    phase: str = column(f"case when {_CARRIED_OUT} then 'PAID' else {{row}}.phase end")
    pence: Pence
    requested_on: date
    evidence: list[str] = strawberry.field(description="SHA-256 of each document.")
    report_id: strawberry.ID | None
    reason: str | None = strawberry.field(description="Why it is queried or refused.")
    payment_id: strawberry.ID | None = strawberry.field(description="Of the payment that was made for it last.")


@strawberry.type(description="A report that was asked for; its numbers are the grantee's own, null until it has come.")
class ChestReport:
    id: strawberry.ID = column("{row}.report_id")
    phase: str
    from_on: date
    to_on: date
    due_on: date
    submitted_on: date | None
    sessions: int | None
    places: int | None
    people_band: str | None
    spend_pence: Pence | None


@strawberry.type(
    description="A grant, from the application to its end. What was paid is told to whoever accounts for it, and null to others."
)
class ChestGrant:
    id: strawberry.ID = column("{row}.grant_id")
    version: int
    fund_id: strawberry.ID
    round_id: strawberry.ID
    organisation: str
    phase: ChestGrantPhase = column(PHASE)
    title: str | None
    purpose: str | None
    area: str | None
    groups: list[str]
    places: int | None = strawberry.field(description="As the organisation says.")
    starts_on: date | None
    ends_on: date | None
    tapers: bool = strawberry.field(description="Whether each instalment brings less than the one before.")
    fast_track: bool
    reserve_rank: int | None
    started_at: datetime
    submitted_on: date | None
    asked: Pence | None
    recommended: Pence | None
    awarded: Pence = column(of_grant("{row}", AWARDED))
    paid: Pence | None = column(f"case when {_MAY} then {of_grant('{row}', PAID)} end")
    instalments: list[ChestInstalment] = many(
        SCHEDULE, _MAY, "{row}.number", "As far as the award goes: they come to what is awarded."
    )
    payments: list[ChestPayment] = many(_PAYMENTS, _MAY, "{row}.position")
    drawdowns: list[ChestDrawdown] = many(
        "{drawdown}", f"{_MAY} and {_OF_GRANT}", "{row}.requested_on, {row}.drawdown_id"
    )
    reports: list[ChestReport] = many("{report}", _OF_GRANT, "{row}.due_on, {row}.report_id")
    assessments: list[ChestAssessment] = many(
        "{assessment}",
        f"{_OF_GRANT} and {_JUDGED}",
        "{row}.given_at, {row}.assessment",
        "Whoever judges alone sees them once they have scored it themselves.",
    )
    conflicts: list[ChestConflict] = many("{conflict}", _OF_GRANT, "{row}.assessor")
    funded: list[ChestPlaces] = many("{capacity}", _OF_GRANT, "{row}.from_on, {row}.capacity", "Places it pays for.")


@strawberry.type
class ChestGrantEdge(Edge[ChestGrant]):
    pass


@strawberry.type(description="A page of grants, the latest application first.")
class ChestGrantConnection(Connection[ChestGrantEdge]):
    pass


@strawberry.input(
    description="Which grants to show; all that is given must hold. A round is one of the fund that is named with it."
)
class ChestGrantFilter:
    fund: strawberry.ID | None = None
    round: strawberry.ID | None = None
    phase: ChestGrantPhase | None = None
    organisation: str | None = None


@strawberry.type(description="How many grants are in a phase, and what they come to.")
class ChestPhaseLine:
    phase: ChestGrantPhase
    grants: int
    asked: Pence
    awarded: Pence


@strawberry.type(description="The pipeline of a fund: from those who began to apply to those that are closed.")
class ChestPipeline(Aggregate[ChestPhaseLine]):
    pass
