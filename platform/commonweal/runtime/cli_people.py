"""`commonweal people`: a person has a right to be forgotten, and is, everywhere at once."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import rich_click as click
from psycopg import sql

from commonweal.console.wording import long_date
from commonweal.domain.due import today
from commonweal.domain.message import Refused
from commonweal.domain.people import erasure, person
from commonweal.domain.referrals import referral
from commonweal.kernel.append import About
from commonweal.kernel.handle import Receipt, handle
from commonweal.kernel.vault import Lost
from commonweal.runtime.at_hand import at_hand, carry_out, counted, holding
from commonweal.runtime.filling import fill
from commonweal.runtime.forgetting import forget
from projections import READ_MODELS
from tenants.onboard import Ground
from tenants.store import Tenant

_KEPT: Final = "select count(*) from events where position(%s in data) > 0"
_CASES: Final = "select stream_id from events where type = 'ReferralReceived' and position(%s in data) > 0"
_OPERATOR: Final = "operator"
_OPEN: Final = (
    "a referral of this person is open: close it first."
    " Only somebody registered in error is erased with it, and it is retracted"
)
_NOTED: Final = ". That this was asked for, and why not, is written down in the record"
_LEDGER: Final = "select destroyed_at, reason from {} where id = %s"


@click.group()
def people() -> None:
    """A person's rights over their record."""


@dataclass(frozen=True)
class Erasure:
    """What was done. `sealed_events`: how many events stay in the log with what nobody can open any more."""

    person_id: str
    tenant: str
    position: int
    already: bool
    """It had been asked for before; what was missing was done."""
    key_was_lost: bool
    """The vault had neither their key nor a record of its destruction; it has the record now."""
    key_destroyed_at: str
    basis: str
    """As the ledger has it: the first one given."""
    keys_given_back: int
    """Keys that only one record may hold, such as an NHS number: another may have them now. Of all records erased with this one."""
    sealed_events: int
    rooms: dict[str, int]
    """Each room and the position it has come to."""


@people.command()
@click.argument("id_", metavar="ID")
@click.option("--tenant", metavar="ODS", help="The ICS they are known to; without it, the one they are found in.")
@click.option("--basis", required=True, type=click.Choice(sorted(person.ERASURE_BASES)), help="Why they are erased.")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@click.option("--json", "as_json", is_flag=True, help="For machines; does not ask again.")
def erase(id_: str, tenant: str | None, basis: str, *, yes: bool, as_json: bool) -> None:
    """Erase the person ID: the key to everything personal about them is destroyed. Nobody can undo it.

    Their events stay and say “erased”, so that counts do not move. On request_upheld and retention_ended a record that must be kept
    still is not erased: the request and its refusal are written down, and the earliest date is said. What was registered_in_error is
    erased at once, and so is what a court or the Information Commissioner has ordered to be.
    """
    identity = id_.removeprefix(f"{person.CATEGORY}-")
    if not (yes or as_json):
        click.confirm(f"Erase the person {identity}? Nobody can undo this.", abort=True, err=True)
    done = carry_out(_erase(identity, tenant, basis))
    if as_json:
        click.echo(json.dumps(asdict(done)))
        return
    for line in _lines(done):
        click.echo(line)


def _lines(done: Erasure) -> list[str]:
    rooms = ", ".join(f"{name} at {position:,}" for name, position in done.rooms.items())
    return [
        f"{done.person_id} was erased already; nothing new was recorded"
        if done.already
        else f"{done.person_id} is erased: PersonErased at position {done.position:,}",
        *(["  their key had been lost; it counts as destroyed"] if done.key_was_lost else []),
        f"  key destroyed {done.key_destroyed_at}, in the ledger as {done.basis}",
        f"  {counted(done.sealed_events, 'event')} in the log as before; what was personal there says “erased”",
        f"  {counted(done.keys_given_back, 'unique key')} given back (an NHS number may be registered again)",
        f"  rooms have followed: {rooms}",
    ]


