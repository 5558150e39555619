"""Measures over GraphQL: what is due, a person's own in order, and which instruments may be used."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row, Rows
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.measures import READ_MODEL
from projections.measures.shapes import (
    MeasuresCase,
    MeasuresConnection,
    MeasuresFilter,
    MeasuresInstrument,
    MeasuresMeasure,
)
from projections.people import OF_THE_PERSON
from projections.sight import seen, seen_through

_KEYS: Final[Keys] = (("due_at", datetime), ("measure_id", str))
_OWNER: Final = """exists (select from {referral} as o where o.referral_id = {row}.referral_id
    and o.link_worker_id = %(link_worker)s)"""


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        MeasuresConnection,
        "Measures by the day they were due, the longest ago first: one person's, or all that are still to be done.",
    )
    def measures(
        self,
        info: strawberry.Info,
        filter: MeasuresFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        conditions, parameters = seen_through(reader(info).scope("measures"))
        wanted = filter or MeasuresFilter()
        given: tuple[tuple[Any, str, str], ...] = (
            (wanted.person, "person", OF_THE_PERSON),
            (wanted.referral, "referral", "{row}.referral_id = %(referral)s"),
            (wanted.link_worker, "link_worker", _OWNER),
            (wanted.instrument, "instrument", "{row}.instrument = %(instrument)s"),
            (wanted.due_before, "due_before", "{row}.due_at < %(due_before)s::timestamptz"),
        )
        for value, name, condition in given:
            if value is not None:
                conditions.append(condition)
                parameters[name] = value
        if wanted.waiting is not None:
            conditions.append(f"{'' if wanted.waiting else 'not '}{{row}}.state in ('DUE', 'OFFERED')")
        return Page(
            of=MeasuresConnection,
            source="{measure}",
            where=tuple(conditions),
            parameters=parameters,
            keys=_KEYS,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, MeasuresMeasure | None, "One measure, or null where there is none that you may see.")
    def measure(self, info: strawberry.Info, id: strawberry.ID, after_position: Position | None = None) -> Row:  # noqa: A002
        conditions, parameters = seen_through(reader(info).scope("measures"))
        return Row(
            of=MeasuresMeasure,
            source="{measure}",
            where=("{row}.measure_id = %(id)s", *conditions),
            parameters={**parameters, "id": id},
            after_position=after_position,
        )

    @root(READ_MODEL, list[MeasuresCase], "A person's referrals that you see, the latest first.")
    def measures_cases(self, info: strawberry.Info, person: strawberry.ID) -> Rows:
        conditions, parameters = seen(reader(info).scope("measures"))
        return Rows(
            of=MeasuresCase,
            source="{referral}",
            where=(OF_THE_PERSON, *conditions),
            parameters={**parameters, "person": person},
            order="{row}.received_at desc, {row}.referral_id",
        )

    @root(READ_MODEL, list[MeasuresInstrument], "The instruments on the list of this ICS; open ones need not be on it.")
    def measures_instruments(self, info: strawberry.Info) -> Rows:
        reader(info).scope("instruments")
        return Rows(of=MeasuresInstrument, source="{instrument}", order="{row}.instrument")
