"""Caseload: who is where on the way from referral to support, and with which link worker."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Any, Final

from commonweal.domain import codes, tenant
from commonweal.domain.people import duplicate, person
from commonweal.domain.referrals import programme, referral
from commonweal.domain.workforce import link_worker, post, proposal
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.people import merges, people
from projections.places import places_and_trusts

STAGES: Final = ("TO_TRIAGE", "WAITING", "ALLOCATED", "IN_SUPPORT", "CLOSED")
"""The board's columns: each referral stands in one."""


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
            "programme": event.programme,
            "restricted": event.restricted,
            "wanted": False,
            "exhausted": False,
            "information_due_at": None,
            "follow_up_due": None,
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
    referral.ReferralWithdrawn: ("CLOSED", "WITHDRAWN"),
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
    columns: dict[str, Any] = {"version": fact.version, **_within(event)}
    if type(event) in _PHASES:
        stage, phase = _PHASES[type(event)]
        columns |= {"stage": stage, "phase": phase, "since": _when(fact)}
        if stage != "TO_TRIAGE":
            columns |= {"overdue": False, "information_due_at": None}
        if stage in ("WAITING", "CLOSED"):
            columns["exhausted"] = False
        if stage == "WAITING" or isinstance(event, referral.ReferralRetractedInError):
            columns["link_worker_id"] = None  # a closed one stays with who had it: see `projections.cases`
    yield Change("referral", fact.identity, columns)


def _within(event: Any) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 – one answer an event
    """What changes besides the phase, or in it without its column being another."""
    match event:
        case referral.TriageOverdue():
            return {"overdue": True}
        case referral.InformationRequested(due_at=when):
            return {"phase": "AWAITING_INFORMATION", "information_due_at": when}
        case referral.InformationProvided() | referral.InformationRequestLapsed():
            return {"phase": "IN_TRIAGE", "information_due_at": None}
        case referral.WaitingListReprioritised(priority=priority):
            return {"priority": priority}
        case referral.LinkWorkerAllocated(worker_id=worker, weight=weight):
            return {"link_worker_id": worker, "weight": weight}
        case referral.ReferralWeighed(weight=weight):
            return {"weight": weight}
        case referral.ReferralReallocated(worker_id=worker, weight=weight):
            return {"link_worker_id": worker, "weight": weight, "exhausted": False}
        case referral.ContactAttempted(result=result):
            return {"phase": "CONTACT_ATTEMPTING"} | ({"exhausted": False} if result in codes.SPOKEN else {})
        case referral.ContactPolicyExhausted():
            return {"exhausted": True}
        case referral.FirstContactMade():
            return {"exhausted": False}
        case referral.SupportStarted():
            return {"stage": "IN_SUPPORT", "phase": "IN_SUPPORT"}
        case referral.SocialPrescribingAccepted():
            return {"wanted": True}
        case referral.ReferralClosed(follow_up_due=day) | referral.FollowUpCompleted(next_due=day):
            return {"follow_up_due": day}
        case referral.ReferralReopened():
            return {"follow_up_due": None, "wanted": False}
        case referral.ReferralRetractedInError():
            return {"follow_up_due": None}
        case _:
            return {}


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
        case post.WorkingPatternChanged(fte_percent=fte):
            yield Change("link_worker", fact.identity, {"fte_percent": fte})
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


def _programme(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case programme.ProgrammeOpened(name=name, restricted=restricted):
            nothing: dict[str, Any] = {"criteria_version": None, "minimum_age": None, "maximum_age": None}
            lists: dict[str, Any] = {each: [] for each in _LISTS}
            known = {"programme": fact.identity, "name": name, "restricted": restricted, "open": True}
            yield Put("programme", {**known, **nothing, **lists})
        case programme.CriteriaPublished() as event:
            ages = {"minimum_age": event.minimum_age, "maximum_age": event.maximum_age}
            lists = {each: list(getattr(event, each)) for each in _LISTS}
            yield Change("programme", fact.identity, {"criteria_version": event.version, **ages, **lists})
        case programme.ProgrammeClosed():
            yield Change("programme", fact.identity, {"open": False})
        case _:
            pass


_LISTS: Final = ("practices", "lsoas", "needs", "excluded_needs")


project: Final = by_module(
    {
        referral: _referral,
        proposal: _referral,
        person: partial(people, about=ABOUT),
        duplicate: merges,
        link_worker: _link_worker,
        post: _link_worker,
        programme: _programme,
        tenant: places_and_trusts,
    }
)
"""The rows an event makes or changes."""
