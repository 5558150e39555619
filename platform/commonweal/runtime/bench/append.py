"""Appending: many writers at one ICS's log, each event sealed, claimed and known by who, when and why."""

import uuid
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Final

from commonweal.domain.referrals.referral import ReferralReceived
from commonweal.kernel import codec
from commonweal.kernel.append import About, Append, NewClaim, NewEvent
from commonweal.kernel.vault import DataKey
from commonweal.runtime.bench import peers
from commonweal.runtime.bench.measure import Plan, Row, Side, compared, in_turn, workers
from commonweal.runtime.bench.throwaway import throwaway
from commonweal.runtime.installation import Installation
from tenants.store import Tenant

_NARRATIVE: Final = "Would like company on a walk each week, has been on their own since moving here. " * 2
_UNIT: Final = "events/s"
_row: Final = partial(compared, _UNIT)


async def measure(servers: Installation, plan: Plan) -> list[Row]:
    """All cases."""
    url = servers.database_url
    async with AsyncExitStack() as stack:
        (tenant,) = await stack.enter_async_context(throwaway(servers, "QZB"))
        await stack.enter_async_context(peers.ground(url))
        writer = await Writer.of(tenant)
        data = writer.event("referral-0").data
        library = stack.enter_context(peers.library_recorder(url, data))
        rows: list[Row] = []
        for count, beside_library, beside_plain in ((16, 9.0, 1.5), (64, 12.0, 2.5)):
            plain = await stack.enter_async_context(peers.plain_insert(url, count, data))
            measured = await in_turn(
                plan,
                {
                    f"{count} concurrent": writer.side(count),
                    "PostgresApplicationRecorder": library,
                    f"plain INSERT, {count} connections": plain,
                },
            )
            ours = measured[f"{count} concurrent"]
            rows.append(_row(f"{count} concurrent / PostgresApplicationRecorder, 16 threads", beside_library, ours, measured["PostgresApplicationRecorder"]))  # fmt: skip
            rows.append(_row(f"{count} concurrent / plain INSERT, {count} connections", beside_plain, ours, measured[f"plain INSERT, {count} connections"]))  # fmt: skip
        one = await stack.enter_async_context(peers.plain_insert(url, 1, data))
        measured = await in_turn(plan, {"1 writer": writer.side(1), "plain INSERT, 1 connection": one})
        rows.append(_row("1 writer / plain INSERT, 1 connection", 0.35, *measured.values()))
        measured = await in_turn(
            plan, {"64 writers on one stream": writer.side(64, hot=True), "64 on 64 streams": writer.side(64)}
        )
        rows.append(_row("64 writers on one stream / 64 on 64 streams", 1.0, *measured.values()))
        return rows


class Writer:
    """Appends as the product does."""

    def __init__(self, tenant: Tenant, key: DataKey) -> None:
        self._tenant = tenant
        self._key = key
        self._hot = 0

    @classmethod
    async def of(cls, tenant: Tenant) -> "Writer":
        key = await tenant.streams.vault.make("person-of-the-bench")
        assert key is not None  # noqa: S101 – just made
        return cls(tenant, key)

    def side(self, count: int, *, hot: bool = False) -> Side:
        """So many concurrent writers: each event on a stream of its own, or all on one."""
        if hot:
            return lambda seconds: workers(count, seconds, self._together(f"referral-{uuid.uuid4()}"))
        return lambda seconds: workers(count, seconds, self._alone)

    def event(self, stream_id: str, version: int = 1) -> NewEvent:
        """A referral as stored: codes in clear, the rest sealed for this stream and version."""
        received = ReferralReceived(
            person_id="person-of-the-bench",
            source="01",
            source_org="K83001",
            source_reference=stream_id,
            setting="gp",
            priority="1",
            reasons=("loneliness",),
            narrative=_NARRATIVE,
            referrer_role="gp",
            received_at=datetime.now(UTC),
        )
        bound_to = codec.about(self._tenant.ods, stream_id, version, "ReferralReceived")
        data = codec.encode(received, bound_to, "person-of-the-bench", self._key)
        return NewEvent(stream_id, version, "ReferralReceived", data)

    async def _alone(self, _worker: int) -> None:
        await self._append(f"referral-{uuid.uuid4()}", 0)

    def _together(self, stream_id: str) -> Callable[[int], Awaitable[None]]:
        version = 0

        async def append(_worker: int) -> None:
            nonlocal version
            seen, version = version, version + 1
            await self._append(stream_id, seen)

        return append

    async def _append(self, stream_id: str, seen: int) -> None:
        log, reference = self._tenant.log, uuid.uuid4()
        claim = NewClaim("source_reference", log.hash("source_reference", str(reference)), stream_id)
        about = About(
            command_id=reference,
            occurred_at=datetime.now(UTC),
            actor="user-of-the-bench",
            channel="bench",
            correlation_id=reference,
            traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
        await log.append(Append([(stream_id, seen)], [self.event(stream_id, seen + 1)], [claim], about))
