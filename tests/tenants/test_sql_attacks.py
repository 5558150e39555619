"""Whoever steals one ICS's login, or makes its statements say what they like, reaches that ICS alone and rewrites nothing."""

# ruff: noqa: S608 – the attacks are the point
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo

from commonweal.domain.people.person import RegisterPerson
from commonweal.kernel.append import Append, NewEvent
from commonweal.kernel.handle import handle
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store, password
from tests.kernel.test_handle import registration
from tests.tenant import about, store

pytestmark = pytest.mark.anyio
Login = psycopg.AsyncConnection[Any]
OURS: Final = "qpm"
OTHER: Final = "qmf"


@dataclass(frozen=True)
class Stolen:
    """QPM's own login, to the tenants' database and to the vault's. QMF holds the same ids."""

    database: Login
    vault: Login


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def two(servers: Installation) -> AsyncIterator[None]:
    async with store(servers, "QPM", "QMF") as opened:
        for ods in ("QPM", "QMF"):
            tenant = await opened.tenant(ods)
            known: RegisterPerson = registration(nhs_number="9434765919", nhs_number_status="01")
            await handle(tenant.streams, "the-same-person", known, about())
        yield


@pytest.fixture(scope="module")
async def stolen(servers: Installation, two: None) -> AsyncIterator[Stolen]:
    def login(url: str) -> str:
        return make_conninfo(url, user=OURS, password=password(servers, OURS))

    async with (
        await psycopg.AsyncConnection.connect(login(servers.database_url), autocommit=True) as database,
        await psycopg.AsyncConnection.connect(login(servers.vault_url), autocommit=True) as vault,
    ):
        yield Stolen(database, vault)


DENIED = (errors.InsufficientPrivilege,)
NOT_THERE = (errors.InsufficientPrivilege, errors.UndefinedTable, errors.UndefinedFunction, errors.InvalidSchemaName)
APPEND = (
    "select * from {schema}.append(null, null, array['person-x'], array[1], array['PersonErased'], array['{{}}'::bytea],"
    " null, null, null, null, null, null, null, null, null, null, null, null, null, false)"
)

REFUSED: Final = {
    "read the other's log": f"select * from {OTHER}.events",
    "read the other's head": f"select * from {OTHER}.head",
    "read the other's claims": f"select * from {OTHER}.claims",
    "read the other's rooms": f"select * from {OTHER}.rooms",
    "read the roster": "select * from control.events",
    "append to the other's log": APPEND.format(schema=OTHER),
    "append to the roster": APPEND.format(schema="control"),
    "give back the other's keys": f"select {OTHER}.give_back('person-the-same-person')",
    "become the other": f"set role {OTHER}",
    "become the other's owner": f"set role {OTHER}_owner",
    "become our own owner": f"set role {OURS}_owner",
    "become the administrator": "set role commonweal",
    "become the administrator for the session": "set session authorization commonweal",
    "become the other for the session": f"set session authorization {OTHER}",
    "insert an event past the function": "insert into events (position, stream_id, version, type, data) values (99, 'x', 1, 'X', '')",
    "change an event": "update events set data = ''",
    "delete an event": "delete from events",
    "empty the log": "truncate events",
    "move the head": "update head set position = 0",
    "lock the queue": "select position from head for update",
    "take a key past the function": "insert into claims (kind, hash, stream_id) values ('nhs_number', '', 'x')",
    "free a key past the function": "delete from claims",
    "rewrite a migration": "update migrations set sha256 = ''",
    "pretend a room": "insert into rooms (name, version) values ('x', 1)",
    "drop the log": "drop table events",
    "drop our schema": f"drop schema {OURS} cascade",
    "alter the log": "alter table events add column x text",
    "switch a trigger": "alter table events disable trigger all",
    "make a trigger": "create trigger t before insert on events for each row execute function suppress_redundant_updates_trigger()",
    "make a rule": "create rule r as on insert to events do instead nothing",
    "make a function": f"create function {OURS}.f() returns int language sql as 'select 1'",
    "replace the append": f"create or replace function {OURS}.give_back(holder text) returns bigint language sql as 'select 1::bigint'",
    "make a table in our schema": f"create table {OURS}.mine (x int)",
    "make a schema": "create schema mine",
    "make a table in public": "create table public.mine (x int)",
    "make a temporary table that stands in for the log": "create temp table events (like qpm.events)",
    "make a temporary table that stands in for the head": "create temp table head (position bigint)",
    "make a view that stands in for the claims": "create temp view claims as select 1 as kind",
    "make a function the owner's functions would call": "create function pg_temp.cardinality(text[]) returns int language sql as 'select 0'",
    "make a role": "create role mine",
    "raise ourselves": f"alter role {OURS} superuser",
    "let the other's owner be ours": f"grant {OTHER}_owner to {OURS}",
    "give ourselves the other's log": f"grant select on {OTHER}.events to {OURS}",
    "change the other's login": f"alter role {OTHER} password 'x'",
    "read a file": "select pg_read_file('/etc/passwd')",
    "list a folder": "select pg_ls_dir('.')",
    "run a program": "copy (select 1) to program 'true'",
    "run a program and read it": "do $$ begin create temp table loot (line text); copy loot from program 'id'; end $$",
    "write a file": "copy (select 1) to '/tmp/loot'",
    "read a file into a large object": "select lo_import('/etc/passwd')",
    "make an extension": "create extension dblink",
    "load a library": "load '/tmp/loot.so'",
    "an untrusted language": "do language plpython3u $$ pass $$",
    "a foreign server": "create foreign data wrapper loot",
    "change a setting of the server": "alter system set fsync = off",
    "end the others' connections": f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{OTHER}'",
    "read the passwords": "select * from pg_authid",
    "send what is written elsewhere": "select pg_create_logical_replication_slot('loot', 'test_decoding')",
    "hear of everybody's writes": "create publication loot for all tables",
    "vacuum the other's log": f"do $$ begin execute 'analyze {OTHER}.events'; perform 1 from {OTHER}.events; end $$",
}  # fmt: skip
VAULT_REFUSED: Final = {
    "read the other's keys": f"select * from {OTHER}.data_keys",
    "read the other's ledger": f"select * from {OTHER}.destroyed_keys",
    "plant a key with the other": f"insert into {OTHER}.data_keys (id, wrapped) values ('x', '')",
    "destroy the other's keys": f"delete from {OTHER}.data_keys",
    "change a key": "update data_keys set wrapped = ''",
    "rewrite the ledger": "update destroyed_keys set reason = ''",
    "tear a page out of the ledger": "delete from destroyed_keys",
    "empty the ledger": "truncate destroyed_keys",
    "switch off what refuses destroyed keys": "alter table data_keys disable trigger all",
    "drop what refuses destroyed keys": "drop trigger data_keys_refuse_destroyed on data_keys",
    "drop the keys": "drop table data_keys",
}


