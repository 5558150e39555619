"""Tenant: how an integrated care system is put together, in its own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.measures import measure_schedule
from commonweal.domain.message import Refused, command, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`code` is its GSS code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A practice's time in a PCN. `ods` is None while nobody knows it; `since` is None for as long as the PCN; `to` is the first
    day it is no longer there."""

    name: str
    ods: str | None = None
    since: date | None = None
    to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PCN:
    ods: str
    name: str
    place: str | None = None
    since: date
    to: date | None = None
    practices: tuple[Practice, ...] = ()

    def key(self, practice: Practice) -> str:
        """What we call one of its practices: see `values.practice_key`."""
        return practice.ods or f"{self.ods}/{values.slug(practice.name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """PCNs that work together, across the tree."""

    name: str
    pcns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """`hl7v2_facilities`: what it calls itself in MSH-4. `mllp_line`: which of the installation's MLLP
    ports is its own, counted from the first. `task_endpoint`: the FHIR base its Tasks are posted to,
    with the bearer token that stands in `task_token_file` below the data folder, where it wants one.
    `told_by`: one of WAYS; None stands for post. `out_days`: how long its own stream keeps what it is told."""

    ods: str
    name: str
    kind: str = "acute"
    hl7v2_facilities: tuple[str, ...] = ()
    mllp_line: int | None = None
    hl7v2_subject: str | None = None
    task_endpoint: str | None = None
    task_token_file: str | None = None
    told_by: str | None = None
    out_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """`discharge_offer`: one of codes.DISCHARGE_OFFER_RULES, None for never; `triage_days` are working days; `measures`: lines of
    `measure_schedule`."""

    triage_days: int = 2
    contact_attempts: int = 3
    caseload_limit: int = 40
    discharge_offer: str | None = None
    offer_wards: tuple[str, ...] = ()
    offer_hours: int | None = None
    gp_endpoint: str | None = None
    gp_token_file: str | None = None
    measures: tuple[str, ...] = ()


# These names are the storage format: never renamed.


@event
class TenantOnboarded:
    ods: str


@event
class TenantConfigured:
    """`giving_prefix`: with what the ids of its grants begin where 360Giving reads them."""

    name: str
    gss: str
    giving_prefix: str | None = None


@event
class PlaceNamed:
    place: str
    name: str


@event
class PCNFormed:
    pcn: str
    name: str
    place: str | None = None
    formed_on: date


@event
class PCNClosed:
    pcn: str
    closed_on: date


@event
class PracticeJoinedPCN:
    practice: str
    pcn: str
    name: str
    joined_on: date


@event
class PracticeLeftPCN:
    practice: str
    pcn: str
    joined_on: date
    left_on: date


@event
class FederationFormed:
    federation: str
    name: str
    pcns: tuple[str, ...]


@event
class TrustConnected:
    trust: str
    name: str
    kind: str
    hl7v2_facilities: tuple[str, ...] = ()
    mllp_line: int | None = None
    hl7v2_subject: str | None = None
    task_endpoint: str | None = None
    task_token_file: str | None = None
    told_by: str | None = None
    out_days: int | None = None


@event
class TrustDisconnected:
    trust: str


@event
class TrustCredentialsIssued:
    """`key` is the public half; the other half is with the trust alone."""

    trust: str
    key: str
    issued_at: datetime
    expires_at: datetime


@event
class TrustCredentialsRevoked:
    trust: str
    key: str
    revoked_at: datetime


@event
class PolicyChanged:
    triage_days: int
    contact_attempts: int
    caseload_limit: int
    discharge_offer: str | None = None
    offer_wards: tuple[str, ...] = ()
    offer_hours: int | None = None
    gp_endpoint: str | None = None
    gp_token_file: str | None = None
    measures: tuple[str, ...] = ()


@command
class ConfigureTenant:
    """The whole of what is wanted. Asked again, only what differs happens: a practice no longer named leaves its PCN on the day
    `on`, a trust no longer named is disconnected; a place, a PCN or a federation no longer named stays on the books."""

    ods: str
    name: str
    gss: str
    places: tuple[Place, ...] = ()
    pcns: tuple[PCN, ...] = ()
    federations: tuple[Federation, ...] = ()
    trusts: tuple[Trust, ...] = ()
    policies: Policies = Policies()
    giving_prefix: str | None = None
    on: date


@command
class IssueTrustCredentials:
    """A trust gets a key of its own, by which it may take what is told to it and tell us something."""

    trust: str
    key: str
    issued_at: datetime
    expires_at: datetime


@command
class RevokeTrustCredentials:
    """Every key a trust holds is void from `at` on."""

    trust: str
    at: datetime


CATEGORY: Final = "tenant"
CREATES: Final = (ConfigureTenant,)
TRUST_KINDS: Final = frozenset({"acute", "mental_health", "community"})
POST: Final = "post"
STREAM: Final = "stream"
WAYS: Final = frozenset({POST, STREAM})
"""How a trust is told: its endpoint is posted to, or it takes the messages from a stream of its own."""
OUT_DAYS: Final = 14
"""How long such a stream keeps them where the ICS says nothing else."""

Event = (
    TenantOnboarded
    | TenantConfigured
    | PlaceNamed
    | PCNFormed
    | PCNClosed
    | PracticeJoinedPCN
    | PracticeLeftPCN
    | FederationFormed
    | TrustConnected
    | TrustDisconnected
    | TrustCredentialsIssued
    | TrustCredentialsRevoked
    | PolicyChanged
)
Command = ConfigureTenant | IssueTrustCredentials | RevokeTrustCredentials
Membership = tuple[str, str, date]
"""(PCN, practice, first day)"""


@dataclass(frozen=True, slots=True)
class State:
    ods: str | None = None
    configured: TenantConfigured | None = None
    places: Mapping[str, PlaceNamed] = field(default_factory=dict)
    pcns: Mapping[str, PCNFormed] = field(default_factory=dict)
    closed_pcns: Mapping[str, date] = field(default_factory=dict)
    memberships: Mapping[Membership, tuple[str, date | None]] = field(default_factory=dict)
    """The practice's name and, where it left, the first day it is no longer there."""
    federations: Mapping[str, FederationFormed] = field(default_factory=dict)
    trusts: Mapping[str, TrustConnected] = field(default_factory=dict)
    credentials: Mapping[str, TrustCredentialsIssued] = field(default_factory=dict)
    """Every key a trust was ever given, by the key."""
    revoked: Mapping[str, datetime] = field(default_factory=dict)
    """Those that are void, and since when."""
    policies: PolicyChanged | None = None

    def called(self, ods: str) -> str:
        """What the ICS of this code calls itself; its code until it is configured."""
        return ods if self.configured is None else self.configured.name

    def has_stream(self, trust: str) -> bool:
        """Does it take what is told to it from a stream of its own?"""
        connected = self.trusts.get(trust)
        return connected is not None and connected.told_by == STREAM