async def _erase(identity: str, ods: str | None, basis: str) -> Erasure:
    async with at_hand() as ground:
        tenant = await holding(ground, ods, f"{person.CATEGORY}-{identity}")
        before, was_lost = await _before(tenant, identity, basis)
        weighed = before.phase != "erased" and not was_lost and basis != "registered_in_error"
        cases = await _cases(tenant, (identity, *before.same.absorbed)) if weighed else ()
        if weighed and basis in erasure.BASES:
            receipt = await _by_request(tenant, identity, basis, cases)
            gone = (identity, *before.same.absorbed)
        else:
            await _nothing_open(tenant, identity, cases)
            receipt = await _ask(tenant, identity, person.ErasePerson(basis=basis))
            gone = (identity,)
        # The reactor does the same when it runs; doing it twice changes nothing.
        held = sum([await _held(tenant, f"{person.CATEGORY}-{each}") for each in gone])
        for each in gone:
            await forget(tenant, each, basis)
        destroyed_at, reason = await _ledger(ground, tenant, identity)
        return Erasure(
            person_id=identity,
            tenant=tenant.ods,
            position=receipt.position,
            already=before.phase == "erased",
            key_was_lost=was_lost,
            key_destroyed_at=destroyed_at.isoformat(timespec="seconds"),
            basis=reason,
            keys_given_back=held,
            sealed_events=await _sealed(tenant, identity),
            rooms={model.name: await fill(tenant, model) for model in READ_MODELS},
        )


async def _before(tenant: Tenant, identity: str, basis: str) -> tuple[person.State, bool]:
    """The person as they are, and whether their key was lost: it is then as good as destroyed, and written down as such."""
    try:
        return (await tenant.streams.committed(person.CATEGORY, identity)).state, False
    except Lost:
        await tenant.streams.vault.destroy(identity, basis)
    return (await tenant.streams.committed(person.CATEGORY, identity)).state, True


async def _cases(tenant: Tenant, people: Sequence[str]) -> tuple[str, ...]:
    """Every referral of these records that there is, by what the log says and not what a room has read."""
    async with tenant.pool.borrow() as connection:
        found = [
            stream_id.removeprefix(f"{referral.CATEGORY}-")
            for each in people
            for (stream_id,) in await (await connection.execute(_CASES, (f'"person_id":"{each}"'.encode(),))).fetchall()
        ]
    return tuple(sorted(found))


async def _nothing_open(tenant: Tenant, identity: str, cases: Sequence[str]) -> None:
    """Raises `Refused` where they are being helped still, as the page does."""
    for each in cases:
        case: referral.State = (await tenant.streams.committed(referral.CATEGORY, each)).state
        if case.phase in referral.IN_TRIAGE | referral.OPEN:
            raise Refused(f"{identity} in {tenant.ods}: {_OPEN}")


async def _by_request(tenant: Tenant, identity: str, basis: str, cases: tuple[str, ...]) -> Receipt:
    """Asked for and approved, as on the page, by the rule the page keeps to. Raises `Refused` where it must be kept."""
    about: dict[str, Any] = {"known_referrals": cases, "by": _OPERATOR, "on": today(datetime.now(UTC))}
    await _ask(tenant, identity, erasure.RequestErasure(person_id=identity, basis=basis, **about))
    asked = (await tenant.streams.committed(person.CATEGORY, identity)).state.erasure
    if asked is not None and asked.stands == "refused":
        why = _OPEN if asked.earliest_on is None else f"it must be kept until {long_date(asked.earliest_on)}{_NOTED}"
        raise Refused(f"{identity} in {tenant.ods}: {why}")
    return await _ask(tenant, identity, erasure.ApproveErasure(person_id=identity, **about))


async def _ask(tenant: Tenant, identity: str, command: object) -> Receipt:
    about = About(command_id=uuid4(), occurred_at=datetime.now(UTC), actor=_OPERATOR, channel="cli")
    try:
        return await handle(tenant.streams, identity, command, about)
    except Refused as refusal:
        raise Refused(f"{identity} in {tenant.ods}: {refusal}") from None


async def _one_row(tenant: Tenant, query: Any, value: object) -> Any:
    async with tenant.pool.borrow() as connection:
        row = await (await connection.execute(query, (value,))).fetchone()
    assert row is not None  # noqa: S101 – a count has a row
    return row[0]


async def _held(tenant: Tenant, stream_id: str) -> int:
    return int(await _one_row(tenant, "select count(*) from claims where stream_id = %s", stream_id))


async def _sealed(tenant: Tenant, identity: str) -> int:
    """Events with a box under the person's key, wherever they stand."""
    return int(await _one_row(tenant, _KEPT, f'"personal":{{"key":"{identity}"'.encode()))


async def _ledger(ground: Ground, tenant: Tenant, identity: str) -> tuple[datetime, str]:
    ledger = sql.SQL(_LEDGER).format(sql.Identifier(tenant.placement.schema, "destroyed_keys"))
    row = await (await ground.vault_admin.execute(ledger, (identity,))).fetchone()
    assert row is not None  # noqa: S101 – written just before
    return row[0], row[1]
