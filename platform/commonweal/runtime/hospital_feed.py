"""A trust's message on its way in, by whichever door: it is always answered, and in good time."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from weakref import WeakKeyDictionary

import structlog
from structlog.contextvars import bound_contextvars

from commonweal.intake import accept as intake
from commonweal.intake import fhir
from commonweal.intake.accept import LATER, Answer, CarryOut, Inbox
from commonweal.intake.hl7v2 import acknowledge
from commonweal.intake.hl7v2.hear import BY_HAND, FEED, hear, message_key
from commonweal.kernel.trace import refused, span, where
from tenants.store import Tenant

SECONDS: Final = 20.0
"""How long a hospital waits for its answer; few senders wait longer than 30 s."""
AT_ONCE: Final = 8
"""Messages of one ICS under way together: a flood from one leaves the others their turn."""
CARRIERS: Final[Mapping[str, CarryOut]] = {FEED: hear, BY_HAND: hear, fhir.FEED: fhir.hear}

_turns: Final[WeakKeyDictionary[Tenant, asyncio.Semaphore]] = WeakKeyDictionary()

log: Final = structlog.get_logger(__name__)


async def answer(tenant: Tenant, trust: str, raw: bytes) -> bytes:
    """The acknowledgement of one HL7 v2 message of a trust (its ODS code), both without MLLP's marks. Never raises.

    The ICS and the trust are the channel's: never what the message says.
    """
    with bound_contextvars(tenant=tenant.ods), span("hear hl7v2", tenant=tenant.ods) as hearing:
        taken = await take(tenant, trust, raw)
        hearing.note(outcome=taken.ack)
    if taken.ack != "AA":
        refused("message", tenant.ods)
    return acknowledge(raw, taken.ack, taken.reason or "", error=taken.error)


async def take(tenant: Tenant, trust: str, raw: bytes, source: str = FEED, seconds: float = SECONDS) -> Answer:
    """The same, as what it came to; AE when it took too long or the database is away. `source`: `FEED` or `BY_HAND`."""
    try:
        async with asyncio.timeout(seconds), _turns.setdefault(tenant, asyncio.Semaphore(AT_ONCE)):
            return await intake.accept(_inbox(tenant), f"{source}/{trust}", message_key(trust, raw), raw, hear)
    except Exception as failure:  # noqa: BLE001 – whatever went wrong, the hospital must know to send it again
        log.error("message not taken in", tenant=tenant.ods, trust=trust, error=where(failure))  # noqa: TRY400 – no traceback: it may quote
        return Answer(ack="AE", reason=LATER)


async def heal(tenant: Tenant, older: timedelta = timedelta(0)) -> int:
    """Finish what was put away and not carried out, in whatever process. How many; raises while the database is away."""
    return await intake.heal(_inbox(tenant), CARRIERS, older)


def _inbox(tenant: Tenant) -> Inbox:
    return Inbox(tenant.streams, tenant.pool.borrow)
