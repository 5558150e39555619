"""Lines of a plan: the row each event about something said, wanted or done in it makes or changes."""

from collections.abc import Iterable
from typing import Any, Final

from commonweal.domain import due
from commonweal.domain.plans import (
    plan_actions,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_words,
)
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact
from projections.people import clear


def words(fact: Fact, event: plan_words.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.clause_id}"
    match event:
        case plan_words.WhatMattersRecorded():
            place = {"plan_id": fact.identity, "person_id": event.person_id, "clause_id": event.clause_id}
            yield Put("what_matters", {"clause": key, **place, **_said(fact, event), "place": fact.position})
        case plan_words.WhatMattersReworded():
            yield Change("what_matters", key, _said(fact, event))
        case plan_words.StrengthRecorded():
            place = {"plan_id": fact.identity, "person_id": event.person_id, "clause_id": event.clause_id}
            yield Put("strength", {"clause": key, **place, **_strength(fact, event), "place": fact.position})
        case plan_words.StrengthReworded():
            yield Change("strength", key, _strength(fact, event))
        case plan_words.PlanClauseRemoved():
            yield Remove("what_matters", key)
            yield Remove("strength", key)


def _said(fact: Fact, event: plan_words.WhatMattersRecorded | plan_words.WhatMattersReworded) -> dict[str, Any]:
    said = {"statement": clear(event.statement), "domain": event.domain, "said_by": event.said_by}
    return {**said, "language": event.language, **_written(fact, event)}


def _strength(fact: Fact, event: plan_words.StrengthRecorded | plan_words.StrengthReworded) -> dict[str, Any]:
    return {"text": clear(event.text), "kind": event.kind, "said_by": event.said_by, **_written(fact, event)}


def _written(fact: Fact, event: Any) -> dict[str, Any]:
    return {"by_user": event.by, "written_at": fact.at}


def needs(fact: Fact, event: plan_needs.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.identified_by}|{event.need}"
    match event:
        case plan_needs.NeedIdentified(severity=severity):
            found = {"plan_id": fact.identity, "need": event.need, "identified_by": event.identified_by}
            still = {"severity": severity, "outcome": "OPEN", "reason": None}
            yield Put("need", {"found": key, **found, **still, **_written(fact, event)})
        case plan_needs.NeedResolved():
            yield Change("need", key, {"outcome": "RESOLVED", "reason": None, **_written(fact, event)})
        case plan_needs.NeedUnmet(reason=reason):
            yield Change("need", key, {"outcome": "UNMET", "reason": reason, **_written(fact, event)})


GOAL_ENDS: Final = {
    plan_goals.GoalAchieved: "ACHIEVED",
    plan_goals.GoalPartlyAchieved: "PARTLY_ACHIEVED",
    plan_goals.GoalAbandoned: "ABANDONED",
}


def goals(fact: Fact, event: plan_goals.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.goal_id}"
    match event:
        case plan_goals.GoalAgreed():
            place = {"plan_id": fact.identity, "person_id": event.person_id, "goal_id": event.goal_id}
            begun = {"baseline": event.baseline, "outcome": "OPEN", "reason": None, "agreed_on": due.today(fact.at)}
            yield Put("goal", {"goal": key, **place, **_wanted(fact, event), **begun, "place": fact.position})
        case plan_goals.GoalRevised():
            yield Change("goal", key, _wanted(fact, event))
        case plan_goals.GoalProgressRated():
            rated = {"rating": event.rating, "rated_by": event.rated_by, "rated_on": event.rated_on}
            row = {"goal": key, **rated, "by_user": event.by, "place": fact.position}
            yield Put("rating", {"rating_id": f"{key}|{fact.version}", **row})
        case plan_goals.GoalAchieved() | plan_goals.GoalPartlyAchieved() | plan_goals.GoalAbandoned():
            ended = {"outcome": GOAL_ENDS[type(event)], "reason": event.reason}
            yield Change("goal", key, {**ended, **_written(fact, event)})


def _wanted(fact: Fact, event: plan_goals.GoalAgreed | plan_goals.GoalRevised) -> dict[str, Any]:
    return {
        "wording": clear(event.wording),
        "domain": event.domain,
        "target_date": event.target_date,
        "owner": event.owner,
        "said_by": event.said_by,
        **_written(fact, event),
    }


def actions(fact: Fact, event: plan_actions.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.action_id}"
    match event:
        case plan_actions.ActionAdded():
            place = {"plan_id": fact.identity, "person_id": event.person_id, "action_id": event.action_id}
            begun = {"goal_id": event.goal_id, "done_on": None, "place": fact.position}
            yield Put("action", {"action": key, **place, **_to_do(fact, event), **begun})
        case plan_actions.ActionChanged():
            yield Change("action", key, _to_do(fact, event))
        case plan_actions.ActionCompleted(done_on=day):
            done = {"outcome": "COMPLETED", "reason": None, "done_on": day}
            yield Change("action", key, {**done, **_written(fact, event)})
        case plan_actions.ActionMissed(reason=reason):
            yield Change("action", key, {"outcome": "MISSED", "reason": reason, **_written(fact, event)})
        case plan_actions.ActionCancelled(reason=reason):
            yield Change("action", key, {"outcome": "CANCELLED", "reason": reason, **_written(fact, event)})


def _to_do(fact: Fact, event: plan_actions.ActionAdded | plan_actions.ActionChanged) -> dict[str, Any]:
    what = {"what": clear(event.what), "who": event.who, "by_when": event.by_when}
    return {**what, "outcome": "OPEN", "reason": None, **_written(fact, event)}


def proposals(fact: Fact, event: plan_proposals.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.proposal_id}"
    match event:
        case plan_proposals.PlanChangeProposed():
            place = {"plan_id": fact.identity, "person_id": event.person_id, "proposal_id": event.proposal_id}
            said = {"proposer": event.proposer, "clause_ids": list(event.clause_ids), "text": clear(event.text)}
            begun = {"decision": "OPEN", "reason": None, "place": fact.position}
            yield Put("proposal", {"proposal": key, **place, **said, **begun, **_written(fact, event)})
        case plan_proposals.PlanChangeApproved(reason=reason):
            yield Change("proposal", key, {"decision": "APPROVED", "reason": reason})
        case plan_proposals.PlanChangeRejected(reason=reason):
            yield Change("proposal", key, {"decision": "REJECTED", "reason": reason})


def gains(fact: Fact, event: plan_gains.Event) -> Iterable[Statement]:
    key = f"{fact.identity}|{event.gain_id}"
    match event:
        case plan_gains.AdviceGainRecorded():
            gain = {"plan_id": fact.identity, "gain_id": event.gain_id, "kind": event.kind}
            worth = {"amount_pence": event.amount_pence, "annualised": event.annualised}
            stands = {"status": event.status.upper(), "confirmed_on": None, "place": fact.position}
            yield Put("gain", {"gain": key, **gain, **worth, **stands, **_written(fact, event)})
        case plan_gains.AdviceGainConfirmed(amount_pence=amount, confirmed_on=day):
            confirmed = {"amount_pence": amount, "status": "CONFIRMED", "confirmed_on": day}
            yield Change("gain", key, {**confirmed, **_written(fact, event)})
