"""Evidence: what a room says of the people a fund is for, looked up when it is recorded with the fund and not told by anyone."""

from commonweal.domain.chest import fund, fund_effect, fund_priorities
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime.waiting import until_now
from projections.community_chest import READ_MODEL
from projections.community_chest.snapshot import as_told, came, taken, unmet
from tenants.store import Tenant


async def unmet_need(tenant: Tenant, reader: Reader, fund_id: str) -> fund_priorities.Snapshot:
    """Of the places of a fund; of the whole ICS, where no PCN is counted to any of them."""
    state: fund.State = (await tenant.streams.get(fund.CATEGORY, fund_id)).state
    areas = frozenset(state.founded.areas) if state.founded is not None else frozenset()
    await until_now(tenant, READ_MODEL.name)
    of_places = taken(await fetch(reader, READ_MODEL, unmet(reader.today, by_place=True)), reader.today, areas)
    if of_places.rows:
        return of_places
    return taken(await fetch(reader, READ_MODEL, unmet(reader.today, by_place=False)), reader.today, None)


async def what_came(tenant: Tenant, reader: Reader, fund_id: str) -> fund_effect.Effect:
    """Of the money of a fund: the places it pays for, who came by one, and how they fared."""
    await until_now(tenant, READ_MODEL.name)
    return as_told(await fetch(reader, READ_MODEL, came(fund_id)))
