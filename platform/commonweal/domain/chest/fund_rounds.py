"""Rounds of a fund: when one may apply, for how much, how it is decided, and what part is kept for what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.chest import money
from commonweal.domain.chest.money import pounds
from commonweal.domain.message import Refused, command, event


@dataclass(frozen=True, slots=True)
class Ringfence:
    """At least so many percent of what a round awards are for these purposes."""

    purposes: tuple[str, ...]
    percent: int


# These names are the storage format: never renamed.


@event
class RoundOpened:
    """`opens_on` and `closes_on`: the first and the last day on which one may apply. `fast_track_below_pence`: what is asked below
    that needs no assessment. `budget_pence`: the most the round awards in all."""

    round_id: str
    name: str
    method: str
    rules_version: int
    opens_on: date
    closes_on: date
    least_pence: int
    most_pence: int
    budget_pence: int | None = None
    ringfences: tuple[Ringfence, ...] = ()
    fast_track_below_pence: int = 0
    by: str


@event
class RoundExtended:
    round_id: str
    closes_on: date
    by: str


@event
class RoundClosed:
    """Its awarding is over: what is asked for in it is answered."""

    round_id: str
    awarded_pence: int
    by: str


@command
class OpenRound:
    """`ringfences`: purposes with + between them, each with its percent at the same place of `ringfence_percents`. `method`: the fund's own where none is given."""

    round_id: str
    name: str
    method: str | None = None
    opens_on: date
    closes_on: date
    least_pence: int
    most_pence: int
    budget_pence: int | None = None
    ringfences: tuple[str, ...] = ()
    ringfence_percents: tuple[int, ...] = ()
    fast_track_below_pence: int = 0
    by: str


@command
class ExtendRound:
    round_id: str
    closes_on: date
    on: date
    by: str


@command
class CloseRound:
    """Refused until each ring-fence is met."""

    round_id: str
    on: date
    by: str


Event = RoundOpened | RoundExtended | RoundClosed
Command = OpenRound | ExtendRound | CloseRound


@dataclass(frozen=True, slots=True)
class Round:
    opened: RoundOpened
    closes_on: date
    closed: bool = False
    awarded: Mapping[str, int] = field(default_factory=dict)
    """Pence by purpose."""

    @property
    def total(self) -> int:
        return sum(self.awarded.values())

    @property
    def left(self) -> int | None:
        """What its budget has left; None where it has none."""
        return None if self.opened.budget_pence is None else self.opened.budget_pence - self.total


State = Mapping[str, Round]
"""By id."""
MOST: Final = 200
MOST_RINGFENCES: Final = 10


def evolve(state: State, event: Event) -> State:
    if isinstance(event, RoundOpened):
        return {**state, event.round_id: Round(event, event.closes_on)}
    known = state.get(event.round_id)
    if known is None:
        return state
    match event:
        case RoundExtended(closes_on=day):
            return {**state, event.round_id: replace(known, closes_on=day)}
        case RoundClosed():
            return {**state, event.round_id: replace(known, closed=True)}


def awarded(state: State, round_id: str | None, purpose: str, amount: int) -> State:
    """So much more is awarded in a round for a purpose; less where it is negative."""
    known = state.get(round_id or "")
    if known is None:
        return state
    then = money.plus(known.awarded or {}, {purpose: amount})
    return {**state, known.opened.round_id: replace(known, awarded=then)}


def decide(state: State, command: Command, method: str, rules_version: int) -> tuple[Event, ...]:
    """`method` and `rules_version`: the fund's own."""
    match command:
        case OpenRound():
            return _open(state, command, method, rules_version)
        case ExtendRound():
            return _extend(state, command)
        case CloseRound():
            return _close(state, command)


def known(state: State, round_id: str) -> Round:
    """Refuses unless there is such a round."""
    if (found := state.get(round_id)) is None:
        raise Refused("round_id is that of no round of this fund")
    return found


