"""The ledger of a fund: out of whose pledge each award is, and what of it was paid.

Written by `award`, `payment` and `underspend` together with the grant it is about, never alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain.chest import fund_pledges, money
from commonweal.domain.chest.money import Split, pounds
from commonweal.domain.message import Refused, event


@dataclass(frozen=True, slots=True)
class Share:
    """What of a sum is out of one pledge."""

    pledge_id: str
    pence: int


# These names are the storage format: never renamed.


@event
class MoneyCommitted:
    """It is promised to a grant. `reason`: of `codes.COMMITMENTS`."""

    grant_id: str
    round_id: str | None = None
    organisation: str
    purpose: str
    area: str
    amount_pence: int
    shares: tuple[Share, ...]
    reason: str
    by: str


@event
class MoneyReleased:
    """It is promised to nobody any more. `reason`: of `codes.RELEASES`."""

    grant_id: str
    amount_pence: int
    shares: tuple[Share, ...]
    reason: str
    by: str


@event
class MoneyPaid:
    grant_id: str
    payment_id: str
    amount_pence: int
    shares: tuple[Share, ...]
    paid_on: date
    by: str


@event
class MoneyReturned:
    """It is back with the fund. `reason`: of `codes.RETURNS`; `payment_id`: of the payment it is of, where it is of one."""

    grant_id: str
    return_id: str
    payment_id: str | None = None
    amount_pence: int
    shares: tuple[Share, ...]
    returned_on: date
    reason: str
    by: str


Event = MoneyCommitted | MoneyReleased | MoneyPaid | MoneyReturned


@dataclass(frozen=True, slots=True)
class Award:
    """What one grant has of the fund. `split`: of whose money it is, `paid`: of whose money it was paid, after what came back."""

    purpose: str = ""
    area: str = ""
    round_id: str | None = None
    split: Split = field(default_factory=dict)
    paid: Split = field(default_factory=dict)
    references: tuple[str, ...] = ()
    """The bank's, of what was paid and what came back."""

    @property
    def amount(self) -> int:
        return sum(self.split.values())

    @property
    def spent(self) -> int:
        return sum(self.paid.values())

    @property
    def open(self) -> Split:
        """What is promised and not paid."""
        return money.minus(self.split, self.paid)


State = Mapping[str, Award]
"""By grant."""
MOST: Final = 20_000


def split(shares: tuple[Share, ...]) -> Split:
    return {each.pledge_id: each.pence for each in shares}


def shares(split_: Split) -> tuple[Share, ...]:
    return tuple(Share(pledge_id, pence) for pledge_id, pence in split_.items())


def evolve(state: State, event: Event) -> State:
    known = state.get(event.grant_id)
    if isinstance(event, MoneyCommitted):
        known = replace(known or Award(), purpose=event.purpose, area=event.area, round_id=event.round_id)
    if known is None:
        return state
    awarded, paid = moves(event)
    then = replace(known, split=money.plus(known.split, awarded), paid=money.plus(known.paid, paid))
    match event:
        case MoneyPaid(payment_id=reference) | MoneyReturned(return_id=reference):
            then = replace(then, references=(*known.references, reference))
        case MoneyCommitted() | MoneyReleased():
            pass
    return {**state, event.grant_id: then}


def moves(event: Event) -> tuple[Split, Split]:
    """By how much an event changes what is awarded and what is paid, by pledge."""
    part = split(event.shares)
    nothing: Split = {}
    match event:
        case MoneyCommitted():
            return part, nothing
        case MoneyReleased():
            return money.minus(nothing, part), nothing
        case MoneyPaid():
            return nothing, part
        case MoneyReturned():
            return nothing, money.minus(nothing, part)


def out_of(pledges: fund_pledges.State, amount: int, purpose: str, area: str, on: date) -> Split:
    """Whose money an award is of: what is most restricted first, and of pledges restricted alike in proportion to what they have
    left. Refuses what there is no money for.
    """
    pots = {name: each for name, each in pledges.items() if each.available > 0 and each.fits(purpose, area, on)}
    there = sum(each.available for each in pots.values())
    if there < amount:
        raise Refused(f"{pounds(there)} is left for this purpose and place: {pounds(amount)} cannot be awarded")
    found: Split = {}
    for restrictions in (2, 1, 0):
        tier = {name: each.available for name, each in pots.items() if each.restrictions == restrictions}
        found = money.plus(found, money.drawn(min(amount - sum(found.values()), sum(tier.values())), tier))
    return found


def released(grant_id: str, part: Split, reason: str, by: str) -> tuple[MoneyReleased, ...]:
    """So much is promised to nobody any more; nothing, where nothing is."""
    if not part:
        return ()
    return (
        MoneyReleased(grant_id=grant_id, amount_pence=sum(part.values()), shares=shares(part), reason=reason, by=by),
    )


def check_received(pledges: fund_pledges.State, part: Split) -> None:
    """Refuses to pay out of what has not come in."""
    for pledge_id, pence in part.items():
        pledge = pledges[pledge_id]
        if pledge.paid + pence > pledge.received:
            raise Refused(
                f"{pounds(pence)} of this is {pledge.funder}'s, of whom {pounds(pledge.received - pledge.paid)} is there: "
                "wait for their money, or record that it came"
            )
