"""What activity is made of, as GraphQL names it: a line for each month."""

from datetime import date

import strawberry

from commonweal.kernel.view import Aggregate


@strawberry.type(
    description="Three counts of one month, kept apart: they are of different things and never add up. A null one is held back."
)
class ActivityMonth:
    month: date = strawberry.field(description="Its first day.")
    appointments: int | None = strawberry.field(description="Contacts that were held.")
    people_referred: int | None = strawberry.field(description="People of whom a referral came, each once a month.")
    people_with_plan: int | None = strawberry.field(
        description="People who agreed a complete personalised care and support plan, each once a month."
    )


@strawberry.type(description="Activity by month.")
class ActivityTable(Aggregate[ActivityMonth]):
    pass
