"""What a check stands on: one ICS, the servers it lives on, and somebody who waits to hear how far we are."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from psycopg import AsyncConnection, sql

from commonweal.kernel.read_model import ReadModel
from commonweal.runtime.installation import Installation
from tenants.store import CONTROL, Tenant

BATCH: Final = 5_000
PATIENCE: Final = 10.0
_LOOK: Final = 0.1


@dataclass(frozen=True)
class Grounds:
    """One ICS to be verified, or the control log."""

    installation: Installation
    tenant: Tenant
    models: tuple[ReadModel, ...]
    patience: float = PATIENCE
    """Seconds that what lags behind may stand still before that is a difference."""
    seen: Callable[[str, int, int], None] = lambda _check, _done, _of: None
    """Told how far each check is: (check, done, of how many)."""

    @property
    def is_control(self) -> bool:
        return self.tenant.placement == CONTROL

    def behind(self, who: str) -> str:
        """Why something stands behind the log: `who` is slow, or is not at work at all."""
        if self.installation.alone:
            return "the installation is stopped and nothing goes on by itself: start ./go up and ask again"
        return f"{who} is behind"

    @asynccontextmanager
    async def database(self, schema: str | None = None) -> AsyncIterator[AsyncConnection[Any]]:
        """The administrator's connection, for the time of the block, with this ICS's schema, or another one, before it."""
        async with _connected(self.installation.database_url, schema or self.tenant.placement.schema) as connection:
            yield connection

    @asynccontextmanager
    async def vault(self) -> AsyncIterator[AsyncConnection[Any]]:
        """The same in the vault's database."""
        async with _connected(self.installation.vault_url, self.tenant.placement.schema) as connection:
            yield connection


@asynccontextmanager
async def _connected(url: str, schema: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(sql.SQL("set search_path = {}, pg_temp").format(sql.Identifier(schema)))
        yield connection


async def reached(look: Callable[[], Awaitable[int]], goal: int, patience: float) -> int:
    """Look until it has come to the goal, or has stood still for `patience` seconds; where it is then."""
    place, moved = await look(), time.monotonic()
    while place < goal and time.monotonic() - moved < patience:
        await asyncio.sleep(_LOOK)
        if (now := await look()) != place:
            place, moved = now, time.monotonic()
    return place
