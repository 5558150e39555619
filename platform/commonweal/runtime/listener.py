"""The listener: hospitals' computers call here, each trust on a line of its own, and are told what became of each message."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

import structlog

from commonweal.domain import tenant as ics
from commonweal.intake.hl7v2 import acknowledge, mllp
from commonweal.kernel.trace import where
from commonweal.runtime import hospital_feed, lag
from commonweal.runtime.letterbox_reader import read_letterboxes
from commonweal.runtime.open_store import open_store
from commonweal.runtime.process import Process, end, run
from commonweal.runtime.settings import Settings
from tenants.store import Store

POLL: Final = 3.0
"""Seconds between two looks at which ICSs and trusts there are."""
LEFT: Final = timedelta(minutes=1)
"""A message put away so long ago is not under way any more, in whatever process: its answer took too long, or the process ended."""
FINISH: Final = 3.0
"""Seconds that messages under way have when we are asked to end; the process has `process.GRACE`."""

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Who calls on a port. Whatever a message says of itself, it is this trust's, for this ICS."""

    port: int
    tenant: str
    trust: str


def lines(known: Mapping[str, ics.State], settings: Settings) -> list[Line]:
    """A line for each trust that names one: line 3 is the third port behind `mllp_port`. In development, where none does: one
    for the first trust, on `mllp_port` itself."""
    trusts = [(ods, trust) for ods, state in sorted(known.items()) for trust in state.trusts.values()]
    found = [
        Line(settings.mllp_port + trust.mllp_line, ods, trust.trust)
        for ods, trust in trusts
        if trust.mllp_line is not None
    ]
    if not found and trusts and settings.environment == "development":
        ods, trust = trusts[0]
        return [Line(settings.mllp_port, ods, trust.trust)]
    return found


@dataclass(slots=True)
class Exchange:
    """The lines of one process: which are open, what is under way on them, what is wrong."""

    store: Store
    settings: Settings
    open: dict[Line, asyncio.Server] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    closing: bool = False
    _healed: set[str] = field(default_factory=set)
    _under_way: set[asyncio.Task[bytes]] = field(default_factory=set)

    def complaint(self) -> str:
        """What is wrong now, for whoever runs the installation; empty when all is well."""
        return "; ".join(self.wrong)

    async def look(self) -> None:
        """Finish what was left, then open the lines that are wanted and close those that are not."""
        wrong: list[str] = []
        try:
            roster = await self.store.roster()
        except Exception as failure:  # noqa: BLE001 – the open lines go on, and answer that it cannot be recorded now
            self.wrong = [f"the roster cannot be read ({where(failure)})"]
            return
        known = {ods: state for ods in roster if (state := await self._know(ods, wrong)) is not None}
        unknown = roster.keys() - known.keys()
        wanted = lines(known, self.settings) if not unknown else [*lines(known, self.settings), *self._kept(unknown)]
        for line in self.open.keys() - set(wanted):
            self.open.pop(line).close()
        closed = [line for line in wanted if line not in self.open]
        self.wrong = [*wrong, *[why for line in closed if (why := await self._open(line))]]

    async def close(self) -> None:
        """Take no more messages; those under way are answered if that does not take too long."""
        self.closing = True
        for server in self.open.values():
            server.close()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=FINISH)
            await asyncio.sleep(0)  # the last answers are written

    async def _know(self, ods: str, wrong: list[str]) -> ics.State | None:
        """How an ICS is put together now. What was left of its messages is finished before its lines are opened."""
        try:
            tenant = await self.store.tenant(ods)
            healed = await hospital_feed.heal(tenant, LEFT if ods in self._healed else timedelta(0))
            if healed:
                log.info("messages finished that were left", tenant=ods, messages=healed)
            self._healed.add(ods)
            await tenant.streams.get(ics.CATEGORY, ods)
            state: ics.State = (await tenant.streams.committed(ics.CATEGORY, ods)).state
        except Exception as failure:  # noqa: BLE001 – the other ICSs are served
            wrong.append(f"the messages for {ods} cannot be taken in ({where(failure)})")
            return None
        return state

    def _kept(self, unknown: set[str]) -> list[Line]:
        """Lines of ICSs that cannot be read just now stay open: hospitals are told to send again."""
        return [line for line in self.open if line.tenant in unknown]

    async def _open(self, line: Line) -> str | None:
        async def answer(raw: bytes) -> bytes:
            return await self._answer(line, raw)

        try:
            self.open[line] = await mllp.serve(self.settings.host, line.port, answer)
        except OSError as error:
            return f"port {line.port}, where {line.trust} calls {line.tenant}, cannot be opened ({error.strerror})"
        log.info("line open", port=line.port, tenant=line.tenant, trust=line.trust)
        return None

    async def _answer(self, line: Line, raw: bytes) -> bytes:
        if self.closing:
            return acknowledge(raw, "AE", "we are just stopping; send it again")
        task = asyncio.create_task(self._taken(line, raw))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return await task

    async def _taken(self, line: Line, raw: bytes) -> bytes:
        return await hospital_feed.answer(await self.store.tenant(line.tenant), line.trust, raw)


async def main(process: Process) -> None:
    """Serve until asked to stop."""
    store = open_store(process.installation, process.name, process.bus)
    exchange = Exchange(store, process.settings)
    reading = replace(process)
    process.complaint = lambda: "; ".join(filter(None, [exchange.complaint(), reading.complaint()]))
    letterboxes = asyncio.create_task(read_letterboxes(reading, store), name="letterboxes")
    process.looks.append(lag.pools(store))
    try:
        while not process.stop.is_set():
            await exchange.look()
            process.ready()
            with suppress(TimeoutError):
                await asyncio.wait_for(process.stop.wait(), POLL)
    finally:
        await exchange.close()
        await end(letterboxes)
        await store.close()


if __name__ == "__main__":
    sys.exit(run("listener", main))
