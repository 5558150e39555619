"""A form says what it is about: the goal, the task, the service, the contact or the questionnaire, above the first question."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from commonweal.console.wording import in_london, long_date
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.plans.plan_actions import AddAction
from commonweal.domain.plans.plan_goals import AgreeGoal
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.plans.plan_words import RecordStrength
from commonweal.domain.referrals import referral
from commonweal.domain.work.contact_booking import BookContact
from commonweal.domain.work.task import CreateTask
from tests.journeys.asking import Someone
from tests.near import BY, listed, offered, organisation
from tests.story import agreed, allocated, engaged, referred, registered
from tests.web import Web

NOW = datetime.now(UTC)
TODAY = NOW.date()
SOON = NOW + timedelta(days=1)


@pytest.fixture(scope="module")
def desk(web: Web) -> Iterator[Someone]:
    """Wren's desk: one person with a plan, a task, a connection, a contact and a questionnaire that is due."""
    web.given("QPM", "w-wren", engaged("Wren Hale", caseload_limit=40, engaged_on=TODAY))
    web.given("QPM", "p-finch", registered("Fay Finch"))
    web.given("QPM", "p-finch", agreed())
    web.given("QPM", "r-finch", referred("p-finch", "x", received_at=NOW - timedelta(days=10)))
    web.given("QPM", "r-finch", referral.AcceptReferral())
    web.given("QPM", "r-finch", allocated("r-finch", "w-wren"))
    held = referral.RecordFirstContact(medium="01", held_at=NOW - timedelta(days=5))
    web.given("QPM", "r-finch", held)
    web.given("QPM", "plan-1", StartPlan(plan_id="plan-1", referral_id="r-finch", by=BY))
    web.given("QPM", "plan-1", AgreeGoal(goal_id="g-1", wording="To walk to the shop & back", baseline=3, by=BY))
    web.given("QPM", "plan-1", AgreeGoal(goal_id="g-2", wording="To sleep", baseline=3, by=BY))
    web.given("QPM", "plan-1", AddAction(action_id="a-1", what="Ring the bus company", who="person", by=BY))
    web.given("QPM", "plan-1", RecordStrength(clause_id="c-1", text="Knows every bird", kind="skill", by=BY))
    told: dict[str, Any] = {"referral_id": "r-finch", "due_on": TODAY, "by": BY}
    web.given("QPM", "t-1", CreateTask(kind="call", words="Ask about the lift", **told))
    web.given("QPM", "t-2", CreateTask(kind="safeguarding", source="safeguarding-s-1", **told))
    web.given("QPM", "o-1", organisation())
    for command in listed("Friday gardeners", TODAY):
        web.given("QPM", "garden", command)
    web.given("QPM", "n-1", offered("r-finch", "garden", on=TODAY))
    booked = BookContact(
        referral_id="r-finch", person_id="p-finch", kind="initial", medium="01", starts_at=SOON, at=NOW, worker_id="w-wren"
    )  # fmt: skip
    web.given("QPM", "k-1", booked)
    due = ScheduleMeasure(referral_id="r-finch", instrument="ons4", point="review", due_on=TODAY, on=TODAY)
    web.given("QPM", "m-1", due)
    someone = Someone(web, "acted-on-wren", ("link_worker", "link_worker:w-wren"))
    yield someone
    someone.client.close()


def above_the_first_question(page: str) -> str:
    """What stands first in the form; nothing where it begins with a question."""
    form = page.partition('class="cw-form__asked"')[2]
    found = re.search(r'<p class="cw-words"><strong>([^<]*)</strong></p>', form)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("rate-goal/plan-1?goal_id=g-1", "To walk to the shop & back"),
        ("end-goal/plan-1?goal_id=g-2", "To sleep"),
        ("complete-action/plan-1?action_id=a-1", "Ring the bus company"),
        ("remove-plan-line/plan-1?clause_id=c-1", "Knows every bird"),
        ("need-unmet/plan-1?need=loneliness&identified_by=person", "Loneliness or isolation"),
        ("agree-goal/plan-1", ""),
        ("complete-task/t-1", "Call the person: Ask about the lift"),
        ("reassign-task/t-1", "Call the person: Ask about the lift"),
        ("accept-connection/n-1", "Friday gardeners"),
        ("decline-connection/n-1", "Friday gardeners"),
        ("cancel-contact/k-1", "First conversation, {booked}"),
        ("decline-measure/m-1", "ONS personal wellbeing (ONS4), on the way"),
    ],
)
def test_a_form_names_what_it_acts_on(desk: Someone, form: str, said: str) -> None:
    booked = f"{long_date(in_london(SOON).date())}, {in_london(SOON):%H:%M}"
    assert above_the_first_question(desk.get(f"/do/{form}")) == said.format(booked=booked)


def test_it_is_named_again_when_the_form_comes_back(desk: Someone) -> None:
    page = desk.post("/do/rate-goal/plan-1?goal_id=g-1", status=422)
    assert above_the_first_question(page) == "To walk to the shop & back"


def test_a_task_about_safeguarding_is_named_only_to_who_sees_such_tasks(desk: Someone) -> None:
    assert above_the_first_question(desk.get("/do/cancel-task/t-2")) == ""
    lead = Someone(desk.web, "acted-on-lead", ("team_lead", "tenant"))
    assert above_the_first_question(lead.get("/do/cancel-task/t-2")).startswith("Safeguarding")
    lead.client.close()
