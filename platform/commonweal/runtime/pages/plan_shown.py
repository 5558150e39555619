"""What a plan's page shows, ready for its template."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from commonweal.console.page import Way


@dataclass(frozen=True, slots=True)
class Tag:
    """`colour`: a modifier of the NHS's tag, empty for its own."""

    text: str
    colour: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`words` stand large, `quiet` says whose they are; `told`: they are somebody's own words."""

    words: str
    quiet: str = ""
    told: bool = False
    tags: tuple[Tag, ...] = ()
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A rating on the scale of a goal, in units of its picture; `first` is where the person began, `last` where they are."""

    x: int
    first: bool
    last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """`told`: the ratings in words, by day."""

    line: Line
    marks: tuple[Mark, ...]
    summary: str
    told: tuple[str, ...]
    actions: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    text: str
    done: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    text: str
    why: str
    on: date
    by: str | None
    changed: Way | None


@dataclass(frozen=True, slots=True)
class Begun:
    """Another plan of the same person."""

    way: Way
    phase: str


@dataclass(frozen=True, slots=True)
class NoPlan:
    """Nobody has begun one; `start`: for which referral one can be."""

    start: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`now`: what can be done with the plan, most likely first; `add`: what adds to each part of the page; `late`: that a review
    should have been by now, in words."""

    plan_id: str
    name: str
    phase: str
    draft: bool
    facts: tuple[tuple[str, str], ...]
    late: str | None
    gaps: tuple[Gap, ...]
    matters: tuple[Line, ...]
    strengths: tuple[Line, ...]
    seen_by_referrer: tuple[Line, ...]
    seen_by_us: tuple[Line, ...]
    goals: tuple[Goal, ...]
    loose: tuple[Line, ...]
    shares: tuple[Line, ...]
    proposals: tuple[Line, ...]
    gains: tuple[Line, ...]
    turns: tuple[Turn, ...]
    now: tuple[Way, ...]
    ends: tuple[Way, ...]
    add: Mapping[str, tuple[Way, ...]]
    others: tuple[Begun, ...]
    start: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing that changed: what it was and what it is, in words."""

    part: str
    what: str
    words: str | None
    before: str | None
    after: str | None
    quiet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What changed in a plan from one of its versions to another."""

    back: Way
    since: str
    changed: tuple[Changed, ...]
