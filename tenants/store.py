"""The store: each ICS's own log, vault and rooms, reached only with that ICS's own login."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from commonweal.kernel import counting
from commonweal.kernel.log import Log
from commonweal.kernel.streams import Streams
from commonweal.kernel.vault import Vault, derive

POOL: Final = 4
_OPTIONS: Final = "-c timezone=UTC -c plan_cache_mode=force_generic_plan -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"


class UnknownTenant(Exception):  # noqa: N818
    """No ICS of that code is hosted here."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an ICS's data stands: its ODS code and the name of the PostgreSQL server that holds it."""

    ods: str
    database: str = "main"
    key_file: str | None = None

    @property
    def schema(self) -> str:
        return self.ods.lower()

    @property
    def login(self) -> str:
        return self.schema

    @property
    def owner(self) -> str:
        return f"{self.schema}_owner"


CONTROL: Final = Placement("control")
"""Our own log: which ICSs are hosted and where."""


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server: connection strings without a login, to the tenants' database and to the vault's."""

    database: str
    vault: str


@dataclass(frozen=True)
class Secrets:
    """What only this installation knows: each login's password, each tenant's key (32 bytes)."""

    password: Callable[[str], str]
    tenant_key: Callable[[Placement], bytes]


class Pool:
    """A few connections of one login to one database, opened on use and closed when idle."""

    def __init__(self, conninfo: str, login: str, password: str, application: str) -> None:
        self._conninfo = make_conninfo(
            conninfo, user=login, password=password, options=_OPTIONS, application_name=application
        )
        self._pool: AsyncConnectionPool[AsyncConnection[tuple[Any, ...]]] | None = None

    async def connect(self) -> AsyncConnection[tuple[Any, ...]]:
        """A connection of one's own."""
        return await AsyncConnection.connect(self._conninfo, autocommit=True)

    @asynccontextmanager
    async def borrow(self) -> AsyncIterator[AsyncConnection[tuple[Any, ...]]]:
        """A connection for a moment; every statement is its own transaction unless a block is opened."""
        if self._pool is None:
            self._pool = AsyncConnectionPool(
                self._conninfo,
                min_size=0,
                max_size=POOL,
                max_idle=60,
                timeout=15,
                kwargs={"autocommit": True},
                open=False,
            )
            await self._pool.open()
        async with self._pool.connection() as connection:
            yield connection

    def numbers(self) -> Mapping[str, int]:
        """psycopg_pool's own counts, by its names: connections there are, who waits, how long was waited; empty before use."""
        return {} if self._pool is None else self._pool.get_stats()

    async def close(self) -> None:
        if self._pool is not None:
            await self._pool.close()
            self._pool = None


class Tenant:
    """One ICS in this process."""

    def __init__(
        self, placement: Placement, server: Server, secrets: Secrets, woken: Callable[[int], None], application: str
    ) -> None:
        password = secrets.password(placement.login)
        key = secrets.tenant_key(placement)
        counting.host(placement.ods)
        self.ods = placement.ods
        self.placement = placement
        self.pool = Pool(server.database, placement.login, password, application)
        self._vault_pool = Pool(server.vault, placement.login, password, application)
        vault = Vault(self._vault_pool.borrow, key)
        self.log = Log(self.pool.connect, self.pool.borrow, derive(key, "commonweal/claims"), woken)
        self.streams = Streams(placement.ods, self.log, vault)

    async def close(self) -> None:
        await self.log.close()
        await self.pool.close()
        await self._vault_pool.close()


class Store:
    """All ICSs hosted here, each opened on first use. An ICS that is not on the roster is refused, never guessed."""

    def __init__(
        self,
        servers: Mapping[str, Server],
        secrets: Secrets,
        *,
        woken: Callable[[str, int], None] = lambda _tenant, _head: None,
        application: str = "commonweal",
    ) -> None:
        self._servers = servers
        self._secrets = secrets
        self._woken = woken
        self._application = application
        self._open: dict[str, Tenant] = {}
        self._roster: dict[str, Placement] = {}
        self.control = self._make(CONTROL)

    @property
    def opened(self) -> list[Tenant]:
        """The ICSs used in this process so far."""
        return list(self._open.values())

    async def roster(self) -> dict[str, Placement]:
        """Every ICS hosted here, by its ODS code, as the control log has it now."""
        kept = await self.control.streams.committed("roster", "ics")
        self._roster = {ods: Placement(ods, placed.database, placed.key_file) for ods, placed in kept.state.items()}
        return self._roster

    async def tenant(self, ods: str) -> Tenant:
        """One ICS. Raises `UnknownTenant` where the roster does not name it."""
        if (found := self._open.get(ods)) is not None:
            return found
        if ods not in self._roster and ods not in await self.roster():
            raise UnknownTenant(f"no ICS with the code {ods} is hosted here")
        return self._open.setdefault(ods, self._make(self._roster[ods]))

    async def close(self) -> None:
        for tenant in (*self._open.values(), self.control):
            await tenant.close()
        self._open.clear()

    def _make(self, placement: Placement) -> Tenant:
        def woken(head: int) -> None:
            self._woken(placement.ods, head)

        return Tenant(placement, self._servers[placement.database], self._secrets, woken, self._application)
