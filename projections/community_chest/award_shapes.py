"""Awards as GraphQL names them: what everybody may know of public money, and nothing else of a grant."""

from datetime import date
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.reading import Pence
from commonweal.kernel.view import Aggregate, Connection, Edge, column, many
from projections.community_chest.balances import AWARDED, PAID, of_grant

TAKEN: Final = "{row}.phase in ('ACCEPTED', 'ACTIVE', 'PAUSED', 'TERMINATED', 'CLOSED')"
"""SQL: the award was accepted, and from there on is public, whatever becomes of it."""
AWARDED_ON: Final = "({row}.awarded_at at time zone 'Europe/London')::date"
YEAR: Final = f"extract(year from {AWARDED_ON} - interval '3 months')::int"
"""SQL: the year in which the financial year of an award began, on 1 April."""
_FIRST: Final = of_grant("{row}", "l.kind = 'AWARDED' and l.reason = 'award'")
_SUM: Final = of_grant("{row}", AWARDED)
_SPENT: Final = of_grant("{row}", PAID)
_OVER: Final = "(select min(o.over_on) from {ending} as o where o.grant_id = {row}.grant_id)"
_SHARES: Final = f"""(select p.funder, coalesce(sum(l.pence) filter (where {AWARDED}), 0)::bigint as awarded,
        coalesce(sum(l.pence) filter (where {PAID}), 0)::bigint as paid
    from {{ledger}} as l join {{pledge}} as p on p.pledge = l.pledge where l.grant_id = {{up}}.grant_id group by p.funder)"""
_COUNTED: Final = """from {ballot} as b cross join lateral (select e.count ->> 'grant_id' as grant_id, (e.count ->> 'votes')::int as votes
    from json_array_elements(b.tally) as e (count)) as t"""
_ITS_OWN: Final = "where b.round = {row}.round and t.grant_id = {row}.grant_id"
_VOTES: Final = f"(select max(t.votes) {_COUNTED} {_ITS_OWN} and b.turnout is not null)"
_TURNOUT: Final = f"(select max(b.turnout) {_COUNTED} {_ITS_OWN})"
WHO: Final = "(case when not {row}.unnamed then {row}.organisation end)"
_TALLY: Final = f"""(select g.grant_id, {WHO.replace("{row}", "g")} as organisation, g.public_title, max(t.votes) as votes {_COUNTED}
    join {{grant}} as g on g.grant_id = t.grant_id
    where b.round = {{up}}.round and b.turnout is not null and {TAKEN.replace("{row}", "g")} group by g.grant_id)"""


@strawberry.enum(description="What has become of an award since it was accepted.")
class ChestAwardPhase(Enum):
    ACCEPTED = "ACCEPTED"
    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"
    TERMINATED = "TERMINATED"
    CLOSED = "CLOSED"


@strawberry.type(description="What of an award is one funder's money.")
class ChestAwardShare:
    funder: str
    awarded: Pence
    paid: Pence


@strawberry.type(description="An award of the same round, and how many organisations voted for it.")
class ChestAwardVotes:
    id: strawberry.ID = column("{row}.grant_id")
    organisation: str | None
    title: str | None = column("{row}.public_title")
    votes: int


@strawberry.type(
    description="An award that was accepted, as everybody may know it. Its words are null until somebody has confirmed them."
)
class ChestAward:
    id: strawberry.ID = column("{row}.grant_id")
    fund_id: strawberry.ID
    fund: str | None = column("(select f.name from {fund} as f where f.fund_id = {row}.fund_id)")
    round: str | None = column("(select r.name from {round} as r where r.round = {row}.round)")
    method: str | None = column("(select r.method from {round} as r where r.round = {row}.round)")
    organisation: str | None = column(WHO, "Null where naming it would put somebody at risk.")
    title: str | None = column("{row}.public_title")
    summary: str | None = column("{row}.public_summary")
    purpose: str | None
    area: str | None
    starts_on: date | None
    ends_on: date | None
    phase: ChestAwardPhase
    awarded_on: date = column(AWARDED_ON, "When it was decided.")
    over_on: date | None = column(_OVER, "When it ended.")
    tapers: bool = strawberry.field(description="Whether each instalment brings less than the one before.")
    first_awarded: Pence = column(_FIRST, "What was offered, before anything was changed.")
    awarded: Pence = column(_SUM, "What it is now.")
    paid: Pence = column(_SPENT)
    votes: int | None = column(_VOTES, "How many organisations voted for it; null where none did.")
    turnout: int | None = column(_TURNOUT, "How many organisations voted in its round.")
    shares: list[ChestAwardShare] = many(_SHARES, "true", "{row}.funder", "Whose money it is.")
    tally: list[ChestAwardVotes] = many(
        _TALLY, "true", "{row}.votes desc, {row}.grant_id", "Of its round, as published."
    )


@strawberry.type
class ChestAwardEdge(Edge[ChestAward]):
    pass


@strawberry.type(description="A page of awards, the latest first.")
class ChestAwardConnection(Connection[ChestAwardEdge]):
    pass


@strawberry.input(
    description="Which awards; all that is given must hold. `year` is the one in which a financial year begins."
)
class ChestAwardFilter:
    fund: strawberry.ID | None = None
    year: int | None = None
    need: str | None = None
    area: str | None = None
    named: bool | None = None


@strawberry.enum(description="What awards are told apart by.")
class ChestAwardCut(Enum):
    FUND = "FUND"
    YEAR = "YEAR"
    NEED = "NEED"
    AREA = "AREA"


@strawberry.type(description="How many awards there are of one kind, and what they come to.")
class ChestAwardTotal:
    key: str | None = strawberry.field(
        description="A fund, a need, a place, or the year in which a financial year began."
    )
    name: str | None = strawberry.field(description="Of a fund.")
    awards: int
    awarded: Pence
    paid: Pence


@strawberry.type(description="Awards in numbers.")
class ChestAwardTotals(Aggregate[ChestAwardTotal]):
    pass
