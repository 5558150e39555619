"""Onboarding: an ICS's file becomes its place on the servers, its log, its stream, and the first people who work there."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import uuid4

from psycopg import AsyncConnection

from commonweal.domain import due, tenant
from commonweal.domain.message import Refused
from commonweal.domain.workforce import roster
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.streams import Streams
from tenants import provision, streams
from tenants.ics import ICS
from tenants.letterboxes import PostOffice
from tenants.nats_accounts import SYSTEM, Accounts, push
from tenants.store import CONTROL, Placement, Store
from tenants.wishes import adds, wishes

ROSTER: Final = "ics"
"""The id of the one roster stream."""
_ROSTER_THERE: Final = """
select from pg_roles as r, pg_class as c
where r.rolname = 'control' and c.oid = to_regclass('control.events') and has_table_privilege(r.oid, c.oid, 'select')
"""


@dataclass(frozen=True)
class Ground:
    """What an ICS is onboarded on: administrators' connections, NATS, the store, and this installation's secrets."""

    admin: AsyncConnection[Any]
    vault_admin: AsyncConnection[Any]
    accounts: Accounts
    nats_url: str
    store: Store
    databases: frozenset[str]
    """The PostgreSQL servers an ICS can be placed on."""
    password: Callable[[str], str]
    has_key: Callable[[ICS], bool]
    """Is the ICS's key file there?"""
    keep_key: Callable[[ICS], bool]
    """Makes the ICS's key file where there is none; True where it did."""
    user_id: Callable[[str], str]
    """The id of a user's stream, from the subject of their token."""
    read_models: tuple[ReadModel, ...]

    @property
    def post_office(self) -> PostOffice:
        return PostOffice(self.accounts, self.nats_url)


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
        made.append(f"stream {streams.STREAM}")
    return made


def refusals(
    ics: ICS, placed: Mapping[str, Placement], states: Mapping[str, tenant.State], ground: Ground, today: date
) -> Iterator[str]:
    """Everything in the way of onboarding this file, as sentences. `placed`, `states`: the ICSs here by their codes."""
    try:
        tenant.decide(states.get(ics.ods, tenant.INITIAL), ics.configuration(today))
        roster.decide({}, roster.PlaceTenant(ods=ics.ods, database=ics.database))
    except Refused as refusal:
        yield str(refusal)
    if ics.database not in ground.databases:
        yield f"database: {ics.database} is not a server of this installation; there is {', '.join(sorted(ground.databases))}"
    if (here := placed.get(ics.ods)) is not None:
        if here.database != ics.database:
            yield f"database: {ics.ods} is on the server {here.database}; onboarding does not move an ICS to another"
        if here.key_file not in (None, ics.key_file):
            yield f"key_file: the key of {ics.ods} is {here.key_file}; with another key nobody here could be read any more"
    for ods, other in placed.items():
        if ods != ics.ods and other.key_file == ics.key_file:
            yield f"key_file: {ics.key_file} is the key of {ods}; each ICS has one of its own"
    lines = {
        trust.mllp_line: f"{ods}'s {code}"
        for ods, state in states.items()
        for code, trust in state.trusts.items()
        if trust.mllp_line and ods != ics.ods
    }
    for trust in ics.trusts:
        if trust.mllp_line in lines:
            yield f"[[trust]] {trust.ods}: mllp_line {trust.mllp_line} is {lines[trust.mllp_line]} already"


async def hosted(ground: Ground) -> dict[str, Placement]:
    """Every ICS on the roster; none where this installation has no roster yet, or was cut off making it."""
    there = await (await ground.admin.execute(_ROSTER_THERE)).fetchone()
    return await ground.store.roster() if there is not None else {}


async def check(ground: Ground, ics: ICS, today: date) -> list[str]:
    """Everything in the way of onboarding this file here and now."""
    placed = await hosted(ground)
    states: dict[str, tenant.State] = {}
    problems: list[str] = []
    for ods in placed:
        try:
            states[ods] = (await (await ground.store.tenant(ods)).streams.committed(tenant.CATEGORY, ods)).state
        except Refused as refusal:
            problems.append(str(refusal))
    return [*problems, *refusals(ics, placed, states, ground, today)]


async def unsaid(_what: str) -> None:
    """Nobody is told."""


async def onboard(ground: Ground, ics: ICS, said: Callable[[str], Awaitable[None]] = unsaid) -> None:
    """Do all of it; again, only what is missing. Raises `Refused` with every reason before anything is done.

    The roster comes after all that its processes will look for, the log after the roster: cut off anywhere, the next run goes on.
    """
    today = due.today(datetime.now(UTC))
    if problems := await check(ground, ics, today):
        raise Refused("; ".join(problems))
    placement = Placement(ics.ods, ics.database, ics.key_file)
    await prepare_control(ground)
    if ground.keep_key(ics):
        await said(f"key file {ics.key_file}")
    for made in await bring_up_to_date(ground, placement):
        await said(made)
    place = roster.PlaceTenant(ods=ics.ods, database=ics.database, key_file=ics.key_file)
    await _tell(ground.store.control.streams, ROSTER, place)
    await ground.store.roster()
    here = await ground.store.tenant(ics.ods)
    before = await here.log.head()
    for wish in wishes(ics, ground.user_id, today):
        kept = await here.streams.committed(wish.category, wish.identity)
        if adds(kept.state, wish.command):
            await _tell(here.streams, wish.identity, wish.command)
    if added := await here.log.head() - before:
        await said(f"{added} events")
    for made in await ground.post_office.open(here):
        await said(f"stream {made}")


async def _tell(to: Streams, identity: str, command: object) -> None:
    now = datetime.now(UTC)
    await handle(
        to, identity, command, About(command_id=uuid4(), occurred_at=now, actor="operator", channel="onboarding")
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
