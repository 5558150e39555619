"""An invented year of community chests: refused nowhere, true to the penny, and the same when it is played again."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from commonweal.domain import tenant
from commonweal.domain.chest import fund, grant, grant_award
from commonweal.domain.message import Refused
from commonweal.kernel.follow import Room
from commonweal.kernel.handle import handle
from commonweal.runtime import waiting
from commonweal.runtime.ground import EXAMPLES
from commonweal.runtime.installation import Installation
from commonweal.runtime.simulate.chest import AWARDS, BOROUGHS, Chest, chests
from commonweal.runtime.simulate.play import Tally, founded, play_chests, tell_funders
from projections import community_chest
from tenants import ics_file
from tenants.store import Tenant
from tests.given import after
from tests.tenant import about, provisioned

CODE = "QZC"
NOW = datetime(2026, 3, 4, 12, 30, tzinfo=UTC)


def test_a_year_is_played_once_and_comes_out_to_the_penny(
    servers: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def year() -> None:
        async with provisioned(servers, CODE, [community_chest.READ_MODEL]) as tenant:
            ics = ics_file.read(EXAMPLES / "north_east_london.toml")
            await handle(tenant.streams, CODE, ics.configuration(NOW.date()), about())
            every = await founded(tenant, 1, NOW)
            told: list[Tally] = [await play_chests(tenant, every, lambda: None) for _ in range(2)]
            assert not told[0].refused
            assert not told[1].refused
            assert told[0].stages["awarded"] == AWARDS
            assert told[0].events > 1_500
            assert told[1].events == 0
            phases = Counter([phase for chest in every for phase in await _true(tenant, chest)])
            assert len(every) == BOROUGHS
            assert await _met(tenant, every) == {
                "returned",
                "moved on",
                "refused until reported",
                "tapers",
                "report owed",
            }
            assert {"active", "closed", "reserve", "declined", "ineligible"} == set(phases)
            await _funders_are_told_once_it_is_counted(tenant, every)

    monkeypatch.setattr(waiting, "SECONDS", 0.1)
    asyncio.run(year())


async def _funders_are_told_once_it_is_counted(tenant: Tenant, every: Sequence[Chest]) -> None:
    early, told, again = Tally(), Tally(), Tally()
    await tell_funders(tenant, every, early, NOW)
    assert [(command, times) for (command, _), times in early.refused.items()] == [("ReleaseEffect", 1)]
    for tally in (told, again):
        await Room(tenant.streams, tenant.pool.borrow, community_chest.READ_MODEL, _unheard).catch_up()
        await tell_funders(tenant, every, tally, NOW)
    assert [(each.events, each.refused.total()) for each in (early, told, again)] == [(0, 1), (BOROUGHS, 0), (0, 0)]
    for chest in every:
        state: fund.State = (await tenant.streams.committed("fund", chest.fund_id)).state
        assert state.effect is not None
        assert state.effect.places > 0


async def _unheard(_position: int) -> None:
    """Nobody listens to the room's changes here."""


@pytest.mark.parametrize("name", ["north_east_london", "northamptonshire"])
def test_the_example_steering_member_is_sent_by_who_steers_a_simulated_chest(name: str) -> None:
    ics = ics_file.read(EXAMPLES / f"{name}.toml")
    known = after(tenant, tenant.INITIAL, tenant.decide(tenant.INITIAL, ics.configuration(NOW.date())))
    founding = [step.command for chest in chests(ics.ods, known, NOW, 1) for step in chest.steps()]
    steering = {each for one in founding if isinstance(one, fund.FoundFund) for each in one.steering_group}
    scopes = {each.role: each.scope for each in ics.users}
    assert scopes["steering_member"].partition(":")[2] in steering
    assert sum(each.role == "assessor" for each in ics.users) == 2


async def _true(tenant: Tenant, chest: Chest) -> Sequence[str]:
    """The phases of a fund's applications; on the way, each sum held against the other that says the same."""
    state: fund.State = (await tenant.streams.committed("fund", chest.fund_id)).state
    grants: dict[str, grant.State] = {
        bid.grant_id: (await tenant.streams.committed("grant", bid.grant_id)).state for bid in chest.bids
    }
    for grant_id, ledger in state.awards.items():
        assert (grants[grant_id].award.amount, grants[grant_id].payments.paid) == (ledger.amount, ledger.spent)
    for pledge_id, pledge in state.pledges.items():
        assert 0 <= pledge.paid <= min(pledge.received, pledge.awarded) <= pledge.awarded <= pledge.confirmed
        assert pledge.awarded == sum(each.split.get(pledge_id, 0) for each in state.awards.values())
    assert state.rounds["r1"].closed
    received, paid = fund.received_and_paid(state)
    assert 0 < paid < received
    return [each.phase for each in grants.values()]


async def _met(tenant: Tenant, every: Sequence[Chest]) -> set[str]:
    """What befalls a few of the grants of a year."""
    met = set()
    for chest in every:
        for bid in chest.bids:
            state: grant.State = (await tenant.streams.committed("grant", bid.grant_id)).state
            met |= {"returned"} if state.payments.given_back else set()
            met |= {"moved on"} if state.payments.moved_on else set()
            met |= {"tapers"} if grant_award.tapers(state.award.schedule) else set()
            met |= {"report owed"} if any(each.phase == "due" for each in state.reports.values()) else set()
            asked = state.payments.drawdowns.values()
            met |= {"refused until reported"} if any(each.phase == "refused" for each in asked) else set()
    return met


def test_an_ics_without_places_is_told_so(servers: Installation) -> None:
    async def empty() -> None:
        async with provisioned(servers, CODE) as tenant:
            await founded(tenant, 1, NOW)

    with pytest.raises(Refused, match="QZC has no places"):
        asyncio.run(empty())
