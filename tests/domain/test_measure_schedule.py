"""An ICS says once what it asks of everyone; the start and the end of a case bring it about."""

from datetime import UTC, date, datetime

import pytest

from commonweal.domain import policies, tenant
from commonweal.domain.measures import measure_schedule
from commonweal.domain.measures.measure import RiskItemTriggered
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.message import Refused
from commonweal.domain.policies import Notes, Send
from commonweal.domain.referrals import referral
from commonweal.domain.work.task import CreateTask

SCHEDULE = tenant.Policies(measures=("ons4:baseline:7", "swemwbs:review:42", "ons4:end:0", "ons4:3m:90"))
HELD = referral.FirstContactMade(worker_id="amira", medium="01", held_at=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))


def told(event: object) -> tuple[object, ...]:
    return policies.follows(Notes(policies=SCHEDULE), "r1", event, HELD.held_at)


def asked(instrument: str, point: str, due_on: date, on: date) -> Send:
    wish = ScheduleMeasure(referral_id="r1", instrument=instrument, point=point, due_on=due_on, on=on)
    return Send("measure_schedule", f"r1.{instrument}.{point}.{due_on:%Y%m%d}", wish)


def test_the_first_contact_plans_what_is_asked_at_the_start_and_on_the_way() -> None:
    on = date(2026, 3, 2)
    assert told(HELD) == (
        asked("ons4", "baseline", date(2026, 3, 9), on),
        asked("swemwbs", "review", date(2026, 4, 13), on),
    )


def test_the_end_plans_what_is_asked_then_and_later() -> None:
    closed = referral.ReferralClosed(reason="goals_met", closed_on=date(2026, 6, 1))
    assert told(closed) == (
        asked("ons4", "end", date(2026, 6, 1), date(2026, 6, 1)),
        asked("ons4", "3m", date(2026, 8, 30), date(2026, 6, 1)),
    )


def test_nobody_is_asked_who_has_died_or_whose_end_has_no_day() -> None:
    assert told(referral.ReferralClosed(reason="died", closed_on=date(2026, 6, 1))) == ()
    assert told(referral.ReferralClosed(reason="goals_met")) == ()


def test_an_ics_without_a_schedule_asks_nobody_by_itself() -> None:
    assert policies.follows(Notes(), "r1", HELD, HELD.held_at) == ()


def test_an_answer_that_tells_of_danger_makes_a_task_for_the_same_day() -> None:
    event = RiskItemTriggered(
        referral_id="r1",
        person_id="ottoline",
        worker_id="amira",
        instrument="phq9",
        item="better_off_dead",
        value=2,
        triggered_on=date(2026, 3, 3),
    )
    task = CreateTask(
        kind="risk_item", due_on=date(2026, 3, 3), referral_id="r1", source="measure-m1", by="reactor"
    )  # fmt: skip
    assert policies.follows(Notes(), "m1", event, HELD.held_at) == (Send("risk_item", "measure-m1", task),)


@pytest.mark.parametrize(
    "text", ["", "ons4", "ons4:baseline", "ons4:baseline:soon", "ons4:baseline:501", "x:baseline:1"]
)
def test_a_line_that_says_something_else_is_refused_where_it_is_written(text: str) -> None:
    with pytest.raises(Refused):
        measure_schedule.line(text)
    assert list(measure_schedule.due((text,), date(2026, 3, 2), start=True)) == [], (
        "and asks for nothing where it is read"
    )
