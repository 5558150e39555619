"""Two ICSs with something in every store, whose relay and rooms have caught up; and the rights of whoever would tamper."""

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any, Final, get_args, get_origin

import nkeys
import psycopg
from nats.aio.client import Client
from psycopg import sql

from commonweal.domain.chest import apply, grant_application
from commonweal.domain.directory import community_organisation
from commonweal.domain.message import EVENTS, field_types, is_personal, personal_type
from commonweal.domain.people import consent, person
from commonweal.domain.referrals import receive, referral
from commonweal.domain.workforce import link_worker
from commonweal.intake.accept import Answer, Inbox, Received, accept
from commonweal.kernel import codec, read_model
from commonweal.kernel.append import Append, NewEvent
from commonweal.kernel.decider import CATEGORY_OF
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import ReadModel
from commonweal.kernel.relay import Relay
from commonweal.runtime.installation import Installation
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import Grounds
from commonweal.runtime.verify.whole import verify
from projections import READ_MODELS
from tenants.nats_accounts import SYSTEM, Accounts, _signed, push
from tenants.store import Store, Tenant
from tenants.streams import make_events
from tests import chest
from tests.tenant import about, store

CODE, OTHER = "QVA", "QVB"
TODAY = date(2026, 1, 5)
PATIENCE = 20.0
"""Seconds for an answer of NATS that is sure to come."""
MESSAGE = b"MSH|^~\\&|PAS|RZZ01|||20260105||ADT^A01|C1|P|2.4\rPID|1||VRF77012^^^RZZ^MR||INBOXWREN^CANARY\r"


@dataclass
class Scene:
    """What a test works on."""

    servers: Installation
    store: Store
    admin: psycopg.AsyncConnection[Any]
    vault: psycopg.AsyncConnection[Any]
    models: tuple[ReadModel, ...]

    async def tenant(self, code: str = CODE) -> Tenant:
        return await self.store.tenant(code)

    async def tell(self, code: str, identity: str, command: object) -> None:
        await handle((await self.tenant(code)).streams, identity, command, about())

    async def caught_up(self) -> None:
        """What the relay and the followers would do."""
        for code in (CODE, OTHER):
            tenant = await self.tenant(code)
            nats = await self.servers.accounts.connect(self.servers.nats_url, code, "relay")
            try:
                await Relay(code, tenant.log, nats).catch_up()
            finally:
                await nats.close()
            for model in self.models:
                await Room(tenant.streams, tenant.pool.borrow, model, lambda _: asyncio.sleep(0)).catch_up()

    async def found(self, code: str = CODE, patience: float = 0.3) -> dict[str, Finding]:
        """What verifying finds, by check. `patience`: seconds for what lags behind."""
        grounds = Grounds(self.servers, await self.tenant(code), self.models, patience=patience)
        return {finding.check: finding for finding in await verify(grounds)}

    async def differences(self, code: str = CODE, patience: float = 0.3) -> dict[str, str]:
        """Only what is not as it should be."""
        found = await self.found(code, patience)
        return {check: finding.difference for check, finding in found.items() if finding.difference}

    async def change(self, statement: str, *values: object, code: str = CODE) -> None:
        """An administrator's hand in an ICS's tables."""
        await self.admin.execute(f"set search_path = {code.lower()}".encode())
        changed = await self.admin.execute(statement.encode(), values)
        assert changed.rowcount != 0

    async def rebuild_rooms(self) -> None:
        """As if nobody had touched them."""
        for model in self.models:
            for table in await read_model.types(self.admin, model):
                await self.admin.execute(sql.SQL("truncate {}").format(sql.Identifier(table)))
            await self.admin.execute("delete from rooms where name = %s", (model.name,))
            await self.change("insert into rooms (name, version) values (%s, %s)", model.name, model.version)
        await self.caught_up()

    async def change_vault(self, statement: str, *values: object) -> None:
        await self.vault.execute(f"set search_path = {CODE.lower()}".encode())
        await self.vault.execute(statement.encode(), values)

    async def events(self, code: str = CODE) -> Any:
        return await (await self.tenant(code)).log.after(0, 10_000)

    async def messages(self, code: str = CODE) -> list[tuple[str, dict[str, str], bytes]]:
        """The stream as it is: subject, headers of ours, data."""
        owner = await account_owner(self.servers, code)
        try:
            info = json.loads((await owner.request("$JS.API.STREAM.INFO.EVENTS", b"", PATIENCE)).data)
            kept = []
            for sequence in range(1, info["state"]["last_seq"] + 1):
                got = await owner.request("$JS.API.DIRECT.GET.EVENTS", b'{"seq":%d}' % sequence, PATIENCE)
                headers = {k: v for k, v in (got.headers or {}).items() if not k.startswith("Nats-")}
                kept.append(((got.headers or {})["Nats-Subject"], headers, got.data))
            return kept
        finally:
            await owner.close()

    async def rewrite(self, messages: list[tuple[str, dict[str, str], bytes]], code: str = CODE) -> None:
        """Another stream in the place of EVENTS."""
        owner = await account_owner(self.servers, code)
        try:
            await owner.request("$JS.API.STREAM.DELETE.EVENTS", b"", PATIENCE)
            await make_stream(self.servers, code)
            for subject, headers, data in messages:
                await owner.request(subject, data, PATIENCE, headers=headers)
        finally:
            await owner.close()


