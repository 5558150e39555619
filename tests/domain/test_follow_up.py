"""How somebody fares, months after the end."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from commonweal.domain.due import Deadline
from commonweal.domain.people.person import PersonDied, PersonErased
from commonweal.domain.referrals import follow_up
from commonweal.domain.referrals.follow_up import CompleteFollowUp, FlagFollowUpDue
from commonweal.domain.referrals.referral import FollowUpCompleted, FollowUpFellDue, ReferralClosed, ReferralReopened
from commonweal.domain.referrals.referral_clocks import FALLS_DUE, FOLLOW_UP, deadlines
from commonweal.domain.tenant import Policies
from commonweal.domain.workforce import allocation
from commonweal.domain.workforce.allocation import CloseReferral
from tests.domain.test_reaching import GIVEN, someone
from tests.given import given

DUE = date(2026, 4, 13)
THEN = datetime(2026, 4, 13, 10, tzinfo=UTC)
CLOSED = ReferralClosed(reason="goals_met", follow_up_due=DUE)
FLAG = FlagFollowUpDue(on=DUE)
FELL_DUE = FollowUpFellDue(due_on=DUE)
ASK = CompleteFollowUp(point="3m", outcomes=("doing_well",), next_due=date(2026, 7, 13), at=THEN)
ASKED = FollowUpCompleted(point="3m", outcomes=("doing_well",), completed_at=THEN, next_due=date(2026, 7, 13))


def test_a_follow_up_falls_due_once_on_its_day() -> None:
    given(follow_up, *GIVEN, CLOSED, reading=someone()).when(FLAG).then(FELL_DUE)
    given(follow_up, *GIVEN, CLOSED, FELL_DUE, reading=someone()).when(FLAG).then_nothing()
    given(follow_up, *GIVEN, CLOSED, reading=someone()).when(FlagFollowUpDue(on=date(2026, 4, 12))).then_nothing()


@pytest.mark.parametrize("became", [PersonDied(source="family"), PersonErased(basis="request_upheld")])
def test_nobody_asks_after_the_dead_or_the_forgotten(became: object) -> None:
    given(follow_up, *GIVEN, CLOSED, reading=someone(became)).when(FLAG).then_nothing()


def test_a_referral_without_a_day_or_opened_again_has_no_follow_up_due() -> None:
    given(follow_up, *GIVEN, ReferralClosed(reason="goals_met"), reading=someone()).when(FLAG).then_nothing()
    given(follow_up, *GIVEN, CLOSED, ReferralReopened(), reading=someone()).when(FLAG).then_nothing()


def test_each_follow_up_is_recorded_once_and_may_name_the_next() -> None:
    given(follow_up, *GIVEN, CLOSED, FELL_DUE, reading=someone()).when(ASK).then(ASKED)
    given(follow_up, *GIVEN, CLOSED, ASKED, reading=someone()).when(ASK).then_nothing()
    half_a_year = replace(ASK, point="6m", next_due=None)
    given(follow_up, *GIVEN, CLOSED, ASKED, reading=someone()).when(half_a_year).then(
        replace(ASKED, point="6m", next_due=None)
    )
    given(follow_up, *GIVEN, CLOSED, ASKED, reading=someone()).when(FlagFollowUpDue(on=date(2026, 7, 13))).then(
        FollowUpFellDue(due_on=date(2026, 7, 13))
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"point": "9m"}, "point must"),
        ({"outcomes": ()}, "outcomes: say"),
        ({"outcomes": ("fine",)}, "outcomes must"),
        ({"next_due": date(2026, 4, 13)}, "next_due must lie in the future"),
    ],
)
def test_a_follow_up_with_something_wrong_is_refused(wrong: dict[str, object], sentence: str) -> None:
    given(follow_up, *GIVEN, CLOSED, reading=someone()).when(replace(ASK, **wrong)).refused(sentence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("point", "ended", "refused"),
    [
        ("3m", date(2026, 4, 13), True),
        ("3m", date(2026, 3, 3), True),
        ("3m", date(2026, 3, 2), False),
        ("6m", date(2026, 3, 2), True),
        ("6m", date(2026, 1, 19), False),
    ],
)
def test_nobody_is_asked_after_months_that_have_not_passed(point: str, ended: date, *, refused: bool) -> None:
    asked = given(follow_up, *GIVEN, replace(CLOSED, closed_on=ended), reading=someone()).when(
        replace(ASK, point=point)
    )
    if refused:
        asked.refused("point: it is too soon for")
    else:
        asked.then(replace(ASKED, point=point))


def test_only_who_left_support_is_followed_up() -> None:
    given(follow_up, *GIVEN, reading=someone()).when(ASK).refused("it has not been closed")
    given(follow_up, *GIVEN, CLOSED, reading=someone(PersonDied(source="gp"))).when(ASK).refused("has died")
    given(follow_up).when(ASK).refused("no such referral")


def test_its_clock_is_set_by_the_end_and_by_the_one_before() -> None:
    set_ = [deadlines(Policies(), "r", each)[0] for each in (CLOSED, ASKED)]
    assert [each.due_at and each.due_at.date() for each in set_] == [date(2026, 4, 13), date(2026, 7, 13)]
    assert FALLS_DUE[FOLLOW_UP](set_[0], THEN) == FLAG
    for settled in (ReferralClosed(reason="goals_met"), FELL_DUE, ReferralReopened()):
        assert deadlines(Policies(), "r", settled) == (Deadline(FOLLOW_UP, "r", "", None),)


def test_an_end_says_when_to_ask_and_what_no_service_could_meet() -> None:
    wish = CloseReferral(
        referral_id="r1", reason="goals_met", follow_up_due=DUE, unmet_needs=("transport",), on=date(2026, 1, 13)
    )
    outcome = given(allocation, *GIVEN).when(wish)
    assert outcome.events[0] == (
        ReferralClosed(reason="goals_met", follow_up_due=DUE, unmet_needs=("transport",), closed_on=date(2026, 1, 13)),
    )
    given(allocation, *GIVEN).when(replace(wish, on=DUE)).refused("follow_up_due must lie in the future")
    given(allocation, *GIVEN).when(replace(wish, reason="died")).refused("nobody is followed up who has died")
    given(allocation, *GIVEN).when(replace(wish, unmet_needs=("gold",))).refused("unmet_needs must")
