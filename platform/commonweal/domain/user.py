"""User: who may do what where, as the ICS itself says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from commonweal.domain import codes, values
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


@event
class UserNamed:
    """What a colleague is called at work, so that a person can read who looked."""

    display_name: str


@event
class GlassBroken:
    """These parts of a record outside their grants are open to them until then; none are named where it was all of them."""

    person_id: str
    until: datetime
    parts: tuple[str, ...] = ()


@command
class GrantUser:
    role: str
    scope: str = "tenant"


@command
class RevokeUser:
    role: str
    scope: str = "tenant"


@command
class NameUser:
    """Where they sign in says what they are called."""

    display_name: str


CATEGORY: Final = "user"
"""A stream's id is a hash of the token's issuer and subject, so that no name is in it."""
CREATES: Final = (GrantUser, NameUser)

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
        "referrer",
        "provider",
        "person",
        "chest_officer",
        "assessor",
        "steering_member",
        "funder",
        "finance",
        "analyst",
        "ig_lead",
        "clinical_safety_officer",
        "administrator",
    }
)
"""What someone may be to an ICS. Local."""

SCOPES: Final = frozenset({"place", "pcn", "practice", "trust", "link_worker", "organisation", "person", "programme"})
"""A grant is for the whole `tenant`, or for one `kind:id` of these: `pcn:U96568`, `practice:K83001`, `trust:RP1`.

A restricted programme is seen only by whom it was granted to, beside what else they see: `programme:refugee`."""

Event = UserGranted | UserRevoked | UserNamed | GlassBroken
Command = GrantUser | RevokeUser | NameUser


@dataclass(frozen=True, slots=True)
class State:
    grants: frozenset[tuple[str, str]] = frozenset()
    """(role, scope)"""
    once: frozenset[tuple[str, str]] = frozenset()
    """Granted at some time."""
    display_name: str | None = None
    glass: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """(part, whose record) that is open to them beside what was granted, and until when."""


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case UserGranted(role=role, scope=scope):
            return replace(state, grants=state.grants | {(role, scope)}, once=state.once | {(role, scope)})
        case UserRevoked(role=role, scope=scope):
            return replace(state, grants=state.grants - {(role, scope)}, once=state.once | {(role, scope)})
        case UserNamed(display_name=name):
            return replace(state, display_name=name)
        case GlassBroken(person_id=person_id, until=until, parts=parts):
            named = [(part, person_id) for part in parts or codes.RECORD_PARTS]
            longer = {each: max(until, state.glass.get(each, until)) for each in named}
            return replace(state, glass={**state.glass, **longer})


def open_to(state: State, now: datetime) -> frozenset[tuple[str, str]]:
    """What someone may do now: what they were granted, and with each of their roles read what they broke the glass for.

    That is no grant: its scope is `glass:part:person`, which nobody can be granted and no command asks for."""
    glass = [f"glass:{part}:{person_id}" for (part, person_id), until in state.glass.items() if now < until]
    return state.grants | {(role, each) for role, _ in state.grants for each in glass}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if isinstance(command, NameUser):
        name = values.said(command.display_name, "display_name", 200)
        return () if name == state.display_name else (UserNamed(display_name=name),)
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
