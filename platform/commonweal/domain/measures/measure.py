"""Measure: one time somebody is asked how life is going, from the day it is due to the score, or to why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.measures import questionnaire
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import Score
from commonweal.domain.message import Erased, Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class MeasureScheduled:
    referral_id: str
    person_id: str
    instrument: str
    instrument_version: str
    point: str
    due_on: date


@event
class MeasureOffered:
    offered_on: date


@event
class MeasureDeclined:
    reason: str
    declined_on: date


@event
class MeasureNotAppropriate:
    reason: str
    decided_on: date


@event
class MeasureMissed:
    due_on: date


@event
class MeasureLapsed:
    """The case ended before it was answered."""

    ending: str
    lapsed_on: date


@event
class MeasureCompleted:
    """What was answered to each question is the person's; what it came to is a statistic, and stays when they are erased."""

    answers: Personal[tuple[int, ...]]
    scores: tuple[Score, ...]
    scoring_version: str
    mode: str
    language: str
    completed_on: date
    by: str


@event
class RiskItemTriggered:
    """An answer for which somebody sees to the person's safety the same day."""

    referral_id: str
    person_id: str
    worker_id: str | None = None
    instrument: str
    item: str
    value: Personal[int]
    triggered_on: date


@event
class MeasureVoided:
    reason: str


@event
class MeasureRescored:
    before: tuple[Score, ...]
    scores: tuple[Score, ...]
    scoring_version: str


@command
class OfferMeasure:
    on: date


@command
class DeclineMeasure:
    reason: str
    on: date


@command
class MarkMeasureNotAppropriate:
    reason: str
    on: date


@command
class MissMeasure:
    on: date


@command
class LapseMeasure:
    """The case has ended; what is asked at the end or later is still asked of someone whose case was closed."""

    ending: str
    on: date


@command
class VoidMeasure:
    reason: str


@command
class RescoreMeasure:
    """Score the same answers again by today's table."""


CATEGORY: Final = "measure"

Event = (
    MeasureScheduled
    | MeasureOffered
    | MeasureDeclined
    | MeasureNotAppropriate
    | MeasureMissed
    | MeasureLapsed
    | MeasureCompleted
    | RiskItemTriggered
    | MeasureVoided
    | MeasureRescored
)
Command = (
    OfferMeasure
    | DeclineMeasure
    | MarkMeasureNotAppropriate
    | MissMeasure
    | LapseMeasure
    | VoidMeasure
    | RescoreMeasure
)
"""It is scheduled and completed in `measuring`."""

WAITS: Final = frozenset({"due", "offered"})
"""Phases in which it is still to be done."""
MAY_BE_TOLD: Final = WAITS | {"missed", "lapsed"}
"""Phases in which what became of it may be written down."""
AFTER_THE_END: Final = frozenset({"end", "3m", "6m", "12m"})
"""Points at which someone is asked whose case was closed."""
LATE_AFTER: Final = timedelta(days=28)
"""How long after its day a measure counts as missed. Local."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → due → offered → completed, declined, not appropriate, missed or lapsed; completed → voided"""
    scheduled: MeasureScheduled | None = None
    completed: MeasureCompleted | None = None
    scores: tuple[Score, ...] = ()
    scoring_version: str | None = None
    ending: str | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case MeasureScheduled():
            return State(phase="due", scheduled=event)
        case MeasureOffered():
            return replace(state, phase="offered")
        case MeasureDeclined(reason=reason):
            return replace(state, phase="declined", ending=reason)
        case MeasureNotAppropriate(reason=reason):
            return replace(state, phase="not appropriate", ending=reason)
        case MeasureMissed():
            return replace(state, phase="missed")
        case MeasureLapsed(ending=ending):
            return replace(state, phase="lapsed", ending=ending)
        case MeasureCompleted(scores=scores, scoring_version=version):
            return replace(state, phase="completed", completed=event, scores=scores, scoring_version=version)
        case RiskItemTriggered():
            return state
        case MeasureVoided(reason=reason):
            return replace(state, phase="voided", ending=reason)
        case MeasureRescored(scores=scores, scoring_version=version):
            return replace(state, scores=scores, scoring_version=version)


