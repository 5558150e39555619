"""A contact is booked: only with someone we work with, in a way they asked to be reached."""

from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact, safe_contact


@command
class BookContact:
    """`worker_id`: who goes, where it is not the link worker who has the case. `overridden`: why it cannot be in the way the person
    asked to be reached."""

    referral_id: str
    person_id: str
    worker_id: str | None = None
    kind: str
    medium: str
    starts_at: datetime
    place: str | None = None
    interpreter: bool = False
    lone_working: str = "not_needed"
    overridden: str | None = None
    at: datetime | None = None  # nothing where the past is brought in


PRIMARY: Final = "contact"
CREATES: Final = (BookContact,)

Command = BookContact


def reads(_state: contact.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("referral", command.referral_id), ("person", command.person_id))


def decide(
    states: tuple[contact.State, referral.State, person.State], command: Command
) -> tuple[tuple[contact.Event, ...], tuple[()], tuple[()]]:
    """Writes to the contact only."""
    known, case, someone = states
    _check(command)
    whose(case, someone, command.person_id)
    if known.booked is not None and known.booked == _booked(command, case, someone):
        return (), (), ()
    if known.phase != "unknown":
        raise Refused("this contact was booked already; move it instead")
    if case.phase not in referral.AT_WORK:
        raise Refused(f"this referral is {case.phase}; a contact is booked by a link worker who has it")
    person.not_died(someone)
    if command.at is not None and command.starts_at < command.at:
        raise Refused("starts_at has passed: record the contact as held")
    return (_booked(command, case, someone),), (), ()


def _booked(command: BookContact, case: referral.State, someone: person.State) -> contact.ContactBooked:
    return contact.ContactBooked(
        referral_id=command.referral_id,
        person_id=command.person_id,
        worker_id=command.worker_id or case.worker_id or case.last_worker_id or "",
        kind=command.kind,
        medium=command.medium,
        starts_at=command.starts_at,
        place=None if command.place is None else values.said(command.place, "place", 500),
        interpreter=command.interpreter,
        lone_working=command.lone_working,
        overridden=safe_contact.honoured(someone, command.kind, command.medium, command.overridden),
    )


def _check(command: BookContact) -> None:
    values.one_of(codes.CONTACT_KINDS, command.kind, "kind")
    values.one_of(codes.CONSULTATION_MEDIUMS, command.medium, "medium")
    values.one_of(codes.LONE_WORKING_PLANS, command.lone_working, "lone_working")
    values.moment(command.starts_at, "starts_at")
    if command.worker_id is not None:
        values.identifier(command.worker_id, "worker_id")
    if command.kind == "home_visit" and command.lone_working == "not_needed":
        raise Refused("lone_working is missing: whoever visits someone at home checks in, or goes with a colleague")


def whose(case: referral.State, someone: person.State, person_id: str) -> None:
    """Refuses unless the referral is this person's, and they are known to us."""
    referral.known(case)
    if case.person_id != person_id:
        raise Refused("person_id is not whose referral this is")
    person.known(someone)
