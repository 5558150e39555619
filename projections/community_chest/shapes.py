"""What a community chest is made of, as GraphQL names it: funds and whose money they have, rounds, grants, and a statement."""

from datetime import date, datetime
from typing import Final

import strawberry

from commonweal.kernel.reading import Pence
from commonweal.kernel.view import Aggregate, Connection, Edge, column, many, one
from projections.community_chest.balances import AWARDED, BY_FUNDER, MOVED, PLEDGES, POOLED, THEIRS

_OF_FUND: Final = "{row}.fund_id = {up}.fund_id"
_OF_ROUND: Final = "join {grant} as g on g.grant_id = l.grant_id where g.round = {row}.round and " + AWARDED
_FUND_PHASE: Final = f"""case when {{row}}.reconciled then 'CLOSED'
    when {{row}}.rules_version = 0 and not exists (select from {{pledge}} as p where p.fund_id = {{row}}.fund_id) then 'FOUNDING'
    when not exists (select from {{round}} as r where r.fund_id = {{row}}.fund_id) then 'DEVELOPING'
    when not exists (select from {{round}} as r where r.fund_id = {{row}}.fund_id and not r.closed) then 'EVALUATING'
    when exists (select from {{round}} as r where r.fund_id = {{row}}.fund_id and not r.closed and 0 <> (
        {MOVED} join {{grant}} as g on g.grant_id = l.grant_id where g.round = r.round and {AWARDED})) then 'AWARDING'
    else 'OPEN' end"""
"""As `fund.State.phase`."""


@strawberry.type(
    description="What there is, in pence: `committed` is awarded and not paid, `available` is nobody's yet and can be awarded."
)
class ChestBalance:
    pledged: Pence
    confirmed: Pence
    received: Pence
    awarded: Pence
    paid: Pence
    committed: Pence
    available: Pence


@strawberry.type(description="What one funder has in a fund.")
class ChestFunder(ChestBalance):
    funder: str


@strawberry.type(description="A pledge: whose money, what it is restricted to, and what there is of it.")
class ChestPledge(ChestBalance):
    id: strawberry.ID = column("{row}.pledge_id")
    funder: str
    phase: str
    counts: bool = column(
        "{row}.counts", "Whether it can be awarded: it is confirmed, and others give what it asks them to."
    )
    purposes: list[str]
    areas: list[str]
    match_pence: Pence
    awards_until: date | None
    made_at: datetime


@strawberry.type(description="An organisation that steers a fund, and those it has a part in, which it does not judge.")
class ChestSteeringMember:
    organisation: str
    interests: list[str]


@strawberry.type(
    description="What came of a fund's money, as it was told to whoever gives to it. Counts of people from 1 to 7 are held back, and so "
    "is a larger one that would give them away; others go to the nearest 5. There is one in a month at most, and none ever changes."
)
class ChestEffect:
    id: strawberry.ID = column("{row}.snapshot_id", "The SHA-256 of what it says.")
    as_of: datetime
    disclosure_rule: str
    grants: int = strawberry.field(description="That pay for places in community services.")
    awarded: Pence
    places: int
    pence_per_place: Pence
    people: int | None = strawberry.field(
        description="Who started with a service on a day on which a grant paid for places there."
    )
    completed: int | None = strawberry.field(description="Of those: who saw the service through.")
    met: int | None = strawberry.field(description="Of those: whose case was closed with their goals met, all or some.")


@strawberry.type(description="A community chest. What is told of single funders is what the one who asks may know.")
class ChestFund:
    id: strawberry.ID = column("{row}.fund_id")
    name: str
    areas: list[str]
    method: str
    phase: str = column(_FUND_PHASE)
    rules_version: int = strawberry.field(description="0 while there are none.")
    priorities: list[str] = strawberry.field(description="Needs, the first most.")
    priority_snapshot: strawberry.ID | None = strawberry.field(description="The evidence they rest on.")
    evaluation_hash: str | None
    founded_at: datetime
    steering_group: list[ChestSteeringMember] = many("{steering}", _OF_FUND, "{row}.organisation", "As it is today.")
    balance: ChestBalance = one(POOLED, description="Of everybody's money.")
    funders: list[ChestFunder] = many(BY_FUNDER, f"{_OF_FUND} and {THEIRS}", "{row}.funder")
    pledges: list[ChestPledge] = many(PLEDGES, f"{_OF_FUND} and {THEIRS}", "{row}.made_at, {row}.pledge_id")
    effects: list[ChestEffect] = many(
        "{effect}", _OF_FUND, "{row}.position desc", "What its funders were told came of it, the latest first."
    )


