"""Underspend: what a grantee does not need comes back, and goes to another."""

from datetime import date
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.chest import (
    award,
    fund,
    fund_awards,
    grant,
    grant_award,
    grant_payments,
    grant_schedule,
    money,
    payment,
)
from commonweal.domain.chest.fund_awards import shares
from commonweal.domain.chest.grant_award import RUNNING, require
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command


@command
class ReturnUnderspend:
    """It is in the fund's account again, and the award is that much less. `return_id`: the bank's reference."""

    grant_id: str
    fund_id: str
    return_id: str
    amount_pence: int
    returned_on: date
    on: date
    by: str


@command
class ReallocateUnderspend:
    """What came back goes to another running grant of the fund, paid on that day."""

    grant_id: str
    fund_id: str
    reallocation_id: str
    to_grant: str
    amount_pence: int
    due_on: date
    on: date
    by: str


PRIMARY: Final = grant.CATEGORY
PRIMARY_ID: Final = "grant_id"

Command = ReturnUnderspend | ReallocateUnderspend
Decision = tuple[tuple[Any, ...], ...]
"""(events of the grant, events of the fund, events of the grant that gets it)"""


def reads(_state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    chest = (fund.CATEGORY, values.identifier(command.fund_id, "fund_id"))
    if isinstance(command, ReallocateUnderspend):
        return (chest, (grant.CATEGORY, values.identifier(command.to_grant, "to_grant")))
    return (chest,)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (grant, fund) and, for what is reallocated, the grant that gets it."""
    state: grant.State = states[0]
    chest: fund.State = states[1]
    grant.check_fund(state, command.fund_id, "grant is of")
    match command:
        case ReturnUnderspend():
            return _return(state, chest, command)
        case ReallocateUnderspend():
            return _reallocate(state, chest, states[2], command)


def _return(state: grant.State, chest: fund.State, command: ReturnUnderspend) -> Decision:
    return_id = values.identifier(command.return_id, "return_id")
    amount = money.pence(command.amount_pence)
    values.happened(command.returned_on, command.on, "returned_on")
    if payment.check_return(state, chest, return_id, amount, command.returned_on):
        return (), ()
    grant_award.check_signed(state.award, command.returned_on, "returned_on")
    if amount > (left := min(state.payments.underspend, state.payments.paid)):
        raise Refused(f"{pounds(left)} is reported as left over, and paid: no more is returned")
    known = chest.awards[command.grant_id]
    back = payment.returned(command.grant_id, known, return_id, amount, command.returned_on, "underspend", command.by)
    fact = grant_payments.UnderspendReturned(
        return_id=return_id,
        amount_pence=amount,
        shares=back.shares,
        returned_on=command.returned_on,
        by=command.by,
    )
    free = fund_awards.released(command.grant_id, fund_awards.split(back.shares), "underspend", command.by)
    return (fact,), (back, *free)


def _reallocate(state: grant.State, chest: fund.State, to: grant.State, command: ReallocateUnderspend) -> Decision:
    amount = money.pence(command.amount_pence)
    reallocation = values.identifier(command.reallocation_id, "reallocation_id")
    if reallocation in state.payments.moved_on:
        return (), (), ()
    fund.require_open(chest)
    if command.to_grant == command.grant_id or to.fund_id != command.fund_id:
        raise Refused("to_grant must be another grant of this fund")
    if amount > (left := state.payments.to_move_on):
        raise Refused(f"{pounds(left)} of what this grant gave back has not gone to another")
    require(to.phase, RUNNING, "be given more")
    known = chest.awards[command.to_grant]
    part = award.more_for(chest, known, amount, command.on)
    then = money.plus(known.split, part)
    schedule = (*grant_schedule.stands(to.award), grant_award.Instalment(command.due_on, amount))
    varied = grant_award.AwardVaried(
        amount_pence=sum(then.values()),
        shares=shares(then),
        schedule=tuple(sorted(schedule, key=lambda each: each.due_on)),
        reason="underspend",
        by=command.by,
    )
    fact = grant_payments.UnderspendReallocated(
        reallocation_id=reallocation, to_grant=command.to_grant, amount_pence=amount, by=command.by
    )
    promised = award.committed(to, command.to_grant, part, "underspend", command.by)
    return (fact,), (promised,), (varied,)
