"""Contact: a link worker and a person meet or speak, or were going to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class ContactBooked:
    """`overridden`: why not in the way this person asked to be reached."""

    referral_id: str
    person_id: str
    worker_id: str
    kind: str
    medium: str
    starts_at: datetime
    place: Personal[str | None] = None
    interpreter: bool = False
    lone_working: str = "not_needed"
    overridden: Personal[str | None] = None


@event
class ContactRescheduled:
    starts_at: datetime
    place: Personal[str | None] = None


@event
class ContactHeld:
    """It begins the stream of a contact nobody had booked."""

    referral_id: str
    person_id: str
    worker_id: str
    kind: str
    medium: str
    held_at: datetime
    duration_min: int
    attendance: str
    present: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    note: Personal[str | None] = None
    next_step: str | None = None
    overridden: Personal[str | None] = None


@event
class ContactMissed:
    attendance: str
    reason: str


@event
class ContactCancelled:
    attendance: str
    reason: str
    rebook: bool


@command
class RescheduleContact:
    """A place that is not given stays as it is."""

    starts_at: datetime
    place: str | None = None


@command
class MissContact:
    """`attendance`: 3 did not come, 7 came too late to be seen."""

    attendance: str = "3"
    reason: str = "unknown"
    at: datetime


@command
class CancelContact:
    """`attendance`: 2 by or for the person, 4 by us."""

    attendance: str
    reason: str = "02"
    rebook: bool = False


@command
class CancelContactWithCase:
    """The case has ended; `at`: when. What was booked for before that is still to be written down."""

    ending: str
    at: datetime


CATEGORY: Final = "contact"

Event = ContactBooked | ContactRescheduled | ContactHeld | ContactMissed | ContactCancelled
Command = RescheduleContact | MissContact | CancelContact | CancelContactWithCase
"""`contact_booking` and `contact_held` begin one."""

ATTENDED: Final = frozenset({"5", "6"})
MISSED: Final = frozenset({"3", "7"})
CANCELLED: Final = frozenset({"2", "4"})
"""Attended or did not attend code, NHS Data Dictionary: each is one way a contact may have gone."""


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → booked → held, missed or cancelled; or held at once"""
    referral_id: str | None = None
    person_id: str | None = None
    worker_id: str | None = None
    booked: ContactBooked | None = None
    """As it stands: a new time and place are in it."""
    held: ContactHeld | None = None
    ended: ContactMissed | ContactCancelled | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case ContactBooked():
            return replace(_whose(state, event), phase="booked", booked=event, ended=None)
        case ContactRescheduled(starts_at=when, place=place):
            booked = state.booked and replace(state.booked, starts_at=when, place=place)
            return replace(state, booked=booked)
        case ContactHeld():
            return replace(_whose(state, event), phase="held", held=event, ended=None)
        case ContactMissed():
            return replace(state, phase="missed", ended=event)
        case ContactCancelled():
            return replace(state, phase="cancelled", ended=event)


def _whose(state: State, event: ContactBooked | ContactHeld) -> State:
    return replace(state, referral_id=event.referral_id, person_id=event.person_id, worker_id=event.worker_id)


def person(state: State) -> str | None:
    return state.person_id


def case(state: State) -> str | None:
    return state.referral_id


def known(state: State) -> ContactBooked | ContactHeld:
    """As it was booked, else as it was held; refuses where it was neither."""
    if (begun := state.booked or state.held) is None:
        raise Refused("there is no such contact")
    return begun


def decide(state: State, command: Command) -> tuple[Event, ...]:
    known(state)
    match command:
        case RescheduleContact():
            return _reschedule(state, command)
        case MissContact(attendance=attendance, reason=reason, at=now):
            values.one_of(MISSED, attendance, "attendance")
            values.one_of(codes.MISSED_REASONS, reason, "reason")
            missed = ContactMissed(attendance=attendance, reason=reason)
            if state.ended == missed:
                return ()
            if booked(state, "have been missed").starts_at > values.moment(now, "at"):
                raise Refused("this contact has not begun yet: cancel it instead")
            return (missed,)
        case CancelContact(attendance=attendance, reason=reason, rebook=rebook):
            values.one_of(CANCELLED, attendance, "attendance")
            values.one_of(codes.CANCELLATION_REASONS, reason, "reason")
            cancelled = ContactCancelled(attendance=attendance, reason=reason, rebook=rebook)
            if state.ended == cancelled:
                return ()
            booked(state, "be cancelled")
            return (cancelled,)
        case CancelContactWithCase():
            return _cancel_with_case(state, command)


def booked(state: State, what: str) -> ContactBooked:
    """The booking, where it still stands."""
    if state.phase != "booked" or state.booked is None:
        raise Refused(f"this contact is {state.phase}; it cannot {what}")
    return state.booked


BY_THE_PERSON: Final = frozenset({"declined", "person_withdrew", "moved_area", "died"})
"""Ends of a case after which a contact counts as cancelled by or for the person, the others as cancelled by us. Local."""


def _cancel_with_case(state: State, command: CancelContactWithCase) -> tuple[Event, ...]:
    values.one_of(codes.CASE_ENDINGS, command.ending, "ending")
    values.moment(command.at, "at")
    if state.phase != "booked" or state.booked is None or state.booked.starts_at <= command.at:
        return ()
    who = "2" if command.ending in BY_THE_PERSON else "4"
    return (ContactCancelled(attendance=who, reason="02", rebook=False),)


def _reschedule(state: State, command: RescheduleContact) -> tuple[Event, ...]:
    standing = booked(state, "be moved")
    when = values.moment(command.starts_at, "starts_at")
    place = standing.place if command.place is None else values.said(command.place, "place", 500)
    if (when, place) == (standing.starts_at, standing.place):
        return ()
    return (ContactRescheduled(starts_at=when, place=place),)
