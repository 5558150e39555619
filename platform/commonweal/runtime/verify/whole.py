"""All questions put to one ICS, one after the other, each answered whatever the others found."""

import time
from collections.abc import Awaitable, Callable

from commonweal.kernel.streams import Fact
from commonweal.kernel.trace import where
from commonweal.runtime.verify import clear, inbox, keys, rooms, stream
from commonweal.runtime.verify.clear import Clear
from commonweal.runtime.verify.dense import Dense
from commonweal.runtime.verify.finding import Finding
from commonweal.runtime.verify.grounds import BATCH, Grounds
from commonweal.runtime.verify.opened import Opened, understood


async def verify(grounds: Grounds) -> list[Finding]:
    """The findings for one ICS, or for the control log, which has neither a stream nor rooms."""
    head = await grounds.tenant.log.head()
    dense, opened, known = Dense(), Opened(), Clear()
    began = time.monotonic()
    await _read(grounds, head, dense, opened, known)
    dense.finding.seconds = opened.finding.seconds = time.monotonic() - began
    asked = [await _ask("inbox", lambda: inbox.check(grounds, dense, known.said))]
    if not grounds.is_control:
        asked.append(await _ask("stream", lambda: stream.check(grounds, head, known.look_at_message)))
        asked.append(await _ask("rooms", lambda: rooms.check(grounds, head)))
    asked.append(await _ask("vault", lambda: keys.check(grounds, dense, opened)))
    asked.append(await _ask("clear", lambda: clear.check(grounds, head, known), known.finding))
    order = ("log", "stream", "rooms", "sealed", "clear", "vault", "inbox")
    return sorted([dense.finding, opened.finding, *asked], key=lambda finding: order.index(finding.check))


async def _read(grounds: Grounds, head: int, dense: Dense, opened: Opened, known: Clear) -> None:
    """Read the log once, up to where it ended when we began, for all who want to know of each event."""
    position = 0
    while position < head and (batch := await grounds.tenant.log.after(position, min(BATCH, head - position))):
        facts = await understood(grounds.tenant.streams, batch)
        for recorded, fact in zip(batch, facts, strict=True):
            if recorded.position > head:
                break
            dense.take(recorded)
            opened.take(recorded, fact)
            if isinstance(fact, Fact):
                known.take(recorded, fact)
        position = batch[-1].position
        grounds.seen("log", min(position, head), head)
    dense.end(head)


async def _ask(check: str, question: Callable[[], Awaitable[Finding]], begun: Finding | None = None) -> Finding:
    """A check that cannot be made is a difference too: something it needs is not as it should be."""
    began = time.monotonic()
    try:
        finding = await question()
    except Exception as failure:  # noqa: BLE001 – the others are asked all the same
        finding = begun or Finding(check)
        finding.differs(f"this could not be checked ({where(failure)})")
    finding.seconds = time.monotonic() - began
    return finding
