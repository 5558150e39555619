"""Caseload: who is where on the way from referral to support, and with which link worker."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from commonweal.domain import link_worker, person, referral, tenant
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact
from projections.people import people
from projections.places import places

STAGES: Final = ("TO_TRIAGE", "WAITING", "ALLOCATED", "IN_SUPPORT", "CLOSED")
"""The board's columns: each referral stands in one."""


def project(fact: Fact) -> Iterable[Statement]:
    """The rows an event makes or changes."""
    about = _BY_MODULE.get(type(fact.event).__module__)
    return () if about is None else about(fact)


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
    event = fact.event
    if isinstance(event, referral.ReferralReceived):
        yield _received(fact, event)
        return
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


_BY_MODULE: Final[Mapping[str, Callable[[Fact], Iterable[Statement]]]] = {
    referral.__name__: _referral,
    person.__name__: partial(people, about=ABOUT),
    link_worker.__name__: _link_worker,
    tenant.__name__: places,
}
"""Module of the domain → what its events change."""
