"""Two records of one person become one by a human's decision, and two again."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as any_given
from hypothesis import strategies as st

from commonweal.domain.message import Claim, Refused
from commonweal.domain.people import merge, person
from commonweal.domain.people.duplicate import (
    DuplicateDismissed,
    PersonsMerged,
    PersonsUnmerged,
    PossibleDuplicateFlagged,
)
from commonweal.domain.people.merge import DismissDuplicate, FlagPossibleDuplicate, MergePersons, UnmergePersons
from commonweal.domain.people.person import (
    NHSNumberReleased,
    NHSNumberTraced,
    PersonDied,
    PersonErased,
    PersonRegistered,
    SetContactPreference,
)
from tests.domain.arbitrary import members, wishes
from tests.given import given, state_of
from tests.luck import tried

NUMBER = "9434765919"
KNOWN = PersonRegistered(
    name="Ottoline", nhs_number=NUMBER, nhs_number_status="01", stated_gender="X", ethnic_category="99"
)
UNTRACED = replace(KNOWN, nhs_number=None, nhs_number_status="07")
OTHER = ("person", "old")
FLAG = FlagPossibleDuplicate(person_id="new", other_id="old", evidence="same_details", by="wren")
FLAGGED = PossibleDuplicateFlagged(other_id="old", evidence="same_details", by="wren")
MERGE = MergePersons(person_id="new", absorbed_id="old", evidence="traced", words="a trace", by="wren")


def merged(here: str) -> PersonsMerged:
    return PersonsMerged(
        here=here, survivor_id="new", absorbed_id="old", evidence="traced", words="a trace", by="wren"
    )  # fmt: skip


def unmerged(here: str) -> PersonsUnmerged:
    return PersonsUnmerged(here=here, survivor_id="new", absorbed_id="old", reason="two_people", by="wren")


def test_a_possible_duplicate_is_flagged_once_from_either_side_and_merges_nothing() -> None:
    given(merge, KNOWN, reading={OTHER: (UNTRACED,)}).when(FLAG).then(FLAGGED)
    given(merge, KNOWN, FLAGGED, reading={OTHER: (UNTRACED,)}).when(FLAG).then_nothing()
    there = {OTHER: (UNTRACED, replace(FLAGGED, other_id="new"))}
    given(merge, KNOWN, reading=there).when(FLAG).then_nothing()


def test_it_is_dismissed_where_it_was_flagged() -> None:
    dismiss = DismissDuplicate(person_id="new", other_id="old", reason="twins_or_family", by="wren")
    gone = DuplicateDismissed(other_id="old", reason="twins_or_family", by="wren")
    given(merge, KNOWN, FLAGGED, reading={OTHER: (UNTRACED,)}).when(dismiss).then(gone)
    there = {OTHER: (UNTRACED, replace(FLAGGED, other_id="new"))}
    given(merge, KNOWN, reading=there).when(dismiss).then(writing={OTHER: (replace(gone, other_id="new"),)})
    given(merge, KNOWN, FLAGGED, gone, reading={OTHER: (UNTRACED,)}).when(dismiss).then_nothing()
    given(merge, KNOWN, reading={OTHER: (UNTRACED,)}).when(dismiss).refused("nobody has said")


def test_a_merge_stands_in_both_records() -> None:
    asked = given(merge, KNOWN, FLAGGED, reading={OTHER: (UNTRACED,)}).when(MERGE)
    asked.then(merged("survivor"), writing={OTHER: (merged("absorbed"),)})
    state = state_of(person, KNOWN, FLAGGED, merged("survivor"))
    assert (state.same.absorbed, state.same.suspects) == (("old",), frozenset())


def test_an_nhs_number_goes_with_the_merge_where_the_survivor_has_none() -> None:
    taken = NHSNumberTraced(nhs_number=NUMBER, nhs_number_status="01")
    given(merge, UNTRACED, reading={OTHER: (KNOWN,)}).when(MERGE).then(
        merged("survivor"), taken, writing={OTHER: (merged("absorbed"), NHSNumberReleased(nhs_number=NUMBER))}
    )
    assert person.claims(NHSNumberReleased(nhs_number=NUMBER)) == (Claim("nhs_number", NUMBER, release=True),)
    assert person.claims(taken) == (Claim("nhs_number", NUMBER),)


def test_two_different_nhs_numbers_are_never_merged() -> None:
    other = replace(KNOWN, nhs_number="9100000000")
    given(merge, KNOWN, reading={OTHER: (other,)}).when(MERGE).refused("not the same")


def test_nothing_is_changed_in_a_record_that_is_a_part_of_another() -> None:
    wish = SetContactPreference(channel="phone", safe_to_leave_message=False)
    given(person, UNTRACED, merged("absorbed")).when(wish).refused("merged into another")
    given(merge, UNTRACED, merged("absorbed"), reading={OTHER: (UNTRACED,)}).when(FLAG).refused("merged into another")


@pytest.mark.parametrize(
    ("survivor", "absorbed", "why"),
    [
        ((), (UNTRACED,), "not there"),
        ((KNOWN,), (UNTRACED, PersonErased(basis="request_upheld")), "erased"),
        ((KNOWN,), (UNTRACED, replace(merged("absorbed"), survivor_id="third")), "merged into another"),
        ((KNOWN,), (UNTRACED, replace(merged("survivor"), absorbed_id="third")), "other way round"),
        ((KNOWN,), (UNTRACED, PersonDied(source="gp")), "has died"),
    ],
)
def test_a_merge_is_refused(survivor: Any, absorbed: Any, why: str) -> None:
    given(merge, *survivor, reading={OTHER: absorbed}).when(MERGE).refused(why)


def test_a_record_is_not_merged_with_itself_nor_for_the_same_name_alone() -> None:
    given(merge, KNOWN).when(replace(MERGE, absorbed_id="new")).refused("not its own duplicate")
    given(merge, KNOWN, reading={OTHER: (UNTRACED,)}).when(replace(MERGE, evidence="same_details")).refused("evidence")


def test_unmerged_each_has_what_it_had() -> None:
    survivor = (UNTRACED, merged("survivor"), NHSNumberTraced(nhs_number=NUMBER, nhs_number_status="01"))
    absorbed = (KNOWN, merged("absorbed"), NHSNumberReleased(nhs_number=NUMBER))
    wish = UnmergePersons(person_id="new", absorbed_id="old", reason="two_people", by="wren")
    back = NHSNumberTraced(nhs_number=NUMBER, nhs_number_status="01")
    given(merge, *survivor, reading={OTHER: absorbed}).when(wish).then(
        unmerged("survivor"),
        NHSNumberReleased(nhs_number=NUMBER),
        writing={OTHER: (unmerged("absorbed"), back)},
    )
    apart = state_of(person, *absorbed, unmerged("absorbed"), back)
    assert (apart.nhs_number, apart.nhs_number_status, apart.same.merged_into) == (NUMBER, "01", None)
    given(
        merge, *survivor, unmerged("survivor"), reading={OTHER: (*absorbed, unmerged("absorbed"))}
    ).when(wish).then_nothing()  # fmt: skip
    given(merge, KNOWN, reading={OTHER: (UNTRACED,)}).when(wish).refused("were not merged")


def test_merged_and_taken_apart_in_any_order_the_two_agree_and_one_number_is_one_records() -> None:
    granted: set[str] = set()

    anything = any_given(
        st.lists(st.tuples(st.booleans(), st.sampled_from(members(merge.Command)).flatmap(wishes)), max_size=12)
    )

    def law(asked: list[tuple[bool, Any]]) -> None:
        world = {"ada": state_of(person, UNTRACED), "ottoline": state_of(person, KNOWN)}
        for turned, wish in asked:
            here, there = ("ottoline", "ada") if turned else ("ada", "ottoline")
            field = "other_id" if hasattr(wish, "other_id") else "absorbed_id"
            command = replace(wish, person_id=here, **{field: there})
            try:
                made = merge.decide((world[here], world[there]), command)
            except Refused:
                continue
            for identity, events in zip((here, there), made, strict=True):
                for event in events:
                    world[identity] = person.evolve(world[identity], event)
                    granted.add(type(event).__name__)
            assert merge.decide((world[here], world[there]), command) == ((), ())
            ada, ottoline = world["ada"].same, world["ottoline"].same
            assert (ada.merged_into == "ottoline") == ("ada" in ottoline.absorbed)
            assert (ottoline.merged_into == "ada") == ("ottoline" in ada.absorbed)
            assert sorted([world["ada"].nhs_number or "", world["ottoline"].nhs_number or ""]) == ["", NUMBER]

    wanted = {"PossibleDuplicateFlagged", "DuplicateDismissed", "PersonsMerged", "PersonsUnmerged"}
    tried(anything, law, 150, lambda: wanted - granted)
