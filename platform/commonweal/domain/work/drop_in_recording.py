"""A drop-in is recorded: of somebody who is registered, whether they were ever referred or not."""

from datetime import date
from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import duplicate, person
from commonweal.domain.work import drop_in


@command
class RecordDropIn:
    person_id: str
    attended_on: date
    service_id: str | None = None
    by: str
    on: date


PRIMARY: Final = "drop_in"
CREATES: Final = (RecordDropIn,)

Command = RecordDropIn


def reads(_state: drop_in.State, command: Command) -> tuple[tuple[str, str], ...]:
    """Who came, then the community service, where it is named."""
    someone = (("person", command.person_id),)
    return someone if command.service_id is None else (*someone, ("community_service", command.service_id))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[drop_in.Event, ...], ...]:
    """Shapes: `states` is (drop-in, person) or (drop-in, person, community service). Writes to the drop-in only."""
    known: drop_in.State = states[0]
    values.happened(command.attended_on, command.on, "attended_on")
    values.identifier(command.person_id, "person_id")
    person.known(states[1])
    duplicate.not_merged(states[1].same)
    if command.service_id is not None:
        values.identifier(command.service_id, "service_id")
        if states[2].phase == "unknown":
            raise Refused("service_id: there is no such community service")
    attended = drop_in.DropInAttended(
        person_id=command.person_id,
        attended_on=command.attended_on,
        service_id=command.service_id,
        recorded_by=command.by,
    )
    if known.attended is not None and known.attended != attended:
        raise Refused("this drop-in was recorded already")
    recorded = () if known.attended is not None else (attended,)
    return (recorded, *(() for _ in states[1:]))
