"""Consents as they stand: what a person lets us tell, also where their record has become a part of another one."""

from commonweal.domain.people import consent, person
from commonweal.kernel.streams import Streams


async def consents_of(streams: Streams, person_id: str) -> consent.State:
    """Of the record itself, with what the person has taken back through the one it was merged into."""
    own: consent.State = (await streams.committed(consent.CATEGORY, person_id)).state
    someone: person.State = (await streams.committed(person.CATEGORY, person_id)).state
    if (survivor := someone.same.merged_into) is None:
        return own
    return consent.as_one(own, (await streams.committed(consent.CATEGORY, survivor)).state)
