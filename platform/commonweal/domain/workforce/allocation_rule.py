"""Allocation rule: what makes one link worker a better fit for a person than another, and how much it counts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class AllocationRuleChanged:
    """The most points each factor gives, 0–100."""

    version: int
    practice: int
    language: int
    continuity: int
    load: int
    gender_preference: int


@command
class ChangeAllocationRule:
    """The most points each factor gives, 0–100; 0 where it shall not count."""

    practice: int
    language: int
    continuity: int
    load: int
    gender_preference: int


CATEGORY: Final = "allocation_rule"
THE_RULE: Final = "allocation"
"""The id of the one stream there is in an ICS."""

Event = AllocationRuleChanged
Command = ChangeAllocationRule


@dataclass(frozen=True, slots=True)
class Points:
    """Points by factor, in the order they are shown."""

    practice: int = 0
    language: int = 0
    continuity: int = 0
    load: int = 0
    gender_preference: int = 0

    @property
    def total(self) -> int:
        return sum(asdict(self).values())


FACTORS: Final = {
    "practice": "hosted at the person's practice",
    "language": "speaks the person's language",
    "continuity": "knows the person",
    "load": "has room",
    "gender_preference": "is of the gender the person asked for",
}
"""Factor → in words. Local."""


@dataclass(frozen=True, slots=True)
class State:
    """A rule. Version 0 is ours, until an ICS has its own."""

    version: int = 0
    most: Points = field(default_factory=lambda: Points(30, 25, 20, 20, 5))


INITIAL: Final = State()


def evolve(_state: State, event: Event) -> State:
    return State(
        version=event.version,
        most=Points(event.practice, event.language, event.continuity, event.load, event.gender_preference),
    )


def decide(state: State, command: Command) -> tuple[Event, ...]:
    wanted = Points(command.practice, command.language, command.continuity, command.load, command.gender_preference)
    for factor, points in asdict(wanted).items():
        values.within(points, 0, 100, factor)
    if not wanted.total:
        raise Refused("practice: at least one factor has to count")
    if wanted == state.most and state.version:
        return ()
    return (AllocationRuleChanged(version=state.version + 1, **asdict(wanted)),)


@dataclass(frozen=True, slots=True)
class Person:
    """Who waits for a link worker. `weight`: how much of a caseload they take."""

    practice: str | None = None
    language: str | None = None
    gender_preference: str | None = None
    knows: str | None = None
    """The link worker who had the case before."""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link worker in post. `held` and `room` are weights of cases; `away`: whether and `said_no`: why they did; `signs_in`: somebody
    comes in as them, who can be asked. A colleague of whom we know from an older tool alone cannot."""

    worker_id: str
    name: str
    practices: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    gender: str | None = None
    held: int = 0
    room: int = 0
    away: bool = False
    said_no: str | None = None
    signs_in: bool = True

    def obstacle(self, weight: int) -> str | None:
        """Why they cannot take a case of this weight when they are asked, as a word: no_account, away or full."""
        if not self.signs_in:
            return "no_account"
        if self.away:
            return "away"
        return "full" if self.held + weight > self.room else None


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    points: Points
    obstacle: str | None = None


EVERYBODY_SPEAKS: Final = "en"


def score(rule: State, person: Person, candidate: Candidate) -> Points:
    """How well they fit. A language or a preference nobody told of fits everyone; room counts in proportion to what is free."""
    most = rule.most
    spoken = person.language is None or person.language == EVERYBODY_SPEAKS or person.language in candidate.languages
    free = max(candidate.room - candidate.held, 0)
    return Points(
        practice=most.practice if person.practice in candidate.practices else 0,
        language=most.language if spoken else 0,
        continuity=most.continuity if person.knows == candidate.worker_id else 0,
        load=most.load * free // candidate.room if candidate.room else 0,
        gender_preference=most.gender_preference if person.gender_preference in (None, candidate.gender) else 0,
    )


def rank(rule: State, person: Person, candidates: Iterable[Candidate]) -> tuple[Ranked, ...]:
    """Who fits best comes first; whoever said no comes after those who were not asked, whoever cannot comes last."""
    ranked = (Ranked(each, score(rule, person, each), each.obstacle(person.weight)) for each in candidates)
    return tuple(
        sorted(
            ranked,
            key=lambda each: (
                each.obstacle is not None,
                each.candidate.said_no is not None,
                -each.points.total,
                each.candidate.name,
                each.candidate.worker_id,
            ),
        )
    )
