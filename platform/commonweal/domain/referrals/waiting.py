"""Waiting: somebody's turn comes sooner, something is offered meanwhile, or the referrer takes the referral back."""

from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import command
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import InterimSupportOffered, ReferralWithdrawn, WaitingListReprioritised


@command
class ReprioritiseWaiting:
    """Turns are reckoned from how urgent it is, then from who has waited longest."""

    priority: str
    reason: str


@command
class OfferInterimSupport:
    kind: str
    at: datetime


@command
class WithdrawReferral:
    """The referrer takes it back, as long as no link worker has it."""

    reason: str
    by: str


PRIMARY: Final = "referral"
Command = ReprioritiseWaiting | OfferInterimSupport | WithdrawReferral

_BEFORE_CONTACT: Final = frozenset({"waiting", "allocated", "contact attempting"})
_BEFORE_ALLOCATION: Final = referral.IN_TRIAGE | {"waiting"}


def reads(_state: referral.State, _command: Command) -> tuple[tuple[str, str], ...]:
    return ()


def decide(states: tuple[referral.State], command: Command) -> tuple[tuple[referral.Event, ...]]:
    (state,) = states
    referral.known(state)
    match command:
        case ReprioritiseWaiting():
            return (_reprioritise(state, command),)
        case OfferInterimSupport():
            return (_offer(state, command),)
        case WithdrawReferral():
            return (_withdraw(state, command),)


def _reprioritise(state: referral.State, command: ReprioritiseWaiting) -> tuple[referral.Event, ...]:
    values.one_of(codes.PRIORITIES, command.priority, "priority")
    values.one_of(codes.REPRIORITISATION_REASONS, command.reason, "reason")
    referral.require(state, frozenset({"waiting"}), "be given another turn")
    if state.priority == command.priority:
        return ()
    return (WaitingListReprioritised(priority=command.priority, reason=command.reason),)


def _offer(state: referral.State, command: OfferInterimSupport) -> tuple[referral.Event, ...]:
    values.one_of(codes.INTERIM_SUPPORT, command.kind, "kind")
    values.moment(command.at, "at")
    referral.require(state, _BEFORE_CONTACT, "be offered support for the time of waiting")
    if command.kind in state.interim:
        return ()
    return (InterimSupportOffered(kind=command.kind, offered_at=command.at),)


def _withdraw(state: referral.State, command: WithdrawReferral) -> tuple[referral.Event, ...]:
    values.one_of(codes.WITHDRAWAL_REASONS, command.reason, "reason")
    values.identifier(command.by, "by")
    if (state.phase, state.ending) == ("withdrawn", command.reason):
        return ()
    referral.require(state, _BEFORE_ALLOCATION, "be withdrawn")
    return (ReferralWithdrawn(reason=command.reason, by=command.by),)
