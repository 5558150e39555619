"""A trust's letterbox: where it takes what we tell it and leaves what it tells us, with a key that is its alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from nats.aio.client import Client

from commonweal.domain import tenant
from commonweal.kernel.append import About
from commonweal.kernel.handle import handle
from tenants import nats_accounts, streams
from tenants.nats_accounts import SYSTEM, Accounts, push, trust_account
from tenants.store import Tenant

DAYS: Final = 90
"""How long a trust's credentials hold where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class PostOffice:
    """Where letterboxes are: the NATS server and the keys of this installation."""

    accounts: Accounts
    nats_url: str

    async def open(self, ics: Tenant) -> list[str]:
        """Every letterbox of an ICS as its log has it, told to the server again; the streams made now, by name."""
        state = await _state(ics)
        if not (trusts := list(concerned(state))):
            return []
        system = await self.accounts.connect(self.nats_url, SYSTEM, "claims")
        try:
            for trust in trusts:
                await self._push(system, ics.ods, state, trust)
        finally:
            await system.close()
        made = []
        for trust in filter(state.has_stream, trusts):
            days = state.trusts[trust].out_days or tenant.OUT_DAYS
            made += await self._streams(ics.ods, trust, days)
        return made

    async def issue(self, ics: Tenant, trust: str, lasting: timedelta) -> tuple[str, datetime]:
        """Credentials for a trust as its file `.creds`, and when they end. Raises `Refused` where it has no letterbox."""
        key, seed = nats_accounts.new_user()
        now = datetime.now(UTC).replace(microsecond=0)
        until = now + lasting
        await self.open(ics)
        await _tell(ics, tenant.IssueTrustCredentials(trust=trust, key=key, issued_at=now, expires_at=until))
        token = self.accounts.issued(trust_account(ics.ods, trust), "trust", key, trust, int(until.timestamp()))
        return nats_accounts.creds(token, seed), until

    async def revoke(self, ics: Tenant, trust: str) -> int:
        """Void every key the trust holds; who is connected with one is put out. How many were still good."""
        before = len((await _state(ics)).revoked)
        await _tell(ics, tenant.RevokeTrustCredentials(trust=trust, at=datetime.now(UTC)))
        await self.open(ics)
        return len((await _state(ics)).revoked) - before

    async def _push(self, system: Client, ods: str, state: tenant.State, trust: str) -> None:
        await push(system, self.accounts.account_claims(trust_account(ods, trust), void(state, trust)))

    async def _streams(self, ods: str, trust: str, days: int) -> list[str]:
        account = await self.accounts.connect(self.nats_url, trust_account(ods, trust), "onboard")
        try:
            return [
                f"{name} of {trust}" if name == streams.INTAKE else name
                for name in await streams.make_letterbox(account, trust, days=days)
            ]
        finally:
            await account.close()


def concerned(state: tenant.State) -> Iterator[str]:
    """The trusts that have a letterbox, or had one and may still hold a key to it."""
    yield from (trust for trust in state.trusts if state.has_stream(trust))
    held = dict.fromkeys(issued.trust for issued in state.credentials.values())
    yield from (trust for trust in held if not state.has_stream(trust))


def void(state: tenant.State, trust: str) -> dict[str, int]:
    """Public key → Unix time in seconds up to which what was issued for it is void; all of them where the letterbox was closed."""
    issued = [each for each in state.credentials.values() if each.trust == trust]
    closed = not state.has_stream(trust)
    return {each.key: int(each.expires_at.timestamp()) for each in issued if closed or each.key in state.revoked}


async def _state(ics: Tenant) -> tenant.State:
    found: tenant.State = (await ics.streams.committed(tenant.CATEGORY, ics.ods)).state
    return found


async def _tell(ics: Tenant, command: tenant.Command) -> None:
    now = datetime.now(UTC)
    about = About(command_id=uuid4(), occurred_at=now, actor="operator", channel="onboarding")
    await handle(ics.streams, ics.ods, command, about)
