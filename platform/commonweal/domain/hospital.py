"""Hospital: what a trust tells us of someone's stay, so that we can offer to be there when they come home.

A trust is never contradicted: what it says twice is one fact, what comes late is still recorded, what cancels something we never
heard of is passed over.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from commonweal.domain import codes, due, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Personal, Refused, command, event
from commonweal.domain.people.person import DEAD

# These names are the storage format: never renamed.


@event
class PatientAdmitted:
    trust: str
    ward: str | None = None
    method: str | None = None
    occurred_at: datetime
    mrn: Personal[str | None] = None
    nhs_number: Personal[str | None] = None
    name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None


@event
class PatientDischarged:
    trust: str
    ward: str | None = None
    destination: str | None = None
    died: bool = False
    occurred_at: datetime
    mrn: Personal[str | None] = None
    nhs_number: Personal[str | None] = None
    name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None


@event
class EDAttendanceRecorded:
    trust: str
    department: str | None = None
    attendance_category: str | None = None
    chief_complaint: str | None = None
    occurred_at: datetime
    mrn: Personal[str | None] = None
    nhs_number: Personal[str | None] = None
    name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None


@event
class AdmissionCancelled:
    """There was no such admission; where there was none but an A&E attendance, no such attendance."""

    occurred_at: datetime


@event
class DischargeCancelled:
    occurred_at: datetime


@event
class HospitalRecordsMerged:
    trust: str
    occurred_at: datetime
    surviving_mrn: Personal[str]
    absorbed_mrn: Personal[str]


@event
class PatientMatched:
    person_id: str
    method: str


@event
class DischargeSupportTaskRaised:
    rule: str
    due_at: datetime


@event
class DischargeSupportTaskDone:
    pass


@event
class DischargeSupportTaskCancelled:
    pass


@event
class DischargeSupportTaskLapsed:
    pass


@event
class DischargeSupportOffered:
    medium: str
    offered_at: datetime


@event
class DischargeSupportAccepted:
    needs: tuple[str, ...]


@event
class DischargeSupportDeclined:
    reason: str


Told = (
    PatientAdmitted
    | PatientDischarged
    | EDAttendanceRecorded
    | AdmissionCancelled
    | DischargeCancelled
    | HospitalRecordsMerged
)
"""What a trust tells us."""


@command
class HearFromHospital:
    """A code that is not shaped like one is left out: free text has no place in the clear.

    `person_id`: whose stay it is, where that is known already, and `method`, one of MATCHES, how.
    """

    fact: Told
    person_id: str | None = None
    method: str | None = None


@command
class MatchPatient:
    person_id: str
    method: str


@command
class RaiseDischargeSupportTask:
    rule: str
    due_at: datetime


@command
class OfferDischargeSupport:
    medium: str
    offered_at: datetime


@command
class AcceptDischargeSupport:
    needs: tuple[str, ...] = ()


@command
class DeclineDischargeSupport:
    reason: str = "unknown"


@command
class LapseDischargeSupportTask:
    at: datetime


CATEGORY: Final = "hospital_episode"
"""A stream is one stay or attendance; its id is made by intake from the trust and its visit number."""
CREATES: Final = (HearFromHospital,)

MATCHES: Final = frozenset({"nhs_number", "nhs_number_and_birth_date", "demographics", "by_hand"})
"""How we came to know who it is. Local."""

Event = (
    Told
    | PatientMatched
    | DischargeSupportTaskRaised
    | DischargeSupportTaskDone
    | DischargeSupportTaskCancelled
    | DischargeSupportTaskLapsed
    | DischargeSupportOffered
    | DischargeSupportAccepted
    | DischargeSupportDeclined
)
Command = (
    HearFromHospital
    | MatchPatient
    | RaiseDischargeSupportTask
    | OfferDischargeSupport
    | AcceptDischargeSupport
    | DeclineDischargeSupport
    | LapseDischargeSupportTask
)


@dataclass(frozen=True, slots=True)
class State:
    heard: frozenset[tuple[object, ...]] = frozenset()
    """Facts recorded, without what is personal."""
    trust: str | None = None
    """Who told us."""
    person_id: str | None = None
    admitted_at: datetime | None = None
    attended_at: datetime | None = None
    discharged_at: datetime | None = None
    """The latest that was not cancelled."""
    died: bool = False
    task: str = "none"
    """none → raised → done, cancelled or lapsed"""
    task_for: datetime | None = None
    """The discharge the last task was raised for."""
    task_due_at: datetime | None = None
    answer: str = "none"
    """none → offered → accepted ⇄ declined"""


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911 – one answer an event
    match event:
        case PatientAdmitted(occurred_at=when):
            return replace(_hear(state, event), admitted_at=_later(state.admitted_at, when))
        case PatientDischarged(occurred_at=when, died=died):
            return replace(
                _hear(state, event), discharged_at=_later(state.discharged_at, when), died=state.died or died
            )
        case EDAttendanceRecorded(occurred_at=when):
            return replace(_hear(state, event), attended_at=_later(state.attended_at, when))
        case HospitalRecordsMerged():
            return _hear(state, event)
        case AdmissionCancelled():
            return _unadmitted(state)
        case DischargeCancelled():
            return replace(_unhear(state, "discharged"), discharged_at=None, died=False)
        case PatientMatched(person_id=person_id):
            return replace(state, person_id=person_id)
        case DischargeSupportTaskRaised(due_at=due_at):
            return replace(state, task="raised", task_for=state.discharged_at, task_due_at=due_at)
        case DischargeSupportTaskDone():
            return replace(state, task="done")
        case DischargeSupportTaskCancelled():
            return replace(state, task="cancelled")
        case DischargeSupportTaskLapsed():
            return replace(state, task="lapsed")
        case DischargeSupportOffered():
            return replace(state, answer="offered")
        case DischargeSupportAccepted():
            return replace(state, answer="accepted")
        case DischargeSupportDeclined():
            return replace(state, answer="declined")


def person(state: State) -> str | None:
    """Whose key seals this stream: the matched person's; until then nobody's, and a key named after the stream itself."""
    return state.person_id


OFFER: Final = "offer_lapses"


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    match event:
        case DischargeSupportTaskRaised(due_at=when):
            return (Deadline(OFFER, identity, "", due.later(when, timedelta())),)
        case DischargeSupportTaskDone() | DischargeSupportTaskCancelled() | DischargeSupportTaskLapsed():
            return (Deadline(OFFER, identity, "", None),)
        case _:
            return ()


FALLS_DUE: Final[FallsDue] = {OFFER: lambda _, now: LapseDischargeSupportTask(at=now)}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, HearFromHospital):
        return _hearing(state, command)
    if not state.heard:
        raise Refused("there is no such hospital stay")
    match command:
        case MatchPatient():
            return _match(state, command)
        case RaiseDischargeSupportTask():
            return _raise_task(state, command)
        case OfferDischargeSupport():
            return _offer(state, command)
        case AcceptDischargeSupport(needs=needs):
            _require_offer(state)
            wanted = values.all_of(codes.DISCHARGE_NEEDS, needs, "needs")
            return () if state.answer == "accepted" else (DischargeSupportAccepted(needs=wanted),)
        case DeclineDischargeSupport(reason=reason):
            _require_offer(state)
            values.one_of(codes.DECLINE_REASONS, reason, "reason")
            return () if state.answer == "declined" else (DischargeSupportDeclined(reason=reason),)
        case LapseDischargeSupportTask(at=at):
            return _lapse(state, values.moment(at, "at"))


def _hearing(state: State, command: HearFromHospital) -> tuple[Event, ...]:
    """Whose stay it is comes first: what follows is then sealed with that person's key."""
    told = _told(state, command.fact)
    if command.person_id is None or not (told or state.heard):
        return told
    return (*_match(state, MatchPatient(person_id=command.person_id, method=command.method or "")), *told)