def _tamperer(accounts: Accounts, code: str) -> nkeys.KeyPair:
    """The key of somebody who may do anything in an account."""
    return accounts._key(f"account/{code}/tamperer", nkeys.PREFIX_BYTE_ACCOUNT)


def _claims(accounts: Accounts, code: str) -> str:
    """The account's own claims, with the tamperer's key among those it trusts."""
    body = accounts.account_claims(code).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["nats"]
    claims["signing_keys"].append(_tamperer(accounts, code).public_key.decode())
    return _signed(accounts._operator_signing(), accounts.account_id(code), code, claims)


async def account_owner(servers: Installation, code: str) -> Client:
    """The tamperer, connected."""
    accounts = servers.accounts
    user = accounts._user(code, "tamperer")
    claims = {"type": "user", "issuer_account": accounts.account_id(code), "pub": {}, "sub": {}}
    unlimited = {"subs": -1, "data": -1, "payload": -1}
    token = _signed(_tamperer(accounts, code), user.public_key.decode(), "tamperer", {**claims, **unlimited})
    client = Client()
    await client.connect(
        servers.nats_url,
        user_jwt_cb=token.encode,
        signature_cb=lambda nonce: base64.b64encode(user.sign(nonce.encode())),
        allow_reconnect=False,
    )
    return client


async def make_stream(servers: Installation, code: str) -> None:
    system = await servers.accounts.connect(servers.nats_url, SYSTEM, "claims")
    await push(system, _claims(servers.accounts, code))
    await system.close()
    onboard = await servers.accounts.connect(servers.nats_url, code, "onboard")
    await make_events(onboard, code)
    await onboard.close()


@asynccontextmanager
async def scene(servers: Installation, models: tuple[ReadModel, ...] = READ_MODELS) -> AsyncIterator[Scene]:
    """Two ICSs with the same ids in them; in the first something in every store, and every event with canary words."""
    async with (
        store(servers, CODE, OTHER, models=models) as opened,
        await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as admin,
        await psycopg.AsyncConnection.connect(servers.vault_url, autocommit=True) as vault,
    ):
        made = Scene(servers, opened, admin, vault, models)
        try:
            for code in (CODE, OTHER):
                await make_stream(servers, code)
                await _happen(made, code)
            await _canaries(await made.tenant())
            await _inbox(await made.tenant())
            await made.caught_up()
            yield made
        finally:
            for code in (CODE, OTHER):
                owner = await account_owner(servers, code)
                await owner.request("$JS.API.STREAM.DELETE.EVENTS", b"", PATIENCE)
                await owner.close()


Table = tuple[str, str]
_TABLES: Final = "select schemaname, tablename from pg_tables where schemaname = any(%s)"


@dataclass(frozen=True)
class Kept:
    """All that the stores of a scene held at one moment; whatever was done to them since can be undone."""

    database: dict[Table, bytes]
    vault: dict[Table, bytes]
    messages: dict[str, list[tuple[str, dict[str, str], bytes]]]

    @classmethod
    async def of(cls, made: Scene) -> "Kept":
        messages = {code: await made.messages(code) for code in (CODE, OTHER)}
        return cls(await _tables(made.admin), await _tables(made.vault), messages)

    async def put_back(self, made: Scene) -> None:
        """Write what was changed as it was; what an opened ICS remembers of it is forgotten."""
        for code, messages in self.messages.items():
            if await made.messages(code) != messages:
                await made.rewrite(messages, code)
        for connection, kept in ((made.admin, self.database), (made.vault, self.vault)):
            await _write(connection, kept)
        for code in (CODE, OTHER):
            await (await made.tenant(code)).close()
        made.store._open.clear()


async def _tables(connection: psycopg.AsyncConnection[Any]) -> dict[Table, bytes]:
    """Every row of both ICSs and of the control log, as PostgreSQL copies it."""
    schemas = [CODE.lower(), OTHER.lower(), "control"]
    found: dict[Table, bytes] = {}
    for schema, name in await (await connection.execute(_TABLES, (schemas,))).fetchall():
        copying = sql.SQL("copy {} to stdout (format binary)").format(sql.Identifier(schema, name))
        async with connection.cursor().copy(copying) as copy:
            found[schema, name] = b"".join([bytes(part) async for part in copy])
    return found


async def _write(connection: psycopg.AsyncConnection[Any], kept: dict[Table, bytes]) -> None:
    there = await _tables(connection)
    await connection.execute("set session_replication_role = replica")  # what is never changed has triggers against it
    for place, rows in kept.items():
        if there[place] != rows:
            table = sql.Identifier(*place)
            await connection.execute(sql.SQL("delete from {}").format(table))
            async with connection.cursor().copy(sql.SQL("copy {} from stdin (format binary)").format(table)) as copy:
                await copy.write(rows)
    await connection.execute("reset session_replication_role")


