"""Capacity: the places in a community service that a grant pays for, so that money is followed to people helped."""

from datetime import date
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.chest import grant
from commonweal.domain.chest.grant_application import MOST_PLACES
from commonweal.domain.chest.grant_award import RUNNING, CapacityFunded, require
from commonweal.domain.directory import community_service
from commonweal.domain.message import Refused, command


@command
class FundCapacity:
    """`places`: in a community service, from the first to the last day that this money pays for."""

    capacity_id: str
    service_id: str
    places: int
    from_on: date
    to_on: date
    by: str


PRIMARY: Final = grant.CATEGORY

Command = FundCapacity
MOST: Final = 200


def reads(_state: grant.State, command: Command) -> tuple[tuple[str, str], ...]:
    return ((community_service.CATEGORY, values.identifier(command.service_id, "service_id")),)


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[Any, ...], ...]:
    """Shapes: `states` is (grant, community service)."""
    state: grant.State = states[0]
    service: community_service.State = states[1]
    grant.known(state)
    funded = CapacityFunded(
        capacity_id=values.identifier(command.capacity_id, "capacity_id"),
        service_id=command.service_id,
        places=command.places,
        from_on=command.from_on,
        to_on=command.to_on,
        by=command.by,
    )
    if state.award.capacity.get(funded.capacity_id) == funded:
        return (), ()
    if funded.capacity_id in state.award.capacity:
        raise Refused("capacity_id is that of other places: choose a new one")
    require(state.phase, RUNNING | {"accepted"}, "pay for places")
    if not service.name:
        raise Refused("service_id is that of no service in the directory")
    values.within(funded.places, 1, MOST_PLACES, "places")
    if funded.to_on < funded.from_on:
        raise Refused("to_on is before from_on")
    if len(state.award.capacity) >= MOST:
        raise Refused(f"this grant pays for places in {MOST} services already")
    return (funded,), ()
