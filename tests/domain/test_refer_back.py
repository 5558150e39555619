"""What is for a clinician, until they say that they took it up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from commonweal.domain.due import Deadline
from commonweal.domain.referrals import refer_back
from commonweal.domain.referrals.refer_back import (
    AcknowledgeReferBack,
    FlagReferBackUnacknowledged,
    ReferBackToClinician,
)
from commonweal.domain.referrals.referral import (
    ReferBackAcknowledged,
    ReferBackUnacknowledged,
    ReferralClosed,
    ReferralRetractedInError,
    ReferredBackToClinician,
)
from commonweal.domain.referrals.referral_clocks import FALLS_DUE, REFER_BACK, deadlines
from commonweal.domain.tenant import Policies
from tests.domain.test_reaching import GIVEN
from tests.domain.test_triage import RECEIVED
from tests.given import given

FRIDAY = datetime(2026, 1, 9, 15, tzinfo=UTC)
TUESDAY = FRIDAY + timedelta(days=4)
REFER = ReferBackToClinician(
    refer_back_id="b1", reason="crisis", to_organisation="K83001", to_role="gp", note="Call today", by="u1", at=FRIDAY
)
REFERRED = ReferredBackToClinician(
    refer_back_id="b1",
    reason="crisis",
    to_organisation="K83001",
    to_role="gp",
    note="Call today",
    by="u1",
    referred_at=FRIDAY,
    due_at=TUESDAY,
)
TAKE_UP = AcknowledgeReferBack(refer_back_id="b1", clinician="Dr Pym", by="u2", at=TUESDAY)
TAKEN_UP = ReferBackAcknowledged(refer_back_id="b1", clinician="Dr Pym", by="u2", acknowledged_at=TUESDAY)
FLAG = FlagReferBackUnacknowledged(refer_back_id="b1", due_at=TUESDAY, at=TUESDAY)
LATE = ReferBackUnacknowledged(refer_back_id="b1", due_at=TUESDAY)


@pytest.mark.parametrize("before", [(RECEIVED,), GIVEN], ids=["in triage", "at work"])
def test_a_clinician_has_two_working_days_to_say_that_they_took_it_up(before: tuple[object, ...]) -> None:
    given(refer_back, *before).when(REFER).then(REFERRED)
    given(refer_back, *before, REFERRED).when(REFER).then_nothing()
    given(refer_back, *before, REFERRED).when(replace(REFER, reason="medication")).refused("something else")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "bored"}, "reason"),
        ({"to_role": "king"}, "to_role"),
        ({"to_organisation": "the GP"}, "to_organisation"),
    ],
)
def test_a_refer_back_with_something_wrong_names_the_field(wrong: dict[str, object], field: str) -> None:
    given(refer_back, *GIVEN).when(replace(REFER, **wrong)).refused(f"{field} must")  # type: ignore[arg-type]


def test_an_acknowledgement_is_recorded_once_even_after_the_end() -> None:
    given(refer_back, *GIVEN, REFERRED).when(TAKE_UP).then(TAKEN_UP)
    given(refer_back, *GIVEN, REFERRED, TAKEN_UP).when(TAKE_UP).then_nothing()
    closed = ReferralClosed(reason="stepped_up")
    given(refer_back, *GIVEN, REFERRED, LATE, closed).when(TAKE_UP).then(TAKEN_UP)
    given(refer_back, *GIVEN).when(TAKE_UP).refused("nothing was referred back")


def test_a_clinician_who_says_nothing_is_said_to_be_late_once() -> None:
    closed = ReferralClosed(reason="stepped_up")
    given(refer_back, *GIVEN, REFERRED).when(FLAG).then(LATE)
    given(refer_back, *GIVEN, REFERRED, closed).when(FLAG).then(LATE)
    given(refer_back, *GIVEN, REFERRED, LATE).when(FLAG).then_nothing()
    given(refer_back, *GIVEN, REFERRED, TAKEN_UP).when(FLAG).then_nothing()
    retracted = ReferralRetractedInError(reason="wrong_person")
    given(refer_back, *GIVEN, REFERRED, retracted).when(FLAG).then_nothing()
    given(refer_back, *GIVEN, REFERRED).when(replace(FLAG, at=FRIDAY)).refused("not overdue before")


def test_each_has_a_clock_of_its_own_that_an_acknowledgement_stops() -> None:
    (clock,) = deadlines(Policies(), "r", REFERRED)
    assert clock == Deadline(REFER_BACK, "r", "b1", TUESDAY)
    assert FALLS_DUE[REFER_BACK](clock, TUESDAY) == FLAG
    for settled in (TAKEN_UP, LATE):
        assert deadlines(Policies(), "r", settled) == (Deadline(REFER_BACK, "r", "b1", None),)


def test_a_referral_that_ended_is_not_referred_back() -> None:
    given(refer_back, *GIVEN, ReferralClosed(reason="goals_met")).when(REFER).refused("closed; it cannot")
    given(refer_back).when(REFER).refused("no such referral")
