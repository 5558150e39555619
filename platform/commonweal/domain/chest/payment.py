"""Paying: what leaves the fund's account is taken down on the grant and on the fund at once, to the penny and by whose money it is."""

from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.chest import fund, fund_awards, grant, grant_award, grant_payments, money
from commonweal.domain.chest.fund_awards import Award, shares
from commonweal.domain.chest.grant_award import RUNNING, require
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command


@command
class MakePayment:
    """All of an approved drawdown. `payment_id`: the bank's reference. Who approved it does not pay it."""

    grant_id: str
    fund_id: str
    payment_id: str
    drawdown_id: str
    paid_on: date
    on: date
    by: str


@command
class FailPayment:
    """The bank did not carry it out."""

    grant_id: str
    fund_id: str
    payment_id: str
    reason: str
    failed_on: date
    on: date
    by: str


@command
class ReturnPayment:
    """Money of a payment came back, and can be drawn again. `return_id`: the bank's reference."""

    grant_id: str
    fund_id: str
    payment_id: str
    return_id: str
    amount_pence: int
    returned_on: date
    on: date
    by: str


PRIMARY: Final = grant.CATEGORY
PRIMARY_ID: Final = "grant_id"

Command = MakePayment | FailPayment | ReturnPayment
Decision = tuple[tuple[grant.Event, ...], tuple[fund.Event, ...]]


