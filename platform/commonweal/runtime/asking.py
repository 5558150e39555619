"""Asking: a request becomes someone who asks one ICS something, whether a program or a page does it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar.connection import ASGIConnection
from structlog.contextvars import bind_contextvars

from commonweal.console.wording import in_london
from commonweal.kernel.reading import Reader
from commonweal.runtime import permissions
from commonweal.runtime.access import Principal
from commonweal.runtime.answering import Answering
from commonweal.runtime.door import Door
from commonweal.runtime.schema import Asker
from tenants.store import Store, Tenant

_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, version 00. Anything else in that header may be anything, and the log would keep it."""

_ASKER: Final = "commonweal.asker"

Connection = ASGIConnection[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class Asking:
    """Lets someone in and puts their question to their ICS."""

    door: Door
    store: Store
    answering: Answering

    async def asker(self, connection: Connection, channel: str = "graphql") -> Asker:
        """Who asks. Raises NotSignedIn and NotAllowed."""
        principal = await self.door.authenticate(connection)
        tenant = await self.store.tenant(principal.tenant)
        bind_contextvars(tenant=tenant.ods)  # in every line written for this request
        asker = make_asker(principal, tenant, channel, connection.headers.get("traceparent"))
        connection.scope["state"][_ASKER] = asker
        return asker

    def who_asked(self, connection: Connection) -> Asker | None:
        """Who was let in with this request, for a page that says what went wrong with it."""
        found: Asker | None = connection.scope["state"].get(_ASKER)
        return found

    async def answer(self, asker: Asker, document: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
        """A page's own operation, by the same road as everyone's. Raises `Unanswered`."""
        return await answered(self.answering, asker, document, operation, variables)


async def answered(
    answering: Answering, asker: Asker, document: str, operation: str, variables: dict[str, Any]
) -> dict[str, Any]:
    """The data of an operation of our own. Raises `Unanswered`."""
    answer = msgspec.json.decode(await answering.answer(asker, document, operation, variables))
    if answer.get("errors"):
        raise Unanswered(answer["errors"][0])
    found: dict[str, Any] = answer["data"]
    return found


class Unanswered(Exception):  # noqa: N818
    """A page's operation was refused; `code` is the error's."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: str = error.get("extensions", {}).get("code", "INTERNAL")


def make_asker(principal: Principal, tenant: Tenant, channel: str, traceparent: str | None = None) -> Asker:
    """Someone who asks, with the views their grants show them."""
    now = datetime.now(UTC)
    known = traceparent if traceparent and _TRACEPARENT.fullmatch(traceparent) else None
    reader = Reader(tenant.pool.borrow, permissions.views(principal.grants, principal.id), now, in_london(now).date())
    return Asker(principal, tenant, reader, channel, now, known)
