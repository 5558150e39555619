"""Erasure: a person asks to be forgotten, and is, unless the record must still be kept."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from commonweal.domain import due, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import duplicate, person, retention
from commonweal.domain.people.retention import ErasureApproved, ErasureRefused, ErasureRequested
from commonweal.domain.referrals import referral


@command
class RequestErasure:
    """Recorded; refused at once, with the earliest date, where the record must be kept. `known_referrals`: all we know of."""

    person_id: str
    basis: str = "request_upheld"
    known_referrals: tuple[str, ...] = ()
    by: str
    on: date


@command
class ApproveErasure:
    """Carried out, with every record merged into this one: it cannot be undone by anybody."""

    person_id: str
    known_referrals: tuple[str, ...] = ()
    by: str
    on: date


PRIMARY: Final = "person"
PRIMARY_ID: Final = "person_id"
Command = RequestErasure | ApproveErasure
BASES: Final = frozenset({"request_upheld", "retention_ended"})
"""Of `person.ERASURE_BASES`; what was registered in error need not be kept, and `ErasePerson` says so."""
Decision = tuple[tuple[Any, ...], ...]


def reads(state: person.State, command: Command) -> tuple[tuple[str, str], ...]:
    """Every referral, then every record that was merged into this one."""
    cases = tuple(("referral", each) for each in dict.fromkeys(command.known_referrals))
    return (*cases, *(("person", each) for each in state.same.absorbed))


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (person, *referrals and absorbed records of `reads`)."""
    someone: person.State = states[0]
    cases = [each for each in states[1:] if isinstance(each, referral.State)]
    person.registered(someone)
    nothing: Decision = tuple(() for _ in states)
    if someone.phase == "erased":
        return nothing
    duplicate.not_merged(someone.same)
    match command:
        case RequestErasure():
            return (_request(someone, cases, command), *nothing[1:])
        case ApproveErasure():
            approved = _approve(someone, cases, command)
            basis = approved[0].basis
            gone = (person.PersonErased(basis=basis),)
            merged = (gone if isinstance(each, person.State) and each.phase != "erased" else () for each in states[1:])
            return ((*approved, *gone), *merged)


def _request(someone: person.State, cases: Sequence[referral.State], command: RequestErasure) -> tuple[Any, ...]:
    values.one_of(BASES, command.basis, "basis")
    kept = _kept(someone, cases, command.on)
    stands, reason, earliest = ("requested", None, None) if kept is None else ("refused", *kept)
    if someone.erasure == retention.Erasure(stands, command.basis, command.on, reason, earliest):
        return ()
    requested = ErasureRequested(basis=command.basis, requested_on=command.on, by=command.by)
    if reason is None:
        return (requested,)
    return (
        requested,
        ErasureRefused(basis=command.basis, reason=reason, earliest_on=earliest, refused_on=command.on),
    )


def _approve(someone: person.State, cases: Sequence[referral.State], command: ApproveErasure) -> tuple[ErasureApproved]:
    if someone.erasure is None or someone.erasure.stands != "requested":
        raise Refused("nobody has asked for this record to be erased, or it was refused: ask for it first")
    if (kept := _kept(someone, cases, command.on)) is not None:
        raise Refused(
            "a referral of this person is open: close it first"
            if kept[1] is None
            else f"this record must be kept until {kept[1].day} {kept[1]:%B %Y}"
        )
    return (ErasureApproved(basis=someone.erasure.basis, approved_on=command.on, by=command.by),)


def _kept(someone: person.State, cases: Sequence[referral.State], today: date) -> tuple[str, date | None] | None:
    """Why the record must be kept, and until when."""
    if any(case.phase in referral.IN_TRIAGE | referral.OPEN for case in cases):
        return "open_case", None
    met = [day for case in cases if case.phase != "retracted" and (day := _last_met(case)) is not None]
    if not met:
        return None
    born = someone.date_of_birth if isinstance(someone.date_of_birth, date) else None
    until = retention.earliest(born, max(met))
    return ("retention", until) if today < until else None


def _last_met(case: referral.State) -> date | None:
    """The last day we were in touch; the day the referral came where we never were."""
    if case.last_contact_on is not None:
        return case.last_contact_on
    return None if case.received_at is None else due.today(case.received_at)
