"""Outcomes over GraphQL: one scale at a time, cut by one thing or two and no further, so that nobody is found by asking again."""

from datetime import date
from typing import Final

import strawberry

from commonweal.domain import due
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.kernel.question import AsOf, Table, moment, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.outcomes import READ_MODEL
from projections.outcomes.pairs import pairs
from projections.outcomes.shapes import OutcomesCut, OutcomesTable

_APRIL: Final = 4
_RECEIVED: Final = "c.received_at >= %(from)s::timestamptz and c.received_at < %(to)s::timestamptz"


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        OutcomesTable,
        "Outcomes of one scale of an instrument: how cases fare from the first valid reading to the last of the same version. Cut `by` one "
        "thing and `within` another; `year` takes the cases received in a financial year, from April of that year. `asOf` shows it as we "
        "knew it then, by what is known of the people today.",
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
        known = INSTRUMENTS.get(instrument)
        measured = known.scale(scale) if known else None
        if known is None or measured is None:
            raise refusal("instrument: there is no instrument with such a scale")
        if year is not None and not 2000 <= year <= asker.today.year:
            raise refusal("year must be from 2000 to this year")
        received = () if year is None else (_RECEIVED,)
        source, parameters = pairs(scope, by.value, within.value, received)
        if year is not None:
            parameters |= {"from": due.start_of(date(year, _APRIL, 1)), "to": due.start_of(date(year + 1, _APRIL, 1))}
        return Table(
            of=OutcomesTable,
            source=source,
            parameters={
                **parameters,
                "instrument": known.code,
                "version": known.version,
                "scale": measured.code,
                "better": 1 if measured.higher_is_better else -1,
                "enough": measured.enough,
            },
            order="{row}.one nulls last, {row}.two nulls last",
            after_position=after_position,
            as_of=moment(as_of, asker.now),
        )
