"""How far a listing can be believed, day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import codes
from commonweal.domain.directory.freshness import DUE, FRESH, HALF_LIVES, label, score, stale_from

DAY = date(2026, 3, 2)


def test_every_kind_of_service_has_a_half_life() -> None:
    assert set(HALF_LIVES) == set(codes.SERVICE_KINDS)


@pytest.mark.parametrize(
    ("days", "problems", "points", "said"),
    [
        (0, 0, 100, "fresh"),
        (88, 0, 60, "fresh"),
        (89, 0, 60, "fresh"),
        (90, 0, 59, "due"),
        (120, 0, 50, "due"),
        (240, 0, 25, "stale"),
        (0, 1, 75, "fresh"),
        (0, 2, 50, "due"),
        (0, 3, 25, "stale"),
        (0, 9, 0, "stale"),
    ],
)
def test_half_the_trust_is_gone_after_a_half_life_and_each_problem_costs_some(
    days: int, problems: int, points: int, said: str
) -> None:
    found = score(DAY, "activity", problems, DAY + timedelta(days=days))
    assert (found, label(found)) == (points, said)


def test_a_listing_nobody_looked_at_is_unverified() -> None:
    assert label(score(None, "activity", 0, DAY)) == "unverified"


@given(st.sampled_from(sorted(HALF_LIVES)), st.integers(0, 2_000), st.integers(0, 5))
def test_trust_never_grows_by_waiting(kind: str, days: int, problems: int) -> None:
    today, tomorrow = (score(DAY, kind, problems, DAY + timedelta(days=days + more)) for more in (0, 1))
    assert today is not None
    assert tomorrow is not None
    assert 0 <= tomorrow <= today <= 100


@given(st.sampled_from(sorted(HALF_LIVES)))
def test_the_day_it_turns_stale_is_the_first_one(kind: str) -> None:
    day = stale_from(DAY, kind)
    assert label(score(DAY, kind, 0, day)) == "stale"
    assert label(score(DAY, kind, 0, day - timedelta(days=1))) == "due"
    assert FRESH > DUE
