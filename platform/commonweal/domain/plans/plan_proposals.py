"""Proposals: a change of the plan that somebody else suggests, for the person to say yes or no to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Erased, Personal, Refused, command, event

# These names are the storage format: never renamed.


@event
class PlanChangeProposed:
    proposal_id: str
    person_id: str
    proposer: str
    clause_ids: tuple[str, ...] = ()
    text: Personal[str]
    by: str


@event
class PlanChangeApproved:
    proposal_id: str
    reason: str
    by: str


@event
class PlanChangeRejected:
    proposal_id: str
    reason: str
    by: str


@command
class ProposePlanChange:
    """`clause_ids`: the lines, goals or actions it is about; none where it is something new."""

    proposal_id: str
    proposer: str
    clause_ids: tuple[str, ...] = ()
    text: str
    by: str


@command
class ApprovePlanChange:
    proposal_id: str
    reason: str = "agreed_with_person"
    by: str


@command
class RejectPlanChange:
    proposal_id: str
    reason: str
    by: str


Event = PlanChangeProposed | PlanChangeApproved | PlanChangeRejected
Command = ProposePlanChange | ApprovePlanChange | RejectPlanChange


@dataclass(frozen=True, slots=True)
class Proposal:
    words: str | Erased
    proposer: str
    clause_ids: tuple[str, ...]
    decision: str | None = None
    """None while it is open, else approved or rejected."""
    reason: str | None = None


State = Mapping[str, Proposal]
"""By id."""
INITIAL: Final[State] = {}
MOST: Final = 100


def evolve(state: State, event: Event) -> State:
    match event:
        case PlanChangeProposed():
            return {**state, event.proposal_id: Proposal(event.text, event.proposer, event.clause_ids)}
        case PlanChangeApproved(proposal_id=proposal_id, reason=reason):
            return _decided(state, proposal_id, "approved", reason)
        case PlanChangeRejected(proposal_id=proposal_id, reason=reason):
            return _decided(state, proposal_id, "rejected", reason)


def _decided(state: State, proposal_id: str, decision: str, reason: str) -> State:
    known = state.get(proposal_id)
    return state if known is None else {**state, proposal_id: replace(known, decision=decision, reason=reason)}


def decide(state: State, command: Command, person_id: str) -> tuple[Event, ...]:
    match command:
        case ProposePlanChange():
            return _propose(state, command, person_id)
        case ApprovePlanChange(proposal_id=proposal_id, reason=reason, by=by):
            if _stands(state, proposal_id, "approved", reason):
                return ()
            return (PlanChangeApproved(proposal_id=proposal_id, reason=reason, by=by),)
        case RejectPlanChange(proposal_id=proposal_id, reason=reason, by=by):
            if _stands(state, proposal_id, "rejected", reason):
                return ()
            return (PlanChangeRejected(proposal_id=proposal_id, reason=reason, by=by),)


def _propose(state: State, command: ProposePlanChange, person_id: str) -> tuple[Event, ...]:
    values.identifier(command.proposal_id, "proposal_id")
    values.one_of(codes.PLAN_PROPOSERS, command.proposer, "proposer")
    about = tuple(dict.fromkeys(values.identifier(each, "clause_ids") for each in command.clause_ids))
    words = values.said(command.text, "text", 2_000)
    known = state.get(command.proposal_id)
    if known is not None:
        if (known.words, known.proposer, known.clause_ids) == (words, command.proposer, about):
            return ()
        raise Refused("proposal_id is that of another suggestion")
    if len(state) >= MOST:
        raise Refused(f"this plan has {MOST} suggestions already")
    return (
        PlanChangeProposed(
            proposal_id=command.proposal_id,
            person_id=person_id,
            proposer=command.proposer,
            clause_ids=about,
            text=words,
            by=command.by,
        ),
    )


def _stands(state: State, proposal_id: str, decision: str, reason: str) -> bool:
    """Was it decided so already? Refuses where it was decided otherwise."""
    values.one_of(codes.PROPOSAL_DECISIONS, reason, "reason")
    if proposal_id not in state:
        raise Refused("proposal_id is that of no suggestion for this plan")
    known = state[proposal_id]
    if known.decision not in (None, decision):
        raise Refused(f"this suggestion was {known.decision} already")
    return (known.decision, known.reason) == (decision, reason)
