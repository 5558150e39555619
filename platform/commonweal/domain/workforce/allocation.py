"""Allocation: a person gets a link worker, another one, or gives theirs back, so that nobody carries more than they can.

Each command changes the referral together with the caseload of every link worker it moves.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import caseload, link_worker


@command
class AllocateLinkWorker:
    """`weight` 1–5: how much of a caseload this person takes."""

    referral_id: str
    worker_id: str
    weight: int = 1
    reason: str
    on: date | None = None


@command
class ReallocateReferral:
    referral_id: str
    worker_id: str
    reason: str
    handover: str | None = None


@command
class WeighCase:
    """`weight` 1–5: how much of a caseload this person takes, and why. It may outgrow what fits: the board says so."""

    referral_id: str
    weight: int
    basis: tuple[str, ...] = ()


@command
class DeallocateLinkWorker:
    referral_id: str
    reason: str


@command
class DeclineSocialPrescribing:
    """The person would rather not, before or after a link worker spoke with them."""

    referral_id: str
    reason: str = "unknown"


@command
class CloseReferral:
    """`follow_up_due`: when to ask the person how they fare, if at all; `unmet_needs`: what no service could meet."""

    referral_id: str
    reason: str
    follow_up_due: date | None = None
    unmet_needs: tuple[str, ...] = ()
    on: date | None = None


@command
class ReopenReferral:
    """Back to the link worker who knows the person where they have room, else to the waiting list."""

    referral_id: str


@command
class RetractReferral:
    referral_id: str
    reason: str


PRIMARY: Final = "referral"
PRIMARY_ID: Final = "referral_id"
"""The field that repeats the id of the primary stream: a link worker's stream has to say which case it took."""

Command = (
    AllocateLinkWorker
    | ReallocateReferral
    | WeighCase
    | DeallocateLinkWorker
    | DeclineSocialPrescribing
    | CloseReferral
    | ReopenReferral
    | RetractReferral
)
Workers = Sequence[link_worker.State]
WorkerEvents = tuple[link_worker.Event, ...]
Decision = tuple[tuple[Any, ...], ...]
"""(events of the referral, events of each link worker read, in the order of `reads`)"""


