"""Policies: what follows from something that happened, without anyone asking for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from commonweal.domain import hospital, person, referral, tenant
from commonweal.domain.allocation import CloseReferral
from commonweal.domain.deadlines import later


@dataclass(frozen=True, slots=True)
class Case:
    """What is noted of a referral: whose it is and its phase (see `referral.State`)."""

    person_id: str
    phase: str


@dataclass(frozen=True, slots=True)
class Stay:
    """What is noted of a stay in hospital: whose it is, and its latest discharge that was not cancelled."""

    person_id: str | None = None
    discharged_at: datetime | None = None
    ward: str | None = None
    died: bool = False


@dataclass(slots=True)
class Notes:
    """What is remembered of earlier events, as far as it bears on those at hand."""

    policies: tenant.Policies = field(default_factory=tenant.Policies)
    cases: dict[str, Case] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    _of_person: dict[str, set[str]] = field(default_factory=dict)

    def put_case(self, identity: str, case: Case) -> None:
        self.cases[identity] = case
        self._of_person.setdefault(case.person_id, set()).add(identity)

    def cases_of(self, person_id: str) -> Iterator[tuple[str, Case]]:
        """A person's referrals, in a settled order."""
        for identity in sorted(self._of_person.get(person_id, ())):
            yield identity, self.cases[identity]

    def note(self, identity: str, event: Any) -> None:
        """Take notice of an event of the stream with that id."""
        if isinstance(event, referral.Event):
            if (case := _case(self.cases.get(identity), event)) is not None:
                self.put_case(identity, case)
        elif isinstance(event, hospital.Event):
            self.stays[identity] = _stay(self.stays.get(identity, Stay()), event)
        elif isinstance(event, tenant.PolicyChanged):
            names = tenant.Policies.__dataclass_fields__
            self.policies = tenant.Policies(**{name: getattr(event, name) for name in names})


def _case(known: Case | None, event: referral.Event) -> Case | None:
    before = referral.State(phase=known.phase, person_id=known.person_id) if known else referral.INITIAL
    after = referral.evolve(before, event)
    return Case(after.person_id, after.phase) if after.person_id else None


def _stay(known: Stay, event: hospital.Event) -> Stay:
    match event:
        case hospital.PatientDischarged(occurred_at=when, ward=ward, died=died):
            if known.discharged_at is not None and when < known.discharged_at:
                return replace(known, died=known.died or died)
            return replace(known, discharged_at=when, ward=ward, died=known.died or died)
        case hospital.DischargeCancelled() | hospital.AdmissionCancelled():
            return Stay(person_id=known.person_id)
        case hospital.PatientMatched(person_id=person_id):
            return replace(known, person_id=person_id)
        case _:
            return known


@dataclass(frozen=True, slots=True)
class Send:
    """A command that follows, to the stream with that id."""

    policy: str
    identity: str
    command: object


@dataclass(frozen=True, slots=True)
class Forget:
    """A person to be forgotten: their key is destroyed, and what only one record may hold is given back."""

    person_id: str
    basis: str


def follows(notes: Notes, identity: str, event: object) -> tuple[Send | Forget, ...]:
    """What follows at once from an event, with that event noted already."""
    match event:
        case hospital.PatientDischarged() | hospital.PatientMatched():
            return _discharge_offer(notes.policies, notes, identity)
        case person.PersonDied():
            return tuple(
                Send("close_on_death", case_id, CloseReferral(referral_id=case_id, reason="died"))
                for case_id, case in notes.cases_of(identity)
                if case.phase in referral.OPEN
            )
        case person.PersonErased(basis=basis):
            return (Forget(identity, basis),)
        case _:
            return ()


OFFER_HOURS: Final = 48
"""How soon support is offered where an ICS has a rule and does not say."""


def _discharge_offer(policies: tenant.Policies, notes: Notes, identity: str) -> tuple[Send, ...]:
    """Someone goes home whom we work with, or from a ward on the ICS's list; the person and the discharge come in any order."""
    stay = notes.stays[identity]
    rule = policies.discharge_offer
    if rule is None or stay.discharged_at is None or stay.died:
        return ()
    met = {
        "care_relationship": _in_our_care(notes, stay.person_id),
        "wards": _is_listed(stay.ward, policies.offer_wards),
    }
    if not met.get(rule, False):
        return ()
    due_at = later(stay.discharged_at, timedelta(hours=policies.offer_hours or OFFER_HOURS))
    return (Send("discharge_offer", identity, hospital.RaiseDischargeSupportTask(rule=rule, due_at=due_at)),)


def _in_our_care(notes: Notes, person_id: str | None) -> bool:
    """They agreed to be contacted and were referred, and that referral has not ended."""
    if person_id is None:
        return False
    return any(case.phase in referral.IN_TRIAGE | referral.OPEN for _, case in notes.cases_of(person_id))


def _is_listed(ward: str | None, wards: tuple[str, ...]) -> bool:
    """A ward as a whole, or any part of it: hospitals write site, ward, bay and bed into one place."""
    if ward is None:
        return False
    parts = {part.strip().casefold() for part in (ward, *re.split(r"[/&]", ward))}
    return any(listed.strip().casefold() in parts for listed in wards)
