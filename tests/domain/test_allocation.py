"""Who walks beside whom."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.domain.referrals.referral import (
    FirstContactMade,
    LinkWorkerAllocated,
    LinkWorkerDeallocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralClosed,
    ReferralReallocated,
    ReferralReceived,
    ReferralRejected,
    ReferralReopened,
    ReferralRetractedInError,
    ReferralWeighed,
    SocialPrescribingDeclined,
)
from commonweal.domain.workforce import allocation
from commonweal.domain.workforce.allocation import (
    AllocateLinkWorker,
    CloseReferral,
    DeallocateLinkWorker,
    DeclineSocialPrescribing,
    ReallocateReferral,
    ReopenReferral,
    RetractReferral,
    WeighCase,
)
from commonweal.domain.workforce.caseload import CaseReleased, CaseTaken, CaseWeighted
from commonweal.domain.workforce.link_worker import AbsenceStarted, LinkWorkerEngaged, LinkWorkerLeft
from tests.given import given

RECEIVED = ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="EMIS-77",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    received_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
)
ON_THE_LIST = PlacedOnWaitingList(priority="1")
WAITING = (RECEIVED, ReferralAccepted(), ON_THE_LIST)
ALLOCATE = AllocateLinkWorker(referral_id="r1", worker_id="amira", weight=2, reason="practice")
TO_AMIRA = LinkWorkerAllocated(worker_id="amira", weight=2, reason="practice")
ALLOCATED = (*WAITING, TO_AMIRA)
ENGAGED = (
    *ALLOCATED,
    FirstContactMade(worker_id="amira", medium="01", held_at=datetime(2026, 1, 6, 9, tzinfo=UTC)),
)
TO_BEN = ReallocateReferral(referral_id="r1", worker_id="ben", reason="language", handover="Speaks Twi at home")
REJECTED = ReferralRejected(reason="02", feedback="A clinical need")
CLOSED = ReferralClosed(reason="goals_met")

AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan", employer="U35821", fte_percent=50, caseload_limit=10, engaged_on=date(2025, 9, 1)
)
BEN = replace(AMIRA, display_name="Ben Osei")
TAKEN = CaseTaken(referral_id="r1", weight=2)
RELEASED = CaseReleased(referral_id="r1", weight=2)
AMIRA_ID, BEN_ID = ("link_worker", "amira"), ("link_worker", "ben")
FREE = {AMIRA_ID: (AMIRA,), BEN_ID: (BEN,)}
BUSY: dict[tuple[str, str], tuple[Any, ...]] = {AMIRA_ID: (AMIRA, TAKEN), BEN_ID: (BEN,)}
DONE_WITH = {AMIRA_ID: (AMIRA, TAKEN, RELEASED), BEN_ID: (BEN,)}


def test_allocating_gives_the_referral_a_worker_while_the_worker_takes_the_case() -> None:
    given(allocation, *WAITING, reading=FREE).when(ALLOCATE).then(TO_AMIRA, writing={AMIRA_ID: (TAKEN,)})
    given(allocation, *ALLOCATED, reading=BUSY).when(ALLOCATE).then_nothing()


def test_a_caseload_is_limited_in_proportion_to_hours() -> None:
    held = {AMIRA_ID: (AMIRA, CaseTaken(referral_id="r7", weight=3))}
    given(allocation, *WAITING, reading=held).when(ALLOCATE).then(TO_AMIRA, writing={AMIRA_ID: (TAKEN,)})
    given(allocation, *WAITING, reading=held).when(replace(ALLOCATE, weight=3)).refused("Amira Khan has no room")


def test_nobody_is_given_to_a_link_worker_who_is_away() -> None:
    away = AbsenceStarted(kind="sickness", cover_worker_id="ben", started_on=date(2026, 1, 5))
    given(allocation, *WAITING, reading={AMIRA_ID: (AMIRA, away)}).when(ALLOCATE).refused(
        "Amira Khan is away (sickness)"
    )


def test_nobody_is_given_to_a_link_worker_who_left() -> None:
    left = LinkWorkerLeft(last_day=date(2026, 1, 2))
    given(allocation, *WAITING, reading={AMIRA_ID: (AMIRA, left)}).when(ALLOCATE).refused("Amira Khan has left")


def test_nobody_is_given_to_a_link_worker_nobody_knows() -> None:
    given(allocation, *WAITING).when(ALLOCATE).refused("no such link worker")


@pytest.mark.parametrize("weight", [0, 6])
def test_a_case_weighs_one_to_five(weight: int) -> None:
    given(allocation, *WAITING, reading=FREE).when(replace(ALLOCATE, weight=weight)).refused("weight must be 1 to 5")


def test_a_referral_that_is_not_waiting_is_not_allocated() -> None:
    given(allocation, RECEIVED, reading=FREE).when(ALLOCATE).refused("received; it cannot be allocated")
    given(allocation, *ALLOCATED, reading=BUSY).when(replace(ALLOCATE, worker_id="ben")).refused("Amira Khan has this")


def test_reallocating_moves_the_case_with_its_weight() -> None:
    moved = ReferralReallocated(
        worker_id="ben", from_worker_id="amira", weight=2, reason="language", handover="Speaks Twi at home"
    )
    given(allocation, *ENGAGED, reading=BUSY).when(TO_BEN).then(
        moved, writing={AMIRA_ID: (RELEASED,), BEN_ID: (replace(TAKEN, from_worker_id="amira"),)}
    )
    moved_on = {AMIRA_ID: (AMIRA, TAKEN, RELEASED), BEN_ID: (BEN, TAKEN)}
    given(allocation, *ENGAGED, moved, reading=moved_on).when(TO_BEN).then_nothing()


def test_a_case_is_not_moved_to_someone_without_room() -> None:
    full = {**BUSY, BEN_ID: (BEN, CaseTaken(referral_id="r8", weight=4))}
    given(allocation, *ENGAGED, reading=full).when(TO_BEN).refused("Ben Osei has no room")


def test_what_nobody_has_is_not_moved() -> None:
    given(allocation, *WAITING, reading=FREE).when(TO_BEN).refused("no link worker")


def test_a_case_given_up_goes_back_to_the_waiting_list() -> None:
    given_up = LinkWorkerDeallocated(worker_id="amira", reason="absence")
    given(allocation, *ALLOCATED, reading=BUSY).when(DeallocateLinkWorker(referral_id="r1", reason="absence")).then(
        given_up, ON_THE_LIST, writing={AMIRA_ID: (RELEASED,)}
    )


@pytest.mark.parametrize(
    ("wish", "fact"),
    [
        (CloseReferral(referral_id="r1", reason="goals_met"), CLOSED),
        (DeclineSocialPrescribing(referral_id="r1", reason="not_now"), SocialPrescribingDeclined(reason="not_now")),
        (RetractReferral(referral_id="r1", reason="duplicate"), ReferralRetractedInError(reason="duplicate")),
    ],
)
def test_a_referral_that_ends_frees_its_link_worker(wish: object, fact: object) -> None:
    given(allocation, *ENGAGED, reading=BUSY).when(wish).then(fact, writing={AMIRA_ID: (RELEASED,)})
    given(allocation, *WAITING, reading=FREE).when(wish).then(fact)
    given(allocation, *ENGAGED, fact, reading=DONE_WITH).when(wish).then_nothing()


def test_a_person_may_decline_before_anyone_decided() -> None:
    given(allocation, RECEIVED).when(DeclineSocialPrescribing(referral_id="r1")).then(
        SocialPrescribingDeclined(reason="unknown")
    )


def test_a_referral_nobody_accepted_is_not_closed() -> None:
    given(allocation, RECEIVED).when(CloseReferral(referral_id="r1", reason="goals_met")).refused(
        "not been accepted yet"
    )


def test_a_referral_of_someone_who_died_is_closed_before_anyone_decided() -> None:
    wish = CloseReferral(referral_id="r1", reason="died")
    given(allocation, RECEIVED).when(wish).then(ReferralClosed(reason="died"))
    given(allocation, RECEIVED, ReferralClosed(reason="died")).when(wish).then_nothing()


def test_a_closed_referral_is_not_closed_for_another_reason() -> None:
    given(allocation, *WAITING, CLOSED).when(CloseReferral(referral_id="r1", reason="died")).refused(
        "already, as goals_met"
    )


def test_a_rejected_referral_is_neither_declined_nor_closed_yet_may_be_retracted() -> None:
    given(allocation, RECEIVED, REJECTED).when(DeclineSocialPrescribing(referral_id="r1")).refused("cannot be declined")
    given(allocation, RECEIVED, REJECTED).when(RetractReferral(referral_id="r1", reason="duplicate")).then(
        ReferralRetractedInError(reason="duplicate")
    )


def test_a_reopened_referral_goes_back_to_who_knows_the_person() -> None:
    again = (ReferralReopened(), LinkWorkerAllocated(worker_id="amira", weight=2, reason="continuity"))
    wish = ReopenReferral(referral_id="r1")
    given(allocation, *ENGAGED, CLOSED, reading=DONE_WITH).when(wish).then(*again, writing={AMIRA_ID: (TAKEN,)})
    held_again = {AMIRA_ID: (AMIRA, TAKEN, RELEASED, TAKEN)}
    given(allocation, *ENGAGED, CLOSED, *again, reading=held_again).when(wish).then_nothing()


def test_a_reopened_referral_waits_where_that_link_worker_left_or_never_was() -> None:
    gone = {AMIRA_ID: (AMIRA, TAKEN, RELEASED, LinkWorkerLeft(last_day=date(2026, 2, 1)))}
    back = (ReferralReopened(), ON_THE_LIST)
    given(allocation, *ENGAGED, CLOSED, reading=gone).when(ReopenReferral(referral_id="r1")).then(*back)
    given(allocation, *WAITING, CLOSED).when(ReopenReferral(referral_id="r1")).then(*back)


def test_only_a_closed_referral_is_reopened() -> None:
    given(allocation, *WAITING).when(ReopenReferral(referral_id="r1")).refused("only a closed one")
    retracted = ReferralRetractedInError(reason="duplicate")
    given(allocation, *WAITING, retracted).when(ReopenReferral(referral_id="r1")).refused("only a closed one")


@pytest.mark.parametrize("wish", [ALLOCATE, TO_BEN, ReopenReferral(referral_id="r1")])
def test_nothing_is_allocated_that_nobody_referred(wish: object) -> None:
    given(allocation, reading=FREE).when(wish).refused("no such referral")


def test_a_case_is_weighed_in_both_records_even_where_it_outgrows_what_fits() -> None:
    heavy = WeighCase(referral_id="r1", weight=5, basis=("risk", "interpreter"))
    weighed = ReferralWeighed(weight=5, basis=("risk", "interpreter"))
    grown = CaseWeighted(referral_id="r1", weight=5, before=2, basis=("risk", "interpreter"))
    given(allocation, *ENGAGED, reading=BUSY).when(heavy).then(weighed, writing={AMIRA_ID: (grown,)})
    given(allocation, *ENGAGED, weighed, reading={AMIRA_ID: (AMIRA, TAKEN, grown)}).when(heavy).then_nothing()
    given(allocation, *WAITING).when(heavy).then(weighed)
    given(allocation, *ENGAGED, reading=BUSY).when(replace(heavy, basis=("mood",))).refused("basis")
    given(allocation, RECEIVED).when(heavy).refused("only an open one")


def test_a_link_worker_gets_no_more_new_people_a_week_than_agreed() -> None:
    monday = date(2026, 1, 5)
    one = (replace(AMIRA, max_new_per_week=1), CaseTaken(referral_id="r7", weight=1, taken_on=monday))
    wish = replace(ALLOCATE, on=date(2026, 1, 9))
    given(allocation, *WAITING, reading={AMIRA_ID: one}).when(wish).refused("1 new people this week already")
    given(allocation, *WAITING, reading={AMIRA_ID: one}).when(replace(wish, on=date(2026, 1, 12))).then(
        TO_AMIRA, writing={AMIRA_ID: (replace(TAKEN, taken_on=date(2026, 1, 12)),)}
    )
