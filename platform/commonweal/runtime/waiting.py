"""Waiting until a room has seen what somebody has just done."""

import asyncio
import time
from typing import Final

from graphql import GraphQLError

from projections import READ_MODELS
from tenants.store import Tenant

SECONDS: Final = 5.0
"""The longest anybody waits."""
_LOOK_SECONDS: Final = 0.01
_POSITION: Final = "select position from rooms where name = %s and version = %s"


class Behind(GraphQLError):  # noqa: N818
    """A room did not come to a position in the time anybody waits."""

    def __init__(self, room: str) -> None:
        super().__init__(
            "this view has not come to that position yet; please try again", extensions={"code": "CONFLICT"}
        )
        self.room = room


async def until(tenant: Tenant, room: str, position: int) -> None:
    """Wait until a room has come to a position. Raises `Behind` where it does not within some seconds."""
    version = next(model.version for model in READ_MODELS if model.name == room)
    end = time.monotonic() + SECONDS
    pause = _LOOK_SECONDS
    while True:
        async with tenant.pool.borrow() as connection:
            row = await (await connection.execute(_POSITION, (room, version), prepare=True)).fetchone()
        if row is not None and row[0] >= position:
            return
        if time.monotonic() > end:
            raise Behind(room)
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 10 * _LOOK_SECONDS)


async def until_now(tenant: Tenant, room: str) -> None:
    """Wait until a room has come to where the log ends now. Raises as `until` does."""
    await until(tenant, room, await tenant.log.head())
