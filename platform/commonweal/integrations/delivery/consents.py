"""Consents as they stand: what a person lets us tell, whichever of their records it was said in."""

from commonweal.domain.people import consent, person
from commonweal.kernel.streams import Streams


async def consents_of(streams: Streams, person_id: str) -> consent.State:
    """Of the record itself, with each no that is said in another record of this person."""
    someone: person.State = (await streams.committed(person.CATEGORY, person_id)).state
    own = await _consents(streams, person_id)
    for other in await other_records(streams, person_id, someone):
        own = consent.as_one(own, await _consents(streams, other))
    return own


async def _consents(streams: Streams, person_id: str) -> consent.State:
    answers: consent.State = (await streams.committed(consent.CATEGORY, person_id)).state
    return answers


async def other_records(streams: Streams, person_id: str, someone: person.State) -> tuple[str, ...]:
    """The ids of every other record of this person, who is `someone` here: the one that goes on first."""
    if (survivor := someone.same.merged_into) is None:
        return someone.same.absorbed
    goes_on: person.State = (await streams.committed(person.CATEGORY, survivor)).state
    return (survivor, *(each for each in goes_on.same.absorbed if each != person_id))
