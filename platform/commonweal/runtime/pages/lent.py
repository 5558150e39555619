"""What the record of a person lacks, as another record of the same person has it: shown as that one's, and never mixed in."""

from collections.abc import Iterator
from typing import Final

from commonweal.console.wording import sentence_case
from commonweal.domain.people import person
from commonweal.integrations.delivery import other_records
from commonweal.runtime.schema import Asker
from projections.person_record.told import CHANNELS

FROM: Final = "from the other record"
NO_MESSAGE: Final = "Do not leave a message"


async def lent(asker: Asker, person_id: str) -> tuple[tuple[str, str], ...]:
    """(label, value) of how to reach somebody, from the records merged with this one."""
    mine = await _state(asker, person_id)
    others = [await _state(asker, each) for each in await other_records(asker.tenant.streams, person_id, mine)]
    return tuple((f"{label} ({FROM})", value) for other in others for label, value in _lacking(mine, other))


async def _state(asker: Asker, person_id: str) -> person.State:
    found: person.State = (await asker.tenant.streams.committed(person.CATEGORY, person_id)).state
    return found


def _lacking(mine: person.State, other: person.State) -> Iterator[tuple[str, str]]:
    """What is known there and not here; of what is safe, also where it is stricter than what is said here."""
    if not _text(mine.phone) and (phone := _text(other.phone)):
        yield "Telephone", phone
    ours, theirs = mine.preference, other.preference
    if theirs is not None:
        here = None if ours is None else ours.safe_to_leave_message
        if theirs.safe_to_leave_message is False and here is not False:
            yield "Messages", NO_MESSAGE
        elif theirs.safe_to_leave_message and here is None:
            yield "Messages", "May be left"
        if (times := _text(theirs.safe_times)) and (ours is None or not _text(ours.safe_times)):
            yield "When it is safe", times
        if theirs.channel and (ours is None or theirs.channel == "through_referrer" != ours.channel):
            yield "They prefer", sentence_case(CHANNELS.get(theirs.channel, theirs.channel))
    if not _text(mine.email) and (email := _text(other.email)):
        yield "E-mail", email
    if not _text(mine.address) and (_text(other.address) or not _text(mine.postcode)):
        where = ", ".join(part for part in (_text(other.address), _text(other.postcode)) if part)
        if where:
            yield "Address", where


def _text(value: object) -> str:
    """What stands there; nothing where nobody said, or it was erased."""
    return value if isinstance(value, str) else ""
