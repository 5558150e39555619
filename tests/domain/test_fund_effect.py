"""What the funders of a chest are told came of their money: once a month, and nothing where there is nothing to tell."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from commonweal.domain.chest import fund, fund_effect
from tests.domain.test_chest import FOUNDED
from tests.given import given

EFFECT = fund_effect.Effect(
    as_of=datetime(2026, 10, 31, 12, tzinfo=UTC), position=77, disclosure_rule="rule-1",
    grants=2, awarded_pence=1_450_000, places=29, people=40, completed=30, met=None,
)  # fmt: skip
NEXT = replace(EFFECT, position=99, people=45)
CLOSED = fund.FundReconciled(received_pence=0, paid_pence=0, left_pence=0, by="fin")


def told(effect: fund_effect.Effect, day: date) -> fund_effect.EffectReleased:
    return fund_effect.EffectReleased(
        snapshot_id=effect.id, as_of=effect.as_of, position=effect.position, disclosure_rule="rule-1", grants=2,
        awarded_pence=1_450_000, places=29, people=effect.people, completed=30, met=None, released_on=day, by="olu",
    )  # fmt: skip


def tell(effect: fund_effect.Effect, at: datetime) -> fund_effect.ReleaseEffect:
    return fund_effect.ReleaseEffect(known_effect=effect, at=at, by="olu")


OCTOBER = told(EFFECT, date(2026, 10, 31))


@pytest.mark.parametrize("ended", [(), (CLOSED,)])
def test_the_funders_are_told_what_is_known_also_of_a_fund_that_is_closed(ended: tuple[fund.Event, ...]) -> None:
    morning = datetime(2026, 10, 31, 9, tzinfo=UTC)
    given(fund, *FOUNDED, *ended).when(tell(EFFECT, morning)).then(OCTOBER)


def test_the_same_told_again_is_nothing_new() -> None:
    given(fund, *FOUNDED, OCTOBER).when(tell(EFFECT, datetime(2026, 12, 1, tzinfo=UTC))).then_nothing()


@pytest.mark.parametrize("at", [datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 10, 31, 23, 59, tzinfo=UTC)])
def test_they_are_not_told_twice_a_month(at: datetime) -> None:
    given(fund, *FOUNDED, OCTOBER).when(tell(NEXT, at)).refused("tell them again from 1 November 2026")


def test_a_month_begins_when_it_does_in_london() -> None:
    winter = told(EFFECT, date(2026, 12, 31))
    given(fund, *FOUNDED, winter).when(tell(NEXT, datetime(2026, 12, 31, 23, 59, tzinfo=UTC))).refused("1 January 2027")
    july, midnight = told(EFFECT, date(2026, 7, 31)), datetime(2026, 7, 31, 23, tzinfo=UTC)
    given(fund, *FOUNDED, july).when(tell(NEXT, midnight)).then(told(NEXT, date(2026, 8, 1)))


def test_where_no_grant_pays_for_places_there_is_nothing_to_tell() -> None:
    nothing = replace(EFFECT, grants=0, awarded_pence=0, places=0, people=0, completed=0, met=0)
    given(fund, *FOUNDED).when(tell(nothing, EFFECT.as_of)).refused("there is nothing to tell")


def test_a_snapshot_is_known_by_what_it_says() -> None:
    others = [
        replace(EFFECT, people=None),
        replace(EFFECT, completed=None),
        replace(EFFECT, met=0),
        replace(EFFECT, places=30),
        replace(EFFECT, grants=30),
        replace(EFFECT, awarded_pence=30),
        replace(EFFECT, as_of=datetime(2026, 10, 31, 13, tzinfo=UTC)),
        replace(EFFECT, disclosure_rule="rule-2"),
    ]
    assert len({EFFECT.id, *(each.id for each in others)}) == 1 + len(others)


def test_what_a_place_costs_goes_to_the_nearest_penny() -> None:
    assert [fund_effect.pence_per_place(pence, 4) for pence in (1_00, 1_01, 1_02, 1_03)] == [25, 25, 26, 26]
