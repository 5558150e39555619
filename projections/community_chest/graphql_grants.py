"""The grants of a community chest over GraphQL: from those who began to apply to those that are paid and closed."""

from datetime import date, datetime
from typing import Any, Final

import strawberry

from commonweal.domain import due
from commonweal.kernel.question import AsOf, Keys, Page, Paging, Row, Table, moment, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.community_chest import READ_MODEL
from projections.community_chest.balances import GRANTED, sees
from projections.community_chest.grant_shapes import (
    PHASE,
    ChestGrant,
    ChestGrantConnection,
    ChestGrantFilter,
    ChestPipeline,
)
from projections.community_chest.months import MONTHS
from projections.community_chest.tables import ChestCalendar
from projections.community_chest.whom import PAYMENTS, judging, open_to
from projections.spans import check_months

_GRANTS: Final[Keys] = (("started_at", datetime), ("grant_id", str))


@strawberry.type
class Grants:
    @root(READ_MODEL, ChestGrantConnection, "Grants, from those who began to apply to those that are closed.")
    def grants(
        self,
        info: strawberry.Info,
        filter: ChestGrantFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = _wanted(filter or ChestGrantFilter())
        return Page(
            of=ChestGrantConnection,
            source="{grant}",
            where=(*conditions, open_to(asker)),
            parameters={**parameters, "payments": sees(asker, PAYMENTS), **judging(asker)},
            keys=_GRANTS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_GRANTS),
        )

    @root(READ_MODEL, ChestGrant | None, "One grant, or null where there is none that you may see.")
    def grant(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        after_position: Position | None = None,
    ) -> Row:
        asker = reader(info)
        return Row(
            of=ChestGrant,
            source="{grant}",
            where=("{row}.grant_id = %(id)s", open_to(asker)),
            parameters={"id": id, "payments": sees(asker, PAYMENTS), **judging(asker)},
            after_position=after_position,
        )

    @root(READ_MODEL, ChestPipeline, "How many grants of a fund are in each phase, and what they come to.")
    def grant_pipeline(
        self,
        info: strawberry.Info,
        fund: strawberry.ID | None = None,
        round: strawberry.ID | None = None,  # noqa: A002
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        conditions, parameters = _wanted(ChestGrantFilter(fund=fund, round=round))
        which = " and ".join((*conditions, open_to(asker))).replace("{row}", "g")
        return Table(
            of=ChestPipeline,
            source=f"{_PIPELINE} {which} group by 1)",
            parameters=parameters,
            order="{row}.phase",
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        ChestCalendar,
        "What falls due and what is paid, month by month from that of a day, today where none is named; of a fund, a grant, or all.",
    )
    def payment_calendar(
        self,
        info: strawberry.Info,
        fund: strawberry.ID | None = None,
        grant: strawberry.ID | None = None,
        since: date | None = None,
        months: int = 12,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Table:
        asker = reader(info)
        check_months(months)
        known_at = moment(as_of, asker.now)
        today = due.today(known_at) if isinstance(known_at, datetime) else asker.today
        about = {"fund": fund, "grant": grant, "since": since or today, "months": months, "today": today}
        return Table(
            of=ChestCalendar,
            source=MONTHS,
            where=(open_to(asker, PAYMENTS),),
            parameters=about,
            order="{row}.month",
            after_position=after_position,
            as_of=known_at,
        )


_PHASE: Final = PHASE.replace("{row}", "g")
_PIPELINE: Final = f"""(select {_PHASE} as phase, count(*)::int as grants, coalesce(sum(g.asked), 0)::bigint as asked,
    coalesce(sum({GRANTED}), 0)::bigint as awarded, 0 as suppressed from {{grant}} as g where """


def _wanted(wanted: ChestGrantFilter) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The conditions of what was asked for, and their parameters."""
    if wanted.round is not None and wanted.fund is None:
        raise refusal("round: name its fund too")
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for given, name, condition in (
        (wanted.fund, "fund", "{row}.fund_id = %(fund)s"),
        (wanted.round, "round", "{row}.round_id = %(round)s"),
        (wanted.phase and wanted.phase.value, "phase", f"{PHASE} = %(phase)s"),
        (wanted.organisation, "organisation", "{row}.organisation = %(organisation)s"),
    ):
        if given is not None:
            conditions.append(condition)
            parameters[name] = given
    return tuple(conditions), parameters
