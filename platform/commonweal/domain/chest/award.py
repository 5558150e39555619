"""Awarding: what is offered is promised out of the fund in the same breath, so that no pound is promised twice."""

from datetime import date
from typing import Any, Final

from commonweal.domain import codes, values
from commonweal.domain.chest import fund, fund_awards, fund_rounds, grant, grant_award, grant_schedule, money
from commonweal.domain.chest.fund_awards import Award, released, shares
from commonweal.domain.chest.grant_award import RUNNING, require
from commonweal.domain.chest.money import Split, pounds
from commonweal.domain.message import Refused, command


@command
class OfferGrant:
    """What was recommended, or less. `schedule_on` and `schedule_pence`: when what is to be paid; they come to the award."""

    grant_id: str
    fund_id: str
    amount_pence: int
    schedule_on: tuple[date, ...]
    schedule_pence: tuple[int, ...]
    on: date
    by: str


@command
class RefuseGrant:
    """The organisation does not want it; the money is free again."""

    grant_id: str
    fund_id: str
    reason: str
    by_link: str | None = None
    by: str


@command
class VaryAward:
    """`amount_pence`: what it is from now on; more is promised out of the fund, less is free again."""

    grant_id: str
    fund_id: str
    amount_pence: int
    schedule_on: tuple[date, ...]
    schedule_pence: tuple[int, ...]
    reason: str
    on: date
    by: str


@command
class TerminateAward:
    """It ends before its time: what was not paid is free again."""

    grant_id: str
    fund_id: str
    reason: str
    by: str


@command
class CloseAward:
    """It has come to its end: reported on, and what was not paid is free again."""

    grant_id: str
    fund_id: str
    by: str


PRIMARY: Final = grant.CATEGORY
PRIMARY_ID: Final = "grant_id"

Command = OfferGrant | RefuseGrant | VaryAward | TerminateAward | CloseAward
Decision = tuple[tuple[grant.Event, ...], tuple[fund.Event, ...]]