def _open(state: State, command: OpenRound, method: str, rules_version: int) -> tuple[Event, ...]:
    opened = RoundOpened(
        round_id=values.identifier(command.round_id, "round_id"),
        name=values.said(command.name, "name", 200),
        method=values.one_of(codes.FUND_METHODS, command.method or method, "method"),
        rules_version=rules_version,
        opens_on=command.opens_on,
        closes_on=command.closes_on,
        least_pence=money.pence(command.least_pence, "least_pence"),
        most_pence=money.pence(command.most_pence, "most_pence"),
        budget_pence=None if command.budget_pence is None else money.pence(command.budget_pence, "budget_pence"),
        ringfences=_ringfences(command),
        fast_track_below_pence=command.fast_track_below_pence,
        by=command.by,
    )
    if opened.closes_on < opened.opens_on:
        raise Refused("closes_on is before opens_on")
    if opened.most_pence < opened.least_pence:
        raise Refused("most_pence is less than least_pence")
    values.within(opened.fast_track_below_pence, 0, money.MOST_PENCE, "fast_track_below_pence")
    if opened.round_id in state:
        if state[opened.round_id].opened == opened:
            return ()
        raise Refused("round_id is that of another round: choose a new one")
    if len(state) >= MOST:
        raise Refused(f"this fund has {MOST} rounds already")
    return (opened,)


def _ringfences(command: OpenRound) -> tuple[Ringfence, ...]:
    if len(command.ringfences) != len(command.ringfence_percents):
        raise Refused("ringfences and ringfence_percents go together: one percentage for each")
    if len(command.ringfences) > MOST_RINGFENCES:
        raise Refused(f"ringfences must be no more than {MOST_RINGFENCES}")
    found = tuple(
        Ringfence(values.all_of(codes.NEEDS, named.split("+"), "ringfences"), percent)
        for named, percent in zip(command.ringfences, command.ringfence_percents, strict=True)
    )
    for each in found:
        values.within(each.percent, 1, 100, "ringfence_percents")
    named = [purpose for each in found for purpose in each.purposes]
    if len(named) != len(set(named)):
        raise Refused("ringfences: a purpose stands in one of them only")
    if sum(each.percent for each in found) > 100:
        raise Refused("ringfence_percents come to more than 100")
    return found


def _extend(state: State, command: ExtendRound) -> tuple[Event, ...]:
    found = known(state, command.round_id)
    _require_open(found)
    if command.closes_on == found.closes_on:
        return ()
    if command.closes_on < found.closes_on:
        raise Refused("closes_on is earlier than was announced: a round is only made longer")
    if command.closes_on < command.on:
        raise Refused("closes_on lies in the past")
    return (RoundExtended(round_id=command.round_id, closes_on=command.closes_on, by=command.by),)


def _require_open(found: Round) -> None:
    if found.closed:
        raise Refused("this round is closed")


def _close(state: State, command: CloseRound) -> tuple[Event, ...]:
    found = known(state, command.round_id)
    if found.closed:
        return ()
    if command.on <= found.closes_on:
        raise Refused("one may still apply: close it when that is over")
    if short := tuple(shortfalls(found)):
        raise Refused(f"{'. '.join(short)}.")
    return (RoundClosed(round_id=command.round_id, awarded_pence=found.total, by=command.by),)


def shortfalls(found: Round) -> Iterable[str]:
    """A sentence for each ring-fence that is not met: how much must still go to its purposes, if the other awards stay."""
    for each in found.opened.ringfences:
        inside = sum(found.awarded.get(purpose, 0) for purpose in each.purposes)
        if short := missing(inside, found.total, each.percent):
            purposes = " or ".join(codes.NEEDS[purpose] for purpose in each.purposes)
            yield (
                f"at least {each.percent}% of this round must be for {purposes}: {pounds(inside)} of {pounds(found.total)} is, "
                f"{pounds(short)} more is needed"
            )


def missing(inside: int, total: int, percent: int) -> int:
    """The least that added to both makes the share right, 0 where it is; where all must be, what is outside can only be taken back."""
    if inside * 100 >= percent * total:
        return 0
    if percent == 100:
        return total - inside
    return -((inside * 100 - percent * total) // (100 - percent))


def check_ask(found: Round, amount: int, on: date) -> None:
    """Refuses what cannot be asked for in this round on that day."""
    _require_open(found)
    if on < found.opened.opens_on:
        raise Refused(f"this round opens on {found.opened.opens_on:%d %B %Y}")
    if on > found.closes_on:
        raise Refused("the last day to apply in this round is over")
    least, most = found.opened.least_pence, found.opened.most_pence
    if not least <= amount <= most:
        raise Refused(f"in this round one may ask for {pounds(least)} to {pounds(most)}")


def check_award(found: Round, amount: int) -> None:
    """Refuses more than this round awards, to one or in all."""
    _require_open(found)
    if amount > found.opened.most_pence:
        raise Refused(f"this round awards no more than {pounds(found.opened.most_pence)} to one")
    check_left(found, amount)


def check_left(found: Round, amount: int) -> None:
    """Refuses more than the round has left to award."""
    if found.left is not None and amount > found.left:
        raise Refused(f"{pounds(found.left)} of this round's money is left")
