"""A concern is raised, passed on, and has an outcome; a team lead opens it the same day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from commonweal.domain import codes
from commonweal.domain.policies import Notes, Send, follows
from commonweal.domain.work import safeguarding, safeguarding_raising
from commonweal.domain.work.task import CreateTask
from tests.domain.test_contact import AT_WORK, SENT
from tests.given import given

NOW = datetime(2026, 6, 5, 23, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)
RAISE = safeguarding_raising.RaiseSafeguardingConcern(
    referral_id="r1", types=("neglect", "neglect"), detail=" no food in the house ", by="u1", at=NOW
)
RAISED = safeguarding.SafeguardingConcernRaised(
    referral_id="r1",
    person_id="ottoline",
    concerning="adult",
    types=("neglect",),
    detail="no food in the house",
    immediate_danger=False,
    raised_by="u1",
    raised_at=NOW,
)
REFER = safeguarding.MakeSafeguardingReferral(
    agency="adult_social_care", reference="ASC/1", made_at=NOW, by="u2", at=LATER
)
REFERRED = safeguarding.SafeguardingReferralMade(
    person_id="ottoline", agency="adult_social_care", reference="ASC/1", made_at=NOW, made_by="u2"
)
CONCLUDE = safeguarding.RecordSafeguardingOutcome(outcome="enquiry", by="u2", at=LATER)
CONCLUDED = safeguarding.SafeguardingOutcomeRecorded(outcome="enquiry", recorded_by="u2", recorded_at=LATER)


def test_a_concern_is_raised_about_someone_in_a_case_in_any_phase() -> None:
    for case in (AT_WORK, (SENT,)):
        given(safeguarding_raising, reading={("referral", "r1"): case}).when(RAISE).then(RAISED)
    given(safeguarding_raising).when(RAISE).refused("there is no such referral")


def test_a_concern_says_what_kind_of_harm_and_what_was_seen() -> None:
    reading = {("referral", "r1"): AT_WORK}
    given(safeguarding_raising, reading=reading).when(replace(RAISE, types=())).refused("types is missing")
    given(safeguarding_raising, reading=reading).when(replace(RAISE, detail="")).refused("detail is missing")
    given(safeguarding_raising, reading=reading).when(replace(RAISE, types=("rudeness",))).refused("types must be")
    given(safeguarding_raising, reading=reading).when(replace(RAISE, concerning="pet")).refused("concerning must be")


def test_a_concern_raised_twice_is_raised_once() -> None:
    reading = {("referral", "r1"): AT_WORK}
    given(safeguarding_raising, RAISED, reading=reading).when(replace(RAISE, at=LATER)).then_nothing()
    given(safeguarding_raising, RAISED, reading=reading).when(replace(RAISE, detail="else")).refused("raised already")


def test_a_concern_is_passed_on_to_each_agency_once() -> None:
    given(safeguarding, RAISED).when(REFER).then(REFERRED)
    given(safeguarding, RAISED, REFERRED).when(REFER).then_nothing()
    police = replace(REFER, agency="police", reference=None)
    given(safeguarding, RAISED, REFERRED).when(police).then(replace(REFERRED, agency="police", reference=None))


def test_a_concern_is_passed_on_after_it_was_raised_and_before_now() -> None:
    given(safeguarding, RAISED).when(replace(REFER, made_at=LATER + timedelta(minutes=1))).refused("in the future")
    given(safeguarding, RAISED).when(replace(REFER, made_at=NOW - timedelta(days=1))).refused("before the concern")
    given(safeguarding).when(REFER).refused("there is no such concern")


def test_an_outcome_is_that_of_the_agency_or_ours_with_a_reason() -> None:
    given(safeguarding, RAISED, REFERRED).when(CONCLUDE).then(CONCLUDED)
    given(safeguarding, RAISED, REFERRED, CONCLUDED).when(CONCLUDE).then_nothing()
    given(safeguarding, RAISED).when(CONCLUDE).refused("has not been passed on")
    ours = replace(CONCLUDE, outcome="not_referred")
    given(safeguarding, RAISED, REFERRED).when(ours).refused("outcome is not so")
    given(safeguarding, RAISED).when(ours).refused("detail is missing")
    why = replace(ours, detail="the family has food now")
    concluded = replace(CONCLUDED, outcome="not_referred", detail="the family has food now")
    given(safeguarding, RAISED).when(why).then(concluded)


def test_what_was_concluded_may_be_passed_on_once_more() -> None:
    again = replace(REFER, agency="police", reference=None)
    state = given(safeguarding, RAISED, REFERRED, CONCLUDED).when(again)
    state.then(replace(REFERRED, agency="police", reference=None))
    reopened = safeguarding.evolve(safeguarding.State(phase="concluded", raised=RAISED, outcome=CONCLUDED), REFERRED)
    assert (reopened.phase, reopened.outcome) == ("referred", None)


def test_a_team_lead_opens_it_the_same_day_by_a_task_that_names_nobody() -> None:
    """The day is London's: half past eleven in the evening by UTC in summer is the day after."""
    (sent,) = follows(Notes(), "s1", RAISED, NOW)
    made = CreateTask(kind="safeguarding", due_on=date(2026, 6, 6), source="safeguarding-s1", by="reactor")
    assert sent == Send("safeguarding_task", "safeguarding-s1", made)


def test_it_is_a_concern_of_its_case_and_sealed_for_its_person() -> None:
    state = safeguarding.evolve(safeguarding.INITIAL, RAISED)
    assert (safeguarding.case(state), safeguarding.person(state)) == ("r1", "ottoline")
    assert "safeguarding" in codes.SYSTEM_TASKS