@strawberry.type
class ChestFundEdge(Edge[ChestFund]):
    pass


@strawberry.type(description="A page of funds, by name.")
class ChestFundConnection(Connection[ChestFundEdge]):
    pass


@strawberry.type(
    description="A line of a statement. Of the opening and the closing line the sums are what stood and stands, of the others by how "
    "much they grew or shrank."
)
class ChestStatementLine:
    day: date = column("{row}.day", "The day it counts for.")
    kind: str
    fund_id: strawberry.ID | None
    funder: str | None
    pledge_id: strawberry.ID | None
    grant_id: strawberry.ID | None
    organisation: str | None = column(
        "(select g.organisation from {grant} as g where g.grant_id = {row}.grant_id)", "Whose grant it is about."
    )
    reference: str | None = strawberry.field(description="The bank's, or where the funder says so.")
    reason: str | None
    pledged: Pence
    confirmed: Pence
    received: Pence
    awarded: Pence
    paid: Pence


@strawberry.type(description="A statement of a funder's money over a period.")
class ChestStatement(Aggregate[ChestStatementLine]):
    pass


_FENCES: Final = f"""(select e.fence -> 'purposes' as purposes, (e.fence ->> 'percent')::int as percent, e.number, t.inside, t.total
    from json_array_elements({{up}}.ringfences) with ordinality as e (fence, number) cross join lateral (
        select coalesce(sum(l.pence) filter (where (e.fence -> 'purposes')::jsonb ? g.purpose), 0)::bigint as inside,
            coalesce(sum(l.pence), 0)::bigint as total
        from {{ledger}} as l {_OF_ROUND.replace("{row}", "{up}")}) as t)"""


@strawberry.type(description="A part of a round that is kept for some purposes, and how much of it is there.")
class ChestRingfence:
    purposes: list[str]
    percent: int = column("{row}.percent", "At least so much of what the round awards is for them.")
    inside: Pence = column("{row}.inside", "Awarded for them.")
    total: Pence = column("{row}.total", "Awarded for anything.")
    share: int | None = column("(100 * {row}.inside / nullif({row}.total, 0))::int", "In percent, rounded down.")


@strawberry.type(description="How many votes an application has.")
class ChestTally:
    grant_id: strawberry.ID = column("{row}.count ->> 'grant_id'")
    votes: int = column("({row}.count ->> 'votes')::int")


@strawberry.type(description="A vote on the applications of a round. Who voted is told to nobody.")
class ChestBallot:
    id: strawberry.ID = column("{row}.ballot_id")
    closes_on: date
    voters: int = strawberry.field(description="Organisations that may vote.")
    turnout: int | None = strawberry.field(description="How many did; null until the votes are counted.")
    tally: list[ChestTally] = many(
        "(select e.count, e.number from json_array_elements({up}.tally) with ordinality as e (count, number))",
        "true",
        "{row}.number",
        "By votes; empty until they are counted.",
    )


@strawberry.type(description="A round: when one may apply, for how much, and what it has awarded.")
class ChestRound:
    id: strawberry.ID = column("{row}.round_id")
    fund_id: strawberry.ID
    name: str
    method: str
    rules_version: int
    opens_on: date
    closes_on: date
    closed: bool
    least_pence: Pence
    most_pence: Pence
    budget_pence: Pence | None
    fast_track_below_pence: Pence
    awarded: Pence = column(f"({MOVED} {_OF_ROUND})")
    left: Pence | None = column(
        f"({{row}}.budget_pence - ({MOVED} {_OF_ROUND}))", "Of its budget; null where it has none."
    )
    ringfences: list[ChestRingfence] = many(_FENCES, "true", "{row}.number")
    ballots: list[ChestBallot] = many(
        "{ballot}", "{row}.round = {up}.round", "{row}.opened_at, {row}.ballot_id", "Where it is decided by vote."
    )


@strawberry.type
class ChestRoundEdge(Edge[ChestRound]):
    pass


@strawberry.type(description="A page of rounds, the latest first.")
class ChestRoundConnection(Connection[ChestRoundEdge]):
    pass