def person(state: State) -> str | None:
    return state.scheduled.person_id if state.scheduled else None


def case(state: State) -> str | None:
    return state.scheduled.referral_id if state.scheduled else None


MISSED: Final = "measure_missed"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    match event:
        case MeasureScheduled(due_on=day):
            return (Deadline(MISSED, identity, "", due.later(due.end_of(day), LATE_AFTER)),)
        case MeasureCompleted() | MeasureDeclined() | MeasureNotAppropriate() | MeasureMissed() | MeasureLapsed():
            return (Deadline(MISSED, identity, "", None),)
        case _:
            return ()


def _miss(_deadline: Deadline, now: datetime) -> Command:
    return MissMeasure(on=due.today(now))


FALLS_DUE: Final[FallsDue] = {MISSED: _miss}


def known(state: State) -> MeasureScheduled:
    """As it was scheduled; refuses where it was not."""
    if state.scheduled is None:
        raise Refused("there is no such measure")
    return state.scheduled


def decide(state: State, command: Command) -> tuple[Event, ...]:  # noqa: PLR0911 – one answer a command
    scheduled = known(state)
    match command:
        case OfferMeasure(on=day):
            if state.phase == "offered":
                return ()
            _require(state, WAITS, "be offered")
            return (MeasureOffered(offered_on=day),)
        case DeclineMeasure(reason=reason, on=day):
            values.one_of(codes.MEASURE_DECLINE_REASONS, reason, "reason")
            if (state.phase, state.ending) == ("declined", reason):
                return ()
            _require(state, MAY_BE_TOLD, "be declined")
            return (MeasureDeclined(reason=reason, declined_on=day),)
        case MarkMeasureNotAppropriate(reason=reason, on=day):
            values.one_of(codes.MEASURE_DECLINE_REASONS, reason, "reason")
            if (state.phase, state.ending) == ("not appropriate", reason):
                return ()
            _require(state, MAY_BE_TOLD, "be marked as not appropriate")
            return (MeasureNotAppropriate(reason=reason, decided_on=day),)
        case MissMeasure(on=day):
            late = due.today(due.later(due.end_of(scheduled.due_on), LATE_AFTER))
            return (MeasureMissed(due_on=scheduled.due_on),) if state.phase in WAITS and day >= late else ()
        case LapseMeasure(ending=ending, on=day):
            values.one_of(codes.CASE_ENDINGS, ending, "ending")
            kept = ending in codes.CLOSURE_REASONS and ending != "died" and scheduled.point in AFTER_THE_END
            return () if kept or state.phase not in WAITS else (MeasureLapsed(ending=ending, lapsed_on=day),)
        case VoidMeasure(reason=reason):
            values.one_of(codes.MEASURE_VOID_REASONS, reason, "reason")
            if state.phase == "voided":
                return ()
            _require(state, frozenset({"completed"}), "be voided")
            return (MeasureVoided(reason=reason),)
        case RescoreMeasure():
            return _rescore(state, scheduled)


def _require(state: State, phases: frozenset[str], what: str) -> None:
    if state.phase not in phases:
        raise Refused(f"this measure is {state.phase}; it cannot {what}")


def _rescore(state: State, scheduled: MeasureScheduled) -> tuple[Event, ...]:
    _require(state, frozenset({"completed"}), "be scored again")
    definition = INSTRUMENTS.get(scheduled.instrument)
    if definition is None or definition.version != scheduled.instrument_version:
        raise Refused("this measure is of a version nobody scores any more")
    if state.scoring_version == definition.scoring:
        return ()
    answers = state.completed.answers if state.completed else ()
    if isinstance(answers, Erased) or definition.external:
        raise Refused("there are no answers to score again")
    again = MeasureRescored(
        before=state.scores,
        scores=questionnaire.score(definition, answers),
        scoring_version=definition.scoring,
    )
    return (again,)


def readings(scores: tuple[Score, ...]) -> Mapping[str, int]:
    """Scale → hundredths."""
    return {each.scale: each.value for each in scores}
