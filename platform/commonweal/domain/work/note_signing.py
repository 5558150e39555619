"""A note is signed: it belongs to one case, and says who wrote it."""

from datetime import datetime
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.work import note


@command
class SignNote:
    """`contact_id`: the contact it is about, where it is about one."""

    referral_id: str
    contact_id: str | None = None
    text: str
    by: str
    at: datetime


PRIMARY: Final = "note"
CREATES: Final = (SignNote,)

Command = SignNote


def reads(_state: note.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("referral", command.referral_id),)


def decide(states: tuple[note.State, referral.State], command: Command) -> tuple[tuple[note.Event, ...], tuple[()]]:
    """Writes to the note only."""
    known, case = states
    text = values.said(command.text, "text")
    if command.contact_id is not None:
        values.identifier(command.contact_id, "contact_id")
    person_id = referral.known(case)
    if (known.referral_id, known.contact_id, known.text, known.signed_by) == (
        command.referral_id,
        command.contact_id,
        text,
        command.by,
    ):
        return (), ()
    if known.phase != "unknown":
        raise Refused("this note was signed already; amend it instead")
    if case.phase == "retracted":
        raise Refused("this referral was retracted: a note about it belongs to another case")
    signed = note.NoteSigned(
        referral_id=command.referral_id,
        person_id=person_id,
        contact_id=command.contact_id,
        text=text,
        fingerprint=note.fingerprint(text),
        signed_by=command.by,
        signed_at=values.moment(command.at, "at"),
    )
    return (signed,), ()
