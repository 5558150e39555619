"""Drawdowns and payments: what the grantee asks for, who approves it, and what the bank did."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest import grant_award, money
from commonweal.domain.chest.fund_awards import Share
from commonweal.domain.chest.grant_award import require
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class DrawdownRequested:
    """`evidence`: SHA-256 of what it rests on; `report_id`: of the monitoring it goes with."""

    drawdown_id: str
    amount_pence: int
    requested_on: date
    evidence: tuple[str, ...] = ()
    report_id: str | None = None
    link_id: str | None = None


@event
class DrawdownApproved:
    """`despite`: of `codes.APPROVED_DESPITE`, what stood against it and was looked at."""

    drawdown_id: str
    despite: tuple[str, ...] = ()
    by: str


@event
class DrawdownQueried:
    drawdown_id: str
    reason: str
    by: str


@event
class DrawdownRefused:
    drawdown_id: str
    reason: str
    by: str


@event
class PaymentMade:
    """`payment_id`: the bank's reference."""

    payment_id: str
    drawdown_id: str
    amount_pence: int
    shares: tuple[Share, ...]
    paid_on: date
    by: str


@event
class PaymentFailed:
    """The bank did not carry it out: the drawdown can be paid again. `released_pence`: what of it the award, which is over, is less."""

    payment_id: str
    reason: str
    failed_on: date
    released_pence: int = 0
    by: str


@event
class PaymentReturned:
    """The grantee sent it back, or part of it; the award has as much to draw again, or where it is over is `released_pence` less."""

    payment_id: str
    return_id: str
    amount_pence: int
    returned_on: date
    released_pence: int = 0
    by: str


@event
class UnderspendReported:
    """What of the money paid will not be spent."""

    amount_pence: int
    reported_on: date
    link_id: str | None = None


@event
class UnderspendReturned:
    """Sent back, and the award is that much less."""

    return_id: str
    amount_pence: int
    shares: tuple[Share, ...]
    returned_on: date
    by: str


@event
class UnderspendReallocated:
    """What came back goes to another grant of the fund."""

    reallocation_id: str
    to_grant: str
    amount_pence: int
    by: str


@command
class RequestDrawdown:
    drawdown_id: str
    amount_pence: int
    evidence: tuple[str, ...] = ()
    report_id: str | None = None
    on: date
    by_link: str | None = None


@command
class ApproveDrawdown:
    """`despite`: what stands against it, of `codes.APPROVED_DESPITE`; all of it has to be named."""

    drawdown_id: str
    despite: tuple[str, ...] = ()
    on: date
    by: str


@command
class QueryDrawdown:
    """Asks the grantee; a query is over when it is approved, refused or asked for anew."""

    drawdown_id: str
    reason: str
    by: str


@command
class RefuseDrawdown:
    drawdown_id: str
    reason: str
    by: str


@command
class ReportUnderspend:
    amount_pence: int
    on: date
    by_link: str | None = None


Event = (
    DrawdownRequested
    | DrawdownApproved
    | DrawdownQueried
    | DrawdownRefused
    | PaymentMade
    | PaymentFailed
    | PaymentReturned
    | UnderspendReported
    | UnderspendReturned
    | UnderspendReallocated
)
Command = RequestDrawdown | ApproveDrawdown | QueryDrawdown | RefuseDrawdown | ReportUnderspend
"""`payment` and `underspend` decide with the fund."""


@dataclass(frozen=True, slots=True)
class Drawdown:
    amount: int
    phase: str = "requested"
    """requested → approved | queried | refused → paid"""
    by: str = ""
    """Who approved it: somebody else pays it."""
    evidence: tuple[str, ...] = ()
    report_id: str | None = None
    reason: str = ""
    """Why it is queried or refused."""


@dataclass(frozen=True, slots=True)
class Payment:
    drawdown_id: str
    amount: int
    paid_on: date
    back: int = 0
    failed: bool = False

    @property
    def kept(self) -> int:
        return 0 if self.failed else self.amount - self.back