INITIAL: Final = State()


def practices(state: State, on: date) -> frozenset[tuple[str, str]]:
    """(key of the practice, its PCN) of those that are in one of its PCNs on that day."""
    return frozenset(
        (practice, pcn)
        for (pcn, practice, joined_on), (_, left_on) in state.memberships.items()
        if joined_on <= on and (left_on is None or on < left_on)
    )


def evolve(state: State, event: Event) -> State:  # noqa: C901, PLR0911 – one answer an event
    match event:
        case TenantOnboarded(ods=ods):
            return replace(state, ods=ods)
        case TenantConfigured():
            return replace(state, configured=event)
        case PlaceNamed(place=place):
            return replace(state, places={**state.places, place: event})
        case PCNFormed(pcn=pcn):
            reopened = {closed: day for closed, day in state.closed_pcns.items() if closed != pcn}
            return replace(state, pcns={**state.pcns, pcn: event}, closed_pcns=reopened)
        case PCNClosed(pcn=pcn, closed_on=day):
            return replace(state, closed_pcns={**state.closed_pcns, pcn: day})
        case PracticeJoinedPCN(pcn=pcn, practice=practice, joined_on=day, name=name):
            return replace(state, memberships={**state.memberships, (pcn, practice, day): (name, None)})
        case PracticeLeftPCN(pcn=pcn, practice=practice, joined_on=day, left_on=last):
            name, _ = state.memberships.get((pcn, practice, day), (practice, None))
            return replace(state, memberships={**state.memberships, (pcn, practice, day): (name, last)})
        case FederationFormed(federation=federation):
            return replace(state, federations={**state.federations, federation: event})
        case TrustConnected(trust=trust):
            return replace(state, trusts={**state.trusts, trust: event})
        case TrustDisconnected(trust=trust):
            return replace(state, trusts={ods: known for ods, known in state.trusts.items() if ods != trust})
        case TrustCredentialsIssued(key=key):
            return replace(state, credentials={**state.credentials, key: event})
        case TrustCredentialsRevoked(key=key, revoked_at=at):
            return replace(state, revoked={**state.revoked, key: at})
        case PolicyChanged():
            return replace(state, policies=event)


