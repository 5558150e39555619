"""Outcomes over GraphQL: one scale at a time, cut by one thing or two and no further, so that nobody is found by asking again."""

import strawberry

from commonweal.kernel.question import AsOf, Table, moment, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.disclosure import breakdowns
from projections.disclosure.releases import as_released
from projections.outcomes import READ_MODEL
from projections.outcomes.pairs import CUTS, OF_THE_CASE, pairs
from projections.outcomes.shapes import OutcomesCut, OutcomesTable
from projections.outcomes.telling import Telling
from projections.readings import measured


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        OutcomesTable,
        "Outcomes of one scale of an instrument: how cases fare from the first valid reading to the last of the same version. Cut `by` one "
        "thing and `within` another, or by one in a `year`: the cases received in a financial year, from April of that year. `asOf` shows "
        "it as we knew it then, by what is known of the people today. A funder is told as of the last Monday.",
    )
    def outcomes(
        self,
        info: strawberry.Info,
        instrument: str,
        scale: str,
        by: OutcomesCut = OutcomesCut.ALL,
        within: OutcomesCut = OutcomesCut.ALL,
        year: int | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Table:
        asker = reader(info)
        scope = asker.scope("outcomes")
        measure = measured(instrument, scale)
        if year is not None and not 2000 <= year <= asker.today.year:
            raise refusal("year must be from 2000 to this year")
        asked = [cut.value for cut in dict.fromkeys((by, within)) if cut is not OutcomesCut.ALL]
        cuts = [*asked, "YEAR"] if year is not None else asked
        if (sentence := breakdowns.refused(cuts, OF_THE_CASE if scope.released else CUTS.keys() - {"ALL"})) is not None:
            raise refusal(sentence)
        if year is not None:
            one, two = asked[0] if asked else "ALL", "YEAR"
        else:
            one, two = by.value, within.value if within is not by else "ALL"
        source, parameters = pairs(scope, one, two)
        known_at = moment(as_of, asker.now)
        return Table(
            of=OutcomesTable,
            source=source,
            parameters={**parameters, **measure},
            order="{row}.one nulls last, {row}.two nulls last",
            told=Telling(one, two, year, within=by is OutcomesCut.ALL),
            after_position=None if scope.released else after_position,
            as_of=as_released(known_at, asker.now) if scope.released else known_at,
        )
