"""What the equity funnel is made of, as GraphQL names it: a line for each group of people."""

from enum import Enum

import strawberry

from commonweal.kernel.view import Aggregate


@strawberry.enum(description="By what people are told apart.")
class EquityCut(Enum):
    ETHNICITY = "ETHNICITY"
    DEPRIVATION = "DEPRIVATION"
    AGE = "AGE"
    GENDER = "GENDER"
    LANGUAGE = "LANGUAGE"
    INTERPRETER = "INTERPRETER"


@strawberry.type(
    description="People of one group who were referred in the period, and how far they came since. A null number is held back."
)
class EquityLine:
    code: str = strawberry.field(
        description="The group's code; `unknown` where nobody told, `all` where none can be told apart."
    )
    referred: int | None
    accepted: int | None
    engaged: int | None
    completed: int | None
    accepted_percent: int | None = strawberry.field(description="Of those referred.")
    engaged_percent: int | None
    completed_percent: int | None


@strawberry.type(description="From referral to completion, by groups of people.")
class EquityFunnel(Aggregate[EquityLine]):
    pass
