"""Representation: who may speak for a person, as long as the person cannot, or would rather not, speak alone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class RepresentativeLinked:
    representative_id: str
    kind: str
    name: Personal[str]
    contact: Personal[str | None] = None
    authority: str
    since: date
    until: date | None = None
    by: str


@event
class RepresentativeUnlinked:
    representative_id: str
    reason: str
    ended_on: date
    by: str


@event
class CapacityAssessed:
    """For one decision at one time, as the Mental Capacity Act 2005 has it."""

    assessment_id: str
    decision: str
    outcome: str
    basis: str
    words: Personal[str | None] = None
    assessed_on: date
    by: str


@event
class CompetenceAssessed:
    """Of someone under 16. `parent_excluded`: they wish that no parent is told, and are competent to."""

    assessment_id: str
    outcome: str
    basis: str
    parent_excluded: bool
    words: Personal[str | None] = None
    assessed_on: date
    by: str


@command
class LinkRepresentative:
    representative_id: str
    kind: str
    name: str
    contact: str | None = None
    authority: str
    since: date
    until: date | None = None
    by: str


@command
class UnlinkRepresentative:
    representative_id: str
    reason: str
    by: str
    on: date


@command
class AssessCapacity:
    assessment_id: str
    decision: str
    outcome: str
    basis: str
    words: str | None = None
    assessed_on: date
    by: str
    on: date


CATEGORY: Final = "representation"
SUBJECT_IS_STREAM: Final = True
"""One stream a person; its id is the person's."""
CREATES: Final = (LinkRepresentative, AssessCapacity)

Event = RepresentativeLinked | RepresentativeUnlinked | CapacityAssessed | CompetenceAssessed
Command = LinkRepresentative | UnlinkRepresentative | AssessCapacity
"""What a young person can decide is found in `competence`."""


@dataclass(frozen=True, slots=True)
class State:
    linked: Mapping[str, RepresentativeLinked]
    """Who may speak for the person, by id."""
    once: frozenset[str] = frozenset()
    """Of those who may not any more."""
    assessed: frozenset[str] = frozenset()
    parent_excluded: bool = False


INITIAL: Final = State(linked={})


def evolve(state: State, event: Event) -> State:
    match event:
        case RepresentativeLinked(representative_id=identity):
            return replace(state, linked={**state.linked, identity: event}, once=state.once - {identity})
        case RepresentativeUnlinked(representative_id=identity):
            linked = {each: link for each, link in state.linked.items() if each != identity}
            return replace(state, linked=linked, once=state.once | {identity})
        case CapacityAssessed(assessment_id=identity):
            return replace(state, assessed=state.assessed | {identity})
        case CompetenceAssessed(assessment_id=identity, parent_excluded=excluded):
            return replace(state, assessed=state.assessed | {identity}, parent_excluded=excluded)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case LinkRepresentative():
            return _link(state, command)
        case UnlinkRepresentative(representative_id=identity, reason=reason, by=by, on=day):
            values.identifier(identity, "representative_id")
            values.one_of(codes.UNLINKING_REASONS, reason, "reason")
            if identity in state.once:
                return ()
            if identity not in state.linked:
                raise Refused("there is no such representative of this person")
            return (RepresentativeUnlinked(representative_id=identity, reason=reason, ended_on=day, by=by),)
        case AssessCapacity():
            return _capacity(state, command)


def _link(state: State, command: LinkRepresentative) -> tuple[Event, ...]:
    values.identifier(command.representative_id, "representative_id")
    values.one_of(codes.REPRESENTATIVES, command.kind, "kind")
    values.one_of(codes.AUTHORITIES, command.authority, "authority")
    if command.until is not None and command.until < command.since:
        raise Refused("until lies before since")
    if command.kind in NEEDS_PAPER and command.authority not in PAPERS:
        raise Refused("authority for this kind of representative is a document or an order that somebody has seen")
    linked = RepresentativeLinked(
        representative_id=command.representative_id,
        kind=command.kind,
        name=values.said(command.name, "name", 300),
        contact=None if command.contact is None else values.said(command.contact, "contact", 300),
        authority=command.authority,
        since=command.since,
        until=command.until,
        by=command.by,
    )
    if (before := state.linked.get(command.representative_id)) is not None and replace(before, by=command.by) == linked:
        return ()
    if command.kind == "parent" and state.parent_excluded:
        raise Refused("this young person is competent and wishes that no parent is involved")
    return (linked,)


NEEDS_PAPER: Final = frozenset({"attorney", "deputy"})
"""Kinds of `codes.REPRESENTATIVES` that nobody has without one of `PAPERS`."""
PAPERS: Final = frozenset({"document_seen", "court_order_seen", "registered"})


def _capacity(state: State, command: AssessCapacity) -> tuple[Event, ...]:
    values.identifier(command.assessment_id, "assessment_id")
    values.one_of(codes.CAPACITY_DECISIONS, command.decision, "decision")
    values.one_of(codes.CAPACITY_OUTCOMES, command.outcome, "outcome")
    values.one_of(codes.CAPACITY_BASES, command.basis, "basis")
    values.happened(command.assessed_on, command.on, "assessed_on")
    if command.assessment_id in state.assessed:
        return ()
    return (
        CapacityAssessed(
            assessment_id=command.assessment_id,
            decision=command.decision,
            outcome=command.outcome,
            basis=command.basis,
            words=None if command.words is None else values.said(command.words, "words"),
            assessed_on=command.assessed_on,
            by=command.by,
        ),
    )
