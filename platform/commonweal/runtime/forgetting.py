"""Forgetting: someone is erased, and with their key goes all that was kept of them under another."""

from typing import Final

from commonweal.intake.accept import Inbox
from commonweal.intake.forget import forget as forget_stays
from tenants.store import Tenant

_STAYS: Final = "select stream_id from events where type = 'PatientMatched' and position(%s in data) > 0"


async def forget(tenant: Tenant, person_id: str, basis: str) -> None:
    """Destroy the key of someone erased, give back what only one record may hold, and forget what hospitals told of their stays
    before we knew whose they were. Doing it twice changes nothing."""
    await tenant.streams.vault.destroy(person_id, basis)
    await tenant.log.give_back(f"person-{person_id}")
    async with tenant.pool.borrow() as connection:
        named = f'"person_id":"{person_id}"'.encode()
        stays = [stay for (stay,) in await (await connection.execute(_STAYS, (named,))).fetchall()]
    await forget_stays(Inbox(tenant.streams, tenant.pool.borrow), stays)
