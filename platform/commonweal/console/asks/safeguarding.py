"""The forms of a safeguarding concern: raised, passed on, and what came of it."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.work import safeguarding, safeguarding_raising

_NOW: Final = "If somebody is in danger now, call 999 first."

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="raise-concern",
        command=safeguarding_raising.RaiseSafeguardingConcern,
        title="Raise a safeguarding concern",
        button="Raise the concern",
        done="The concern was raised. A team lead opens it today.",
        about="referral",
        parent="referral_id",
        warning=f"{_NOW} What you write here is seen by you, the link worker who has the case, team leads and the information "
        "governance lead, and stands nowhere else.",
        questions=(
            Question(
                field="concerning",
                label="Who may come to harm?",
                kind="choice",
                choices=choices(codes.SAFEGUARDING_OF),
                missing="Select who may come to harm",
                called="Who may come to harm",
            ),
            Question(
                field="types",
                label="What kind of harm may it be?",
                kind="choices",
                choices=choices(codes.ABUSE),
                missing="Select what kind of harm it may be",
                called="The kind of harm",
            ),
            Question(
                field="detail",
                label="What did you see or hear?",
                kind="words",
                hint="In the words that were said where you can; and what the person wants to happen.",
                missing="Enter what you saw or heard",
                called="What you saw or heard",
            ),
            Question(
                field="immediate_danger",
                label="Is somebody in danger now?",
                kind="yes_no",
                missing="Select whether somebody is in danger now",
            ),
        ),
    ),
    Ask(
        name="refer-concern",
        command=safeguarding.MakeSafeguardingReferral,
        title="Record to whom it was passed on",
        button="Save",
        done="It was recorded to whom the concern was passed on.",
        about="safeguarding",
        warning=f"{_NOW} This record tells no agency by itself: call or write to them first.",
        questions=(
            Question(
                field="agency",
                label="To whom?",
                kind="choice",
                choices=choices(codes.SAFEGUARDING_AGENCIES),
                missing="Select to whom it was passed on",
                called="To whom it was passed on",
            ),
            Question(field="reference", label="Their reference", called="Their reference"),
            Question(
                field="made_at",
                label="When was it passed on?",
                kind="moment",
                missing="Enter when it was passed on",
                called="The time",
            ),
        ),
    ),
    Ask(
        name="conclude-concern",
        command=safeguarding.RecordSafeguardingOutcome,
        title="Record what came of it",
        button="Save",
        done="It was recorded what came of the concern.",
        about="safeguarding",
        questions=(
            Question(
                field="outcome",
                label="What came of it?",
                kind="choice",
                choices=choices(codes.SAFEGUARDING_OUTCOMES),
                missing="Select what came of it",
                called="The outcome",
            ),
            Question(
                field="detail",
                label="More about it",
                kind="words",
                hint="Say why where it was not passed on.",
                called="Why",
            ),
        ),
    ),
)
