"""Onboarding: an ICS's file becomes its place on the servers, its log, its stream, and the first people who work there."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

from psycopg import AsyncConnection

from commonweal.domain import link_worker, tenant, user
from commonweal.domain.message import Refused
from commonweal.domain.roster import PlaceTenant
from commonweal.kernel.handle import handle
from commonweal.kernel.log import About
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.streams import Streams
from tenants import provision, streams
from tenants.ics import ICS, LinkWorker
from tenants.nats_accounts import SYSTEM, Accounts, push
from tenants.store import CONTROL, Placement, Store

ROSTER: Final = "ics"
"""The id of the one roster stream."""


@dataclass(frozen=True)
class Ground:
    """What an ICS is onboarded on: administrators' connections, NATS, the store, and this installation's secrets."""

    admin: AsyncConnection[Any]
    vault_admin: AsyncConnection[Any]
    accounts: Accounts
    nats_url: str
    store: Store
    password: Callable[[str], str]
    keep_key: Callable[[ICS], bool]
    """Makes the ICS's key file where there is none; True where it did."""
    user_id: Callable[[str], str]
    """The id of a user's stream, from the subject of their token."""
    read_models: tuple[ReadModel, ...]


async def prepare_control(ground: Ground) -> None:
    """Make or bring up to date the platform's own log."""
    await provision.make_roles(ground.admin, CONTROL, ground.password(CONTROL.login))
    await provision.make_log(ground.admin, CONTROL)
    await provision.make_vault(ground.vault_admin, CONTROL)


async def bring_up_to_date(ground: Ground, placement: Placement) -> list[str]:
    """Roles, schemas, rooms and stream of an ICS as this version wants them; what was made."""
    await provision.make_roles(ground.admin, placement, ground.password(placement.login))
    applied = await provision.make_log(ground.admin, placement) + await provision.make_vault(
        ground.vault_admin, placement
    )
    made = [f"{applied} migrations"] if applied else []
    made += [f"room {name}" for name in await provision.make_rooms(ground.admin, placement, ground.read_models)]
    if await _stream(ground, placement.ods):
        made.append("stream EVENTS")
    return made


def refusals(ics: ICS, state: tenant.State, others: Iterable[tuple[str, tenant.State]], today: datetime) -> list[str]:
    """Everything in the way of onboarding this file, as sentences; nothing has been done yet.

    `others`: every other ICS here with its configuration; two cannot share a port.
    """
    found: list[str] = []
    try:
        tenant.decide(state, ics.configuration(today.date()))
    except Refused as refusal:
        found.append(str(refusal))
    ports = {
        trust.mllp_port: f"{ods}'s {code}"
        for ods, other in others
        for code, trust in other.trusts.items()
        if trust.mllp_port
    }
    found += [
        f"[[trust]] {trust.ods}: mllp_port {trust.mllp_port} is {ports[trust.mllp_port]} already"
        for trust in ics.trusts
        if trust.mllp_port in ports
    ]
    return found


async def check(ground: Ground, ics: ICS) -> list[str]:
    """The refusals of a file against what is hosted here now."""
    roster = await ground.store.roster()
    if ics.ods in roster and roster[ics.ods].database != ics.database:
        return [f"{ics.ods} is on the server {roster[ics.ods].database}: onboarding does not move an ICS to another"]
    states = {ods: (await (await ground.store.tenant(ods)).streams.committed("tenant", ods)).state for ods in roster}
    others = [(ods, state) for ods, state in states.items() if ods != ics.ods]
    return refusals(ics, states.get(ics.ods, tenant.INITIAL), others, datetime.now(UTC))


async def onboard(ground: Ground, ics: ICS, said: Callable[[str], Awaitable[None]]) -> None:
    """Do all of it; again, only what is missing. Raises `Refused` with every reason before anything is done."""
    if problems := await check(ground, ics):
        raise Refused("; ".join(problems))
    placement = Placement(ics.ods, ics.database, ics.key_file)
    if ground.keep_key(ics):
        await said(f"key file {ics.key_file}")
    for made in await bring_up_to_date(ground, placement):
        await said(made)
    await _tell(
        ground.store.control.streams, ROSTER, PlaceTenant(ods=ics.ods, database=ics.database, key_file=ics.key_file)
    )
    await ground.store.roster()
    hosted = await ground.store.tenant(ics.ods)
    today = datetime.now(UTC).date()
    before = await hosted.log.head()
    await _tell(hosted.streams, ics.ods, ics.configuration(today))
    for worker in ics.link_workers:
        if not (await hosted.streams.committed("link_worker", worker.id)).version:
            await _tell(hosted.streams, worker.id, _engage(worker, ics, today))
    for each in ics.users:
        identity = ground.user_id(each.subject)
        if (each.role, each.scope) not in (await hosted.streams.committed("user", identity)).state.once:
            await _tell(hosted.streams, identity, user.GrantUser(role=each.role, scope=each.scope))
    if added := await hosted.log.head() - before:
        await said(f"{added} events")


async def _tell(streams_: Streams, identity: str, command: object) -> None:
    now = datetime.now(UTC)
    await handle(
        streams_, identity, command, About(command_id=uuid4(), occurred_at=now, actor="operator", channel="onboarding")
    )


def _engage(worker: LinkWorker, ics: ICS, today: date) -> link_worker.EngageLinkWorker:
    return link_worker.EngageLinkWorker(
        display_name=worker.name,
        employer=worker.employer,
        pcns=worker.pcns,
        fte_percent=worker.fte_percent,
        languages=worker.languages,
        skills=worker.skills,
        caseload_limit=worker.caseload_limit or ics.policies.caseload_limit,
        engaged_on=today,
    )


async def _stream(ground: Ground, ods: str) -> bool:
    """The ICS's account as its keys make it, told to the server at every start; then its stream."""
    system = await ground.accounts.connect(ground.nats_url, SYSTEM, "claims")
    try:
        await push(system, ground.accounts.account_claims(ods))
    finally:
        await system.close()
    account = await ground.accounts.connect(ground.nats_url, ods, "onboard")
    try:
        return await streams.make_events(account, ods)
    finally:
        await account.close()
