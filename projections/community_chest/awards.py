"""Awards over GraphQL: what was given to whom, for what, where and out of whose money, for everybody to read."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Page, Paging, Row, Table
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.community_chest import READ_MODEL
from projections.community_chest.award_shapes import (
    TAKEN,
    YEAR,
    ChestAward,
    ChestAwardConnection,
    ChestAwardCut,
    ChestAwardFilter,
    ChestAwardTotals,
)
from projections.community_chest.balances import AWARDED, PAID

PUBLISHED: Final = "chest_awards"
"""The view of what is public, which who has not signed in has too."""
_LATEST: Final = (("awarded_at", datetime), ("grant_id", str))
_KEYS: Final = {
    ChestAwardCut.FUND: "{row}.fund_id",
    ChestAwardCut.YEAR: f"{YEAR}::text",
    ChestAwardCut.NEED: "{row}.purpose",
    ChestAwardCut.AREA: "{row}.area",
}
_NAMES: Final = {ChestAwardCut.FUND: "(select f.name from {fund} as f where f.fund_id = t.key)"}
_TOTALS: Final = {
    by: f"""(select t.key, {_NAMES.get(by, "null::text")} as name, count(*)::int as awards, sum(t.awarded)::bigint as awarded,
        sum(t.paid)::bigint as paid, 0 as suppressed
    from (select {key} as key, coalesce(m.awarded, 0) as awarded, coalesce(m.paid, 0) as paid
        from {{grant}} as g left join (select l.grant_id, sum(l.pence) filter (where {AWARDED}) as awarded,
            sum(l.pence) filter (where {PAID}) as paid from {{ledger}} as l where l.grant_id is not null group by 1) as m
            on m.grant_id = g.grant_id
        where """.replace("{row}", "g")
    for by, key in _KEYS.items()
}
_ORDERS: Final = {ChestAwardCut.YEAR: "{row}.key"}
_BY_SUM: Final = "{row}.awarded desc, {row}.key"


@strawberry.type
class Query:
    @root(READ_MODEL, ChestAwardConnection, "The awards that were accepted, for everybody to read.")
    def awards(
        self,
        info: strawberry.Info,
        filter: ChestAwardFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        reader(info).scope(PUBLISHED)
        conditions, parameters = _wanted(filter or ChestAwardFilter())
        return Page(
            of=ChestAwardConnection,
            source="{grant}",
            where=conditions,
            parameters=parameters,
            keys=_LATEST,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_LATEST),
        )

    @root(READ_MODEL, ChestAward | None, "One award, or null where none of that id was accepted.")
    def award(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        after_position: Position | None = None,
    ) -> Row:
        reader(info).scope(PUBLISHED)
        return Row(
            of=ChestAward,
            source="{grant}",
            where=("{row}.grant_id = %(id)s", TAKEN),
            parameters={"id": id},
            after_position=after_position,
        )

    @root(READ_MODEL, ChestAwardTotals, "How many awards there are, and what they come to, told apart by one thing.")
    def award_totals(
        self,
        info: strawberry.Info,
        by: ChestAwardCut,
        filter: ChestAwardFilter | None = None,  # noqa: A002
        after_position: Position | None = None,
    ) -> Table:
        reader(info).scope(PUBLISHED)
        conditions, parameters = _wanted(filter or ChestAwardFilter())
        which = " and ".join(conditions).replace("{row}", "g")
        return Table(
            of=ChestAwardTotals,
            source=f"{_TOTALS[by]} {which}) as t group by t.key)",
            parameters=parameters,
            order=_ORDERS.get(by, _BY_SUM),
            after_position=after_position,
        )


def _wanted(wanted: ChestAwardFilter) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The conditions of what was asked for, and their parameters."""
    conditions = [TAKEN]
    parameters: dict[str, Any] = {}
    for given, name, condition in (
        (wanted.fund, "fund", "{row}.fund_id = %(fund)s"),
        (wanted.year, "year", f"{YEAR} = %(year)s::int"),
        (wanted.need, "need", "{row}.purpose = %(need)s"),
        (wanted.area, "area", "{row}.area = %(area)s"),
        (wanted.named, "named", "{row}.unnamed <> %(named)s"),
    ):
        if given is not None:
            conditions.append(condition)
            parameters[name] = given
    return tuple(conditions), parameters
