"""The forms of the reports on a grant."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.chest import grant_monitoring

_ABOUT: Final = "grant"

ASKS: Final = (
    Ask(
        name="ask-for-monitoring",
        command=grant_monitoring.AskForMonitoring,
        title="Ask for a report",
        button="Ask for it",
        done="The organisation is asked for the report by its link.",
        about=_ABOUT,
        questions=(
            Question(field="report_id", kind="new_id"),
            day("from_on", "From which day does it tell?"),
            day("to_on", "Up to which day?"),
            day("due_on", "When is it due?"),
        ),
    ),
    Ask(
        name="submit-monitoring",
        command=grant_monitoring.SubmitMonitoring,
        title="Record a report",
        button="Record it",
        done="The report was recorded.",
        about=_ABOUT,
        taken=("report_id",),
        warning="No names, and nothing by which somebody could be known.",
        questions=(
            Question(field="sessions", label="How many sessions?", kind="number", missing="Enter how many sessions"),
            Question(field="places", label="How many places?", kind="number", missing="Enter how many places"),
            Question(
                field="people_band",
                label="How many people came?",
                kind="choice",
                choices=choices(codes.PEOPLE_BANDS),
                missing="Select how many people came",
            ),
            Question(
                field="spend_pence", label="How much was spent?", kind="pounds", missing="Enter how much was spent"
            ),
            Question(field="learning", label="What was learnt?", kind="words", called="What was learnt"),
        ),
    ),
    Ask(
        name="accept-monitoring",
        command=grant_monitoring.AcceptMonitoring,
        title="Accept the report",
        button="Accept it",
        done="The report was accepted.",
        about=_ABOUT,
        taken=("report_id",),
    ),
    Ask(
        name="query-monitoring",
        command=grant_monitoring.QueryMonitoring,
        title="Ask about the report",
        button="Ask",
        done="The organisation reads by its link what you ask.",
        about=_ABOUT,
        taken=("report_id",),
        questions=(
            Question(
                field="question",
                label="What do you ask?",
                kind="words",
                missing="Enter what you ask",
                called="The question",
            ),
        ),
    ),
)
