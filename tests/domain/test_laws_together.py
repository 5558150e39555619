"""What holds where several streams decide together: a caseload is true after whatever was asked in whatever order."""

from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from commonweal.domain import deciders
from commonweal.domain.chest import (
    apply,
    assess,
    award,
    ballot,
    ballot_opening,
    fund,
    fund_pledges,
    fund_rounds,
    grant,
    grant_application,
    grant_assessment,
)
from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import programme, receive, referral
from commonweal.domain.workforce import absence, allocation, link_worker, propose
from tests.domain.arbitrary import DAYS, PEOPLE, REFERRALS, TIMES, WORKERS, members, wishes
from tests.given import BY_CATEGORY, after
from tests.luck import tried

World = dict[tuple[str, str], Any]


def decided_together(world: World, module: ModuleType, primary: tuple[str, str], command: Any) -> World:
    """Every stream after a joint command; checks the laws of one decision on the way."""

    def ask(world: World) -> World | None:
        others = module.reads(world[primary], command)
        keys = (primary, *others)
        states = {key: world.get(key, BY_CATEGORY[key[0]].INITIAL) for key in keys}
        made = module.decide(tuple(states[key] for key in keys), command)
        assert len(made) == len(keys)
        if not any(made):
            return None
        return world | {
            key: after(BY_CATEGORY[key[0]], states[key], events) for key, events in zip(keys, made, strict=True)
        }

    try:
        then = ask(world)
    except Refused:
        return world
    if then is None:
        return world
    assert ask(then) is None
    return then


def alone(module: ModuleType, state: Any, command: Any) -> Any:
    try:
        return after(module, state, module.decide(state, command))
    except Refused:
        return state


