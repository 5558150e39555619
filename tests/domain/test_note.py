"""What was signed stays; what stood in the wrong record is read in the right one."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from commonweal.domain.message import ERASED, field_types, is_personal
from commonweal.domain.people.person import PersonErased
from commonweal.domain.referrals import referral
from commonweal.domain.work import note, note_move, note_signing
from tests.domain.test_contact import AT_WORK, SENT
from tests.given import given

NOW = datetime(2026, 3, 5, 10, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TEXT = "Met at the library. Rent is the worry."
PRINT = hashlib.sha256(TEXT.encode()).hexdigest()
SIGN = note_signing.SignNote(referral_id="r1", contact_id="c1", text=f" {TEXT}\n", by="u1", at=NOW)
SIGNED = note.NoteSigned(
    referral_id="r1", person_id="ottoline", contact_id="c1", text=TEXT, fingerprint=PRINT, signed_by="u1", signed_at=NOW
)
AMEND = note.AmendNote(text="Met at home.", reason="wrong place", by="u2", at=LATER)
AMENDED = note.NoteAmended(
    person_id="ottoline",
    text="Met at home.",
    fingerprint=hashlib.sha256(b"Met at home.").hexdigest(),
    reason="wrong place",
    amended_by="u2",
    amended_at=LATER,
)
MOVE = note_move.MoveNote(referral_id="r2", new_note_id="n2", by="u2", at=LATER)
LEFT = note.NoteRecordedOnWrongPerson(moved_to="n2", disclosure="to_assess", found_by="u2", found_at=LATER)
MOVED = note.NoteMovedToPerson(
    referral_id="r2",
    person_id="ada",
    text=TEXT,
    fingerprint=PRINT,
    signed_by="u1",
    signed_at=NOW,
    moved_by="u2",
    moved_at=LATER,
)
ADAS = {("referral", "r2"): (replace(SENT, person_id="ada", source_reference="2"),)}


def test_a_note_says_whose_it_is_and_who_signed_it() -> None:
    given(note_signing, reading={("referral", "r1"): AT_WORK}).when(SIGN).then(SIGNED)
    given(note_signing).when(SIGN).refused("there is no such referral")


def test_a_note_signed_twice_is_signed_once() -> None:
    reading = {("referral", "r1"): AT_WORK}
    given(note_signing, SIGNED, reading=reading).when(replace(SIGN, at=LATER)).then_nothing()
    given(note_signing, SIGNED, reading=reading).when(replace(SIGN, text="else")).refused("amend it instead")


def test_an_empty_note_is_none_and_a_retracted_referral_gets_no_more_of_them() -> None:
    reading = {("referral", "r1"): AT_WORK}
    given(note_signing, reading=reading).when(replace(SIGN, text=" ")).refused("text is missing")
    gone = {("referral", "r1"): (*AT_WORK, referral.ReferralRetractedInError(reason="wrong_person"))}
    given(note_signing, reading=gone).when(SIGN).refused("this referral was retracted")


def test_an_amended_note_says_why() -> None:
    given(note, SIGNED).when(AMEND).then(AMENDED)
    given(note, SIGNED, AMENDED).when(AMEND).then_nothing()
    given(note, SIGNED).when(replace(AMEND, reason="")).refused("reason is missing")
    given(note, SIGNED).when(replace(AMEND, text=TEXT)).refused("text is as it was")
    given(note).when(AMEND).refused("there is no such note")


def test_a_fingerprint_is_sealed_as_the_text_is() -> None:
    for event in (note.NoteSigned, note.NoteAmended, note.NoteMovedToPerson):
        hints = field_types(event)
        assert is_personal(hints["text"])
        assert is_personal(hints["fingerprint"])


def test_a_note_on_the_wrong_person_goes_to_the_right_one() -> None:
    given(note_move, SIGNED, reading=ADAS).when(MOVE).then(LEFT, writing={("note", "n2"): (MOVED,)})


def test_what_is_moved_is_what_it_said_last() -> None:
    last = replace(MOVED, text=AMENDED.text, fingerprint=AMENDED.fingerprint)
    given(note_move, SIGNED, AMENDED, reading=ADAS).when(MOVE).then(LEFT, writing={("note", "n2"): (last,)})


def test_a_note_is_moved_once() -> None:
    there = {**ADAS, ("note", "n2"): (MOVED,)}
    given(note_move, SIGNED, LEFT, reading=there).when(MOVE).then_nothing()
    given(note_move, SIGNED, LEFT, reading=ADAS).when(replace(MOVE, new_note_id="n3")).refused("moved already")
    given(note, SIGNED, LEFT).when(AMEND).refused("amend it there")


def test_a_note_moves_to_another_person_under_a_new_name() -> None:
    own = {("referral", "r2"): (SENT,)}
    given(note_move, SIGNED, reading=own).when(MOVE).refused("referral_id is a case of the same person")
    taken = {**ADAS, ("note", "n2"): (SIGNED,)}
    given(note_move, SIGNED, reading=taken).when(MOVE).refused("new_note_id is another note")
    given(note_move, SIGNED).when(MOVE).refused("there is no such referral")


def test_what_was_erased_is_not_moved() -> None:
    gone = replace(SIGNED, text=ERASED, fingerprint=ERASED)
    given(note_move, gone, reading=ADAS).when(MOVE).refused("has been erased")
    erased = {**ADAS, ("person", SIGNED.person_id): (PersonErased(basis="request_upheld"),)}
    given(note_move, SIGNED, reading=erased).when(MOVE).refused("has been erased")


def test_who_saw_a_note_in_the_wrong_record_is_looked_into() -> None:
    assess = note.AssessNoteDisclosure(disclosure="disclosed", by="u3", at=LATER)
    found = note.NoteDisclosureAssessed(disclosure="disclosed", assessed_by="u3", assessed_at=LATER)
    given(note, SIGNED, LEFT).when(assess).then(found)
    given(note, SIGNED, LEFT, found).when(assess).then_nothing()
    given(note, SIGNED).when(assess).refused("stands in the right record")


def test_a_moved_note_is_sealed_for_the_right_person() -> None:
    state = note.evolve(note.INITIAL, MOVED)
    assert (note.person(state), note.case(state)) == ("ada", "r2")
