"""Plans: the life of each, beside the lines that stand in it."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final

from commonweal.domain import tenant, user
from commonweal.domain.people import consent, duplicate, person
from commonweal.domain.plans import (
    framework,
    plan,
    plan_actions,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_review,
    plan_sharing,
    plan_words,
)
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.colleagues import colleagues
from projections.consents import consents
from projections.people import merges, people
from projections.places import places
from projections.plan import lines

ABOUT: Final = ("name", "language", "interpreter")
"""What the room knows about a person."""


def _life(fact: Fact) -> Iterable[Statement]:
    event = fact.event
    match event:
        case plan.PlanStarted():
            yield _started(fact, event)
            yield _milestone(fact, "STARTED", by=event.by)
        case plan.PlanAgreedByPerson(agreed_by=who, agreed_on=day, by=by):
            agreed = {"phase": "AGREED", "agreed_by": who, "agreed_on": day, "agreed_version": fact.version}
            yield _changed(fact, **agreed)
            yield _milestone(fact, "AGREED", agreed_by=who, by=by)
        case plan.PlanActivated(copy_offered=copy):
            yield _changed(fact, phase="ACTIVE", copy_offered=copy)
        case plan.PlanCompleted(by=by):
            yield _changed(fact, phase="COMPLETED", ended_at=fact.at)
            yield _milestone(fact, "COMPLETED", by=by)
        case plan.PlanEndedEarly(reason=reason, by=by):
            yield _changed(fact, phase="ENDED_EARLY", ended_at=fact.at, ending=reason)
            yield _milestone(fact, "ENDED_EARLY", reason=reason, by=by)
        case plan.PlanSuperseded():
            yield _changed(fact, phase="SUPERSEDED", ended_at=fact.at)
            yield _milestone(fact, "SUPERSEDED")
        case _:
            pass


def _started(fact: Fact, event: plan.PlanStarted) -> Put:
    later = (
        "agreed_by",
        "agreed_on",
        "agreed_version",
        "copy_offered",
        "review_on",
        "reviewed_on",
        "ended_at",
        "ending",
    )
    return Put(
        "plan",
        {
            "plan_id": fact.identity,
            "version": fact.version,
            "person_id": event.person_id,
            "referral_id": event.referral_id,
            "programme": event.programme,
            "phase": "DRAFT",
            "framework": event.framework,
            "framework_version": event.framework_version,
            "domains": list(event.domains),
            "started_at": fact.at,
            "started_by": event.by,
            **dict.fromkeys(later),
            "review_missed": False,
        },
    )


def _changed(fact: Fact, **columns: Any) -> Change:
    return Change("plan", fact.identity, {"version": fact.version, **columns})


def _milestone(
    fact: Fact, kind: str, *, reason: str | None = None, agreed_by: str | None = None, by: str | None = None
) -> Put:
    return Put(
        "milestone",
        {
            "milestone": f"{fact.identity}|{fact.version}",
            "plan_id": fact.identity,
            "version": fact.version,
            "kind": kind,
            "reason": reason,
            "agreed_by": agreed_by,
            "at": fact.at,
            "by_user": by,
        },
    )


def _review(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case plan_review.PlanReviewScheduled(due_on=day):
            yield _changed(fact, review_on=day, review_missed=False)
        case plan_review.PlanReviewStarted(trigger=trigger, by=by):
            yield _changed(fact, phase="IN_REVIEW", review_missed=False)
            yield _milestone(fact, "REVIEW_STARTED", reason=trigger, by=by)
        case plan_review.PlanReviewMissed():
            yield _changed(fact, review_missed=True)
            yield _milestone(fact, "REVIEW_MISSED")
        case plan_review.PlanRevised() as event:
            yield _changed(fact, phase="ACTIVE", reviewed_on=event.revised_on)
            yield _milestone(fact, "REVISED", reason=event.reason, agreed_by=event.agreed_by, by=event.by)
        case _:
            pass


def _sharing(fact: Fact) -> Iterable[Statement]:
    event = fact.event
    match event:
        case plan_sharing.PlanSharedWith():
            whom = {"plan_id": fact.identity, "kind": event.kind, "audience": event.audience, "part": event.part}
            how = {"scope": event.consent, "plan_version": event.plan_version, "by_user": event.by}
            when = {"shared_at": fact.at, "stopped_at": None, "stop_reason": None}
            yield Put("share", {"share": _share(fact), **whom, **how, **when})
        case plan_sharing.PlanSharingStopped(reason=reason):
            yield Change("share", _share(fact), {"stopped_at": fact.at, "stop_reason": reason})
        case _:
            pass


def _share(fact: Fact) -> str:
    return f"{fact.identity}|{fact.event.kind}|{fact.event.audience}"


def _line(fact: Fact, rows: Callable[[Fact, Any], Iterable[Statement]]) -> Iterable[Statement]:
    yield from rows(fact, fact.event)
    yield _changed(fact)


def _framework(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case framework.FrameworkPublished(version=version, name=name, domains=domains):
            published = {"version": version, "name": name, "domains": list(domains), "retired": False}
            yield Put("framework", {"framework": fact.identity, **published})
        case framework.FrameworkRetired():
            yield Change("framework", fact.identity, {"retired": True})
        case _:
            pass


def _case(fact: Fact) -> Iterable[Statement]:
    yield from cases(fact)
    if isinstance(fact.event, referral.ReferralReceived):
        seen = {"person_id": fact.event.person_id, "needs": list(fact.event.reasons)}
        yield Put("reason", {"referral_id": fact.identity, **seen})


project: Final = by_module(
    {
        plan: _life,
        plan_review: _review,
        plan_sharing: lambda fact: (*_sharing(fact), _changed(fact)),
        plan_words: partial(_line, rows=lines.words),
        plan_needs: partial(_line, rows=lines.needs),
        plan_goals: partial(_line, rows=lines.goals),
        plan_actions: partial(_line, rows=lines.actions),
        plan_proposals: partial(_line, rows=lines.proposals),
        plan_gains: partial(_line, rows=lines.gains),
        framework: _framework,
        referral: _case,
        consent: consents,
        person: partial(people, about=ABOUT),
        duplicate: merges,
        user: colleagues,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
