"""Follow-up: some months after support ended, somebody asks the person how they fare."""

from datetime import date, datetime
from typing import Any, Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import FollowUpCompleted, FollowUpFellDue


@command
class FlagFollowUpDue:
    on: date


@command
class CompleteFollowUp:
    """`next_due`: when to ask again, if at all."""

    point: str
    outcomes: tuple[str, ...]
    next_due: date | None = None
    at: datetime


PRIMARY: Final = "referral"
Command = FlagFollowUpDue | CompleteFollowUp


def reads(state: referral.State, _command: Command) -> tuple[tuple[str, str], ...]:
    return () if state.person_id is None else (("person", state.person_id),)


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[referral.Event, ...], ...]:
    """Writes to the referral only. `states` is (referral, person)."""
    state: referral.State = states[0]
    referral.known(state)
    someone: person.State = states[1]
    match command:
        case FlagFollowUpDue():
            return _flag(state, someone, command), ()
        case CompleteFollowUp():
            return _complete(state, someone, command), ()


def _flag(state: referral.State, someone: person.State, command: FlagFollowUpDue) -> tuple[referral.Event, ...]:
    """Nobody is sent to ask after the dead, or after someone we are to forget."""
    if state.phase != "closed" or state.follow_up_due is None or state.follow_up_overdue:
        return ()
    if someone.phase != "living" or command.on < state.follow_up_due:
        return ()
    return (FollowUpFellDue(due_on=state.follow_up_due),)


_NOT_BEFORE: Final = {"3m": 42, "6m": 84}
"""Days after the end: who asks in half the time has not asked what a follow-up is to tell. Local."""


def _complete(state: referral.State, someone: person.State, command: CompleteFollowUp) -> tuple[referral.Event, ...]:
    values.one_of(codes.FOLLOW_UP_POINTS, command.point, "point")
    outcomes = values.all_of(codes.FOLLOW_UP_OUTCOMES, command.outcomes, "outcomes")
    if not outcomes:
        raise Refused("outcomes: say how the person fares, or that they could not be reached")
    values.moment(command.at, "at")
    if command.next_due is not None:
        values.to_come(command.next_due, due.today(command.at), "next_due")
    if state.phase == "closed" and command.point in state.followed_up:
        return ()
    referral.require(state, frozenset({"closed"}), "be followed up: it has not been closed")
    person.not_died(someone)
    if state.closed_on is not None and (due.today(command.at) - state.closed_on).days < _NOT_BEFORE[command.point]:
        raise Refused(f"point: it is too soon for {codes.FOLLOW_UP_POINTS[command.point]}")
    return (
        FollowUpCompleted(point=command.point, outcomes=outcomes, completed_at=command.at, next_due=command.next_due),
    )
