"""Asking: a request becomes someone who asks one ICS something, whether a program or a page does it."""

import asyncio
import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from graphql import GraphQLError
from litestar.connection import ASGIConnection

from commonweal.console.wording import in_london
from commonweal.kernel.reading import Reader
from commonweal.runtime import permissions
from commonweal.runtime.access import Principal
from commonweal.runtime.door import Door
from commonweal.runtime.schema import Asker, Schema
from projections import READ_MODELS
from tenants.store import Store, Tenant

_WAIT_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.01
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00. Anything else in that header may be anything, and the log would keep it."""
_POSITION: Final = "select position from rooms where name = %s and version = %s"

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """Lets someone in and puts their question to their ICS."""

    door: Door
    store: Store
    schema: Schema

    async def asker(self, connection: Connection, channel: str = "graphql") -> Asker:
        """Who asks. Raises NotSignedIn and NotAllowed."""
        principal = await self.door.authenticate(connection)
        tenant = await self.store.tenant(principal.tenant)
        return make_asker(principal, tenant, channel, connection.headers.get("traceparent"))

    async def answer(self, asker: Asker, document: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """A page's own operation, by the same schema as everyone's. Raises `Unanswered`."""
        result = await self.schema.execute(
            document, variable_values=variables, context_value=context(asker), operation_name=operation
        )
        if result.errors:
            raise Unanswered(result.errors[0])
        assert result.data is not None  # noqa: S101 – no errors, then data
        return dict(result.data)


class Unanswered(Exception):  # noqa: N818
    """A page's operation was refused; `code` is the error's."""

    def __init__(self, error: GraphQLError) -> None:
        super().__init__(error.message)
        self.code: str = (error.extensions or {}).get("code", "INTERNAL")


def make_asker(principal: Principal, tenant: Tenant, channel: str, traceparent: str | None = None) -> Asker:
    """Someone who asks, with the views their grants show them."""
    now = datetime.now(UTC)
    known = traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None
    reader = Reader(tenant.pool.borrow, permissions.views(principal.grants), in_london(now).date())
    return Asker(principal, tenant, reader, channel, now, known)


def context(asker: Asker) -> dict[str, Any]:
    """What resolvers find in `info.context`: a reader that does not know its ICS, and who asks for those who must."""

    async def wait(room: str, position: int) -> None:
        await until(asker.tenant, room, position)

    return {"asker": asker, "reader": asker.reader, "wait": wait}


async def until(tenant: Tenant, room: str, position: int) -> None:
    """Wait until a room has come to a position. Raises a located CONFLICT error where it does not within some seconds."""
    version = next(model.version for model in READ_MODELS if model.name == room)
    end = time.monotonic() + _WAIT_SECONDS
    pause = _LOOK_SECONDS
    while True:
        async with tenant.pool.borrow() as connection:
            row = await (await connection.execute(_POSITION, (room, version), prepare=True)).fetchone()
        if row is not None and row[0] >= position:
            return
        if time.monotonic() > end:
            raise GraphQLError(
                "this view has not come to that position yet; please try again", extensions={"code": "CONFLICT"}
            )
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, 10 * _LOOK_SECONDS)
