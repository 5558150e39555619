"""The work's forms: contacts, notes, tasks, somebody who goes out alone."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import Choice, choices
from commonweal.domain import codes
from commonweal.domain.work import (
    contact,
    contact_booking,
    contact_held,
    drop_in,
    drop_in_recording,
    lone_visit,
    lone_visit_start,
    note,
    note_move,
    note_signing,
    task,
)


def _some(codes_: codes.Codes, among: frozenset[str]) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices(codes_) if choice.value in among)


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
        choices=_some(codes.ATTENDANCES, contact.ATTENDED),
        missing="Select whether they came on time",
        called="Whether they came on time",
    ),
    Question(field="present", label="Who was there?", kind="choices", choices=choices(codes.CONTACT_PRESENT)),
    Question(field="topics", label="What was it about?", kind="choices", choices=choices(codes.NEEDS)),
    Question(field="note", label="What was said", kind="words", called="What was said"),
    Question(field="next_step", label="What comes next", kind="pick", choices=choices(codes.NEXT_STEPS)),
    _OVERRIDDEN,
)
_CONTACTS: Final = (
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
                choices=_some(codes.ATTENDANCES, contact.MISSED),
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
                choices=_some(codes.ATTENDANCES, contact.CANCELLED),
                missing="Select who cancels",
                called="Who cancels",
            ),
            why(codes.CANCELLATION_REASONS),
            Question(field="rebook", label="Shall it be booked again?", kind="yes_no"),
        ),
    ),
)
_NOTES: Final = (
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
_TASK_KIND: Final = Question(
    field="kind",
    label="What is there to do?",
    kind="choice",
    choices=_some(codes.TASK_KINDS, frozenset(codes.TASK_KINDS) - codes.SYSTEM_TASKS),
    missing="Select what there is to do",
    called="What there is to do",
)
_TASK_WORDS: Final = Question(field="words", label="In your own words", kind="words", called="In your own words, it")
_OWNER: Final = Question(
    field="worker_id",
    label="For whom",
    kind="pick",
    found="link_workers",
    hint="Leave this empty for whoever has the case.",
    called="Whom it is for",
)
_TASKS: Final = (
    Ask(
        name="create-task",
        command=task.CreateTask,
        title="Add a task",
        button="Add",
        done="The task was added.",
        about="referral",
        parent="referral_id",
        questions=(_TASK_KIND, _TASK_WORDS, day("due_on", "By which day?"), _OWNER),
    ),
    Ask(
        name="complete-task",
        command=task.CompleteTask,
        title="This task is done",
        button="Done",
        done="The task is done.",
        about="task",
    ),
    Ask(
        name="reassign-task",
        command=task.ReassignTask,
        title="Give this task to someone",
        button="Give it to them",
        done="The task was given to them.",
        about="task",
        questions=(_OWNER,),
    ),
    Ask(
        name="cancel-task",
        command=task.CancelTask,
        title="Take this task off the list",
        button="Take it off",
        done="The task was taken off the list.",
        about="task",
        questions=(why(codes.TASK_CANCELLATIONS),),
    ),
)
_HEARD_BY: Final = Question(
    field="expected_by",
    label="By when will you be heard of?",
    kind="moment",
    hint="If you are not heard of by then, your team is told.",
    missing="Enter by when you will be heard of",
    called="The time",
)
_WHO: Final = Question(
    field="worker_id",
    label="Who goes?",
    kind="pick",
    found="own_link_workers",
    missing="Select who goes",
    called="Who goes",
)
_VISITS: Final = (
    Ask(
        name="start-visit",
        command=lone_visit_start.StartLoneVisit,
        title="Go out to this contact",
        button="I am on my way",
        done="Your team knows that you are out.",
        about="contact",
        parent="contact_id",
        taken=("referral_id",),
        questions=(
            _WHO,
            Question(
                field="place", label="Where", hint="Leave this empty for the place that was booked.", called="The place"
            ),
            _HEARD_BY,
        ),
    ),
    Ask(
        name="go-out",
        command=lone_visit_start.StartLoneVisit,
        title="Go out alone",
        button="I am on my way",
        done="Your team knows that you are out.",
        about="link_worker",
        parent="worker_id",
        questions=(Question(field="place", label="Where", called="The place"), _HEARD_BY),
    ),
    Ask(
        name="i-am-safe",
        command=lone_visit.CheckInLoneWorker,
        title="I am safe, and stay on",
        button="I am safe",
        done="Your team knows that you are safe.",
        about="lone_visit",
        questions=(_HEARD_BY,),
    ),
    Ask(
        name="end-visit",
        command=lone_visit.EndLoneVisit,
        title="Back and safe",
        button="Back and safe",
        done="Your team knows that you are back.",
        about="lone_visit",
    ),
)
_DROP_INS: Final = (
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
ASKS: Final[tuple[Ask, ...]] = (*_CONTACTS, *_NOTES, *_TASKS, *_VISITS, *_DROP_INS)
