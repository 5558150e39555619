"""A plan from the first word to its end, as the person's own."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commonweal.domain import tenant
from commonweal.domain.deadlines import deadlines, when_due
from commonweal.domain.message import ERASED, Claim
from commonweal.domain.people.consent import ConsentGiven, ConsentWithdrawn
from commonweal.domain.plans import plan, plan_agreement, plan_share, plan_start
from commonweal.domain.plans.framework import OURS, FrameworkPublished, FrameworkRetired
from commonweal.domain.plans.plan import (
    CompletePlan,
    EndPlanEarly,
    PlanCompleted,
    PlanEndedEarly,
    PlanStarted,
    PlanSuperseded,
)
from commonweal.domain.plans.plan_actions import (
    ActionAdded,
    ActionCancelled,
    ActionChanged,
    ActionCompleted,
    ActionMissed,
    AddAction,
    CancelAction,
    ChangeAction,
    CompleteAction,
    MissAction,
)
from commonweal.domain.plans.plan_agreement import RecordPlanAgreement
from commonweal.domain.plans.plan_diff import diff
from commonweal.domain.plans.plan_gains import (
    AdviceGainConfirmed,
    AdviceGainRecorded,
    ConfirmAdviceGain,
    RecordAdviceGain,
)
from commonweal.domain.plans.plan_goals import (
    AgreeGoal,
    EndGoal,
    GoalAbandoned,
    GoalAchieved,
    GoalAgreed,
    GoalPartlyAchieved,
    GoalProgressRated,
    GoalRevised,
    RateGoal,
    ReviseGoal,
)
from commonweal.domain.plans.plan_needs import (
    IdentifyNeed,
    MarkNeedUnmet,
    NeedIdentified,
    NeedResolved,
    NeedUnmet,
    ResolveNeed,
)
from commonweal.domain.plans.plan_proposals import (
    ApprovePlanChange,
    PlanChangeApproved,
    PlanChangeProposed,
    ProposePlanChange,
    RejectPlanChange,
)
from commonweal.domain.plans.plan_review import (
    FinishPlanReview,
    FlagPlanReviewMissed,
    PlanReviewMissed,
    PlanReviewScheduled,
    PlanReviewStarted,
    PlanRevised,
    SchedulePlanReview,
    StartPlanReview,
)
from commonweal.domain.plans.plan_share import SharePlan
from commonweal.domain.plans.plan_sharing import PlanSharedWith, PlanSharingStopped, StopSharingPlan
from commonweal.domain.plans.plan_start import StartPlan
from commonweal.domain.plans.plan_words import (
    PlanClauseRemoved,
    RecordStrength,
    RecordWhatMatters,
    RemovePlanClause,
    RewordWhatMatters,
    StrengthRecorded,
    WhatMattersRecorded,
    WhatMattersReworded,
)
from commonweal.domain.referrals.referral import ReferralClosed, SupportStarted
from tests.domain.test_referral import ALLOCATED, CONTACT
from tests.given import given, state_of

BY = "wren"
ON = date(2026, 2, 2)
REVIEW_ON = date(2026, 3, 16)
ENGAGED = (*ALLOCATED, CONTACT)
CASE = {("referral", "r1"): ENGAGED}
STARTED = PlanStarted(
    person_id="ottoline",
    referral_id="r1",
    programme="core",
    framework="what_matters",
    framework_version=1,
    domains=OURS.domains,
    by=BY,
)
MATTERS = WhatMattersRecorded(
    clause_id="c1", person_id="ottoline", statement="My garden", domain="home", said_by="person", by=BY
)
GOAL = GoalAgreed(
    goal_id="g1",
    person_id="ottoline",
    wording="Walk to the allotment",
    baseline=3,
    owner="person",
    said_by="person",
    by=BY,
)
ACTION = ActionAdded(action_id="a1", person_id="ottoline", goal_id="g1", what="Ring the society", who="worker", by=BY)
SCHEDULED = PlanReviewScheduled(due_on=REVIEW_ON)
WRITTEN = (STARTED, MATTERS, GOAL, ACTION, SCHEDULED)
AGREED = plan.PlanAgreedByPerson(agreed_by="person", agreed_on=ON, by=BY)
ACTIVE = (*WRITTEN, AGREED, plan.PlanActivated(copy_offered="paper"))
RATED = GoalProgressRated(goal_id="g1", rating=6, rated_by="person", rated_on=ON, by=BY)
REVIEW = PlanReviewStarted(trigger="due", started_on=REVIEW_ON, by=BY)
START = StartPlan(plan_id="l1", referral_id="r1", by=BY)
AGREE = RecordPlanAgreement(plan_id="l1", agreed_on=ON, copy_offered="paper", on=ON, by=BY)
RATE = RateGoal(goal_id="g1", rating=6, rated_on=ON, on=ON, by=BY)


def test_a_plan_is_started_in_the_words_of_our_framework_once_they_have_met() -> None:
    given(plan_start, reading=CASE).when(START).then(STARTED)
    given(plan_start, STARTED, reading=CASE).when(START).then_nothing()
    given(plan_start, reading={("referral", "r1"): ALLOCATED}).when(START).refused(
        "begun once the link worker and the person"
    )
    given(plan_start, STARTED, reading=CASE).when(replace(START, referral_id="r2")).refused("started already")


def test_a_framework_of_their_own_is_kept_as_it_was_when_the_plan_began() -> None:
    own = FrameworkPublished(version=4, name="Nene", domains=("kin|My kin|people",))
    wish = replace(START, framework="nene")
    begun = replace(STARTED, framework="nene", framework_version=4, domains=own.domains)
    given(plan_start, reading={**CASE, ("framework", "nene"): (own,)}).when(wish).then(begun)
    given(plan_start, reading=CASE).when(wish).refused("framework is not one that was published")
    retired = {**CASE, ("framework", "nene"): (own, FrameworkRetired())}
    given(plan_start, reading=retired).when(wish).refused("framework is not used")


def test_somebody_has_one_open_plan_in_a_programme() -> None:
    (taken,) = plan.claims(STARTED)
    assert taken == Claim(kind="open_plan", value="ottoline|core")
    ended: Any
    for ended in (
        PlanCompleted(person_id="ottoline", programme="core", by=BY),
        PlanEndedEarly(person_id="ottoline", programme="core", reason="died", by=BY),
        PlanSuperseded(person_id="ottoline", programme="core", by_plan_id="l2"),
    ):
        assert plan.claims(ended) == (replace(taken, release=True),)
    assert plan.claims(MATTERS) == ()


def test_another_plan_takes_the_place_of_the_open_one() -> None:
    wish = replace(START, plan_id="l2", supersedes="l1")
    gone = PlanSuperseded(person_id="ottoline", programme="core", by_plan_id="l2")
    reading = {**CASE, ("plan", "l1"): ACTIVE}
    given(plan_start, reading=reading).when(wish).then(STARTED, writing={("plan", "l1"): (gone,)})
    theirs = {**CASE, ("plan", "l1"): (replace(STARTED, person_id="ada"),)}
    given(plan_start, reading=theirs).when(wish).refused("supersedes is not a plan of this person")
    over = {
        **CASE,
        ("plan", "l1"): (*ACTIVE, PlanEndedEarly(person_id="ottoline", programme="core", reason="died", by=BY)),
    }
    given(plan_start, reading=over).when(wish).then(STARTED)


def test_what_matters_is_said_reworded_and_taken_out_with_whose_words_they_are() -> None:
    say = RecordWhatMatters(clause_id="c1", statement=" My garden ", domain="home", by=BY)
    given(plan, STARTED).when(say).then(MATTERS)
    given(plan, STARTED, MATTERS).when(say).then_nothing()
    given(plan, STARTED, MATTERS).when(replace(say, statement="My dog")).refused("clause_id is that of another line")
    again = RewordWhatMatters(clause_id="c1", statement="My beans", said_by="representative", by="sam")
    reworded = WhatMattersReworded(clause_id="c1", statement="My beans", said_by="representative", by="sam")
    given(plan, STARTED, MATTERS).when(again).then(reworded)
    given(plan, STARTED).when(again).refused("no such line")
    given(plan, STARTED).when(replace(say, domain="garden")).refused("domain must be one of")
    given(plan, STARTED).when(replace(say, statement=" ")).refused("statement is missing")
    out = RemovePlanClause(clause_id="c1", reason="person_asked", by=BY)
    given(plan, STARTED, MATTERS).when(out).then(PlanClauseRemoved(clause_id="c1", reason="person_asked", by=BY))
    given(plan, STARTED).when(out).then_nothing()


def test_what_an_erased_person_said_can_be_compared_and_is_not_repeated() -> None:
    erased = replace(MATTERS, statement=ERASED)
    state = state_of(plan, STARTED, erased)
    (change,) = diff(state_of(plan, STARTED), state)
    assert (change.what, change.after) == ("added", None)


def test_a_plan_has_a_hundred_lines_of_a_kind_at_most() -> None:
    many = [replace(MATTERS, clause_id=f"m{number}") for number in range(100)]
    say = RecordWhatMatters(clause_id="c1", statement="One more", by=BY)
    given(plan, STARTED, *many).when(say).refused("100 lines")
    given(plan, STARTED, *many[1:]).when(say).then(replace(MATTERS, statement="One more", domain=None))


def test_strengths_are_of_a_kind() -> None:
    say = RecordStrength(clause_id="s1", text="Bakes", kind="skill", by=BY)
    given(plan, STARTED).when(say).then(
        StrengthRecorded(clause_id="s1", person_id="ottoline", text="Bakes", kind="skill", said_by="person", by=BY)
    )
    given(plan, STARTED).when(replace(say, kind="hobby")).refused("kind must be one of")


def test_each_who_sees_a_need_has_their_own_say() -> None:
    theirs = NeedIdentified(need="money", identified_by="person", severity=3, by=BY)
    ours = IdentifyNeed(need="money", identified_by="link_worker", severity=1, by=BY)
    found = NeedIdentified(need="money", identified_by="link_worker", severity=1, by=BY)
    given(plan, STARTED, theirs).when(ours).then(found)
    given(plan, STARTED, theirs, found).when(ours).then_nothing()
    given(plan, STARTED, theirs, found).when(replace(ours, severity=2)).then(replace(found, severity=2))
    given(plan, STARTED).when(replace(ours, severity=4)).refused("severity must be 1 to 3")
    met = ResolveNeed(need="money", identified_by="person", by=BY)
    given(plan, STARTED, theirs).when(met).then(NeedResolved(need="money", identified_by="person", by=BY))
    given(plan, STARTED, found).when(met).refused("need is not among those in this plan")
    unmet = MarkNeedUnmet(need="money", identified_by="person", reason="no_service", by=BY)
    fact = NeedUnmet(need="money", identified_by="person", reason="no_service", by=BY)
    given(plan, STARTED, theirs).when(unmet).then(fact)
    given(plan, STARTED, theirs, fact).when(unmet).then_nothing()
    reopened = state_of(plan, STARTED, theirs, fact, theirs)
    assert reopened.needs["money", "person"].outcome is None


def test_a_goal_is_agreed_revised_and_rated_from_nought_to_ten() -> None:
    agree = AgreeGoal(goal_id="g1", wording="Walk to the allotment", baseline=3, by=BY)
    given(plan, STARTED).when(agree).then(GOAL)
    given(plan, STARTED, GOAL).when(agree).then_nothing()
    given(plan, STARTED).when(replace(agree, baseline=11)).refused("baseline must be 0 to 10")
    given(plan, STARTED).when(replace(agree, owner="neighbour")).refused("owner must be one of")
    revise = ReviseGoal(goal_id="g1", wording="Walk to the allotment and back", by=BY)
    revised = GoalRevised(
        goal_id="g1", wording="Walk to the allotment and back", owner="person", said_by="person", by=BY
    )
    given(plan, STARTED, GOAL).when(revise).then(revised)
    given(plan, STARTED, GOAL, revised).when(revise).then_nothing()
    given(plan, STARTED, GOAL).when(RATE).then(RATED)
    given(plan, STARTED, GOAL, RATED).when(RATE).then_nothing()
    given(plan, STARTED, GOAL).when(replace(RATE, rating=11)).refused("rating must be 0 to 10")
    given(plan, STARTED, GOAL).when(replace(RATE, rated_on=ON + timedelta(days=1))).refused(
        "rated_on lies in the future"
    )
    given(plan, STARTED).when(RATE).refused("goal_id is that of no goal")


def test_a_rating_is_no_older_than_its_goal() -> None:
    agree = AgreeGoal(goal_id="g1", wording="Walk to the allotment", baseline=3, on=ON, by=BY)
    agreed = replace(GOAL, agreed_on=ON)
    given(plan, STARTED).when(agree).then(agreed)
    given(plan, STARTED, agreed).when(replace(agree, on=ON + timedelta(days=1))).then_nothing()
    given(plan, STARTED, agreed).when(RATE).then(RATED)
    before = replace(RATE, rated_on=ON - timedelta(days=1))
    given(plan, STARTED, agreed).when(before).refused("rated_on lies before the day on which the goal was agreed")
    reworded = GoalRevised(goal_id="g1", wording="Walk", owner="person", said_by="person", by=BY)
    given(plan, STARTED, agreed, reworded).when(before).refused("rated_on lies before")
    given(plan, STARTED, GOAL).when(before).then(replace(RATED, rated_on=before.rated_on))  # the day is not known


def test_a_goal_ends_with_a_rating_or_a_reason() -> None:
    end = EndGoal(goal_id="g1", outcome="achieved", on=ON, by=BY)
    given(plan, STARTED, GOAL).when(end).refused("rating is missing")
    given(plan, STARTED, GOAL, RATED).when(end).then(GoalAchieved(goal_id="g1", by=BY))
    given(plan, STARTED, GOAL).when(replace(end, rating=6)).then(RATED, GoalAchieved(goal_id="g1", by=BY))
    partly = GoalPartlyAchieved(goal_id="g1", reason="enough", by=BY)
    given(plan, STARTED, GOAL).when(replace(end, outcome="partly", reason="enough")).then(partly)
    given_up = GoalAbandoned(goal_id="g1", reason="health", by=BY)
    abandon = replace(end, outcome="abandoned", reason="health")
    given(plan, STARTED, GOAL).when(abandon).then(given_up)
    given(plan, STARTED, GOAL, given_up).when(abandon).then_nothing()
    given(plan, STARTED, GOAL, given_up).when(replace(end, rating=6)).refused("this goal is given up already")


def test_an_action_is_done_missed_put_off_or_dropped() -> None:
    add = AddAction(action_id="a1", goal_id="g1", what="Ring the society", who="worker", by=BY)
    given(plan, STARTED, GOAL).when(add).then(ACTION)
    given(plan, STARTED).when(add).refused("goal_id is that of no goal")
    done = CompleteAction(action_id="a1", done_on=ON, on=ON, by=BY)
    given(plan, *WRITTEN).when(done).then(ActionCompleted(action_id="a1", done_on=ON, by=BY))
    given(plan, *WRITTEN).when(replace(done, done_on=REVIEW_ON)).refused("done_on lies in the future")
    missed = ActionMissed(action_id="a1", reason="forgotten", by=BY)
    given(plan, *WRITTEN).when(MissAction(action_id="a1", reason="forgotten", by=BY)).then(missed)
    later = ChangeAction(action_id="a1", what="Ring the society", who="person", by_when=REVIEW_ON, by=BY)
    changed = ActionChanged(action_id="a1", what="Ring the society", who="person", by_when=REVIEW_ON, by=BY)
    given(plan, *WRITTEN, missed).when(later).then(changed)
    assert state_of(plan, *WRITTEN, missed, changed).actions["a1"].outcome is None
    drop = CancelAction(action_id="a1", reason="not_needed", by=BY)
    given(plan, *WRITTEN).when(drop).then(ActionCancelled(action_id="a1", reason="not_needed", by=BY))
    finished = ActionCompleted(action_id="a1", done_on=ON, by=BY)
    given(plan, *WRITTEN, finished).when(drop).refused("this action is completed already")
    given(plan, *WRITTEN, finished).when(later).refused("this action is completed already")


@pytest.mark.parametrize(
    ("missing", "gap"), [(MATTERS, "what_matters"), (GOAL, "goal"), (ACTION, "action"), (SCHEDULED, "review")]
)
def test_nobody_agrees_to_a_plan_that_is_not_complete(missing: Any, gap: str) -> None:
    short = tuple(event for event in WRITTEN if event != missing)
    assert gap in plan.complete(state_of(plan, *short))
    given(plan_agreement, *short, reading=CASE).when(AGREE).refused(plan.GAPS[gap])


def test_support_begins_when_the_person_agrees() -> None:
    assert plan.complete(state_of(plan, *WRITTEN)) == ("agreement", "copy")
    begun = {("referral", "r1"): (SupportStarted(plan_id="l1"),)}
    given(plan_agreement, *WRITTEN, reading=CASE).when(AGREE).then(*ACTIVE[-2:], writing=begun)
    assert plan.complete(state_of(plan, *ACTIVE)) == ()
    under_way = {("referral", "r1"): (*ENGAGED, SupportStarted(plan_id="l1"))}
    given(plan_agreement, *ACTIVE, reading=under_way).when(AGREE).then_nothing()
    given(plan_agreement, *WRITTEN, reading=under_way).when(AGREE).then(*ACTIVE[-2:])


def test_agreement_is_real_and_the_copy_is_said() -> None:
    asked = given(plan_agreement, *WRITTEN, reading=CASE)
    asked.when(replace(AGREE, agreed_by="worker")).refused("agreed_by must be one of person, representative")
    asked.when(replace(AGREE, copy_offered="none")).refused("copy_offered must be one of")
    asked.when(replace(AGREE, agreed_on=REVIEW_ON)).refused("agreed_on lies in the future")
    closed = {("referral", "r1"): (*ENGAGED, ReferralClosed(reason="goals_met"))}
    given(plan_agreement, *WRITTEN, reading=closed).when(AGREE).refused("this referral is closed")
    given(plan_agreement, *ACTIVE, reading=CASE).when(replace(AGREE, agreed_by="representative")).refused(
        "agreed already"
    )
    given(plan_agreement).when(AGREE).refused("there is no such plan")


def test_a_review_remembers_what_it_changed_and_sets_the_next() -> None:
    next_on = REVIEW_ON + timedelta(days=60)
    given(plan, *ACTIVE).when(StartPlanReview(on=REVIEW_ON, by=BY)).then(REVIEW)
    given(plan, *ACTIVE, REVIEW).when(StartPlanReview(on=REVIEW_ON, by=BY)).then_nothing()
    given(plan, *WRITTEN).when(StartPlanReview(on=REVIEW_ON, by=BY)).refused("this plan is draft")
    reworded = WhatMattersReworded(clause_id="c1", statement="Beans", said_by="person", by=BY)
    held = FinishPlanReview(reason="progress", next_review_on=next_on, on=REVIEW_ON, by=BY)
    revised = PlanRevised(
        reason="progress",
        agreed_by="person",
        since_version=len(ACTIVE) + 1,
        changed=("c1", "g1"),
        revised_on=REVIEW_ON,
        by=BY,
    )
    in_review = (*ACTIVE, REVIEW, reworded, RATED)
    given(plan, *in_review).when(held).then(revised, PlanReviewScheduled(due_on=next_on))
    given(plan, *in_review, revised, PlanReviewScheduled(due_on=next_on)).when(held).then_nothing()
    given(plan, *in_review).when(replace(held, next_review_on=ON)).refused("next_review_on must lie in the coming year")
    given(plan, *ACTIVE).when(held).refused("not in review")
    assert state_of(plan, *in_review, revised).phase == "active"


def test_a_review_on_the_same_day_as_was_planned_is_set_anew() -> None:
    """Beginning a review settles the deadline: finishing it must set one, even for a day that stood there before."""
    held = FinishPlanReview(reason="on_course", next_review_on=REVIEW_ON, on=ON, by=BY)
    outcome = given(plan, *ACTIVE, REVIEW).when(held)
    assert outcome.events[0][-1] == SCHEDULED


def test_a_review_nobody_held_is_missed_when_its_day_is_over() -> None:
    over = datetime(2026, 3, 17, tzinfo=UTC)
    (due,) = deadlines(tenant.Policies(), "l1", SCHEDULED)
    assert due.due_at == over
    flag = FlagPlanReviewMissed(due_on=REVIEW_ON, on=date(2026, 3, 18))
    assert when_due(due, over + timedelta(days=1)) == flag
    missed = PlanReviewMissed(due_on=REVIEW_ON, days_late=2)
    given(plan, *ACTIVE).when(flag).then(missed)
    given(plan, *ACTIVE, missed).when(flag).then_nothing()
    given(plan, *WRITTEN).when(flag).then_nothing()
    given(plan, *ACTIVE, REVIEW).when(flag).then_nothing()
    put_off = PlanReviewScheduled(due_on=REVIEW_ON + timedelta(days=7))
    given(plan, *ACTIVE, put_off).when(flag).then_nothing()
    given(plan, *ACTIVE).when(replace(flag, on=REVIEW_ON)).refused("not missed before its day is over")
    for event in (REVIEW, missed, PlanCompleted(person_id="ottoline", programme="core", by=BY)):
        (settled,) = deadlines(tenant.Policies(), "l1", event)
        assert (settled.kind, settled.due_at) == (due.kind, None)


def test_the_day_of_a_review_lies_in_the_coming_year() -> None:
    asked = given(plan, *WRITTEN)
    asked.when(SchedulePlanReview(due_on=REVIEW_ON, on=ON)).then_nothing()
    asked.when(SchedulePlanReview(due_on=ON - timedelta(days=1), on=ON)).refused("due_on must lie in the coming year")
    asked.when(SchedulePlanReview(due_on=ON + timedelta(days=367), on=ON)).refused("due_on must lie in the coming year")
    sooner = SchedulePlanReview(due_on=ON, on=ON)
    asked.when(sooner).then(PlanReviewScheduled(due_on=ON))


def test_a_plan_is_complete_only_when_each_goal_has_a_rating_or_a_reason() -> None:
    done = PlanCompleted(person_id="ottoline", programme="core", by=BY)
    given(plan, *ACTIVE).when(CompletePlan(by=BY)).refused("1 of the goals")
    given(plan, *ACTIVE, RATED).when(CompletePlan(by=BY)).then(done)
    given_up = GoalAbandoned(goal_id="g1", reason="health", by=BY)
    given(plan, *ACTIVE, given_up).when(CompletePlan(by=BY)).then(done)
    given(plan, *ACTIVE, RATED, done).when(CompletePlan(by=BY)).then_nothing()
    given(plan, *WRITTEN, RATED).when(CompletePlan(by=BY)).refused("only one the person has agreed to")


def test_a_plan_that_has_ended_is_not_written_in_any_more() -> None:
    early = EndPlanEarly(reason="moved_area", by=BY)
    ended = PlanEndedEarly(person_id="ottoline", programme="core", reason="moved_area", by=BY)
    given(plan, *ACTIVE).when(early).then(ended)
    given(plan, *ACTIVE, ended).when(early).then_nothing()
    given(plan, *ACTIVE, ended).when(RATE).refused("this plan is ended early: start a new one")
    given(plan).when(RATE).refused("there is no such plan")


def test_money_that_advice_brought_is_whole_pence_and_may_be_confirmed_after_the_end() -> None:
    record = RecordAdviceGain(gain_id="m1", kind="benefit", amount_pence=312_000, annualised=True, by=BY)
    gain = AdviceGainRecorded(
        gain_id="m1", kind="benefit", amount_pence=312_000, annualised=True, status="expected", by=BY
    )
    given(plan, STARTED).when(record).then(gain)
    given(plan, STARTED, gain).when(record).then_nothing()
    given(plan, STARTED).when(replace(record, amount_pence=-1)).refused("amount_pence must be 0 to")
    confirm = ConfirmAdviceGain(gain_id="m1", amount_pence=298_480, confirmed_on=ON, on=ON, by=BY)
    fact = AdviceGainConfirmed(gain_id="m1", amount_pence=298_480, confirmed_on=ON, by=BY)
    ended = PlanEndedEarly(person_id="ottoline", programme="core", reason="died", by=BY)
    given(plan, STARTED, gain, ended).when(confirm).then(fact)
    given(plan, STARTED, gain, fact).when(confirm).then_nothing()
    given(plan, STARTED, gain, fact).when(record).refused("confirmed already")
    given(plan, STARTED).when(confirm).refused("gain_id is that of no gain")


def test_a_suggestion_is_decided_once() -> None:
    suggest = ProposePlanChange(proposal_id="s1", proposer="provider", clause_ids=("g1", "g1"), text="The choir", by=BY)
    open_ = PlanChangeProposed(
        proposal_id="s1", person_id="ottoline", proposer="provider", clause_ids=("g1",), text="The choir", by=BY
    )
    given(plan, STARTED).when(suggest).then(open_)
    given(plan, STARTED, open_).when(suggest).then_nothing()
    yes = PlanChangeApproved(proposal_id="s1", reason="agreed_with_person", by=BY)
    given(plan, STARTED, open_).when(ApprovePlanChange(proposal_id="s1", by=BY)).then(yes)
    no = RejectPlanChange(proposal_id="s1", reason="not_possible", by=BY)
    given(plan, STARTED, open_, yes).when(no).refused("approved already")


def _consent(scope: str, audience: str = "any") -> ConsentGiven:
    return ConsentGiven(
        scope=scope, audience=audience, method="verbal", wording_version="1", given_by="person", given_on=ON
    )


def test_a_plan_is_shared_only_with_whom_the_person_agreed_to() -> None:
    share = SharePlan(kind="gp", part="goals_only", on=ON, by=BY)
    shared = PlanSharedWith(
        kind="gp", audience="any", part="goals_only", consent="share_gp", plan_version=len(ACTIVE), by=BY
    )
    yes = {**CASE, ("consent", "ottoline"): (_consent("share_gp"),)}
    given(plan_share, *ACTIVE, reading=CASE).when(share).refused("record their consent to share_gp")
    given(plan_share, *ACTIVE, reading=yes).when(share).then(shared)
    given(plan_share, *ACTIVE, shared, reading=yes).when(share).then_nothing()
    more = replace(shared, part="full", plan_version=len(ACTIVE) + 1)
    given(plan_share, *ACTIVE, shared, reading=yes).when(replace(share, part="full")).then(more)
    taken_back = (_consent("share_gp"), ConsentWithdrawn(scope="share_gp", audience="any", withdrawn_on=ON))
    no = {**CASE, ("consent", "ottoline"): taken_back}
    given(plan_share, *ACTIVE, shared, reading=no).when(replace(share, part="full")).refused("has not agreed to share")
    stop = StopSharingPlan(kind="gp", reason="person_asked", by=BY)
    given(plan, *ACTIVE, shared).when(stop).then(
        PlanSharingStopped(kind="gp", audience="any", reason="person_asked", by=BY)
    )
    given(plan, *ACTIVE).when(stop).then_nothing()


def test_whoever_referred_is_the_one_the_referral_names_and_a_service_is_named() -> None:
    to_referrer = SharePlan(kind="referrer", audience="someone-else", part="full", on=ON, by=BY)
    reading = {**CASE, ("consent", "ottoline"): (_consent("share_referrer", "K83001"), _consent("share_vcfse", "s1"))}
    (made,) = given(plan_share, *ACTIVE, reading=reading).when(to_referrer).events[0]
    assert (made.audience, made.consent) == ("K83001", "share_referrer")
    to_service = SharePlan(kind="provider", audience="s1", part="actions_only", on=ON, by=BY)
    (made,) = given(plan_share, *ACTIVE, reading=reading).when(to_service).events[0]
    assert (made.audience, made.consent) == ("s1", "share_vcfse")
    asked = given(plan_share, *ACTIVE, reading=reading)
    asked.when(replace(to_service, audience="s2")).refused("share_vcfse")
    asked.when(replace(to_service, audience="any")).refused("audience is missing")


def test_a_difference_names_each_line_once_for_each_way_it_changed() -> None:
    before = state_of(plan, *ACTIVE)
    after = state_of(
        plan,
        *ACTIVE,
        WhatMattersReworded(clause_id="c1", statement="Beans", said_by="representative", by="sam"),
        StrengthRecorded(clause_id="s1", person_id="ottoline", text="Bakes", kind="skill", said_by="person", by=BY),
        RATED,
        GoalAchieved(goal_id="g1", by=BY),
        ActionCompleted(action_id="a1", done_on=ON, by=BY),
        NeedIdentified(need="money", identified_by="person", severity=2, by=BY),
    )
    told = [(each.part, each.what, each.before, each.after, each.said_by) for each in diff(before, after)]
    assert told == [
        ("what_matters", "reworded", "My garden", "Beans", "representative"),
        ("strength", "added", None, "Bakes", "person"),
        ("need", "added", None, "money", "person"),
        ("goal", "rated", "3", "6", "person"),
        ("goal", "ended", None, "achieved", None),
        ("action", "ended", None, "completed", None),
    ]
    assert diff(after, after) == ()
    removed = state_of(plan, *ACTIVE, PlanClauseRemoved(clause_id="c1", reason="person_asked", by=BY))
    (change,) = diff(before, removed)
    assert (change.what, change.before) == ("removed", "My garden")
