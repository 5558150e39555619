"""What happens in an ICS is collected without a word of trouble, however much of it waits."""

import asyncio
import time
from uuid import uuid4

from structlog.testing import capture_logs

from commonweal.integrations.delivery import Outcome
from commonweal.integrations.delivery.collect import BATCH, PATIENCE, Collector
from commonweal.integrations.delivery.news import QUIET, News
from commonweal.integrations.delivery.outbox import Outbox
from commonweal.integrations.hospital_discharge import INTEGRATION
from commonweal.kernel.append import About, Append, NewEvent
from commonweal.runtime.installation import Installation
from commonweal.runtime.process import end
from tests.road import Road, own_nats, road

FAILED = Outcome("waiting", None, "ConnectError", again=1.0)
ARRIVED = Outcome("delivered", 200)
PARKED = Outcome("parked", 400, "refused")


async def happen(made: Road, count: int) -> None:
    """So many events nobody outside is told of, in the log and the stream."""
    for _ in range(0, count, 500):
        several = [NewEvent(f"link_worker-{uuid4()}", 1, "CaseloadLimitChanged", b"{}") for _ in range(500)]
        seen = [(each.stream_id, 0) for each in several]
        await made.tenant.log.append(Append(seen, several, about=About(command_id=uuid4())))
    await (await made.relay()).catch_up()


async def read(collector: Collector, until: int) -> float:
    """Follow until so much is read; the seconds it took."""
    began = time.monotonic()
    task = asyncio.create_task(collector.follow())
    try:
        async with asyncio.timeout(20):
            while await collector.outbox.position() < until:
                assert collector.trouble is None
                await asyncio.sleep(0.02)
    finally:
        await end(task)
    return time.monotonic() - began


def test_several_full_batches_are_collected_at_once_and_without_trouble(servers: Installation) -> None:
    async def play() -> None:
        async with own_nats(servers) as (nats, url):
            server, _ = await nats.start()
            try:
                async with road(servers, "QZT", url) as made:
                    outbox = Outbox(INTEGRATION.name, made.tenant.pool.borrow)
                    collector = Collector(INTEGRATION, made.tenant.streams, outbox, await made.user("integration"))
                    await happen(made, 6 * BATCH)
                    with capture_logs() as said:
                        assert await read(collector, 6 * BATCH) < 2 * PATIENCE
                        # The next that happens is heard of as well, and at once.
                        await happen(made, BATCH)
                        assert await read(collector, 7 * BATCH) < 2 * PATIENCE
                    assert [line for line in said if line["log_level"] != "info"] == []
            finally:
                await server.stop()

    asyncio.run(play())


def said(news: News, now: float) -> list[tuple[str, int]]:
    return [(told.what, told.parked) for told in news.tell(now)]


def test_a_recipient_that_does_not_answer_is_said_once_and_so_is_that_it_does_again() -> None:
    news = News()
    for second in range(600):
        news.take("RNS", FAILED)
        assert said(news, float(second)) == ([("deliveries_fail", 0)] if second == 0 else [])
    news.take("RNS", ARRIVED)
    assert said(news, 600.0) == [("deliveries_arrive_again", 0)]
    news.take("RNS", ARRIVED)
    assert said(news, 700.0) == []


def test_what_is_parked_is_counted_and_said_once_a_minute_for_each_recipient() -> None:
    news = News()
    news.take("RNS", PARKED)
    news.take("RNQ", PARKED)
    assert said(news, 0.0) == [("deliveries_parked", 1), ("deliveries_parked", 1)]
    for _ in range(40):
        news.take("RNS", PARKED)
    assert said(news, QUIET - 1) == []
    assert said(news, QUIET) == [("deliveries_parked", 40)]


def test_a_recipient_that_comes_and_goes_within_the_minute_is_left_in_peace() -> None:
    news = News()
    news.take("RNS", FAILED)
    assert said(news, 0.0) == [("deliveries_fail", 0)]
    news.take("RNS", ARRIVED)
    assert said(news, 1.0) == []
    news.take("RNS", FAILED)
    assert said(news, QUIET + 1) == []
