"""The outbox: what an integration has to tell, kept with the ICS's data until it is told, withheld or given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commonweal.integrations.delivery import Delivery, Outcome
from commonweal.kernel.log import Borrow, Recorded

LEASE: Final = 60.0
"""Seconds after which a try nobody settled is given up for lost: its process was killed."""
OVERTAKEN: Final = "overtaken"
"""Why one that is tried again is withheld: they were told something later of the same referral."""

_BEGIN: Final = "insert into consumed (integration) values (%s) on conflict do nothing"
_POSITION: Final = "select position from consumed where integration = %s"
_ADVANCE: Final = "update consumed set position = %s where integration = %s and position = %s"
_ADD: Final = """
insert into deliveries (integration, event_id, position, stream_id, version, type, recipient)
select %s, * from unnest(%s::uuid[], %s::int8[], %s::text[], %s::int[], %s::text[], %s::text[])
"""
_WAITING: Final = """
select recipient from deliveries where integration = %s and state = 'waiting' and next_try_at <= now() group by recipient
"""
_TAKE: Final = """
with due as (
    select event_id from deliveries as d
    where integration = %(integration)s and recipient = %(recipient)s and state = 'waiting' and next_try_at <= now()
        and not exists (
            select from deliveries as before
            where before.integration = d.integration and before.stream_id = d.stream_id and before.state = 'waiting'
                and before.position < d.position
        )
    order by next_try_at, position
    limit %(limit)s
    for update skip locked
)
update deliveries as d
set attempts = attempts + 1, next_try_at = now() + make_interval(secs => %(lease)s)
from due
where d.integration = %(integration)s and d.event_id = due.event_id and d.state = 'waiting' and d.next_try_at <= now()
returning d.event_id, d.position, d.stream_id, d.version, d.type, d.recipient, d.attempts, d.forgiven
"""
_SETTLE: Final = """
update deliveries
set state = %(state)s, last_status = %(status)s, last_error = %(error)s,
    next_try_at = now() + make_interval(secs => %(again)s),
    delivered_at = case when %(state)s = 'delivered' then now() end
where integration = %(integration)s and event_id = %(event_id)s and state = 'waiting' and attempts = %(attempts)s
"""


_NEWER: Final = """
select exists (
    select from deliveries as later
    where later.integration = %s and later.stream_id = %s and later.position > %s and later.state = 'delivered'
)
"""


class Overtaken(Exception):  # noqa: N818
    """Another process reads for this integration; its work stands, ours was not written."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """One integration's outbox in one ICS."""

    integration: str
    borrow: Borrow

    async def position(self) -> int:
        """How far the integration has read."""
        async with self.borrow() as connection:
            await connection.execute(_BEGIN, (self.integration,))
            row = await (await connection.execute(_POSITION, (self.integration,))).fetchone()
        assert row is not None  # noqa: S101 – it was made in the line above
        return int(row[0])

    async def add(self, wanted: Sequence[tuple[Recorded, str]], before: int, after: int) -> None:
        """Note (event, recipient) and that everything up to `after` was read, both or neither. Raises `Overtaken`."""
        events = [event for event, _ in wanted]
        async with self.borrow() as connection, connection.transaction():
            moved = await connection.execute(_ADVANCE, (after, self.integration, before))
            if moved.rowcount != 1:
                raise Overtaken(f"{self.integration} is read for by another process")
            if events:
                columns = [
                    [event.event_id for event in events],
                    [event.position for event in events],
                    [event.stream_id for event in events],
                    [event.version for event in events],
                    [event.type for event in events],
                    [recipient for _, recipient in wanted],
                ]
                await connection.execute(_ADD, [self.integration, *columns])

    async def recipients(self) -> list[str]:
        """Whom there may be something for now."""
        async with self.borrow() as connection:
            rows = await (await connection.execute(_WAITING, (self.integration,), prepare=True)).fetchall()
        return [row[0] for row in rows]

    async def take(self, recipient: str, limit: int, lease: float) -> list[Delivery]:
        """Begin a try of up to `limit` that are due and have no earlier one of their stream waiting; ours for `lease` seconds."""
        wish = {"integration": self.integration, "recipient": recipient, "limit": limit, "lease": lease}
        async with self.borrow() as connection:
            rows = await (await connection.execute(_TAKE, wish, prepare=True)).fetchall()
        return [Delivery(*row) for row in rows]

    async def settle(self, delivery: Delivery, outcome: Outcome) -> bool:
        """Write down what came of a try; False where it was given up for lost in the meantime and counts no more."""
        written = {
            "integration": self.integration,
            "event_id": delivery.event_id,
            "attempts": delivery.attempts,
            "state": outcome.state,
            "status": outcome.status,
            "error": outcome.error,
            "again": outcome.again,
        }
        async with self.borrow() as connection:
            return (await connection.execute(_SETTLE, written, prepare=True)).rowcount == 1

    async def overtaken(self, delivery: Delivery) -> bool:
        """Were they told something later of the same referral?"""
        wish = (self.integration, delivery.stream_id, delivery.position)
        async with self.borrow() as connection:
            row = await (await connection.execute(_NEWER, wish, prepare=True)).fetchone()
        return bool(row and row[0])
