"""Competence: a young person is found to understand what they decide, and their wish counts before a parent's."""

from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import consent, representation
from commonweal.domain.people.representation import CompetenceAssessed, RepresentativeUnlinked


@command
class AssessCompetence:
    person_id: str
    assessment_id: str
    outcome: str
    basis: str
    parent_excluded: bool = False
    words: str | None = None
    assessed_on: date
    by: str
    on: date


PRIMARY: Final = "representation"
PRIMARY_ID: Final = "person_id"
CREATES: Final = (AssessCompetence,)
Command = AssessCompetence


def reads(_state: representation.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("consent", command.person_id),)


def decide(
    states: tuple[representation.State, consent.State], command: Command
) -> tuple[tuple[representation.Event, ...], tuple[consent.Event, ...]]:
    """A competent young person's wish ends what a parent was let do, and what a parent agreed to."""
    state, answers = states
    values.identifier(command.assessment_id, "assessment_id")
    values.one_of(codes.COMPETENCE_OUTCOMES, command.outcome, "outcome")
    values.one_of(codes.COMPETENCE_BASES, command.basis, "basis")
    values.happened(command.assessed_on, command.on, "assessed_on")
    if command.parent_excluded and command.outcome != "competent":
        raise Refused("parent_excluded is for a young person who was found competent")
    if command.assessment_id in state.assessed:
        return (), ()
    assessed = CompetenceAssessed(
        assessment_id=command.assessment_id,
        outcome=command.outcome,
        basis=command.basis,
        parent_excluded=command.parent_excluded,
        words=None if command.words is None else values.said(command.words, "words"),
        assessed_on=command.assessed_on,
        by=command.by,
    )
    parents = [each for each, link in state.linked.items() if link.kind == "parent"] if command.parent_excluded else []
    ended = (
        RepresentativeUnlinked(representative_id=each, reason="excluded_by_wish", ended_on=command.on, by=command.by)
        for each in parents
    )
    return (assessed, *ended), consent.parents_count(answers, on=command.on, still=not command.parent_excluded)
