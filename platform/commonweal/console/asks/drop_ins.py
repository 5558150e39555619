"""Forms of a drop-in somebody came to."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.work import drop_in, drop_in_recording

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="record-drop-in",
        command=drop_in_recording.RecordDropIn,
        title="They came to a drop-in",
        button="Record it",
        done="The drop-in is recorded.",
        about="person",
        parent="person_id",
        questions=(
            Question(
                field="attended_on",
                label="Which day was it?",
                kind="day",
                missing="Enter which day it was",
                called="The day",
            ),
        ),
    ),
    Ask(
        name="retract-drop-in",
        command=drop_in.RetractDropIn,
        title="This drop-in was recorded by mistake",
        button="Take it back",
        done="The drop-in is taken back.",
        about="drop_in",
        questions=(
            Question(
                field="reason",
                label="What was wrong?",
                kind="choice",
                choices=choices(codes.DROP_IN_MISTAKES),
                missing="Select what was wrong",
                called="What was wrong",
            ),
        ),
    ),
)
