"""Access: what somebody may do in an ICS is what that ICS itself granted them."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from litestar.exceptions import PermissionDeniedException

from commonweal.domain import user
from commonweal.kernel.trace import refused
from commonweal.runtime.identity import Claims
from tenants.store import Store, UnknownTenant

FRESH: Final = 1.5
"""Seconds a user's grants are remembered: a revocation is felt after these at the latest."""
KEPT: Final = 10_000


class NotAllowed(PermissionDeniedException):
    """We know who asks, and they may not: 403 with a sentence."""

    def __init__(self, sentence: str, kind: str = "access", tenant: str = "") -> None:
        """`kind` and `tenant` are counted: see `kernel.counting.REFUSALS`."""
        refused(kind, tenant)
        super().__init__(detail=sentence)


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone at work in one ICS. `id` is their user stream's; `display` is for their own eyes, never for a log."""

    id: str
    issuer: str
    tenant: str
    grants: frozenset[tuple[str, str]]
    """(role, scope) as in `commonweal.domain.user`."""
    display: str = field(default="", repr=False)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for role, _ in self.grants)

    def scopes(self, role: str) -> frozenset[str]:
        """Over what they have a role: `tenant` or `kind:id`; empty where they have not."""
        return frozenset(scope for each, scope in self.grants if each == role)


def user_id(issuer: str, subject: str) -> str:
    """The id of a user's stream, 32 hexadecimal digits: whoever reads the log does not learn how they sign in."""
    return hashlib.sha256(f"{issuer}|{subject}".encode()).hexdigest()[:32]


class Access:
    """Looks up what users may do, in each ICS's own log."""

    def __init__(self, store: Store, *, fresh: float = FRESH) -> None:
        self._store = store
        self._fresh = fresh
        self._known: OrderedDict[tuple[str, str], tuple[float, frozenset[tuple[str, str]]]] = OrderedDict()
        self._reading: dict[tuple[str, str], asyncio.Future[frozenset[tuple[str, str]]]] = {}

    async def principal(self, claims: Claims) -> Principal:
        """Who asks, with what they may do. Raises NotAllowed, in the same words for an ICS that is not hosted here."""
        identity = user_id(claims.issuer, claims.subject)
        grants = await self._grants(claims.tenant, identity)
        if not grants:
            raise NotAllowed(
                "you have no access to Commonweal for this ICS: ask whoever looks after Commonweal where you work",
                tenant=claims.tenant,
            )
        return Principal(identity, claims.issuer, claims.tenant, grants, claims.name)

    async def _grants(self, tenant: str, identity: str) -> frozenset[tuple[str, str]]:
        now = time.monotonic()
        if (hit := self._known.get((tenant, identity))) is not None and now < hit[0]:
            return hit[1]
        if (
            reading := self._reading.get((tenant, identity))
        ) is None:  # many sockets of one user ask in the same moment
            reading = self._reading[tenant, identity] = asyncio.ensure_future(self._read(tenant, identity))
            reading.add_done_callback(lambda _: self._reading.pop((tenant, identity), None))
        grants = await asyncio.shield(reading)
        self._known[tenant, identity] = (now + self._fresh, grants)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return grants

    async def _read(self, tenant: str, identity: str) -> frozenset[tuple[str, str]]:
        try:
            hosted = await self._store.tenant(tenant)
        except UnknownTenant:
            return frozenset()
        state: user.State = (await hosted.streams.committed(user.CATEGORY, identity)).state
        return state.grants
