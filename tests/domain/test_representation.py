"""Who may speak for a person, and what was found about what they can decide themselves."""

from dataclasses import replace
from datetime import date

import pytest

from commonweal.domain.people import representation
from commonweal.domain.people.representation import (
    AssessCapacity,
    CapacityAssessed,
    CompetenceAssessed,
    LinkRepresentative,
    RepresentativeLinked,
    RepresentativeUnlinked,
    UnlinkRepresentative,
)
from tests.given import given, state_of

TODAY = date(2026, 3, 2)
LINK = LinkRepresentative(
    representative_id="x", kind="parent", name=" Ada Quince ", authority="parental_responsibility", since=TODAY, by="wren"
)  # fmt: skip
LINKED = RepresentativeLinked(
    representative_id="x", kind="parent", name="Ada Quince", authority="parental_responsibility", since=TODAY, by="wren"
)  # fmt: skip
UNLINK = UnlinkRepresentative(representative_id="x", reason="ended", by="wren", on=TODAY)
UNLINKED = RepresentativeUnlinked(representative_id="x", reason="ended", ended_on=TODAY, by="wren")
FOUND = CompetenceAssessed(
    assessment_id="c", outcome="competent", basis="gillick", parent_excluded=True, assessed_on=TODAY, by="wren"
)
EXCLUDED = replace(UNLINKED, reason="excluded_by_wish")


def test_a_representative_is_linked_once_unlinked_and_may_come_back() -> None:
    given(representation).when(LINK).then(LINKED)
    given(representation, LINKED).when(LINK).then_nothing()
    given(representation, LINKED).when(UNLINK).then(UNLINKED)
    given(representation, LINKED, UNLINKED).when(UNLINK).then_nothing()
    given(representation, LINKED, UNLINKED).when(LINK).then(LINKED)
    given(representation).when(UNLINK).refused("no such representative")


@pytest.mark.parametrize("kind", ["attorney", "deputy"])
def test_an_attorney_or_a_deputy_needs_a_paper_somebody_has_seen(kind: str) -> None:
    given(representation).when(replace(LINK, kind=kind, authority="person_said")).refused("authority")
    given(representation).when(replace(LINK, kind=kind, authority="document_seen")).then(
        replace(LINKED, kind=kind, authority="document_seen")
    )


def test_what_makes_no_sense_is_refused_by_its_field() -> None:
    given(representation).when(replace(LINK, name=" ")).refused("name is missing")
    given(representation).when(replace(LINK, until=date(2026, 3, 1))).refused("until lies before")
    given(representation).when(replace(LINK, kind="friend")).refused("kind must be one of")


def test_an_excluded_parent_cannot_be_linked_again_though_another_carer_can() -> None:
    given(representation, LINKED, FOUND, EXCLUDED).when(LINK).refused("no parent is involved")
    carer = replace(LINK, representative_id="y", kind="carer")
    given(representation, LINKED, FOUND, EXCLUDED).when(carer).then(
        replace(LINKED, representative_id="y", kind="carer")
    )
    assert state_of(representation, LINKED, FOUND, EXCLUDED).parent_excluded
    again = replace(FOUND, assessment_id="d", parent_excluded=False)
    given(representation, FOUND, again).when(LINK).then(LINKED)


def test_capacity_is_for_one_decision_at_one_time() -> None:
    wish = AssessCapacity(
        assessment_id="a", decision="plan", outcome="fluctuates", basis="assessed_here", words="better in the morning",
        assessed_on=TODAY, by="wren", on=TODAY,
    )  # fmt: skip
    found = CapacityAssessed(
        assessment_id="a", decision="plan", outcome="fluctuates", basis="assessed_here", words="better in the morning",
        assessed_on=TODAY, by="wren",
    )  # fmt: skip
    given(representation).when(wish).then(found)
    given(representation, found).when(wish).then_nothing()
    other = replace(wish, assessment_id="b", decision="money")
    given(representation, found).when(other).then(replace(found, assessment_id="b", decision="money"))
