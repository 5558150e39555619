"""What the kernel's tests share: an ICS to write in, and how it is opened."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Final, TypeAlias

from commonweal.domain.workforce.link_worker import EngageLinkWorker
from commonweal.kernel.append import About, Append, NewClaim, NewEvent
from commonweal.kernel.handle import handle
from tenants.store import Tenant
from tests.tenant import about

KEY: Final = bytes(range(32))
"""The tenant key of every test here."""
DAY: Final = date(2026, 1, 5)
Open: TypeAlias = Callable[[], Tenant]
"""Opens the same ICS once more, as another process would."""


def stream() -> str:
    """A stream nobody has written to."""
    return f"referral-{uuid.uuid4()}"


def written(
    stream_id: str, seen: int, *names: str, claims: tuple[NewClaim, ...] = (), about: About | None = None
) -> Append:
    """One command's events on one stream, numbered from what it saw."""
    events = [NewEvent(stream_id, seen + n, name, b"{}") for n, name in enumerate(names or ("Noted",), 1)]
    return Append([(stream_id, seen)], events, claims, about or About())


def new() -> str:
    """The id of a record nobody has made."""
    return str(uuid.uuid4())


async def engaged(tenant: Tenant, limit: int = 40) -> str:
    """A link worker who has begun, by their id."""
    worker = new()
    hired = EngageLinkWorker(display_name="Wren Hale", employer="QPM", caseload_limit=limit, engaged_on=DAY)
    await handle(tenant.streams, worker, hired, about())
    return worker


async def types(tenant: Tenant, stream_id: str) -> list[str]:
    """What happened on a stream, by name."""
    return [each.type for each in await tenant.log.stream(stream_id)]