def reads(_state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    return ((fund.CATEGORY, values.identifier(command.fund_id, "fund_id")),)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (grant, fund)."""
    state: grant.State = states[0]
    chest: fund.State = states[1]
    grant.check_fund(state, command.fund_id, "grant is of")
    award = chest.awards.get(command.grant_id)
    if award is None:
        raise Refused("this grant was not awarded")
    match command:
        case MakePayment():
            return _pay(state, chest, award, command)
        case FailPayment():
            return _fail(state, award, command)
        case ReturnPayment():
            return _return(state, chest, award, command)


def _pay(state: grant.State, chest: fund.State, award: Award, command: MakePayment) -> Decision:
    payment = values.identifier(command.payment_id, "payment_id")
    values.happened(command.paid_on, command.on, "paid_on")
    before = state.payments.payments.get(payment)
    if before is not None:
        if before.failed:
            raise Refused("payment_id is that of a payment the bank did not carry out: take the new one's reference")
        if (before.drawdown_id, before.paid_on) == (command.drawdown_id, command.paid_on):
            return (), ()
        raise Refused("payment_id is that of another payment: take the bank's own reference")
    _check_new(chest, payment, "payment_id")
    grant_award.check_signed(state.award, command.paid_on, "paid_on")
    drawdown = state.payments.drawdowns.get(command.drawdown_id)
    if drawdown is None:
        raise Refused("drawdown_id is that of no drawdown of this grant")
    require(state.phase, {"active"}, "be paid")
    if drawdown.phase != "approved":
        raise Refused(f"this drawdown is {drawdown.phase}: only an approved one is paid")
    if drawdown.by == command.by:
        raise Refused("you approved this drawdown: somebody else has to pay it")
    grant_award.check_unbreached(state.award)
    if state.assessment.diligence is None or not state.assessment.diligence.bank_checked:
        raise Refused("nobody found that the account is the organisation's own: check it, and record due diligence")
    if (left := sum(award.open.values())) < drawdown.amount:
        raise Refused(f"{pounds(left)} of the award is not paid yet")
    part = money.drawn(drawdown.amount, award.open)
    fund_awards.check_received(chest.pledges, part)
    theirs = shares(part)
    made = grant_payments.PaymentMade(
        payment_id=payment,
        drawdown_id=command.drawdown_id,
        amount_pence=drawdown.amount,
        shares=theirs,
        paid_on=command.paid_on,
        by=command.by,
    )
    paid = fund_awards.MoneyPaid(
        grant_id=command.grant_id,
        payment_id=payment,
        amount_pence=drawdown.amount,
        shares=theirs,
        paid_on=command.paid_on,
        by=command.by,
    )
    return (made,), (paid,)


def _check_new(chest: fund.State, reference: str, what: str) -> None:
    """The bank gives each reference once, in whatever letters it is written down."""
    wanted = reference.casefold()
    if any(wanted == each.casefold() for award in chest.awards.values() for each in award.references):
        raise Refused(f"{what} has been taken down for other money of this fund: take the bank's own reference")


def _not_before(day: date, made: grant_payments.Payment, what: str) -> None:
    if day < made.paid_on:
        raise Refused(f"{what} lies before the day it was paid")


def check_return(state: grant.State, chest: fund.State, return_id: str, amount: int, day: date) -> bool:
    """Has this return been taken down already? Refuses its reference for anything else."""
    if (known := state.payments.returns.get(return_id)) is not None:
        if known == (amount, day):
            return True
        raise Refused("return_id has been taken down already, with another sum or day")
    _check_new(chest, return_id, "return_id")
    return False


def _made(state: grant.State, payment_id: str) -> grant_payments.Payment:
    if (made := state.payments.payments.get(payment_id)) is None:
        raise Refused("payment_id is that of no payment of this grant")
    return made


def _fail(state: grant.State, award: Award, command: FailPayment) -> Decision:
    values.one_of(codes.PAYMENT_FAILURES, command.reason, "reason")
    values.happened(command.failed_on, command.on, "failed_on")
    made = _made(state, command.payment_id)
    if made.failed:
        return (), ()
    _not_before(command.failed_on, made, "failed_on")
    if made.back or made.amount > state.payments.paid:
        raise Refused("money of this payment came back: it was carried out")
    back = returned(
        command.grant_id, award, command.payment_id, made.amount, command.failed_on, "failed", command.by,
        payment_id=command.payment_id,
    )  # fmt: skip
    free = _freed(state, back)
    failed = grant_payments.PaymentFailed(
        payment_id=command.payment_id,
        reason=command.reason,
        failed_on=command.failed_on,
        released_pence=sum(each.amount_pence for each in free),
        by=command.by,
    )
    return (failed,), (back, *free)


def _freed(state: grant.State, back: fund_awards.MoneyReturned) -> tuple[fund_awards.MoneyReleased, ...]:
    """What comes back to a grant that is over is promised to nobody."""
    if state.phase in RUNNING:
        return ()
    return fund_awards.released(back.grant_id, fund_awards.split(back.shares), "over", back.by)


def _return(state: grant.State, chest: fund.State, award: Award, command: ReturnPayment) -> Decision:
    return_id = values.identifier(command.return_id, "return_id")
    amount = money.pence(command.amount_pence)
    values.happened(command.returned_on, command.on, "returned_on")
    made = _made(state, command.payment_id)
    if check_return(state, chest, return_id, amount, command.returned_on):
        return (), ()
    _not_before(command.returned_on, made, "returned_on")
    if amount > min(made.kept, state.payments.paid):
        raise Refused(f"{pounds(min(made.kept, state.payments.paid))} of this payment has not come back")
    back = returned(
        command.grant_id, award, return_id, amount, command.returned_on, "returned", command.by,
        payment_id=command.payment_id,
    )  # fmt: skip
    free = _freed(state, back)
    fact = grant_payments.PaymentReturned(
        payment_id=command.payment_id,
        return_id=return_id,
        amount_pence=amount,
        returned_on=command.returned_on,
        released_pence=sum(each.amount_pence for each in free),
        by=command.by,
    )
    return (fact,), (back, *free)


def returned(
    grant_id: str,
    award: Award,
    return_id: str,
    amount: int,
    on: date,
    reason: str,
    by: str,
    payment_id: str | None = None,
) -> fund_awards.MoneyReturned:
    """So much is back, with each funder in proportion to what of theirs the grant had."""
    return fund_awards.MoneyReturned(
        grant_id=grant_id,
        return_id=return_id,
        payment_id=payment_id,
        amount_pence=amount,
        shares=shares(money.drawn(amount, award.paid)),
        returned_on=on,
        reason=reason,
        by=by,
    )