@dataclass(frozen=True, slots=True)
class State:
    drawdowns: Mapping[str, Drawdown] = field(default_factory=dict)
    payments: Mapping[str, Payment] = field(default_factory=dict)
    returns: Mapping[str, tuple[int, date]] = field(default_factory=dict)
    """Pence that came back and the day, by the bank's reference."""
    underspend: int = 0
    """Reported and not returned yet."""
    given_back: int = 0
    """Underspend that was returned."""
    moved_on: Mapping[str, int] = field(default_factory=dict)
    """Pence that went to other grants, by reallocation."""

    @property
    def to_move_on(self) -> int:
        """Of what was given back, what has not gone to another grant."""
        return self.given_back - sum(self.moved_on.values())

    @property
    def paid(self) -> int:
        """What the grantee has of it."""
        return sum(each.kept for each in self.payments.values()) - self.given_back

    @property
    def approved(self) -> int:
        """Approved, and not paid yet."""
        return sum(each.amount for each in self.drawdowns.values() if each.phase == "approved")

    @property
    def asked(self) -> int:
        """Requested, queried or approved, and not paid yet."""
        return sum(each.amount for each in self.drawdowns.values() if each.phase in WAITING)


INITIAL: Final = State()
WAITING: Final = frozenset({"requested", "queried", "approved"})
MOST: Final = 500


def evolve(state: State, event: Event) -> State:
    match event:
        case DrawdownRequested(drawdown_id=drawdown, amount_pence=amount, evidence=evidence, report_id=report):
            return _drawn(state, drawdown, Drawdown(amount, evidence=evidence, report_id=report))
        case DrawdownApproved() | DrawdownQueried() | DrawdownRefused():
            return _answered(state, event)
        case PaymentMade(payment_id=payment, drawdown_id=drawdown, amount_pence=amount, paid_on=day):
            paid = replace(state, payments={**state.payments, payment: Payment(drawdown, amount, day)})
            known = state.drawdowns.get(drawdown)
            return paid if known is None else _drawn(paid, drawdown, replace(known, phase="paid"))
        case PaymentFailed(payment_id=payment):
            return _failed(state, payment)
        case PaymentReturned(payment_id=payment, return_id=return_id, amount_pence=amount, returned_on=day):
            back = replace(state, returns={**state.returns, return_id: (amount, day)})
            made = state.payments.get(payment)
            if made is None:
                return back
            return replace(back, payments={**state.payments, payment: replace(made, back=made.back + amount)})
        case UnderspendReported(amount_pence=amount):
            return replace(state, underspend=amount)
        case UnderspendReturned(return_id=return_id, amount_pence=amount, returned_on=day):
            return replace(
                state,
                returns={**state.returns, return_id: (amount, day)},
                underspend=max(state.underspend - amount, 0),
                given_back=state.given_back + amount,
            )
        case UnderspendReallocated(reallocation_id=each, amount_pence=amount):
            return replace(state, moved_on={**state.moved_on, each: amount})


def released(event: Event) -> int:
    """How much less the award is by what came back."""
    match event:
        case UnderspendReturned(amount_pence=pence):
            return pence
        case PaymentFailed(released_pence=pence) | PaymentReturned(released_pence=pence):
            return pence
        case _:
            return 0


_PHASES: Final[Mapping[type, str]] = {
    DrawdownApproved: "approved",
    DrawdownQueried: "queried",
    DrawdownRefused: "refused",
}


def _answered(state: State, event: DrawdownApproved | DrawdownQueried | DrawdownRefused) -> State:
    known = state.drawdowns.get(event.drawdown_id)
    if known is None:
        return state
    why = "" if isinstance(event, DrawdownApproved) else event.reason
    return _drawn(state, event.drawdown_id, replace(known, phase=_PHASES[type(event)], by=event.by, reason=why))


def _drawn(state: State, drawdown: str, then: Drawdown) -> State:
    return replace(state, drawdowns={**state.drawdowns, drawdown: then})


def _failed(state: State, payment: str) -> State:
    made = state.payments.get(payment)
    if made is None:
        return state
    then = replace(state, payments={**state.payments, payment: replace(made, failed=True)})
    known = state.drawdowns.get(made.drawdown_id)
    return then if known is None else _drawn(then, made.drawdown_id, replace(known, phase="approved"))


def decide(state: State, command: Command, phase: str, award: grant_award.State) -> tuple[Event, ...]:
    match command:
        case RequestDrawdown():
            return _request(state, command, phase, award.amount)
        case ReportUnderspend():
            return _report(state, command, phase)
        case ApproveDrawdown():
            return _approve(state, command, phase, award)
        case QueryDrawdown() | RefuseDrawdown():
            return _answer(state, command)


