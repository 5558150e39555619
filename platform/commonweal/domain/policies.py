"""Policies: what follows from something that happened, without anyone asking for it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from commonweal.domain import codes, hospital, tenant
from commonweal.domain.due import later, today
from commonweal.domain.measures import measure, measure_schedule
from commonweal.domain.measures.measuring import ScheduleMeasure
from commonweal.domain.people import duplicate, person
from commonweal.domain.people.merge import FlagPossibleDuplicate
from commonweal.domain.referrals import case_end, referral
from commonweal.domain.referrals.case_end import Part
from commonweal.domain.referrals.gp_message_queue import QueueGPMessage
from commonweal.domain.referrals.reaching import CHANNELS, ExhaustContactPolicy
from commonweal.domain.work import safeguarding
from commonweal.domain.work.task import CreateTask
from commonweal.domain.workforce.allocation import CloseReferral, DeclineSocialPrescribing, RetractReferral


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


@dataclass(frozen=True, slots=True)
class Someone:
    """What is noted of a record that died or was merged into another."""

    merged_into: str | None = None
    died: bool = False


NOBODY: Final = Someone()


@dataclass(slots=True)
class Notes:
    """What is remembered of earlier events, as far as it bears on those at hand."""

    policies: tenant.Policies = field(default_factory=tenant.Policies)
    cases: dict[str, Case] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    persons: dict[str, Someone] = field(default_factory=dict)
    parts: dict[Part, str] = field(default_factory=dict)
    """What is open in a case, by the case."""
    over: set[Part] = field(default_factory=set)
    """Parts that ended with an event at hand."""
    _of_person: dict[str, set[str]] = field(default_factory=dict)

    def put_case(self, identity: str, case: Case) -> None:
        self.cases[identity] = case
        self._of_person.setdefault(case.person_id, set()).add(identity)

    def cases_of(self, person_id: str) -> Iterator[tuple[str, Case]]:
        """A person's referrals, in a settled order, with those of every record merged with theirs."""
        for identity in sorted(each for one in self.same_as(person_id) for each in self._of_person.get(one, ())):
            yield identity, self.cases[identity]

    def same_as(self, person_id: str) -> set[str]:
        """The records of one person."""
        first = self.persons.get(person_id, NOBODY).merged_into or person_id
        return {person_id, first, *(each for each, known in self.persons.items() if known.merged_into == first)}

    def parts_of(self, case_id: str) -> list[Part]:
        """What is open in a case, in a settled order."""
        return sorted(part for part, case in self.parts.items() if case == case_id)

    def note(self, identity: str, event: Any) -> None:
        """Take notice of an event of the stream with that id."""
        if isinstance(event, referral.Event):
            if (case := _case(self.cases.get(identity), event)) is not None:
                self.put_case(identity, case)
        elif (kind := case_end.KINDS.get(type(event).__module__)) is not None:
            self._note_part((kind, identity), event)
        elif isinstance(event, person.Event):
            self._note_person(identity, event)
        elif isinstance(event, hospital.Event):
            self.stays[identity] = _stay(self.stays.get(identity, Stay()), event)
        elif isinstance(event, tenant.PolicyChanged):
            names = tenant.Policies.__dataclass_fields__
            self.policies = tenant.Policies(**{name: getattr(event, name) for name in names})

    def _note_part(self, part: Part, event: object) -> None:
        if (case_id := case_end.begins(event)) is not None:
            self.parts[part] = case_id
            self.over.discard(part)
        elif case_end.ends(event):
            self.parts.pop(part, None)
            self.over.add(part)

    def _note_person(self, identity: str, event: person.Event) -> None:
        known = self.persons.get(identity, NOBODY)
        match event:
            case person.PersonDied():
                self.persons[identity] = replace(known, died=True)
            case duplicate.PersonsMerged(here=duplicate.ABSORBED, survivor_id=survivor):
                self.persons[identity] = replace(known, merged_into=survivor)
            case duplicate.PersonsUnmerged(here=duplicate.ABSORBED):
                self.persons[identity] = replace(known, merged_into=None)
            case _:
                pass


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


