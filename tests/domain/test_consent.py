"""What a person lets us do."""

from dataclasses import replace
from datetime import date

from commonweal.domain.people import consent
from commonweal.domain.people.consent import (
    ConsentExpired,
    ConsentGiven,
    ConsentRefused,
    ConsentWithdrawn,
    ExpireConsent,
    GiveConsent,
    RefuseConsent,
    WithdrawConsent,
    allows,
)
from tests.given import given, state_of

TODAY = date(2026, 1, 5)
LATER = date(2026, 6, 30)
GIVE = GiveConsent(scope="share_referrer", audience="RP1", method="verbal", wording_version="v1", given_on=TODAY)
GIVEN = ConsentGiven(
    scope="share_referrer", audience="RP1", method="verbal", wording_version="v1", given_by="person", given_on=TODAY
)
TO_ANY = replace(GIVEN, audience="any")
WITHDRAWN = ConsentWithdrawn(scope="share_referrer", audience="RP1", withdrawn_on=LATER)
WITHDRAWN_FROM_ANY = replace(WITHDRAWN, audience="any")


def test_consent_is_given_once() -> None:
    given(consent).when(GIVE).then(GIVEN)
    given(consent, GIVEN).when(GIVE).then_nothing()


def test_new_wording_is_a_new_consent() -> None:
    given(consent, GIVEN).when(replace(GIVE, wording_version="v2")).then(replace(GIVEN, wording_version="v2"))


def test_consent_to_be_contacted_is_not_for_one_audience() -> None:
    given(consent).when(replace(GIVE, scope="contact")).refused("audience must be any")


def test_an_unknown_scope_is_refused() -> None:
    given(consent).when(replace(GIVE, scope="everything")).refused("scope must be one of")


def test_consent_cannot_end_before_it_begins() -> None:
    given(consent).when(replace(GIVE, expires_on=date(2026, 1, 4))).refused("expires_on")


def test_a_refusal_is_always_recorded_even_after_a_yes() -> None:
    no = ConsentRefused(scope="share_referrer", audience="RP1", refused_on=LATER)
    given(consent, GIVEN).when(RefuseConsent(scope="share_referrer", audience="RP1", refused_on=LATER)).then(no)
    assert not allows(state_of(consent, GIVEN, no), "share_referrer", "RP1", LATER)


def test_consent_never_given_cannot_be_withdrawn() -> None:
    given(consent).when(WithdrawConsent(scope="sms", withdrawn_on=LATER)).refused("no consent to sms")


def test_consent_is_withdrawn_once() -> None:
    wish = WithdrawConsent(scope="share_referrer", audience="RP1", withdrawn_on=LATER)
    given(consent, GIVEN).when(wish).then(WITHDRAWN)
    given(consent, GIVEN, WITHDRAWN).when(wish).then_nothing()


def test_one_audience_is_taken_out_of_a_consent_to_any() -> None:
    wish = WithdrawConsent(scope="share_referrer", audience="RP1", withdrawn_on=LATER)
    given(consent, TO_ANY).when(wish).then(WITHDRAWN)
    state = state_of(consent, TO_ANY, WITHDRAWN)
    assert not allows(state, "share_referrer", "RP1", LATER)
    assert allows(state, "share_referrer", "RNS", LATER)


def test_withdrawing_from_any_takes_back_each_yes_to_someone() -> None:
    wish = WithdrawConsent(scope="share_referrer", withdrawn_on=LATER)
    given(consent, GIVEN).when(wish).then(WITHDRAWN_FROM_ANY)
    assert not allows(state_of(consent, GIVEN, WITHDRAWN_FROM_ANY), "share_referrer", "RP1", LATER)


def test_a_yes_to_someone_after_a_no_to_any_counts() -> None:
    state = state_of(consent, TO_ANY, WITHDRAWN_FROM_ANY, GIVEN)
    assert allows(state, "share_referrer", "RP1", LATER)
    assert not allows(state, "share_referrer", "RNS", LATER)


def test_consent_in_one_scope_says_nothing_of_another() -> None:
    assert not allows(state_of(consent, TO_ANY), "share_vcfse", "RP1", TODAY)


def test_consent_holds_through_its_last_day() -> None:
    state = state_of(consent, replace(GIVEN, expires_on=LATER))
    assert allows(state, "share_referrer", "RP1", LATER)
    assert not allows(state, "share_referrer", "RP1", date(2026, 7, 1))


def test_consent_expires_after_its_last_day_and_not_before() -> None:
    ending = replace(GIVEN, expires_on=LATER)
    expired = ConsentExpired(scope="share_referrer", audience="RP1", expired_on=LATER)
    day_after = ExpireConsent(scope="share_referrer", audience="RP1", on=date(2026, 7, 1))
    given(consent, ending).when(replace(day_after, on=LATER)).then_nothing()
    given(consent, ending).when(day_after).then(expired)
    given(consent, ending, expired).when(day_after).then_nothing()
    given(consent, GIVEN).when(day_after).then_nothing()


def test_a_no_said_in_one_record_counts_in_the_one_merged_into_it() -> None:
    asked = state_of(consent, TO_ANY)
    assert not allows(
        consent.as_one(asked, state_of(consent, GIVEN, WITHDRAWN_FROM_ANY)), "share_referrer", "RP1", LATER
    )
    assert not allows(consent.as_one(asked, state_of(consent, GIVEN, WITHDRAWN)), "share_referrer", "RP1", LATER)
    assert allows(consent.as_one(asked, state_of(consent, GIVEN, WITHDRAWN)), "share_referrer", "RNS", LATER)
    assert allows(consent.as_one(asked, consent.INITIAL), "share_referrer", "RP1", LATER)


def test_a_yes_said_in_one_record_is_none_in_the_one_merged_into_it() -> None:
    assert not allows(consent.as_one(consent.INITIAL, state_of(consent, TO_ANY)), "share_referrer", "RP1", TODAY)
    refused = state_of(consent, WITHDRAWN)
    assert not allows(consent.as_one(refused, state_of(consent, TO_ANY)), "share_referrer", "RP1", TODAY)
