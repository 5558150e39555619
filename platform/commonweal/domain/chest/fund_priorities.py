"""Priorities: what a fund is for first, and the unmet need that is kept beside it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event


@dataclass(frozen=True, slots=True)
class Need:
    """How many people have a need and for how many it stayed unmet, as it may be shown: `*` where it is held back. `area`: a place,
    None for the whole ICS."""

    need: str
    area: str | None
    referrals: str
    unmet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Unmet need of those referred from `since` to `until`, as it stood at a position, suppressed by a rule."""

    as_of: datetime
    position: int
    disclosure_rule: str
    since: date
    until: date
    rows: tuple[Need, ...]

    @property
    def id(self) -> str:
        """The SHA-256 of what it says, one number a line: who has the numbers can see that they are these."""
        told = [f"{self.as_of.isoformat()} {self.position} {self.disclosure_rule} {self.since} {self.until}"]
        told += [f"{row.need} {row.area or '-'} {row.referrals} {row.unmet}" for row in self.rows]
        return sha256("\n".join(told).encode()).hexdigest()


# These names are the storage format: never renamed.


@event
class PriorityEvidenceAttached:
    """The unmet need of the referrals of this ICS, as it stood at a position, suppressed by a rule. `snapshot_id`: see `Snapshot.id`."""

    snapshot_id: str
    as_of: datetime
    position: int
    disclosure_rule: str
    rows: tuple[Need, ...]
    since: date | None = None
    until: date | None = None
    by: str


@event
class PrioritySet:
    """`needs`, the first most."""

    needs: tuple[str, ...]
    snapshot_id: str | None = None
    by: str


@command
class AttachPriorityEvidence:
    """Keep beside the fund what people need and do not find, as the numbers of the ICS say it now, with nothing told of few."""

    known_needs: Snapshot
    by: str


@command
class SetPriority:
    needs: tuple[str, ...]
    snapshot_id: str | None = None
    by: str


Event = PriorityEvidenceAttached | PrioritySet
Command = AttachPriorityEvidence | SetPriority


@dataclass(frozen=True, slots=True)
class State:
    evidence: frozenset[str] = frozenset()
    """What is attached: the snapshots' ids."""
    last: PrioritySet | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case PriorityEvidenceAttached(snapshot_id=snapshot):
            return replace(state, evidence=state.evidence | {snapshot})
        case PrioritySet():
            return replace(state, last=event)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case AttachPriorityEvidence():
            return _attach(state, command)
        case SetPriority():
            return _set_priority(state, command)


def _attach(state: State, command: AttachPriorityEvidence) -> tuple[Event, ...]:
    snapshot = command.known_needs
    if not snapshot.rows:
        raise Refused("nobody has been referred to us with a need yet: there is nothing to attach")
    attached = PriorityEvidenceAttached(
        snapshot_id=snapshot.id,
        as_of=values.moment(snapshot.as_of, "as_of"),
        position=snapshot.position,
        disclosure_rule=values.identifier(snapshot.disclosure_rule, "disclosure_rule"),
        rows=snapshot.rows,
        since=snapshot.since,
        until=snapshot.until,
        by=command.by,
    )
    return () if attached.snapshot_id in state.evidence else (attached,)


def _set_priority(state: State, command: SetPriority) -> tuple[Event, ...]:
    needs = values.all_of(codes.NEEDS, command.needs, "needs")
    if command.snapshot_id is not None and command.snapshot_id not in state.evidence:
        raise Refused("snapshot_id is that of no evidence attached to this fund")
    then = PrioritySet(needs=needs, snapshot_id=command.snapshot_id, by=command.by)
    return () if state.last == then else (then,)
