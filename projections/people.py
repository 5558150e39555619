"""People: what a room may know of a person, and that all of it goes when they are erased."""

from collections.abc import Iterable, Sequence
from typing import Any

from commonweal.domain import person
from commonweal.domain.message import ERASED
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact


def people(fact: Fact, about: Sequence[str]) -> Iterable[Statement]:
    """What an event about a person changes in the table `person`: its key, the columns `about`, and `erased`."""
    match fact.event:
        case person.PersonRegistered() as event:
            known = {column: _known(getattr(event, column, None)) for column in about}
            yield Put("person", {"person_id": fact.identity, **known, "erased": event.name is ERASED})
        case person.PersonErased():
            yield Change("person", fact.identity, {**dict.fromkeys(about), "erased": True})
        case _:
            if given := {column: value for column, value in _told(fact.event).items() if column in about}:
                yield Change("person", fact.identity, given)


def _told(event: object) -> dict[str, Any]:
    match event:
        case person.PersonDetailsCorrected():
            told = {name: getattr(event, name) for name in event.__dataclass_fields__}
            return {name: _known(value) for name, value in told.items() if value not in (None, ERASED)}
        case person.NHSNumberTraced(nhs_number=number):
            return {"nhs_number": _known(number)}
        case person.ContactPreferenceSet(channel=channel, safe_times=times, safe_to_leave_message=safe):
            return {"contact_channel": channel, "safe_times": _known(times), "safe_to_leave_message": safe}
        case _:
            return {}


def _known(value: Any) -> Any:
    """An empty text took the old one away."""
    return None if value is ERASED or value == "" else value
