"""Needs in a plan: what weighs on the person, as each who sees it says."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class NeedIdentified:
    """Said again with another severity, it is that from then on, and open."""

    need: str
    identified_by: str
    severity: int
    by: str


@event
class NeedResolved:
    need: str
    identified_by: str
    by: str


@event
class NeedUnmet:
    need: str
    identified_by: str
    reason: str
    by: str


@command
class IdentifyNeed:
    """`severity` 1–3, as it weighs on the person."""

    need: str
    identified_by: str
    severity: int
    by: str


@command
class ResolveNeed:
    need: str
    identified_by: str
    by: str


@command
class MarkNeedUnmet:
    need: str
    identified_by: str
    reason: str
    by: str


Event = NeedIdentified | NeedResolved | NeedUnmet
Command = IdentifyNeed | ResolveNeed | MarkNeedUnmet


@dataclass(frozen=True, slots=True)
class Need:
    severity: int
    outcome: str | None = None
    """None while it is open, else resolved or unmet."""
    reason: str | None = None


State = Mapping[tuple[str, str], Need]
"""By (need, who sees it): what the link worker sees never overwrites what the person said."""
INITIAL: Final[State] = {}


def evolve(state: State, event: Event) -> State:
    match event:
        case NeedIdentified(need=need, identified_by=who, severity=severity):
            return {**state, (need, who): Need(severity)}
        case NeedResolved(need=need, identified_by=who):
            return _ended(state, (need, who), "resolved", None)
        case NeedUnmet(need=need, identified_by=who, reason=reason):
            return _ended(state, (need, who), "unmet", reason)


def _ended(state: State, key: tuple[str, str], outcome: str, reason: str | None) -> State:
    found = state.get(key)
    return state if found is None else {**state, key: replace(found, outcome=outcome, reason=reason)}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case IdentifyNeed():
            return _identify(state, command)
        case ResolveNeed(need=need, identified_by=who, by=by):
            if _known(state, need, who).outcome == "resolved":
                return ()
            return (NeedResolved(need=need, identified_by=who, by=by),)
        case MarkNeedUnmet(need=need, identified_by=who, reason=reason, by=by):
            values.one_of(codes.UNMET_NEED_REASONS, reason, "reason")
            known = _known(state, need, who)
            if (known.outcome, known.reason) == ("unmet", reason):
                return ()
            return (NeedUnmet(need=need, identified_by=who, reason=reason, by=by),)


def _identify(state: State, command: IdentifyNeed) -> tuple[Event, ...]:
    values.one_of(codes.NEEDS, command.need, "need")
    values.one_of(codes.NEED_FINDERS, command.identified_by, "identified_by")
    if str(command.severity) not in codes.NEED_SEVERITIES:
        raise Refused("severity must be 1 to 3")
    if state.get((command.need, command.identified_by)) == Need(command.severity):
        return ()
    return (
        NeedIdentified(
            need=command.need, identified_by=command.identified_by, severity=command.severity, by=command.by
        ),
    )


def _known(state: State, need: str, who: str) -> Need:
    if (need, who) not in state:
        raise Refused("need is not among those in this plan: identify it first")
    return state[need, who]
