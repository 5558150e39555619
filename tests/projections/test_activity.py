"""Activity: appointments, people referred and people with a plan are three counts, and stay so."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain.plans import (
    plan_actions,
    plan_agreement,
    plan_goals,
    plan_review,
    plan_start,
    plan_words,
)
from commonweal.domain.referrals import referral
from commonweal.domain.work.contact_held import RecordContact
from commonweal.domain.workforce import allocation
from commonweal.runtime.installation import Installation
from projections import activity
from tests.projections.every_room import same_rows
from tests.projections.scene import Grants, Scene, scene
from tests.story import RECEIVED, agreed, allocated, configured, engaged, referred, registered

ANALYST: Grants = (("analyst", "tenant"),)
ACTIVITY = """query($until: Date, $months: Int! = 3) { activity(until: $until, months: $months) {
    suppressed position rows { month appointments peopleReferred peopleWithPlan } } }"""
APRIL = datetime(2026, 4, 2, 9, tzinfo=RECEIVED.tzinfo)


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """Ten people, one of them referred twice, and one by mistake; eight were spoken with twice in April."""
    with scene(servers, activity.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("amber", engaged("Nene Amber"))
        people = range(11)
        made.do_all({f"p{n}": registered(f"Finch {n}") for n in people})
        made.do_all({f"p{n}": agreed() for n in people})
        made.do_all({f"r{n}": referred(f"p{n}", f"x{n}", practice="K83001") for n in people})
        made.do("again", referred("p1", "x-again"))
        made.do("r10", allocation.RetractReferral(referral_id="r10", reason="wrong_person"))
        made.do_all({f"r{n}": referral.AcceptReferral() for n in range(8)})
        for n in range(8):
            made.do(f"r{n}", allocated(f"r{n}", "amber"))
        made.do_all({f"c{n}": _held(n, "initial", APRIL) for n in range(8)})
        made.do_all({f"d{n}": _held(n, "follow_up", APRIL + timedelta(days=1)) for n in range(8)})
        made.catch_up()
        yield made


def _held(number: int, kind: str, when: datetime) -> RecordContact:
    return RecordContact(
        referral_id=f"r{number}",
        person_id=f"p{number}",
        kind=kind,
        medium="01",
        held_at=when,
        duration_min=30,
        at=when + timedelta(days=1),
    )


def months(made: Scene, grants: Grants = ANALYST, **asked: Any) -> dict[str, tuple[int | None, ...]]:
    rows = made.ask(ACTIVITY, grants, **{"until": "2026-04-30", **asked})["activity"]["rows"]
    return {row.pop("month"): tuple(row.values()) for row in rows}


def test_a_month_has_three_counts_that_never_add_up(story: Scene) -> None:
    assert months(story) == {"2026-04-01": (15, 0, 0), "2026-03-01": (0, 10, 0), "2026-02-01": (0, 0, 0)}


def test_a_first_contact_told_by_its_referral_too_is_one_appointment(story: Scene) -> None:
    rows = story.rows()["activity_v1_contact"]
    assert len(rows) == 24
    assert sum(told for *_, told in rows) == 8


def test_few_are_held_back(story: Scene) -> None:
    found = story.ask(ACTIVITY, (("pcn_manager", "pcn:U22222"),), until="2026-04-30")["activity"]
    assert [tuple(row.values())[1:] for row in found["rows"]] == [(0, 0, 0)] * 3
    assert found["suppressed"] == 0


@pytest.mark.parametrize("wrong", [0, 61])
def test_a_span_that_cannot_be_is_refused(story: Scene, wrong: int) -> None:
    _, errors = story.answer(ACTIVITY, ANALYST, months=wrong)
    assert errors[0]["extensions"]["code"] == "REFUSED"


def test_who_may_not_see_it_does_not(story: Scene) -> None:
    _, errors = story.answer(ACTIVITY, (("hospital", "trust:RP1"),))
    assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_two_icss_do_not_count_each_other(story: Scene) -> None:
    assert set(months(story, ods="QMF").values()) == {(0, 0, 0)}


def test_in_one_batch_one_by_one_or_built_at_once_the_rows_are_the_same(
    story: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    same_rows(story, monkeypatch, empty=("activity_v1_plan",))


def test_a_person_with_a_plan_counts_from_the_day_it_is_agreed(servers: Installation) -> None:
    with scene(servers, activity.READ_MODEL) as made:
        made.do("QPM", configured("QPM", "Nene"))
        made.do("amber", engaged("Nene Amber"))
        for n in range(9):
            made.do(f"p{n}", registered(f"Finch {n}"), agreed())
            spoken = referral.RecordFirstContact(medium="02", held_at=RECEIVED + timedelta(days=2))
            made.do(f"r{n}", referred(f"p{n}", f"x{n}"), referral.AcceptReferral(), allocated(f"r{n}", "amber"), spoken)
            made.do(f"l{n}", *_plan(n), *([_agreement(n)] if n < 8 else []))
        made.catch_up()
        assert months(made, months=2) == {"2026-04-01": (0, 0, 10), "2026-03-01": (10, 10, 0)}


def _plan(number: int) -> tuple[object, ...]:
    return (
        plan_start.StartPlan(plan_id=f"l{number}", referral_id=f"r{number}", by="wren"),
        plan_words.RecordWhatMatters(clause_id="w", statement="To sing again", by="wren"),
        plan_goals.AgreeGoal(goal_id="g", wording="Join a choir", baseline=2, by="wren"),
        plan_actions.AddAction(action_id="a", goal_id="g", what="Ring the choir", by="wren"),
        plan_review.SchedulePlanReview(due_on=date(2026, 6, 1), on=APRIL.date()),
    )


def _agreement(number: int) -> plan_agreement.RecordPlanAgreement:
    day = APRIL.date()
    return plan_agreement.RecordPlanAgreement(
        plan_id=f"l{number}", agreed_on=day, copy_offered="paper", on=day, by="wren"
    )
