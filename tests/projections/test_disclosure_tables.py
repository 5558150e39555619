"""Beside a small number as much is held back as it takes: whoever knows the rule and every number shown cannot tell it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from projections.disclosure import shown
from projections.disclosure.breakdowns import refused
from projections.disclosure.lines import published
from projections.disclosure.releases import as_released, boundary
from projections.disclosure.tables import EVERYBODY, TOTAL, Cell, Held, few, held_back
from tests.projections.attacker import NOT_THERE, STAR, may_be, narrowed

SMALL = frozenset(range(1, 8))


def lines(numbers: Sequence[int]) -> dict[Cell, int]:
    return {TOTAL: sum(numbers)} | {(str(line), EVERYBODY): number for line, number in enumerate(numbers)}


def grid(rows: Sequence[Sequence[int]]) -> dict[Cell, int]:
    cells: dict[Cell, int] = {(f"l{i}", f"c{j}"): n for i, row in enumerate(rows) for j, n in enumerate(row)}
    across: dict[Cell, int] = {(f"l{i}", EVERYBODY): sum(row) for i, row in enumerate(rows)}
    down: dict[Cell, int] = {(EVERYBODY, f"c{j}"): sum(column) for j, column in enumerate(zip(*rows, strict=True))}
    return {TOTAL: sum(map(sum, rows)), **across, **down, **cells}


def told(counts: Mapping[Cell, int], held: Held) -> dict[Cell, int | str]:
    def one(cell: Cell, count: int) -> int | str:
        number = STAR if cell in held.back else NOT_THERE if cell in held.untold else shown(count)
        assert number is not None, f"{cell}: {count} is few and would be shown"
        return number

    return {cell: one(cell, count) for cell, count in counts.items()}


def small(counts: Mapping[Cell, int]) -> list[Cell]:
    return [cell for cell, count in counts.items() if few(count)]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((20, 30), [50, 20, 30]),
        ((3, 20, 30), [55, STAR, STAR, 30]),
        ((3, 5, 30), [40, STAR, STAR, 30]),
        ((0, 5, 5), [10, 0, STAR, STAR]),
        ((2, 3), [STAR, NOT_THERE, NOT_THERE]),
        ((1,) * 8, [10, *[NOT_THERE] * 8]),
    ],
    ids=["nothing small", "the next smallest", "two small ones", "nobody", "few altogether", "all too small"],
)
def test_what_is_held_back_beside_a_small_number(numbers: tuple[int, ...], expected: list[int | str]) -> None:
    counts = lines(numbers)
    assert list(told(counts, held_back(counts)).values()) == expected


@pytest.mark.parametrize("complementary", [True, False])
@pytest.mark.parametrize(("size", "below"), [(2, 45), (3, 24)])
def test_of_all_tables_that_look_alike_one_has_each_small_number(size: int, below: int, complementary: bool) -> None:
    """Every table there is, told as we tell it: whoever knows even how we choose is left with all of 1 to 7."""
    alike = defaultdict(list)
    for numbers in product(range(below), repeat=size):
        counts = lines(numbers)
        alike[tuple(told(counts, held_back(counts, complementary=complementary)).values())].append(numbers)
    known = [
        (look, place)
        for look, tables in alike.items()
        if look[0] != STAR and int(look[0]) < below - 10  # beyond it not every table is there
        for place, number in enumerate(look[1:])
        if number == STAR
        if (values := {table[place] for table in tables}) & SMALL and not values >= SMALL
    ]
    assert bool(known) == (not complementary), known[:5]


numbers = st.integers(0, 25) | st.integers(0, 9)


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=3))
def test_no_line_and_column_together_tell_a_small_number(rows: list[list[int]]) -> None:
    counts = grid(rows)
    assert narrowed(told(counts, held_back(counts)), small(counts)) == []


def test_small_numbers_alone_held_back_can_be_told() -> None:
    """The attacker is one worth keeping out."""
    counts = lines((30, 10, 2))
    alone = told(counts, held_back(counts, complementary=False))
    assert [value for value in range(1, 10) if may_be(alone, ("2", EVERYBODY), value)] == [1, 2, 3, 4, 5, 6]
    counts = grid([(2, 9), (9, 30)])
    alone = told(counts, held_back(counts, complementary=False))
    assert narrowed(alone, small(counts)) == [("l0", "c0")]


@given(st.lists(numbers, min_size=2, max_size=5), st.integers(0, 20))
def test_who_stands_in_two_lines_gives_nobody_away(counted: list[int], twice: int) -> None:
    counts = lines(counted)
    counts[TOTAL] = max(*counted, counts[TOTAL] - twice)
    found = told(counts, held_back(counts, overlapping=0))
    assert narrowed(found, small(counts), overlapping=0) == []


def test_what_is_held_back_is_not_broken_down_and_no_part_of_it_is_shown() -> None:
    counts = grid([(2, 1), (20, 30), (10, 40)])
    found = told(counts, held_back(counts))
    assert (found["l0", EVERYBODY], found["l1", EVERYBODY], found["l2", EVERYBODY]) == (STAR, STAR, 50)
    assert {found[line, column] for line in ("l0", "l1") for column in ("c0", "c1")} == {NOT_THERE}
    whole = {cell: {"all": count, "some": count // 2} for cell, count in lines((3, 20, 30)).items()}
    numbers = published(whole, {"all": None, "some": "all"})
    assert numbers["1", EVERYBODY] == {"all": None, "some": None}
    assert numbers["2", EVERYBODY] == {"all": 30, "some": 15}


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        ("2026-11-22T15:00:00+00:00", "2026-11-16T00:00:00+00:00"),
        ("2026-11-16T00:00:00+00:00", "2026-11-16T00:00:00+00:00"),
        ("2026-07-05T23:30:00+00:00", "2026-07-05T23:00:00+00:00"),
    ],
)
def test_numbers_are_released_as_monday_begins_in_london(moment: str, monday: str) -> None:
    assert boundary(datetime.fromisoformat(moment)) == datetime.fromisoformat(monday)


def test_whoever_sees_releases_is_answered_as_of_one() -> None:
    now = datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert as_released(None, now) == boundary(now)
    assert as_released(now - timedelta(days=30), now) == boundary(now - timedelta(days=30))
    with pytest.raises(GraphQLError, match="released"):
        as_released(17, now)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["PCN", "NEED"], None),
        (["PCN", "NEED", "YEAR"], "people are told apart by two things at most: leave out need, PCN or year"),
        (["AGE_BAND"], "you do not see people by age band: ask by need, PCN or year"),
    ],
)
def test_people_are_told_apart_by_few_things_and_a_refusal_says_which(asked: list[str], sentence: str | None) -> None:
    assert refused(asked, {"PCN", "NEED", "YEAR"}) == sentence
