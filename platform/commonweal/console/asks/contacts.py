"""Forms of a contact: booked, held, moved, missed, cancelled."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.work import contact, contact_booking, contact_held

_KIND: Final = Question(
    field="kind",
    label="What is it for?",
    kind="choice",
    choices=choices(codes.CONTACT_KINDS),
    missing="Select what it is for",
    called="What it is for",
)
_MEDIUM: Final = Question(
    field="medium",
    label="How?",
    kind="choice",
    choices=choices(codes.CONSULTATION_MEDIUMS),
    missing="Select how",
    hint="How this person asked to be reached stands beside this form.",
    called="This way of reaching them",
)
_STARTS: Final = Question(
    field="starts_at", label="When?", kind="moment", missing="Enter when it is", called="The time"
)
_OVERRIDDEN: Final = Question(
    field="overridden",
    label="Why it cannot be in the way they asked",
    kind="words",
    hint="Only where the person asked to be reached in another way. It may not be safe for them.",
    called="The reason",
)
_HELD: Final = (
    _MEDIUM,
    Question(field="held_at", label="When was it?", kind="moment", missing="Enter when it was", called="The time"),
    Question(
        field="duration_min",
        label="How many minutes did it take?",
        kind="number",
        least=1,
        most=contact_held.LONGEST_MIN,
        missing="Enter how many minutes it took",
        called="The time it took",
    ),
    Question(
        field="attendance",
        label="Did they come on time?",
        kind="choice",
        choices=choices(codes.ATTENDANCES, contact.ATTENDED),
        missing="Select whether they came on time",
        called="Whether they came on time",
    ),
    Question(field="present", label="Who was there?", kind="choices", choices=choices(codes.CONTACT_PRESENT)),
    Question(field="topics", label="What was it about?", kind="choices", choices=choices(codes.NEEDS)),
    Question(field="note", label="What was said", kind="words", called="What was said"),
    Question(field="next_step", label="What comes next", kind="pick", choices=choices(codes.NEXT_STEPS)),
    _OVERRIDDEN,
)

ASKS: Final[tuple[Ask, ...]] = (
    Ask(
        name="book-contact",
        command=contact_booking.BookContact,
        title="Book a contact",
        button="Book",
        done="The contact was booked.",
        about="referral",
        parent="referral_id",
        taken=("person_id",),
        questions=(
            _KIND,
            _MEDIUM,
            _STARTS,
            Question(field="place", label="Where", hint="An address, or what the place is called.", called="The place"),
            Question(field="interpreter", label="Is an interpreter needed?", kind="yes_no"),
            Question(
                field="lone_working",
                label="How is whoever goes kept safe?",
                kind="choice",
                choices=choices(codes.LONE_WORKING_PLANS),
                missing="Select how whoever goes is kept safe",
                called="How whoever goes is kept safe",
            ),
            _OVERRIDDEN,
        ),
    ),
    Ask(
        name="record-contact",
        command=contact_held.RecordContact,
        title="Record a contact that was held",
        button="Save",
        done="The contact was recorded.",
        about="referral",
        parent="referral_id",
        taken=("person_id",),
        questions=(_KIND, *_HELD),
    ),
    Ask(
        name="hold-contact",
        command=contact_held.HoldContact,
        title="Record how it went",
        button="Save",
        done="The contact was recorded.",
        about="contact",
        questions=_HELD,
    ),
    Ask(
        name="move-contact",
        command=contact.RescheduleContact,
        title="Move this contact",
        button="Move",
        done="The contact was moved.",
        about="contact",
        questions=(
            _STARTS,
            Question(field="place", label="Where", hint="Leave this empty to keep the place.", called="The place"),
        ),
    ),
    Ask(
        name="miss-contact",
        command=contact.MissContact,
        title="Record that it was missed",
        button="Save",
        done="It was recorded that the contact was missed.",
        about="contact",
        questions=(
            Question(
                field="attendance",
                label="What happened?",
                kind="choice",
                choices=choices(codes.ATTENDANCES, contact.MISSED),
                missing="Select what happened",
                called="What happened",
            ),
            Question(
                field="reason",
                label="Why, if they said",
                kind="pick",
                choices=choices(codes.MISSED_REASONS),
                called="The reason",
            ),
        ),
    ),
    Ask(
        name="cancel-contact",
        command=contact.CancelContact,
        title="Cancel this contact",
        button="Cancel the contact",
        done="The contact was cancelled.",
        about="contact",
        questions=(
            Question(
                field="attendance",
                label="Who cancels?",
                kind="choice",
                choices=choices(codes.ATTENDANCES, contact.CANCELLED),
                missing="Select who cancels",
                called="Who cancels",
            ),
            why(codes.CANCELLATION_REASONS),
            Question(field="rebook", label="Shall it be booked again?", kind="yes_no"),
        ),
    ),
)