JOINT_COMMANDS = {command: module for module in deciders.JOINT for command in members(module.Command)}
GRANTS = ("g1", "g2", "g3", "g4", "g5")
"""One that may be judged, one that was begun, one there is not yet, one that is recommended, and another that may be judged."""
STREAMS = [
    *(("person", each) for each in PEOPLE),
    *(("consent", each) for each in PEOPLE),
    *(("representation", each) for each in PEOPLE),
    *(("record_access", each) for each in PEOPLE),
    *(("user", each) for each in ("a", "b")),
    *(("referral", each) for each in REFERRALS),
    *(("programme", each) for each in ("core", "refugee")),
    ("community_service", "s1"),
    *(("connection", each) for each in ("k1", "k2")),
    *(("link_worker", each) for each in WORKERS),
    *(("note", each) for each in ("n1", "n2")),
    *((category, "one") for category in ("contact", "task", "safeguarding", "lone_visit", "drop_in", "gp_message")),
    ("contact", "c1"),
    *(("instrument", each) for each in ("phq9", "swemwbs")),
    *(("measure", each) for each in ("m1", "m2")),
    *(("plan", each) for each in ("l1", "l2")),
    ("framework", "what_matters"),
    ("fund", "f1"),
    *(("grant", each) for each in GRANTS),
    *(("ballot", each) for each in ("one", "two")),
]
ALONE = {command: module for module in deciders.MODULES for command in members(module.Command)}
APPLIED = (
    grant.ApplicationStarted(
        fund_id="f1", round_id="r2", organisation="GB-CHC-1054276", link_id="l0", link_expires_on=DAYS[-1], by="olu"
    ),
    grant_application.ApplicationSaved(
        title="Friday table",
        amount_pence=200,
        purpose="loneliness",
        area="E09000002",
        statement="We eat together",
        beneficiaries="Whoever comes",
        starts_on=DAYS[0],
        ends_on=DAYS[-1],
    ),
    grant_application.ApplicationSubmitted(
        amount_pence=200, purpose="loneliness", area="E09000002", submitted_on=DAYS[0], fast_track=False
    ),
)
READY: dict[tuple[str, str], tuple[Any, ...]] = {
    ("programme", "refugee"): (
        programme.ProgrammeOpened(name="Sanctuary", restricted=True),
        programme.CriteriaPublished(version=1, minimum_age=18),
    ),
    ("person", "ottoline"): (
        person.PersonRegistered(name="Ottoline", nhs_number_status="07", stated_gender="X", ethnic_category="99"),
    ),
    ("consent", "ottoline"): (
        consent.ConsentGiven(
            scope="contact", audience="any", method="verbal", wording_version="v1", given_by="person", given_on=DAYS[0]
        ),
    ),
    ("referral", "r1"): (
        referral.ReferralReceived(
            person_id="ottoline",
            source="01",
            source_org="K83001",
            source_reference="b",
            setting="gp",
            priority="1",
            reasons=(),
            referrer_role="gp",
            received_at=TIMES[0],
        ),
        referral.ReferralAccepted(),
        referral.PlacedOnWaitingList(priority="1"),
    ),
    ("link_worker", "amira"): (
        link_worker.LinkWorkerEngaged(
            display_name="Amira", employer="U35821", fte_percent=100, caseload_limit=6, engaged_on=DAYS[0]
        ),
    ),
    ("fund", "f1"): (
        fund.FundFounded(name="Chest", areas=("E09000002",), method="participatory", steering_group=(), by="olu"),
        fund.FundRulesSet(
            version=1,
            eligibility=("in_area",),
            criteria=("need",),
            weights=(1,),
            assessors=1,
            pass_percent=0,
            votes=1,
            by="olu",
        ),
        fund_pledges.PledgeMade(pledge_id="nhs", funder="QMF", amount_pence=1_000, by="olu"),
        fund_pledges.PledgeConfirmed(pledge_id="nhs", by="olu"),
        *(
            fund_rounds.RoundOpened(
                round_id=round_id,
                name="Round",
                method=method,
                rules_version=1,
                opens_on=DAYS[0],
                closes_on=DAYS[-1],
                least_pence=100,
                most_pence=300,
                by="olu",
            )
            for round_id, method in (("r1", "panel"), ("r2", "participatory"))
        ),
    ),
    ("grant", "g1"): (*APPLIED, grant_assessment.EligibilityPassed(rules=("in_area",), by="olu")),
    ("grant", "g2"): APPLIED[:-1],
    ("grant", "g4"): (
        *APPLIED,
        grant_assessment.DueDiligenceRecorded(bank_checked=True, safeguarding_policy=True, by="olu"),
        grant_assessment.ApplicationRecommended(amount_pence=200, by="olu"),
    ),
    ("grant", "g5"): (*APPLIED, grant_assessment.EligibilityPassed(rules=("in_area",), by="olu")),
    ("ballot", "two"): (
        ballot.BallotOpened(
            fund_id="f1",
            round_id="r2",
            candidates=(ballot.Candidate("g1", "QMF"), ballot.Candidate("g4", "GB-CHC-1054276")),
            voters=("QMF",),
            votes=1,
            closes_on=DAYS[0],
            by="olu",
        ),
        ballot.VotesCounted(tally=(), method="approval", turnout=0, by="olu"),
    ),
    ("link_worker", "ben"): (
        link_worker.LinkWorkerEngaged(
            display_name="Ben", employer="U35821", fte_percent=50, caseload_limit=8, engaged_on=DAYS[0]
        ),
    ),
}


OFTEN = [
    receive.ReceiveReferral,
    allocation.AllocateLinkWorker,
    allocation.ReallocateReferral,
    allocation.CloseReferral,
    allocation.ReopenReferral,
    absence.StartAbsence,
    absence.EndAbsence,
    allocation.WeighCase,
    propose.ProposeAllocation,
]
CHEST = ("fund", "grant", "ballot")
ASKED = [
    *(command for command, module in JOINT_COMMANDS.items() if module.PRIMARY not in CHEST),
    *(command for command, module in ALONE.items() if module.CATEGORY in ("referral", "link_worker")),
    *OFTEN * 12,
]
"""All of casework, and most often what needs luck to be granted."""
ASKED_OF_A_CHEST = [
    *(command for command, module in JOINT_COMMANDS.items() if module.PRIMARY in CHEST),
    *(command for command, module in ALONE.items() if module.CATEGORY in CHEST),
    *[apply.StartApplication, apply.SubmitApplication] * 8,
    *[assess.CheckEligibility, assess.AssessApplication] * 8,
    *[assess.RecommendApplication, award.OfferGrant, ballot_opening.OpenBallot] * 32,
]


