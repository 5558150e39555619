"""What the kernel's tests share: an ICS to write in, and how it is opened."""

import uuid
from collections.abc import Callable
from typing import Final, TypeAlias

from commonweal.kernel.append import About, Append, NewClaim, NewEvent
from tenants.store import Tenant

KEY: Final = bytes(range(32))
"""The tenant key of every test here."""
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
