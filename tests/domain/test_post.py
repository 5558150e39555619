"""What was agreed of a post, and from when it holds."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.link_worker import LinkWorkerEngaged
from commonweal.domain.workforce.post import (
    ChangeFundingOfPost,
    ChangeHostPractices,
    ChangeWorkingPattern,
    FundingOfPostChanged,
    HostPracticesChanged,
    WorkingPatternChanged,
)
from tests.given import given, state_of

START, LATER = date(2025, 4, 1), date(2025, 10, 1)
AMIRA = LinkWorkerEngaged(
    display_name="Amira Khan",
    employer="U35821",
    host_practices=("K83001",),
    pcns=("U35821",),
    fte_percent=50,
    caseload_limit=40,
    funder="QPM",
    engaged_on=START,
)
MORE = WorkingPatternChanged(fte_percent=100, from_on=LATER)
SPLIT = FundingOfPostChanged(funders=("QPM", "GB-CHC-1054276"), funder_percents=(60, 40), from_on=LATER)
MOVED = HostPracticesChanged(host_practices=("K83002",), pcns=("U52261",), from_on=LATER)


def test_hours_hold_from_their_day_whenever_they_were_told() -> None:
    given(link_worker, AMIRA).when(ChangeWorkingPattern(fte_percent=100, from_on=LATER)).then(MORE)
    given(link_worker, AMIRA, MORE).when(ChangeWorkingPattern(fte_percent=100, from_on=LATER)).then_nothing()
    terms = state_of(link_worker, AMIRA, MORE, WorkingPatternChanged(fte_percent=20, from_on=date(2025, 7, 1))).terms
    days = (START - timedelta(days=1), START, date(2025, 7, 1), LATER - timedelta(days=1), LATER)
    assert [terms.fte_percent(day) for day in days] == [0, 50, 20, 20, 100]


def test_what_is_agreed_anew_for_a_day_replaces_what_was() -> None:
    terms = state_of(link_worker, AMIRA, MORE, replace(MORE, fte_percent=80)).terms
    assert terms.hours == ((START, 50), (LATER, 80))


def test_funding_is_shared_out_whole() -> None:
    wish = ChangeFundingOfPost(funders=SPLIT.funders, funder_percents=SPLIT.funder_percents, from_on=LATER)
    given(link_worker, AMIRA).when(wish).then(SPLIT)
    given(link_worker, AMIRA, SPLIT).when(wish).then_nothing()
    terms = state_of(link_worker, AMIRA, SPLIT).terms
    assert terms.funding == ((START, (("QPM", 100),)), (LATER, (("QPM", 60), ("GB-CHC-1054276", 40))))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"funder_percents": (60, 39)}, "100 together"),
        ({"funder_percents": (100, 0)}, "1 to 100 each"),
        ({"funder_percents": (100,)}, "one share"),
        ({"funders": ("QPM", "QPM")}, "each funder once"),
        ({"funders": ("QPM", "the county")}, "funders must be"),
    ],
)
def test_funding_with_something_wrong_names_it(wrong: dict[str, Any], said: str) -> None:
    wish = ChangeFundingOfPost(funders=SPLIT.funders, funder_percents=SPLIT.funder_percents, from_on=LATER)
    given(link_worker, AMIRA).when(replace(wish, **wrong)).refused(said)


def test_whoever_looks_after_the_new_pcns_looks_after_the_link_worker() -> None:
    wish = ChangeHostPractices(host_practices=("K83002",), pcns=("U52261",), from_on=LATER)
    given(link_worker, AMIRA).when(wish).then(MOVED)
    given(link_worker, AMIRA, MOVED).when(wish).then_nothing()
    state = state_of(link_worker, AMIRA, MOVED)
    assert state.engaged.pcns == ("U52261",)
    assert state.terms.practices == ("K83002",)
    given(link_worker, AMIRA).when(replace(wish, host_practices=("Mawsley",))).refused("host_practices")
