"""Caseload: who is where on the way from referral to support, and with which link worker."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from commonweal.domain import link_worker, person, referral, tenant
from commonweal.domain.message import ERASED
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact

STAGES: Final = ("TO_TRIAGE", "WAITING", "ALLOCATED", "IN_SUPPORT", "CLOSED")
"""The board's columns: each referral stands in one."""


def project(fact: Fact) -> Iterable[Statement]:
    """The rows an event makes or changes."""
    match fact.event:
        case referral.ReferralReceived() as event:
            yield _received(fact, event)
        case tenant.PCNFormed(pcn=pcn, name=name):
            yield Put("pcn", {"pcn": pcn, "name": name})
        case tenant.PracticeJoinedPCN() as event:
            yield _joined(event)
        case tenant.PracticeLeftPCN(practice=practice, pcn=pcn, joined_on=joined, left_on=left):
            yield Change("membership", f"{pcn}|{practice}|{joined}", {"left_on": left})
        case tenant.TrustConnected(trust=trust, name=name):
            yield Put("trust", {"trust": trust, "name": name})
        case tenant.TrustDisconnected(trust=trust):
            yield Remove("trust", trust)
        case _:
            yield from _referral(fact)
            yield from _person(fact)
            yield from _link_worker(fact)


def _received(fact: Fact, event: referral.ReferralReceived) -> Put:
    return Put(
        "referral",
        {
            "referral_id": fact.identity,
            "version": fact.version,
            "person_id": event.person_id,
            "stage": "TO_TRIAGE",
            "phase": "RECEIVED",
            "priority": event.priority,
            "reasons": list(event.reasons),
            "source": event.source,
            "source_org": event.source_org,
            "setting": event.setting,
            "practice": event.practice,
            "received_at": event.received_at,
            "since": event.received_at,
            "overdue": False,
            "link_worker_id": None,
            "weight": 1,
            "referrer_role": event.referrer_role,
        },
    )


_PHASES: Final = {
    referral.TriageStarted: ("TO_TRIAGE", "IN_TRIAGE"),
    referral.PlacedOnWaitingList: ("WAITING", "WAITING"),
    referral.LinkWorkerDeallocated: ("WAITING", "WAITING"),
    referral.LinkWorkerAllocated: ("ALLOCATED", "ALLOCATED"),
    referral.FirstContactMade: ("IN_SUPPORT", "ENGAGED"),
    referral.ReferralRejected: ("CLOSED", "REJECTED"),
    referral.ReferralRedirected: ("CLOSED", "REDIRECTED"),
    referral.SocialPrescribingDeclined: ("CLOSED", "DECLINED"),
    referral.ReferralClosed: ("CLOSED", "CLOSED"),
    referral.ReferralReopened: ("WAITING", "WAITING"),
    referral.ReferralRetractedInError: ("CLOSED", "RETRACTED"),
}
"""Event → (stage, phase) of the referral from then on."""


def _referral(fact: Fact) -> Iterable[Statement]:
    if not fact.stream_id.startswith("referral-"):
        return
    event = fact.event
    columns: dict[str, Any] = {"version": fact.version}
    if type(event) in _PHASES:
        stage, phase = _PHASES[type(event)]
        columns |= {"stage": stage, "phase": phase, "since": _when(fact)}
        if stage != "TO_TRIAGE":
            columns["overdue"] = False
        if stage in ("WAITING", "CLOSED"):
            columns["link_worker_id"] = None
    match event:
        case referral.TriageOverdue():
            columns["overdue"] = True
        case referral.LinkWorkerAllocated(worker_id=worker, weight=weight):
            columns |= {"link_worker_id": worker, "weight": weight}
        case referral.ReferralReallocated(worker_id=worker, weight=weight):
            columns |= {"link_worker_id": worker, "weight": weight}
        case _:
            pass
    yield Change("referral", fact.identity, columns)


def _when(fact: Fact) -> datetime:
    return fact.event.held_at if isinstance(fact.event, referral.FirstContactMade) else fact.at


def _person(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case person.PersonRegistered() as event:
            known = {column: _known(getattr(event, column, None)) for column in ABOUT}
            yield Put("person", {"person_id": fact.identity, **known, "erased": event.name is ERASED})
        case person.PersonDetailsCorrected() as event:
            told = {column: getattr(event, column, None) for column in ABOUT}
            if given := {column: _known(value) for column, value in told.items() if value not in (None, ERASED)}:
                yield Change("person", fact.identity, given)
        case person.NHSNumberTraced(nhs_number=number):
            yield Change("person", fact.identity, {"nhs_number": _known(number)})
        case person.ContactPreferenceSet(channel=channel, safe_times=times, safe_to_leave_message=safe):
            wish = {"contact_channel": channel, "safe_times": _known(times), "safe_to_leave_message": safe}
            yield Change("person", fact.identity, wish)
        case person.PersonErased():
            yield Change("person", fact.identity, {**dict.fromkeys(ABOUT), "erased": True})
        case _:
            pass


ABOUT: Final = (
    "name",
    "nhs_number",
    "date_of_birth",
    "phone",
    "email",
    "address",
    "postcode",
    "language",
    "interpreter",
    "contact_channel",
    "safe_times",
    "safe_to_leave_message",
)
"""What the room knows about a person: all of it goes when they are erased."""


def _known(value: Any) -> Any:
    """An empty text took the old one away."""
    return None if value is ERASED or value == "" else value


def _link_worker(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case link_worker.LinkWorkerEngaged(display_name=name, fte_percent=fte, caseload_limit=limit):
            load = {"fte_percent": fte, "caseload_limit": limit}
            yield Put(
                "link_worker", {"worker_id": fact.identity, "display_name": name, **load, "away": False, "gone": False}
            )
        case link_worker.CaseloadLimitChanged(caseload_limit=limit):
            yield Change("link_worker", fact.identity, {"caseload_limit": limit})
        case link_worker.AbsenceStarted():
            yield Change("link_worker", fact.identity, {"away": True})
        case link_worker.AbsenceEnded():
            yield Change("link_worker", fact.identity, {"away": False})
        case link_worker.LinkWorkerLeft():
            yield Change("link_worker", fact.identity, {"gone": True})
        case _:
            pass


def _joined(event: tenant.PracticeJoinedPCN) -> Put:
    return Put(
        "membership",
        {
            "membership": f"{event.pcn}|{event.practice}|{event.joined_on}",
            "practice": event.practice,
            "name": event.name,
            "pcn": event.pcn,
            "joined_on": event.joined_on,
            "left_on": None,
        },
    )
