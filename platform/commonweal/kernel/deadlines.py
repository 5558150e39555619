"""Deadlines kept: what falls due in one ICS, set and settled by its events, and fired when its time has come."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from commonweal.domain.due import Deadline

_SET: Final = """
insert into deadlines (kind, identity, about, due_at, event_id, position)
select * from unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::uuid[], %s::bigint[])
on conflict (kind, identity, about) do update set
    due_at = excluded.due_at, event_id = excluded.event_id, position = excluded.position, fired_at = null
"""
_SETTLE: Final = """
delete from deadlines as d using unnest(%s::text[], %s::text[], %s::text[]) as s (kind, identity, about)
where d.kind = s.kind and d.identity = s.identity and d.about = s.about
"""
_DUE: Final = """
select kind, identity, about, due_at, event_id, position from deadlines
where fired_at is null and due_at <= %s
order by due_at, position
limit %s
"""
_FIRED: Final = """
update deadlines as d set fired_at = %s
from unnest(%s::text[], %s::text[], %s::text[], %s::uuid[]) as f (kind, identity, about, event_id)
where d.kind = f.kind and d.identity = f.identity and d.about = f.about and d.event_id = f.event_id
"""
_NEXT: Final = "select min(due_at) from deadlines where fired_at is null"


@dataclass(frozen=True, slots=True)
class Timed:
    """A deadline, and the event that set it."""

    deadline: Deadline
    event_id: UUID
    position: int

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.deadline.kind, self.deadline.identity, self.deadline.about)


async def write(connection: AsyncConnection[Any], timed: Iterable[Timed]) -> None:
    """Set and settle, in the order of the events: of several about one thing the last counts."""
    last = {each.key: each for each in timed}
    if settled := [each.key for each in last.values() if each.deadline.due_at is None]:
        await connection.execute(_SETTLE, [list(column) for column in zip(*settled, strict=True)], prepare=True)
    rows = [
        (*each.key, each.deadline.due_at, each.event_id, each.position)
        for each in last.values()
        if each.deadline.due_at is not None
    ]
    if rows:
        await connection.execute(_SET, [list(column) for column in zip(*rows, strict=True)], prepare=True)


async def due(connection: AsyncConnection[Any], now: datetime, limit: int) -> list[Timed]:
    """What has come and was not fired, the longest due first."""
    rows = await (await connection.execute(_DUE, (now, limit), prepare=True)).fetchall()
    return [
        Timed(Deadline(kind, identity, about, due_at), event_id, position)
        for kind, identity, about, due_at, event_id, position in rows
    ]


async def fired(connection: AsyncConnection[Any], timed: Sequence[Timed], now: datetime) -> None:
    """These need not be fired again, unless an event has set them anew meanwhile."""
    columns = [list(column) for column in zip(*((*each.key, each.event_id) for each in timed), strict=True)]
    await connection.execute(_FIRED, [now, *columns], prepare=True)


async def next_due(connection: AsyncConnection[Any]) -> datetime | None:
    """When the next one comes, if any is waiting."""
    row = await (await connection.execute(_NEXT, prepare=True)).fetchone()
    return row[0] if row else None