def decide(state: State, command: Command) -> tuple[Event, ...]:
    match command:
        case ConfigureTenant():
            return _configure(state, command)
        case IssueTrustCredentials():
            return _issue(state, command)
        case RevokeTrustCredentials(trust=trust, at=at):
            held = [key for key, issued in state.credentials.items() if issued.trust == trust]
            if not held:
                raise Refused(f"{trust} was never given credentials")
            return tuple(
                TrustCredentialsRevoked(trust=trust, key=key, revoked_at=at) for key in held if key not in state.revoked
            )


def _configure(state: State, command: ConfigureTenant) -> tuple[Event, ...]:
    if state.ods not in (None, command.ods):
        raise Refused(f"ods must stay {state.ods}: an ICS keeps its code")
    _check(command)
    return tuple(_differences(state, command))


def _issue(state: State, command: IssueTrustCredentials) -> tuple[Event, ...]:
    values.identifier(command.key, "key")
    if (known := state.credentials.get(command.key)) is not None:
        if known.trust != command.trust:
            raise Refused("this key was given to another trust already")
        return ()
    if not state.has_stream(command.trust):
        raise Refused(f'{command.trust} has no stream of its own: say told_by = "stream" in the file of its ICS')
    if command.expires_at <= command.issued_at:
        raise Refused("expires_at must lie behind issued_at")
    issued = TrustCredentialsIssued(
        trust=command.trust, key=command.key, issued_at=command.issued_at, expires_at=command.expires_at
    )
    return (issued,)


def _differences(state: State, command: ConfigureTenant) -> Iterable[Event]:
    if state.ods is None:
        yield TenantOnboarded(ods=command.ods)
    configured = TenantConfigured(name=command.name, gss=command.gss, giving_prefix=command.giving_prefix)
    if state.configured != configured:
        yield configured
    for place in command.places:
        named = PlaceNamed(place=place.code, name=place.name)
        if state.places.get(place.code) != named:
            yield named
    for pcn in command.pcns:
        yield from _pcn(state, pcn)
    yield from _memberships(state, command)
    for federation in command.federations:
        key = values.slug(federation.name)
        group = FederationFormed(federation=key, name=federation.name, pcns=federation.pcns)
        if state.federations.get(key) != group:
            yield group
    yield from _trusts(state, command.trusts)
    policies = PolicyChanged(**{name: getattr(command.policies, name) for name in Policies.__dataclass_fields__})
    if state.policies != policies:
        yield policies


def _pcn(state: State, pcn: PCN) -> Iterable[Event]:
    formed = PCNFormed(pcn=pcn.ods, name=pcn.name, place=pcn.place, formed_on=pcn.since)
    closed = state.closed_pcns.get(pcn.ods)
    if state.pcns.get(pcn.ods) != formed or (closed and pcn.to is None):
        yield formed
        closed = None
    if pcn.to is not None and pcn.to != closed:
        yield PCNClosed(pcn=pcn.ods, closed_on=pcn.to)