@dataclass(frozen=True, slots=True)
class Compare:
    """A record that was just made: whoever has the same details may be the same person, and somebody is to look."""

    person_id: str


def follows(notes: Notes, identity: str, event: object, at: datetime) -> tuple[Send | Forget | Compare, ...]:
    """What follows at once from an event that happened then, with that event noted already."""
    return (
        *_follows(notes, identity, event),
        *_ends_with_case(notes, identity, event, at),
        *_tasks(identity, event),
        *_tell_gp(notes, identity, event),
    )


def _follows(notes: Notes, identity: str, event: object) -> tuple[Send | Forget | Compare, ...]:
    match event:
        case person.PersonRegistered():
            return (Compare(identity),)
        case hospital.PatientDischarged() | hospital.PatientMatched():
            return _discharge_offer(notes.policies, notes, identity)
        case person.PersonDied() | duplicate.PersonsMerged(here=duplicate.ABSORBED):
            return tuple(
                Send("close_on_death", case_id, CloseReferral(referral_id=case_id, reason="died"))
                for case_id, case in _of_the_dead(notes, identity)
                if case.phase in GOES_ON
            )
        case referral.ContactAttempted():
            return _contact_policy(notes.policies, identity, event)
        case person.PersonErased(basis=basis):
            return (*_ended_by_erasure(notes, identity, basis), Forget(identity, basis))
        case referral.FirstContactMade(held_at=when):
            return _measures(notes.policies, identity, today(when), start=True)
        case referral.ReferralClosed(closed_on=date() as day, reason=reason) if reason != "died":
            return _measures(notes.policies, identity, day, start=False)
        case _:
            return ()


def _tasks(identity: str, event: object) -> tuple[Send, ...]:
    """What somebody now has to do by hand."""
    match event:
        case measure.RiskItemTriggered():
            return (_risk_task(identity, event),)
        case safeguarding.SafeguardingConcernRaised(raised_at=when):
            return (_safeguarding_task(identity, today(when)),)
        case referral.ReferBackUnacknowledged(refer_back_id=which, due_at=when):
            return (_case_task("refer_back", identity, which, today(when)),)
        case referral.FollowUpFellDue(due_on=day):
            return (_case_task("follow_up", identity, f"{day:%Y%m%d}", day),)
        case _:
            return ()


GOES_ON: Final = referral.IN_TRIAGE | referral.OPEN


def _ended_by_erasure(notes: Notes, person_id: str, basis: str) -> tuple[Send, ...]:
    """Nobody can go on with a case of someone they know nothing of; what was registered in error should never have been."""
    wrong = basis == "registered_in_error"
    return tuple(
        Send(
            "end_on_erasure",
            case_id,
            RetractReferral(referral_id=case_id, reason="entered_in_error")
            if wrong
            else DeclineSocialPrescribing(referral_id=case_id),
        )
        for case_id, case in notes.cases_of(person_id)
        if case.person_id == person_id and case.phase in GOES_ON
    )


def _of_the_dead(notes: Notes, person_id: str) -> tuple[tuple[str, Case], ...]:
    """All cases of someone who has died by any of their records; none of the living."""
    if not any(notes.persons.get(each, NOBODY).died for each in notes.same_as(person_id)):
        return ()
    return tuple(notes.cases_of(person_id))


def _ends_with_case(notes: Notes, identity: str, event: object, at: datetime) -> tuple[Send, ...]:
    """What is open in a case that ends; after a death also in those that had ended before."""
    how = case_end.ending(event)
    over = [identity]
    if isinstance(event, person.PersonDied | duplicate.PersonsMerged):
        how = "died"
        over = [case_id for case_id, case in _of_the_dead(notes, identity) if case.phase not in GOES_ON]
    if how is None:
        return ()
    return tuple(
        Send(f"case_end {kind}", each, case_end.command(kind, how, at, REACTOR))
        for case_id in over
        for kind, each in notes.parts_of(case_id)
    )


