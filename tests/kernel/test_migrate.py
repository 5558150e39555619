"""Migrations: each schema is brought to its newest shape once, whole or not at all."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from commonweal.kernel import migrate
from commonweal.kernel.migrate import Changed, Migration
from commonweal.runtime.installation import Installation
from tenants import provision

pytestmark = pytest.mark.anyio
Admin = psycopg.AsyncConnection[Any]
ONE = Migration(1, "letters", "create table letters (letter text primary key);")
TWO = Migration(2, "words", "create table words (word text primary key); insert into letters values ('a');")


@pytest.fixture
async def admin(servers: Installation) -> AsyncIterator[Admin]:
    async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as connected:
        yield connected


@pytest.fixture
async def schema(admin: Admin) -> AsyncIterator[str]:
    """An empty schema and the role that owns it, of the same name."""
    name = f"qzm{uuid.uuid4().hex[:8]}"
    await admin.execute(f"create role {name} nologin")
    await admin.execute(f"grant {name} to current_user")
    await admin.execute(f"create schema {name} authorization {name}")
    yield name
    await admin.execute(f"drop owned by {name} cascade")
    await admin.execute(f"drop role {name}")


async def tables(admin: Admin, schema: str) -> set[tuple[str, str]]:
    """(name, owner)."""
    query = "select tablename, tableowner from pg_tables where schemaname = %s"
    return set(await (await admin.execute(query, (schema,))).fetchall())


async def test_each_migration_is_applied_once_by_the_owner(admin: Admin, schema: str) -> None:
    assert await migrate.apply(admin, schema, schema, [ONE]) == 1
    assert await migrate.apply(admin, schema, schema, [ONE, TWO]) == 1
    assert await migrate.apply(admin, schema, schema, [ONE, TWO]) == 0
    assert await tables(admin, schema) == {(name, schema) for name in ("migrations", "letters", "words")}
    rows = await (await admin.execute(f"select number, name, sha256 from {schema}.migrations order by 1")).fetchall()  # noqa: S608
    assert rows == [(1, "letters", ONE.sha256), (2, "words", TWO.sha256)]


async def test_a_file_changed_after_it_was_applied_is_refused(admin: Admin, schema: str) -> None:
    await migrate.apply(admin, schema, schema, [ONE])
    rewritten = Migration(1, "letters", ONE.body.replace("text", "varchar"))
    with pytest.raises(Changed, match="0001_letters"):
        await migrate.apply(admin, schema, schema, [rewritten, TWO])
    assert await tables(admin, schema) == {("migrations", schema), ("letters", schema)}


async def test_a_failure_leaves_everything_as_it_was(admin: Admin, schema: str) -> None:
    wrong = Migration(3, "wrong", "create table sentences (s text); insert into nowhere values (1);")
    await migrate.apply(admin, schema, schema, [ONE])
    with pytest.raises(psycopg.errors.UndefinedTable):
        await migrate.apply(admin, schema, schema, [ONE, TWO, wrong])
    assert await tables(admin, schema) == {("migrations", schema), ("letters", schema)}
    assert await (await admin.execute(f"select letter from {schema}.letters")).fetchall() == []  # noqa: S608
    row = await (await admin.execute("select current_user = session_user, current_setting('search_path')")).fetchone()
    assert row is not None
    assert row[0], "whoever migrates is themselves again"
    assert schema not in row[1]


async def test_two_who_migrate_at_once_do_it_once(servers: Installation, admin: Admin, schema: str) -> None:
    async def apply() -> int:
        async with await psycopg.AsyncConnection.connect(servers.database_url, autocommit=True) as mine:
            return await migrate.apply(mine, schema, schema, [ONE, TWO])

    assert sorted(await asyncio.gather(apply(), apply(), apply())) == [0, 0, 2]
    assert await (await admin.execute(f"select letter from {schema}.letters")).fetchall() == [("a",)]  # noqa: S608


async def test_a_migration_cannot_reach_out_of_its_schema(admin: Admin, schema: str) -> None:
    outside = Migration(1, "outside", "create table public.mine (x text);")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await migrate.apply(admin, schema, schema, [outside])


@pytest.mark.parametrize(
    "names",
    [("0001_a.sql", "0003_b.sql"), ("0002_a.sql",), ("0001_a.sql", "0001_b.sql"), ("0001_a.sql", "two.sql")],
    ids=["a hole", "no first", "a double", "no number"],
)
def test_files_with_a_hole_or_a_double_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        tmp_path.joinpath(name).write_text("select 1;")
    with pytest.raises(Changed):
        migrate.read(tmp_path)


def test_files_are_read_in_their_order(tmp_path: Path) -> None:
    for number in range(12, 0, -1):
        tmp_path.joinpath(f"{number:04}_step_{number}.sql").write_text(f"select {number};")
    found = migrate.read(tmp_path)
    assert [each.number for each in found] == list(range(1, 13))
    assert found[0].body == "select 1;"


def test_the_products_own_migrations_are_in_order() -> None:
    assert [each.number for each in provision.TENANT] == list(range(1, len(provision.TENANT) + 1))
    assert provision.VAULT[0].name == "keys"