async def _happen(made: Scene, code: str) -> None:
    """A referral on its way, a link worker who shares a name with someone, a grant called what its organisation is, and somebody
    erased."""
    hired = link_worker.EngageLinkWorker(display_name="Wren Halewood", employer="U35821", engaged_on=TODAY)
    await made.tell(code, "w1", hired)
    await made.tell(code, "p1", _register("Odette Finchley", "9434765919"))
    await made.tell(code, "p2", _register("Wren Halewood"))
    agreed = consent.GiveConsent(
        scope="contact", audience="any", method="verbal", wording_version="1", given_by="person", given_on=TODAY
    )
    await made.tell(code, "p1", agreed)
    received = receive.ReceiveReferral(
        person_id="p1", source="01", source_org="K83001", source_reference="x1", setting="gp", reasons=("loneliness",),
        referrer_role="gp", received_at=datetime(2026, 1, 5, tzinfo=UTC), narrative="has not left the house since the spring",
    )  # fmt: skip
    await made.tell(code, "r1", received)
    await made.tell(code, "r1", referral.AcceptReferral())
    walkers = community_organisation.ListOrganisation(name="Nene Walkers", identifiers=(chest.APPLICANT,))
    await made.tell(code, "o1", walkers)
    for stream_id, command in chest.founded("f1", 1_000_00):
        await made.tell(code, stream_id, command)
    begun = apply.StartApplication(
        fund_id="f1", round_id="r1", organisation=chest.APPLICANT, link_id="l1", on=chest.DAY, by="olu"
    )
    await made.tell(code, "g1", begun)
    await made.tell(code, "g1", grant_application.SaveApplication(title=walkers.name))
    await made.tell(code, "p3", _register("Gone Already", "9000000009"))
    await made.tell(code, "p3", person.ErasePerson(basis="request_upheld"))
    tenant = await made.tenant(code)
    await tenant.streams.vault.destroy("p3", "request_upheld")
    await tenant.log.give_back("person-p3")


def _register(name: str, nhs_number: str | None = None) -> person.RegisterPerson:
    status = "01" if nhs_number else "03"
    return person.RegisterPerson(
        name=name, postcode="NN15 5LB", nhs_number=nhs_number, nhs_number_status=status, on=TODAY
    )


async def _inbox(tenant: Tenant) -> None:
    async def carried_out(_inbox: Inbox, _received: Received) -> Answer:
        return Answer(ack="AA", kind="admission")

    await accept(Inbox(tenant.streams, tenant.pool.borrow), "hl7v2/RZZ", "C1", MESSAGE, carried_out)


def canary(number: int, field: str) -> str:
    """Words nobody would say by chance, in the form of the field."""
    forms = {
        "name": f"Canary Wren{number:03}",
        "nhs_number": f"9{number:03}111222",
        "previous": f"9{number:03}333444",
        "postcode": f"ZZ{number % 100} {number // 100}QQ",
        "phone": f"07700 900{number:03}",
        "email": f"wren{number:03}@canary.example",
        "mrn": f"WRN-{number:03}-CANARY",
        "address": f"{number} Canary Row",
    }
    return forms.get(field) or forms.get(field.rpartition("_")[2]) or f"the canary said “{number:03}” and flew"


def personal_fields() -> Iterator[tuple[int, str, str, Any]]:
    """(number, event, field, type) of every personal field of every event."""
    number = 0
    for name, event in EVENTS.items():
        for field, hint in field_types(event).items():
            if is_personal(hint):
                number += 1
                yield number, name, field, personal_type(hint)


def texts() -> dict[tuple[str, str], str]:
    """(event, field) → its canary, for each personal field that holds a text."""
    return {
        (event, field): canary(number, field)
        for number, event, field, kind in personal_fields()
        if kind is str or str in get_args(kind)
    }


async def _canaries(tenant: Tenant) -> None:
    """Every event that can say something personal, with canary words in all of it, as its own stream."""
    words = texts()
    for name in dict.fromkeys(event for _, event, _, _ in personal_fields()):
        event = EVENTS[name]
        given = {field: _said(words.get((name, field)), hint) for field, hint in field_types(event).items()}
        identity = str(uuid.uuid4())
        stream = f"{CATEGORY_OF[event]}-{identity}"
        key = await tenant.streams.vault.make(identity)
        data = codec.encode(event(**given), codec.about(tenant.ods, stream, 1, name), identity, key)
        await tenant.log.append(Append([(stream, 0)], [NewEvent(stream, 1, name, data)], about=about()))


def _said(words: str | None, hint: Any) -> Any:
    """A canary as the field takes it; anything where there is none."""
    if words is None:
        return _anything(hint)
    return (words,) if get_origin(personal_type(hint)) is tuple else words


def _anything(hint: Any) -> Any:
    kind = personal_type(hint) if is_personal(hint) else hint
    if get_origin(kind) is tuple:
        return ()
    if kind in (date, datetime, str, int, bool):
        return {date: TODAY, datetime: datetime(2026, 1, 5, tzinfo=UTC), str: "a", int: 1, bool: False}[kind]
    choices = [each for each in get_args(kind) if each is not NoneType]
    return _anything(choices[0]) if is_personal(hint) else None
