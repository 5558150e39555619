"""Telling the GP: whether the practice is told of a step of a referral, and how much, follows from the person's consent."""

from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import gp_message, referral
from commonweal.domain.referrals.gp_message import GPMessageQueued, GPMessageWithheld


@command
class QueueGPMessage:
    referral_id: str
    person_id: str
    kind: str


PRIMARY: Final = "gp_message"
CREATES: Final = (QueueGPMessage,)
Command = QueueGPMessage
States = tuple[gp_message.State, referral.State, person.State, consent.State]


def reads(_state: gp_message.State, command: Command) -> tuple[tuple[str, str], ...]:
    about = command.person_id
    return (("referral", command.referral_id), ("person", about), ("consent", about))


def decide(states: States, command: Command) -> tuple[tuple[gp_message.Event, ...], tuple[()], tuple[()], tuple[()]]:
    """Writes to the message only."""
    message, case, someone, consents = states
    values.one_of(codes.GP_MESSAGE_KINDS, command.kind, "kind")
    referral.known(case)
    if case.person_id != command.person_id:
        raise Refused("person_id: this referral is of someone else")
    if message.phase != "unknown":
        return (), (), (), ()
    asked = level(consents, date.min)
    why = _withheld(command.kind, case, someone, asked)
    queued = GPMessageQueued(
        person_id=command.person_id,
        referral_id=command.referral_id,
        kind=command.kind,
        level="none" if why else asked,
        practice=someone.gp_practice,
        snomed=() if why else gp_message.SNOMED[command.kind],
    )
    return (queued, GPMessageWithheld(reason=why)) if why else (queued,), (), (), ()


def level(consents: consent.State, on: date) -> str:
    """How much a practice may be told on a day: one of codes.GP_MESSAGE_LEVELS.

    When a message is queued no day is asked for: it is weighed again on the day it is sent.
    """
    if consent.allows(consents, "share_gp", consent.ANY, on):
        return "full"
    return "codes_only" if consent.allows(consents, "share_gp_codes", consent.ANY, on) else "none"


def _withheld(kind: str, case: referral.State, someone: person.State, asked: str) -> str | None:
    """Why nothing is sent: a word; None where something is."""
    if someone.phase == "erased":
        return "erased"
    if case.restricted:
        return "restricted_programme"
    if kind == "retracted" and not case.wanted:
        return "nothing_told"
    if asked == "none":
        return "no_consent"
    return "no_practice" if someone.gp_practice is None else None