def reads(_state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    return ((fund.CATEGORY, values.identifier(command.fund_id, "fund_id")),)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (grant, fund)."""
    state: grant.State = states[0]
    chest: fund.State = states[1]
    grant.check_fund(state, command.fund_id, "application is made to")
    match command:
        case OfferGrant():
            return _offer(state, chest, command)
        case RefuseGrant():
            return _refuse(state, chest, command)
        case VaryAward():
            return _vary(state, chest, command)
        case TerminateAward():
            return _terminate(state, chest, command)
        case CloseAward():
            return _close(state, chest, command)


def _offer(state: grant.State, chest: fund.State, command: OfferGrant) -> Decision:
    recommended, asked = state.assessment.recommended, state.application.submitted
    amount = money.pence(command.amount_pence)
    schedule = grant_award.schedule(command.schedule_on, command.schedule_pence, amount)
    if state.phase == "offered" and (state.award.amount, state.award.schedule) == (amount, schedule):
        return (), ()
    require(state.phase, {"recommended"}, "be offered before the panel recommends it")
    if state.assessment.diligence is None:
        raise Refused(
            "no due diligence is recorded: look whose account it is, and whether there is a safeguarding policy"
        )
    fund.require_open(chest)
    assert recommended is not None and asked is not None  # noqa: S101, PT018 – the phase says so
    if amount > recommended.amount_pence:
        raise Refused(f"the panel recommended {pounds(recommended.amount_pence)}")
    fund_rounds.check_award(fund_rounds.known(chest.rounds, state.round_id), amount)
    if len(chest.awards) >= fund_awards.MOST:
        raise Refused(f"this fund has {fund_awards.MOST:,} awards already: found another")
    part = fund_awards.out_of(chest.pledges, amount, asked.purpose, asked.area, command.on)
    offered = grant_award.GrantOffered(
        fund_id=command.fund_id,
        amount_pence=amount,
        shares=shares(part),
        schedule=schedule,
        conditions=recommended.conditions,
        by=command.by,
    )
    return (offered,), (committed(state, command.grant_id, part, "award", command.by),)


def more_for(chest: fund.State, award: Award, amount: int, on: date) -> Split:
    """Whose money it is that an award gets besides what it has. Refuses more than its round has left."""
    fund_rounds.check_left(fund_rounds.known(chest.rounds, award.round_id or ""), amount)
    return fund_awards.out_of(chest.pledges, amount, award.purpose, award.area, on)


def committed(state: grant.State, grant_id: str, part: Split, reason: str, by: str) -> fund_awards.MoneyCommitted:
    """So much is promised to a grant."""
    asked = state.application.submitted
    assert asked is not None  # noqa: S101 – only what was asked for is awarded
    return fund_awards.MoneyCommitted(
        grant_id=grant_id,
        round_id=state.round_id,
        organisation=state.organisation,
        purpose=asked.purpose,
        area=asked.area,
        amount_pence=sum(part.values()),
        shares=shares(part),
        reason=reason,
        by=by,
    )


def _award(chest: fund.State, grant_id: str) -> Award:
    return chest.awards.get(grant_id) or Award()


def _refuse(state: grant.State, chest: fund.State, command: RefuseGrant) -> Decision:
    values.one_of(codes.GRANT_REFUSALS, command.reason, "reason")
    if state.phase == "refused":
        return (), ()
    require(state.phase, {"offered", "accepted"}, "be refused")
    part = _award(chest, command.grant_id).open
    refused = grant_award.GrantRefused(
        reason=command.reason, amount_pence=sum(part.values()), shares=shares(part), link_id=command.by_link
    )
    return (refused,), released(command.grant_id, part, "refused", command.by)


def _vary(state: grant.State, chest: fund.State, command: VaryAward) -> Decision:
    values.one_of(codes.AWARD_CHANGES, command.reason, "reason")
    amount = money.pence(command.amount_pence)
    schedule = grant_award.schedule(command.schedule_on, command.schedule_pence, amount)
    if (state.award.amount, grant_schedule.stands(state.award)) == (amount, schedule):
        return (), ()
    require(state.phase, RUNNING | {"accepted"}, "be varied")
    fund.require_open(chest)
    award = _award(chest, command.grant_id)
    if amount < (floor := state.payments.paid + state.payments.asked):
        raise Refused(f"{pounds(floor)} is paid or asked for: the award cannot be less than that")
    more = amount - award.amount
    then, ledger = award.split, tuple[fund_awards.Event, ...]()
    if more > 0:
        part = more_for(chest, award, more, command.on)
        then = money.plus(award.split, part)
        ledger = (committed(state, command.grant_id, part, "varied", command.by),)
    if more < 0:
        part = money.drawn(-more, award.open)
        then = money.minus(award.split, part)
        ledger = released(command.grant_id, part, "varied", command.by)
    varied = grant_award.AwardVaried(
        amount_pence=amount, shares=shares(then), schedule=schedule, reason=command.reason, by=command.by
    )
    return (varied,), ledger


def _terminate(state: grant.State, chest: fund.State, command: TerminateAward) -> Decision:
    values.one_of(codes.AWARD_CHANGES, command.reason, "reason")
    if state.phase == "terminated":
        return (), ()
    require(state.phase, RUNNING | {"accepted"}, "be ended early")
    part = _award(chest, command.grant_id).open
    ended = grant_award.AwardTerminated(
        reason=command.reason, released_pence=sum(part.values()), shares=shares(part), by=command.by
    )
    return (ended,), released(command.grant_id, part, "terminated", command.by)


def _close(state: grant.State, chest: fund.State, command: CloseAward) -> Decision:
    if state.phase == "closed":
        return (), ()
    require(state.phase, {"active", "terminated"}, "be closed")
    if waiting := state.payments.asked:
        raise Refused(f"{pounds(waiting)} is asked for and not paid: pay or refuse it first")
    if state.payments.underspend:
        raise Refused(f"{pounds(state.payments.underspend)} is left over and not returned")
    if owed := sum(report.phase != "accepted" for report in state.reports.values()):
        raise Refused(f"{owed} of its reports {'is' if owed == 1 else 'are'} not accepted yet")
    part = _award(chest, command.grant_id).open
    closed = grant_award.AwardClosed(spent_pence=state.payments.paid, released_pence=sum(part.values()), by=command.by)
    return (closed,), released(command.grant_id, part, "closed", command.by)