def _tell_gp(notes: Notes, referral_id: str, event: object) -> tuple[Send, ...]:
    """What the practice is told of a referral; an episode that was opened again is told of again."""
    match event:
        case referral.SocialPrescribingAccepted(accepted_at=when):
            kind, told = "accepted", f"accepted.{today(when):%Y%m%d}"
        case referral.ReferralClosed(closed_on=date() as day):
            kind, told = "closed", f"closed.{day:%Y%m%d}"
        case referral.SocialPrescribingDeclined():
            kind = told = "declined"
        case referral.ReferralRetractedInError():
            kind = told = "retracted"
        case _:
            return ()
    if (case := notes.cases.get(referral_id)) is None:
        return ()
    command = QueueGPMessage(referral_id=referral_id, person_id=case.person_id, kind=kind)
    return (Send("gp_message", f"{referral_id}.{told}", command),)


def _safeguarding_task(concern_id: str, on: date) -> Send:
    """For team leads, the same day. It names neither the person nor the case: what it is about is in the compartment."""
    source = f"safeguarding-{concern_id}"
    return Send("safeguarding_task", source, CreateTask(kind="safeguarding", due_on=on, source=source, by=REACTOR))


def _case_task(kind: str, referral_id: str, which: str, on: date) -> Send:
    """For whoever has the case; `which` tells one of this kind from the next."""
    source = f"referral-{referral_id}"
    task = CreateTask(kind=kind, due_on=on, referral_id=referral_id, source=source, by=REACTOR)
    return Send(kind, f"{kind}-{referral_id}.{which}", task)


def same_details(person_id: str, other_id: str) -> Send:
    """What follows where another record has the same details: somebody is asked to look, and nothing is merged."""
    flag = FlagPossibleDuplicate(person_id=person_id, other_id=other_id, evidence="same_details", by=REACTOR)
    return Send(f"same_details {other_id}", person_id, flag)


REACTOR: Final = "reactor"
"""Who does what follows by itself."""


def _contact_policy(policies: tenant.Policies, identity: str, event: referral.ContactAttempted) -> tuple[Send, ...]:
    enough = event.number >= policies.contact_attempts and (event.only_way or event.channels >= CHANNELS)
    if event.result in codes.SPOKEN or not enough:
        return ()
    return (Send("contact_policy", identity, ExhaustContactPolicy()),)


def _measures(policies: tenant.Policies, referral_id: str, day: date, *, start: bool) -> tuple[Send, ...]:
    """The questionnaires an ICS asks of everyone; a case opened again is asked again."""
    return tuple(
        Send(
            "measure_schedule",
            f"{referral_id}.{line.instrument}.{line.point}.{due_on:%Y%m%d}",
            ScheduleMeasure(
                referral_id=referral_id, instrument=line.instrument, point=line.point, due_on=due_on, on=day
            ),
        )
        for line, due_on in measure_schedule.due(policies.measures, day, start=start)
    )


def _risk_task(measure_id: str, event: measure.RiskItemTriggered) -> Send:
    """For whoever has the case, the same day. One measure makes one task, however many items called for it."""
    source = f"measure-{measure_id}"
    task = CreateTask(
        kind="risk_item", due_on=event.triggered_on, referral_id=event.referral_id, source=source, by=REACTOR
    )
    return Send("risk_item", source, task)


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
    return any(case.phase in GOES_ON for _, case in notes.cases_of(person_id))


def _is_listed(ward: str | None, wards: tuple[str, ...]) -> bool:
    """A ward as a whole, or any part of it: hospitals write site, ward, bay and bed into one place."""
    if ward is None:
        return False
    parts = {part.strip().casefold() for part in (ward, *re.split(r"[/&]", ward))}
    return any(listed.strip().casefold() in parts for listed in wards)
