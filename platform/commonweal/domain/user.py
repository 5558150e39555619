"""User: who may do what where, as the ICS itself says."""

from dataclasses import dataclass
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class UserGranted:
    role: str
    scope: str


@event
class UserRevoked:
    role: str
    scope: str


@command
class GrantUser:
    role: str
    scope: str = "tenant"


@command
class RevokeUser:
    role: str
    scope: str = "tenant"


CATEGORY: Final = "user"
"""A stream's id is a hash of the token's issuer and subject, so that no name is in it."""
CREATES: Final = (GrantUser,)

ROLES: Final = frozenset(
    {
        "link_worker",
        "team_lead",
        "pcn_manager",
        "practice",
        "triager",
        "hospital",
        "emergency_department",
        "mental_health_trust",
        "diagnostic_hub",
        "provider",
        "person",
        "chest_officer",
        "assessor",
        "steering_member",
        "funder",
        "analyst",
        "ig_lead",
        "clinical_safety_officer",
        "administrator",
    }
)
"""What someone may be to an ICS. Local."""

SCOPES: Final = frozenset({"place", "pcn", "practice", "trust", "link_worker", "organisation", "person"})
"""A grant is for the whole `tenant`, or for one `kind:id` of these: `pcn:U96568`, `practice:K83001`, `trust:RP1`."""

Event = UserGranted | UserRevoked
Command = GrantUser | RevokeUser


@dataclass(frozen=True, slots=True)
class State:
    grants: frozenset[tuple[str, str]] = frozenset()
    """(role, scope)"""
    once: frozenset[tuple[str, str]] = frozenset()
    """Granted at some time."""


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case UserGranted(role=role, scope=scope):
            return State(grants=state.grants | {(role, scope)}, once=state.once | {(role, scope)})
        case UserRevoked(role=role, scope=scope):
            return State(grants=state.grants - {(role, scope)}, once=state.once | {(role, scope)})


def decide(state: State, command: Command) -> tuple[Event, ...]:
    values.one_of(ROLES, command.role, "role")
    check_scope(command.scope)
    grant = (command.role, command.scope)
    match command:
        case GrantUser(role=role, scope=scope):
            return () if grant in state.grants else (UserGranted(role=role, scope=scope),)
        case RevokeUser(role=role, scope=scope):
            if grant not in state.once:
                raise Refused("this user was never granted that role and scope")
            return (UserRevoked(role=role, scope=scope),) if grant in state.grants else ()


def check_scope(scope: str) -> None:
    """Refuses unless `tenant` or `kind:id`."""
    kind, _, which = scope.partition(":")
    if scope == "tenant":
        return
    if kind not in SCOPES or not which:
        raise Refused(f"scope must be tenant, or {', '.join(sorted(SCOPES))} with a colon and its id")
    match kind:
        case "place":
            values.gss_code(which, "scope")
        case "pcn":
            values.pcn_code(which, "scope")
        case "practice":
            values.practice_key(which, "scope")
        case "trust" | "organisation":
            values.organisation(which, "scope")
        case _:
            values.identifier(which, "scope")
