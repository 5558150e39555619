"""What onboarding an ICS would do, worked out from its file and from what is here, before anything is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nats.errors import Error as NatsError
from psycopg import AsyncConnection, sql

from commonweal.domain import tenant
from commonweal.kernel.migrate import Migration
from commonweal.kernel.read_model import ReadModel
from tenants import provision, streams
from tenants.ics import ICS
from tenants.nats_accounts import trust_account
from tenants.onboard import Ground, hosted
from tenants.store import Placement
from tenants.streams import INTAKE, STREAM, out
from tenants.untouched import others, untouched
from tenants.wishes import events, wishes

_ROLES: Final = "select rolname from pg_roles where rolname = any(%s)"
_THERE: Final = "select to_regclass(%s) is not null"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that is still to be done for one ICS; empty where everything is as its file says."""

    ods: str
    name: str
    key_file: str | None
    """The key file to be made."""
    roles: tuple[str, ...]
    migrations: tuple[str, ...]
    rooms: tuple[str, ...]
    stream: bool
    """Is its stream EVENTS to be made?"""
    letterboxes: tuple[str, ...]
    """The trusts that get streams of their own."""
    roster: bool
    """Is its place on the roster to be written?"""
    events: Mapping[str, int]
    """How many events of each type its log gets."""
    left: tuple[str, ...] = ()
    """What is here otherwise than the file says and stays so, a sentence each."""

    def lines(self) -> Iterator[str]:
        """A line for each thing to be done."""
        if self.key_file:
            yield f"key file {self.key_file}"
        yield from (f"role {name}" for name in self.roles)
        yield from (f"migration {name}" for name in self.migrations)
        yield from (f"room {name}" for name in self.rooms)
        if self.stream:
            yield f"stream {STREAM}"
        yield from (f"stream {out(trust)}, and {INTAKE} of {trust}" for trust in self.letterboxes)
        if self.roster:
            yield "its place on the roster"
        yield from (f"{number} {name}" for name, number in self.events.items())


async def plan(ground: Ground, ics: ICS, today: date) -> Plan:
    """What `onboard` would do now; changes nothing. The file has passed `check`."""
    placement = Placement(ics.ods, ics.database, ics.key_file)
    on_roster = (await hosted(ground)).get(ics.ods)
    wished = wishes(ics, ground.user_id, today)
    states: dict[tuple[str, str], Any] = {}
    left: tuple[str, ...] = ()
    if on_roster is not None:
        here = await ground.store.tenant(ics.ods)
        for wish in wished:
            state = (await here.streams.committed(wish.category, wish.identity)).state
            states[wish.category, wish.identity] = state
        left = tuple(untouched(wished, {**states, **await others(here, states)}))
    migrations = [
        *[f"tenant/{name}" for name in await _pending(ground.admin, placement, provision.TENANT)],
        *[f"vault/{name}" for name in await _pending(ground.vault_admin, placement, provision.VAULT)],
    ]
    return Plan(
        ods=ics.ods,
        name=ics.name,
        key_file=None if ground.has_key(ics) else ics.key_file,
        roles=await _missing_roles(ground.admin, placement),
        migrations=tuple(migrations),
        rooms=await _missing_rooms(ground.admin, placement, ground.read_models),
        stream=not await _has_stream(ground, ics.ods, STREAM),
        letterboxes=tuple(
            [
                trust.ods
                for trust in ics.trusts
                if trust.told_by == tenant.STREAM
                and not await _has_stream(ground, trust_account(ics.ods, trust.ods), out(trust.ods))
            ]
        ),
        roster=on_roster != placement,
        events=dict(events(wished, states)),
        left=left,
    )


async def _missing_roles(admin: AsyncConnection[Any], placement: Placement) -> tuple[str, ...]:
    wanted = (placement.owner, placement.login)
    there = {row[0] for row in await (await admin.execute(_ROLES, (list(wanted),))).fetchall()}
    return tuple(name for name in wanted if name not in there)


async def _pending(
    admin: AsyncConnection[Any], placement: Placement, migrations: Sequence[Migration]
) -> tuple[str, ...]:
    done = set(await _column(admin, placement, "migrations", "select number from {}"))
    return tuple(f"{each.number:04d}_{each.name}" for each in migrations if each.number not in done)


async def _missing_rooms(
    admin: AsyncConnection[Any], placement: Placement, models: Sequence[ReadModel]
) -> tuple[str, ...]:
    built = set(await _column(admin, placement, "rooms", "select name || ' v' || version from {}"))
    return tuple(name for model in models if (name := f"{model.name} v{model.version}") not in built)


async def _column(admin: AsyncConnection[Any], placement: Placement, table: str, query: str) -> list[Any]:
    """A column of one of the ICS's tables; nothing where the table is not there yet."""
    row = await (await admin.execute(_THERE, (f"{placement.schema}.{table}",))).fetchone()
    if row is None or not row[0]:
        return []
    asked = sql.SQL(query).format(sql.Identifier(placement.schema, table))
    return [found for (found,) in await (await admin.execute(asked)).fetchall()]


async def _has_stream(ground: Ground, name: str, stream: str) -> bool:
    """Is there such a stream in the account of that name? One the server was never told of has no stream either."""
    try:
        account = await ground.accounts.connect(
            ground.nats_url, name, "onboard", allow_reconnect=False, error_cb=_unsaid
        )
    except (NatsError, OSError, TimeoutError):
        return False
    try:
        return await streams.has(account, stream)
    finally:
        await account.close()


async def _unsaid(_error: Exception) -> None:
    """A refused connection is this question's answer, nothing to log."""