@pytest.mark.parametrize("attack", REFUSED)
async def test_a_tenants_login_cannot(attack: str, stolen: Stolen) -> None:
    with pytest.raises((*DENIED, errors.UndefinedObject, errors.ObjectNotInPrerequisiteState, errors.DependentObjectsStillExist)) as why:  # fmt: skip
        await stolen.database.execute(REFUSED[attack].encode())
    if attack not in ("an untrusted language", "send what is written elsewhere"):
        assert isinstance(why.value, errors.InsufficientPrivilege), why.value


@pytest.mark.parametrize("attack", VAULT_REFUSED)
async def test_in_the_vault_a_tenants_login_cannot(attack: str, stolen: Stolen) -> None:
    with pytest.raises(DENIED):
        await stolen.vault.execute(VAULT_REFUSED[attack].encode())


async def test_forgetting_the_role_or_the_path_leads_nowhere(stolen: Stolen) -> None:
    for statement in ("reset role", "reset session authorization", "set role none", "discard all", "reset all"):
        await stolen.database.execute(statement.encode())
        row = await (await stolen.database.execute("select current_user::text, session_user::text")).fetchone()
        assert row == (OURS, OURS)
    await stolen.database.execute(f"set search_path = {OTHER}, public")
    with pytest.raises(NOT_THERE):
        await stolen.database.execute("select * from events")
    with pytest.raises(NOT_THERE):
        await stolen.database.execute("select give_back('person-the-same-person')")


async def test_names_of_the_other_are_no_way_to_its_data(stolen: Stolen) -> None:
    """The catalogue says that others exist; casting, statistics and row types give nothing of theirs away."""
    for statement in (
        f"select row_to_json(e) from {OTHER}.events e",
        f"select query_to_xml('select * from {OTHER}.events', true, false, '')",
        f"select table_to_xml('{OTHER}.events'::regclass, true, false, '')",
        f"select count(*) from only {OTHER}.events",
        f"copy {OTHER}.events to stdout",
        f"declare c cursor with hold for select * from {OTHER}.events",
        f"create temp table loot as select * from {OTHER}.events",
        f"prepare loot as select * from {OTHER}.events",
    ):
        with pytest.raises(DENIED):
            await stolen.database.execute(statement.encode())
    seen = await stolen.database.execute("select count(*) from pg_stats where schemaname = %s", (OTHER,))
    assert await seen.fetchone() == (0,)


async def test_the_other_database_and_the_other_cluster_are_closed(servers: Installation, two: None) -> None:
    for database in ("postgres", "template1"):
        where = make_conninfo(servers.database_url, dbname=database, user=OURS, password=password(servers, OURS))
        refused = ""
        try:
            async with await psycopg.AsyncConnection.connect(where, autocommit=True) as connection:
                with pytest.raises(DENIED):
                    await connection.execute("create table public.mine (x int)")
                row = await (await connection.execute("select count(*) from pg_tables where schemaname !~ '^pg_|information_schema'")).fetchone()  # fmt: skip
                assert row == (0,), f"{database} holds nothing of anybody's"
        except psycopg.OperationalError as closed:
            refused = str(closed)
        assert refused == "" or "permission denied" in refused


async def test_another_tenants_password_opens_nothing(servers: Installation, two: None) -> None:
    wrong = make_conninfo(servers.database_url, user=OTHER, password=password(servers, OURS))
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        await psycopg.AsyncConnection.connect(wrong)


async def test_what_a_statement_is_made_to_say_stays_within_its_tenant(servers: Installation, two: None) -> None:
    """Words that would be SQL are data, wherever they are given."""
    words = "x'); select * from qmf.events; --"
    opened = open_store(servers, "test")
    tenant = await opened.tenant("QPM")
    assert await tenant.log.stream(words) == []
    assert await tenant.log.holder(words, words) is None
    await tenant.log.append(Append((), [NewEvent(words, 1, words, words.encode())], (), about(actor=words)))
    (stored,) = await tenant.log.stream(words)
    assert (stored.type, stored.actor) == (words, words)
    await opened.close()


async def test_the_other_has_what_it_had(servers: Installation, two: None) -> None:
    """Run last: after all attacks both logs hold what each was given, and no more of the other's."""
    async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as admin:
        rows = await (await admin.execute(f"select position, stream_id, type from {OTHER}.events")).fetchall()
    assert rows == [(1, "person-the-same-person", "PersonRegistered")]
