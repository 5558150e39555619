"""Duplicate: two records may be about one person, until a human has said whether they are."""

from dataclasses import dataclass, replace
from typing import Final

from commonweal.domain.message import Personal, Refused, event

# These names are the storage format: never renamed.


@event
class PossibleDuplicateFlagged:
    other_id: str
    evidence: str
    by: str


@event
class DuplicateDismissed:
    other_id: str
    reason: str
    by: str


@event
class PersonsMerged:
    """Stands in both records; `here` says which of the two this one is."""

    here: str
    survivor_id: str
    absorbed_id: str
    evidence: str
    words: Personal[str | None] = None
    by: str


@event
class PersonsUnmerged:
    here: str
    survivor_id: str
    absorbed_id: str
    reason: str
    words: Personal[str | None] = None
    by: str


Event = PossibleDuplicateFlagged | DuplicateDismissed | PersonsMerged | PersonsUnmerged
SURVIVOR: Final = "survivor"
ABSORBED: Final = "absorbed"


@dataclass(frozen=True, slots=True)
class Sameness:
    """What is known of other records of this person; each is an id."""

    suspects: frozenset[str] = frozenset()
    dismissed: frozenset[str] = frozenset()
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    parted: frozenset[str] = frozenset()
    """Merged with this one once, and taken apart again."""


ALONE: Final = Sameness()


def evolve(state: Sameness, event: Event) -> Sameness:
    match event:
        case PossibleDuplicateFlagged(other_id=other):
            return replace(state, suspects=state.suspects | {other}, dismissed=state.dismissed - {other})
        case DuplicateDismissed(other_id=other):
            return replace(state, suspects=state.suspects - {other}, dismissed=state.dismissed | {other})
        case PersonsMerged(here="absorbed", survivor_id=survivor):
            return replace(state, merged_into=survivor, suspects=state.suspects - {survivor})
        case PersonsMerged(absorbed_id=other):
            absorbed = (*(each for each in state.absorbed if each != other), other)
            return replace(state, absorbed=absorbed, suspects=state.suspects - {other}, parted=state.parted - {other})
        case PersonsUnmerged(here="absorbed"):
            return replace(state, merged_into=None)
        case PersonsUnmerged(absorbed_id=other):
            absorbed = tuple(each for each in state.absorbed if each != other)
            return replace(state, absorbed=absorbed, parted=state.parted | {other})


def not_merged(state: Sameness) -> None:
    """Refuses what is asked of a record that is another's part."""
    if state.merged_into is not None:
        raise Refused("this record was merged into another one: work on that one")
