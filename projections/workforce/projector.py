"""Workforce: each day's hours and limits of a link worker, each case that came and went, and what is proposed to whom."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.due import today
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact
from commonweal.domain.workforce import allocation_rule, caseload, learning, link_worker, post, proposal
from commonweal.kernel.read_model import Change, Put, Remove, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.contacts import contacts
from projections.people import clear, people
from projections.places import places

ABOUT: Final = ("name", "language", "interpreter", "worker_gender_preference")
"""What the room knows about a person: all of it goes when they are erased."""


def _case(fact: Fact) -> Iterable[Statement]:
    for statement in cases(fact):
        yield Put("referral", {**statement.row, **_NEW_CASE}) if isinstance(statement, Put) else statement
    yield from contacts(fact)
    match fact.event:
        case referral.ReferralReceived(reasons=reasons, priority=priority):
            yield Change("referral", fact.identity, {"reasons": list(reasons), "priority": priority})
        case referral.WaitingListReprioritised(priority=priority):
            yield Change("referral", fact.identity, {"priority": priority})
        case referral.PlacedOnWaitingList():
            yield Change("referral", fact.identity, {"waiting_since": fact.at})
        case referral.ReferralWeighed(weight=weight):
            yield Change("referral", fact.identity, {"weight": weight})
        case referral.FirstContactMade(worker_id=worker, held_at=when):
            yield Change("referral", fact.identity, {"first_contact_at": when, "first_contact_by": worker})
        case referral.LinkWorkerAllocated(worker_id=worker, weight=weight):
            yield Change("referral", fact.identity, {"last_worker_id": worker, "weight": weight})
            yield Remove("proposal", fact.identity)
        case referral.ReferralReallocated() as event:
            yield Change("referral", fact.identity, {"last_worker_id": event.worker_id})
            yield Change("referral", fact.identity, _handed(fact, event))
        case event if type(event) in _ENDS:
            yield Remove("proposal", fact.identity)
            yield Change("referral", fact.identity, _NOT_HANDED)
        case _:
            pass


_NOT_HANDED: Final[dict[str, Any]] = {
    "handed_from": None,
    "handed_at": None,
    "handed_reason": None,
    "handover": None,
    "acknowledged": False,
}
_NEW_CASE: Final[dict[str, Any]] = {
    "reasons": [],
    "priority": "1",
    "weight": 1,
    "waiting_since": None,
    "first_contact_at": None,
    "first_contact_by": None,
    "last_worker_id": None,
    **_NOT_HANDED,
}
_ENDS: Final = frozenset(
    {
        referral.ReferralWithdrawn,
        referral.SocialPrescribingDeclined,
        referral.ReferralClosed,
        referral.ReferralRetractedInError,
        referral.LinkWorkerDeallocated,
    }
)


def _handed(fact: Fact, event: referral.ReferralReallocated) -> dict[str, Any]:
    return {
        "handed_from": event.from_worker_id,
        "handed_at": fact.at,
        "handed_reason": event.reason,
        "handover": clear(event.handover),
        "acknowledged": False,
    }


def _proposal(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case proposal.AllocationProposed() as event:
            points = {factor: getattr(event, factor) for factor in allocation_rule.FACTORS}
            about = {"worker_id": event.worker_id, "proposed_at": fact.at, "rule_version": event.rule_version}
            yield Put("proposal", {"referral_id": fact.identity, **about, **points})
            yield Remove("refusal", f"{fact.identity}|{event.worker_id}")
        case proposal.AllocationAccepted():
            yield Remove("proposal", fact.identity)
        case proposal.AllocationRefused(worker_id=worker, reason=reason):
            yield Remove("proposal", fact.identity)
            key = f"{fact.identity}|{worker}"
            row = {"refusal": key, "referral_id": fact.identity, "worker_id": worker, "reason": reason}
            yield Put("refusal", row)
        case _:
            pass


def _worker(fact: Fact) -> Iterable[Statement]:
    worker = fact.identity
    match fact.event:
        case link_worker.LinkWorkerEngaged() as event:
            yield from _engaged(worker, event)
        case link_worker.CaseloadLimitChanged(caseload_limit=limit):
            yield _agreed(worker, "limit", today(fact.at), limit)
        case link_worker.WeeklyLimitChanged(max_new_per_week=weekly):
            yield Change("link_worker", worker, {"max_new_per_week": weekly})
        case link_worker.AbsenceStarted(kind=kind, cover_worker_id=cover, started_on=day):
            yield Change("link_worker", worker, {"away": kind, "away_since": day, "cover_worker_id": cover})
        case link_worker.CoverChanged(cover_worker_id=cover):
            yield Change("link_worker", worker, {"cover_worker_id": cover})
        case link_worker.AbsenceEnded():
            yield Change("link_worker", worker, {"away": None, "away_since": None, "cover_worker_id": None})
        case link_worker.LinkWorkerLeft(last_day=day):
            yield Change("link_worker", worker, {"last_day": day})
        case link_worker.LinkWorkerLanguageAdded(language=language):
            yield _spoken(worker, language)
        case link_worker.LinkWorkerSkillAdded(skill=skill):
            yield _skilled(worker, skill)
        case _:
            pass


def _caseload(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case caseload.CaseTaken(referral_id=case, weight=weight, from_worker_id=before):
            yield _move(fact, case, cases=1, weight=weight, new=before is None)
        case caseload.CaseReleased(referral_id=case, weight=weight):
            yield _move(fact, case, cases=-1, weight=-weight, new=False)
        case caseload.CaseWeighted(referral_id=case, weight=weight, before=before):
            yield _move(fact, case, cases=0, weight=weight - before, new=False)
        case caseload.HandoverAcknowledged(referral_ids=referrals):
            for case in referrals:
                yield Change("referral", case, {"acknowledged": True})
        case _:
            pass


def _engaged(worker: str, event: link_worker.LinkWorkerEngaged) -> Iterable[Statement]:
    yield Put(
        "link_worker",
        {
            "worker_id": worker,
            "display_name": event.display_name,
            "stated_gender": event.stated_gender,
            "max_new_per_week": event.max_new_per_week,
            "engaged_on": event.engaged_on,
            "contract_ends_on": event.contract_ends_on,
            "last_day": None,
            "away": None,
            "away_since": None,
            "cover_worker_id": None,
        },
    )
    day = event.engaged_on
    yield _agreed(worker, "hours", day, event.fte_percent)
    yield _agreed(worker, "limit", day, event.caseload_limit)
    yield _hosted(worker, day, event.host_practices, event.pcns)
    if event.funders:
        yield _funded(worker, day, event.funders, event.funder_percents)
    elif event.funder is not None:
        yield _funded(worker, day, (event.funder,), (100,))
    for language in event.languages:
        yield _spoken(worker, language)
    for skill in event.skills:
        yield _skilled(worker, skill)


def _agreement(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case post.WorkingPatternChanged(fte_percent=percent, from_on=day):
            yield _agreed(fact.identity, "hours", day, percent)
        case post.HostPracticesChanged(host_practices=practices, pcns=pcns, from_on=day):
            yield _hosted(fact.identity, day, practices, pcns)
        case post.FundingOfPostChanged(funders=funders, funder_percents=percents, from_on=day):
            yield _funded(fact.identity, day, funders, percents)
        case _:
            pass


def _learning(fact: Fact) -> Iterable[Statement]:
    worker = fact.identity
    match fact.event:
        case learning.TrainingCompleted(course=course, completed_on=day, expires_on=last):
            row = {"worker_id": worker, "course": course, "completed_on": day, "expires_on": last, "expired": False}
            yield Put("competency", {"competency": f"{worker}|{course}", **row})
        case learning.CompetencyExpired(course=course):
            yield Change("competency", f"{worker}|{course}", {"expired": True})
        case learning.SupervisionHeld(kind=kind, held_on=day):
            row = {"worker_id": worker, "kind": kind, "held_on": day}
            yield Put("supervision", {"supervision": f"{worker}|{kind}|{day}", **row})
        case _:
            pass


def _agreed(worker: str, kind: str, day: date, number: int) -> Put:
    row = {"worker_id": worker, "kind": kind, "from_on": day, "number": number}
    return Put("agreed", {"agreed": f"{worker}|{kind}|{day}", **row})


def _hosted(worker: str, day: date, practices: tuple[str, ...], pcns: tuple[str, ...]) -> Put:
    row = {"worker_id": worker, "from_on": day, "practices": list(practices), "pcns": list(pcns)}
    return Put("host", {"host": f"{worker}|{day}", **row})


def _funded(worker: str, day: date, funders: tuple[str, ...], percents: tuple[int, ...]) -> Put:
    split = [{"funder": funder, "percent": percent} for funder, percent in zip(funders, percents, strict=True)]
    return Put("funding", {"funding": f"{worker}|{day}", "worker_id": worker, "from_on": day, "split": split})


def _spoken(worker: str, language: str) -> Put:
    return Put("spoken", {"spoken": f"{worker}|{language}", "worker_id": worker, "language": language})


def _skilled(worker: str, skill: str) -> Put:
    return Put("skilled", {"skilled": f"{worker}|{skill}", "worker_id": worker, "skill": skill})


def _move(fact: Fact, referral_id: str, *, cases: int, weight: int, new: bool) -> Put:
    """What is added to a caseload or taken from it: all that was up to a day, added up, is the caseload of that day."""
    row = {"worker_id": fact.identity, "referral_id": referral_id, "at": fact.at}
    return Put("move", {"position": fact.position, **row, "cases": cases, "weight": weight, "new": new})


def _place(fact: Fact) -> Iterable[Statement]:
    if isinstance(fact.event, tenant.FederationFormed):
        federation = fact.event
        row = {"federation": federation.federation, "name": federation.name, "pcns": list(federation.pcns)}
        yield Put("federation", row)
    yield from places(fact)


def _rule(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case allocation_rule.AllocationRuleChanged() as event:
            points = {factor: getattr(event, factor) for factor in allocation_rule.FACTORS}
            yield Put("rule", {"rule": fact.identity, "version": event.version, **points})
        case _:
            pass


project: Final = by_module(
    {
        referral: _case,
        proposal: _proposal,
        contact: contacts,
        person: partial(people, about=ABOUT),
        link_worker: _worker,
        caseload: _caseload,
        post: _agreement,
        learning: _learning,
        allocation_rule: _rule,
        tenant: _place,
    }
)
"""The rows an event makes or changes."""
