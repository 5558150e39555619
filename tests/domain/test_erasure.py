"""Whoever asks to be forgotten is, unless their record must be kept; then they learn until when."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from commonweal.domain.people import erasure, person, retention
from commonweal.domain.people.duplicate import PersonsMerged
from commonweal.domain.people.erasure import ApproveErasure, RequestErasure
from commonweal.domain.people.person import ErasePerson, PersonErased, PersonRegistered
from commonweal.domain.people.retention import ErasureApproved, ErasureRefused, ErasureRequested
from commonweal.domain.referrals.referral import (
    FirstContactMade,
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    ReferralClosed,
    ReferralReceived,
    ReferralRetractedInError,
)
from tests.given import given

TODAY = date(2026, 3, 2)
REGISTERED = PersonRegistered(
    name="Ottoline", date_of_birth=date(1948, 3, 2), nhs_number_status="03", stated_gender="X", ethnic_category="A"
)
CAME = ReferralReceived(
    person_id="p", source="01", source_org="K83001", source_reference="b", setting="gp", priority="1", reasons=(),
    referrer_role="gp", received_at=datetime(2015, 1, 5, 9, tzinfo=UTC),
)  # fmt: skip
TAKEN = (PlacedOnWaitingList(priority="1"), LinkWorkerAllocated(worker_id="w", weight=1, reason="capacity"))
MET = FirstContactMade(worker_id="w", medium="02", held_at=datetime(2015, 2, 10, 9, tzinfo=UTC))
CLOSED = ReferralClosed(reason="goals_met")
ENDED = (CAME, *TAKEN, MET, CLOSED)
CASE, OLD_CASE = ("referral", "r"), ("referral", "s")
REQUEST = RequestErasure(person_id="p", known_referrals=("r",), by="wren", on=TODAY)
APPROVE = ApproveErasure(person_id="p", known_referrals=("r",), by="ines", on=TODAY)
REQUESTED = ErasureRequested(basis="request_upheld", requested_on=TODAY, by="wren")
APPROVED = ErasureApproved(basis="request_upheld", approved_on=TODAY, by="ines")
GONE = PersonErased(basis="request_upheld")


def refused(reason: str, earliest: date | None = None) -> ErasureRefused:
    return ErasureRefused(basis="request_upheld", reason=reason, earliest_on=earliest, refused_on=TODAY)


def test_a_request_within_retention_is_refused_with_the_earliest_date() -> None:
    late = replace(MET, held_at=datetime(2020, 2, 10, 9, tzinfo=UTC))
    case = {CASE: (CAME, *TAKEN, late, CLOSED)}
    given(erasure, REGISTERED, reading=case).when(REQUEST).then(REQUESTED, refused("retention", date(2028, 2, 10)))


def test_the_same_request_on_the_same_day_changes_nothing_and_another_day_is_asked_anew() -> None:
    case = {CASE: (CAME,)}
    told = (REGISTERED, REQUESTED, refused("open_case"))
    given(erasure, *told, reading=case).when(REQUEST).then_nothing()
    later = replace(REQUEST, on=date(2034, 1, 1))
    given(erasure, *told, reading={CASE: ENDED}).when(later).then(replace(REQUESTED, requested_on=later.on))


def test_what_stands_against_it_may_be_another_on_the_same_day_and_is_told_anew() -> None:
    late = {CASE: (CAME, *TAKEN, replace(MET, held_at=datetime(2026, 3, 2, 9, tzinfo=UTC)), CLOSED)}
    until = refused("retention", date(2034, 3, 2))
    told = (REGISTERED, REQUESTED, refused("open_case"))
    given(erasure, *told, reading=late).when(REQUEST).then(REQUESTED, until)
    given(erasure, *told, REQUESTED, until, reading=late).when(REQUEST).then_nothing()


def test_with_an_open_referral_a_request_is_refused_without_a_date() -> None:
    given(erasure, REGISTERED, reading={CASE: (CAME, *TAKEN)}).when(REQUEST).then(REQUESTED, refused("open_case"))


def test_after_retention_it_waits_for_a_decision_and_is_carried_out() -> None:
    given(erasure, REGISTERED, reading={CASE: ENDED}).when(REQUEST).then(REQUESTED)
    given(erasure, REGISTERED, REQUESTED, reading={CASE: ENDED}).when(APPROVE).then(APPROVED, GONE)
    given(erasure, REGISTERED, REQUESTED, APPROVED, GONE, reading={CASE: ENDED}).when(APPROVE).then_nothing()
    given(erasure, REGISTERED, REQUESTED, APPROVED, GONE, reading={CASE: ENDED}).when(REQUEST).then_nothing()


def test_nothing_is_approved_that_was_not_asked_for_or_must_be_kept_by_now() -> None:
    given(erasure, REGISTERED, reading={CASE: ENDED}).when(APPROVE).refused("nobody has asked")
    given(erasure, REGISTERED, REQUESTED, refused("open_case"), reading={CASE: ENDED}).when(APPROVE).refused(
        "nobody has asked"
    )
    came_again = {CASE: ENDED, OLD_CASE: (CAME,)}
    both = replace(APPROVE, known_referrals=("r", "s"))
    given(erasure, REGISTERED, REQUESTED, reading=came_again).when(both).refused("is open")
    late = replace(MET, held_at=datetime(2024, 2, 10, 9, tzinfo=UTC))
    kept = {CASE: (CAME, *TAKEN, late, CLOSED)}
    given(erasure, REGISTERED, REQUESTED, reading=kept).when(APPROVE).refused("until 10 February 2032")


def test_a_record_merged_into_this_one_goes_with_it() -> None:
    merged = PersonsMerged(here="survivor", survivor_id="p", absorbed_id="q", evidence="traced", by="wren")
    reading = {CASE: ENDED, ("person", "q"): (REGISTERED,)}
    given(erasure, REGISTERED, merged, REQUESTED, reading=reading).when(APPROVE).then(
        APPROVED, GONE, writing={("person", "q"): (GONE,)}
    )


def test_what_was_retracted_or_never_referred_need_not_be_kept() -> None:
    wrong = {
        CASE: (
            replace(CAME, received_at=datetime(2026, 2, 1, tzinfo=UTC)),
            ReferralRetractedInError(reason="wrong_person"),
        )
    }
    given(erasure, REGISTERED, reading=wrong).when(REQUEST).then(REQUESTED)
    given(erasure, REGISTERED).when(replace(REQUEST, known_referrals=())).then(REQUESTED)


def test_what_was_registered_in_error_is_erased_at_once_by_who_decides() -> None:
    given(person, REGISTERED).when(ErasePerson(basis="registered_in_error")).then(
        PersonErased(basis="registered_in_error")
    )


@pytest.mark.parametrize(
    ("born", "last_met", "earliest"),
    [
        (date(1948, 3, 2), date(2020, 5, 1), date(2028, 5, 1)),
        (None, date(2020, 5, 1), date(2028, 5, 1)),
        (date(2010, 3, 2), date(2024, 5, 1), date(2035, 3, 2)),
        (date(2007, 3, 2), date(2024, 5, 1), date(2033, 3, 2)),  # 17 at the end: the 26th birthday
        (date(2007, 3, 2), date(2025, 3, 1), date(2033, 3, 2)),
        (date(2007, 3, 2), date(2025, 3, 2), date(2033, 3, 2)),  # 18 on that day: eight years
        (date(2007, 3, 2), date(2025, 3, 3), date(2033, 3, 3)),
        (date(2008, 2, 29), date(2020, 1, 1), date(2033, 3, 1)),
        (date(1948, 3, 2), date(2024, 2, 29), date(2032, 2, 29)),
    ],
)
def test_how_long_a_record_is_kept(born: date | None, last_met: date, earliest: date) -> None:
    """NHS Records Management Code of Practice: eight years for an adult; a child's to 25, to 26 where they were 17."""
    assert retention.earliest(born, last_met) == earliest
