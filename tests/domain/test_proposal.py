"""Whom a link worker is proposed for, and what they say to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.domain.directory import answer
from commonweal.domain.directory.answer import AcceptAllocation, RefuseAllocation
from commonweal.domain.people.person import PersonRegistered
from commonweal.domain.referrals.referral import (
    LinkWorkerAllocated,
    LinkWorkerDeallocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralClosed,
    ReferralReceived,
    ReferralWeighed,
)
from commonweal.domain.workforce import allocation, propose
from commonweal.domain.workforce.allocation import AllocateLinkWorker, CloseReferral
from commonweal.domain.workforce.allocation_rule import AllocationRuleChanged
from commonweal.domain.workforce.caseload import CaseTaken
from commonweal.domain.workforce.link_worker import AbsenceStarted, LinkWorkerEngaged
from commonweal.domain.workforce.proposal import AllocationAccepted, AllocationProposed, AllocationRefused
from commonweal.domain.workforce.propose import ProposeAllocation
from tests.given import given

DAY = date(2026, 1, 6)
RECEIVED = ReferralReceived(
    person_id="ottoline",
    source="01",
    source_org="K83001",
    source_reference="EMIS-77",
    setting="gp",
    priority="1",
    reasons=("loneliness",),
    referrer_role="gp",
    practice="K83001",
    received_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
)
WAITING: tuple[Any, ...] = (RECEIVED, ReferralAccepted(), PlacedOnWaitingList(priority="1"))
AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan",
    employer="U35821",
    host_practices=("K83001",),
    fte_percent=100,
    languages=("en", "so"),
    caseload_limit=10,
    engaged_on=date(2025, 9, 1),
)
SOMALI = PersonRegistered(
    name="Ottoline", nhs_number_status="07", language="so", stated_gender="2", ethnic_category="N"
)
AMIRA_ID, RULE_ID = ("link_worker", "amira"), ("allocation_rule", "allocation")
READING: dict[tuple[str, str], tuple[Any, ...]] = {AMIRA_ID: (AMIRA,), ("person", "ottoline"): (SOMALI,)}
PROPOSE = ProposeAllocation(referral_id="r1", worker_id="amira")
PROPOSED = AllocationProposed(
    worker_id="amira", rule_version=0, practice=30, language=25, continuity=0, load=20, gender_preference=5
)
ACCEPT = AcceptAllocation(link_worker_id="amira", referral_id="r1", on=DAY)
REFUSE = RefuseAllocation(link_worker_id="amira", referral_id="r1", reason="conflict")
REFUSED = AllocationRefused(worker_id="amira", reason="conflict")
CASE = ("referral", "r1")


def test_the_record_says_why_somebody_was_proposed() -> None:
    given(propose, *WAITING, reading=READING).when(PROPOSE).then(PROPOSED)
    given(propose, *WAITING, PROPOSED, reading=READING).when(PROPOSE).then_nothing()
    own = AllocationRuleChanged(version=4, practice=10, language=0, continuity=0, load=10, gender_preference=0)
    half = (AMIRA, CaseTaken(referral_id="r8", weight=5))
    given(propose, *WAITING, reading={**READING, RULE_ID: (own,), AMIRA_ID: half}).when(PROPOSE).then(
        replace(PROPOSED, rule_version=4, practice=10, language=0, load=5, gender_preference=0)
    )


def test_only_somebody_who_waits_is_proposed_to_somebody_with_room() -> None:
    given(propose, reading=READING).when(PROPOSE).refused("no such referral")
    given(propose, RECEIVED, reading=READING).when(PROPOSE).refused("nobody can be proposed")
    full = (AMIRA, CaseTaken(referral_id="r8", weight=5), CaseTaken(referral_id="r9", weight=5))
    given(propose, *WAITING, reading={**READING, AMIRA_ID: full}).when(PROPOSE).refused("has no room")
    ill = (AMIRA, AbsenceStarted(kind="sickness", started_on=DAY))
    given(propose, *WAITING, reading={**READING, AMIRA_ID: ill}).when(PROPOSE).refused("is away")
    given(propose, *WAITING).when(PROPOSE).refused("no such link worker")


def test_accepting_gives_the_case_its_weight_and_its_worker() -> None:
    heavy = (*WAITING, ReferralWeighed(weight=3), PROPOSED)
    accepted = (AllocationAccepted(worker_id="amira"), LinkWorkerAllocated(worker_id="amira", weight=3, reason="rule"))
    taken = CaseTaken(referral_id="r1", weight=3, taken_on=DAY)
    given(answer, AMIRA, reading={CASE: heavy}).when(ACCEPT).then(taken, writing={CASE: accepted})
    given(answer, AMIRA, taken, reading={CASE: (*heavy, *accepted)}).when(ACCEPT).then_nothing()


def test_a_refusal_leaves_the_person_waiting_for_somebody_else() -> None:
    given(answer, AMIRA, reading={CASE: (*WAITING, PROPOSED)}).when(REFUSE).then(writing={CASE: (REFUSED,)})
    given(answer, AMIRA, reading={CASE: (*WAITING, PROPOSED, REFUSED)}).when(REFUSE).then_nothing()
    given(answer, AMIRA, reading={CASE: (*WAITING, PROPOSED, REFUSED)}).when(ACCEPT).refused("not proposed to you")
    given(answer, AMIRA, reading={CASE: (*WAITING, PROPOSED)}).when(replace(REFUSE, reason="bored")).refused("reason")


def test_somebody_can_be_asked_again_after_they_refused() -> None:
    given(propose, *WAITING, PROPOSED, REFUSED, reading=READING).when(PROPOSE).then(PROPOSED)


@pytest.mark.parametrize("wish", [ACCEPT, REFUSE])
@pytest.mark.parametrize(
    "since",
    [
        (replace(PROPOSED, worker_id="ben"),),
        (
            LinkWorkerAllocated(worker_id="ben", weight=1, reason="practice"),
            LinkWorkerDeallocated(worker_id="ben", reason="absence"),
        ),
        (ReferralClosed(reason="time_limit"),),
    ],
    ids=["another was asked", "another had it", "it was closed"],
)
def test_a_proposal_that_something_came_between_is_over(wish: Any, since: tuple[Any, ...]) -> None:
    given(answer, AMIRA, reading={CASE: (*WAITING, PROPOSED, *since)}).when(wish).refused(
        "not proposed to you any more"
    )


def test_a_case_can_be_allocated_or_closed_while_it_is_proposed() -> None:
    taken = {AMIRA_ID: (CaseTaken(referral_id="r1", weight=1),)}
    wish = AllocateLinkWorker(referral_id="r1", worker_id="amira", reason="practice")
    given(allocation, *WAITING, PROPOSED, reading={AMIRA_ID: (AMIRA,)}).when(wish).then(
        LinkWorkerAllocated(worker_id="amira", weight=1, reason="practice"), writing=taken
    )
    given(allocation, *WAITING, PROPOSED).when(CloseReferral(referral_id="r1", reason="time_limit")).then(
        ReferralClosed(reason="time_limit")
    )
