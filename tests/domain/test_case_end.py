"""When a case ends, what was open in it ends too: nobody is left waiting for someone who does not come any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain import codes
from commonweal.domain.deadlines import deadlines
from commonweal.domain.directory import connect, connection
from commonweal.domain.measures import measure
from commonweal.domain.people import consent, duplicate, person
from commonweal.domain.plans import plan
from commonweal.domain.plans.plan_goals import GoalAchieved, GoalAgreed
from commonweal.domain.policies import Case, Compare, Forget, Notes, Send, follows
from commonweal.domain.referrals import case_end, referral
from commonweal.domain.tenant import Policies
from commonweal.domain.work import contact, task
from commonweal.domain.workforce.allocation import CloseReferral
from tests.given import given

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()
PLAN = plan.PlanStarted(
    person_id="ottoline",
    referral_id="r1",
    programme="core",
    framework="built_in",
    framework_version=1,
    domains=("home",),
    by="amira",
)
AGREED = (
    plan.PlanAgreedByPerson(agreed_by="person", agreed_on=TODAY, by="amira"),
    plan.PlanActivated(copy_offered="paper"),
)
GOAL = GoalAgreed(
    goal_id="g1",
    person_id="ottoline",
    wording="Go out",
    baseline=3,
    owner="person",
    said_by="person",
    by="amira",
)
OFFER = connection.ConnectionOffered(
    person_id="ottoline",
    referral_id="r1",
    service_id="s1",
    listing_version=1,
    freshness_at_offer="fresh",
    mode="supported",
    by="amira",
)
YES = connection.ConnectionAcceptedByPerson()
SENT = connection.ConnectionSent(
    channel="phone", dataset_version="1", consent_audience="any", consent_given_on=TODAY, by="amira"
)
BOOKED = contact.ContactBooked(
    referral_id="r1",
    person_id="ottoline",
    worker_id="amira",
    kind="follow_up",
    medium="01",
    starts_at=NOW + timedelta(hours=1),
)
CALL = task.TaskCreated(kind="call", due_on=TODAY, referral_id="r1", person_id="ottoline", created_by="amira")
RISK = task.TaskCreated(kind="risk_item", due_on=TODAY, referral_id="r1", source="measure-m1", created_by="reactor")


def planned(point: str) -> measure.MeasureScheduled:
    return measure.MeasureScheduled(
        referral_id="r1", person_id="ottoline", instrument="ons4", instrument_version="1", point=point, due_on=TODAY
    )


BEGUN: tuple[tuple[str, Any], ...] = (
    ("c1", OFFER),
    ("b1", BOOKED),
    ("m1", planned("review")),
    ("p1", PLAN),
    ("t1", CALL),
)
KINDS = {"c1": "connection", "b1": "contact", "m1": "measure", "p1": "plan", "t1": "task"}


def noted(*events: tuple[str, Any]) -> Notes:
    notes = Notes()
    notes.put_case("r1", Case("ottoline", "in support"))
    for identity, event in events:
        notes.note(identity, event)
    return notes


def told(notes: Notes, identity: str, event: Any) -> list[Send | Forget | Compare]:
    """What follows beside what a practice is told."""
    notes.note(identity, event)
    return [each for each in follows(notes, identity, event, NOW) if getattr(each, "policy", "") != "gp_message"]


def ended(how: str, *which: str) -> list[Send]:
    return [Send(f"case_end {KINDS[each]}", each, case_end.command(KINDS[each], how, NOW, "reactor")) for each in which]


@pytest.mark.parametrize(
    ("end", "how"),
    [
        (referral.ReferralClosed(reason="goals_met"), "goals_met"),
        (referral.ReferralClosed(reason="died"), "died"),
        (referral.SocialPrescribingDeclined(reason="not_now"), "declined"),
        (referral.ReferralRetractedInError(reason="wrong_person"), "retracted"),
        (referral.ReferralRejected(reason="01", feedback="a duplicate"), "rejected"),
        (referral.ReferralRedirected(to_organisation="K83001", reason="other"), "redirected"),
        (referral.ReferralWithdrawn(reason="other", by="referrer"), "withdrawn"),
    ],
)
def test_however_a_case_ends_all_that_is_open_in_it_hears_of_it(end: referral.Event, how: str) -> None:
    assert how in codes.CASE_ENDINGS
    assert told(noted(*BEGUN), "r1", end) == ended(how, "c1", "b1", "m1", "p1", "t1")


def test_what_was_over_before_hears_nothing_and_nor_does_another_case() -> None:
    over = (
        ("c1", connection.ConnectionDropped(ended_on=TODAY, reason="cost")),
        ("b1", contact.ContactMissed(attendance="3", reason="unknown")),
        ("m1", measure.MeasureDeclined(reason="burden", declined_on=TODAY)),
        ("p1", plan.PlanSuperseded(person_id="ottoline", programme="core", by_plan_id="p2")),
        ("t1", task.TaskCompleted(completed_by="amira", completed_at=NOW)),
    )
    closed = referral.ReferralClosed(reason="goals_met")
    assert told(noted(*BEGUN, *over), "r1", closed) == []
    assert told(noted(*BEGUN), "r2", closed) == []


def test_what_begins_after_the_end_is_left_alone() -> None:
    notes = noted()
    assert told(notes, "r1", referral.ReferralClosed(reason="goals_met")) == []
    assert told(notes, "t1", CALL) == []


def test_a_death_ends_what_went_on_after_the_case_too() -> None:
    notes = noted(("r1", referral.ReferralClosed(reason="goals_met")), *BEGUN)
    notes.put_case("r2", Case("ottoline", "waiting"))
    notes.note("t2", CALL)
    assert told(notes, "ottoline", person.PersonDied(source="family")) == [
        Send("close_on_death", "r2", CloseReferral(referral_id="r2", reason="died")),
        *ended("died", "c1", "b1", "m1", "p1", "t1"),
        Send("case_end task", "t2", task.CancelTaskWithCase(ending="died")),
    ]


def merged(survivor: str, absorbed: str, here: str) -> duplicate.PersonsMerged:
    return duplicate.PersonsMerged(
        here=here, survivor_id=survivor, absorbed_id=absorbed, evidence="nhs_number", by="amira"
    )


def unmerged(survivor: str, absorbed: str) -> duplicate.PersonsUnmerged:
    return duplicate.PersonsUnmerged(
        here="absorbed", survivor_id=survivor, absorbed_id=absorbed, reason="different_people", by="amira"
    )


CLOSED = Send("close_on_death", "r1", CloseReferral(referral_id="r1", reason="died"))
DIED = person.PersonDied(source="family")


def test_a_death_told_of_one_record_closes_the_cases_of_those_merged_into_it() -> None:
    notes = noted(("ottoline", merged("ada", "ottoline", "absorbed")))
    assert told(notes, "ada", DIED) == [CLOSED]


def test_it_does_not_close_them_once_the_records_are_taken_apart_again() -> None:
    notes = noted(("ottoline", merged("ada", "ottoline", "absorbed")), ("ottoline", unmerged("ada", "ottoline")))
    assert told(notes, "ada", DIED) == []


def test_a_merge_into_the_record_of_someone_who_died_closes_what_was_open() -> None:
    notes = noted(("ada", DIED), ("ada", merged("ada", "ottoline", "survivor")))
    assert told(notes, "ottoline", merged("ada", "ottoline", "absorbed")) == [CLOSED]


def test_a_merge_of_the_living_closes_nothing() -> None:
    assert told(noted(*BEGUN), "ottoline", merged("ada", "ottoline", "absorbed")) == []


def test_a_plan_is_completed_where_it_could_have_been_and_else_ends_early() -> None:
    achieved = GoalAchieved(goal_id="g1", reason="better", by="amira")
    about: dict[str, Any] = {"person_id": "ottoline", "programme": "core", "by": "reactor"}
    early = plan.PlanEndedEarly(reason="goals_met", **about)
    end = plan.EndPlanWithCase(ending="goals_met", by="reactor")
    given(plan, PLAN, GOAL, *AGREED, achieved).when(end).then(plan.PlanCompleted(**about))
    given(plan, PLAN, GOAL, *AGREED).when(end).then(early)
    given(plan, PLAN).when(end).then(early)
    lost = plan.EndPlanWithCase(ending="lost_contact", by="reactor")
    given(plan, PLAN, GOAL, *AGREED, achieved).when(lost).then(plan.PlanEndedEarly(reason="lost_contact", **about))
    given(plan, PLAN, early).when(end).then_nothing()


@pytest.mark.parametrize(
    ("before", "ends_with"),
    [
        ((OFFER,), {"goals_met", "declined", "died"}),
        ((OFFER, YES), {"goals_met", "declined", "died"}),
        ((OFFER, YES, SENT), {"goals_met", "declined", "died"}),
        ((OFFER, YES, SENT, connection.ProviderAccepted()), {"declined", "died"}),
        ((OFFER, YES, SENT, connection.ProviderWaitlisted(est_wait_weeks=4)), {"declined", "died"}),
        ((OFFER, YES, SENT, connection.ConnectionStarted(started_on=TODAY)), {"died"}),
        ((OFFER, YES, SENT, connection.ConnectionStarted(started_on=TODAY), connection.ConnectionCompleted(ended_on=TODAY)), set()),
    ],
)  # fmt: skip
def test_a_connection_goes_on_as_far_as_it_is_the_persons_own(before: tuple[Any, ...], ends_with: set[str]) -> None:
    for how in ("goals_met", "declined", "died"):
        outcome = given(connection, *before).when(connection.EndConnectionWithCase(ending=how, on=TODAY))
        if how not in ends_with:
            outcome.then_nothing()
            continue
        reason = "died" if how == "died" else "case_ended"
        outcome.then(connection.ConnectionDropped(ended_on=TODAY, reason=reason))


def test_a_contact_to_come_is_cancelled_and_one_that_was_due_is_still_to_be_told_of() -> None:
    def end(how: str, at: datetime) -> contact.CancelContactWithCase:
        return contact.CancelContactWithCase(ending=how, at=at)

    by_us = contact.ContactCancelled(attendance="4", reason="02", rebook=False)
    given(contact, BOOKED).when(end("goals_met", NOW)).then(by_us)
    for_them = contact.ContactCancelled(attendance="2", reason="02", rebook=False)
    given(contact, BOOKED).when(end("declined", NOW)).then(for_them)
    given(contact, BOOKED).when(end("goals_met", BOOKED.starts_at)).then_nothing()
    given(contact, BOOKED, by_us).when(end("died", NOW)).then_nothing()


def test_a_task_is_cancelled_unless_somebodys_safety_hangs_on_it() -> None:
    closed, died = (task.CancelTaskWithCase(ending=how) for how in ("goals_met", "died"))
    given(task, CALL).when(closed).then(task.TaskCancelled(reason="case_ended"))
    given(task, RISK).when(closed).then_nothing()
    given(task, RISK).when(died).then(task.TaskCancelled(reason="case_ended"))


def test_a_measure_lapses_unless_it_is_asked_at_the_end_or_later() -> None:
    closed = measure.LapseMeasure(ending="goals_met", on=TODAY)
    lapsed = measure.MeasureLapsed(ending="goals_met", lapsed_on=TODAY)
    for point in ("baseline", "review"):
        given(measure, planned(point)).when(closed).then(lapsed)
    for point in ("end", "3m", "6m", "12m"):
        given(measure, planned(point)).when(closed).then_nothing()
        for how in ("died", "declined"):
            told_ = measure.MeasureLapsed(ending=how, lapsed_on=TODAY)
            given(measure, planned(point)).when(measure.LapseMeasure(ending=how, on=TODAY)).then(told_)
    given(measure, planned("review"), lapsed).when(measure.OfferMeasure(on=TODAY)).refused("is lapsed")
    assert [each.due_at for each in deadlines(Policies(), "m1", lapsed)] == [None]


def test_each_ending_is_one_that_every_part_of_a_case_understands() -> None:
    for how in codes.CASE_ENDINGS:
        assert given(task, CALL).when(case_end.command("task", how, NOW, "reactor")).events[0]
        assert given(measure, planned("review")).when(case_end.command("measure", how, NOW, "reactor")).events[0]
        assert given(connection, OFFER).when(case_end.command("connection", how, NOW, "reactor")).events[0]
        assert given(contact, BOOKED).when(case_end.command("contact", how, NOW, "reactor")).events[0]
        assert given(plan, PLAN).when(case_end.command("plan", how, NOW, "reactor")).events[0]


def test_a_link_answers_nothing_once_the_case_is_over() -> None:
    by_link = connection.ConnectionSent(
        channel="secure_link",
        dataset_version="1",
        consent_audience="any",
        consent_given_on=TODAY,
        link_id="l1",
        link_expires_on=TODAY + timedelta(days=14),
        by="amira",
    )
    agreed = consent.ConsentGiven(
        scope="share_vcfse",
        audience="any",
        method="verbal",
        wording_version="1",
        given_by="person",
        given_on=TODAY,
    )
    yes = connect.AnswerByLink(link_id="l1", answer="accept", on=TODAY)
    with_consent = {("consent", "ottoline"): (agreed,)}
    given(connect, OFFER, YES, by_link, reading=with_consent).when(yes).then(connection.ProviderAccepted(link_id="l1"))
    end = connection.EndConnectionWithCase(ending="lost_contact", on=TODAY)
    over = given(connection, OFFER, YES, by_link).when(end).events[0]
    given(connect, OFFER, YES, by_link, *over, reading=with_consent).when(yes).refused("it has begun or ended")
