"""Assessing: may it be funded, is the organisation what it says, how good is it, and what does the panel say."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest.grant_application import BEFORE_OFFER, MAY_BE_FUNDED, require
from commonweal.domain.message import Personal, Refused, command, event


@dataclass(frozen=True, slots=True)
class Point:
    """0–5 for one criterion."""

    criterion: str
    score: int


# These names are the storage format: never renamed.


@event
class EligibilityPassed:
    rules: tuple[str, ...]
    by: str


@event
class EligibilityFailed:
    """`rules`: those it does not meet."""

    rules: tuple[str, ...]
    reason: Personal[str]
    by: str


@event
class DueDiligenceRecorded:
    charity_number: str | None = None
    bank_checked: bool
    safeguarding_policy: bool
    insured_until: date | None = None
    accounts_year: int | None = None
    by: str


@event
class ConflictDeclared:
    """`assessor`: a user. `kind`: of `codes.CONFLICTS`."""

    assessor: str
    kind: str


@event
class ConflictCleared:
    assessor: str
    reason: str
    by: str


@event
class ApplicationShortlisted:
    by: str


@event
class ApplicationAssessed:
    """`organisation`: for whom the assessor judges; none where they are staff."""

    assessor: str
    organisation: str | None = None
    points: tuple[Point, ...]
    comment: Personal[str | None] = None


@event
class AssessmentModerated:
    points: tuple[Point, ...]
    comment: Personal[str | None] = None
    moderator: str


@event
class PitchHeld:
    held_on: date
    minutes: Personal[str | None] = None
    by: str


@event
class ApplicationRecommended:
    amount_pence: int
    conditions: Personal[tuple[str, ...]] = ()
    by: str


@event
class ApplicationPlacedOnReserve:
    rank: int
    by: str


@event
class ApplicationDeclined:
    reason: str
    feedback: Personal[str | None] = None
    by: str


@command
class RecordDueDiligence:
    charity_number: str | None = None
    bank_checked: bool
    safeguarding_policy: bool
    insured_until: date | None = None
    accounts_year: int | None = None
    on: date
    by: str
    by_organisations: tuple[str, ...] = ()


@command
class DeclareConflict:
    """Whoever declares one neither scores this application nor says what becomes of it; how they scored it before does not count."""

    kind: str
    by: str


@command
class ClearConflict:
    """Somebody else found that there is none."""

    assessor: str
    reason: str
    by: str


@command
class RecordPitch:
    held_on: date
    minutes: str | None = None
    on: date
    by: str


Event = (
    EligibilityPassed
    | EligibilityFailed
    | DueDiligenceRecorded
    | ConflictDeclared
    | ConflictCleared
    | ApplicationShortlisted
    | ApplicationAssessed
    | AssessmentModerated
    | PitchHeld
    | ApplicationRecommended
    | ApplicationPlacedOnReserve
    | ApplicationDeclined
)
Command = DeclareConflict | ClearConflict | RecordPitch
"""`assess` judges and records due diligence, with the fund: by its rules, and by whose interests it knows."""


@dataclass(frozen=True, slots=True)
class State:
    failed: EligibilityFailed | None = None
    """Why it may not be funded."""
    diligence: DueDiligenceRecorded | None = None
    conflicts: Mapping[str, str] = field(default_factory=dict)
    """Users who do not judge, and why, by `codes.CONFLICTS`."""
    assessments: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    """By assessor."""
    moderated: tuple[Point, ...] = ()
    pitched_on: date | None = None
    recommended: ApplicationRecommended | None = None
    rank: int | None = None


INITIAL: Final = State()
BEST: Final = 5


def evolve(state: State, event: Event) -> State:
    match event:
        case DueDiligenceRecorded():
            return replace(state, diligence=event)
        case ConflictDeclared(assessor=who, kind=kind):
            return replace(
                state,
                conflicts={**state.conflicts, who: kind},
                assessments={each: given for each, given in state.assessments.items() if each != who},
                moderated=(),  # it was agreed on with them
            )
        case ConflictCleared(assessor=who):
            return replace(state, conflicts={each: kind for each, kind in state.conflicts.items() if each != who})
        case ApplicationAssessed(assessor=who, points=points):
            return replace(state, assessments={**state.assessments, who: points})
        case AssessmentModerated(points=points):
            return replace(state, moderated=points)
        case PitchHeld(held_on=day):
            return replace(state, pitched_on=day)
        case ApplicationRecommended():
            return replace(state, recommended=event, rank=None)
        case ApplicationPlacedOnReserve(rank=rank):
            return replace(state, rank=rank)
        case EligibilityPassed() | EligibilityFailed():
            return replace(state, failed=event if isinstance(event, EligibilityFailed) else None)
        case ApplicationShortlisted() | ApplicationDeclined():
            return state


PHASES: Final[Mapping[type, str]] = {
    EligibilityPassed: "eligible",
    EligibilityFailed: "ineligible",
    ApplicationShortlisted: "shortlisted",
    ApplicationAssessed: "assessed",
    AssessmentModerated: "assessed",
    PitchHeld: "pitched",
    ApplicationRecommended: "recommended",
    ApplicationPlacedOnReserve: "reserve",
    ApplicationDeclined: "declined",
}
"""What an application is after each event that moves it."""


def decide(state: State, command: Command, phase: str) -> tuple[Event, ...]:
    match command:
        case DeclareConflict(kind=kind, by=who):
            values.one_of(codes.CONFLICTS, kind, "kind")
            if who in state.conflicts:
                return ()
            require(phase, BEFORE_OFFER | {"ineligible"}, "have a conflict of interest declared in it any more")
            return (ConflictDeclared(assessor=who, kind=kind),)
        case ClearConflict(assessor=who, reason=reason, by=by):
            values.one_of(codes.CONFLICT_CLEARINGS, reason, "reason")
            if who == by:
                raise Refused("somebody else has to clear your conflict of interest")
            return (ConflictCleared(assessor=who, reason=reason, by=by),) if who in state.conflicts else ()
        case RecordPitch():
            return _pitch(state, command, phase)


def diligence(state: State, command: RecordDueDiligence) -> tuple[Event, ...]:
    number = command.charity_number
    recorded = DueDiligenceRecorded(
        charity_number=None if number is None else values.organisation(number, "charity_number"),
        bank_checked=command.bank_checked,
        safeguarding_policy=command.safeguarding_policy,
        insured_until=command.insured_until,
        accounts_year=command.accounts_year,
        by=command.by,
    )
    if recorded.accounts_year is not None and not 1900 <= recorded.accounts_year <= command.on.year:
        raise Refused(f"accounts_year must be a year such as {command.on.year - 1}, and not one to come")
    return () if state.diligence == recorded else (recorded,)


def points(wanted: tuple[str, ...], criteria: tuple[str, ...], scores: tuple[int, ...]) -> tuple[Point, ...]:
    """One point for each criterion that is wanted, in their order. Refuses others, and less."""
    if len(criteria) != len(scores) or sorted(criteria) != sorted(wanted):
        raise Refused(f"scores must be one each for {', '.join(codes.ASSESSMENT_CRITERIA[each] for each in wanted)}")
    given = dict(zip(criteria, scores, strict=True))
    for score in scores:
        values.within(score, 0, BEST, "scores")
    return tuple(Point(criterion, given[criterion]) for criterion in wanted)


def _pitch(state: State, command: RecordPitch, phase: str) -> tuple[Event, ...]:
    values.happened(command.held_on, command.on, "held_on")
    if state.pitched_on == command.held_on:
        return ()
    require(phase, MAY_BE_FUNDED, "be pitched")
    return (PitchHeld(held_on=command.held_on, minutes=command.minutes or None, by=command.by),)
