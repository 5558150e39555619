"""What comes of a community chest over GraphQL: what ends, places and people, need, for whom – in numbers that say nothing of few."""

from datetime import date

import strawberry

from commonweal.kernel.question import AsOf, Rows, Table, moment, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.community_chest import READ_MODEL
from projections.community_chest.balances import THEIR_FUNDS, whose
from projections.community_chest.effect import CLIFF, PLACES
from projections.community_chest.equity import EQUITY
from projections.community_chest.fared import fared
from projections.community_chest.needs import needs
from projections.community_chest.tables import (
    ChestCliff,
    ChestCut,
    ChestEquity,
    ChestEvidence,
    ChestNeedsCut,
    ChestNeedsTable,
    ChestOutcomesCut,
    ChestOutcomesTable,
    ChestPlacesTable,
)
from projections.community_chest.telling import TellCliff, TellFared, TellNeeds, TellPlaces
from projections.community_chest.whom import EFFECT, EVIDENCE, of_people, open_to, period
from projections.readings import measured
from projections.spans import check_months


@strawberry.type
class Effects:
    @root(READ_MODEL, ChestCliff, "The running grants that end within so many months, and whom that will touch.")
    def funding_cliff(
        self,
        info: strawberry.Info,
        fund: strawberry.ID | None = None,
        months: int = 6,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        check_months(months)
        return Table(
            of=ChestCliff,
            source=CLIFF,
            where=(open_to(asker, EFFECT),),
            parameters={**of_people(asker), "fund": fund, "months": months, "today": asker.today},
            order="{row}.ends_on, {row}.grant_id",
            told=TellCliff(),
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        ChestPlacesTable,
        "What a place costs that a grant pays for, how many people came by one, and how they fared.",
    )
    def funded_places(
        self,
        info: strawberry.Info,
        by: ChestCut = ChestCut.GRANT,
        fund: strawberry.ID | None = None,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        if fund is not None and by not in (ChestCut.GRANT, ChestCut.FUND):
            raise refusal("fund: people are told apart by it only where they are by grant, or by fund")
        return Table(
            of=ChestPlacesTable,
            source=PLACES,
            where=(open_to(asker, EFFECT),),
            parameters={**of_people(asker), "fund": fund},
            order="{row}.key",
            told=TellPlaces(by.value),
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        ChestOutcomesTable,
        "How those fared who came by a grant, by one scale of an instrument: from the first valid reading of a case to the last of the "
        "same version.",
    )
    def chest_outcomes(
        self,
        info: strawberry.Info,
        instrument: str,
        scale: str,
        by: ChestOutcomesCut = ChestOutcomesCut.FUND,
        fund: strawberry.ID | None = None,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        theirs = open_to(asker, EFFECT)
        measure = measured(instrument, scale)
        if fund is not None and by is not ChestOutcomesCut.FUND:
            raise refusal("fund: cases are told apart by it only where they are by fund")
        return Table(
            of=ChestOutcomesTable,
            source=fared(by.value),
            where=(theirs,),
            parameters={**of_people(asker), **measure},
            order="{row}.key nulls last",
            told=TellFared(fund),
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        ChestNeedsTable,
        "What people need who were referred in the months from one day to another – the last year where none is named –, for how many "
        "it stayed unmet, and what is awarded for it; by need, by place, or both.",
    )
    def chest_needs(
        self,
        info: strawberry.Info,
        by: ChestNeedsCut = ChestNeedsCut.NEED,
        fund: strawberry.ID | None = None,
        since: date | None = None,
        until: date | None = None,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        return Table(
            of=ChestNeedsTable,
            source=needs(by_place=by is not ChestNeedsCut.NEED),
            where=(open_to(asker, EFFECT),),
            parameters={**of_people(asker), **period(asker, since, until), "fund": fund},
            order="{row}.need nulls first, {row}.place nulls first",
            told=TellNeeds(by.value),
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        list[ChestEvidence],
        "What was attached to a fund to show what is needed, the latest first; to a funder that of the funds they pledged to.",
    )
    def fund_evidence(
        self,
        info: strawberry.Info,
        fund: strawberry.ID,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Rows:
        asker = reader(info)
        return Rows(
            of=ChestEvidence,
            source="{evidence}",
            where=("{row}.fund_id = %(fund)s", THEIR_FUNDS),
            parameters={**whose(asker, EVIDENCE, EFFECT), "fund": fund},
            order="{row}.position desc, {row}.evidence",
            after_position=after_position,
            as_of=moment(as_of, asker.now),
        )

    @root(
        READ_MODEL,
        ChestEquity,
        "For whom is asked, and for whom awarded: applications of a period, the last year where none is named.",
    )
    def chest_equity(
        self,
        info: strawberry.Info,
        fund: strawberry.ID | None = None,
        since: date | None = None,
        until: date | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Table:
        asker = reader(info)
        known_at = moment(as_of, asker.now)
        return Table(
            of=ChestEquity,
            source=EQUITY,
            where=(open_to(asker, EFFECT),),
            parameters={**period(asker, since, until, known_at), "fund": fund},
            order="{row}.code",
            after_position=after_position,
            as_of=known_at,
        )
