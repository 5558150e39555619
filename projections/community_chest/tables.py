"""What a community chest comes to, as GraphQL names it: month by month, at its end, by need, by whom it is for."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.reading import Pence, Position
from commonweal.kernel.view import Aggregate, column, many


@strawberry.type(description="A month: what falls due and what was paid in it, and how far both have come by its end.")
class ChestMonth:
    month: date = strawberry.field(description="Its first day.")
    due: Pence
    paid: Pence
    returned: Pence
    planned_so_far: Pence = strawberry.field(description="Of all that fell due since the beginning.")
    paid_so_far: Pence | None = strawberry.field(description="Less what came back; null in months to come.")


@strawberry.type(description="The payment calendar: the burn of a fund or a grant against its plan.")
class ChestCalendar(Aggregate[ChestMonth]):
    pass


@strawberry.type(description="A running grant whose last day is near, and whom that will touch.")
class ChestEnding:
    grant_id: strawberry.ID
    fund_id: strawberry.ID
    organisation: str
    title: str | None
    purpose: str | None
    area: str | None
    ends_on: date
    tapers: bool
    awarded: Pence
    services: int = strawberry.field(description="Community services in which it pays for places.")
    places: int
    people: int | None = strawberry.field(
        description="Who started with one of them while it paid; 1 to 7 are held back."
    )


@strawberry.type(description="The funding cliff: what ends in the months to come.")
class ChestCliff(Aggregate[ChestEnding]):
    pass


@strawberry.enum(description="By what grants are told apart.")
class ChestCut(Enum):
    FUND = "FUND"
    GRANT = "GRANT"
    PURPOSE = "PURPOSE"
    AREA = "AREA"


_NAME: Final = """coalesce((select c.name from {fund} as c where c.fund_id = {row}.key),
    (select c.name from {place} as c where c.place = {row}.key), (select g.title from {grant} as g where g.grant_id = {row}.key))"""


@strawberry.type(
    description="Grants that pay for places in community services, and how those fared who came by one. Counts of people from 1 to 7 "
    "are held back, and so is a larger one that would give them away; others go to the nearest 5. Percentages are of those."
)
class ChestPlacesLine:
    by: str = strawberry.field(description="A `ChestCut`: what the line is of.")
    key: str
    fund_id: strawberry.ID | None = strawberry.field(description="Of a grant, as are its purpose and its area.")
    purpose: str | None
    area: str | None
    name: str | None = column(_NAME, "Of a fund, an area, or what a grant is for.")
    organisation: str | None = column(
        "(select g.organisation from {grant} as g where g.grant_id = {row}.key)", "Whose grant it is."
    )
    grants: int
    awarded: Pence
    places: int
    pence_per_place: Pence
    people: int | None = strawberry.field(
        description="Who started with a service on a day on which a grant paid for places there."
    )
    completed: int | None = strawberry.field(description="Of those: who saw the service through.")
    completed_percent: int | None
    goals_met: int | None = column("{row}.met", "Of those: whose case was closed with their goals met, all or some.")
    goals_met_percent: int | None = column("{row}.met_percent")


@strawberry.type(description="Pounds for each place, and people.")
class ChestPlacesTable(Aggregate[ChestPlacesLine]):
    pass


@strawberry.enum(description="By what cases that came by a grant are told apart.")
class ChestOutcomesCut(Enum):
    FUND = "FUND"
    PURPOSE = "PURPOSE"


@strawberry.type(
    description="Cases that came by a grant of one fund, or for one purpose, and how they fared. Counts and means are told as those of "
    "`OutcomesRow`."
)
class ChestOutcomesLine:
    key: str | None
    name: str | None = column(_NAME, "Of a fund.")
    eligible: int | None
    baseline: int | None
    paired: int | None
    declined: int | None
    declined_percent: int | None
    mean_change: float | None = strawberry.field(description="Last reading less first, in points.")
    change_low: float | None
    change_high: float | None
    improved: int | None
    improved_percent: int | None
    suppressed: int


@strawberry.type(description="Outcomes of people connected to funded services.")
class ChestOutcomesTable(Aggregate[ChestOutcomesLine]):
    pass


@strawberry.enum(description="By what unmet need and awards are told apart.")
class ChestNeedsCut(Enum):
    NEED = "NEED"
    PLACE = "PLACE"
    NEED_AND_PLACE = "NEED_AND_PLACE"


_PLACE_NAME: Final = """coalesce((select c.name from {place} as c where c.place = {row}.place),
    (select c.name from {pcn} as c where c.pcn = {row}.place))"""


@strawberry.type(
    description="A need, a place, or a need in a place: how many people were referred in the period who have it, for how many of them it "
    "stayed unmet, and what is awarded for it. 1 to 7 people are held back."
)
class ChestNeed:
    need: str | None
    place: str | None = strawberry.field(
        description="That to which the PCN of the practice is counted, and in which awards are made; the PCN where it is counted to none."
    )
    place_name: str | None = column(_PLACE_NAME)
    people: int | None
    unmet: int | None
    unmet_percent: int | None
    grants: int
    awarded: Pence


@strawberry.type(description="Unmet need beside awards.")
class ChestNeedsTable(Aggregate[ChestNeed]):
    pass


@strawberry.type(
    description="A need in the evidence of a fund: how many people have it, and for how many it stayed unmet."
)
class ChestEvidenceLine:
    need: str = column("{row}.told ->> 'need'")
    area: str | None = column("{row}.told ->> 'area'", "A place; null for the whole ICS.")
    people: str = column("{row}.told ->> 'people'", "`*` where it is held back.")
    unmet: str = column("{row}.told ->> 'unmet'")


@strawberry.type(description="What people needed and did not find, as it was when it was attached to a fund.")
class ChestEvidence:
    id: strawberry.ID = column("{row}.snapshot_id", "The SHA-256 of what it says.")
    as_of: datetime
    position: Position = column("{row}.at_position", "Of the log, at which it was counted.")
    disclosure_rule: str
    since: date | None = strawberry.field(description="Of those referred from the month of that day on.")
    until: date | None
    attached_at: datetime
    needs: list[ChestEvidenceLine] = many(
        "(select e.told, e.number from json_array_elements({up}.needs) with ordinality as e (told, number))",
        "true",
        "{row}.number",
    )


@strawberry.type(description="What is asked and awarded for a group of people; `none` where a grant names none.")
class ChestEquityLine:
    code: str
    applications: int
    grants: int = strawberry.field(description="Of those: with an award that stands.")
    asked: Pence
    awarded: Pence
    share: int | None = strawberry.field(
        description="Of all that is awarded, in percent. A grant for two groups is in both."
    )


@strawberry.type(description="Whom the money is for.")
class ChestEquity(Aggregate[ChestEquityLine]):
    pass
