"""Forms of who may speak for a person, and of what they can decide themselves."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import SEEN_OR_SAID, day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.people import competence, representation

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="link-representative",
        command=representation.LinkRepresentative,
        title="Somebody may speak for them",
        button="Save",
        done="The representative was recorded.",
        about="person",
        questions=(
            Question(field="representative_id", kind="new_id"),
            Question(
                field="kind",
                label="What are they to the person?",
                kind="choice",
                choices=choices(codes.REPRESENTATIVES),
                missing="Select what they are to the person",
                called="What they are",
            ),
            Question(field="name", label="Their name", missing="Enter their name"),
            Question(field="contact", label="How to reach them"),
            Question(
                field="authority",
                label="What shows that they may?",
                kind="choice",
                choices=choices(codes.AUTHORITIES),
                missing="Select what shows that they may",
                called="What shows that they may,",
            ),
            Question(
                field="since", label="Since when?", kind="day", missing="Enter the first day", called="The first day"
            ),
            Question(field="until", label="Until when?", kind="day", called="The last day"),
        ),
    ),
    Ask(
        name="unlink-representative",
        command=representation.UnlinkRepresentative,
        title="Somebody speaks for them no more",
        button="Save",
        done="The representative was taken off.",
        about="person",
        taken=("representative_id",),
        questions=(why(codes.UNLINKING_REASONS),),
    ),
    Ask(
        name="assess-capacity",
        command=representation.AssessCapacity,
        title="Record an assessment of capacity",
        button="Save",
        done="The assessment was recorded.",
        about="person",
        warning="Capacity is assessed for one decision at one time (Mental Capacity Act 2005).",
        questions=(
            Question(field="assessment_id", kind="new_id"),
            Question(
                field="decision",
                label="For which decision?",
                kind="choice",
                choices=choices(codes.CAPACITY_DECISIONS),
                missing="Select for which decision",
                called="The decision",
            ),
            Question(
                field="outcome",
                label="What did it come to?",
                kind="choice",
                choices=choices(codes.CAPACITY_OUTCOMES),
                missing="Select what it came to",
                called="What it came to",
            ),
            Question(
                field="basis",
                label="Who assessed it?",
                kind="choice",
                choices=choices(codes.CAPACITY_BASES),
                missing="Select who assessed it",
                called="Who assessed it",
            ),
            SEEN_OR_SAID,
            day("assessed_on", "When?"),
        ),
    ),
    Ask(
        name="assess-competence",
        command=competence.AssessCompetence,
        title="Record a young person’s competence",
        button="Save",
        done="The assessment was recorded.",
        about="person",
        questions=(
            Question(field="assessment_id", kind="new_id"),
            Question(
                field="outcome",
                label="What did it come to?",
                kind="choice",
                choices=choices(codes.COMPETENCE_OUTCOMES),
                missing="Select what it came to",
                called="What it came to",
            ),
            Question(
                field="basis",
                label="On what ground?",
                kind="choice",
                choices=choices(codes.COMPETENCE_BASES),
                missing="Select the ground",
                called="The ground",
            ),
            Question(
                field="parent_excluded",
                label="Do they wish that no parent is told?",
                kind="yes_no",
                missing="Select whether they wish that no parent is told",
                called="That no parent is told",
            ),
            SEEN_OR_SAID,
            day("assessed_on", "When?"),
        ),
    ),
)
