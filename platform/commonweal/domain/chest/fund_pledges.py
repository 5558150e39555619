"""Pledges of a fund: whose money there is, for what, on which condition, and how much of it has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest import money
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class PledgeMade:
    """`purposes` and `areas`: what it is restricted to; none is no restriction. `match_pence`: what others must have confirmed
    before it counts. `awards_until`: the last day on which it may be awarded."""

    pledge_id: str
    funder: str
    amount_pence: int
    purposes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    match_pence: int = 0
    awards_until: date | None = None
    by: str


@event
class PledgeConfirmed:
    pledge_id: str
    evidence: str | None = None
    by: str


@event
class PledgeReduced:
    """`amount_pence`: what it is from now on."""

    pledge_id: str
    amount_pence: int
    reason: str
    by: str


@event
class PledgeWithdrawn:
    pledge_id: str
    reason: str
    by: str


@event
class MatchConditionMet:
    """`matched_pence`: what others had confirmed then."""

    pledge_id: str
    matched_pence: int


@event
class MatchConditionFailed:
    pledge_id: str
    matched_pence: int


@event
class FundsReceived:
    """`receipt_id`: the bank's reference."""

    pledge_id: str
    receipt_id: str
    amount_pence: int
    received_on: date
    by: str


@event
class FundsReturned:
    """It is with the funder again, or was never there. `reason`: of `codes.FUNDS_RETURNS`; `pledge_pence`: what the pledge is from now on,
    where that is less; `return_id`: the bank's reference."""

    pledge_id: str
    return_id: str
    amount_pence: int
    pledge_pence: int | None = None
    returned_on: date
    reason: str
    by: str


@command
class MakePledge:
    """`funder`: an organisation. `match_pence`: others must have confirmed as much before this counts; 0 is no condition."""

    pledge_id: str
    funder: str
    amount_pence: int
    purposes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    match_pence: int = 0
    awards_until: date | None = None
    by: str


@command
class ConfirmPledge:
    """The funder stands by it; `evidence`: a reference to where they say so."""

    pledge_id: str
    evidence: str | None = None
    by: str


@command
class ReducePledge:
    """`amount_pence`: what it is from now on; never less than what was awarded or received."""

    pledge_id: str
    amount_pence: int
    reason: str
    by: str


@command
class WithdrawPledge:
    pledge_id: str
    reason: str
    by: str


@command
class ReceiveFunds:
    """`receipt_id`: the bank's reference, by which the same money is not counted twice."""

    pledge_id: str
    receipt_id: str
    amount_pence: int
    received_on: date
    on: date
    by: str


@command
class ReturnFunds:
    """What is left over goes back to its funder, who then pledges that much less; or a receipt was taken down by mistake.

    `return_id`: the bank's reference, or what the correction is called.
    """

    pledge_id: str
    return_id: str
    amount_pence: int
    returned_on: date
    reason: str
    on: date
    by: str


Event = (
    PledgeMade
    | PledgeConfirmed
    | PledgeReduced
    | PledgeWithdrawn
    | MatchConditionMet
    | MatchConditionFailed
    | FundsReceived
    | FundsReturned
)
Command = MakePledge | ConfirmPledge | ReducePledge | WithdrawPledge | ReceiveFunds | ReturnFunds


@dataclass(frozen=True, slots=True)
class Pledge:
    funder: str
    amount: int
    purposes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    match: int = 0
    awards_until: date | None = None
    phase: str = "proposed"
    """proposed → confirmed; or withdrawn"""
    matched: bool = False
    receipts: Mapping[str, tuple[int, date]] = field(default_factory=dict)
    """Pence and day, by the bank's reference."""
    given_back: Mapping[str, tuple[int, date]] = field(default_factory=dict)
    """Pence and day, by the bank's reference."""
    awarded: int = 0
    paid: int = 0

    @property
    def confirmed(self) -> int:
        return self.amount if self.phase == "confirmed" else 0

    @property
    def received(self) -> int:
        came, went = self.receipts.values(), self.given_back.values()
        return sum(pence for pence, _ in came) - sum(pence for pence, _ in went)

    @property
    def counts(self) -> bool:
        """It can be awarded: it is confirmed, and what others had to give they give."""
        return self.phase == "confirmed" and (not self.match or self.matched)

    @property
    def available(self) -> int:
        """What of it is nobody's yet."""
        return self.confirmed - self.awarded if self.counts else 0

    def fits(self, purpose: str, area: str, on: date) -> bool:
        """May it be awarded for this, there, on that day?"""
        return (
            (not self.purposes or purpose in self.purposes)
            and (not self.areas or area in self.areas)
            and (self.awards_until is None or on <= self.awards_until)
        )

    @property
    def restrictions(self) -> int:
        return bool(self.purposes) + bool(self.areas)


