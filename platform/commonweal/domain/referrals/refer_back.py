"""Refer back: something is for a clinician, who is asked to take it up, and has to say that they did."""

from datetime import datetime
from typing import Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Refused, command
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.referral import ReferBackAcknowledged, ReferBackUnacknowledged, ReferredBackToClinician


@command
class ReferBackToClinician:
    """`to_role` is what they are; `to_organisation` where they work. The referral itself goes on until somebody ends it."""

    refer_back_id: str
    reason: str
    to_organisation: str | None = None
    to_role: str
    note: str | None = None
    by: str
    at: datetime


@command
class AcknowledgeReferBack:
    """`clinician`: who took it up, by name, where someone else writes it down for them."""

    refer_back_id: str
    clinician: str | None = None
    by: str
    at: datetime


@command
class FlagReferBackUnacknowledged:
    refer_back_id: str
    due_at: datetime
    at: datetime


PRIMARY: Final = "referral"
Command = ReferBackToClinician | AcknowledgeReferBack | FlagReferBackUnacknowledged

WORKING_DAYS: Final = 2
"""How long a clinician has to say that they took it up. Local."""


def reads(_state: referral.State, _command: Command) -> tuple[tuple[str, str], ...]:
    return ()


def decide(states: tuple[referral.State], command: Command) -> tuple[tuple[referral.Event, ...]]:
    (state,) = states
    referral.known(state)
    values.identifier(command.refer_back_id, "refer_back_id")
    values.moment(command.at, "at")
    match command:
        case ReferBackToClinician():
            return (_refer(state, command),)
        case AcknowledgeReferBack():
            return (_acknowledge(state, command),)
        case FlagReferBackUnacknowledged():
            return (_flag(state, command),)


def _refer(state: referral.State, command: ReferBackToClinician) -> tuple[referral.Event, ...]:
    values.one_of(codes.REFER_BACK_REASONS, command.reason, "reason")
    values.one_of(codes.REFERRER_ROLES, command.to_role, "to_role")
    values.identifier(command.by, "by")
    if command.to_organisation is not None:
        values.organisation(command.to_organisation, "to_organisation")
    if (known := state.refer_backs.get(command.refer_back_id)) is not None:
        if (known.reason, known.to) == (command.reason, (command.to_organisation, command.to_role)):
            return ()
        raise Refused("refer_back_id: something else was referred back under this id")
    referral.require(state, referral.IN_TRIAGE | referral.OPEN, "be referred back")
    return (
        ReferredBackToClinician(
            refer_back_id=command.refer_back_id,
            reason=command.reason,
            to_organisation=command.to_organisation,
            to_role=command.to_role,
            note=command.note,
            by=command.by,
            referred_at=command.at,
            due_at=due.after_working_days(command.at, WORKING_DAYS),
        ),
    )


def _acknowledge(state: referral.State, command: AcknowledgeReferBack) -> tuple[referral.Event, ...]:
    values.identifier(command.by, "by")
    if (known := state.refer_backs.get(command.refer_back_id)) is None:
        raise Refused("refer_back_id: nothing was referred back under this id")
    if known.acknowledged:
        return ()
    return (
        ReferBackAcknowledged(
            refer_back_id=command.refer_back_id,
            clinician=command.clinician,
            by=command.by,
            acknowledged_at=command.at,
        ),
    )


def _flag(state: referral.State, command: FlagReferBackUnacknowledged) -> tuple[referral.Event, ...]:
    """It is asked for even after the referral was closed: stepping up is a reason to close one."""
    if command.at < values.moment(command.due_at, "due_at"):
        raise Refused("an acknowledgement is not overdue before due_at")
    known = state.refer_backs.get(command.refer_back_id)
    if known is None or known.acknowledged or known.overdue or state.phase == "retracted":
        return ()
    return (ReferBackUnacknowledged(refer_back_id=command.refer_back_id, due_at=command.due_at),)
