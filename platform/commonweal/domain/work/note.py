"""Note: what a link worker wrote about someone and signed; what was signed is never changed, only added to."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class NoteSigned:
    """`fingerprint`: SHA-256 of the text. It is sealed as the text is: that of a short text tells the text."""

    referral_id: str
    person_id: str
    contact_id: str | None = None
    text: Personal[str]
    fingerprint: Personal[str]
    signed_by: str
    signed_at: datetime


@event
class NoteAmended:
    person_id: str
    text: Personal[str]
    fingerprint: Personal[str]
    reason: Personal[str]
    amended_by: str
    amended_at: datetime


@event
class NoteRecordedOnWrongPerson:
    """Its text stands in the note `moved_to` from now on."""

    moved_to: str
    disclosure: str
    found_by: str
    found_at: datetime


@event
class NoteMovedToPerson:
    """It begins the note of the right person; signed by whoever signed the one in the wrong record, of which nothing is said here."""

    referral_id: str
    person_id: str
    text: Personal[str]
    fingerprint: Personal[str]
    signed_by: str
    signed_at: datetime
    moved_by: str
    moved_at: datetime


@event
class NoteDisclosureAssessed:
    disclosure: str
    assessed_by: str
    assessed_at: datetime


@command
class AmendNote:
    """What was signed stays beside what it says now."""

    text: str
    reason: str
    by: str
    at: datetime


@command
class AssessNoteDisclosure:
    """What came of a note's having stood in the wrong record."""

    disclosure: str
    by: str
    at: datetime


CATEGORY: Final = "note"

Event = NoteSigned | NoteAmended | NoteRecordedOnWrongPerson | NoteMovedToPerson | NoteDisclosureAssessed
Command = AmendNote | AssessNoteDisclosure
"""`note_signing` and `note_move` begin one."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → signed → moved"""
    referral_id: str | None = None
    person_id: str | None = None
    contact_id: str | None = None
    text: Personal[str] = ""
    """As it was amended last."""
    reason: Personal[str] = ""
    signed_by: str = ""
    signed_at: datetime | None = None
    moved_to: str | None = None
    disclosure: str | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case NoteSigned():
            return State(
                phase="signed",
                referral_id=event.referral_id,
                person_id=event.person_id,
                contact_id=event.contact_id,
                text=event.text,
                signed_by=event.signed_by,
                signed_at=event.signed_at,
            )
        case NoteMovedToPerson():
            return State(
                phase="signed",
                referral_id=event.referral_id,
                person_id=event.person_id,
                text=event.text,
                signed_by=event.signed_by,
                signed_at=event.signed_at,
            )
        case NoteAmended(text=text, reason=reason):
            return replace(state, text=text, reason=reason)
        case NoteRecordedOnWrongPerson(moved_to=other, disclosure=disclosure):
            return replace(state, phase="moved", moved_to=other, disclosure=disclosure)
        case NoteDisclosureAssessed(disclosure=disclosure):
            return replace(state, disclosure=disclosure)


def person(state: State) -> str | None:
    return state.person_id


def case(state: State) -> str | None:
    return state.referral_id


def fingerprint(text: str) -> str:
    """SHA-256 of a text in UTF-8, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def known(state: State) -> None:
    """Refuses unless the note was signed."""
    if state.phase == "unknown":
        raise Refused("there is no such note")


def decide(state: State, command: Command) -> tuple[Event, ...]:
    known(state)
    match command:
        case AmendNote():
            return _amend(state, command)
        case AssessNoteDisclosure(disclosure=disclosure, by=by, at=now):
            values.one_of(codes.DISCLOSURES, disclosure, "disclosure")
            if state.phase != "moved":
                raise Refused("this note stands in the right record: there is nothing to look into")
            if disclosure == state.disclosure:
                return ()
            when = values.moment(now, "at")
            return (NoteDisclosureAssessed(disclosure=disclosure, assessed_by=by, assessed_at=when),)


def _amend(state: State, command: AmendNote) -> tuple[Event, ...]:
    text, reason = values.said(command.text, "text"), values.said(command.reason, "reason", 2_000)
    if state.phase == "moved":
        raise Refused("this note was moved to another record: amend it there")
    if (text, reason) == (state.text, state.reason):
        return ()
    if text == state.text:
        raise Refused("text is as it was: there is nothing to amend")
    return (
        NoteAmended(
            person_id=state.person_id or "",
            text=text,
            fingerprint=fingerprint(text),
            reason=reason,
            amended_by=command.by,
            amended_at=values.moment(command.at, "at"),
        ),
    )
