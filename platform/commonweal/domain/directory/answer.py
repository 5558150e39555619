"""Answering a proposal: a link worker takes someone they were proposed for, or says why not."""

from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import link_worker
from commonweal.domain.workforce.proposal import AllocationAccepted, AllocationRefused


@command
class AcceptAllocation:
    link_worker_id: str
    referral_id: str
    on: date | None = None


@command
class RefuseAllocation:
    """They stay on the waiting list, and somebody else can be proposed."""

    link_worker_id: str
    referral_id: str
    reason: str


PRIMARY: Final = "link_worker"
PRIMARY_ID: Final = "link_worker_id"

Command = AcceptAllocation | RefuseAllocation
Decision = tuple[tuple[link_worker.Event, ...], tuple[referral.Event, ...]]


def reads(_state: link_worker.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("referral", command.referral_id),)


def decide(states: tuple[link_worker.State, referral.State], command: Command) -> Decision:
    worker, state = states
    values.identifier(command.referral_id, "referral_id")
    link_worker.check_active(worker)
    who = command.link_worker_id
    match command:
        case AcceptAllocation(referral_id=case, on=day):
            if state.worker_id == who:
                return (), ()
            _check(state, who)
            taken = link_worker.take(worker, case, state.weight, on=day)
            allocated = referral.LinkWorkerAllocated(worker_id=who, weight=state.weight, reason="rule")
            return taken, (AllocationAccepted(worker_id=who), allocated)
        case RefuseAllocation(reason=reason):
            values.one_of(codes.PROPOSAL_REFUSALS, reason, "reason")
            if who in state.proposal.refused:
                return (), ()
            _check(state, who)
            return (), (AllocationRefused(worker_id=who, reason=reason),)


def _check(state: referral.State, worker_id: str) -> None:
    if state.proposal.worker_id != worker_id or state.phase != "waiting":
        raise Refused("this referral is not proposed to you any more")
