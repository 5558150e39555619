"""The outcomes that are measured: two readings of every case of the board, and the question for all of them."""

from datetime import date
from itertools import islice
from random import Random
from typing import Any, Final

from psycopg import sql

from commonweal.domain.measures import measure, questionnaire
from commonweal.domain.measures.instruments.ons4 import ONS4
from commonweal.kernel.follow import Room
from commonweal.runtime.bench.views_board import Written, unheard, write
from projections.outcomes import READ_MODEL
from tenants.store import Tenant

DOCUMENT: Final = (READ_MODEL.folder / "page.graphql").read_text(encoding="utf-8")
VARIABLES: Final[dict[str, Any]] = {"by": "PCN", "within": "NEED"}
_AT_ONCE: Final = 200
_DAYS: Final = (date(2026, 3, 2), date(2026, 6, 1))
_CASES: Final = sql.SQL("select referral_id, person_id from {} order by referral_id")


async def fill(here: Tenant) -> None:
    """A reading at the start and one at the end of each case there is."""
    chance = Random(7)  # noqa: S311 – invented answers
    room = Room(here.streams, here.pool.borrow, READ_MODEL, unheard)
    await room.catch_up()
    async with here.pool.borrow() as connection:
        table = sql.Identifier(READ_MODEL.table("referral"))
        cases = iter(await (await connection.execute(_CASES.format(table))).fetchall())
    while some := list(islice(cases, _AT_ONCE)):
        await write(here, [each for case in some for each in _readings(chance, *case)])
    await Room(here.streams, here.pool.borrow, READ_MODEL, unheard).catch_up()


def _readings(chance: Random, referral_id: str, person_id: str) -> list[Written]:
    return [
        (measure.CATEGORY, f"{referral_id}.{day}", [_planned(referral_id, person_id, day), _done(chance, day)])
        for day in _DAYS
    ]


def _planned(referral_id: str, person_id: str, day: date) -> measure.MeasureScheduled:
    return measure.MeasureScheduled(
        referral_id=referral_id,
        person_id=person_id,
        instrument=ONS4.code,
        instrument_version=ONS4.version,
        point="baseline",
        due_on=day,
    )


def _done(chance: Random, day: date) -> measure.MeasureCompleted:
    answers = tuple(chance.randrange(11) for _ in ONS4.items)
    return measure.MeasureCompleted(
        answers=answers,
        scores=questionnaire.score(ONS4, answers),
        scoring_version=ONS4.scoring,
        mode="self",
        language="en",
        completed_on=day,
        by="user-of-the-bench",
    )
