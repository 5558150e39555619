"""Reacting: the reactor of one ICS reads its log, sends the commands that follow, and watches the clock.

The commands of a batch go first, then what was noted is written together with the position. Whatever is cut off in between is done
again, and as each command's id is made from the event it follows, doing it again changes nothing.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid5

import structlog
from psycopg import AsyncConnection

from commonweal.domain import policies
from commonweal.domain.deadlines import deadlines as deadlines_of
from commonweal.domain.deadlines import when_due
from commonweal.domain.message import Refused
from commonweal.domain.policies import Compare, Forget, Notes, Send
from commonweal.kernel import deadlines, notes, trace
from commonweal.kernel.append import IMPORT, About
from commonweal.kernel.backoff import Backoff
from commonweal.kernel.deadlines import Timed
from commonweal.kernel.handle import handle
from commonweal.kernel.log import Borrow
from commonweal.kernel.streams import Fact, Streams
from commonweal.kernel.trace import where

BATCH: Final = 2_000
FIRED_AT_ONCE: Final = 200
_BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 60.0)
_POSITION: Final = "select position from reactor"
_ADVANCE: Final = "update reactor set position = %s, recorded_at = %s where position = %s"

log = structlog.get_logger()


class Overtaken(Exception):  # noqa: N818
    """Another process reacts for this ICS; its work stands, ours was not written."""


async def _nobody(_person_id: str, _position: int) -> Sequence[str]:
    return ()


def clock() -> datetime:
    """Now."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Reactor:
    """One ICS's policies and deadlines.

    `forget(person_id, basis)` destroys all that is left of someone erased; `same_details(person_id, position)` finds other records
    that may be the same person's; `now` is the clock its deadlines go by.
    """

    streams: Streams
    borrow: Borrow
    forget: Callable[[str, str], Awaitable[None]]
    now: Callable[[], datetime] = clock
    same_details: Callable[[str, int], Awaitable[Sequence[str]]] = _nobody
    stopped: str | None = None
    """Why it goes no further, while it does not: without personal data, for health and telemetry."""
    caught_up: bool = False
    """It has come to the end of the log once."""
    _backoff: Backoff = field(default_factory=lambda: Backoff(_BACKOFF))

    @property
    def complaint(self) -> str:
        """For the process's heartbeat; empty when all is well."""
        if self.stopped:
            return self.stopped
        return "" if self.caught_up else f"{self.streams.tenant}: the reactor is catching up"

    async def follow(self, woken: asyncio.Event, every: float = 5.0) -> None:
        """React whenever woken or something falls due, and look each `every` seconds to be safe. Until cancelled.

        An error stops this ICS here, is shown, and is tried again; no event is skipped.
        """
        while True:
            try:
                woken.clear()
                await self.react()
                pause = await self._until_next(every)
                self.stopped = None
                self._backoff.over()
            except Overtaken:
                continue
            except Exception as failure:  # noqa: BLE001 – shown and retried: the other ICSs go on
                self.stopped = f"{self.streams.tenant}: the reactor is stopped by {where(failure)}"
                log.error("reactor_stopped", tenant=self.streams.tenant, error=where(failure))  # noqa: TRY400 – a traceback could show a person's details
                await asyncio.sleep(self._backoff.next())
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), pause)

    async def react(self) -> int:
        """All that follows from what is committed and due by now. The position it has come to.

        Nothing fires before the end of the log is reached: what seems overdue may have been settled further on.
        """
        while True:
            position = await self.catch_up()
            self.caught_up = True
            if not await self._fire():
                return position

    async def catch_up(self) -> int:
        """What follows at once from each event committed by now. The position it has come to.

        A long log is read at some 20,000 events a second; each event from which a command follows takes about a millisecond
        more, also where that command was carried out long ago.
        """
        async with self.borrow() as connection:
            row = await (await connection.execute(_POSITION, prepare=True)).fetchone()
        assert row is not None  # noqa: S101 – the migration wrote it
        position = int(row[0])
        while recorded := await self.streams.log.after(position, BATCH):
            facts = await self.streams.understand(recorded)
            await self._take(position, facts)
            position = facts[-1].position
            if self.stopped:  # it goes again, and has what it missed to read
                self.stopped, self.caught_up = None, False
                self._backoff.over()
        return position

    async def _take(self, position: int, facts: list[Fact]) -> None:
        async with self.borrow() as connection:
            noted = await notes.read(connection, facts)
        timed: list[Timed] = []
        for fact in facts:
            noted.note(fact.identity, fact.event)
            sent = () if fact.channel == IMPORT else policies.follows(noted, fact.identity, fact.event, fact.at)
            for each in sent:
                with trace.attached(fact.traceparent):
                    await self._carry_out(each, fact)
            found = deadlines_of(noted.policies, fact.identity, fact.event)
            timed += [Timed(each, fact.event_id, fact.position) for each in found]
        async with self.borrow() as connection, connection.transaction():
            await self._write(connection, position, facts, noted, timed)

    async def _write(
        self, connection: AsyncConnection[Any], position: int, facts: list[Fact], noted: Notes, timed: list[Timed]
    ) -> None:
        newest = facts[-1]
        moved = await connection.execute(_ADVANCE, (newest.position, newest.recorded_at, position), prepare=True)
        if moved.rowcount != 1:
            raise Overtaken(f"another process reacts for {self.streams.tenant}")
        await notes.write(connection, facts, noted)
        await deadlines.write(connection, timed)

    async def _carry_out(self, what: Send | Forget | Compare, fact: Fact) -> None:
        match what:
            case Send(policy=policy, identity=identity, command=command):
                name = f"{policy} {identity}"
                await self._send(name, identity, command, fact.event_id, fact.position, self.now(), fact.traceparent)
            case Forget(person_id=person_id, basis=basis):
                await self.forget(person_id, basis)
            case Compare(person_id=person_id):
                for other_id in await self.same_details(person_id, fact.position):
                    await self._carry_out(policies.same_details(person_id, other_id), fact)

    async def _fire(self) -> int:
        """Send what has fallen due. How many there were."""
        now = self.now()
        async with self.borrow() as connection:
            timed = await deadlines.due(connection, now, FIRED_AT_ONCE)
        for each in timed:
            due = each.deadline
            await self._send(
                due.kind, due.identity, when_due(due, now), each.event_id, each.position, due.due_at or now
            )
        if timed:
            async with self.borrow() as connection:
                await deadlines.fired(connection, timed, now)
        return len(timed)

    async def _send(
        self,
        name: str,
        identity: str,
        command: object,
        because: UUID,
        position: int,
        at: datetime,
        traceparent: str | None = None,
    ) -> None:
        about = About(
            command_id=uuid5(because, name),
            occurred_at=at,
            actor="reactor",
            channel="system",
            causation_id=because,
            traceparent=traceparent,
        )
        try:
            await handle(self.streams, identity, command, about)
        except Refused:
            log.warning(
                "reactor_refused", tenant=self.streams.tenant, command=type(command).__name__, position=position
            )

    async def _until_next(self, every: float) -> float:
        """Seconds to sleep: until something falls due, `every` at most."""
        async with self.borrow() as connection:
            due_at = await deadlines.next_due(connection)
        return every if due_at is None else min(every, max(0.0, (due_at - self.now()).total_seconds()))
