"""Groups of groups, parted in several ways: from all that is shown of them no small number is had."""

from collections.abc import Hashable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.disclosure import shown
from projections.disclosure.nested import Wholes, held_back, published
from projections.disclosure.tables import few
from tests.projections.attacker import STAR, group_may_be, narrowed_groups

Counts = dict[Hashable, int]


def world(seed: int) -> tuple[Counts, Wholes]:
    """People who came by one grant or two; grants in purposes and in areas; everybody in both."""
    chance = Random(seed)
    grants = [f"g{number}" for number in range(chance.randint(1, 9))]
    came: dict[Hashable, set[int]] = {grant: set() for grant in grants}
    for someone in range(chance.randint(0, 90)):
        for grant in chance.sample(grants, min(len(grants), chance.choice((1, 1, 1, 2)))):
            came[grant].add(someone)
    wholes: list[tuple[Hashable, list[Hashable]]] = []
    for kind in ("purpose", "area"):
        groups: dict[Hashable, list[Hashable]] = {}
        for grant in grants:
            groups.setdefault((kind, chance.randrange(3)), []).append(grant)
        wholes += [*groups.items(), ("everybody", list(groups))]
        came |= {group: set().union(*(came[part] for part in parts)) for group, parts in groups.items()}
    came["everybody"] = set().union(*(came[grant] for grant in grants))
    return {group: len(people) for group, people in came.items()}, wholes


def told(counts: Counts, held: frozenset[Hashable]) -> dict[Hashable, int | str]:
    found: dict[Hashable, int | str] = {}
    for group, count in counts.items():
        number = STAR if group in held else shown(count)
        assert number is not None, f"{group}: {count} is few and would be shown"
        found[group] = number
    return found


@given(st.integers(0, 10**6))
def test_no_small_number_is_had_from_the_others_and_none_stands_alone_beside_its_whole(seed: int) -> None:
    counts, wholes = world(seed)
    held = held_back(counts, wholes)
    assert not held & {group for group, count in counts.items() if count == 0}, "nobody is nobody"
    small = [group for group, count in counts.items() if few(count)]
    assert narrowed_groups(told(counts, held), wholes, small) == []
    for whole, parts in wholes:
        if whole in held:
            assert {part for part in parts if counts[part]} <= held, "of what is held back no part is shown"
        elif len(hidden := held.intersection(parts)) == 1:
            assert not few(counts[next(iter(hidden))])


def test_without_more_than_the_small_ones_an_attacker_learns_something() -> None:
    learnt = 0
    for seed in range(200):
        counts, wholes = world(seed)
        bare = held_back(counts, wholes, complementary=False)
        small = [group for group, count in counts.items() if few(count)]
        learnt += bool(narrowed_groups(told(counts, bare), wholes, small))
    assert learnt > 5


FOOD = [("food", ["g1", "g2"]), ("money", ["g3", "g4"]), ("everybody", ["food", "money"])]


@pytest.mark.parametrize(
    ("numbers", "held"),
    [
        ((12, 20, 9, 40), set()),
        ((12, 6, 9, 40), {"g1", "g2"}),
        ((3, 2, 9, 40), {"g1", "g2", "food", "g3", "g4", "money"}),
        ((3, 0, 0, 0), {"g1", "food", "everybody"}),
        ((0, 0, 0, 0), set()),
    ],
    ids=["nothing small", "beside it in its purpose", "a small purpose", "few altogether", "nobody"],
)
def test_what_is_held_back_beside_a_small_group(numbers: tuple[int, ...], held: set[str]) -> None:
    one, two, three, four = numbers
    counts: Counts = {"g1": one, "g2": two, "g3": three, "g4": four, "food": one + two, "money": three + four}
    counts["everybody"] = sum(numbers)
    assert held_back(counts, FOOD) == held


def test_of_a_number_that_is_held_back_no_part_is_shown() -> None:
    whole = {"g1": 12, "g2": 6, "g3": 9, "g4": 40, "food": 18, "money": 49, "everybody": 67}
    rows: dict[Hashable, dict[str, Any]] = {each: {"people": n, "completed": min(n, 10)} for each, n in whole.items()}
    found = published(rows, {"people": None, "completed": "people"}, FOOD)
    assert found["g1"] == found["g2"] == {"people": None, "completed": None}
    assert found["g3"] == {"people": 10, "completed": 10}


def test_the_attacker_knows_what_follows() -> None:
    shown_: dict[Hashable, int | str] = {"g1": 10, "g2": STAR, "food": 20}
    wholes = [("food", ["g1", "g2"])]
    assert [value for value in range(1, 8) if group_may_be(shown_, wholes, "g2", value)] == [6, 7]
