"""A practice hears that the person accepted or declined, how it ended, or that an earlier message was in error."""

from datetime import UTC, date, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from commonweal.domain import tenant
from commonweal.domain.due import today
from commonweal.domain.message import Erased
from commonweal.domain.referrals import gp_message_queue, referral
from commonweal.domain.referrals.gp_message import GPMessageQueued, RecordGPMessageDelivery
from commonweal.integrations.delivery import Delivery, Integration, Outcome, Post, Withheld, consents_of
from commonweal.integrations.gp_record import document
from commonweal.kernel.append import About
from commonweal.kernel.decider import identity
from commonweal.kernel.handle import handle
from commonweal.kernel.log import Recorded
from commonweal.kernel.streams import Streams

NAME: Final = "gp_record"
_IDS: Final = uuid5(NAMESPACE_URL, f"urn:commonweal:{NAME}")


async def recipient(streams: Streams, recorded: Recorded) -> str | None:
    """The practice, where the person's consent let the message be queued."""
    (fact,) = await streams.understand([recorded])
    queued = fact.event
    assert isinstance(queued, GPMessageQueued)  # noqa: S101 – the only event it tells of
    return None if queued.level == "none" else queued.practice


async def prepare(streams: Streams, delivery: Delivery, on: date) -> Post | Withheld:
    """The document to be sent now, or why there is none: no_endpoint, erased, no_consent, other_practice."""
    policies = await _policies(streams)
    if policies is None or policies.gp_endpoint is None:
        return Withheld("no_endpoint")
    (fact,) = await streams.understand([(await streams.log.stream(delivery.stream_id))[0]])
    queued: GPMessageQueued = fact.event
    someone = (await streams.committed("person", queued.person_id)).state
    if someone.phase == "erased" or isinstance(someone.nhs_number, Erased):
        return Withheld("erased")
    if someone.gp_practice != queued.practice:
        return Withheld("other_practice")  # only the practice where they are registered now may be told
    level = gp_message_queue.level(await consents_of(streams, queued.person_id), on)
    if level == "none":
        return Withheld("no_consent")
    case: referral.State = (await streams.committed("referral", queued.referral_id)).state
    full = level == "full" and queued.level == "full"
    told = document.Told(
        message_id=fact.identity,
        kind=queued.kind,
        level="full" if full else "codes_only",
        at=fact.at,
        ics=streams.tenant,
        practice=queued.practice or "",
        referral_id=queued.referral_id,
        snomed=queued.snomed,
        nhs_number=someone.nhs_number,
        name=someone.name if full and isinstance(someone.name, str) else None,
        born_on=someone.date_of_birth if full and isinstance(someone.date_of_birth, date) else None,
        referred_on=today(case.received_at or fact.at),
        needs=case.reasons if full else (),
        outcome=case.ending if full and queued.kind == "closed" else None,
        link_worker=await _link_worker(streams, case) if full else None,
    )
    return Post(
        policies.gp_endpoint,
        document.build(told),
        document.CONTENT_TYPE,
        uuid5(_IDS, str(delivery.event_id)),
        _correlation(delivery),
        policies.gp_token_file,
    )


async def settled(streams: Streams, delivery: Delivery, outcome: Outcome) -> None:
    """Write down what became of the message, so that whoever looks after the person knows."""
    if outcome.state == "waiting":
        return
    reason = None if outcome.state == "delivered" else outcome.error or "refused"
    now = datetime.now(UTC)
    command = RecordGPMessageDelivery(reason=reason, withheld=outcome.state == "withheld", at=now)
    about = About(
        command_id=uuid5(_IDS, f"{delivery.event_id}/{delivery.attempts}/{outcome.state}"),
        occurred_at=now,
        actor="integration",
        channel="system",
        causation_id=delivery.event_id,
    )
    await handle(streams, identity(delivery.stream_id), command, about)


def _correlation(delivery: Delivery) -> UUID:
    return uuid5(_IDS, delivery.stream_id)


async def _policies(streams: Streams) -> tenant.PolicyChanged | None:
    await streams.get("tenant", streams.tenant)  # kept warm
    found: tenant.PolicyChanged | None = (await streams.committed("tenant", streams.tenant)).state.policies
    return found


async def _link_worker(streams: Streams, case: referral.State) -> str | None:
    if case.last_worker_id is None:
        return None
    name: str = (await streams.get("link_worker", case.last_worker_id)).state.name
    return name


INTEGRATION: Final = Integration(NAME, frozenset({GPMessageQueued.__name__}), recipient, prepare, settled)
