"""A contact was held: the first conversation also moves the referral along."""

from datetime import datetime
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact, contact_booking, safe_contact


@command
class HoldContact:
    """A contact that was booked has been held. `kind` is as it was booked."""

    medium: str
    held_at: datetime
    duration_min: int
    attendance: str = "5"
    present: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: str | None = None
    next_step: str | None = None
    overridden: str | None = None
    at: datetime | None = None  # nothing where the past is brought in


@command
class RecordContact:
    """A contact nobody had booked has been held."""

    referral_id: str
    person_id: str
    worker_id: str | None = None
    kind: str
    medium: str
    held_at: datetime
    duration_min: int
    attendance: str = "5"
    present: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: str | None = None
    next_step: str | None = None
    overridden: str | None = None
    at: datetime | None = None  # nothing where the past is brought in


PRIMARY: Final = "contact"
CREATES: Final = (RecordContact,)

Command = HoldContact | RecordContact
Decision = tuple[tuple[contact.Event, ...], ...] | tuple[tuple[Any, ...], ...]
"""(events of the contact, of the referral, none of the person)"""

LONGEST_MIN: Final = 24 * 60


def reads(state: contact.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The referral and its person."""
    if isinstance(command, RecordContact):
        return (("referral", command.referral_id), ("person", command.person_id))
    if state.referral_id is None or state.person_id is None:
        return ()
    return (("referral", state.referral_id), ("person", state.person_id))


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (contact, referral, person); of a contact that is not there, (contact,)."""
    if isinstance(command, HoldContact):
        contact.known(states[0])
    known, case, someone = states
    _check(command)
    if isinstance(command, RecordContact):
        contact_booking.whose(case, someone, command.person_id)
        held = _recorded(command, case, someone)
    else:
        held = _as_booked(known, command, someone)
    if known.held == held:
        return (), (), ()
    if isinstance(command, RecordContact) and known.phase != "unknown":
        raise Refused("this contact was recorded already")
    if isinstance(command, HoldContact):
        contact.booked(known, "be held")
    _check_case(case, command)
    return (held,), _first(case, held), ()


def _recorded(command: RecordContact, case: referral.State, someone: person.State) -> contact.ContactHeld:
    return contact.ContactHeld(
        referral_id=command.referral_id,
        person_id=command.person_id,
        worker_id=command.worker_id or case.worker_id or case.last_worker_id or "",
        kind=command.kind,
        overridden=safe_contact.honoured(someone, command.kind, command.medium, command.overridden),
        **_said(command),
    )


def _as_booked(known: contact.State, command: HoldContact, someone: person.State) -> contact.ContactHeld:
    """What was agreed to when it was booked is not asked again."""
    before = contact.known(known)
    overridden = before.overridden
    if command.overridden is not None or before.medium != command.medium:
        overridden = safe_contact.honoured(someone, before.kind, command.medium, command.overridden)
    return contact.ContactHeld(
        referral_id=before.referral_id,
        person_id=before.person_id,
        worker_id=before.worker_id,
        kind=before.kind,
        overridden=overridden,
        **_said(command),
    )


def _said(command: Command) -> dict[str, Any]:
    return {
        "medium": command.medium,
        "held_at": command.held_at,
        "duration_min": command.duration_min,
        "attendance": command.attendance,
        "present": values.all_of(codes.CONTACT_PRESENT, command.present, "present"),
        "topics": values.all_of(codes.NEEDS, command.topics, "topics"),
        "note": None if command.note is None else values.said(command.note, "note"),
        "next_step": command.next_step,
    }


def _check(command: Command) -> None:
    if isinstance(command, RecordContact):
        values.one_of(codes.CONTACT_KINDS, command.kind, "kind")
        if command.worker_id is not None:
            values.identifier(command.worker_id, "worker_id")
    values.one_of(codes.CONSULTATION_MEDIUMS, command.medium, "medium")
    values.one_of(contact.ATTENDED, command.attendance, "attendance")
    values.moment(command.held_at, "held_at")
    if command.next_step is not None:
        values.one_of(codes.NEXT_STEPS, command.next_step, "next_step")
    if not 1 <= command.duration_min <= LONGEST_MIN:
        raise Refused(f"duration_min must be 1 to {LONGEST_MIN} minutes")
    values.happened(command.held_at, command.at, "held_at")


def _check_case(case: referral.State, command: Command) -> None:
    """What was held before the case was closed may be written down after it."""
    if case.phase not in referral.AT_WORK | {"closed"} or not (case.worker_id or case.last_worker_id):
        raise Refused(f"this referral is {case.phase}; a contact is held by a link worker who has it")
    referral.after_receipt(case, command.held_at, "held_at")


def _first(case: referral.State, held: contact.ContactHeld) -> tuple[referral.Event, ...]:
    if held.kind != "initial" or case.phase not in ("allocated", "contact attempting"):
        return ()
    return referral.first_contact(case, held.medium, held.held_at, None)
