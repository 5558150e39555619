"""How it stands: for each trust and integration, how far behind the telling is and what has come of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from commonweal.kernel.log import Borrow

_STANDING: Final = """
select d.integration, d.recipient,
    count(*) filter (where d.state = 'waiting'),
    min(e.recorded_at) filter (where d.state = 'waiting'),
    count(*) filter (where d.state = 'parked'),
    count(*) filter (where d.state = 'delivered')
from deliveries as d left join events as e on e.position = d.position
where d.state in ('waiting', 'parked') or (d.state = 'delivered' and d.delivered_at >= %s)
group by d.integration, d.recipient
"""
_LAST: Final = """
select distinct on (integration, recipient) integration, recipient, last_status, last_error
from deliveries where state in ('waiting', 'parked') and last_error is not null
order by integration, recipient, (state = 'waiting') desc, position desc
"""
_READ: Final = """
select c.integration, c.position, (select coalesce(max(position), 0) from events) - c.position from consumed as c
"""
_PARKED: Final = "select count(*) from deliveries where state = 'parked'"


@dataclass(frozen=True, slots=True)
class Standing:
    """One integration's telling of one trust. `waiting_since`: when the oldest of what waits was recorded."""

    integration: str
    recipient: str
    waiting: int
    waiting_since: datetime | None
    parked: int
    delivered: int
    last_status: int | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """How far an integration has read, and how many events it has still to read."""

    integration: str
    position: int
    behind: int


async def standing(borrow: Borrow, since: datetime) -> list[Standing]:
    """Every trust for which something waits, is parked, or was delivered at `since` or later."""
    async with borrow() as connection:
        rows = await (await connection.execute(_STANDING, (since,))).fetchall()
        said = await (await connection.execute(_LAST)).fetchall()
    last = {(integration, recipient): (status, error) for integration, recipient, status, error in said}
    whole = [(*row, *last.get((row[0], row[1]), (None, None))) for row in rows]
    found = [Standing(*row) for row in whole]
    return sorted(found, key=lambda each: (each.recipient, each.integration))


async def reading(borrow: Borrow) -> list[Reading]:
    """Every integration that has begun to read this ICS's events."""
    async with borrow() as connection:
        return [Reading(*row) for row in await (await connection.execute(_READ)).fetchall()]


async def parked(borrow: Borrow) -> int:
    """How many deliveries of an ICS are parked."""
    async with borrow() as connection:
        row = await (await connection.execute(_PARKED, prepare=True)).fetchone()
    return int(row[0]) if row else 0