def _told(state: State, fact: Told) -> tuple[Event, ...]:
    values.moment(fact.occurred_at, "occurred_at")
    match fact:
        case PatientAdmitted() | PatientDischarged() | EDAttendanceRecorded() | HospitalRecordsMerged():
            told = _clean(fact)
            return () if _key(told) in state.heard else (told,)
        case AdmissionCancelled():
            return (fact, *_cancelled_task(state)) if state.admitted_at or state.attended_at else ()
        case DischargeCancelled():
            return (fact, *_cancelled_task(state)) if state.discharged_at else ()


Kept = PatientAdmitted | PatientDischarged | EDAttendanceRecorded | HospitalRecordsMerged


def _clean(fact: Kept) -> Kept:
    values.ods_code(fact.trust, "trust")
    match fact:
        case PatientAdmitted():
            return replace(
                fact, ward=_code(_WARD, fact.ward), method=_code(_METHOD, fact.method), nhs_number=_number(fact)
            )
        case PatientDischarged():
            destination = _code(_DESTINATION, fact.destination)
            return replace(fact, ward=_code(_WARD, fact.ward), destination=destination, nhs_number=_number(fact))
        case EDAttendanceRecorded():
            return replace(
                fact,
                department=fact.department if fact.department in codes.ED_DEPARTMENT_TYPES else None,
                attendance_category=fact.attendance_category
                if fact.attendance_category in codes.ED_ATTENDANCE_CATEGORIES
                else None,
                chief_complaint=_concept(fact.chief_complaint),
                nhs_number=_number(fact),
            )
        case HospitalRecordsMerged():
            return fact


