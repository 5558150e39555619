"""A lone visit begins: somebody says where they are and by when they will be heard of."""

from datetime import datetime
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.work import contact, lone_visit
from commonweal.domain.workforce import link_worker


@command
class StartLoneVisit:
    """`contact_id`: the contact they are out for, where there is one, and `referral_id` the case it belongs to."""

    worker_id: str
    contact_id: str | None = None
    referral_id: str | None = None
    place: str | None = None
    expected_by: datetime
    at: datetime


PRIMARY: Final = "lone_visit"
CREATES: Final = (StartLoneVisit,)

Command = StartLoneVisit


def reads(_state: lone_visit.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The link worker, then the contact."""
    worker = ("link_worker", command.worker_id)
    return (worker,) if command.contact_id is None else (worker, ("contact", command.contact_id))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[lone_visit.Event, ...], ...]:
    """Shapes: `states` is (visit, link worker) or (visit, link worker, contact). Writes to the visit only."""
    known: lone_visit.State = states[0]
    worker: link_worker.State = states[1]
    about: contact.State = states[2] if len(states) == 3 else contact.INITIAL
    lone_visit.check_time(command.expected_by, command.at)
    place = None if command.place is None else values.said(command.place, "place", 500)
    link_worker.known(worker)
    if command.contact_id is not None:
        contact.known(about)
    if command.referral_id != about.referral_id:
        raise Refused("referral_id is not the case of this contact")
    nothing = tuple(() for _ in states[1:])
    if known.started is not None:
        if (known.started.worker_id, known.started.contact_id) == (command.worker_id, command.contact_id):
            return (), *nothing
        raise Refused("this visit has begun already")
    started = lone_visit.LoneVisitStarted(
        worker_id=command.worker_id,
        contact_id=command.contact_id,
        referral_id=about.referral_id,
        person_id=about.person_id,
        place=about.booked.place if place is None and about.booked is not None else place,
        started_at=command.at,
        expected_by=command.expected_by,
    )
    return (started,), *nothing
