"""What outcomes are made of, as GraphQL names them."""

from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Aggregate, column


@strawberry.enum(
    description="By what the cases are told apart. A case with several needs stands in the row of each; deciles are of the "
    "version of the index of multiple deprivation that was recorded, and those of two versions stand apart."
)
class OutcomesCut(Enum):
    ALL = "ALL"
    PCN = "PCN"
    NEED = "NEED"
    IMD = "IMD"
    ETHNICITY = "ETHNICITY"
    AGE_BAND = "AGE_BAND"


_PCN_NAME: Final = "(select n.name from {pcn} as n where n.pcn = {row}.%s)"


@strawberry.type(
    description="Cases alike. Counts of 1 to 7 are held back and others go to the nearest 5; percentages are of those; the mean "
    "is of 8 cases or more. A larger number is held back too where it would give a small one away; where all would, everyone stands "
    "together. `one` and `two` are codes, null where it is not known, `all` of everyone."
)
class OutcomesRow:
    one: str | None
    one_name: str | None = column(_PCN_NAME % "one", "The name, where `one` is a PCN.")
    two: str | None
    two_name: str | None = column(_PCN_NAME % "two", "The name, where `two` is a PCN.")
    eligible: int | None = strawberry.field(
        description="Cases in which the instrument was due or used, and was not found to be inappropriate."
    )
    baseline: int | None = strawberry.field(description="Of those: with a valid reading.")
    paired: int | None = strawberry.field(description="Of those: with a first and a last one, on two days.")
    declined: int | None = strawberry.field(description="Of those eligible: in which somebody declined to answer.")
    declined_percent: int | None
    mean_change: float | None = strawberry.field(description="Last reading less first, in points.")
    change_low: float | None = strawberry.field(
        description="95 % confidence interval, by Student's t of the differences."
    )
    change_high: float | None
    improved: int | None = strawberry.field(description="Better by what counts as improved, see the instrument.")
    improved_percent: int | None = strawberry.field(description="Of those with a first and a last reading.")
    suppressed: int


@strawberry.type(description="Outcomes of one scale, and how much was held back.")
class OutcomesTable(Aggregate[OutcomesRow]):
    pass
