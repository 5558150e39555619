"""The roster: which ICSs are hosted here, on which database server."""

from collections.abc import Mapping
from typing import Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command, event


@event
class TenantPlaced:
    ods: str
    database: str
    key_file: str | None = None


@command
class PlaceTenant:
    """`key_file`: where the ICS's key is, below the data folder; None for `keys/<ODS>.key`."""

    ods: str
    database: str
    key_file: str | None = None


CATEGORY: Final = "roster"
CREATES: Final = (PlaceTenant,)
Event = TenantPlaced
Command = PlaceTenant
State = Mapping[str, TenantPlaced]
"""Each ICS by its ODS code."""
INITIAL: State = {}


def evolve(state: State, event: Event) -> State:
    return {**state, event.ods: event}


def decide(state: State, command: Command) -> tuple[Event, ...]:
    values.ods_code(command.ods, "ods")
    placed = state.get(command.ods)
    wanted = TenantPlaced(ods=command.ods, database=command.database, key_file=command.key_file)
    if placed == wanted:
        return ()
    if placed is not None and placed.database != command.database:
        raise Refused(f"{command.ods} is on the server {placed.database}: onboarding does not move an ICS to another")
    return (wanted,)
