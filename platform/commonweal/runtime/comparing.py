"""Comparing: a record has just been made, and another may be the same person's by name, birth and postcode."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from graphql import GraphQLError

from commonweal.domain.due import today
from commonweal.domain.people import person
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime.waiting import until
from projections.person_record import READ_MODEL
from projections.person_record.graphql import with_details
from tenants.store import Tenant

_SECONDS: Final = 1.0


@dataclass(slots=True)
class Comparing:
    """Looks for records with the same details, whoever sees them. `patience`: seconds to wait for the room; a room that stands
    still is waited for once, and not for each record again."""

    tenant: Tenant
    patience: float = _SECONDS

    async def same_details(self, person_id: str, position: int) -> tuple[str, ...]:
        """The ids of other records with the name, date of birth and postcode of this one, which was made at that position."""
        mine: person.State = (await self.tenant.streams.get(person.CATEGORY, person_id)).state
        name, born, postcode = mine.name, mine.date_of_birth, mine.postcode
        if mine.phase != "living" or not (isinstance(name, str) and isinstance(postcode, str) and postcode):
            return ()
        if mine.same.merged_into is not None or not isinstance(born, date):
            return ()
        await self._read_up_to(position)
        now = datetime.now(UTC)
        reader = Reader(self.tenant.pool.borrow, {}, now, today(now))
        found = await fetch(reader, READ_MODEL, with_details(person_id, name, born, postcode))
        numbered = isinstance(mine.nhs_number, str)
        return tuple(str(each["id"]) for each in found if not (numbered and each["nhs_number"]))

    async def _read_up_to(self, position: int) -> None:
        try:
            async with asyncio.timeout(self.patience):
                await until(self.tenant, READ_MODEL.name, position)
        except (TimeoutError, GraphQLError):
            self.patience = 0.05
        else:
            self.patience = _SECONDS
