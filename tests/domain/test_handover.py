"""A caseload goes to a colleague whole, or stays."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.domain.referrals.referral import (
    LinkWorkerAllocated,
    PlacedOnWaitingList,
    ReferralAccepted,
    ReferralReallocated,
    ReferralReceived,
)
from commonweal.domain.workforce import handover
from commonweal.domain.workforce.caseload import CaseloadTransferred, CaseReleased, CaseTaken
from commonweal.domain.workforce.handover import HandOverCaseload
from commonweal.domain.workforce.link_worker import AbsenceStarted, LinkWorkerEngaged
from tests.given import given

AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan", employer="U35821", fte_percent=100, caseload_limit=10, engaged_on=date(2025, 9, 1)
)
BEN = replace(AMIRA, display_name="Ben Osei", caseload_limit=4)
BEN_ID, ONE, TWO = ("link_worker", "ben"), ("referral", "r1"), ("referral", "r2")
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
HELD: tuple[Any, ...] = (
    RECEIVED,
    ReferralAccepted(),
    PlacedOnWaitingList(priority="1"),
    LinkWorkerAllocated(worker_id="amira", weight=2, reason="practice"),
)
GIVER = (AMIRA, CaseTaken(referral_id="r1", weight=2), CaseTaken(referral_id="r2", weight=2))
READING: dict[tuple[str, str], tuple[Any, ...]] = {BEN_ID: (BEN,), ONE: HELD, TWO: HELD}
WISH = HandOverCaseload(worker_id="ben", referral_ids=("r1", "r2"), reason="leave", notes=("Ring after two", " "))
MOVED = ReferralReallocated(
    worker_id="ben", from_worker_id="amira", weight=2, reason="leave", handover="Ring after two"
)


def released(*cases: str) -> tuple[CaseReleased, ...]:
    return tuple(CaseReleased(referral_id=case, weight=2) for case in cases)


def taken(*cases: str) -> tuple[CaseTaken, ...]:
    return tuple(CaseTaken(referral_id=case, weight=2, from_worker_id="amira") for case in cases)


def test_every_case_goes_with_its_own_note() -> None:
    given(handover, *GIVER, reading=READING).when(WISH).then(
        CaseloadTransferred(worker_id="ben", referral_ids=("r1", "r2"), reason="leave"),
        *released("r1", "r2"),
        writing={BEN_ID: taken("r1", "r2"), ONE: (MOVED,), TWO: (replace(MOVED, handover=None),)},
    )


def test_what_went_already_is_left_alone() -> None:
    there = {**READING, BEN_ID: (BEN, *taken("r1")), ONE: (*HELD, MOVED)}
    given(handover, AMIRA, GIVER[2], reading=there).when(WISH).then(
        CaseloadTransferred(worker_id="ben", referral_ids=("r2",), reason="leave"),
        *released("r2"),
        writing={BEN_ID: taken("r2"), TWO: (replace(MOVED, handover=None),)},
    )
    both = {BEN_ID: (BEN, *taken("r1", "r2")), ONE: (*HELD, MOVED), TWO: (*HELD, MOVED)}
    given(handover, AMIRA, reading=both).when(WISH).then_nothing()


def test_nothing_goes_where_not_everything_fits() -> None:
    full = {**READING, BEN_ID: (BEN, CaseTaken(referral_id="r8", weight=1))}
    given(handover, *GIVER, reading=full).when(WISH).refused("has no room for these: together they weigh 4")
    away = {**READING, BEN_ID: (BEN, AbsenceStarted(kind="leave", started_on=date(2026, 1, 5)))}
    given(handover, *GIVER, reading=away).when(WISH).refused("Ben Osei is away")
    given(handover, *GIVER, reading={ONE: HELD, TWO: HELD}).when(WISH).refused("no such link worker")


def test_only_ones_own_cases_are_handed_over() -> None:
    given(handover, AMIRA, GIVER[1], reading=READING).when(WISH).refused("not all of these are cases of Amira Khan")
    given(handover, reading=READING).when(WISH).refused("no such link worker")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "tired"}, "reason"),
        ({"referral_ids": (), "notes": ()}, "choose 1 to 100"),
        ({"referral_ids": ("r1", "r1")}, "name each case once"),
        ({"notes": ("for one only",)}, "notes"),
    ],
)
def test_a_handover_with_something_wrong_names_it(wrong: dict[str, Any], said: str) -> None:
    given(handover, *GIVER, reading=READING).when(replace(WISH, **wrong)).refused(said)
