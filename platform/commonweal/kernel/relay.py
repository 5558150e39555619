"""The relay: what the log of an ICS has, its stream has too, in the same order under the same numbers.

The stream's sequence is the log's position, so the stream itself remembers how far we came. Batches are atomic and say which
sequence must be the last before them: whoever is second, late or in doubt loses, looks where the stream ends, and goes on from
there. Nothing is lost, doubled or out of order, however often a relay is killed or two run at once.
"""

import asyncio
import base64
import contextlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from nats.aio.client import Client

from commonweal.kernel import cloud_event
from commonweal.kernel.log import Log, Recorded
from commonweal.kernel.trace import where

STREAM: Final = "EVENTS"
BATCH: Final = 500
"""Messages in a batch; a NATS server takes 1,000 at most."""
IN_FLIGHT: Final = 4 << 20
"""Bytes of stored events in a batch, unless one event alone is more."""
ANSWER: Final = 5.0
"""Seconds the server has to answer; it writes through to the disk first."""
_AGAIN: Final = (0.05, 0.2, 1.0, 5.0)
"""Seconds between tries, the last for ever."""
_HALTED: Final = 5.0
"""Seconds between looks at a stream that does not agree with its log."""
_NO_MESSAGE: Final = 10037
"""NATS: there is no message of that sequence; its age took it."""

log = structlog.get_logger()


class Doubt(Exception):  # noqa: N818
    """The server did not take a batch, or did not say; where the stream ends now tells."""


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
        """Relay whenever woken, and look each `every` seconds to be safe. Until cancelled."""
        failures = 0
        while True:
            woken.clear()
            pause = every
            try:
                await self.catch_up()
                failures, self.trouble, self.halted = 0, None, None
            except Halted as halted:
                if self.halted is None:
                    log.error("relay_halted", tenant=self.tenant, reason=str(halted))  # noqa: TRY400 – no traceback needed
                self.halted, self.position, pause = str(halted), None, max(every, _HALTED)
            except Exception as failure:  # noqa: BLE001 – whatever it is: in doubt, look where the stream ends
                self.position = None
                pause = _AGAIN[min(failures, len(_AGAIN) - 1)]
                failures += 1
                if failures > 2:
                    self.trouble = where(failure)
                    log.warning("relay_in_doubt", tenant=self.tenant, error=self.trouble)
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
        while (position := self.position) < head:
            self.behind = head - position
            recorded = _not_too_much(await self.log.after(position, self._limit))
            await self._send(position, recorded)
            self.position = recorded[-1].position
            self._limit = _next_limit(recorded)
            if self.position >= head:
                head = await self.log.head()
        self.behind = 0
        return self.position

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

    async def _send(self, last: int, recorded: Sequence[Recorded]) -> None:
        """One atomic batch: the server takes all of it, and only if the stream still ends at `last`."""
        batch = secrets.token_hex(12)
        for number, each in enumerate(recorded, 1):
            headers = {**cloud_event.headers(each), "Nats-Batch-Id": batch, "Nats-Batch-Sequence": str(number)}
            if number == 1:
                headers["Nats-Expected-Last-Sequence"] = str(last)
            if number == len(recorded):
                headers["Nats-Batch-Commit"] = "1"
            subject, message = cloud_event.subject(self.tenant, each), cloud_event.write(self.tenant, each)
            if number not in (1, len(recorded)):
                await self.nats.publish(subject, message, headers=headers)
                continue
            answer = (await self.nats.request(subject, message, timeout=self.answer, headers=headers)).data
            taken = json.loads(answer) if answer else {}
            if "error" in taken or (number == len(recorded) and taken.get("seq") != each.position):
                raise Doubt(f"the stream did not take the batch: {taken}")

    async def _ask(self, subject: str, question: dict[str, Any], missing: int | None = None) -> Any:
        """The server's answer; None where it says `missing`."""
        message = await self.nats.request(subject, json.dumps(question).encode(), timeout=self.answer)
        found = json.loads(message.data)
        if "error" in found:
            if found["error"].get("err_code") == missing:
                return None
            raise Doubt(f"the stream did not answer: {found['error']}")
        return found


def _not_too_much(recorded: Sequence[Recorded]) -> Sequence[Recorded]:
    """As many as fit in one batch, one at least."""
    total = 0
    for number, each in enumerate(recorded):
        total += len(each.data)
        if total > IN_FLIGHT and number:
            return recorded[:number]
    return recorded


def _next_limit(sent: Sequence[Recorded]) -> int:
    """How many to read next: large events are read a few at a time."""
    average = sum(len(each.data) for each in sent) // len(sent) + 1
    return max(1, min(BATCH, IN_FLIGHT // average))