State = Mapping[str, Pledge]
"""By id."""
MOST: Final = 1_000
KEPT_DAYS: Final = 6 * 366
"""For so long a charity keeps its accounts (Charities Act 2011, section 131)."""


def evolve(state: State, event: Event) -> State:
    if isinstance(event, PledgeMade):
        made = Pledge(
            event.funder, event.amount_pence, event.purposes, event.areas, event.match_pence, event.awards_until
        )
        return {**state, event.pledge_id: made}
    known = state.get(event.pledge_id)
    return state if known is None else {**state, event.pledge_id: _evolved(known, event)}


def _evolved(pledge: Pledge, event: Event) -> Pledge:
    match event:
        case PledgeConfirmed():
            return replace(pledge, phase="confirmed")
        case PledgeReduced(amount_pence=amount):
            return replace(pledge, amount=amount)
        case PledgeWithdrawn():
            return replace(pledge, phase="withdrawn")
        case MatchConditionMet():
            return replace(pledge, matched=True)
        case MatchConditionFailed():
            return replace(pledge, matched=False)
        case FundsReceived(receipt_id=receipt, amount_pence=amount, received_on=day):
            return replace(pledge, receipts={**pledge.receipts, receipt: (amount, day)})
        case FundsReturned(return_id=reference, amount_pence=amount, returned_on=day, pledge_pence=less):
            went = {**pledge.given_back, reference: (amount, day)}
            return replace(pledge, given_back=went, amount=pledge.amount if less is None else less)
        case PledgeMade():
            return pledge


def moved(state: State, awarded: money.Split, paid: money.Split) -> State:
    """So much more is awarded and paid of each; less where it is negative."""
    then = dict(state)
    for name in {**awarded, **paid}:
        if name in then:
            known = then[name]
            then[name] = replace(
                known, awarded=known.awarded + awarded.get(name, 0), paid=known.paid + paid.get(name, 0)
            )
    return then


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case MakePledge():
            return _make(state, command)
        case ConfirmPledge():
            told = _confirm(state, command)
        case ReducePledge():
            told = _reduce(state, command)
        case WithdrawPledge():
            told = _withdraw(state, command)
        case ReceiveFunds():
            return _receive(state, command)
        case ReturnFunds():
            return _give_back(state, command)
    return (*told, *_matching(state, told)) if told else ()


def _make(state: State, command: MakePledge) -> tuple[Event, ...]:
    pledge_id = values.identifier(command.pledge_id, "pledge_id")
    made = Pledge(
        values.organisation(command.funder, "funder"),
        money.pence(command.amount_pence),
        values.all_of(codes.NEEDS, command.purposes, "purposes"),
        tuple(dict.fromkeys(values.gss_code(each, "areas") for each in command.areas)),
        command.match_pence,
        command.awards_until,
    )
    values.within(made.match, 0, money.MOST_PENCE, "match_pence")
    if (known := state.get(pledge_id)) is not None:
        if _as_made(known) == _as_made(made):
            return ()
        raise Refused("pledge_id is that of another pledge: choose a new one")
    if len(state) >= MOST:
        raise Refused(f"this fund has {MOST:,} pledges already")
    return (
        PledgeMade(
            pledge_id=pledge_id,
            funder=made.funder,
            amount_pence=made.amount,
            purposes=made.purposes,
            areas=made.areas,
            match_pence=made.match,
            awards_until=made.awards_until,
            by=command.by,
        ),
    )


def _as_made(pledge: Pledge) -> tuple[object, ...]:
    """What a pledge was when it was made, as far as it is still known."""
    return (pledge.funder, pledge.amount, pledge.purposes, pledge.areas, pledge.match, pledge.awards_until)


def _known(state: State, pledge_id: str) -> Pledge:
    if (known := state.get(pledge_id)) is None:
        raise Refused("pledge_id is that of no pledge of this fund")
    return known


def _confirm(state: State, command: ConfirmPledge) -> tuple[Event, ...]:
    known = _known(state, command.pledge_id)
    if known.phase == "confirmed":
        return ()
    if known.phase == "withdrawn":
        raise Refused("this pledge was withdrawn: make a new one")
    evidence = None if command.evidence is None else values.identifier(command.evidence, "evidence")
    return (PledgeConfirmed(pledge_id=command.pledge_id, evidence=evidence, by=command.by),)


