"""Post: the hours a link worker keeps, the practices that host them and who pays, each from a day on."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, TypeVar

from commonweal.domain import values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class WorkingPatternChanged:
    fte_percent: int
    from_on: date


@event
class HostPracticesChanged:
    host_practices: tuple[str, ...]
    pcns: tuple[str, ...]
    from_on: date


@event
class FundingOfPostChanged:
    """Who pays what share of the post, in whole percent that sum to 100."""

    funders: tuple[str, ...]
    funder_percents: tuple[int, ...]
    from_on: date


@command
class ChangeWorkingPattern:
    """`fte_percent` 1–100 of full-time hours."""

    fte_percent: int
    from_on: date


@command
class ChangeHostPractices:
    host_practices: tuple[str, ...] = ()
    pcns: tuple[str, ...] = ()
    from_on: date


@command
class ChangeFundingOfPost:
    """`funders` and `funder_percents` in the same order."""

    funders: tuple[str, ...]
    funder_percents: tuple[int, ...]
    from_on: date


Event = WorkingPatternChanged | HostPracticesChanged | FundingOfPostChanged
Command = ChangeWorkingPattern | ChangeHostPractices | ChangeFundingOfPost
"""They stand in the stream of a link worker: see `link_worker`."""

Entry = TypeVar("Entry", bound=tuple[Any, ...])
Split = tuple[tuple[str, int], ...]
"""(funder, percent) pairs."""


@dataclass(frozen=True, slots=True)
class Post:
    """What was agreed, by the day it holds from, in order of days."""

    hours: tuple[tuple[date, int], ...] = ()
    """(from, percent of full time)"""
    hosts: tuple[tuple[date, tuple[str, ...], tuple[str, ...]], ...] = ()
    """(from, practices, PCNs)"""
    funding: tuple[tuple[date, Split], ...] = ()

    def fte_percent(self, day: date | None = None) -> int:
        """Percent of full-time hours on a day; what was agreed last where no day is given; 0 before the first."""
        held = [percent for since, percent in self.hours if day is None or since <= day]
        return held[-1] if held else 0

    @property
    def practices(self) -> tuple[str, ...]:
        """The practices that host the link worker by the latest agreement."""
        return self.hosts[-1][1] if self.hosts else ()

    @property
    def pcns(self) -> tuple[str, ...]:
        return self.hosts[-1][2] if self.hosts else ()


EMPTY: Final = Post()


def evolve(post: Post, event: Event) -> Post:
    match event:
        case WorkingPatternChanged(fte_percent=percent, from_on=day):
            return replace(post, hours=_with(post.hours, (day, percent)))
        case HostPracticesChanged(host_practices=practices, pcns=pcns, from_on=day):
            return replace(post, hosts=_with(post.hosts, (day, practices, pcns)))
        case FundingOfPostChanged(funders=funders, funder_percents=percents, from_on=day):
            split = tuple(zip(funders, percents, strict=False))
            return replace(post, funding=_with(post.funding, (day, split)))


def _with(entries: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """One agreement for each day: what is agreed anew for a day replaces what was."""
    kept = [each for each in entries if each[0] != entry[0]]
    return tuple(sorted([*kept, entry], key=lambda each: each[0]))


def decide(post: Post, command: Command) -> tuple[Event, ...]:
    changed: Event
    match command:
        case ChangeWorkingPattern(fte_percent=percent, from_on=day):
            changed = WorkingPatternChanged(fte_percent=check_fte(percent), from_on=day)
        case ChangeHostPractices(host_practices=practices, pcns=pcns, from_on=day):
            practices, pcns = check_hosts(practices, pcns)
            changed = HostPracticesChanged(host_practices=practices, pcns=pcns, from_on=day)
        case ChangeFundingOfPost(funders=funders, funder_percents=percents, from_on=day):
            check_funding(funders, percents)
            changed = FundingOfPostChanged(funders=funders, funder_percents=percents, from_on=day)
    return () if evolve(post, changed) == post else (changed,)


def check_fte(percent: int) -> int:
    return values.within(percent, 1, 100, "fte_percent")


def check_hosts(practices: tuple[str, ...], pcns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (
        tuple(dict.fromkeys(values.practice_key(practice, "host_practices") for practice in practices)),
        tuple(dict.fromkeys(values.pcn_code(pcn, "pcns") for pcn in pcns)),
    )


def check_funding(funders: tuple[str, ...], percents: tuple[int, ...]) -> None:
    """Every funder once, with a share of its own; together they pay for the whole post."""
    for funder in funders:
        values.organisation(funder, "funders")
    if len(funders) != len(set(funders)):
        raise Refused("funders: name each funder once")
    if len(funders) != len(percents):
        raise Refused("funder_percents: give each funder one share")
    if any(not 1 <= percent <= 100 for percent in percents) or sum(percents) != 100:
        raise Refused("funder_percents must be 1 to 100 each and 100 together")
