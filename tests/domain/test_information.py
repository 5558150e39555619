"""A referral that lacks something, and the triage clock that stands still meanwhile."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.domain.due import Deadline
from commonweal.domain.referrals import information, triage
from commonweal.domain.referrals.information import LapseInformationRequest, ProvideInformation, RequestInformation
from commonweal.domain.referrals.referral import (
    AcceptReferral,
    InformationProvided,
    InformationRequested,
    InformationRequestLapsed,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralRejected,
    TriageStarted,
)
from commonweal.domain.referrals.referral_clocks import INFORMATION, TRIAGE, deadlines
from commonweal.domain.tenant import Policies
from tests.domain.test_triage import NOW, RECEIVED
from tests.given import given

ASKED_AT = NOW + timedelta(hours=7)  # Monday, 16:00
NEXT_MONDAY = datetime(2026, 1, 12, 16, tzinfo=UTC)
ASK = RequestInformation(missing=("consent", "consent"), question="Did she agree?", at=ASKED_AT)
ASKED = InformationRequested(missing=("consent",), question="Did she agree?", requested_at=ASKED_AT, due_at=NEXT_MONDAY)
ANSWERED_AT = ASKED_AT + timedelta(days=2)
TELL = ProvideInformation(answer="She did", at=ANSWERED_AT)
TOLD = InformationProvided(answer="She did", provided_at=ANSWERED_AT, clock_from=NOW + timedelta(days=2))
LAPSED = InformationRequestLapsed(due_at=NEXT_MONDAY, clock_from=NOW + timedelta(days=7))


def test_the_referrer_has_five_working_days_to_answer_or_until_the_day_that_is_said() -> None:
    given(information, RECEIVED).when(ASK).then(ASKED)
    until = datetime(2026, 1, 8, tzinfo=UTC)
    given(information, RECEIVED).when(replace(ASK, due_on=date(2026, 1, 7))).then(replace(ASKED, due_at=until))
    given(information, RECEIVED).when(replace(ASK, due_on=date(2026, 1, 5))).refused("due_on must lie in the future")


def test_asking_the_same_again_is_asking_once_and_asking_more_keeps_the_clock() -> None:
    given(information, RECEIVED, ASKED).when(ASK).then_nothing()
    later = ASKED_AT + timedelta(days=1)
    more = InformationRequested(
        missing=("risks",), question="And?", requested_at=later, due_at=NEXT_MONDAY + timedelta(days=1)
    )
    given(information, RECEIVED, ASKED).when(RequestInformation(missing=("risks",), question="And?", at=later)).then(
        more
    )
    given(information, RECEIVED, ASKED, more).when(TELL).then(TOLD)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"missing": ()}, "missing: say"), ({"missing": ("luck",)}, "missing must"), ({"question": " "}, "question is")],
)
def test_a_question_says_what_is_lacking(wrong: dict[str, object], sentence: str) -> None:
    given(information, RECEIVED).when(replace(ASK, **wrong)).refused(sentence)  # type: ignore[arg-type]


def test_an_answer_lets_the_clock_go_on_by_as_much_later() -> None:
    given(information, RECEIVED, ASKED).when(TELL).then(TOLD)
    given(information, RECEIVED, ASKED, TOLD).when(TELL).then_nothing()


def test_nobody_answers_what_nobody_asked() -> None:
    given(information, RECEIVED).when(TELL).refused("nobody asked")
    given(information, RECEIVED, ReferralRejected(reason="03", feedback="No")).when(TELL).refused("rejected")


def test_a_request_lapses_once_when_its_time_is_over() -> None:
    lapse = LapseInformationRequest(due_at=NEXT_MONDAY, at=NEXT_MONDAY)
    given(information, RECEIVED, ASKED).when(lapse).then(LAPSED)
    given(information, RECEIVED, ASKED, LAPSED).when(lapse).then_nothing()
    given(information, RECEIVED, ASKED, TOLD).when(lapse).then_nothing()
    given(information, RECEIVED, ASKED).when(replace(lapse, at=ASKED_AT)).refused("does not lapse before")


def test_an_answer_after_the_request_lapsed_is_welcome_and_moves_no_clock() -> None:
    late = replace(TELL, at=NEXT_MONDAY + timedelta(days=1))
    told = replace(TOLD, provided_at=late.at, clock_from=LAPSED.clock_from)
    given(information, RECEIVED, ASKED, LAPSED).when(late).then(told)


def test_triage_goes_on_without_the_answer_where_somebody_decides_so() -> None:
    reading = {("programme", "cyp"): (), ("person", "ottoline"): ()}
    given(triage, RECEIVED, ASKED, reading=reading).when(AcceptReferral()).then(
        ReferralAccepted(), PlacedOnWaitingList(priority="1")
    )
    given(information, RECEIVED, TriageStarted(), ASKED, ReferralAccepted()).when(ASK).refused("waiting; it cannot")


def test_the_triage_clock_stands_still_and_goes_on() -> None:
    rule = Policies(triage_days=2)
    assert deadlines(rule, "r", RECEIVED) == (Deadline(TRIAGE, "r", "", NOW + timedelta(days=2)),)
    assert deadlines(rule, "r", ASKED) == (
        Deadline(TRIAGE, "r", "", None),
        Deadline(INFORMATION, "r", "", NEXT_MONDAY),
    )
    wednesday = NOW + timedelta(days=2)  # then Thursday and Friday are left, until nine
    assert deadlines(rule, "r", TOLD) == (
        Deadline(TRIAGE, "r", "", wednesday + timedelta(days=2)),
        Deadline(INFORMATION, "r", "", None),
    )
    assert deadlines(rule, "r", LAPSED)[1] == Deadline(INFORMATION, "r", "", None)
