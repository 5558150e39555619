"""Proposal: a link worker is proposed for someone who waits, and says yes or no."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from commonweal.domain.message import event

# These names are the storage format: never renamed.


@event
class AllocationProposed:
    """With the points each factor of that version of the rule gave."""

    worker_id: str
    rule_version: int
    practice: int
    language: int
    continuity: int
    load: int
    gender_preference: int


@event
class AllocationAccepted:
    worker_id: str


@event
class AllocationRefused:
    worker_id: str
    reason: str


Event = AllocationProposed | AllocationAccepted | AllocationRefused
"""They stand in the stream of a referral: see `propose` and `answer`."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`refused`: why, by link worker."""

    worker_id: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


NONE: Final = Proposal()


def evolve(state: Proposal, event: Event) -> Proposal:
    match event:
        case AllocationProposed(worker_id=worker):
            return Proposal(worker_id=worker, refused={who: why for who, why in state.refused.items() if who != worker})
        case AllocationAccepted():
            return replace(state, worker_id=None)
        case AllocationRefused(worker_id=worker, reason=reason):
            return Proposal(worker_id=None, refused={**state.refused, worker: reason})
