"""Those who wait, and those whose referral is taken back."""

from datetime import UTC, datetime

import pytest

from commonweal.domain.referrals import waiting
from commonweal.domain.referrals.referral import (
    ContactAttempted,
    InterimSupportOffered,
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralClosed,
    ReferralRejected,
    ReferralReopened,
    ReferralWithdrawn,
    WaitingListReprioritised,
)
from commonweal.domain.referrals.waiting import OfferInterimSupport, ReprioritiseWaiting, WithdrawReferral
from tests.domain.test_triage import RECEIVED
from tests.given import given

NOW = datetime(2026, 1, 6, 9, tzinfo=UTC)
WAITS = (RECEIVED, ReferralAccepted(), PlacedOnWaitingList(priority="1"))
GIVEN = (*WAITS, LinkWorkerAllocated(worker_id="amira", weight=1, reason="capacity"))
SOONER = ReprioritiseWaiting(priority="2", reason="crisis")
MOVED = WaitingListReprioritised(priority="2", reason="crisis")
OFFER = OfferInterimSupport(kind="drop_in", at=NOW)
OFFERED = InterimSupportOffered(kind="drop_in", offered_at=NOW)
WITHDRAW = WithdrawReferral(reason="not_needed", by="u1")
WITHDRAWN = ReferralWithdrawn(reason="not_needed", by="u1")


def test_a_turn_comes_sooner_for_a_reason_and_says_what_it_is_reckoned_from() -> None:
    given(waiting, *WAITS).when(SOONER).then(MOVED)
    assert MOVED.basis == "urgency_then_wait"
    given(waiting, *WAITS, MOVED).when(SOONER).then_nothing()
    given(waiting, *WAITS).when(ReprioritiseWaiting(priority="1", reason="crisis")).then_nothing()


def test_only_who_waits_has_a_turn() -> None:
    given(waiting, RECEIVED).when(SOONER).refused("received; it cannot be given another turn")
    given(waiting, *GIVEN).when(SOONER).refused("allocated; it cannot be given another turn")
    given(waiting, *WAITS).when(ReprioritiseWaiting(priority="9", reason="crisis")).refused("priority must")
    given(waiting, *WAITS).when(ReprioritiseWaiting(priority="2", reason="asked")).refused("reason must")


def test_something_is_offered_once_to_who_waits_for_a_first_contact() -> None:
    given(waiting, *WAITS).when(OFFER).then(OFFERED)
    given(waiting, *GIVEN).when(OFFER).then(OFFERED)
    given(waiting, *WAITS, OFFERED).when(OFFER).then_nothing()
    given(waiting, RECEIVED).when(OFFER).refused("cannot be offered")
    given(waiting, *WAITS).when(OfferInterimSupport(kind="cake", at=NOW)).refused("kind must")


def test_what_was_offered_in_an_earlier_wait_may_be_offered_again() -> None:
    again = (*WAITS, OFFERED, ReferralClosed(reason="moved_area"), ReferralReopened())
    given(waiting, *again).when(OFFER).then(OFFERED)


@pytest.mark.parametrize("before", [(RECEIVED,), WAITS], ids=["in triage", "waiting"])
def test_a_referrer_takes_a_referral_back_as_long_as_nobody_has_it(before: tuple[object, ...]) -> None:
    given(waiting, *before).when(WITHDRAW).then(WITHDRAWN)
    given(waiting, *before, WITHDRAWN).when(WITHDRAW).then_nothing()
    given(waiting, *before).when(WithdrawReferral(reason="busy", by="u1")).refused("reason must")


def test_a_referral_a_link_worker_has_or_that_ended_is_not_withdrawn() -> None:
    tried = ContactAttempted(
        worker_id="amira", channel="phone", result="no_answer", attempted_at=NOW, number=1, channels=1
    )
    given(waiting, *GIVEN).when(WITHDRAW).refused("allocated; it cannot be withdrawn")
    given(waiting, *GIVEN, tried).when(WITHDRAW).refused("contact attempting; it cannot be withdrawn")
    given(waiting, RECEIVED, ReferralRejected(reason="01", feedback="Twice")).when(WITHDRAW).refused(
        "rejected; it cannot"
    )


@pytest.mark.parametrize("wish", [SOONER, OFFER, WITHDRAW])
def test_nothing_of_this_happens_to_a_referral_nobody_made(wish: object) -> None:
    given(waiting).when(wish).refused("no such referral")
