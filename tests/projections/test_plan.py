"""The plan's room: everything of a plan at once, to those who see the case, and to others as far as the person lets them."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain import user
from commonweal.domain.people import consent, person
from commonweal.domain.plans import (
    framework,
    plan,
    plan_actions,
    plan_agreement,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_review,
    plan_share,
    plan_sharing,
    plan_start,
    plan_words,
)
from commonweal.domain.referrals import programme, referral
from commonweal.domain.workforce import allocation
from commonweal.runtime.installation import Installation
from projections.plan import READ_MODEL
from tests.projections.every_room import same_rows
from tests.projections.scene import ANSWERING, EVERYTHING, Grants, Scene, scene
from tests.story import DAY, RECEIVED, agreed, allocated, configured, engaged, referred, registered

BY = "a" * 32
CANARY = "Ptarmigan"
MINE: Grants = (("link_worker", "link_worker:w-1"),)
SURGERY: Grants = (("practice", "practice:K83001"),)
WARD: Grants = (("hospital", "trust:RP1"),)
ON = date(2026, 4, 1)

PLAN = """query Plan($id: ID!) { plan(id: $id) {
  id version phase programme framework frameworkVersion domains startedBy agreedBy agreedOn copyOffered reviewOn reviewMissed
  missing referredFor person { id name erased }
  whatMatters { id statement domain domainName saidBy language writtenBy }
  strengths { id text kind saidBy }
  needs { need identifiedBy severity outcome reason }
  goals { id wording domainName baseline rating outcome reason owner targetDate ratings { rating ratedBy ratedOn writtenBy } }
  actions { id goalId what who byWhen overdue outcome reason doneOn }
  sharedWith { kind audience part consent planVersion standing stopReason }
  proposals { id proposer text clauseIds decision reason }
  gains { id kind amountPence annualised status confirmedOn }
  milestones { version kind reason agreedBy by }
} }"""
PAGE = """query Plans($filter: PlanFilter, $first: Int, $after: String) { plans(filter: $filter, first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node { id phase goals { wording ratings { rating } } } } } }"""
SHARED = """{ sharedPlans { totalCount edges { node { id part person { name } whatMatters { statement } strengths { text }
  goals { wording ratings { rating } } actions { what } } } } }"""
DIFF = """query Diff($id: ID!, $since: Int!, $until: Int) { planDiff(id: $id, fromVersion: $since, toVersion: $until) {
  part line what before after words saidBy writtenBy } }"""


def _case(story: Scene, ods: str, name: str, identity: str, **known: Any) -> None:
    story.do(f"p-{identity}", registered(f"{name} {identity}", gp_practice="K83001"), agreed(), ods=ods)
    story.do(identity, referred(f"p-{identity}", identity, **known), ods=ods)
    story.do(identity, referral.AcceptReferral(), allocated(identity, "w-1"), ods=ods)
    held = referral.RecordFirstContact(medium="01", held_at=RECEIVED + timedelta(hours=5))
    story.do(identity, held, ods=ods)


def _write(story: Scene, ods: str, name: str) -> None:
    """A whole plan of the referral r-1."""
    story.do("l-1", plan_start.StartPlan(plan_id="l-1", referral_id="r-1", by=BY), ods=ods)
    said = plan_words.RecordWhatMatters(clause_id="c-1", statement=f"{name} garden", domain="home", by=BY)
    strong = plan_words.RecordStrength(clause_id="c-2", text=f"{name} bakes", kind="skill", by=BY)
    gone = plan_words.RecordStrength(clause_id="c-3", text=f"{name} sings", kind="skill", by=BY)
    story.do(
        "l-1", said, strong, gone, plan_words.RemovePlanClause(clause_id="c-3", reason="person_asked", by=BY), ods=ods
    )
    story.do(
        "l-1",
        plan_needs.IdentifyNeed(need="loneliness", identified_by="person", severity=3, by=BY),
        plan_needs.IdentifyNeed(need="loneliness", identified_by="link_worker", severity=1, by=BY),
        plan_needs.IdentifyNeed(need="money", identified_by="person", severity=2, by=BY),
        plan_needs.MarkNeedUnmet(need="money", identified_by="person", reason="full", by=BY),
        ods=ods,
    )
    goal = plan_goals.AgreeGoal(goal_id="g-1", wording=f"{name} market", domain="home", baseline=3, by=BY)
    step = plan_actions.AddAction(
        action_id="a-1", goal_id="g-1", what=f"{name} bus pass", by_when=date(2026, 3, 20), by=BY
    )
    story.do("l-1", goal, step, plan_review.SchedulePlanReview(due_on=date(2026, 5, 4), on=ON), ods=ods)
    yes = plan_agreement.RecordPlanAgreement(plan_id="l-1", agreed_on=ON, copy_offered="paper", on=ON, by=BY)
    story.do("l-1", yes, ods=ods)
    for day, rating in ((12, 5), (4, 4)):
        rated = plan_goals.RateGoal(
            goal_id="g-1", rating=rating, rated_on=date(2026, 4, day), on=date(2026, 4, 30), by=BY
        )
        story.do("l-1", rated, ods=ods)
    story.do(
        "l-1",
        plan_proposals.ProposePlanChange(
            proposal_id="s-1", proposer="provider", clause_ids=("g-1",), text=f"{name} choir", by=BY
        ),
        plan_proposals.RejectPlanChange(proposal_id="s-1", reason="person_disagrees", by=BY),
        plan_gains.RecordAdviceGain(gain_id="m-1", kind="benefit", amount_pence=312_000, annualised=True, by=BY),
        plan_gains.ConfirmAdviceGain(gain_id="m-1", amount_pence=298_480, confirmed_on=ON, on=ON, by=BY),
        ods=ods,
    )


@pytest.fixture(scope="module")
def story(servers: Installation) -> Iterator[Scene]:
    """One plan with everything in it, one that was only begun, one that another took the place of."""
    with scene(servers, READ_MODEL) as made:
        for ods, name in (("QPM", "Nene"), ("QMF", CANARY)):
            made.do("ics", configured(ods, name), ods=ods)
            made.do("w-1", engaged(f"{name} Hale", caseload_limit=20), ods=ods)
            made.do("w-2", engaged(f"{name} Nash", caseload_limit=20), ods=ods)
            made.do(BY, user.NameUser(display_name=f"{name} Writer"), ods=ods)
            for identity in ("r-1", "r-2", "r-3"):
                _case(made, ods, name, identity, reasons=("loneliness", "housing"))
            _write(made, ods, name)
            made.do("l-2", plan_start.StartPlan(plan_id="l-2", referral_id="r-2", by=BY), ods=ods)
            made.do("l-3", plan_start.StartPlan(plan_id="l-3", referral_id="r-3", by=BY), ods=ods)
            again = plan_start.StartPlan(plan_id="l-4", referral_id="r-3", supersedes="l-3", by=BY)
            made.do("l-4", again, ods=ods)
        made.catch_up()
        yield made


def test_a_plan_is_told_whole_in_one_statement(story: Scene) -> None:
    shown = story.ask(PLAN, MINE, id="l-1")["plan"]
    assert len(story.statements) == 1
    assert (shown["phase"], shown["missing"], shown["agreedBy"]) == ("ACTIVE", [], "person")
    assert shown["person"] == {"id": "p-r-1", "name": "Nene r-1", "erased": False}
    assert shown["referredFor"] == ["loneliness", "housing"]
    (matters,) = shown["whatMatters"]
    assert (matters["statement"], matters["domainName"], matters["writtenBy"]) == (
        "Nene garden",
        "My home",
        "Nene Writer",
    )
    assert [each["text"] for each in shown["strengths"]] == ["Nene bakes"]
    assert [(each["need"], each["identifiedBy"], each["outcome"]) for each in shown["needs"]] == [
        ("loneliness", "person", "OPEN"),
        ("money", "person", "UNMET"),
        ("loneliness", "link_worker", "OPEN"),
    ]
    (goal,) = shown["goals"]
    assert (goal["baseline"], goal["rating"], [each["rating"] for each in goal["ratings"]]) == (3, 5, [4, 5]), "by day"
    (action,) = shown["actions"]
    assert (action["what"], action["goalId"], action["outcome"], action["overdue"]) == (
        "Nene bus pass",
        "g-1",
        "OPEN",
        True,
    )
    assert shown["proposals"][0]["decision"] == "REJECTED"
    assert shown["gains"][0] == {
        "id": "m-1", "kind": "benefit", "amountPence": 298_480, "annualised": True, "status": "CONFIRMED", "confirmedOn": "2026-04-01",
    }  # fmt: skip
    assert [each["kind"] for each in shown["milestones"]] == ["STARTED", "AGREED"]


def test_what_a_plan_lacks_is_what_the_record_says(story: Scene) -> None:
    for identity in ("l-1", "l-2"):
        state = story.run(story.tenants["QPM"].streams.committed("plan", identity)).state
        shown = story.ask(PLAN, id=identity)["plan"]["missing"]
        assert shown == [gap.upper() for gap in plan.complete(state)]
    assert len(shown) == len(plan.GAPS)


def test_the_bytes_are_those_of_graphql_core(story: Scene) -> None:
    async def both(document: str, grants: Grants, variables: dict[str, Any]) -> tuple[bytes, bytes]:
        asker = story.asker(grants)
        ours = await ANSWERING.answer(asker, document, None, variables)
        return ours, await ANSWERING.interpret(asker, ANSWERING.prepare(document, None), variables)

    for document, grants, variables in (
        (PLAN, MINE, {"id": "l-1"}),
        (PLAN, MINE, {"id": "l-2"}),
        (PAGE, EVERYTHING, {"first": 2}),
        (
            "{ plans(first: 3) { edges { node { __typename goals { __typename id @skip(if: true) again: id } } } } }",
            MINE,
            {},
        ),
        (SHARED.replace("sharedPlans", "sharedPlans(first: 5)"), SURGERY, {}),
    ):
        ours, theirs = story.run(both(document, grants, variables))
        assert ours == theirs
        assert b"errors" not in ours


def test_lists_in_a_row_count_towards_what_may_be_asked(story: Scene) -> None:
    everything = "goals { id wording owner ratings { rating ratedBy ratedOn } }"
    data, (error,) = story.answer(f"{{ plans(first: 100) {{ edges {{ node {{ {everything} }} }} }} }}")
    assert data is None
    assert "values" in error["message"]
    assert story.ask(f"{{ plans(first: 5) {{ edges {{ node {{ {everything} }} }} }} }}")["plans"]["edges"]


def test_one_batch_or_one_by_one_gives_the_same_rows(story: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    same_rows(story, monkeypatch, empty=("plan_v1_framework", "plan_v1_merged", "plan_v1_share"))


def test_someone_sees_the_plans_of_their_cases_and_counts_no_more(story: Scene) -> None:
    for grants, sees in ((MINE, 4), (EVERYTHING, 4), ((("link_worker", "link_worker:w-2"),), 0)):
        found = story.ask(PAGE, grants, first=10)["plans"]
        assert (found["totalCount"], len(found["edges"])) == (sees, sees)
    assert story.ask(PLAN, (("link_worker", "link_worker:w-2"),), id="l-1")["plan"] is None
    assert story.ask(DIFF, (("link_worker", "link_worker:w-2"),), id="l-1", since=0)["planDiff"] is None
    for role in ("practice", "pcn_manager", "analyst", "provider", "administrator"):
        _, errors = story.answer(PLAN, ((role, "tenant"),), id="l-1")
        assert errors[0]["extensions"]["code"] == "OUT_OF_SCOPE"


def test_plans_are_found_by_person_phase_and_referral_page_by_page(story: Scene) -> None:
    def found(**filter_: Any) -> list[str]:
        ids, after = [], None
        while True:
            page = story.ask(PAGE, first=1, after=after, filter=filter_)["plans"]
            ids += [edge["node"]["id"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return ids
            after = page["pageInfo"]["endCursor"]

    assert found() == ["l-4", "l-3", "l-2", "l-1"]
    assert found(person="p-r-3") == ["l-4", "l-3"]
    assert found(referral="r-3", phase="SUPERSEDED") == ["l-3"]
    assert found(phase="ACTIVE") == ["l-1"]
    assert found(reviewMissed=True) == []


def test_nothing_of_the_other_ics_is_ever_shown(story: Scene) -> None:
    told = str(story.ask(PLAN, id="l-1")) + str(story.ask(PAGE, first=10)) + str(story.rows("QPM"))
    told += str(story.ask(DIFF, id="l-1", since=0))
    assert CANARY not in told
    assert CANARY in str(story.ask(PLAN, ods="QMF", id="l-1"))
    assert "Nene" not in str(story.rows("QMF"))


def _shared(story: Scene, grants: Grants) -> list[dict[str, Any]]:
    story.catch_up()
    found = story.ask(SHARED, grants)["sharedPlans"]
    assert found["totalCount"] == len(found["edges"])
    return [edge["node"] for edge in found["edges"]]


def test_a_plan_is_shown_to_others_only_while_the_person_agrees(story: Scene) -> None:
    assert _shared(story, SURGERY) == _shared(story, WARD) == []
    story.do(
        "p-r-1",
        agreed("share_gp"),
        consent.GiveConsent(scope="share_referrer", audience="RP1", method="verbal", wording_version="1", given_on=DAY),
    )
    story.do("l-1", plan_share.SharePlan(kind="gp", part="full", on=ON, by=BY))
    story.do("l-1", plan_share.SharePlan(kind="referrer", part="goals_only", on=ON, by=BY))
    (whole,) = _shared(story, SURGERY)
    assert whole["whatMatters"] == [{"statement": "Nene garden"}]
    assert whole["actions"] == [{"what": "Nene bus pass"}]
    (goals,) = _shared(story, WARD)
    assert goals["goals"][0]["wording"] == "Nene market"
    assert goals["whatMatters"] == goals["strengths"] == goals["actions"] == []
    assert _shared(story, (("practice", "practice:K83002"),)) == []
    assert _shared(story, (("hospital", "trust:RNQ"),)) == []
    story.do("p-r-1", consent.WithdrawConsent(scope="share_gp", withdrawn_on=ON))
    assert _shared(story, SURGERY) == []
    assert len(_shared(story, WARD)) == 1
    shares = story.ask(PLAN, MINE, id="l-1")["plan"]["sharedWith"]
    assert [(each["kind"], each["audience"], each["standing"]) for each in shares] == [
        ("gp", "any", False),
        ("referrer", "RP1", True),
    ]
    story.do("l-1", plan_sharing.StopSharingPlan(kind="referrer", audience="RP1", reason="person_asked", by=BY))
    assert _shared(story, WARD) == []


def test_a_no_to_everyone_takes_back_each_yes_before_it_and_a_later_yes_counts(story: Scene) -> None:
    story.do("l-1", plan_share.SharePlan(kind="referrer", part="actions_only", on=ON, by=BY))
    assert len(_shared(story, WARD)) == 1
    someone: dict[str, Any] = {"scope": "share_referrer", "method": "verbal", "wording_version": "1", "given_on": DAY}
    for answer, seen in (
        (consent.WithdrawConsent(scope="share_referrer", withdrawn_on=ON), 0),
        (consent.GiveConsent(**someone), 1),
        (consent.RefuseConsent(scope="share_referrer", audience="RP1", refused_on=ON), 0),
        (consent.GiveConsent(**{**someone, "given_on": ON}), 0),
        (consent.RefuseConsent(scope="share_referrer", refused_on=ON), 0),
        (consent.GiveConsent(**{**someone, "method": "written"}), 1),
        (consent.GiveConsent(**{**someone, "expires_on": date(2026, 6, 1)}), 0),
    ):
        story.do("p-r-1", answer)
        state = story.run(story.tenants["QPM"].streams.committed("consent", "p-r-1")).state
        today = story.asker().reader.today
        assert consent.allows(state, "share_referrer", "RP1", today) is bool(seen)
        assert len(_shared(story, WARD)) == seen, answer


def test_what_changed_is_told_by_line_with_whose_words_they_are(story: Scene) -> None:
    head = story.ask(PLAN, id="l-1")["plan"]["version"]
    words = plan_words.RewordWhatMatters(
        clause_id="c-1", statement="Nene allotment", said_by="representative", by="b" * 32
    )
    story.do("l-1", words, plan_needs.ResolveNeed(need="loneliness", identified_by="person", by=BY))
    changed = story.ask(DIFF, MINE, id="l-1", since=head)["planDiff"]
    assert changed == [
        {
            "part": "what_matters", "line": "c-1", "what": "reworded", "before": "Nene garden", "after": "Nene allotment", "words": None,
            "saidBy": "representative", "writtenBy": "b" * 32,
        },
        {
            "part": "need", "line": "person.loneliness", "what": "ended", "before": None, "after": "resolved", "words": "loneliness",
            "saidBy": "person", "writtenBy": BY,
        },
    ]  # fmt: skip
    first = story.ask(DIFF, MINE, id="l-1", since=1, until=3)["planDiff"]
    assert [(each["part"], each["what"]) for each in first] == [("what_matters", "added"), ("strength", "added")]
    _, (error,) = story.answer(DIFF, MINE, id="l-1", since=4, until=3)
    assert error["extensions"]["code"] == "REFUSED"


def test_plans_are_found_in_which_the_link_worker_has_something_to_do(story: Scene) -> None:
    def due(by: str, worker: str = "w-1") -> int:
        found = story.ask(PAGE, first=10, filter={"linkWorker": worker, "dueBy": by})["plans"]
        return int(found["totalCount"])

    assert (due("2026-05-03"), due("2026-05-04")) == (0, 1), "the review; the step is the person's own"
    step = plan_actions.AddAction(action_id="a-9", what="Nene form", who="worker", by_when=date(2026, 4, 2), by=BY)
    story.do("l-1", step)
    story.catch_up()
    assert (due("2026-04-01"), due("2026-04-02"), due("2026-04-02", "w-9")) == (0, 1, 0)
    story.do("l-1", plan_actions.CancelAction(action_id="a-9", reason="not_needed", by=BY))
    story.catch_up()
    assert due("2026-04-02") == 0


def test_a_review_is_begun_missed_and_held(story: Scene) -> None:
    story.do("l-1", plan_review.FlagPlanReviewMissed(due_on=date(2026, 5, 4), on=date(2026, 5, 6)))
    story.catch_up()
    assert story.ask(PLAN, id="l-1")["plan"]["reviewMissed"] is True
    assert story.ask(PAGE, first=10, filter={"reviewMissed": True})["plans"]["totalCount"] == 1
    assert story.ask(PAGE, first=10, filter={"reviewBefore": "2026-05-05"})["plans"]["totalCount"] == 1
    assert story.ask(PAGE, first=10, filter={"reviewBefore": "2026-05-04"})["plans"]["totalCount"] == 0
    story.do("l-1", plan_review.StartPlanReview(on=date(2026, 5, 7), by=BY))
    story.do("l-1", plan_goals.RateGoal(goal_id="g-1", rating=8, rated_on=date(2026, 5, 7), on=date(2026, 5, 7), by=BY))
    held = plan_review.FinishPlanReview(reason="progress", next_review_on=date(2026, 8, 7), on=date(2026, 5, 7), by=BY)
    story.do("l-1", held)
    story.catch_up()
    shown = story.ask(PLAN, id="l-1")["plan"]
    assert (shown["phase"], shown["reviewOn"], shown["reviewMissed"]) == ("ACTIVE", "2026-08-07", False)
    assert [each["kind"] for each in shown["milestones"]][-3:] == ["REVIEW_MISSED", "REVIEW_STARTED", "REVISED"]


def test_a_framework_of_their_own_is_that_of_the_plans_started_since(story: Scene) -> None:
    story.do("nene", framework.PublishFramework(name="Nene life", domains=("plot|My plot|days", "kin|My kin|people")))
    _case(story, "QPM", "Nene", "r-5")
    story.do("l-5", plan_start.StartPlan(plan_id="l-5", referral_id="r-5", framework="nene", by=BY))
    story.do("nene", framework.PublishFramework(name="Nene life", domains=("kin|Kith and kin|people",)))
    story.do("l-5", plan_words.RecordWhatMatters(clause_id="c-1", statement="Nene beans", domain="plot", by=BY))
    story.catch_up()
    shown = story.ask(PLAN, id="l-5")["plan"]
    assert (shown["framework"], shown["frameworkVersion"]) == ("nene", 1)
    assert shown["whatMatters"][0]["domainName"] == "My plot"
    (known,) = story.ask("{ planFrameworks { code version name domains retired } }")["planFrameworks"]
    assert known == {
        "code": "nene",
        "version": 2,
        "name": "Nene life",
        "domains": ["kin|Kith and kin|people"],
        "retired": False,
    }


def test_a_restricted_programme_is_not_there_for_others_counts_included(story: Scene) -> None:
    before = story.ask(PAGE, first=10)["plans"]["totalCount"]
    story.do("refuge", programme.OpenProgramme(name="Nene refuge", restricted=True))
    _case(story, "QPM", "Nene", "r-6", programme="refuge")
    story.do("l-6", plan_start.StartPlan(plan_id="l-6", referral_id="r-6", by=BY))
    story.catch_up()
    for grants in (EVERYTHING, MINE):
        assert story.ask(PAGE, grants, first=10)["plans"]["totalCount"] == before
        assert story.ask(PLAN, grants, id="l-6")["plan"] is None
        assert story.ask(DIFF, grants, id="l-6", since=0)["planDiff"] is None
    within = (*EVERYTHING, ("team_lead", "programme:refuge"))
    assert story.ask(PLAN, within, id="l-6")["plan"]["programme"] == "refuge"
    assert story.ask(PAGE, within, first=10)["plans"]["totalCount"] == before + 1


def test_an_erased_person_leaves_a_plan_without_words_that_is_still_counted(story: Scene) -> None:
    before = story.ask(PAGE, first=10)["plans"]["totalCount"]
    story.do("p-r-1", person.ErasePerson(basis="request_upheld"))
    story.run(story.tenants["QPM"].streams.vault.destroy("p-r-1", "request_upheld"))
    story.catch_up()
    assert story.ask(PAGE, first=10)["plans"]["totalCount"] == before
    shown = story.ask(PLAN, id="l-1")["plan"]
    assert shown["person"] == {"id": "p-r-1", "name": None, "erased": True}
    words = [shown["whatMatters"][0]["statement"], shown["strengths"][0]["text"], shown["goals"][0]["wording"]]
    assert [*words, shown["actions"][0]["what"], shown["proposals"][0]["text"]] == [None] * 5
    assert shown["goals"][0]["rating"] == 8
    mine = {table: [row for row in rows if "l-1" in map(str, row)] for table, rows in story.rows().items()}
    assert "Nene" not in json.dumps(mine, default=str)
    changed = story.ask(DIFF, MINE, id="l-1", since=1, until=3)["planDiff"]
    assert [(each["what"], each["after"]) for each in changed] == [("added", None), ("added", None)]
    followed = story.rows()
    story.empty()
    story.catch_up()
    assert story.rows() == followed, "replayed without the key, nothing differs"
    assert story.ask(PLAN, ods="QMF", id="l-1")["plan"]["goals"][0]["wording"] == f"{CANARY} market"


def test_of_a_closed_case_no_review_is_missed(story: Scene) -> None:
    story.do("l-1", plan_review.FlagPlanReviewMissed(due_on=date(2026, 8, 7), on=date(2026, 8, 9)))
    story.catch_up()
    assert story.ask(PAGE, first=10, filter={"reviewMissed": True})["plans"]["totalCount"] == 1
    story.do("r-1", allocation.CloseReferral(referral_id="r-1", reason="goals_met"))
    story.catch_up()
    assert story.ask(PLAN, id="l-1")["plan"]["reviewMissed"] is False
    for filter_ in ({"reviewMissed": True}, {"reviewBefore": "2027-01-01"}):
        assert story.ask(PAGE, first=10, filter=filter_)["plans"]["totalCount"] == 0
