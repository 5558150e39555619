"""What is said in a plan: what matters to the person, what they can build on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from commonweal.domain import codes, values
from commonweal.domain.message import Erased, Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class WhatMattersRecorded:
    clause_id: str
    person_id: str
    statement: Personal[str]
    domain: str | None = None
    said_by: str
    language: str | None = None
    by: str


@event
class WhatMattersReworded:
    clause_id: str
    statement: Personal[str]
    domain: str | None = None
    said_by: str
    language: str | None = None
    by: str


@event
class StrengthRecorded:
    clause_id: str
    person_id: str
    text: Personal[str]
    kind: str
    said_by: str
    by: str


@event
class StrengthReworded:
    clause_id: str
    text: Personal[str]
    kind: str
    said_by: str
    by: str


@event
class PlanClauseRemoved:
    clause_id: str
    reason: str
    by: str


@command
class RecordWhatMatters:
    """`domain`: a code of the plan's framework; `said_by`: whose words these are."""

    clause_id: str
    statement: str
    domain: str | None = None
    said_by: str = "person"
    language: str | None = None
    by: str


@command
class RewordWhatMatters:
    clause_id: str
    statement: str
    domain: str | None = None
    said_by: str = "person"
    language: str | None = None
    by: str


@command
class RecordStrength:
    clause_id: str
    text: str
    kind: str
    said_by: str = "person"
    by: str


@command
class RewordStrength:
    clause_id: str
    text: str
    kind: str
    said_by: str = "person"
    by: str


@command
class RemovePlanClause:
    clause_id: str
    reason: str
    by: str


Event = WhatMattersRecorded | WhatMattersReworded | StrengthRecorded | StrengthReworded | PlanClauseRemoved
Command = RecordWhatMatters | RewordWhatMatters | RecordStrength | RewordStrength | RemovePlanClause


@dataclass(frozen=True, slots=True)
class Frame:
    """What of its plan every line hangs on."""

    person_id: str
    domains: frozenset[str]
    """The codes of the plan's framework."""


@dataclass(frozen=True, slots=True)
class Statement:
    words: str | Erased
    domain: str | None
    said_by: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Strength:
    words: str | Erased
    kind: str
    said_by: str


@dataclass(frozen=True, slots=True)
class State:
    what_matters: Mapping[str, Statement]
    strengths: Mapping[str, Strength]


INITIAL: Final = State(what_matters={}, strengths={})

MOST: Final = 100
"""Clauses of one kind in one plan: more is no plan."""


def evolve(state: State, event: Event) -> State:
    match event:
        case WhatMattersRecorded() | WhatMattersReworded():
            said = Statement(event.statement, event.domain, event.said_by, event.language)
            return replace(state, what_matters={**state.what_matters, event.clause_id: said})
        case StrengthRecorded() | StrengthReworded():
            strength = Strength(event.text, event.kind, event.said_by)
            return replace(state, strengths={**state.strengths, event.clause_id: strength})
        case PlanClauseRemoved(clause_id=gone):
            return replace(
                state, what_matters=_without(state.what_matters, gone), strengths=_without(state.strengths, gone)
            )


C = TypeVar("C")


def _without(clauses: Mapping[str, C], gone: str) -> Mapping[str, C]:
    return {clause_id: clause for clause_id, clause in clauses.items() if clause_id != gone}


def decide(state: State, command: Command, plan: Frame) -> tuple[Event, ...]:
    match command:
        case RecordWhatMatters() | RewordWhatMatters():
            return _what_matters(state, command, plan)
        case RecordStrength() | RewordStrength():
            return _strength(state, command, plan.person_id)
        case RemovePlanClause(clause_id=gone, reason=reason, by=by):
            values.one_of(codes.CLAUSE_REMOVALS, reason, "reason")
            there = gone in state.what_matters or gone in state.strengths
            return (PlanClauseRemoved(clause_id=gone, reason=reason, by=by),) if there else ()


def _what_matters(state: State, command: RecordWhatMatters | RewordWhatMatters, plan: Frame) -> tuple[Event, ...]:
    words = values.said(command.statement, "statement", 2_000)
    values.one_of(codes.PLAN_SPEAKERS, command.said_by, "said_by")
    if command.domain is not None:
        values.one_of(plan.domains, command.domain, "domain")
    if command.language is not None:
        values.language(command.language, "language")
    known = state.what_matters.get(command.clause_id)
    if known == Statement(words, command.domain, command.said_by, command.language):
        return ()
    again = isinstance(command, RewordWhatMatters)
    check_clause(command.clause_id, "clause_id", known=known is not None, again=again, held=len(state.what_matters))
    if again:
        return (
            WhatMattersReworded(
                clause_id=command.clause_id,
                statement=words,
                domain=command.domain,
                said_by=command.said_by,
                language=command.language,
                by=command.by,
            ),
        )
    return (
        WhatMattersRecorded(
            clause_id=command.clause_id,
            person_id=plan.person_id,
            statement=words,
            domain=command.domain,
            said_by=command.said_by,
            language=command.language,
            by=command.by,
        ),
    )


def _strength(state: State, command: RecordStrength | RewordStrength, person_id: str) -> tuple[Event, ...]:
    words = values.said(command.text, "text", 2_000)
    values.one_of(codes.STRENGTHS, command.kind, "kind")
    values.one_of(codes.PLAN_SPEAKERS, command.said_by, "said_by")
    known = state.strengths.get(command.clause_id)
    if known == Strength(words, command.kind, command.said_by):
        return ()
    again = isinstance(command, RewordStrength)
    check_clause(command.clause_id, "clause_id", known=known is not None, again=again, held=len(state.strengths))
    said = {"text": words, "kind": command.kind, "said_by": command.said_by, "by": command.by}
    if again:
        return (StrengthReworded(clause_id=command.clause_id, **said),)
    return (StrengthRecorded(clause_id=command.clause_id, person_id=person_id, **said),)


def check_goal(goal_id: str, goals: Collection[str]) -> None:
    """Refuses a goal that is none of this plan's."""
    if goal_id not in goals:
        raise Refused("goal_id is that of no goal in this plan")


def check_clause(clause_id: str, field: str, *, known: bool, again: bool, held: int) -> None:
    """Refuses to say anew what stands there in other words, and to reword (`again`) what does not stand there."""
    values.identifier(clause_id, field)
    if again and not known:
        raise Refused("this plan has no such line: it may have been taken out")
    if not again and known:
        raise Refused(f"{field} is that of another line of this plan: reword that one instead")
    if not again and held >= MOST:
        raise Refused(f"this plan has {MOST} lines of this kind already: take one out first")
