"""Contacts are held with people we work with, in ways they asked to be reached; the first one moves the referral along."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain import codes
from commonweal.domain.message import ERASED
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact, contact_booking, contact_held, safe_contact
from tests.given import given

RECEIVED = datetime(2026, 3, 2, 9, tzinfo=UTC)
WHEN, LATER = RECEIVED + timedelta(days=3), RECEIVED + timedelta(days=5)
PERSON = person.PersonRegistered(name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99")
BY_LETTER = person.ContactPreferenceSet(channel="letter", safe_to_leave_message=False)
SENT = referral.ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="1",
    setting="gp",
    priority="1",
    reasons=(),
    referrer_role="gp",
    received_at=RECEIVED,
)
WAITS = (SENT, referral.ReferralAccepted(), referral.PlacedOnWaitingList(priority="1"))
AT_WORK = (*WAITS, referral.LinkWorkerAllocated(worker_id="amira", weight=1, reason="language"))
FIRST = referral.FirstContactMade(worker_id="amira", medium="01", held_at=WHEN)
ENGAGED = (*AT_WORK, FIRST)
BOOK = contact_booking.BookContact(
    referral_id="r1",
    person_id="ottoline",
    kind="initial",
    medium="01",
    starts_at=WHEN,
    place=" the library ",
    at=RECEIVED,
)
BOOKED = contact.ContactBooked(
    referral_id="r1",
    person_id="ottoline",
    worker_id="amira",
    kind="initial",
    medium="01",
    starts_at=WHEN,
    place="the library",
)
HOLD = contact_held.HoldContact(medium="01", held_at=WHEN, duration_min=45, present=("person",), at=LATER)
HELD = contact.ContactHeld(
    referral_id="r1",
    person_id="ottoline",
    worker_id="amira",
    kind="initial",
    medium="01",
    held_at=WHEN,
    duration_min=45,
    attendance="5",
    present=("person",),
)
RECORD = contact_held.RecordContact(
    referral_id="r1",
    person_id="ottoline",
    kind="initial",
    medium="01",
    held_at=WHEN,
    duration_min=45,
    present=("person",),
    at=LATER,
)


def among(case: tuple[Any, ...], *about_them: Any) -> dict[tuple[str, str], tuple[Any, ...]]:
    """A referral, and what is known of its person."""
    return {("referral", "r1"): case, ("person", "ottoline"): (PERSON, *about_them)}


def booking(*events: Any, case: tuple[Any, ...] = AT_WORK, about: tuple[Any, ...] = ()) -> Any:
    return given(contact_booking, *events, reading=among(case, *about))


def holding(*events: Any, case: tuple[Any, ...] = AT_WORK, about: tuple[Any, ...] = ()) -> Any:
    return given(contact_held, *events, reading=among(case, *about))


def test_a_contact_is_booked_for_whoever_has_the_case() -> None:
    booking().when(BOOK).then(BOOKED)
    booking().when(replace(BOOK, worker_id="ben")).then(replace(BOOKED, worker_id="ben"))


def test_a_contact_booked_twice_is_booked_once() -> None:
    booking(BOOKED).when(BOOK).then_nothing()
    booking(BOOKED).when(replace(BOOK, medium="02")).refused("move it instead")


def test_nothing_is_booked_before_somebody_has_the_case_or_for_someone_who_died() -> None:
    booking(case=WAITS).when(BOOK).refused("this referral is waiting")
    booking(about=(person.PersonDied(source="gp"),)).when(BOOK).refused("this person has died")
    booking(case=()).when(BOOK).refused("there is no such referral")


def test_a_booking_is_for_the_person_of_the_referral() -> None:
    reading = {("referral", "r1"): AT_WORK, ("person", "ada"): (PERSON,)}
    given(contact_booking, reading=reading).when(replace(BOOK, person_id="ada")).refused("person_id")


def test_what_has_passed_is_recorded_rather_than_booked() -> None:
    booking().when(replace(BOOK, at=LATER)).refused("starts_at has passed")
    booking().when(replace(BOOK, at=None)).then(BOOKED)


def test_whoever_visits_someone_at_home_says_how_they_are_kept_safe() -> None:
    visit = replace(BOOK, kind="home_visit")
    booking().when(visit).refused("lone_working is missing")
    planned = replace(BOOKED, kind="home_visit", lone_working="check_in")
    booking().when(replace(visit, lone_working="check_in")).then(planned)


@pytest.mark.parametrize("medium", ["02", "05", "06"])
def test_someone_who_asked_for_letters_is_not_called_or_written_to_otherwise(medium: str) -> None:
    by_phone = replace(BOOK, medium=medium)
    booking(about=(BY_LETTER,)).when(by_phone).refused("asked to be reached by letter")
    booking(about=(BY_LETTER,)).when(replace(by_phone, overridden=" ")).refused("overridden is missing")
    why = replace(by_phone, overridden="she called us")
    booking(about=(BY_LETTER,)).when(why).then(replace(BOOKED, medium=medium, overridden="she called us"))


def test_a_reason_nobody_needed_is_not_kept() -> None:
    booking().when(replace(BOOK, overridden="no need")).then(BOOKED)


def test_how_one_meets_is_agreed_before_but_at_home_is_none_for_who_is_reached_through_others() -> None:
    through = replace(BY_LETTER, channel="through_referrer")
    booking(about=(through,)).when(BOOK).then(BOOKED)
    visit = replace(BOOK, kind="home_visit", lone_working="check_in")
    booking(about=(through,)).when(visit).refused("medium is not safe")


def test_every_medium_that_reaches_someone_from_afar_is_weighed() -> None:
    assert set(codes.CONSULTATION_MEDIUMS) - set(safe_contact.REACHED_BY) == {"01", "98"}
    assert set(safe_contact.REACHED_BY.values()) <= person.CHANNELS


def test_the_first_conversation_held_makes_the_first_contact() -> None:
    holding(BOOKED).when(HOLD).then(HELD, writing={("referral", "r1"): (FIRST,)})
    holding().when(RECORD).then(HELD, writing={("referral", "r1"): (FIRST,)})


def test_a_contact_after_the_first_moves_nothing() -> None:
    holding(BOOKED, case=ENGAGED).when(HOLD).then(HELD)
    follow_up = replace(BOOKED, kind="follow_up")
    holding(follow_up).when(HOLD).then(replace(HELD, kind="follow_up"))


def test_a_contact_held_twice_is_held_once() -> None:
    holding(BOOKED, HELD, case=ENGAGED).when(HOLD).then_nothing()
    holding(HELD, case=ENGAGED).when(RECORD).then_nothing()
    holding(BOOKED, HELD, case=ENGAGED).when(replace(HOLD, duration_min=5)).refused("this contact is held")
    holding(HELD, case=ENGAGED).when(replace(RECORD, duration_min=5)).refused("recorded already")


def test_a_contact_is_recorded_once_it_was_held() -> None:
    holding(BOOKED).when(replace(HOLD, at=WHEN - timedelta(minutes=1))).refused("held_at lies in the future")
    before = replace(RECORD, held_at=RECEIVED - timedelta(days=1))
    holding().when(before).refused("held_at lies before the referral was received")


def test_a_contact_lasts_from_a_minute_to_a_day() -> None:
    holding(BOOKED).when(replace(HOLD, duration_min=0)).refused("duration_min")
    holding(BOOKED).when(replace(HOLD, duration_min=1441)).refused("duration_min")


def test_what_was_held_before_the_case_was_closed_may_be_written_down_after_it() -> None:
    closed = (*ENGAGED, referral.ReferralClosed(reason="goals_met"))
    holding(case=closed).when(RECORD).then(HELD)
    rejected = (SENT, referral.ReferralRejected(reason="02", feedback="no"))
    holding(case=rejected).when(RECORD).refused("this referral is rejected")


def test_what_was_agreed_when_it_was_booked_is_not_asked_again() -> None:
    booked = replace(BOOKED, medium="02", overridden="she called us")
    phoned = replace(HOLD, medium="02")
    held = replace(HELD, medium="02", overridden="she called us")
    first = replace(FIRST, medium="02")
    holding(booked, about=(BY_LETTER,)).when(phoned).then(held, writing={("referral", "r1"): (first,)})
    holding(booked, about=(BY_LETTER,)).when(replace(HOLD, medium="05")).refused("by letter")


def test_a_contact_nobody_knows_cannot_be_held_missed_or_moved() -> None:
    holding().when(HOLD).refused("there is no such contact")
    given(contact).when(contact.MissContact(at=LATER)).refused("there is no such contact")


def test_a_contact_is_missed_once_it_should_have_begun() -> None:
    missed = contact.ContactMissed(attendance="7", reason="transport")
    miss = contact.MissContact(attendance="7", reason="transport", at=LATER)
    given(contact, BOOKED).when(miss).then(missed)
    given(contact, BOOKED, missed).when(miss).then_nothing()
    given(contact, BOOKED).when(replace(miss, at=RECEIVED)).refused("cancel it instead")
    given(contact, BOOKED).when(replace(miss, attendance="5")).refused("attendance must be one of 3, 7")


def test_a_contact_is_cancelled_by_the_person_or_by_us() -> None:
    cancelled = contact.ContactCancelled(attendance="2", reason="02", rebook=True)
    cancel = contact.CancelContact(attendance="2", rebook=True)
    given(contact, BOOKED).when(cancel).then(cancelled)
    given(contact, BOOKED, HELD).when(cancel).refused("this contact is held")
    holding(BOOKED, cancelled).when(HOLD).refused("this contact is cancelled")


def test_a_contact_is_moved_to_another_time_and_keeps_its_place() -> None:
    move = contact.RescheduleContact(starts_at=LATER)
    moved = contact.ContactRescheduled(starts_at=LATER, place="the library")
    given(contact, BOOKED).when(move).then(moved)
    given(contact, BOOKED, moved).when(move).then_nothing()
    elsewhere = contact.ContactRescheduled(starts_at=WHEN, place="the park")
    given(contact, BOOKED).when(contact.RescheduleContact(starts_at=WHEN, place="the park")).then(elsewhere)


def test_a_place_that_was_erased_stays_so_when_a_contact_is_moved() -> None:
    gone = replace(BOOKED, place=ERASED)
    given(contact, gone).when(contact.RescheduleContact(starts_at=LATER)).then(
        contact.ContactRescheduled(starts_at=LATER, place=ERASED)
    )


def test_a_contact_belongs_to_its_referral_and_is_sealed_for_its_person() -> None:
    for begins in (BOOKED, HELD):
        state = contact.evolve(contact.INITIAL, begins)
        assert (contact.case(state), contact.person(state)) == ("r1", "ottoline")


def test_nobody_erased_is_booked_anew() -> None:
    booking(about=(person.PersonErased(basis="request_upheld"),)).when(BOOK).refused("has been erased")
