"""Triage: whom a programme takes on."""

from dataclasses import replace
from datetime import UTC, date, datetime

from commonweal.domain.message import ERASED
from commonweal.domain.people.person import PersonRegistered
from commonweal.domain.referrals import triage
from commonweal.domain.referrals.programme import CriteriaPublished, ProgrammeOpened
from commonweal.domain.referrals.referral import AcceptReferral, PlacedOnWaitingList, ReferralAccepted, ReferralReceived
from tests.given import given

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
RECEIVED = ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="x1",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    practice="K83001",
    programme="cyp",
    received_at=NOW,
)
REGISTERED = PersonRegistered(
    name="Ottoline Quince",
    date_of_birth=date(2000, 1, 6),
    nhs_number_status="07",
    stated_gender="X",
    ethnic_category="99",
    lsoa21="E01027025",
)
YOUNG = (ProgrammeOpened(name="Young people"), CriteriaPublished(version=3, minimum_age=11, maximum_age=25))
KNOWN = {("programme", "cyp"): YOUNG, ("person", "ottoline"): (REGISTERED,)}
WAITS = PlacedOnWaitingList(priority="1")


def test_who_fits_is_taken_on_under_the_criteria_of_the_day() -> None:
    """She turns 26 the day after her referral came: what counts is that day."""
    given(triage, RECEIVED, reading=KNOWN).when(AcceptReferral()).then(ReferralAccepted(criteria_version=3), WAITS)


def test_who_does_not_fit_is_taken_on_for_a_reason_alone() -> None:
    older = {**KNOWN, ("person", "ottoline"): (replace(REGISTERED, date_of_birth=date(2000, 1, 5)),)}
    given(triage, RECEIVED, reading=older).when(AcceptReferral()).refused("override_reason: this person")
    given(triage, RECEIVED, reading=older).when(AcceptReferral(override_reason=" ")).refused(
        "override_reason is missing"
    )
    accepted = ReferralAccepted(criteria_version=3, unmet=("outside_age",), overridden="Her sister comes too")
    wish = AcceptReferral(override_reason="Her sister comes too")
    given(triage, RECEIVED, reading=older).when(wish).then(accepted, WAITS)


def test_a_reason_is_not_kept_where_none_is_needed() -> None:
    wish = AcceptReferral(override_reason="To be sure")
    given(triage, RECEIVED, reading=KNOWN).when(wish).then(ReferralAccepted(criteria_version=3), WAITS)


def test_somebody_whose_age_is_not_known_or_was_erased_does_not_fit_by_age() -> None:
    for born in (None, ERASED):
        unknown = {**KNOWN, ("person", "ottoline"): (replace(REGISTERED, date_of_birth=born),)}
        given(triage, RECEIVED, reading=unknown).when(AcceptReferral()).refused("age_unknown")


def test_a_programme_without_criteria_takes_everyone() -> None:
    core = replace(RECEIVED, programme="core")
    given(triage, core, reading=KNOWN).when(AcceptReferral()).then(ReferralAccepted(), WAITS)


def test_a_referral_nobody_made_is_not_accepted() -> None:
    given(triage).when(AcceptReferral()).refused("no such referral")
