"""Votes: which ballots a round has, looked up when something is decided by them and not told by anyone."""

from collections.abc import Mapping
from typing import Any

from commonweal.domain import values
from commonweal.domain.chest import fund, grant
from commonweal.kernel.fetch import fetch
from commonweal.kernel.reading import Reader
from commonweal.runtime.waiting import until_now
from projections.community_chest import READ_MODEL
from projections.community_chest.graphql_funds import ballots_of
from tenants.store import Tenant


async def on_this(tenant: Tenant, reader: Reader, grant_id: str) -> tuple[str, ...]:
    """The ballots of the round in which an application was made."""
    state: grant.State = (await tenant.streams.committed(grant.CATEGORY, grant_id)).state
    return await of_round(tenant, reader, state.fund_id, state.round_id) if state.fund_id else ()


async def besides(tenant: Tenant, reader: Reader, ballot_id: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The ballots of the round for which one is opened. Raises `Refused` for what is no fund's id."""
    fund_id = values.identifier(given["fund_id"], "fund_id")
    found = await of_round(tenant, reader, fund_id, given["round_id"])
    return tuple(each for each in found if each != ballot_id)


async def of_round(tenant: Tenant, reader: Reader, fund_id: str, round_id: str) -> tuple[str, ...]:
    """As the room has them once it has read what is recorded now; none where the round is not decided by vote."""
    state: fund.State = (await tenant.streams.committed(fund.CATEGORY, fund_id)).state
    found = state.rounds.get(round_id)
    if found is None or found.opened.method != "participatory":
        return ()
    await until_now(tenant, READ_MODEL.name)
    return tuple(each["id"] for each in await fetch(reader, READ_MODEL, ballots_of(fund_id, round_id)))
