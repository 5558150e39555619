"""People: what a room may know of a person, that all of it goes when they are erased, and which records are one person's."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from commonweal.domain.message import ERASED
from commonweal.domain.people import duplicate, person
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact


def people(fact: Fact, about: Sequence[str]) -> Iterable[Statement]:
    """What an event about a person changes in the table `person`: its key, the columns `about`, and `erased`."""
    match fact.event:
        case person.PersonRegistered() as event:
            known = {column: clear(getattr(event, column, None)) for column in about}
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
            return {name: clear(value) for name, value in told.items() if value not in (None, ERASED)}
        case person.NHSNumberTraced(nhs_number=number):
            return {"nhs_number": clear(number)}
        case person.ContactPreferenceSet(channel=channel, safe_times=times, safe_to_leave_message=safe):
            return {"contact_channel": channel, "safe_times": clear(times), "safe_to_leave_message": safe}
        case _:
            return {}


def merges(fact: Fact) -> Iterable[Statement]:
    """What two records becoming one, or two again, changes in the table `merged`:

        person_id text primary key, survivor_id text not null

    with an index on survivor_id.
    """
    match fact.event:
        case duplicate.PersonsMerged(here=duplicate.ABSORBED, survivor_id=survivor):
            yield Put("merged", {"person_id": fact.identity, "survivor_id": survivor})
        case duplicate.PersonsUnmerged(here=duplicate.ABSORBED):
            yield Remove("merged", fact.identity)
        case _:
            pass


ALL_OF: Final = "array(select m.person_id from {merged} as m where m.survivor_id = %(person)s) || %(person)s::text"
"""SQL: the person of the parameter `person`, and every record that is a part of theirs."""
OF_THE_PERSON: Final = f"{{row}}.person_id = any({ALL_OF})"
"""SQL: a row is about that person, whichever of their records it was written in."""


def other_records(person_id: str) -> str:
    """SQL: every other record of this person; which is SQL too. None of them has absorbed one and been absorbed."""
    survivor = f"(select f.survivor_id from {{merged}} as f where f.person_id = {person_id})"
    return (
        f"array(select {survivor} union all select m.person_id from {{merged}} as m"
        f" where m.survivor_id = coalesce({survivor}, {person_id}) and m.person_id <> {person_id})"
    )


def clear(value: Any) -> Any:
    """What a column holds of something personal: nothing where it was erased, or where an empty text took it away."""
    return None if value is ERASED or value == "" else value
