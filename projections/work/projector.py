"""Work: contacts, drop-ins, notes, tasks and lone visits, each as it stands, with all that a note ever said."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from commonweal.domain import due, tenant, user
from commonweal.domain.people import duplicate, person
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact, drop_in, lone_visit, note, task
from commonweal.domain.workforce import link_worker
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.colleagues import colleagues
from projections.people import clear, merges, people
from projections.places import places

ABOUT: Final = ("name", "contact_channel", "safe_times", "safe_to_leave_message")
"""What the room knows about a person."""


def _contact(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case contact.ContactBooked() as event:
            yield Put("contact", _booked(fact, event))
        case contact.ContactHeld() as event:
            yield _held(fact, event)
        case contact.ContactRescheduled(starts_at=when, place=place):
            yield Change("contact", fact.identity, {"version": fact.version, "at": when, "place": clear(place)})
        case contact.ContactMissed(attendance=attendance, reason=reason):
            yield _ended(fact, "MISSED", attendance, reason, rebook=False)
        case contact.ContactCancelled(attendance=attendance, reason=reason, rebook=rebook):
            yield _ended(fact, "CANCELLED", attendance, reason, rebook=rebook)
        case _:
            pass


def _ended(fact: Fact, state: str, attendance: str, reason: str, *, rebook: bool) -> Change:
    how = {"state": state, "attendance": attendance, "reason": reason, "rebook": rebook}
    return Change("contact", fact.identity, {"version": fact.version, **how})


def _booked(fact: Fact, event: contact.ContactBooked) -> dict[str, Any]:
    return {
        **_row(fact, event),
        "state": "BOOKED",
        "at": event.starts_at,
        "place": clear(event.place),
        "interpreter": event.interpreter,
        "lone_working": event.lone_working,
        **_WHILE_BOOKED,
    }


_WHILE_BOOKED: Final[Mapping[str, Any]] = {
    "duration_min": None,
    "attendance": None,
    "present": [],
    "topics": [],
    "note": None,
    "next_step": None,
    "reason": None,
    "rebook": False,
}


def _row(fact: Fact, event: contact.ContactBooked | contact.ContactHeld) -> dict[str, Any]:
    return {
        "contact_id": fact.identity,
        "version": fact.version,
        "referral_id": event.referral_id,
        "person_id": event.person_id,
        "worker_id": event.worker_id,
        "kind": event.kind,
        "medium": event.medium,
        "overridden": clear(event.overridden),
    }


def _held(fact: Fact, event: contact.ContactHeld) -> Statement:
    """A contact nobody had booked begins with having been held."""
    how = {
        "version": fact.version,
        "medium": event.medium,
        "overridden": clear(event.overridden),
        "state": "HELD",
        "at": event.held_at,
        "duration_min": event.duration_min,
        "attendance": event.attendance,
        "present": list(event.present),
        "topics": list(event.topics),
        "note": clear(event.note),
        "next_step": event.next_step,
    }
    if fact.version > 1:
        return Change("contact", fact.identity, how)
    unbooked = {"place": None, "interpreter": "interpreter" in event.present, "lone_working": "not_needed"}
    return Put("contact", {**_row(fact, event), **_WHILE_BOOKED, **unbooked, **how})


def _note(fact: Fact, event: note.NoteSigned | note.NoteMovedToPerson) -> Put:
    return Put(
        "note",
        {
            "note_id": fact.identity,
            "version": fact.version,
            "referral_id": event.referral_id,
            "person_id": event.person_id,
            "contact_id": event.contact_id if isinstance(event, note.NoteSigned) else None,
            "signed_by": event.signed_by,
            "at": event.signed_at,
            "came_from_another": isinstance(event, note.NoteMovedToPerson),
            "moved_to": None,
            "disclosure": None,
            "found_by": None,
            "found_at": None,
        },
    )


def _notes(fact: Fact) -> Iterable[Statement]:
    version = {"version": fact.version}
    match fact.event:
        case note.NoteSigned() | note.NoteMovedToPerson() as event:
            yield _note(fact, event)
            yield _wording(fact, event, event.signed_by, event.signed_at)
        case note.NoteAmended() as event:
            yield Change("note", fact.identity, version)
            yield _wording(fact, event, event.amended_by, event.amended_at, clear(event.reason))
        case note.NoteRecordedOnWrongPerson() as event:
            found = {"found_by": event.found_by, "found_at": event.found_at}
            moved = {"moved_to": event.moved_to, "disclosure": event.disclosure}
            yield Change("note", fact.identity, {**version, **moved, **found})
        case note.NoteDisclosureAssessed(disclosure=disclosure):
            yield Change("note", fact.identity, {**version, "disclosure": disclosure})
        case _:
            pass


def _wording(
    fact: Fact,
    event: note.NoteSigned | note.NoteMovedToPerson | note.NoteAmended,
    by: str,
    at: datetime,
    reason: str | None = None,
) -> Put:
    return Put(
        "wording",
        {
            "wording_id": f"{fact.identity}|{fact.version}",
            "note_id": fact.identity,
            "number": fact.version,
            "person_id": event.person_id,
            "text": clear(event.text),
            "reason": reason,
            "fingerprint": clear(event.fingerprint),
            "said_by": by,
            "at": at,
        },
    )


def _task(fact: Fact) -> Iterable[Statement]:
    """What is about a safeguarding concern stands in its own room."""
    match fact.event:
        case task.TaskCreated(kind="safeguarding"):
            pass
        case task.TaskCreated() as event:
            yield Put(
                "task",
                {
                    "task_id": fact.identity,
                    "version": fact.version,
                    "kind": event.kind,
                    "state": "OPEN",
                    "due_on": event.due_on,
                    "due_at": due.end_of(event.due_on),
                    "referral_id": event.referral_id,
                    "person_id": event.person_id,
                    "worker_id": event.worker_id,
                    "words": clear(event.words),
                    "source": event.source,
                    "created_by": event.created_by,
                    "created_at": fact.at,
                    "ended_at": None,
                },
            )
        case task.TaskCompleted(completed_at=when):
            yield Change("task", fact.identity, {"version": fact.version, "state": "DONE", "ended_at": when})
        case task.TaskReassigned(worker_id=worker):
            yield Change("task", fact.identity, {"version": fact.version, "worker_id": worker})
        case task.TaskCancelled():
            yield Change("task", fact.identity, {"version": fact.version, "state": "CANCELLED", "ended_at": fact.at})
        case _:
            pass


def _visit(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case lone_visit.LoneVisitStarted() as event:
            yield Put(
                "visit",
                {
                    "visit_id": fact.identity,
                    "version": fact.version,
                    "worker_id": event.worker_id,
                    "contact_id": event.contact_id,
                    "referral_id": event.referral_id,
                    "person_id": event.person_id,
                    "state": "OUT",
                    "place": clear(event.place),
                    "started_at": event.started_at,
                    "expected_by": event.expected_by,
                },
            )
        case lone_visit.LoneWorkerCheckedIn(expected_by=when):
            yield Change("visit", fact.identity, {"version": fact.version, "state": "OUT", "expected_by": when})
        case lone_visit.LoneWorkerOverdue():
            yield Change("visit", fact.identity, {"version": fact.version, "state": "OVERDUE"})
        case lone_visit.LoneVisitEnded():
            # Where somebody was is nobody's business once they are back.
            yield Change("visit", fact.identity, {"version": fact.version, "state": "ENDED", "place": None})
        case _:
            pass


def _drop_in(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case drop_in.DropInAttended() as event:
            yield Put(
                "drop_in",
                {
                    "drop_in_id": fact.identity,
                    "version": fact.version,
                    "person_id": event.person_id,
                    "attended_on": event.attended_on,
                    "at": due.start_of(event.attended_on),
                    "recorded_by": event.recorded_by,
                    "reason": None,
                },
            )
        case drop_in.DropInRetracted(reason=reason):
            yield Change("drop_in", fact.identity, {"version": fact.version, "reason": reason})
        case _:
            pass


def _link_worker(fact: Fact) -> Iterable[Statement]:
    if isinstance(fact.event, link_worker.LinkWorkerEngaged):
        known = {"display_name": fact.event.display_name, "pcns": list(fact.event.pcns)}
        yield Put("link_worker", {"worker_id": fact.identity, **known})


project: Final = by_module(
    {
        contact: _contact,
        note: _notes,
        task: _task,
        lone_visit: _visit,
        drop_in: _drop_in,
        referral: cases,
        person: partial(people, about=ABOUT),
        duplicate: merges,
        link_worker: _link_worker,
        user: colleagues,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
