"""Sending: each delivery in its turn, asked anew before every try whether they may still know, until it is told or given up.

Deliveries about one referral go one after another, each waiting until the one before it is delivered, withheld or parked. One
that is parked holds back none behind it: each says the whole of how things stand, so a later one makes up for it. For the same
reason one that is tried again after a later one was told is not sent any more: it would set back what they know.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from commonweal.integrations.delivery import Delivery, Integration, Outcome, Withheld
from commonweal.integrations.delivery.carry import Carrier
from commonweal.integrations.delivery.news import News
from commonweal.integrations.delivery.outbox import LEASE, OVERTAKEN, Outbox
from commonweal.kernel import trace
from commonweal.kernel.counting import DELIVERIES
from commonweal.kernel.streams import Streams
from commonweal.kernel.trace import where

BACKOFF: Final = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, 21600.0)
"""Seconds after each failed try; after the last it is parked."""
AT_ONCE: Final = 4
"""Tries under way to one recipient: a recipient that stalls holds up nobody else."""
AGAIN_LATER: Final = frozenset({408, 409, 425, 429})
"""Refusals that may not hold for ever. Any other below 500 does: the message or the address is wrong."""
_LONDON: Final = ZoneInfo("Europe/London")

log = structlog.get_logger()


def today() -> date:
    """The day on which consents are weighed."""
    return datetime.now(_LONDON).date()


@dataclass
class Sender:
    """One integration's sending in one ICS."""

    integration: Integration
    streams: Streams
    outbox: Outbox
    carrier: Carrier
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    backoff: Sequence[float] = BACKOFF
    lease: float = LEASE
    day: Callable[[], date] = today
    trouble: str | None = None
    _under_way: dict["asyncio.Task[None]", str] = field(default_factory=dict, repr=False)
    _news: News = field(default_factory=News, repr=False)

    async def follow(self, every: float = 1.0) -> None:
        """Send for ever, until cancelled: whenever woken or done with one, and each `every` seconds for what has become due."""
        try:
            while True:
                self.woken.clear()
                try:
                    await self._begin_tries()
                    self.trouble = None
                    self._tell()
                except Exception as failure:  # noqa: BLE001 – shown and tried again
                    self.trouble = (
                        f"{self.integration.name} of {self.streams.tenant} does not read its outbox, {where(failure)}"
                    )
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.woken.wait(), every)
        finally:
            for task in self._under_way:
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _begin_tries(self) -> None:
        busy = Counter(self._under_way.values())
        for recipient in await self.outbox.recipients():
            if (free := AT_ONCE - busy[recipient]) <= 0:
                continue
            for delivery in await self.outbox.take(recipient, free, self.lease):
                task = asyncio.create_task(self._try(delivery))
                self._under_way[task] = recipient
                task.add_done_callback(self._ended)

    def _tell(self) -> None:
        for told in self._news.tell(time.monotonic()):
            log.log(
                logging.INFO if told.well else logging.WARNING,
                told.what,
                integration=self.integration.name,
                tenant=self.streams.tenant,
                recipient=told.recipient,
                parked=told.parked,
                status=told.last.status,
                error=told.last.error,
            )

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._under_way.pop(task, None)
        self.woken.set()
        if not task.cancelled() and (failure := task.exception()) is not None:
            # It could not be settled; once its lease has run out it is tried again.
            log.warning("delivery_not_settled", tenant=self.streams.tenant, error=where(failure))

    async def _try(self, delivery: Delivery) -> None:
        event = next(iter(await self.streams.log.after(delivery.position - 1, 1)), None)
        name, tenant = self.integration.name, self.streams.tenant
        with trace.attached(event.traceparent if event else None), trace.span(f"deliver {name}", tenant=tenant) as span:
            outcome = await self._outcome(delivery)
            span.note(outcome=outcome.state, attempt=delivery.attempts)
        DELIVERIES.add(name, outcome.state, tenant)
        if self.integration.settled is not None:
            await self.integration.settled(self.streams, delivery, outcome)
        if await self.outbox.settle(delivery, outcome):
            self._news.take(delivery.recipient, outcome)
            log.debug(
                "delivery",
                integration=self.integration.name,
                tenant=self.streams.tenant,
                event_id=str(delivery.event_id),
                recipient=delivery.recipient,
                attempt=delivery.attempts,
                state=outcome.state,
                status=outcome.status,
                error=outcome.error,
            )

    async def _outcome(self, delivery: Delivery) -> Outcome:
        try:
            if delivery.forgiven and await self.outbox.overtaken(delivery):
                return Outcome("withheld", error=OVERTAKEN)
            prepared = await self.integration.prepare(self.streams, delivery, self.day())
            if isinstance(prepared, Withheld):
                return Outcome("withheld", error=prepared.reason)
            status = await self.carrier.carry(prepared)
        except TimeoutError:
            return self._failed(delivery, "timeout")
        except Exception as failure:  # noqa: BLE001 – of the network or ours: its kind is kept, and it is tried again
            return self._failed(delivery, type(failure).__name__)
        if status is None or 200 <= status < 300:
            return Outcome("delivered", status)
        if status < 500 and status not in AGAIN_LATER:
            return Outcome("parked", status, "refused")
        return self._failed(delivery, "not_now", status)

    def _failed(self, delivery: Delivery, error: str, status: int | None = None) -> Outcome:
        tries = delivery.attempts - delivery.forgiven
        if tries > len(self.backoff):
            return Outcome("parked", status, error)
        return Outcome("waiting", status, error, again=self.backoff[tries - 1])
