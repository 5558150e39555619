"""The funds of a community chest over GraphQL: what each has and whose it is, its rounds, and a funder's statement."""

from datetime import date, datetime
from typing import Final

import strawberry

from commonweal.kernel.question import AsOf, Keys, Page, Paging, Row, Rows, Table, moment, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.community_chest import READ_MODEL
from projections.community_chest.balances import THEIR_FUNDS, whose
from projections.community_chest.shapes import (
    ChestBallot,
    ChestFund,
    ChestFundConnection,
    ChestRoundConnection,
    ChestStatement,
)
from projections.community_chest.statement import LONGEST, ORDER, STATEMENT
from projections.community_chest.whom import open_to

_FUNDS: Final[Keys] = (("sort", str), ("fund_id", str))
_ROUNDS: Final[Keys] = (("opened_at", datetime), ("round", str))


@strawberry.type
class Funds:
    @root(READ_MODEL, ChestFundConnection, "The funds that are for you to know of: to a funder those they pledged to.")
    def funds(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        asker = reader(info)
        return Page(
            of=ChestFundConnection,
            source="{fund}",
            where=(THEIR_FUNDS,),
            parameters=whose(asker),
            keys=_FUNDS,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
            **Paging(first, after, last, before).settled(_FUNDS),
        )

    @root(READ_MODEL, ChestFund | None, "One fund, or null where there is none that you may see.")
    def fund(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002 – the name in the schema
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Row:
        asker = reader(info)
        return Row(
            of=ChestFund,
            source="{fund}",
            where=("{row}.fund_id = %(id)s", THEIR_FUNDS),
            parameters={**whose(asker), "id": id},
            after_position=after_position,
            as_of=moment(as_of, asker.now),
        )

    @root(
        READ_MODEL,
        ChestStatement,
        "What stood of a funder's money on the morning of the first day, each movement up to the evening of the last, and what stands "
        "then. Without `funder`, of all whose money you see; without `fund`, in all funds.",
    )
    def fund_statement(
        self,
        info: strawberry.Info,
        since: date,
        until: date,
        funder: str | None = None,
        fund: strawberry.ID | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Table:
        asker = reader(info)
        asker.scope("chest_statement")
        if not 0 <= (until - since).days <= LONGEST:
            raise refusal(f"until must be since or up to {LONGEST} days after it")
        return Table(
            of=ChestStatement,
            source=STATEMENT,
            parameters={**whose(asker), "funder": funder, "fund": fund, "from": since, "to": until},
            order=ORDER,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
        )

    @root(READ_MODEL, ChestRoundConnection, "The rounds of a fund, and how far each ring-fence is met.")
    def fund_rounds(
        self,
        info: strawberry.Info,
        fund: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        asker = reader(info)
        return Page(
            of=ChestRoundConnection,
            source="{round}",
            where=("{row}.fund_id = %(fund)s", open_to(asker)),
            parameters={"fund": fund},
            keys=_ROUNDS,
            descending=True,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
            **Paging(first, after, last, before).settled(_ROUNDS),
        )


def ballots_of(fund_id: str, round_id: str) -> Rows:
    """Every ballot of a round: for what is decided by them."""
    return Rows(
        of=ChestBallot,
        source="{ballot}",
        where=("{row}.round = %(round)s",),
        parameters={"round": f"{fund_id}|{round_id}"},
        order="{row}.opened_at, {row}.ballot_id",
    )
