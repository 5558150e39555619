"""Measuring: a questionnaire is planned for a case, or filled in, with an instrument this ICS may use."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from commonweal.domain import codes, due, values
from commonweal.domain.measures import instrument, measure, questionnaire
from commonweal.domain.measures.instruments import INSTRUMENTS
from commonweal.domain.measures.questionnaire import Instrument, Score
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral


@command
class ScheduleMeasure:
    """`point`: baseline, review, end, 3m, 6m or 12m."""

    referral_id: str
    instrument: str
    point: str
    due_on: date
    on: date


@command
class RecordMeasure:
    """A questionnaire somebody filled in that was not planned. `answers`: one for each question, in their order; `score`, in hundredths of a
    point, in their place where the instrument is held elsewhere. `completed_on`: today where it is left out."""

    referral_id: str
    instrument: str
    point: str
    answers: tuple[int, ...] = ()
    score: int | None = None
    mode: str
    language: str = "en"
    completed_on: date | None = None
    on: date
    by: str


@command
class CompleteMeasure:
    """One that was planned, filled in; the rest as of `RecordMeasure`."""

    answers: tuple[int, ...] = ()
    score: int | None = None
    mode: str
    language: str = "en"
    completed_on: date | None = None
    on: date
    by: str


PRIMARY: Final = "measure"
CREATES: Final = (ScheduleMeasure, RecordMeasure)

Command = ScheduleMeasure | RecordMeasure | CompleteMeasure
Decision = tuple[tuple[Any, ...], ...]
CARED_FOR: Final = referral.AT_WORK | {"closed"}
"""Phases of a case in which somebody may be asked: from a link worker's first day to the follow-up after the end."""


def reads(state: measure.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The case and the ICS's licence; nothing for a measure that was never scheduled."""
    if isinstance(command, CompleteMeasure):
        planned = state.scheduled
        return () if planned is None else (("referral", planned.referral_id), ("instrument", planned.instrument))
    return (("referral", command.referral_id), ("instrument", command.instrument))


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Writes to the measure only. Shapes: `states` is (measure, referral, instrument)."""
    state: measure.State = states[0]
    asked = measure.known(state) if isinstance(command, CompleteMeasure) else command
    definition = _definition(asked.instrument)
    case: referral.State = states[1]

    def may() -> None:
        if case.phase not in CARED_FOR:
            raise Refused(f"this referral is {case.phase}; nobody is asked before a link worker is at work")
        instrument.usable(definition, states[2], command.on)

    match command:
        case ScheduleMeasure():
            return _schedule(state, case, definition, command, may), (), ()
        case RecordMeasure():
            return _record(state, case, definition, command, may), (), ()
        case CompleteMeasure():
            return _complete(state, case, definition, command, may), (), ()


def _definition(code: str) -> Instrument:
    return INSTRUMENTS[values.one_of(frozenset(INSTRUMENTS), code, "instrument")]


def _planned(
    case: referral.State, definition: Instrument, referral_id: str, point: str, day: date
) -> measure.MeasureScheduled:
    values.one_of(codes.MEASURE_POINTS, point, "point")
    return measure.MeasureScheduled(
        referral_id=referral_id,
        person_id=referral.known(case),
        instrument=definition.code,
        instrument_version=definition.version,
        point=point,
        due_on=day,
    )


def _schedule(
    state: measure.State,
    case: referral.State,
    definition: Instrument,
    command: ScheduleMeasure,
    may: Callable[[], None],
) -> tuple[measure.Event, ...]:
    planned = _planned(case, definition, command.referral_id, command.point, command.due_on)
    if state.scheduled == planned:
        return ()
    if state.scheduled is not None:
        raise Refused("this measure was scheduled already")
    may()
    return (planned,)


def _record(
    state: measure.State, case: referral.State, definition: Instrument, command: RecordMeasure, may: Callable[[], None]
) -> tuple[measure.Event, ...]:
    day = command.completed_on or command.on
    planned = _planned(case, definition, command.referral_id, command.point, day)
    if state.scheduled not in (None, planned):
        raise Refused("this measure was scheduled already: complete it instead")
    known = state if state.scheduled else measure.evolve(measure.INITIAL, planned)
    done = _complete(known, case, definition, command, may)
    return done if state.scheduled else (planned, *done)


def _complete(
    state: measure.State,
    case: referral.State,
    definition: Instrument,
    command: RecordMeasure | CompleteMeasure,
    may: Callable[[], None],
) -> tuple[measure.Event, ...]:
    done = _completed(definition, command)
    if state.phase == "completed" and state.completed == done:
        return ()
    if state.phase not in measure.MAY_BE_TOLD:
        again = ": void it and record another" if state.phase == "completed" else ""
        raise Refused(f"this measure is {state.phase} already{again}")
    may()
    if case.received_at is not None and done.completed_on < due.today(case.received_at):
        raise Refused("completed_on lies before the referral was received")
    return (done, *_risks(state, case, definition, done, command.on))


def _completed(definition: Instrument, command: RecordMeasure | CompleteMeasure) -> measure.MeasureCompleted:
    values.one_of(codes.MEASURE_MODES, command.mode, "mode")
    day = values.happened(command.completed_on or command.on, command.on, "completed_on")
    return measure.MeasureCompleted(
        answers=command.answers,
        scores=_scores(definition, command),
        scoring_version=definition.scoring,
        mode=command.mode,
        language=values.language(command.language),
        completed_on=day,
        by=command.by,
    )


def _scores(definition: Instrument, command: RecordMeasure | CompleteMeasure) -> tuple[Score, ...]:
    if not definition.external:
        if command.score is not None:
            raise Refused(f"score is worked out from the answers of {definition.name}: leave it out")
        return questionnaire.score(definition, command.answers)
    if command.answers:
        raise Refused(f"answers of {definition.name} stay with its owner: give the score alone")
    if command.score is None:
        raise Refused("score is missing")
    return questionnaire.external_score(definition, command.score)


def _risks(
    state: measure.State, case: referral.State, definition: Instrument, done: measure.MeasureCompleted, on: date
) -> tuple[measure.RiskItemTriggered, ...]:
    planned = state.scheduled
    if planned is None or not isinstance(done.answers, tuple):
        return ()
    return tuple(
        measure.RiskItemTriggered(
            referral_id=planned.referral_id,
            person_id=planned.person_id,
            worker_id=case.worker_id or case.last_worker_id,
            instrument=definition.code,
            item=item.code,
            value=answer,
            triggered_on=on,
        )
        for item, answer in zip(definition.items, done.answers, strict=False)
        if item.risk(answer)
    )
