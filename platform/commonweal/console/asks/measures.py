"""The forms around questionnaires: when one is due, why one was not answered, and what an instrument's owner allows.

The questionnaires themselves have a page of their own: `commonweal.runtime.pages.questionnaire`.
"""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.measures import instrument, measure, measuring
from commonweal.domain.measures.instruments import INSTRUMENTS

_REASON: Final = why(codes.MEASURE_DECLINE_REASONS)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="schedule-measure",
        command=measuring.ScheduleMeasure,
        title="Plan a questionnaire",
        button="Plan it",
        done="The questionnaire was planned.",
        about="referral",
        parent="referral_id",
        questions=(
            Question(
                field="instrument",
                label="Which questionnaire?",
                kind="pick",
                choices=tuple(Choice(value=each.code, text=each.name) for each in INSTRUMENTS.values()),
                missing="Select a questionnaire",
                called="The questionnaire",
            ),
            Question(
                field="point",
                label="When in their support?",
                kind="choice",
                choices=choices(codes.MEASURE_POINTS),
                missing="Select when in their support",
            ),
            day("due_on", "By which day?"),
        ),
    ),
    Ask(
        name="offer-measure",
        command=measure.OfferMeasure,
        title="The questionnaire was offered",
        button="Record that it was offered",
        done="It was recorded that the questionnaire was offered.",
        about="measure",
    ),
    Ask(
        name="decline-measure",
        command=measure.DeclineMeasure,
        title="The person would rather not answer",
        button="Record that they declined",
        done="It was recorded that they would rather not answer.",
        about="measure",
        questions=(_REASON,),
    ),
    Ask(
        name="measure-not-appropriate",
        command=measure.MarkMeasureNotAppropriate,
        title="The questionnaire is not right for this person",
        button="Record that it is not right",
        done="It was recorded that the questionnaire is not right for this person.",
        about="measure",
        questions=(_REASON,),
    ),
    Ask(
        name="void-measure",
        command=measure.VoidMeasure,
        title="This reading does not count",
        button="Take it out of the counts",
        done="The reading does not count any more. It stays on record.",
        about="measure",
        warning="Answers are never changed. If they were wrong, take this reading out and record the right one.",
        questions=(why(codes.MEASURE_VOID_REASONS, "Why does it not count?", "Select why it does not count"),),
    ),
    Ask(
        name="rescore-measure",
        command=measure.RescoreMeasure,
        title="Score the answers again",
        button="Score again",
        done="The answers were scored by today’s table.",
        about="measure",
    ),
    Ask(
        name="record-licence",
        command=instrument.RecordInstrumentLicence,
        title="What the owner of the questionnaire allows",
        button="Record it",
        done="The licence was recorded.",
        about="instrument",
        questions=(
            Question(
                field="state",
                label="What does its owner allow?",
                kind="choice",
                choices=choices(codes.INSTRUMENT_LICENCES),
                missing="Select what its owner allows",
                called="What its owner allows",
            ),
            Question(field="reference", label="The owner’s reference", hint="Letters and digits, without spaces"),
            Question(field="expires_on", label="Until which day?", kind="day", called="The day"),
        ),
    ),
    Ask(
        name="retire-instrument",
        command=instrument.RetireInstrument,
        title="Do not ask this questionnaire any more",
        button="Take it off the list",
        done="The questionnaire is no longer asked. What was answered stays.",
        about="instrument",
        questions=(why(codes.INSTRUMENT_RETIREMENTS),),
    ),
)
"""Every form of this part."""
