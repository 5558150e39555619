"""Which trust is told of which step of a referral, and whether it may be."""

from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from commonweal.domain import consent
from commonweal.domain.message import Erased
from commonweal.domain.referral import ReferralReceived
from commonweal.domain.tenant import TrustConnected
from commonweal.integrations.delivery import Delivery, Integration, Post, Withheld
from commonweal.integrations.hospital_discharge import task
from commonweal.kernel.decider import identity
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Streams

NAME: Final = "hospital_discharge"
SCOPE: Final = "share_referrer"
_IDS: Final = uuid5(NAMESPACE_URL, "urn:commonweal:hospital_discharge")


async def recipient(streams: Streams, recorded: Recorded) -> str | None:
    """The trust that sent the referral, if it is one that has an address for Tasks."""
    kept = await streams.get("referral", identity(recorded.stream_id))
    if kept.state.source is None:
        # What is kept warm here may be from before the referral was received.
        kept = await streams.committed("referral", identity(recorded.stream_id))
    trust: str | None = kept.state.source and kept.state.source[0]
    connected = await _connected(streams, trust) if trust else None
    return trust if connected is not None and connected.task_endpoint else None


async def prepare(streams: Streams, delivery: Delivery, on: date) -> Post | Withheld:
    """The Task to post now, or why there is none: no_endpoint, erased, no_consent."""
    trust = await _connected(streams, delivery.recipient)
    if trust is None or trust.task_endpoint is None:
        return Withheld("no_endpoint")
    recorded = await streams.log.stream(delivery.stream_id)
    facts = await streams.understand([recorded[0], recorded[delivery.version - 1]])
    received, fact = facts[0].event, facts[1]
    assert isinstance(received, ReferralReceived)  # noqa: S101 – a referral's first event
    someone = (await streams.committed("person", received.person_id)).state
    if someone.phase == "erased" or isinstance(someone.nhs_number, Erased):
        return Withheld("erased")
    consents = (await streams.committed("consent", received.person_id)).state
    if not consent.allows(consents, SCOPE, delivery.recipient, on):
        return Withheld("no_consent")
    body = task.build(
        task.Told(
            event=fact.event,
            at=fact.at,
            referral_id=fact.identity,
            received_at=received.received_at,
            trust=delivery.recipient,
            source_reference=received.source_reference,
            ics=streams.tenant,
            nhs_number=someone.nhs_number,
        )
    )
    correlation = recorded[delivery.version - 1].correlation_id or uuid5(_IDS, delivery.stream_id)
    request = uuid5(_IDS, str(delivery.event_id))
    address = f"{trust.task_endpoint.rstrip('/')}/Task"
    return Post(address, body, task.CONTENT_TYPE, request, correlation, trust.task_token_file)


async def _connected(streams: Streams, trust: str) -> TrustConnected | None:
    await streams.get("tenant", streams.tenant)  # kept warm, so that only what is new to it is read in the next line
    found: TrustConnected | None = (await streams.committed("tenant", streams.tenant)).state.trusts.get(trust)
    return found


INTEGRATION: Final = Integration(NAME, task.EVENTS, recipient, prepare)