def _reduce(state: State, command: ReducePledge) -> tuple[Event, ...]:
    known = _known(state, command.pledge_id)
    values.one_of(codes.PLEDGE_CHANGES, command.reason, "reason")
    amount = money.pence(command.amount_pence)
    if known.phase == "withdrawn":
        raise Refused("this pledge was withdrawn")
    if amount == known.amount:
        return ()
    if amount > known.amount:
        raise Refused(f"it was pledged {pounds(known.amount)}; for more, make another pledge")
    if amount < known.awarded:
        raise Refused(f"{pounds(known.awarded)} of it is awarded: it cannot be less than that")
    if amount < known.received:
        raise Refused(f"{pounds(known.received)} of it has been received: it cannot be less than that")
    return (PledgeReduced(pledge_id=command.pledge_id, amount_pence=amount, reason=command.reason, by=command.by),)


def _withdraw(state: State, command: WithdrawPledge) -> tuple[Event, ...]:
    known = _known(state, command.pledge_id)
    values.one_of(codes.PLEDGE_CHANGES, command.reason, "reason")
    if known.phase == "withdrawn":
        return ()
    if known.awarded:
        raise Refused(f"{pounds(known.awarded)} of it is awarded: reduce it to that instead")
    if known.received:
        raise Refused(f"{pounds(known.received)} of it has been received: reduce it to that instead")
    return (PledgeWithdrawn(pledge_id=command.pledge_id, reason=command.reason, by=command.by),)


def _receive(state: State, command: ReceiveFunds) -> tuple[Event, ...]:
    known = _known(state, command.pledge_id)
    receipt = values.identifier(command.receipt_id, "receipt_id")
    amount = money.pence(command.amount_pence)
    values.happened(command.received_on, command.on, "received_on")
    if _taken_down(state, command.pledge_id, receipt, (amount, command.received_on), "receipt_id"):
        return ()
    if (command.on - command.received_on).days > KEPT_DAYS:
        raise Refused("received_on lies more than six years back: look at the year")
    if known.phase != "confirmed":
        raise Refused(f"this pledge is {known.phase}: money is received on a confirmed one")
    if known.received + amount > known.amount:
        left = known.amount - known.received
        raise Refused(f"only {pounds(left)} of this pledge is still to come")
    return (
        FundsReceived(
            pledge_id=command.pledge_id,
            receipt_id=receipt,
            amount_pence=amount,
            received_on=command.received_on,
            by=command.by,
        ),
    )


def _taken_down(state: State, pledge_id: str, reference: str, taken: tuple[int, date], what: str) -> bool:
    """Has this been taken down already? Refuses a reference, in whatever letters, for anything else."""
    for each, pledge in state.items():
        for kind, known in (("receipt_id", pledge.receipts), ("return_id", pledge.given_back)):
            for name, found in known.items():
                if name.casefold() == reference.casefold():
                    if (each, name, found, kind) == (pledge_id, reference, taken, what):
                        return True
                    raise Refused(f"{what} has been taken down already, with another amount, day or pledge")
    return False


def _give_back(state: State, command: ReturnFunds) -> tuple[Event, ...]:
    known = _known(state, command.pledge_id)
    reference = values.identifier(command.return_id, "return_id")
    amount = money.pence(command.amount_pence)
    values.one_of(codes.FUNDS_RETURNS, command.reason, "reason")
    values.happened(command.returned_on, command.on, "returned_on")
    if _taken_down(state, command.pledge_id, reference, (amount, command.returned_on), "return_id"):
        return ()
    never_came = command.reason == "mistake"
    needed = known.paid if never_came else max(known.awarded, known.paid)
    if amount > (left := max(known.received - needed, 0)):
        gone = "paid" if never_came else "awarded"
        raise Refused(f"{pounds(left)} of this pledge is there and not {gone}: no more than that goes back")
    return (
        FundsReturned(
            pledge_id=command.pledge_id,
            return_id=reference,
            amount_pence=amount,
            pledge_pence=None if never_came else known.amount - amount,
            returned_on=command.returned_on,
            reason=command.reason,
            by=command.by,
        ),
    )


def _matching(state: State, told: tuple[Event, ...]) -> tuple[Event, ...]:
    """Which conditions of others are met, or met no more, by what was told. What was awarded on a condition keeps it met."""
    then = state
    for fact in told:
        then = evolve(then, fact)
    whole = sum(each.confirmed for each in then.values())
    found: list[Event] = []
    for pledge_id, each in then.items():
        if not each.match or each.phase == "withdrawn":
            continue
        others = whole - each.confirmed
        if others >= each.match and not each.matched:
            found.append(MatchConditionMet(pledge_id=pledge_id, matched_pence=others))
        if others < each.match and each.matched:
            if each.awarded:
                raise Refused(
                    f"{pounds(each.awarded)} is awarded out of a pledge that asks others for {pounds(each.match)}: "
                    f"they would give {pounds(others)}"
                )
            found.append(MatchConditionFailed(pledge_id=pledge_id, matched_pence=others))
    return tuple(found)
