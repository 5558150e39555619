"""What may happen to a person's record."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commonweal.domain.message import Claim
from commonweal.domain.people import person
from commonweal.domain.people.person import (
    ChangeGPRegistration,
    ContactPreferenceSet,
    CorrectPersonDetails,
    ErasePerson,
    GPRegistrationChanged,
    NHSNumberTraced,
    PersonDetailsCorrected,
    PersonDied,
    PersonErased,
    PersonRegistered,
    RecordDeath,
    RegisterPerson,
    SetContactPreference,
    TraceNHSNumber,
)
from tests.given import given

TODAY = date(2026, 1, 5)
REGISTER = RegisterPerson(
    name="Ottoline Quince",
    date_of_birth=date(1948, 3, 2),
    address="2 Church Street",
    postcode="nn15 5lb",
    nhs_number="943 476 5919",
    nhs_number_status="01",
    ethnic_category="A",
    gp_practice="U35821/burton",
    on=TODAY,
)
REGISTERED = PersonRegistered(
    name="Ottoline Quince",
    date_of_birth=date(1948, 3, 2),
    address="2 Church Street",
    postcode="NN15 5LB",
    nhs_number="9434765919",
    nhs_number_status="01",
    stated_gender="X",
    ethnic_category="A",
    gp_practice="U35821/burton",
)
DIED = PersonDied(died_on=date(2026, 1, 2), source="gp")
ERASED = PersonErased(basis="request_upheld")
BY_PHONE = SetContactPreference(channel="phone", safe_times="mornings", safe_to_leave_message=False)
PHONE = ContactPreferenceSet(channel="phone", safe_times="mornings", safe_to_leave_message=False)


def test_a_person_is_registered_with_their_nhs_number_and_postcode_in_one_form() -> None:
    given(person).when(REGISTER).then(REGISTERED)


def test_a_person_without_an_nhs_number_is_registered() -> None:
    bare = RegisterPerson(name="Ottoline", nhs_number_status="07", on=TODAY)
    given(person).when(bare).then(
        PersonRegistered(name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99")
    )


def test_registering_the_same_person_twice_happens_once() -> None:
    given(person, REGISTERED).when(REGISTER).then_nothing()


def test_another_registration_under_the_same_id_is_refused() -> None:
    given(person, REGISTERED).when(replace(REGISTER, name="Someone Else")).refused("registered already")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "  "}, "name is missing"),
        ({"nhs_number": "9434765918"}, "nhs_number is mistyped"),
        ({"nhs_number": None}, "needs an NHS number"),
        ({"nhs_number_status": "07"}, "says there is no NHS number"),
        ({"nhs_number_status": "09"}, "nhs_number_status must be one of"),
        ({"date_of_birth": date(2026, 1, 6)}, "future"),
        ({"date_of_birth": date(1890, 1, 1)}, "130 years"),
        ({"postcode": "Kettering"}, "the postcode must be"),
        ({"email": "ottoline"}, "email"),
        ({"email": "ottoline@"}, "email must be an e-mail address"),
        ({"email": "ottoline@example"}, "email must be an e-mail address"),
        ({"email": "ottoline@example."}, "email must be an e-mail address"),
        ({"email": "@example.org"}, "email must be an e-mail address"),
        ({"ethnic_category": "Q"}, "ethnic_category"),
        ({"stated_gender": "F"}, "stated_gender"),
        ({"lsoa21": "E02000001"}, "lsoa21"),
        ({"language": "English"}, "the language"),
        ({"gp_practice": "Burton"}, "gp_practice"),
    ],
)
def test_a_registration_with_something_wrong_is_refused_and_says_what(wrong: dict[str, object], sentence: str) -> None:
    given(person).when(replace(REGISTER, **wrong)).refused(sentence)  # type: ignore[arg-type]


def test_a_correction_records_only_what_changed() -> None:
    given(person, REGISTERED).when(CorrectPersonDetails(name="Ottoline Quince", phone="01536 000000", on=TODAY)).then(
        PersonDetailsCorrected(phone="01536 000000")
    )


def test_a_correction_that_changes_nothing_is_nothing() -> None:
    given(person, REGISTERED).when(CorrectPersonDetails(postcode="nn155lb", phone="", on=TODAY)).then_nothing()


def test_a_detail_can_be_taken_away() -> None:
    given(person, REGISTERED).when(CorrectPersonDetails(address="", on=TODAY)).then(PersonDetailsCorrected(address=""))


def test_a_traced_number_takes_the_place_of_the_one_before() -> None:
    traced = NHSNumberTraced(nhs_number="9100000000", previous="9434765919", nhs_number_status="01")
    given(person, REGISTERED).when(TraceNHSNumber(nhs_number="910 000 0000")).then(traced)
    assert person.claims(REGISTERED) == (Claim(kind="nhs_number", value="9434765919"),)
    assert person.claims(traced) == (
        Claim(kind="nhs_number", value="9434765919", release=True),
        Claim(kind="nhs_number", value="9100000000"),
    )


def test_the_same_number_with_a_better_status_claims_nothing_new() -> None:
    unverified = replace(REGISTERED, nhs_number_status="02")
    traced = NHSNumberTraced(nhs_number="9434765919", previous="9434765919", nhs_number_status="01")
    given(person, unverified).when(TraceNHSNumber(nhs_number="9434765919")).then(traced)
    assert person.claims(traced) == ()


def test_a_safe_way_to_be_reached_is_recorded_once() -> None:
    given(person, REGISTERED).when(BY_PHONE).then(PHONE)
    given(person, REGISTERED, PHONE).when(BY_PHONE).then_nothing()


def test_a_person_who_died_is_not_to_be_reached() -> None:
    given(person, REGISTERED, DIED).when(BY_PHONE).refused("has died")


def test_a_change_of_practice_remembers_the_one_before() -> None:
    given(person, REGISTERED).when(ChangeGPRegistration(gp_practice="K83001", since=TODAY)).then(
        GPRegistrationChanged(gp_practice="K83001", previous="U35821/burton", since=TODAY)
    )


def test_a_day_of_death_learnt_later_is_recorded() -> None:
    unknown_day = PersonDied(source="family")
    given(person, REGISTERED, unknown_day).when(RecordDeath(died_on=date(2026, 1, 2), source="gp")).then(DIED)
    given(person, REGISTERED, DIED).when(RecordDeath(source="family")).then_nothing()


@pytest.mark.parametrize(
    "wish",
    [
        CorrectPersonDetails(name="Ottoline", on=TODAY),
        TraceNHSNumber(nhs_number="9100000000"),
        BY_PHONE,
        ChangeGPRegistration(gp_practice=None, since=TODAY),
        RecordDeath(source="gp"),
    ],
)
def test_an_erased_person_refuses_everything_else(wish: object) -> None:
    given(person, REGISTERED, ERASED).when(wish).refused("erased")


def test_a_person_is_not_registered_again_under_an_erased_record() -> None:
    given(person, REGISTERED, ERASED).when(REGISTER).refused("registered already")


def test_erasing_is_done_once_and_leaves_nothing_personal_in_the_state() -> None:
    given(person, REGISTERED).when(ErasePerson(basis="request_upheld")).then(ERASED)
    given(person, REGISTERED, ERASED).when(ErasePerson(basis="retention_ended")).then_nothing()
    assert person.evolve(person.evolve(person.INITIAL, REGISTERED), ERASED) == person.State(phase="erased")


def test_erasing_needs_a_basis_on_the_list() -> None:
    given(person, REGISTERED).when(ErasePerson(basis="tidying")).refused("basis must be one of")


def test_nobody_unknown_can_be_erased() -> None:
    given(person).when(ErasePerson(basis="request_upheld")).refused("no such person")


def test_what_makes_it_possible_to_take_part_is_told_whole_each_time() -> None:
    wish = person.RecordReasonableAdjustments(reasonable_adjustments=("large_print", "companion", "large_print"))
    told = person.ReasonableAdjustmentsRecorded(reasonable_adjustments=("large_print", "companion"))
    given(person, REGISTERED).when(wish).then(told)
    given(person, REGISTERED, told).when(wish).then_nothing()
    none = person.RecordReasonableAdjustments(reasonable_adjustments=())
    given(person, REGISTERED, told).when(none).then(person.ReasonableAdjustmentsRecorded(reasonable_adjustments=()))
    wrong = person.RecordReasonableAdjustments(reasonable_adjustments=("a throne",))
    given(person, REGISTERED).when(wrong).refused("reasonable_adjustments must be one of")


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        ({"imd_decile": 3}, "go together"),
        ({"imd_version": "2025"}, "go together"),
        ({"imd_version": "2010", "imd_decile": 3}, "imd_version must be one of"),
        ({"imd_version": "2025", "imd_decile": 11}, "imd_decile must be 1"),
        ({"worker_gender_preference": "9"}, "worker_gender_preference must be one of"),
        ({"reasonable_adjustments": ("a throne",)}, "reasonable_adjustments must be one of"),
    ],
)
def test_a_decile_needs_its_version_and_a_preference_its_code(given_: dict[str, Any], why: str) -> None:
    given(person).when(replace(REGISTER, **given_)).refused(why)


def test_a_preference_for_a_link_workers_gender_can_be_taken_back() -> None:
    known = replace(REGISTERED, worker_gender_preference="2", imd_version="2019", imd_decile=3)
    taken = CorrectPersonDetails(worker_gender_preference="", imd_version="2025", imd_decile=2, on=TODAY)
    then = PersonDetailsCorrected(worker_gender_preference="", imd_version="2025", imd_decile=2)
    given(person, known).when(taken).then(then)
    given(person, known, then).when(taken).then_nothing()
