"""Who fits whom, and why."""

from dataclasses import replace

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from commonweal.domain.workforce import allocation_rule
from commonweal.domain.workforce.allocation_rule import (
    INITIAL,
    AllocationRuleChanged,
    Candidate,
    ChangeAllocationRule,
    Person,
    Points,
    State,
    rank,
    score,
)
from tests.given import given

RULE = State(version=1, most=Points(practice=30, language=25, continuity=20, load=20, gender_preference=5))
AMIRA = Candidate(
    worker_id="amira",
    name="Amira Khan",
    practices=frozenset({"K83001"}),
    languages=frozenset({"en", "so"}),
    gender="2",
    held=10,
    room=40,
)
BEN = replace(AMIRA, worker_id="ben", name="Ben Osei", practices=frozenset(), languages=frozenset({"en"}), gender="1")
SOMEONE = Person(practice="K83001", language="so", gender_preference="2", knows="ben", weight=2)
CHANGE = ChangeAllocationRule(practice=10, language=20, continuity=30, load=0, gender_preference=0)


def test_a_rule_is_changed_by_versions() -> None:
    first = AllocationRuleChanged(version=1, practice=10, language=20, continuity=30, load=0, gender_preference=0)
    given(allocation_rule).when(CHANGE).then(first)
    given(allocation_rule, first).when(CHANGE).then_nothing()
    given(allocation_rule, first).when(replace(CHANGE, load=5)).then(replace(first, version=2, load=5))


def test_our_own_rule_can_be_made_an_icss() -> None:
    ours = INITIAL.most
    same = ChangeAllocationRule(
        practice=ours.practice,
        language=ours.language,
        continuity=ours.continuity,
        load=ours.load,
        gender_preference=ours.gender_preference,
    )
    made = AllocationRuleChanged(
        version=1,
        practice=ours.practice,
        language=ours.language,
        continuity=ours.continuity,
        load=ours.load,
        gender_preference=ours.gender_preference,
    )
    given(allocation_rule).when(same).then(made)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"language": 101}, "language must be"), ({"load": -1}, "load must be")],
)
def test_points_lie_between_nothing_and_a_hundred(wrong: dict[str, int], said: str) -> None:
    given(allocation_rule).when(replace(CHANGE, **wrong)).refused(said)


def test_a_rule_in_which_nothing_counts_is_none() -> None:
    given(allocation_rule).when(replace(CHANGE, practice=0, language=0, continuity=0)).refused("at least one factor")


def test_every_factor_says_what_it_gave() -> None:
    assert score(RULE, SOMEONE, AMIRA) == Points(practice=30, language=25, continuity=0, load=15, gender_preference=5)
    assert score(RULE, SOMEONE, BEN) == Points(practice=0, language=0, continuity=20, load=15, gender_preference=0)


def test_what_nobody_told_of_fits_everyone() -> None:
    told_nothing = Person(practice=None)
    assert score(RULE, told_nothing, BEN) == Points(practice=0, language=25, continuity=0, load=15, gender_preference=5)
    assert score(RULE, replace(told_nothing, language="en"), AMIRA).language == 25


def test_the_somali_speaker_comes_first_unless_she_is_away_full_or_said_no() -> None:
    def first(*candidates: Candidate) -> str:
        return rank(RULE, SOMEONE, candidates)[0].candidate.worker_id

    assert first(BEN, AMIRA) == "amira"
    assert first(AMIRA, BEN) == "amira"
    assert first(BEN, replace(AMIRA, away=True)) == "ben"
    assert first(BEN, replace(AMIRA, held=39)) == "ben"
    assert first(BEN, replace(AMIRA, held=38)) == "amira"
    assert first(BEN, replace(AMIRA, said_no="conflict")) == "ben"
    assert first(replace(BEN, away=True), replace(AMIRA, said_no="conflict")) == "amira"
    assert first(BEN, replace(AMIRA, signs_in=False)) == "ben"


def test_why_somebody_cannot_be_asked_is_said() -> None:
    unasked = (replace(AMIRA, signs_in=False), replace(AMIRA, away=True), replace(AMIRA, held=39))
    assert [each.obstacle(2) for each in (AMIRA, *unasked)] == [None, "no_account", "away", "full"]


@each(
    st.builds(
        Candidate,
        worker_id=st.sampled_from(["amira", "ben"]),
        name=st.just("x"),
        held=st.integers(0, 60),
        room=st.integers(0, 60),
        languages=st.frozensets(st.sampled_from(["en", "so"])),
        practices=st.frozensets(st.sampled_from(["K83001"])),
    ),
    st.builds(Person, practice=st.sampled_from([None, "K83001"]), language=st.sampled_from([None, "so", "en"])),
)
def test_no_factor_gives_more_than_its_most(candidate: Candidate, person: Person) -> None:
    points = score(RULE, person, candidate)
    assert 0 <= points.load <= RULE.most.load
    assert 0 <= points.total <= RULE.most.total
