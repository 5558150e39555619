"""Sharing a plan: who sees how much of it, for as long as the person agrees."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import command, event

# These names are the storage format: never renamed.


@event
class PlanSharedWith:
    """`audience` of a `kind` sees `part` of the plan as it stands, while the consent to `consent` stands."""

    kind: str
    audience: str
    part: str
    consent: str
    plan_version: int
    by: str


@event
class PlanSharingStopped:
    kind: str
    audience: str
    reason: str
    by: str


@command
class StopSharingPlan:
    kind: str
    audience: str = "any"
    reason: str
    by: str


Event = PlanSharedWith | PlanSharingStopped
Command = StopSharingPlan
"""`plan_share` shares it: that is decided together with the person's consents."""


@dataclass(frozen=True, slots=True)
class Share:
    part: str
    consent: str
    plan_version: int


State = Mapping[tuple[str, str], Share]
"""By (kind of audience, audience)."""
INITIAL: Final[State] = {}

CONSENTS: Final[Mapping[str, str]] = {
    "gp": "share_gp",
    "mdt": "share_mdt",
    "referrer": "share_referrer",
    "provider": "share_vcfse",
}
"""Kind of audience (`codes.PLAN_AUDIENCES`) → the scope of consent (`consent.SCOPES`) without which nothing is shared."""


def evolve(state: State, event: Event) -> State:
    match event:
        case PlanSharedWith():
            share = Share(event.part, event.consent, event.plan_version)
            return {**state, (event.kind, event.audience): share}
        case PlanSharingStopped(kind=kind, audience=audience):
            return {key: share for key, share in state.items() if key != (kind, audience)}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    kind, audience = command.kind, command.audience
    values.one_of(codes.PLAN_AUDIENCES, kind, "kind")
    values.one_of(codes.SHARING_STOPS, command.reason, "reason")
    if (kind, audience) not in state:
        return ()
    return (PlanSharingStopped(kind=kind, audience=audience, reason=command.reason, by=command.by),)


def share(state: State, kind: str, audience: str, part: str, version: int, by: str) -> tuple[Event, ...]:
    """Share it, where the person agreed to that: `plan_share` has asked. `version`: the plan's."""
    values.one_of(codes.PLAN_PARTS, part, "part")
    known = state.get((kind, audience))
    if known is not None and known.part == part:
        return ()
    return (
        PlanSharedWith(kind=kind, audience=audience, part=part, consent=CONSENTS[kind], plan_version=version, by=by),
    )
