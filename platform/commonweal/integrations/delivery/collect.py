"""Collecting: from everything that happens in an ICS, what somebody outside must be told goes into the outbox, once."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from commonweal.integrations.delivery import Integration
from commonweal.integrations.delivery.outbox import Outbox, Overtaken
from commonweal.kernel import cloud_event
from commonweal.kernel.append import IMPORT
from commonweal.kernel.backoff import Backoff
from commonweal.kernel.log import Recorded
from commonweal.kernel.relay import STREAM
from commonweal.kernel.streams import Streams
from commonweal.kernel.trace import batch, where

BATCH: Final = 500
BYTES: Final = 8 << 20
"""Of messages on their way at once."""
PATIENCE: Final = 5.0
"""Seconds the server is asked to wait for news, and those after which we ask again."""
REDELIVERY: Final = 5.0
"""Seconds after which the server sends again what a process took with it when it was killed."""
_AGAIN: Final = (0.1, 1.0, 5.0)
_THE_END: Final = ("404", "408")
"""Of a wish: there is nothing, there was nothing in time."""
_COMPLETED: Final = "Batch Completed"
"""So is this, which comes with 409, as what went wrong does."""

log = structlog.get_logger()


class NotGiven(Exception):  # noqa: N818
    """The stream's consumer gives no messages; the message is the server's status, which names nobody."""


@dataclass
class Collector:
    """One integration's reading of one ICS's stream. `nats`: a connection with the role `integration` of the ICS's account.

    The high-water mark is in the outbox, written with what follows from the events up to it. A message at or below it was
    understood before; what is missing between it and a message (a redelivery still to come, messages grown too old) is read
    from the log, so that order and completeness never hang on what the server remembers of us.
    """

    integration: Integration
    streams: Streams
    outbox: Outbox
    nats: Client
    added: Callable[[], None] = lambda: None
    """Told after something was put into the outbox."""
    trouble: str | None = None
    _inbox: Subscription | None = field(default=None, repr=False)
    _asked: int = field(default=0, repr=False)

    async def follow(self) -> None:
        """Collect for ever, until cancelled; an error is shown and tried again."""
        backoff = Backoff(_AGAIN)
        while True:
            try:
                position = await self._begin()
                while True:
                    position = await self.collect(position)
                    self.trouble = None
                    backoff.over()
            except Overtaken:
                await asyncio.sleep(_AGAIN[-1])
            except Exception as failure:  # shown and tried again: nothing is acknowledged before it is written
                why = f"NATS says {failure}" if isinstance(failure, NotGiven) else where(failure)
                self.trouble = f"{self.integration.name} of {self.streams.tenant} does not read its stream: {why}"
                log.warning("not_collecting", integration=self.integration.name, tenant=self.streams.tenant, error=why)
                if self.nats.is_closed:  # for good: whoever started us connects anew
                    raise
                await asyncio.sleep(backoff.next())

    async def collect(self, position: int) -> int:
        """Wait for messages, note what must be told, acknowledge. The new high-water mark."""
        messages = await self._pull()
        fresh = [(_sequence(message), message) for message in messages]
        fresh = [each for each in fresh if each[0] > position]
        if fresh:
            head = fresh[-1][0]
            recorded = await self._understand(position, fresh)
            wanted = [(each, who) for each in recorded if (who := await self._recipient(each)) is not None]
            traces = (each.traceparent for each, _ in wanted)
            with batch(f"collect {self.integration.name}", traces, tenant=self.streams.tenant, events=len(wanted)):
                await self.outbox.add(wanted, position, head)
            position = head
            if wanted:
                self.added()
        for message in messages:
            await message.ack()
        return position

    async def _understand(self, position: int, fresh: Sequence[tuple[int, Msg]]) -> list[Recorded]:
        """The events behind `position` that this integration tells of, in order."""
        found: list[Recorded] = []
        for sequence, message in fresh:
            while position < sequence - 1:
                missed = await self.streams.log.after(position, min(BATCH, sequence - 1 - position))
                found += [each for each in missed if each.type in self.integration.events]
                position = missed[-1].position
            if message.subject.rpartition(".")[2] in self.integration.events:
                found.append(cloud_event.read(message.data))
            position = sequence
        return found

    async def _recipient(self, recorded: Recorded) -> str | None:
        if recorded.channel == IMPORT:
            return None  # it happened long ago, in another tool
        return await self.integration.recipient(self.streams, recorded)

    async def _begin(self) -> int:
        """The consumer is there, our inbox is open, we know how far we are."""
        if self._inbox is not None:
            with suppress(Exception):  # whatever state it was in: a new one follows
                await self._inbox.unsubscribe()
        position = await self.outbox.position()
        await self.nats.jetstream(timeout=PATIENCE).add_consumer(
            STREAM,
            ConsumerConfig(
                durable_name=self.integration.name,
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=REDELIVERY,
                max_ack_pending=4 * BATCH,
            ),
        )
        self._inbox = await self.nats.subscribe(f"{self.nats.new_inbox()}.*")
        return position

    async def _pull(self) -> list[Msg]:
        """What there is now; where there is nothing, the next message as soon as there is one, or nothing for a while."""
        if messages := await self._ask({"batch": BATCH, "max_bytes": BYTES, "no_wait": True}):
            return messages
        return await self._ask({"batch": 1, "expires": int(PATIENCE * 1e9)})

    async def _ask(self, wish: dict[str, object]) -> list[Msg]:
        """What the server gives for one wish, each with a place of its own for the server's answer.

        It may close a wish after the last message we waited for; what it says of an earlier wish than ours is passed over.
        """
        assert self._inbox is not None  # noqa: S101 – opened by `_begin`
        self._asked += 1
        here = self._inbox.subject.removesuffix("*") + str(self._asked)
        await self.nats.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{self.integration.name}", json.dumps(wish).encode(), reply=here
        )
        found: list[Msg] = []
        while len(found) < int(str(wish["batch"])):
            message = await self._inbox.next_msg(timeout=PATIENCE + 2)
            if message.reply:  # a message to acknowledge; the server's own words have nowhere to answer to
                found.append(message)
            elif message.subject == here:
                headers = message.headers or {}
                status, why = headers.get("Status", ""), headers.get("Description", "")
                if found or status in _THE_END or why == _COMPLETED:
                    break
                raise NotGiven(f"{status} {why}".strip())
        return found


def _sequence(message: Msg) -> int:
    """The position of a message's event."""
    return message.metadata.sequence.stream
