"""ICSs for a test: real schemas, real logins, real keys, gone when the test is over."""

import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client

from commonweal.domain.workforce.roster import PlaceTenant
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.kernel.read_model import ReadModel
from commonweal.runtime import secrets
from commonweal.runtime.bench import throwaway
from commonweal.runtime.installation import Installation
from commonweal.runtime.open_store import open_store, tenant_key_path
from tenants.store import CONTROL, Placement, Store, Tenant


def about(**known: Any) -> About:
    """Who a test says asked: a new command id, now."""
    return About(
        **{
            "command_id": uuid.uuid4(),
            "occurred_at": datetime.now(UTC),
            "actor": "user-wren",
            "channel": "test",
            **known,
        }
    )


@asynccontextmanager
async def store(
    servers: Installation,
    *codes: str,
    models: Sequence[ReadModel] = (),
    application: str = "test",
    bus: Client | None = None,
) -> AsyncIterator[Store]:
    """A store whose roster names these ICSs: `await store.tenant("QPM")`. Key files are written as onboarding does.
    With a `bus`, each commit wakes those who follow.

    One at a time: the control log is made anew.
    """
    placements = [CONTROL, *map(Placement, codes)]
    opened = open_store(servers, application, bus)
    try:
        for placement in placements:
            await throwaway.drop(servers, placement)
            await throwaway.make(servers, placement, models if placement is not CONTROL else ())
        for code in codes:
            path = tenant_key_path(servers.settings, code)
            path.parent.mkdir(mode=0o700, exist_ok=True)
            secrets.write_private(path, secrets.derive(servers.platform_key, f"test/{code}"))
            await handle(opened.control.streams, "ics", PlaceTenant(ods=code, database="main"), about())
        yield opened
    finally:
        await opened.close()
        for placement in placements:
            await throwaway.drop(servers, placement)
            if placement is not CONTROL:
                tenant_key_path(servers.settings, placement.ods).unlink(missing_ok=True)


@asynccontextmanager
async def provisioned(
    servers: Installation, code: str = "QPM", models: Sequence[ReadModel] = ()
) -> AsyncIterator[Tenant]:
    """One ICS, opened."""
    async with store(servers, code, models=models) as opened:
        yield await opened.tenant(code)