def reads(state: referral.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The link worker who has the case, then the one who shall have it."""
    match command:
        case AllocateLinkWorker(worker_id=worker):
            wanted = [state.worker_id, worker]
        case ReallocateReferral(worker_id=worker):
            wanted = [state.worker_id, worker]
        case ReopenReferral():
            wanted = [state.last_worker_id]
        case WeighCase() | DeallocateLinkWorker() | DeclineSocialPrescribing() | CloseReferral() | RetractReferral():
            wanted = [state.worker_id]
    return tuple(("link_worker", worker) for worker in dict.fromkeys(wanted) if worker is not None)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (referral, *link workers of `reads`)."""
    state: referral.State = states[0]
    workers: Workers = states[1:]
    referral.known(state)
    match command:
        case AllocateLinkWorker():
            return _allocate(state, workers, command)
        case ReallocateReferral():
            return _reallocate(state, workers, command)
        case WeighCase():
            return _weigh(state, workers, command)
        case DeallocateLinkWorker():
            return _deallocate(state, workers, command)
        case DeclineSocialPrescribing(reason=reason):
            values.one_of(codes.DECLINE_REASONS, reason, "reason")
            fact = referral.SocialPrescribingDeclined(reason=reason)
            return _end(state, workers, command.referral_id, fact, referral.IN_TRIAGE | referral.OPEN)
        case CloseReferral():
            phases = referral.OPEN | referral.IN_TRIAGE if command.reason == "died" else referral.OPEN
            return _end(state, workers, command.referral_id, _closed(command), phases)
        case ReopenReferral():
            return _reopen(state, workers, command)
        case RetractReferral(reason=reason):
            values.one_of(codes.RETRACTION_REASONS, reason, "reason")
            return _end(
                state, workers, command.referral_id, referral.ReferralRetractedInError(reason=reason), _ANY_PHASE
            )


_ANY_PHASE: Final = referral.IN_TRIAGE | referral.OPEN | {"closed", "rejected", "redirected", "withdrawn", "declined"}


def _closed(command: CloseReferral) -> referral.ReferralClosed:
    values.one_of(codes.CLOSURE_REASONS, command.reason, "reason")
    unmet = values.all_of(codes.NEEDS, command.unmet_needs, "unmet_needs")
    if command.follow_up_due is not None and command.reason == "died":
        raise Refused("follow_up_due: nobody is followed up who has died")
    if command.follow_up_due is not None:
        values.to_come(command.follow_up_due, command.on, "follow_up_due")
    return referral.ReferralClosed(
        reason=command.reason, follow_up_due=command.follow_up_due, unmet_needs=unmet, closed_on=command.on
    )


def _nothing(workers: Workers) -> Decision:
    return ((), *(() for _ in workers))


def _allocate(state: referral.State, workers: Workers, command: AllocateLinkWorker) -> Decision:
    _check(command.worker_id, command.reason)
    values.within(command.weight, 1, 5, "weight")
    if state.worker_id == command.worker_id:
        return _nothing(workers)
    if state.worker_id is not None:
        raise Refused(f"{workers[0].name} has this referral already: reallocate it instead")
    if state.phase != "waiting":
        raise Refused(f"this referral is {state.phase}; it cannot be allocated")
    taken = link_worker.take(workers[0], command.referral_id, command.weight, on=command.on)
    fact = referral.LinkWorkerAllocated(worker_id=command.worker_id, weight=command.weight, reason=command.reason)
    return (fact,), taken


def _reallocate(state: referral.State, workers: Workers, command: ReallocateReferral) -> Decision:
    _check(command.worker_id, command.reason)
    if state.worker_id is None:
        raise Refused(f"this referral is {state.phase}, with no link worker: allocate one instead")
    if state.worker_id == command.worker_id:
        return _nothing(workers)
    giver, taker = workers
    fact = referral.ReferralReallocated(
        worker_id=command.worker_id,
        from_worker_id=state.worker_id,
        weight=state.weight,
        reason=command.reason,
        handover=command.handover,
    )
    taken = link_worker.take(taker, command.referral_id, state.weight, from_worker_id=state.worker_id)
    return (fact,), link_worker.release(giver, command.referral_id), taken


def _weigh(state: referral.State, workers: Workers, command: WeighCase) -> Decision:
    values.within(command.weight, 1, 5, "weight")
    basis = values.all_of(codes.WEIGHT_BASES, command.basis, "basis")
    if state.phase not in referral.OPEN:
        raise Refused(f"this referral is {state.phase}; only an open one is weighed")
    if state.weight == command.weight:
        return _nothing(workers)
    weighted = caseload.CaseWeighted(
        referral_id=command.referral_id, weight=command.weight, before=state.weight, basis=basis
    )
    return (referral.ReferralWeighed(weight=command.weight, basis=basis),), *((weighted,) for _ in workers)


def _deallocate(state: referral.State, workers: Workers, command: DeallocateLinkWorker) -> Decision:
    values.one_of(codes.ALLOCATION_REASONS, command.reason, "reason")
    if state.phase == "waiting":
        return _nothing(workers)
    if state.worker_id is None:
        raise Refused(f"this referral is {state.phase}; it has no link worker to give up")
    facts = (
        referral.LinkWorkerDeallocated(worker_id=state.worker_id, reason=command.reason),
        referral.PlacedOnWaitingList(priority=state.priority),
    )
    return facts, *_released(workers, command.referral_id)


def _end(
    state: referral.State,
    workers: Workers,
    referral_id: str,
    fact: referral.SocialPrescribingDeclined | referral.ReferralClosed | referral.ReferralRetractedInError,
    phases: frozenset[str],
) -> Decision:
    """The referral ends with this fact where it is in one of these phases; whoever has the case is free of it."""
    if referral.evolve(state, fact) == state:
        return _nothing(workers)
    if state.phase not in phases:
        raise Refused(_cannot_end(state, fact))
    return (fact,), *_released(workers, referral_id)


def _cannot_end(state: referral.State, fact: referral.Event) -> str:
    if state.phase in referral.IN_TRIAGE:
        return "this referral has not been accepted yet: reject it, redirect it or record that the person declined"
    what = "declined" if isinstance(fact, referral.SocialPrescribingDeclined) else "closed"
    if state.phase in ("retracted", what):
        return f"this referral is {state.phase} already, as {state.ending}"
    return f"this referral is {state.phase}; it cannot be {what}"


def _reopen(state: referral.State, workers: Workers, command: ReopenReferral) -> Decision:
    if state.phase in referral.OPEN and state.reopened:
        return _nothing(workers)
    if state.phase != "closed":
        raise Refused(f"this referral is {state.phase}; only a closed one can be reopened")
    try:
        taken = [link_worker.take(worker, command.referral_id, state.weight) for worker in workers]
    except Refused:
        taken = []
    if not taken or state.last_worker_id is None:
        facts = (referral.ReferralReopened(), referral.PlacedOnWaitingList(priority=state.priority))
        return facts, *(() for _ in workers)
    again = referral.LinkWorkerAllocated(worker_id=state.last_worker_id, weight=state.weight, reason="continuity")
    return (referral.ReferralReopened(), again), *taken


def _released(workers: Workers, referral_id: str) -> tuple[WorkerEvents, ...]:
    return tuple(link_worker.release(worker, referral_id) for worker in workers)


def _check(worker_id: str, reason: str) -> None:
    values.identifier(worker_id, "worker_id")
    values.one_of(codes.ALLOCATION_REASONS, reason, "reason")
