"""A measure comes to a score, or to why there is none."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from commonweal.domain import codes
from commonweal.domain.deadlines import deadlines, when_due
from commonweal.domain.due import Deadline
from commonweal.domain.measures import measure, measuring
from commonweal.domain.measures.instrument import InstrumentLicenceRecorded, InstrumentRegistered
from commonweal.domain.measures.measure import (
    DeclineMeasure,
    MarkMeasureNotAppropriate,
    MeasureCompleted,
    MeasureDeclined,
    MeasureMissed,
    MeasureNotAppropriate,
    MeasureOffered,
    MeasureRescored,
    MeasureScheduled,
    MeasureVoided,
    MissMeasure,
    OfferMeasure,
    RescoreMeasure,
    RiskItemTriggered,
    VoidMeasure,
)
from commonweal.domain.measures.measuring import CompleteMeasure, RecordMeasure, ScheduleMeasure
from commonweal.domain.measures.questionnaire import Score
from commonweal.domain.message import ERASED
from commonweal.domain.referrals import referral
from commonweal.domain.tenant import Policies
from tests.given import given

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
RECEIVED = referral.ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="x1",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    received_at=datetime(2026, 2, 20, 9, tzinfo=UTC),
)
AT_WORK = (
    RECEIVED,
    referral.ReferralAccepted(),
    referral.PlacedOnWaitingList(priority="1"),
    referral.LinkWorkerAllocated(worker_id="amira", weight=1, reason="capacity"),
)
CASE = {("referral", "r1"): AT_WORK}
LICENSED = CASE | {
    ("instrument", "swemwbs"): (
        InstrumentRegistered(instrument="swemwbs", version="1", licence="registered"),
        InstrumentLicenceRecorded(state="registered"),
    )
}
DUE = MeasureScheduled(
    referral_id="r1", person_id="ottoline", instrument="phq9", instrument_version="1", point="baseline", due_on=MONDAY
)
CALM = (1, 1, 1, 1, 1, 0, 0, 0, 0)
DONE = MeasureCompleted(
    answers=CALM,
    scores=(Score("depression", 5, 500, "mild"),),
    scoring_version="1",
    mode="self",
    language="en",
    completed_on=TUESDAY,
    by="user-1",
)
COMPLETE = CompleteMeasure(answers=CALM, mode="self", on=TUESDAY, by="user-1")
RECORD = RecordMeasure(
    referral_id="r1", instrument="phq9", point="baseline", answers=CALM, mode="self", on=TUESDAY, by="user-1"
)
SCHEDULE = ScheduleMeasure(referral_id="r1", instrument="phq9", point="baseline", due_on=MONDAY, on=MONDAY)


def test_a_measure_is_scheduled_for_a_case_a_link_worker_has() -> None:
    given(measuring, reading=CASE).when(SCHEDULE).then(DUE)
    given(measuring, DUE, reading=CASE).when(SCHEDULE).then_nothing()
    other = replace(SCHEDULE, instrument="gad7")
    given(measuring, DUE, reading=CASE).when(other).refused("scheduled already")


def test_nobody_is_asked_before_a_link_worker_is_at_work() -> None:
    given(measuring, reading={("referral", "r1"): (RECEIVED,)}).when(SCHEDULE).refused("referral is received")
    given(measuring).when(SCHEDULE).refused("there is no such referral")


def test_somebody_may_be_asked_after_the_end() -> None:
    closed = {("referral", "r1"): (*AT_WORK, referral.ReferralClosed(reason="goals_met"))}
    given(measuring, reading=closed).when(replace(SCHEDULE, point="3m")).then(replace(DUE, point="3m"))


def test_what_needs_a_licence_is_not_asked_without_one() -> None:
    wish = replace(SCHEDULE, instrument="swemwbs")
    given(measuring, reading=CASE).when(wish).refused("must first be registered")
    given(measuring, reading=LICENSED).when(wish).then(replace(DUE, instrument="swemwbs"))


def test_a_measure_that_was_planned_is_completed_with_its_score() -> None:
    given(measuring, DUE, reading=CASE).when(COMPLETE).then(DONE)
    given(measuring, DUE, MeasureOffered(offered_on=MONDAY), reading=CASE).when(COMPLETE).then(DONE)
    given(measuring, DUE, DONE, reading=CASE).when(COMPLETE).then_nothing()


def test_late_is_better_than_never() -> None:
    given(measuring, DUE, MeasureMissed(due_on=MONDAY), reading=CASE).when(COMPLETE).then(DONE)


def test_other_answers_are_another_measure() -> None:
    other = replace(COMPLETE, answers=(0,) * 9)
    given(measuring, DUE, DONE, reading=CASE).when(other).refused("void it and record another")


def test_a_measure_nobody_scheduled_cannot_be_completed() -> None:
    given(measuring, reading=CASE).when(COMPLETE).refused("there is no such measure")


def test_a_questionnaire_that_was_not_planned_is_recorded_all_the_same() -> None:
    planned = replace(DUE, due_on=TUESDAY)
    given(measuring, reading=CASE).when(RECORD).then(planned, DONE)
    given(measuring, planned, DONE, reading=CASE).when(RECORD).then_nothing()
    given(measuring, DUE, reading=CASE).when(RECORD).refused("complete it instead")
    given(
        measuring, planned, MeasureDeclined(reason="burden", declined_on=TUESDAY), reading=CASE
    ).when(RECORD).refused("this measure is declined")  # fmt: skip


def test_an_answer_missing_a_day_to_come_or_a_way_unknown_is_refused() -> None:
    given(measuring, reading=CASE).when(replace(RECORD, answers=CALM[1:])).refused("answers must be 9")
    given(measuring, reading=CASE).when(replace(RECORD, completed_on=date(2026, 3, 4))).refused("in the future")
    given(measuring, reading=CASE).when(replace(RECORD, completed_on=date(2026, 2, 19))).refused("before the referral")
    given(measuring, reading=CASE).when(replace(RECORD, mode="pigeon")).refused("mode must be one of")
    given(measuring, reading=CASE).when(replace(RECORD, point="whenever")).refused("point must be one of")
    given(measuring, reading=CASE).when(replace(RECORD, instrument="star_sign")).refused("instrument must be one of")
    given(measuring, reading=CASE).when(replace(RECORD, score=500)).refused("leave it out")


def test_an_answer_that_tells_of_danger_is_told_with_the_completion() -> None:
    answers = (0,) * 8 + (1,)
    outcome = given(measuring, DUE, reading=CASE).when(replace(COMPLETE, answers=answers))
    outcome.then(
        replace(DONE, answers=answers, scores=(Score("depression", 1, 100, "minimal"),)),
        RiskItemTriggered(
            referral_id="r1",
            person_id="ottoline",
            worker_id="amira",
            instrument="phq9",
            item="better_off_dead",
            value=1,
            triggered_on=TUESDAY,
        ),
    )


def test_of_a_licensed_instrument_only_the_score_is_recorded() -> None:
    pam = CASE | {
        ("instrument", "pam"): (
            InstrumentRegistered(instrument="pam", version="1", licence="licensed"),
            InstrumentLicenceRecorded(state="licensed", reference="P-9"),
        )
    }
    wish = replace(RECORD, instrument="pam", answers=(), score=5_530)
    outcome = given(measuring, reading=pam).when(wish)
    outcome.then(
        replace(DUE, instrument="pam", due_on=TUESDAY),
        replace(DONE, answers=(), scores=(Score("score", None, 5_530, None),)),
    )
    given(measuring, reading=pam).when(replace(wish, answers=(1,))).refused("stay with its owner")
    given(measuring, reading=pam).when(replace(wish, score=None)).refused("score is missing")
    given(measuring, reading=CASE).when(wish).refused("must first be licensed")


def test_a_measure_is_offered_declined_or_not_for_this_person_and_why_is_kept() -> None:
    given(measure, DUE).when(OfferMeasure(on=MONDAY)).then(MeasureOffered(offered_on=MONDAY))
    declined = MeasureDeclined(reason="burden", declined_on=MONDAY)
    given(measure, DUE).when(DeclineMeasure(reason="burden", on=MONDAY)).then(declined)
    given(measure, DUE, declined).when(DeclineMeasure(reason="burden", on=TUESDAY)).then_nothing()
    given(measure, DUE).when(DeclineMeasure(reason="bored", on=MONDAY)).refused("reason must be one of")
    given(measure, DUE, DONE).when(DeclineMeasure(reason="burden", on=MONDAY)).refused("this measure is completed")
    unfit = MeasureNotAppropriate(reason="capacity", decided_on=MONDAY)
    given(measure, DUE).when(MarkMeasureNotAppropriate(reason="capacity", on=MONDAY)).then(unfit)
    given(measure).when(OfferMeasure(on=MONDAY)).refused("there is no such measure")


def test_a_measure_nobody_did_is_missed_four_weeks_after_its_day() -> None:
    (due,) = deadlines(Policies(), "m1", DUE)
    assert due == Deadline("measure_missed", "m1", "", datetime(2026, 3, 30, 23, tzinfo=UTC))
    command = when_due(due, datetime(2026, 3, 31, 8, tzinfo=UTC))
    assert command == MissMeasure(on=date(2026, 3, 31))
    given(measure, DUE).when(command).then(MeasureMissed(due_on=MONDAY))
    given(measure, DUE).when(MissMeasure(on=date(2026, 3, 29))).then_nothing()
    given(measure, DUE, DONE).when(command).then_nothing()
    assert deadlines(Policies(), "m1", DONE) == (Deadline("measure_missed", "m1", "", None),)


def test_a_wrong_reading_is_voided_and_stays_on_record() -> None:
    given(measure, DUE, DONE).when(VoidMeasure(reason="wrong_person")).then(MeasureVoided(reason="wrong_person"))
    voided = (DUE, DONE, MeasureVoided(reason="wrong_person"))
    given(measure, *voided).when(VoidMeasure(reason="mistyped")).then_nothing()
    given(measure, DUE).when(VoidMeasure(reason="mistyped")).refused("this measure is due")
    given(measuring, *voided, reading=CASE).when(COMPLETE).refused("voided already")


def test_the_same_answers_are_scored_again_when_the_table_was_corrected() -> None:
    wrong = (Score("depression", 5, 400, "minimal"),)
    before = replace(DONE, scores=wrong, scoring_version="0")
    again = MeasureRescored(before=wrong, scores=DONE.scores, scoring_version="1")
    given(measure, DUE, before).when(RescoreMeasure()).then(again)
    given(measure, DUE, before, again).when(RescoreMeasure()).then_nothing()
    given(measure, DUE, DONE).when(RescoreMeasure()).then_nothing()
    given(measure, DUE, replace(before, answers=ERASED)).when(RescoreMeasure()).refused("no answers to score again")


@pytest.mark.parametrize("point", codes.MEASURE_POINTS)
def test_every_point_of_a_case_can_be_measured(point: str) -> None:
    given(measuring, reading=CASE).when(replace(SCHEDULE, point=point)).then(replace(DUE, point=point))
