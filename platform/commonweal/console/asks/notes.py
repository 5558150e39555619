"""Forms of a note: signed, amended, moved to whom it is about."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.work import note, note_move, note_signing

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="sign-note",
        command=note_signing.SignNote,
        title="Write a note",
        button="Sign the note",
        done="The note was signed.",
        about="referral",
        parent="referral_id",
        taken=("contact_id",),
        warning="A safeguarding concern does not belong in a note: raise it as one, so that only those see it who have to.",
        questions=(
            Question(
                field="text",
                label="The note",
                kind="words",
                hint="Once it is signed it can be amended; what was signed stays.",
                missing="Enter the note",
            ),
        ),
    ),
    Ask(
        name="amend-note",
        command=note.AmendNote,
        title="Amend this note",
        button="Sign the amended note",
        done="The note was amended. What was signed before is kept.",
        about="note",
        questions=(
            Question(field="text", label="What it should say", kind="words", missing="Enter what it should say"),
            Question(
                field="reason", label="Why is it amended?", missing="Enter why it is amended", called="The reason"
            ),
        ),
    ),
    Ask(
        name="move-note",
        command=note_move.MoveNote,
        title="This note is about someone else",
        button="Move the note",
        done="The note was moved. Nobody reads it in this record any more.",
        about="note",
        warning="The note goes to the record of the person it is about. The information governance lead still sees that it was here.",
        questions=(
            Question(field="new_note_id", kind="new_id"),
            Question(
                field="referral_id",
                label="Whom is it about?",
                kind="pick",
                found="cases",
                missing="Select whom it is about",
                called="Whom it is about",
            ),
            Question(
                field="disclosure",
                label="Who saw it in this record?",
                kind="choice",
                choices=choices(codes.DISCLOSURES),
                missing="Select who saw it",
                called="Who saw it",
            ),
        ),
    ),
    Ask(
        name="assess-disclosure",
        command=note.AssessNoteDisclosure,
        title="Who saw this note in the wrong record?",
        button="Save",
        done="It was recorded who saw the note.",
        about="note",
        questions=(
            Question(
                field="disclosure",
                label="What did you find?",
                kind="choice",
                choices=choices(codes.DISCLOSURES),
                missing="Select what you found",
                called="What you found",
            ),
        ),
    ),
)