def _memberships(state: State, command: ConfigureTenant) -> Iterable[Event]:
    """Who leaves goes first, so that a practice that moves is never in two PCNs."""
    wanted: dict[Membership, tuple[str, date | None]] = {
        (pcn.ods, pcn.key(practice), practice.since or pcn.since): (practice.name, practice.to or pcn.to)
        for pcn in command.pcns
        for practice in pcn.practices
    }
    for (pcn, practice, since), (_, left) in state.memberships.items():
        if left is None and (pcn, practice, since) not in wanted:
            day = max(command.on, since)
            yield PracticeLeftPCN(practice=practice, pcn=pcn, joined_on=since, left_on=day)
    for (pcn, practice, since), (name, to) in wanted.items():
        known, left = state.memberships.get((pcn, practice, since), (None, None))
        if known != name or (left and to is None):
            yield PracticeJoinedPCN(practice=practice, pcn=pcn, name=name, joined_on=since)
            left = None
        if to is not None and to != left:
            yield PracticeLeftPCN(practice=practice, pcn=pcn, joined_on=since, left_on=to)


def _trusts(state: State, trusts: tuple[Trust, ...]) -> Iterable[Event]:
    wanted = {trust.ods for trust in trusts}
    yield from (TrustDisconnected(trust=ods) for ods in state.trusts if ods not in wanted)
    for trust in trusts:
        connected = TrustConnected(
            trust=trust.ods,
            name=trust.name,
            kind=trust.kind,
            hl7v2_facilities=trust.hl7v2_facilities,
            mllp_line=trust.mllp_line,
            hl7v2_subject=trust.hl7v2_subject,
            task_endpoint=trust.task_endpoint,
            task_token_file=trust.task_token_file,
            told_by=trust.told_by,
            out_days=trust.out_days,
        )
        if state.trusts.get(trust.ods) != connected:
            yield connected


def _check(command: ConfigureTenant) -> None:
    """Codes have their shape, nothing is said twice, what is pointed at is there."""
    values.ods_code(command.ods, "ods")
    values.said(command.name, "name")
    values.gss_code(command.gss, "gss")
    if command.giving_prefix is not None:
        values.giving_prefix(command.giving_prefix)
    places = _each_once((values.gss_code(place.code, "place") for place in command.places), "place")
    pcns = _each_once((values.pcn_code(pcn.ods, "pcn") for pcn in command.pcns), "PCN")
    _each_once((values.ods_code(trust.ods, "trust") for trust in command.trusts), "trust")
    _each_once((values.slug(federation.name) for federation in command.federations), "federation")
    for pcn in command.pcns:
        if pcn.place is not None and pcn.place not in places:
            raise Refused(f"PCN {pcn.ods} lies in a place that is not named: {pcn.place}")
        _each_once((f"{pcn.key(p)} from {p.since or pcn.since}" for p in pcn.practices), "practice")
        for practice in pcn.practices:
            values.practice_key(pcn.key(practice), f"practice {practice.name}")
    for federation in command.federations:
        if strangers := set(federation.pcns) - pcns:
            raise Refused(f"federation {federation.name} has PCNs that are not named: {', '.join(sorted(strangers))}")
    for trust in command.trusts:
        values.one_of(TRUST_KINDS, trust.kind, f"trust {trust.ods} kind")
        if trust.told_by is not None:
            values.one_of(WAYS, trust.told_by, f"trust {trust.ods} told_by")
    if command.policies.discharge_offer is not None:
        values.one_of(codes.DISCHARGE_OFFER_RULES, command.policies.discharge_offer, "discharge_offer")
    for line in command.policies.measures:
        measure_schedule.line(line)


def _each_once(keys: Iterable[str], what: str) -> set[str]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise Refused(f"{what} {key} is there twice")
        seen.add(key)
    return seen