def _request(state: State, command: RequestDrawdown, phase: str, amount: int) -> tuple[Event, ...]:
    drawdown = values.identifier(command.drawdown_id, "drawdown_id")
    asked = money.pence(command.amount_pence)
    evidence = tuple(dict.fromkeys(values.document_hash(each, "evidence") for each in command.evidence))
    report = None if command.report_id is None else values.identifier(command.report_id, "report_id")
    before = state.drawdowns.get(drawdown)
    if before is not None and before.phase != "queried":
        if before.amount == asked:
            return ()
        raise Refused("drawdown_id is that of another drawdown: choose a new one")
    require(phase, {"active"}, "be drawn down")
    waiting = state.asked - (before.amount if before else 0)
    if (left := amount - state.paid - waiting) < asked:
        raise Refused(f"{pounds(max(left, 0))} of the award can still be drawn")
    if before is None and len(state.drawdowns) >= MOST:
        raise Refused(f"this grant has {MOST} drawdowns already")
    return (
        DrawdownRequested(
            drawdown_id=drawdown,
            amount_pence=asked,
            requested_on=command.on,
            evidence=evidence,
            report_id=report,
            link_id=command.by_link,
        ),
    )


def _known(state: State, drawdown_id: str) -> Drawdown:
    if (known := state.drawdowns.get(drawdown_id)) is None:
        raise Refused("drawdown_id is that of no drawdown of this grant")
    return known


def _approve(state: State, command: ApproveDrawdown, phase: str, award: grant_award.State) -> tuple[Event, ...]:
    known = _known(state, command.drawdown_id)
    named = values.all_of(codes.APPROVED_DESPITE, command.despite, "despite")
    if known.phase == "approved":
        return ()
    _require(known, {"requested", "queried"}, "be approved")
    require(phase, {"active"}, "have a drawdown approved")
    grant_award.check_unbreached(award)
    against = stands_against(state, award, known.amount, command.on)
    for code, sentence in against.items():
        if code not in named:
            raise Refused(sentence)
    despite = tuple(code for code in named if code in against)
    return (DrawdownApproved(drawdown_id=command.drawdown_id, despite=despite, by=command.by),)


def stands_against(state: State, award: grant_award.State, amount: int, on: date) -> Mapping[str, str]:
    """Why so much should not be approved that day, by `codes.APPROVED_DESPITE`: what to do, for who looks at it."""
    found: dict[str, str] = {}
    if waiting := award.conditions - sum(award.met.values()):
        found["open_condition"] = (
            f"{waiting} of its conditions {'is' if waiting == 1 else 'are'} open: "
            "record that they are met, or say that this need not wait for them"
        )
    due = sum(each.pence for each in award.schedule if each.due_on <= on)
    if (early := state.paid + state.approved + amount - due) > 0:
        found["not_yet_due"] = (
            f"{pounds(early)} of this is not due yet: say that it may be paid early, or vary the award"
        )
    return found


def _answer(state: State, command: QueryDrawdown | RefuseDrawdown) -> tuple[Event, ...]:
    known = _known(state, command.drawdown_id)
    name, by = command.drawdown_id, command.by
    match command:
        case QueryDrawdown(reason=reason):
            values.one_of(codes.DRAWDOWN_REASONS, reason, "reason")
            if known.phase == "queried":
                return ()
            _require(known, {"requested"}, "be queried")
            return (DrawdownQueried(drawdown_id=name, reason=reason, by=by),)
        case RefuseDrawdown(reason=reason):
            values.one_of(codes.DRAWDOWN_REASONS, reason, "reason")
            if known.phase == "refused":
                return ()
            _require(known, WAITING, "be refused")
            return (DrawdownRefused(drawdown_id=name, reason=reason, by=by),)


def _require(drawdown: Drawdown, phases: frozenset[str] | set[str], what: str) -> None:
    if drawdown.phase not in phases:
        raise Refused(f"this drawdown is {drawdown.phase}; it cannot {what}")


def _report(state: State, command: ReportUnderspend, phase: str) -> tuple[Event, ...]:
    amount = money.pence(command.amount_pence)
    if state.underspend == amount:
        return ()
    require(phase, {"active", "paused", "terminated"}, "report what is left over")
    if amount > state.paid:
        raise Refused(f"{pounds(state.paid)} was paid: no more than that can be left over")
    return (UnderspendReported(amount_pence=amount, reported_on=command.on, link_id=command.by_link),)
