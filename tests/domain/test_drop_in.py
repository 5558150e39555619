"""Somebody comes by without an appointment, whether they were ever referred or not."""

from dataclasses import replace
from datetime import date

from commonweal.domain.people import person
from commonweal.domain.work import drop_in, drop_in_recording
from tests.domain.test_community_service import SUBMITTED
from tests.given import given

TODAY = date(2026, 3, 5)
REGISTERED = person.PersonRegistered(
    name="Idris Vale", nhs_number_status="07", stated_gender="1", ethnic_category="99", date_of_birth=date(2010, 9, 1)
)
KNOWN = {("person", "idris"): (REGISTERED,)}
RECORD = drop_in_recording.RecordDropIn(person_id="idris", attended_on=date(2026, 3, 4), by="u1", on=TODAY)
ATTENDED = drop_in.DropInAttended(person_id="idris", attended_on=date(2026, 3, 4), recorded_by="u1")
RETRACT = drop_in.RetractDropIn(reason="twice", by="u2")
RETRACTED = drop_in.DropInRetracted(reason="twice", retracted_by="u2")


def test_somebody_who_came_by_is_recorded_once() -> None:
    given(drop_in_recording, reading=KNOWN).when(RECORD).then(ATTENDED)
    given(drop_in_recording, ATTENDED, reading=KNOWN).when(RECORD).then_nothing()
    given(drop_in_recording, ATTENDED, reading=KNOWN).when(replace(RECORD, attended_on=TODAY)).refused(
        "this drop-in was recorded already"
    )


def test_only_somebody_who_is_registered_came_and_not_in_the_future() -> None:
    given(drop_in_recording).when(RECORD).refused("there is no such person: register them first")
    given(drop_in_recording, reading=KNOWN).when(replace(RECORD, attended_on=date(2026, 3, 6))).refused(
        "attended_on lies in the future"
    )


def test_the_service_it_was_at_is_one_of_the_directory() -> None:
    at = replace(RECORD, service_id="s1")
    listed = {("community_service", "s1"): (SUBMITTED,)}
    given(drop_in_recording, reading=KNOWN).when(at).refused("service_id: there is no such community service")
    given(drop_in_recording, reading={**KNOWN, **listed}).when(at).then(replace(ATTENDED, service_id="s1"))


def test_what_was_recorded_by_mistake_is_taken_back_once_and_for_a_reason() -> None:
    given(drop_in).when(RETRACT).refused("there is no such drop-in")
    given(drop_in, ATTENDED).when(replace(RETRACT, reason="whim")).refused("reason")
    given(drop_in, ATTENDED).when(RETRACT).then(RETRACTED)
    given(drop_in, ATTENDED, RETRACTED).when(RETRACT).then_nothing()
