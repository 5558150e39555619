"""Contribution: somebody who came for help gives something to a service now, until they stop."""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class ContributionStarted:
    """The person gives something to a service now: `role` of `codes.CONTRIBUTION_ROLES`."""

    contribution_id: str
    service_id: str
    role: str
    started_on: date


@event
class ContributionEnded:
    contribution_id: str
    ended_on: date


@command
class StartContribution:
    """`service_id`: the connection's own service where none is given."""

    contribution_id: str
    service_id: str | None = None
    role: str
    started_on: date
    on: date


@command
class EndContribution:
    contribution_id: str
    ended_on: date
    on: date


Event = ContributionStarted | ContributionEnded
Command = StartContribution | EndContribution
State: TypeAlias = Mapping[str, bool]
"""Contribution → it goes on."""


def evolve(state: State, event: Event) -> State:
    match event:
        case ContributionStarted(contribution_id=each):
            return {**state, each: True}
        case ContributionEnded(contribution_id=each):
            return {**state, each: False}


def decide(state: State, command: Command, own_service: str) -> tuple[Event, ...]:
    """`own_service`: that of the connection."""
    match command:
        case StartContribution():
            return _start(state, command, own_service)
        case EndContribution(contribution_id=each, ended_on=day, on=today):
            values.happened(day, today, "ended_on")
            if each not in state:
                raise Refused("contribution_id names nothing they give")
            return (ContributionEnded(contribution_id=each, ended_on=day),) if state[each] else ()


def _start(state: State, command: StartContribution, own_service: str) -> tuple[Event, ...]:
    each = values.identifier(command.contribution_id, "contribution_id")
    values.one_of(codes.CONTRIBUTION_ROLES, command.role, "role")
    values.happened(command.started_on, command.on, "started_on")
    service = own_service if command.service_id is None else values.identifier(command.service_id, "service_id")
    if each in state:
        return ()
    return (
        ContributionStarted(contribution_id=each, service_id=service, role=command.role, started_on=command.started_on),
    )