def days_at_work(asked: list[type]) -> st.SearchStrategy[list[tuple[tuple[str, str], Any]]]:
    """Wishes of every kind, each to a stream of the right category."""

    def addressed(command: type) -> st.SearchStrategy[tuple[tuple[str, str], Any]]:
        category = JOINT_COMMANDS[command].PRIMARY if command in JOINT_COMMANDS else ALONE[command].CATEGORY
        ids = [key for key in STREAMS if key[0] == category]
        return st.tuples(st.sampled_from(ids), wishes(command)).map(
            lambda pair: (pair[0], _named_after(pair[0][1], pair[1]))
        )

    return st.lists(st.sampled_from(asked).flatmap(addressed), min_size=15, max_size=40)


def _named_after(identity: str, wish: Any) -> Any:
    """A joint command repeats the id of the record it is to."""
    repeated = _REPEATED.get(getattr(JOINT_COMMANDS.get(type(wish)), "PRIMARY", ""), "")
    if not hasattr(wish, repeated):
        return wish
    return replace(wish, **{repeated: identity})


def _cover(state: link_worker.State) -> str | None:
    return state.absence.cover_worker_id if state.absence else None


_REPEATED = {
    "referral": "referral_id",
    "link_worker": "link_worker_id",
    "person": "person_id",
    "record_access": "person_id",
    "representation": "person_id",
    "grant": "grant_id",
}


def worlds(days: list[tuple[tuple[str, str], Any]], granted: set[str]) -> Iterator[World]:
    """Every stream after each wish, one after the other; notes by name what was granted."""
    world: World = {key: after(BY_CATEGORY[key[0]], BY_CATEGORY[key[0]].INITIAL, READY.get(key, ())) for key in STREAMS}
    for key, wish in days:
        before = world
        module = JOINT_COMMANDS.get(type(wish))
        if module is not None:
            world = decided_together(world, module, key, wish)
        else:
            world = world | {key: alone(BY_CATEGORY[key[0]], world[key], wish)}
        if world != before:
            granted.add(type(wish).__name__)
        yield world


def test_together_decided_twice_equals_once_while_each_caseload_stays_true() -> None:
    granted: set[str] = set()

    def law(days: list[tuple[tuple[str, str], Any]]) -> None:
        for world in worlds(days, granted):
            for worker in WORKERS:
                held = set(world["link_worker", worker].held)
                assert held == {each for each in REFERRALS if world["referral", each].worker_id == worker}
                assert not held or world["link_worker", worker].phase == "active"
                away = {each for each in WORKERS if _cover(world["link_worker", each]) == worker}
                assert world["link_worker", worker].covers == away

    wanted = {"ReceiveReferral", "AllocateLinkWorker", "ReallocateReferral", "CloseReferral", "ReopenReferral"}
    wanted |= {"StartAbsence", "EndAbsence", "WeighCase", "ProposeAllocation"}
    tried(given(days_at_work(ASKED)), law, 400, lambda: wanted - granted)


def test_together_decided_twice_equals_once_from_an_application_to_its_ballot() -> None:
    granted: set[str] = set()

    def law(days: list[tuple[tuple[str, str], Any]]) -> None:
        for world in worlds(days, granted):
            chest = world["fund", "f1"]
            assert chest.awards.keys() <= set(GRANTS)
            assert all(world["grant", each].award.amount == known.amount for each, known in chest.awards.items())

    wanted = {"StartApplication", "SubmitApplication", "CheckEligibility"}
    wanted |= {"AssessApplication", "RecommendApplication", "OfferGrant", "OpenBallot"}
    tried(given(days_at_work(ASKED_OF_A_CHEST)), law, 150, lambda: wanted - granted)
