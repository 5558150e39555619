"""Parked: what could not be told and was given up, until somebody looks at it and has it tried again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from commonweal.integrations.delivery.outbox import LEASE, OVERTAKEN
from commonweal.kernel.log import Borrow

_COLUMNS: Final = """
select d.integration, d.recipient, d.event_id, d.type, d.stream_id, d.version, d.position, d.state, d.attempts, d.forgiven,
    d.last_status, d.last_error, e.recorded_at, d.delivered_at,
    exists (
        select from deliveries as later
        where later.integration = d.integration and later.stream_id = d.stream_id and later.position > d.position
            and later.state = 'delivered'
    )
from deliveries as d left join events as e on e.position = d.position
"""
_LIST: Final = f"{_COLUMNS} where d.state = 'parked' order by d.position, d.integration limit %s"
_SHOW: Final = f"{_COLUMNS} where d.event_id = %s order by d.integration"
_OVERTAKEN: Final = """
update deliveries as d set state = 'withheld', last_error = %(overtaken)s
where d.state = 'parked' and (%(integration)s::text is null or d.integration = %(integration)s)
    and (%(recipient)s::text is null or d.recipient = %(recipient)s)
    and (%(event_id)s::uuid is null or d.event_id = %(event_id)s)
    and exists (
        select from deliveries as later
        where later.integration = d.integration and later.stream_id = d.stream_id and later.position > d.position
            and later.state = 'delivered'
    )
"""
_AGAIN: Final = """
update deliveries as d set state = 'waiting', forgiven = d.attempts,
    next_try_at = coalesce(
        (
            select case when count(*) > 0 then least(max(later.next_try_at), now() + make_interval(secs => %(lease)s)) end
            from deliveries as later
            where later.integration = d.integration and later.stream_id = d.stream_id and later.position > d.position
                and later.state = 'waiting' and later.attempts > later.forgiven
        ),
        now()
    )
where d.state = 'parked' and (%(integration)s::text is null or d.integration = %(integration)s)
    and (%(recipient)s::text is null or d.recipient = %(recipient)s)
    and (%(event_id)s::uuid is null or d.event_id = %(event_id)s)
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery as whoever looks at it sees it: references and what was tried, nothing of the person."""

    integration: str
    recipient: str
    event_id: UUID
    type: str
    stream_id: str
    version: int
    position: int
    state: str
    attempts: int
    forgiven: int
    last_status: int | None
    last_error: str | None
    happened_at: datetime | None
    """When what it tells of was recorded."""
    delivered_at: datetime | None
    overtaken: bool
    """They were told something later of the same referral."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of having some tried again: so many wait once more, so many need not be told any more."""

    waiting: int
    overtaken: int


@dataclass(frozen=True, slots=True)
class Parked:
    """The parked deliveries of one ICS, of all its integrations."""

    borrow: Borrow

    async def letters(self, limit: int = 1000) -> list[Letter]:
        """The oldest first."""
        async with self.borrow() as connection:
            rows = await (await connection.execute(_LIST, (limit,))).fetchall()
        return [Letter(*row) for row in rows]

    async def about(self, event_id: UUID) -> list[Letter]:
        """What each integration had to tell of one event, parked or not."""
        async with self.borrow() as connection:
            rows = await (await connection.execute(_SHOW, (event_id,))).fetchall()
        return [Letter(*row) for row in rows]

    async def replay(
        self, integration: str | None = None, recipient: str | None = None, event_id: UUID | None = None
    ) -> Replayed:
        """Have them tried again, all that fit what is named; whether they may be told is asked anew at each try.

        One whose referral they were told something later of is not tried: it is withheld as overtaken. Where a later one may be
        under way this very moment, it waits until that is over.
        """
        wish = {"integration": integration, "recipient": recipient, "event_id": event_id}
        async with self.borrow() as connection, connection.transaction():
            overtaken = await connection.execute(_OVERTAKEN, {**wish, "overtaken": OVERTAKEN})
            waiting = await connection.execute(_AGAIN, {**wish, "lease": LEASE})
        return Replayed(waiting.rowcount, overtaken.rowcount)
