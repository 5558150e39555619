"""The vault: what is sealed for a person opens for nobody once their key is destroyed."""

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from commonweal.kernel import vault as vault_module
from commonweal.kernel.vault import DataKey, Lost, Tampered, Vault
from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Placement, Tenant
from tests.kernel.scene import Open

pytestmark = pytest.mark.anyio
Admin = psycopg.AsyncConnection[Any]


@pytest.fixture
async def admin(servers: Installation, placed: Placement) -> AsyncIterator[Admin]:
    """Whoever restores backups: in the vault's database, seeing this tenant's schema."""
    connected = await psycopg.AsyncConnection.connect(servers.vault_url, autocommit=True)
    async with connected:
        await connected.execute(f"set search_path = {placed.schema}")
        yield connected


def name() -> str:
    return f"person-{os.urandom(6).hex()}"


async def made(vault: Vault, called: str) -> DataKey:
    key = await vault.make(called)
    assert key is not None
    return key


def test_what_is_sealed_opens_for_the_same_place_alone() -> None:
    key = DataKey(os.urandom(32))
    sealed = key.seal(b"Ottoline", b"QPM|person-1|1|PersonRegistered")
    assert b"Ottoline" not in sealed
    assert key.open(sealed, b"QPM|person-1|1|PersonRegistered") == b"Ottoline"
    for moved in (
        b"QMF|person-1|1|PersonRegistered",
        b"QPM|person-2|1|PersonRegistered",
        b"QPM|person-1|2|PersonRegistered",
    ):
        with pytest.raises(Tampered):
            key.open(sealed, moved)


def test_one_altered_bit_anywhere_is_found() -> None:
    key = DataKey(os.urandom(32))
    sealed = key.seal(b"Ottoline", b"here")
    for at in range(len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises(Tampered):
            key.open(bytes(altered), b"here")
    with pytest.raises(Tampered):
        key.open(sealed[:-1], b"here")


@pytest.mark.parametrize("left", [0, 5])
def test_a_box_cut_to_less_than_its_nonce_is_found(left: int) -> None:
    key = DataKey(os.urandom(32))
    with pytest.raises(Tampered):
        key.open(key.seal(b"Ottoline", b"here")[:left], b"here")


def test_the_same_words_sealed_twice_look_different() -> None:
    key = DataKey(os.urandom(32))
    assert key.seal(b"Ottoline", b"here") != key.seal(b"Ottoline", b"here")


async def test_every_process_gets_the_same_key(open_tenant: Open) -> None:
    here, there, called = open_tenant().streams.vault, open_tenant().streams.vault, name()
    keys = await asyncio.gather(*(made(vault, called) for vault in (here, there) for _ in range(3)))
    sealed = keys[0].seal(b"Ottoline", b"here")
    assert {key.open(sealed, b"here") for key in keys} == {b"Ottoline"}


async def test_a_destroyed_key_is_gone_everywhere_and_never_made_again(
    open_tenant: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "_KEPT_SECONDS", 0.2)
    here, there, called = open_tenant().streams.vault, open_tenant().streams.vault, name()
    await made(here, called)
    await there.fetch([called])
    assert there.get(called) is not None
    await here.destroy(called, "asked to be forgotten")
    await here.destroy(called, "asked twice")
    assert here.get(called) is None
    await asyncio.sleep(0.25)
    assert not there.has(called), "a process looks again after a while"
    await there.fetch([called])
    assert there.get(called) is None
    assert await here.make(called) is None
    assert await there.make(called) is None
    assert called in await there.destroyed()


async def test_many_keys_are_made_at_once_and_those_that_are_there_or_destroyed_stay_so(open_tenant: Open) -> None:
    here, there = open_tenant().streams.vault, open_tenant().streams.vault
    old, gone, new = name(), name(), name()
    first = await made(here, old)
    await made(here, gone)
    await here.destroy(gone, "asked to be forgotten")
    await there.make_all([old, gone, new, new])
    assert there.get(gone) is None
    found, fresh = there.get(old), there.get(new)
    assert found is not None
    assert found.open(first.seal(b"Ottoline", b"here"), b"here") == b"Ottoline"
    assert fresh is not None
    await here.fetch([new])
    again = here.get(new)
    assert again is not None
    assert again.open(fresh.seal(b"Ottoline", b"here"), b"here") == b"Ottoline"


async def test_no_key_stands_in_the_vault_unwrapped(
    tenant: Tenant, admin: Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = os.urandom(32)
    monkeypatch.setattr("commonweal.kernel.vault.AESGCM.generate_key", lambda _bits: raw)
    called = name()
    await made(tenant.streams.vault, called)
    row = await (await admin.execute("select wrapped from data_keys where id = %s", (called,))).fetchone()
    assert row is not None
    assert raw not in row[0]


async def test_after_a_restore_the_ledger_destroys_again_what_came_back(open_tenant: Open, admin: Admin) -> None:
    vault, called, other = open_tenant().streams.vault, name(), name()
    await made(vault, called)
    await made(vault, other)
    backup = await (await admin.execute("select id, wrapped from data_keys where id = %s", (called,))).fetchone()
    await vault.destroy(called, "asked to be forgotten")
    await admin.execute("alter table data_keys disable trigger all")
    await admin.execute("insert into data_keys (id, wrapped) values (%s, %s)", backup)
    await admin.execute("alter table data_keys enable trigger all")
    restored = open_tenant().streams.vault
    await restored.fetch([called])
    assert restored.get(called) is None, "the ledger is stronger than what a backup holds"
    assert await restored.apply_ledger() == 1
    assert await restored.apply_ledger() == 0
    assert await (await admin.execute("select from data_keys where id = %s", (called,))).fetchone() is None
    await restored.fetch([other])
    assert restored.get(other) is not None


async def test_a_key_that_is_neither_there_nor_destroyed_is_said_to_be_lost(tenant: Tenant) -> None:
    called = name()
    with pytest.raises(Lost, match=called):
        await tenant.streams.vault.fetch([called])


async def test_a_wrapped_key_opens_under_its_own_name_and_its_own_tenants_key_alone(
    open_tenant: Open, admin: Admin, servers: Installation
) -> None:
    vault, called, swapped = open_tenant().streams.vault, name(), name()
    await made(vault, called)
    await admin.execute(
        "insert into data_keys (id, wrapped) select %s, wrapped from data_keys where id = %s", (swapped, called)
    )
    with pytest.raises(Tampered):
        await open_tenant().streams.vault.fetch([swapped])
    stranger = throwaway.open_tenant(servers, open_tenant().placement, bytes(32))
    with pytest.raises(Tampered):
        await stranger.streams.vault.fetch([called])
    await stranger.close()
