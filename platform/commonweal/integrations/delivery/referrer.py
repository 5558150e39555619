"""Referrers: a trust that sent us someone learns where the referral stands, if the person agreed that it may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from commonweal.domain import tenant
from commonweal.domain.message import Erased
from commonweal.domain.people import consent
from commonweal.domain.referrals.referral import ReferralReceived
from commonweal.domain.tenant import TrustConnected
from commonweal.integrations.delivery import task
from commonweal.integrations.delivery.consents import consents_of
from commonweal.integrations.delivery.shapes import Delivery, Integration, Post, Put, Withheld
from commonweal.kernel.decider import identity
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Fact, Streams

SCOPE: Final = "share_referrer"


@dataclass(frozen=True, slots=True)
class Referrers:
    """Those of a trust who refer from some settings, and what they are told. `name` is permanent: see `Integration`."""

    name: str
    steps: frozenset[type]
    """The events they are told of; of those that a Task can tell."""
    refers_from: Callable[[str], bool]
    """Is it they who refer from this setting (a key of `codes.SETTINGS`)?"""
    by_nhs_number: bool
    """Are they told whose referral it is, where that goes straight to their address? Else by their own reference alone."""

    def integration(self) -> Integration:
        return Integration(self.name, frozenset(step.__name__ for step in self.steps), self.recipient, self.prepare)

    async def recipient(self, streams: Streams, recorded: Recorded) -> str | None:
        """The trust that sent the referral, if it is one that can be told and these are those of it who sent it."""
        kept = await streams.get("referral", identity(recorded.stream_id))
        if kept.state.source is None:
            # What is kept warm here may be from before the referral was received.
            kept = await streams.committed("referral", identity(recorded.stream_id))
        trust: str | None = kept.state.source and kept.state.source[0]
        if trust is None or _way(await _connected(streams, trust)) is None:
            return None
        first = recorded if recorded.version == 1 else (await streams.log.stream(recorded.stream_id))[0]
        (received,) = await streams.understand([first])
        return trust if self.refers_from(received.event.setting) else None

    async def prepare(self, streams: Streams, delivery: Delivery, on: date) -> Post | Put | Withheld:
        """The Task to be sent now, or why there is none: no_endpoint, erased, no_consent."""
        trust = await _connected(streams, delivery.recipient)
        way = _way(trust)
        if trust is None or way is None:
            return Withheld("no_endpoint")
        recorded = await streams.log.stream(delivery.stream_id)
        facts = await streams.understand([recorded[0], recorded[delivery.version - 1]])
        received, fact = facts[0].event, facts[1]
        assert isinstance(received, ReferralReceived)  # noqa: S101 – a referral's first event
        someone = (await streams.committed("person", received.person_id)).state
        if someone.phase == "erased" or isinstance(someone.nhs_number, Erased):
            return Withheld("erased")
        consents = await consents_of(streams, received.person_id)
        if not consent.allows(consents, SCOPE, delivery.recipient, on):
            return Withheld("no_consent")
        # What lies in a stream is not sealed: it names nobody.
        named = someone.nhs_number if self.by_nhs_number and way == tenant.POST else None
        body = task.build(_told(fact, received, delivery.recipient, streams.tenant, named))
        correlation = recorded[delivery.version - 1].correlation_id or uuid5(self._ids, delivery.stream_id)
        request = uuid5(self._ids, str(delivery.event_id))
        if way == tenant.STREAM:
            return Put(delivery.recipient, self.name, body, task.CONTENT_TYPE, request, correlation)
        address = f"{(trust.task_endpoint or '').rstrip('/')}/Task"
        return Post(address, body, task.CONTENT_TYPE, request, correlation, trust.task_token_file)

    @property
    def _ids(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"urn:commonweal:{self.name}")


def _told(fact: Fact, received: ReferralReceived, trust: str, ics: str, nhs_number: str | None) -> task.Told:
    return task.Told(
        event=fact.event,
        at=fact.at,
        referral_id=fact.identity,
        received_at=received.received_at,
        trust=trust,
        source_reference=received.source_reference,
        ics=ics,
        nhs_number=nhs_number,
    )


def _way(trust: TrustConnected | None) -> str | None:
    """How a trust is told: one of `tenant.WAYS`; None where it cannot be."""
    if trust is None:
        return None
    if trust.told_by == tenant.STREAM:
        return tenant.STREAM
    return tenant.POST if trust.task_endpoint else None


async def _connected(streams: Streams, trust: str) -> TrustConnected | None:
    await streams.get("tenant", streams.tenant)  # kept warm, so that only what is new to it is read in the next line
    found: TrustConnected | None = (await streams.committed("tenant", streams.tenant)).state.trusts.get(trust)
    return found
