"""What to know before one meets the person stands on their record until it was looked at again."""

from dataclasses import replace
from datetime import date

from commonweal.domain.people import risk
from commonweal.domain.people.risk import (
    CloseRiskFlag,
    RaiseRiskFlag,
    ReviewRiskFlag,
    RiskFlagClosed,
    RiskFlagRaised,
    RiskFlagReviewed,
)
from tests.given import given, state_of

TODAY, DUE = date(2026, 3, 2), date(2026, 6, 2)
RAISE = RaiseRiskFlag(
    flag_id="f", kind="animals", severity="low", detail=" a large dog ", review_due=DUE, by="wren", on=TODAY
)
RAISED = RiskFlagRaised(
    flag_id="f", kind="animals", severity="low", detail="a large dog", raised_on=TODAY, review_due=DUE, by="wren"
)
REVIEW = ReviewRiskFlag(flag_id="f", severity="high", review_due=date(2026, 9, 2), by="ben", on=DUE)
REVIEWED = RiskFlagReviewed(flag_id="f", severity="high", reviewed_on=DUE, review_due=date(2026, 9, 2), by="ben")
CLOSE = CloseRiskFlag(flag_id="f", reason="passed", by="ben", on=DUE)
CLOSED = RiskFlagClosed(flag_id="f", reason="passed", closed_on=DUE, by="ben")


def test_a_flag_is_raised_once() -> None:
    given(risk).when(RAISE).then(RAISED)
    given(risk, RAISED).when(RAISE).then_nothing()
    given(risk, RAISED).when(replace(RAISE, kind="fire")).refused("flag_id")


def test_looking_again_sets_the_next_day_and_keeps_the_words_where_none_are_given() -> None:
    given(risk, RAISED).when(REVIEW).then(REVIEWED)
    given(risk, RAISED, REVIEWED).when(REVIEW).then_nothing()
    assert state_of(risk, RAISED, REVIEWED).flags["f"].detail == "a large dog"
    reworded = replace(REVIEW, detail="the dog died")
    given(risk, RAISED, REVIEWED).when(reworded).then(replace(REVIEWED, detail="the dog died"))


def test_a_closed_flag_is_closed_and_not_looked_at_again() -> None:
    given(risk, RAISED).when(CLOSE).then(CLOSED)
    given(risk, RAISED, CLOSED).when(CLOSE).then_nothing()
    given(risk, RAISED, CLOSED).when(REVIEW).refused("closed")


def test_a_restricted_flag_says_so_in_every_event() -> None:
    raised = replace(RAISED, restricted=True)
    given(risk, raised).when(REVIEW).then(replace(REVIEWED, restricted=True))
    given(risk, raised).when(CLOSE).then(replace(CLOSED, restricted=True))


def test_what_makes_no_sense_is_refused_by_its_field() -> None:
    given(risk).when(replace(RAISE, kind="ghosts")).refused("kind must be one of")
    given(risk).when(replace(RAISE, severity="some")).refused("severity must be one of")
    given(risk).when(replace(RAISE, review_due=date(2026, 3, 1))).refused("review_due lies in the past")
    given(risk).when(CLOSE).refused("no such flag")
    given(risk, RAISED).when(replace(CLOSE, reason="bored")).refused("reason must be one of")
