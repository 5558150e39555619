"""Sight: what somebody may see now, looked up again and again for as long as they look."""

import time
from collections import Counter
from typing import Final

from commonweal.runtime.asking import Asking, make_asker
from commonweal.runtime.identity import Claims
from commonweal.runtime.schema import Asker

TRUSTED: Final = 1.5
"""Seconds for which it is not looked up again."""


class Sight:
    """Someone who looks at their ICS. They see nothing before the first `look`."""

    def __init__(self, asking: Asking, claims: Claims, channel: str) -> None:
        self._asking = asking
        self._claims = claims
        self._channel = channel
        self._looked = float("-inf")
        self._asker: Asker | None = None

    @property
    def expires(self) -> float:
        """Seconds since 1970."""
        return self._claims.expires

    @property
    def asker(self) -> Asker:
        """As of the last look."""
        assert self._asker is not None  # noqa: S101 – looked up first
        return self._asker

    @property
    def fresh(self) -> bool:
        """Looked up so lately that it may be told by."""
        return time.monotonic() - self._looked < TRUSTED

    async def look(self) -> bool:
        """Is what they see another than before: their grants, or the day it is counted from? Raises NotAllowed."""
        if self.fresh:
            return False
        asker, before = await self.now(), self._asker
        self._looked = time.monotonic()
        if before is not None and _as_seen(before) == _as_seen(asker):
            return False
        self._asker = asker
        return True

    async def now(self) -> Asker:
        """Someone who asks at this moment. Raises NotAllowed."""
        principal = await self._asking.door.principal(self._claims)
        return make_asker(principal, await self._asking.store.tenant(principal.tenant), self._channel)


def _as_seen(asker: Asker) -> tuple[object, ...]:
    return asker.principal.grants, asker.reader.today


def leave(open_: Counter[str], user: str) -> None:
    """One fewer of what a user has open."""
    open_[user] -= 1
    if not open_[user]:
        del open_[user]
