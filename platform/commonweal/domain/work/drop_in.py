"""A drop-in: somebody came by without an appointment, at a school or a community service."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class DropInAttended:
    """`service_id`: the community service it was at, if it was at one that is listed."""

    person_id: str
    attended_on: date
    service_id: str | None = None
    recorded_by: str


@event
class DropInRetracted:
    """It was recorded by mistake."""

    reason: str
    retracted_by: str


@command
class RetractDropIn:
    reason: str
    by: str


CATEGORY: Final = "drop_in"

Event = DropInAttended | DropInRetracted
Command = RetractDropIn
"""`drop_in_recording` answers `RecordDropIn`."""


@dataclass(frozen=True, slots=True)
class State:
    attended: DropInAttended | None = None
    retracted: str | None = None
    """Why, where it was."""


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    match event:
        case DropInAttended():
            return State(attended=event)
        case DropInRetracted(reason=reason):
            return replace(state, retracted=reason)


def person(state: State) -> str | None:
    return state.attended.person_id if state.attended else None


def decide(state: State, command: Command) -> tuple[Event, ...]:
    if state.attended is None:
        raise Refused("there is no such drop-in")
    values.one_of(codes.DROP_IN_MISTAKES, command.reason, "reason")
    if state.retracted is not None:
        return ()
    return (DropInRetracted(reason=command.reason, retracted_by=command.by),)
