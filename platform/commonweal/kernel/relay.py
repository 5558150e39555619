"""The relay: what the log of an ICS has, its stream has too, in the same order under the same numbers.

The stream's sequence is the log's position, so the stream itself remembers how far we came. Batches are atomic and say which
sequence must be the last before them: whoever is second, late or in doubt loses, looks where the stream ends, and goes on from
there. Nothing is lost, doubled or out of order, however often a relay is killed or two run at once.
"""

import asyncio
import base64
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from nats.aio.client import Client

from commonweal.kernel import cloud_event, trace
from commonweal.kernel.backoff import Backoff
from commonweal.kernel.log import Log
from commonweal.kernel.stream_batch import BATCH, Batch, Doubt, batch_of, next_limit, not_too_much, send
from commonweal.kernel.trace import where

STREAM: Final = "EVENTS"
ANSWER: Final = 5.0
"""Seconds the server has to answer; it writes through to the disk first."""
_AGAIN: Final = (0.05, 0.2, 1.0, 5.0)
"""Seconds between tries, the last for ever."""
_HALTED: Final = 5.0
"""Seconds between looks at a stream that does not agree with its log."""
_NO_MESSAGE: Final = 10037
"""NATS: there is no message of that sequence; its age took it."""

log = structlog.get_logger()


class Halted(Exception):  # noqa: N818
    """The stream and the log tell different stories: a database was restored to the past. Nothing more is sent."""


@dataclass
class Relay:
    """One ICS's log on its way to its stream. `nats` is a connection with the role `relay` of the ICS's account."""

    tenant: str
    log: Log
    nats: Client
    answer: float = ANSWER
    position: int | None = None
    """Where the stream ends; None while that is in doubt."""
    behind: int = 0
    """Events in the log that are not in the stream, when last looked at."""
    halted: str | None = None
    trouble: str | None = None
    """What keeps it from going on, as long as something does; free of personal data."""
    _limit: int = field(default=BATCH, repr=False)

    @property
    def complaint(self) -> str:
        """For the process's heartbeat; empty when all is well."""
        if self.halted:
            return self.halted
        return f"{self.tenant}: the stream is behind the log, {self.trouble}" if self.trouble else ""

    async def follow(self, woken: asyncio.Event, every: float = 1.0) -> None:
        """Relay whenever woken, and look each `every` seconds to be safe. Until cancelled, or `nats` is closed for good."""
        backoff = Backoff(_AGAIN)
        while True:
            woken.clear()
            pause = every
            try:
                await self.catch_up()
                self.trouble = self.halted = None
                backoff.over()
            except Halted as halted:
                if self.halted is None:
                    log.error("relay_halted", tenant=self.tenant, reason=str(halted))  # noqa: TRY400 – no traceback needed
                self.halted, self.position, pause = str(halted), None, max(every, _HALTED)
            except Exception as failure:  # whatever it is: in doubt, look where the stream ends
                self.position = None
                pause = backoff.next()
                if backoff.failures > 2:
                    self.trouble = where(failure)
                    log.warning("relay_in_doubt", tenant=self.tenant, error=self.trouble)
                if self.nats.is_closed:  # for good: it does not come back by itself
                    self.trouble = where(failure)
                    raise
                await asyncio.sleep(pause)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), pause)

    async def catch_up(self) -> int:
        """Relay everything committed by now; where the stream then ends.

        Raises `Halted`, `Doubt`, and whatever NATS or PostgreSQL raise; after any of them set `position` to None.
        """
        if self.position is None:
            self.position = await self._end()
        head = await self.log.head()
        if head < self.position:
            raise Halted(self._ahead(head, self.position))
        batch = await self._read(self.position) if head > self.position else None
        while batch is not None:
            self.behind = max(head, batch.end) - self.position
            following = asyncio.create_task(self._read(batch.end))  # read while the server writes this one
            try:
                traces = (headers.get("traceparent") for _, _, headers in batch.messages)
                with trace.batch("relay", traces, tenant=self.tenant, events=len(batch.messages)):
                    await send(self.nats, self.position, batch, self.answer)
                self.position = batch.end
                batch = await following
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
        self.behind = 0
        return self.position

    async def _read(self, position: int) -> Batch | None:
        """What stands behind a position in the log, as much as goes in one batch; None where nothing does.

        Raises `Halted` where the log has no such next position: it cannot be that the stream has come further.
        """
        recorded = not_too_much(await self.log.after(position, self._limit))
        if not recorded:
            return None
        if recorded[0].position != position + 1:
            raise Halted(
                f"{self.tenant}: the log has nothing at position {position + 1}. Nothing is relayed over a hole"
            )
        self._limit = next_limit(recorded)
        return batch_of(self.tenant, recorded)

    async def _end(self) -> int:
        """The stream's last sequence, once its last message is seen to be the log's event of that position."""
        info = await self._ask(f"$JS.API.STREAM.INFO.{STREAM}", {})
        end = int(info["state"]["last_seq"])
        if info["state"]["messages"] == 0:
            return end
        kept = await self._ask(f"$JS.API.STREAM.MSG.GET.{STREAM}", {"seq": end}, missing=_NO_MESSAGE)
        if kept is None:
            return end
        theirs = cloud_event.read(base64.b64decode(kept["message"]["data"]))
        ours = await self.log.after(end - 1, 1)
        if ours and ours[0] != theirs:
            raise Halted(
                f"{self.tenant}: at position {end} the stream has another event than the log. Was the database restored to the "
                "past and written to since? Nothing is relayed until they agree"
            )
        return end

    def _ahead(self, head: int, end: int) -> str:
        return (
            f"{self.tenant}: the stream ends at {end}, the log at {head}. Was the database restored to the past? "
            "Nothing is relayed until the missing events are in the log again"
        )

    async def _ask(self, subject: str, question: dict[str, Any], missing: int | None = None) -> Any:
        """The server's answer; None where it says `missing`."""
        message = await self.nats.request(subject, json.dumps(question).encode(), timeout=self.answer)
        found = json.loads(message.data)
        if "error" in found:
            if found["error"].get("err_code") == missing:
                return None
            raise Doubt(f"the stream did not answer: {found['error']}")
        return found
