"""What measures are made of, as GraphQL names them."""

from datetime import date, datetime
from enum import Enum

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many, one


@strawberry.enum(description="Where a measure stands: still to be done, done, or not done and why.")
class MeasuresState(Enum):
    DUE = "DUE"
    OFFERED = "OFFERED"
    COMPLETED = "COMPLETED"
    DECLINED = "DECLINED"
    NOT_APPROPRIATE = "NOT_APPROPRIATE"
    MISSED = "MISSED"
    LAPSED = "LAPSED"
    VOIDED = "VOIDED"


@strawberry.type(
    description="What one scale came to. `value` is in hundredths of a point; `raw` the plain sum, where there is one."
)
class MeasuresScore:
    scale: str
    raw: int | None
    value: int
    band: str | None


@strawberry.type(description="Someone we support. The name is null once they are erased.")
class MeasuresPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="One time somebody is asked, or was.")
class MeasuresMeasure:
    id: strawberry.ID = column("{row}.measure_id")
    version: int
    referral_id: strawberry.ID
    instrument: str
    instrument_version: str
    point: str
    due_on: date
    state: MeasuresState
    reason: str | None = strawberry.field(description="Why it was declined, not appropriate or voided.")
    completed_on: date | None
    mode: str | None
    language: str | None
    scoring_version: str | None
    risk: bool = strawberry.field(description="Whether an answer asked for somebody to see to the person's safety.")
    link_worker: strawberry.ID | None = column(
        "(select c.link_worker_id from {referral} as c where c.referral_id = {row}.referral_id)"
    )
    person: MeasuresPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    scores: list[MeasuresScore] = many("{score}", "{row}.measure_id = {up}.measure_id", "{row}.score_id")


@strawberry.type
class MeasuresEdge(Edge[MeasuresMeasure]):
    pass


@strawberry.type(
    description="A page of measures by the day they were due, how many there are in all, and how fresh it is."
)
class MeasuresConnection(Connection[MeasuresEdge]):
    pass


@strawberry.input(description="What to show; all that is given must hold.")
class MeasuresFilter:
    person: strawberry.ID | None = None
    referral: strawberry.ID | None = None
    link_worker: strawberry.ID | None = None
    instrument: str | None = None
    waiting: bool | None = strawberry.field(default=None, description="Still to be done: due or offered.")
    due_before: datetime | None = None


@strawberry.type(description="A referral of the person who is asked.")
class MeasuresCase:
    id: strawberry.ID = column("{row}.referral_id")
    received_at: datetime
    stage: str


@strawberry.type(description="An instrument on the list of this ICS, and what its owner allows.")
class MeasuresInstrument:
    code: str = column("{row}.instrument")
    version: int
    instrument_version: str
    retired: bool = column("{row}.state = 'RETIRED'")
    licence: str | None = strawberry.field(description="registered, licensed or blocked; null where none is recorded.")
    reference: str | None
    expires_on: date | None
