"""A note stood in the wrong person's record: it goes to the right one, and is read in the wrong one no more."""

from datetime import datetime
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import note


@command
class MoveNote:
    """`referral_id`: the case it belongs to; `new_note_id`: what the note is called there; `disclosure`: who saw it in the wrong record."""

    referral_id: str
    new_note_id: str
    disclosure: str = "to_assess"
    by: str
    at: datetime


PRIMARY: Final = "note"

Command = MoveNote


def reads(state: note.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The note in the right record, the case it belongs to, and whose record it stands in: it may be erased meanwhile."""
    found = (("note", command.new_note_id), ("referral", command.referral_id))
    return (*found, ("person", state.person_id)) if state.person_id else found


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[note.Event, ...], ...]:
    """Shapes: `states` is (note, the new note, referral, and the person the note is of, if there is such a note)."""
    wrong, right, case, *whose = states
    nothing = ((),) * (len(states) - 2)
    values.identifier(command.new_note_id, "new_note_id")
    values.one_of(codes.DISCLOSURES, command.disclosure, "disclosure")
    note.known(wrong)
    referral.known(case)
    if wrong.moved_to is not None:
        if wrong.moved_to == command.new_note_id:
            return (), (), *nothing
        raise Refused("this note was moved already")
    if case.person_id == wrong.person_id:
        raise Refused("referral_id is a case of the same person: the note stands in the right record")
    erased = any(someone.phase == "erased" for someone in whose)
    if erased or not isinstance(wrong.text, str) or wrong.signed_at is None:
        raise Refused(person.FORGOTTEN)
    if right.phase != "unknown":
        raise Refused("new_note_id is another note already")
    moved = note.NoteMovedToPerson(
        referral_id=command.referral_id,
        person_id=case.person_id,
        text=wrong.text,
        fingerprint=note.fingerprint(wrong.text),
        signed_by=wrong.signed_by,
        signed_at=wrong.signed_at,
        moved_by=command.by,
        moved_at=values.moment(command.at, "at"),
    )
    left = note.NoteRecordedOnWrongPerson(
        moved_to=command.new_note_id, disclosure=command.disclosure, found_by=command.by, found_at=command.at
    )
    return (left,), (moved,), *nothing