_WARD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/&-]{0,39}")
"""What a hospital calls a ward; it is compared with the ICS's list."""
_METHOD: Final = re.compile(r"[1238][0-9A-D]")
"""Shape of admission method code, NHS Data Dictionary."""
_DESTINATION: Final = re.compile(r"[0-9]{2}")
"""Shape of destination of discharge, NHS Data Dictionary: 19 is the usual place of residence."""


def _code(shape: re.Pattern[str], text: str | None) -> str | None:
    return text if text is not None and shape.fullmatch(text) else None


def _concept(text: str | None) -> str | None:
    try:
        return None if text is None else values.snomed_ct(text)
    except Refused:
        return None


def _number(fact: PatientAdmitted | PatientDischarged | EDAttendanceRecorded) -> str | None:
    try:
        return values.nhs_number(fact.nhs_number) if isinstance(fact.nhs_number, str) else None
    except Refused:
        return None


def _key(fact: Kept) -> tuple[object, ...]:
    match fact:
        case PatientAdmitted():
            return ("admitted", fact.occurred_at, fact.ward, fact.method)
        case PatientDischarged():
            return ("discharged", fact.occurred_at, fact.ward, fact.destination, fact.died)
        case EDAttendanceRecorded():
            return ("attended", fact.occurred_at, fact.department, fact.attendance_category, fact.chief_complaint)
        case HospitalRecordsMerged():
            return ("merged", fact.occurred_at, fact.trust)


def _hear(state: State, fact: Kept) -> State:
    return replace(state, heard=state.heard | {_key(fact)}, trust=fact.trust)


def _unadmitted(state: State) -> State:
    if state.admitted_at is None:
        return replace(_unhear(state, "attended"), attended_at=None)
    return replace(_unhear(state, "admitted"), admitted_at=None)


def _unhear(state: State, kind: str) -> State:
    """What was cancelled may be told again, word for word, and is then a new fact."""
    kept = frozenset(key for key in state.heard if key[0] != kind)
    return replace(state, heard=kept | {("cancelled", kind)})


def _later(known: datetime | None, told: datetime) -> datetime:
    return told if known is None or told > known else known


def _cancelled_task(state: State) -> tuple[Event, ...]:
    return (DischargeSupportTaskCancelled(),) if state.task == "raised" else ()


def _match(state: State, command: MatchPatient) -> tuple[Event, ...]:
    values.identifier(command.person_id, "person_id")
    values.one_of(MATCHES, command.method, "method")
    if state.person_id == command.person_id:
        return ()
    if state.person_id is not None:
        raise Refused("this hospital stay is another person's already")
    return (PatientMatched(person_id=command.person_id, method=command.method),)


def _raise_task(state: State, command: RaiseDischargeSupportTask) -> tuple[Event, ...]:
    """Once a discharge; nothing where it has been cancelled meanwhile or the person died."""
    values.one_of(codes.DISCHARGE_OFFER_RULES, command.rule, "rule")
    values.moment(command.due_at, "due_at")
    if state.discharged_at is None or state.died or state.task == "raised" or state.task_for == state.discharged_at:
        return ()
    return (DischargeSupportTaskRaised(rule=command.rule, due_at=command.due_at),)


def _offer(state: State, command: OfferDischargeSupport) -> tuple[Event, ...]:
    values.one_of(codes.CONSULTATION_MEDIUMS, command.medium, "medium")
    values.moment(command.offered_at, "offered_at")
    if state.answer != "none":
        return ()
    if state.died:
        raise Refused(DEAD)
    offered = DischargeSupportOffered(medium=command.medium, offered_at=command.offered_at)
    return (offered, DischargeSupportTaskDone()) if state.task == "raised" else (offered,)


def _require_offer(state: State) -> None:
    if state.answer == "none":
        raise Refused("support has not been offered yet")


def _lapse(state: State, at: datetime) -> tuple[Event, ...]:
    if state.task != "raised" or state.task_due_at is None:
        return ()
    if at < state.task_due_at:
        raise Refused("the offer is not due yet")
    return (DischargeSupportTaskLapsed(),)
