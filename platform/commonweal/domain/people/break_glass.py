"""Break glass: someone opens a record that is not among theirs, says why, and is asked about it later."""

from datetime import datetime, timedelta
from typing import Final

from commonweal.domain import codes, user, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import person, record_access


@command
class BreakGlass:
    """`fields`: the parts of the record that are needed, which are the parts that open. It lasts four hours, and is reviewed."""

    person_id: str
    access_id: str
    reason: str
    words: str
    fields: tuple[str, ...]
    by: str
    by_role: str
    at: datetime


PRIMARY: Final = "record_access"
PRIMARY_ID: Final = "person_id"
CREATES: Final = (BreakGlass,)
Command = BreakGlass
LASTS: Final = timedelta(hours=4)


def reads(_state: record_access.State, command: Command) -> tuple[tuple[str, str], ...]:
    return (("person", command.person_id), ("user", command.by))


def decide(
    states: tuple[record_access.State, person.State, user.State], command: Command
) -> tuple[tuple[record_access.Event, ...], tuple[()], tuple[user.Event, ...]]:
    """Writes to whom it is about, and to who may see it from now on."""
    accesses, someone, _ = states
    values.identifier(command.access_id, "access_id")
    values.one_of(codes.BREAK_GLASS_REASONS, command.reason, "reason")
    words = values.said(command.words, "words")
    fields = values.all_of(codes.RECORD_PARTS, command.fields, "fields")
    if not fields:
        raise Refused("fields is missing: say what you need to see")
    person.known(someone)
    if command.access_id in accesses.broken:
        return (), (), ()
    until = values.moment(command.at, "at") + LASTS
    used = record_access.BreakGlassAccessUsed(
        access_id=command.access_id,
        role=command.by_role,
        reason=command.reason,
        words=words,
        fields=fields,
        opened_at=command.at,
        until=until,
        by=command.by,
    )
    return (used,), (), (user.GlassBroken(person_id=command.person_id, until=until, parts=fields),)
