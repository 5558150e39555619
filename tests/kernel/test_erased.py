"""Somebody was erased by one process: the others go on with nothing of theirs for longer than a key may be kept."""

import asyncio
import uuid
from datetime import UTC, datetime

import pytest

from commonweal.domain.message import ERASED, Refused
from commonweal.domain.people import person
from commonweal.domain.work import note, note_move, note_signing
from commonweal.kernel import vault as vault_module
from commonweal.kernel.handle import handle
from commonweal.runtime.forgetting import forget
from tenants.store import Tenant
from tests.kernel.scene import Open
from tests.story import agreed, referred, registered
from tests.tenant import about

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
KEPT = 0.3
"""Seconds a key may be kept, in these tests."""


def new() -> str:
    return str(uuid.uuid4())


async def case_of(tenant: Tenant, name: str) -> tuple[str, str]:
    """A person and their referral."""
    who, case = new(), new()
    for command in (registered(name), agreed()):
        await handle(tenant.streams, who, command, about())
    await handle(tenant.streams, case, referred(who, case), about())
    return who, case


async def noted(tenant: Tenant, case: str) -> str:
    """A note about someone."""
    written = new()
    signed = note_signing.SignNote(referral_id=case, contact_id=None, text="Canary sang.", by="user-wren", at=NOW)
    await handle(tenant.streams, written, signed, about())
    return written


async def erase(tenant: Tenant, who: str) -> None:
    """As the command line does."""
    await handle(tenant.streams, who, person.ErasePerson(basis="request_upheld"), about())
    await forget(tenant, who, "request_upheld")


async def test_what_a_process_keeps_warm_is_kept_no_longer_than_the_key_another_process_destroyed(
    open_tenant: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "_KEPT_SECONDS", KEPT)
    here, there = open_tenant(), open_tenant()
    who, case = await case_of(here, "Canary Finch")
    _, another = await case_of(here, "Wren Hale")
    written = await noted(here, case)
    await erase(there, who)
    await asyncio.sleep(KEPT)
    assert (await here.streams.get("note", written)).state.text is ERASED
    assert (await here.streams.committed("note", written)).state.text is ERASED
    move = note_move.MoveNote(referral_id=another, new_note_id=new(), by="user-wren", at=NOW)
    with pytest.raises(Refused, match="erased"):
        await handle(here.streams, written, move, about())


async def test_what_is_kept_warm_stays_warm_while_its_key_may_be_used(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_module, "_KEPT_SECONDS", KEPT)
    _, case = await case_of(tenant, "Canary Finch")
    written = await noted(tenant, case)
    warm = await tenant.streams.get("note", written)
    await asyncio.sleep(KEPT)
    assert await tenant.streams.get("note", written) is warm


async def test_whoever_reads_of_an_erasure_opens_nothing_of_theirs_at_once(open_tenant: Open) -> None:
    here, there = open_tenant(), open_tenant()
    who, case = await case_of(here, "Canary Finch")
    before = await here.log.head()
    written = await noted(here, case)
    assert (await there.streams.get("note", written)).state.text == "Canary sang.", "the key is at hand"
    await erase(here, who)
    told = await there.streams.understand(await there.log.after(before, 100))
    assert [fact.event.text for fact in told if isinstance(fact.event, note.NoteSigned)] == [ERASED]
    assert (await there.streams.get("note", written)).state.text is ERASED


async def test_what_a_process_adds_before_it_hears_of_an_erasure_is_opened_by_no_reader_of_the_log(
    open_tenant: Open,
) -> None:
    late, eraser, reader = open_tenant(), open_tenant(), open_tenant()
    who, case = await case_of(late, "Canary Finch")
    await reader.streams.understand(await reader.log.after(0, 10_000))
    await erase(eraser, who)
    gone = await reader.log.head()
    await noted(late, case)
    assert reader.streams.vault.has(who), "it holds the key by its own clock"
    await reader.streams.understand(await reader.log.stream(f"person-{who}"))
    (added,) = await reader.streams.understand(await reader.log.after(gone, 100))
    assert added.event.text is ERASED
