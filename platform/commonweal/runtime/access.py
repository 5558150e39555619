"""Access: what somebody may do in an ICS is what that ICS itself granted them."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from litestar.exceptions import PermissionDeniedException

from commonweal.domain import user
from commonweal.domain.message import Refused
from commonweal.domain.workforce import link_worker
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from commonweal.kernel.trace import refused
from commonweal.runtime.identity import Claims
from tenants.store import Store, Tenant, UnknownTenant

FRESH: Final = 1.5
"""Seconds a user's grants are remembered: a revocation in another process is felt after these at the latest, in this one at once."""
KEPT: Final = 10_000


class NotAllowed(PermissionDeniedException):
    """We know who asks, and they may not: 403 with a sentence."""

    def __init__(self, sentence: str, kind: str = "access", tenant: str = "") -> None:
        """`kind` and `tenant` are counted: see `kernel.counting.REFUSALS`."""
        refused(kind, tenant)
        super().__init__(detail=sentence)


Grants = frozenset[tuple[str, str]]
"""(role, scope) as in `commonweal.domain.user`."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Someone at work in one ICS. `id` is their user stream's; `display` is for their own eyes, never for a log."""

    id: str
    issuer: str
    tenant: str
    grants: Grants
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


def as_funder(grants: Grants) -> Grants:
    """Of someone's grants, those by which they see an organisation's own money. Nobody funds for a whole ICS."""
    return frozenset((role, scope) for role, scope in grants if role == "funder" and scope.startswith("organisation:"))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a user may do, as it stood at a version of their stream; looked up again after `until`, a time of `time.monotonic`."""

    grants: Grants
    hosted: Tenant | None = None
    version: int = 0
    until: float = 0.0

    def holds(self, identity: str) -> bool:
        """Is this still true, as far as this process knows?"""
        warm = None if self.hosted is None else self.hosted.streams.warm(user.CATEGORY, identity)
        return time.monotonic() < self.until and (warm is None or warm.version <= self.version)


class Access:
    """Looks up what users may do, in each ICS's own log."""

    def __init__(self, store: Store, *, fresh: float = FRESH) -> None:
        self._store = store
        self._fresh = fresh
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._reading: dict[tuple[str, str], asyncio.Future[_Known]] = {}

    async def principal(self, claims: Claims, *, signed_in: bool = False) -> Principal:
        """Who asks, with what they may do. Raises NotAllowed, in the same words for an ICS that is not hosted here.

        `signed_in`: they came by the console, and what they are called there is noted."""
        identity = user_id(claims.issuer, claims.subject)
        grants = await self._grants(claims.tenant, identity, claims.name if signed_in else "")
        if not grants:
            raise NotAllowed(
                "you have no access to Commonweal for this ICS: ask whoever looks after Commonweal where you work",
                tenant=claims.tenant,
            )
        return Principal(identity, claims.issuer, claims.tenant, grants, claims.name)

    async def funder(self, principal: Principal, ods: str) -> Principal | None:
        """The same one in another ICS, with no more of what it granted them than a funder's sight of their organisations' money;
        None where it granted none."""
        own = as_funder(await self._grants(ods, principal.id, ""))
        return replace(principal, tenant=ods, grants=own) if own else None

    async def _grants(self, tenant: str, identity: str, name: str) -> Grants:
        if (hit := self._known.get((tenant, identity))) is not None and hit.holds(identity):
            return hit.grants
        if (
            reading := self._reading.get((tenant, identity))
        ) is None:  # many sockets of one user ask in the same moment
            reading = self._reading[tenant, identity] = asyncio.ensure_future(self._read(tenant, identity, name))
            reading.add_done_callback(lambda _: self._reading.pop((tenant, identity), None))
        found = await asyncio.shield(reading)
        self._known[tenant, identity] = found
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return found.grants

    async def _read(self, tenant: str, identity: str, name: str) -> _Known:
        until = time.monotonic() + self._fresh
        try:
            hosted = await self._store.tenant(tenant)
        except UnknownTenant:
            return _Known(frozenset(), until=until)
        kept = await hosted.streams.committed(user.CATEGORY, identity)
        state: user.State = kept.state
        if name and state.grants and name != state.display_name:
            await named(hosted, identity, name)
        grants = user.open_to(state, datetime.now(UTC)) | await _covered(hosted, state.grants)
        return _Known(grants, hosted, kept.version, until)


async def _covered(hosted: Tenant, grants: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Whoever covers for a colleague who is away sees to that colleague's cases as to their own, for as long as it lasts."""
    found: set[tuple[str, str]] = set()
    for role, scope in grants:
        kind, _, worker_id = scope.partition(":")
        if kind == "link_worker":
            state: link_worker.State = (await hosted.streams.committed(link_worker.CATEGORY, worker_id)).state
            found |= {(role, f"link_worker:{each}") for each in state.covers}
    return found


async def named(hosted: Tenant, identity: str, name: str) -> None:
    """Where they sign in says what they are called: a person can read who looked at their record."""
    about = About(actor=identity, channel="sign_in", occurred_at=datetime.now(UTC))
    with suppress(Refused):  # a name that cannot be kept is no reason to shut somebody out
        await handle(hosted.streams, identity, user.NameUser(display_name=name), about)
