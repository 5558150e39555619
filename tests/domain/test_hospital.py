"""What a trust tells us, as often as it likes, in whatever order."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from commonweal.domain import hospital
from commonweal.domain.hospital import (
    AcceptDischargeSupport,
    AdmissionCancelled,
    DeclineDischargeSupport,
    DischargeCancelled,
    DischargeSupportAccepted,
    DischargeSupportDeclined,
    DischargeSupportOffered,
    DischargeSupportTaskCancelled,
    DischargeSupportTaskDone,
    DischargeSupportTaskLapsed,
    DischargeSupportTaskRaised,
    EDAttendanceRecorded,
    HearFromHospital,
    HospitalRecordsMerged,
    LapseDischargeSupportTask,
    MatchPatient,
    OfferDischargeSupport,
    PatientAdmitted,
    PatientDischarged,
    PatientMatched,
    RaiseDischargeSupportTask,
    Told,
)
from tests.given import given, state_of

MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
ADMITTED = PatientAdmitted(
    trust="RNS",
    ward="Cedar",
    method="21",
    occurred_at=MONDAY,
    mrn="H 7781",
    nhs_number="9434765919",
    name="Ottoline Quince",
    date_of_birth=date(1948, 3, 2),
)
DISCHARGED = PatientDischarged(trust="RNS", ward="Cedar", destination="19", occurred_at=FRIDAY, mrn="H 7781")
ATTENDED = EDAttendanceRecorded(
    trust="RNS", department="01", attendance_category="1", chief_complaint="29857009", occurred_at=MONDAY
)
MERGED = HospitalRecordsMerged(trust="RNS", occurred_at=MONDAY, surviving_mrn="H 7781", absorbed_mrn="H 7790")
UNDISCHARGED = DischargeCancelled(occurred_at=FRIDAY)
UNADMITTED = AdmissionCancelled(occurred_at=FRIDAY)
MATCHED = PatientMatched(person_id="ottoline", method="nhs_number")
RAISE = RaiseDischargeSupportTask(rule="care_relationship", due_at=FRIDAY + timedelta(hours=48))
RAISED = DischargeSupportTaskRaised(rule="care_relationship", due_at=FRIDAY + timedelta(hours=48))
OFFER = OfferDischargeSupport(medium="01", offered_at=FRIDAY)
OFFERED = DischargeSupportOffered(medium="01", offered_at=FRIDAY)
HOME = (ADMITTED, DISCHARGED, MATCHED)


@pytest.mark.parametrize("fact", [ADMITTED, DISCHARGED, ATTENDED, MERGED])
def test_a_fact_told_twice_is_one_fact(fact: Told) -> None:
    given(hospital).when(HearFromHospital(fact=fact)).then(fact)
    given(hospital, fact).when(HearFromHospital(fact=fact)).then_nothing()


def test_an_admission_that_comes_after_its_discharge_is_still_recorded() -> None:
    given(hospital, DISCHARGED).when(HearFromHospital(fact=ADMITTED)).then(ADMITTED)
    assert state_of(hospital, DISCHARGED, ADMITTED).discharged_at == FRIDAY


@pytest.mark.parametrize("fact", [UNDISCHARGED, UNADMITTED])
def test_a_cancellation_of_nothing_is_passed_over(fact: Told) -> None:
    given(hospital).when(HearFromHospital(fact=fact)).then_nothing()


def test_a_discharge_is_cancelled_once() -> None:
    given(hospital, DISCHARGED).when(HearFromHospital(fact=UNDISCHARGED)).then(UNDISCHARGED)
    given(hospital, DISCHARGED, UNDISCHARGED).when(HearFromHospital(fact=UNDISCHARGED)).then_nothing()


@pytest.mark.parametrize("fact", [UNDISCHARGED, UNADMITTED])
def test_a_cancellation_takes_an_open_offer_task_with_it(fact: Told) -> None:
    given(hospital, *HOME, RAISED).when(HearFromHospital(fact=fact)).then(fact, DischargeSupportTaskCancelled())
    given(hospital, *HOME, RAISED, OFFERED, DischargeSupportTaskDone()).when(HearFromHospital(fact=fact)).then(fact)


def test_free_text_where_a_code_should_stand_is_left_out() -> None:
    untidy = replace(DISCHARGED, ward="<ask Mrs Quince>", destination="HOME", nhs_number="see notes")
    given(hospital).when(HearFromHospital(fact=untidy)).then(
        replace(DISCHARGED, ward=None, destination=None, nhs_number=None)
    )
    given(hospital).when(HearFromHospital(fact=replace(ATTENDED, chief_complaint="CHEST PAIN", department="A"))).then(
        replace(ATTENDED, chief_complaint=None, department=None)
    )


def test_the_person_of_a_stay_is_who_was_matched() -> None:
    assert hospital.person(state_of(hospital, ADMITTED)) is None
    assert hospital.person(state_of(hospital, ADMITTED, MATCHED)) == "ottoline"


def test_a_stay_is_matched_to_one_person() -> None:
    match = MatchPatient(person_id="ottoline", method="nhs_number")
    given(hospital, ADMITTED).when(match).then(MATCHED)
    given(hospital, ADMITTED, MATCHED).when(match).then_nothing()
    given(hospital, ADMITTED, MATCHED).when(replace(match, person_id="ada")).refused("another person's")


def test_an_offer_task_is_raised_once_a_discharge() -> None:
    given(hospital, *HOME).when(RAISE).then(RAISED)
    given(hospital, *HOME, RAISED).when(RAISE).then_nothing()
    given(hospital, *HOME, RAISED, DischargeSupportTaskLapsed()).when(RAISE).then_nothing()


def test_a_second_discharge_may_raise_a_second_task() -> None:
    again = replace(DISCHARGED, occurred_at=FRIDAY + timedelta(days=1))
    before = (*HOME, RAISED, UNDISCHARGED, DischargeSupportTaskCancelled(), again)
    given(hospital, *before).when(RAISE).then(RAISED)


@pytest.mark.parametrize(
    "stay", [(ADMITTED,), (ADMITTED, DISCHARGED, UNDISCHARGED), (ADMITTED, replace(DISCHARGED, died=True))]
)
def test_no_offer_task_without_someone_going_home(stay: tuple[object, ...]) -> None:
    given(hospital, *stay).when(RAISE).then_nothing()


def test_offering_support_is_the_task_done() -> None:
    given(hospital, *HOME, RAISED).when(OFFER).then(OFFERED, DischargeSupportTaskDone())
    given(hospital, *HOME, RAISED, OFFERED, DischargeSupportTaskDone()).when(OFFER).then_nothing()
    given(hospital, ADMITTED).when(OFFER).then(OFFERED)


def test_an_answer_needs_an_offer() -> None:
    given(hospital, *HOME).when(AcceptDischargeSupport()).refused("not been offered")
    given(hospital, *HOME).when(DeclineDischargeSupport()).refused("not been offered")


def test_a_person_may_change_their_mind() -> None:
    yes, no = DischargeSupportAccepted(needs=("food",)), DischargeSupportDeclined(reason="not_now")
    given(hospital, *HOME, OFFERED).when(DeclineDischargeSupport(reason="not_now")).then(no)
    given(hospital, *HOME, OFFERED, no).when(AcceptDischargeSupport(needs=("food",))).then(yes)
    given(hospital, *HOME, OFFERED, no, yes).when(AcceptDischargeSupport(needs=("food",))).then_nothing()


def test_an_offer_nobody_made_lapses_when_due() -> None:
    late = LapseDischargeSupportTask(at=RAISED.due_at)
    given(hospital, *HOME, RAISED).when(replace(late, at=FRIDAY)).refused("not due yet")
    given(hospital, *HOME, RAISED).when(late).then(DischargeSupportTaskLapsed())
    given(hospital, *HOME, RAISED, DischargeSupportTaskLapsed()).when(late).then_nothing()
    given(hospital, *HOME).when(late).then_nothing()


def test_a_stay_nobody_told_us_of_is_refused() -> None:
    given(hospital).when(OFFER).refused("no such hospital stay")
