"""A round that is decided by vote: nobody is recommended whom no vote was counted for, and nobody votes on the same twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import pytest

from commonweal.domain.chest import (
    assess,
    ballot,
    ballot_opening,
    fund,
    fund_rounds,
    grant,
    grant_application,
    grant_assessment,
)
from commonweal.domain.message import Refused
from tests.given import after, state_of

DAY, LAST_DAY = date(2026, 4, 1), date(2026, 4, 30)
ORGANISATIONS = {"g1": "GB-CHC-1054276", "g2": "GB-CHC-1054277", "g3": "GB-CHC-1054278", "g4": "QMF"}
RECOMMENDED = assess.RecommendApplication(grant_id="g1", amount_pence=600_00, by="olu")


def round_of(method: str) -> tuple[fund.Event, ...]:
    opened = fund_rounds.RoundOpened(
        round_id="r1", name="Round", method=method, rules_version=1, opens_on=DAY, closes_on=LAST_DAY, least_pence=1,
        most_pence=1_000_00, by="olu",
    )  # fmt: skip
    return (
        fund.FundFounded(name="Chest", areas=("E09000002",), method=method, steering_group=(), by="olu"),
        fund.FundRulesSet(
            version=1, eligibility=("in_area",), criteria=("need",), weights=(1,), assessors=1, pass_percent=0, votes=1,
            by="olu",
        ),
        opened,
        replace(opened, round_id="r2"),
    )  # fmt: skip


CHEST: fund.State = state_of(fund, *round_of("participatory"))


def eligible(grant_id: str, *, fast_track: bool = False) -> grant.State:
    state: grant.State = state_of(
        grant,
        grant.ApplicationStarted(
            fund_id="f1", round_id="r1", organisation=ORGANISATIONS[grant_id], link_id="l1", link_expires_on=LAST_DAY,
            by="olu",
        ),
        grant_application.ApplicationSubmitted(
            amount_pence=600_00, purpose="food", area="E09000002", submitted_on=DAY, fast_track=fast_track
        ),
        grant_assessment.EligibilityPassed(rules=("in_area",), by="olu"),
    )  # fmt: skip
    return state


def opening(*grants: str, known: tuple[str, ...] = ()) -> ballot_opening.OpenBallot:
    return ballot_opening.OpenBallot(
        fund_id="f1", round_id="r1", grants=grants, known_ballots=known, closes_on=LAST_DAY, on=DAY, by="olu"
    )


def opened(*grants: str) -> ballot.State:
    states = (ballot.INITIAL, CHEST, *(eligible(each) for each in grants))
    return cast(ballot.State, after(ballot, ballot.INITIAL, ballot_opening.decide(states, opening(*grants))[0]))


def counted(state: ballot.State) -> ballot.State:
    on = date(2026, 5, 1)
    return cast(ballot.State, after(ballot, state, ballot.decide(state, ballot.CountVotes(on=on, by="olu"))))


def recommends(
    *votes: ballot.State, state: grant.State | None = None, chest: fund.State = CHEST, pence: int = 600_00
) -> bool:
    wish = replace(RECOMMENDED, amount_pence=pence)
    return any(assess.decide((state or eligible("g1"), chest, *votes), wish)[0])


def test_an_officer_alone_does_not_recommend_where_the_organisations_vote() -> None:
    with pytest.raises(Refused, match="decided by vote, and this application stood in none yet: open a ballot with it"):
        recommends()
    with pytest.raises(Refused, match=r"not counted yet: count them"):
        recommends(opened("g1", "g2"))
    assert recommends(counted(opened("g1", "g2")))


def test_the_votes_that_count_are_those_of_its_own_round_on_itself() -> None:
    done = counted(opened("g1", "g2"))
    assert done.opened is not None
    others = (
        counted(opened("g2", "g3")),
        replace(done, opened=replace(done.opened, round_id="r2")),
        replace(done, opened=replace(done.opened, fund_id="f2")),
    )
    with pytest.raises(Refused, match="this round is decided by vote"):
        recommends(*others)
    assert recommends(*others, done)


def test_what_is_small_enough_needs_no_vote_nor_what_is_not_decided_by_one() -> None:
    assert recommends(state=eligible("g1", fast_track=True))
    assert recommends(chest=state_of(fund, *round_of("delegated")))


def test_a_recommendation_reads_the_ballots_that_were_named() -> None:
    wish = replace(RECOMMENDED, known_ballots=("b1", "b2", "b1"))
    assert assess.reads(eligible("g1"), wish) == (("fund", "f1"), ("ballot", "b1"), ("ballot", "b2"))
    assert assess.reads(grant.INITIAL, wish) == ()


def test_nobody_is_recommended_for_more_than_they_asked_for() -> None:
    small = eligible("g1", fast_track=True)
    with pytest.raises(Refused, match="amount_pence is more than was asked for, which is £600"):
        recommends(state=small, pence=600_01)
    assert recommends(state=small, pence=599_99)


def test_a_ballot_needs_something_to_choose_between() -> None:
    with pytest.raises(Refused, match="grants must be 2 to 200 applications"):
        ballot_opening.reads(ballot.INITIAL, opening("g1"))


def test_a_ballot_whose_last_day_is_mistyped_does_not_hold_up_the_round() -> None:
    states = (ballot.INITIAL, CHEST, eligible("g1"), eligible("g2"))
    wish = opening("g1", "g2")
    with pytest.raises(Refused, match="closes_on is more than 92 days away"):
        ballot_opening.decide(states, replace(wish, closes_on=DAY + timedelta(days=93)))
    assert ballot_opening.decide(states, replace(wish, closes_on=DAY + timedelta(days=92)))[0]


def test_one_ballot_of_a_round_is_open_at_a_time_and_nobody_votes_on_the_same_twice() -> None:
    first = opened("g1", "g2")

    def opens(other: ballot.State, *grants: str) -> bool:
        wish = opening(*grants, known=("b1",))
        states = (ballot.INITIAL, CHEST, *(eligible(each) for each in grants), other)
        assert len(ballot_opening.reads(ballot.INITIAL, wish)) == len(states) - 1
        return any(ballot_opening.decide(states, wish)[0])

    with pytest.raises(Refused, match="a ballot of this round is open: count its votes"):
        opens(first, "g2", "g3")
    with pytest.raises(Refused, match="grants names an application that was voted on already"):
        opens(counted(first), "g2", "g3")
    assert opens(counted(first), "g3", "g4")
    assert first.opened is not None
    assert opens(replace(first, opened=replace(first.opened, round_id="r2")), "g1", "g2")
