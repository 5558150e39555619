"""A hospital's message is heard: the stay it tells of is recorded, with the person whose stay it is where we can be sure."""

import hashlib
from dataclasses import dataclass
from typing import Final
from uuid import uuid5

from commonweal.domain import due, hospital, tenant
from commonweal.domain.hospital import HearFromHospital
from commonweal.domain.people import person
from commonweal.domain.people.person import RecordDeath
from commonweal.intake.accept import Answer, Inbox, Received
from commonweal.intake.hl7v2.facts import contradicts, facts, is_placeholder, match, stay_key
from commonweal.intake.hl7v2.meaning import Act, classify
from commonweal.intake.hl7v2.message import HL7Message, read
from commonweal.intake.hl7v2.segments import Unreadable
from commonweal.kernel.append import About
from commonweal.kernel.handle import Receipt, handle
from commonweal.kernel.streams import Streams

FEED: Final = "hl7v2"
"""The format of what a trust's own channel brings."""
BY_HAND: Final = "hl7v2-file"
"""The format of what somebody hands in as a file: it may name any sending facility."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message, from whom, and about whom as far as we are sure."""

    message: HL7Message
    received: Received
    trust: str
    stay: str
    """The identity of the stay's stream."""
    person_id: str | None
    """Whom the message names."""
    method: str | None
    stay_of: str | None
    """Whose the stay is already."""

    @property
    def about_whom(self) -> str | None:
        return self.person_id or self.stay_of

    def about(self, what: str) -> About:
        return About(
            command_id=uuid5(self.received.id, what),
            occurred_at=self.message.occurred_at,
            actor=self.trust,
            channel=FEED,
            correlation_id=self.received.id,
        )


def message_key(trust: str, raw: bytes) -> str:
    """The same for the same bytes from the same trust: control ids are repeated for different messages."""
    return f"{FEED}|{trust}|{hashlib.sha256(raw).hexdigest()}"


async def hear(inbox: Inbox, received: Received) -> Answer:
    """What follows from a message of a trust. `received.source` is `FEED` or `BY_HAND`, `/` and the trust's ODS code."""
    how, _, trust = received.source.partition("/")
    try:
        message = read(received.raw)
    except Unreadable as why:
        return Answer(ack="AR", reason=str(why), error=why.error)
    kind = message.event_kind or message.type
    ics = await _configuration(inbox.streams)
    if refusal := _not_theirs(message, ics, how, trust):
        return Answer(ack="AR", reason=refusal, kind=kind)
    meaning = classify(message)
    heard = await _heard(inbox.streams, message, meaning.act, received, trust)
    if meaning.ack == "AR" or meaning.act is None:
        whose = heard.person_id if message.patients == 1 else None
        return Answer(ack=meaning.ack, reason=meaning.reason, error=meaning.error, kind=kind, person_id=whose)
    if (answer := await _stands_in_the_way(inbox.streams, heard, kind)) is not None:
        return answer
    wards = ics.policies.offer_wards if ics.policies else ()
    receipt = await _record(inbox.streams, heard, meaning.act, wards)
    if receipt is None:
        return Answer(ack="AA", reason=_nothing_follows(meaning.act), kind=kind, person_id=heard.about_whom)
    return Answer(
        ack="AA", kind=kind, stream_id=receipt.stream_id, position=receipt.position, person_id=heard.about_whom
    )


async def _record(streams: Streams, heard: _Heard, act: Act, wards: tuple[str, ...]) -> Receipt | None:
    """The stay's facts, then the death; None where there is nothing for us in it."""
    receipt = None
    for n, fact in enumerate(facts(heard.message, act, heard.trust, wards)):
        told = HearFromHospital(fact=fact, person_id=heard.person_id, method=heard.method)
        receipt = await handle(streams, heard.stay, told, heard.about(f"fact {n}"))
    if act == "death" and heard.about_whom is not None:
        day = due.today(heard.message.death_at) if heard.message.death_at else None
        died = await handle(
            streams, heard.about_whom, RecordDeath(died_on=day, source="hospital"), heard.about("death")
        )
        receipt = receipt or died
    return receipt


def _not_theirs(message: HL7Message, ics: tenant.State, how: str, trust: str) -> str | None:
    connected = ics.trusts.get(trust)
    if connected is None:
        return "this channel's trust is not connected here"
    named = connected.hl7v2_facilities
    if how == FEED and named and message.sending_facility not in named:
        return "MSH-4 does not name a sending facility of this channel's trust"
    return None


def _nothing_follows(act: Act) -> str:
    if act == "person-update":
        return "what a hospital holds about a person does not change what we hold"
    return "nobody we are sure to know has died"


async def _heard(streams: Streams, message: HL7Message, act: Act | None, received: Received, trust: str) -> _Heard:
    stay = streams.log.hash(hospital.CATEGORY, stay_key(message, act, trust))[:16].hex()
    told: hospital.State = (await streams.committed(hospital.CATEGORY, stay)).state
    person_id, method = await _who(streams, message)
    return _Heard(message, received, trust, stay, person_id, method, told.person_id)


async def _who(streams: Streams, message: HL7Message) -> tuple[str | None, str | None]:
    """Whom the NHS number names and how we are sure; no NHS number, no link."""
    if message.nhs_number is None or is_placeholder(message.nhs_number):
        return None, None
    holder = await streams.log.holder("nhs_number", message.nhs_number)
    if holder is None:
        return None, None
    person_id = holder.partition("-")[2]
    method = match(await _person(streams, person_id), message)
    return (person_id, method) if method else (None, None)


async def _stands_in_the_way(streams: Streams, heard: _Heard, kind: str) -> Answer | None:
    """A stay of someone who was erased is forgotten with them; a stay of someone else's is for people to look into."""
    if heard.stay_of is None:
        return None
    theirs = await _person(streams, heard.stay_of)
    if theirs.phase == "erased":
        return Answer(ack="AA", reason="it is taken; nothing follows from it", kind=kind, person_id=heard.stay_of)
    if contradicts(theirs, heard.message):
        return Answer(ack="AR", reason="this hospital stay is another person's already", kind=kind)
    return None


async def _person(streams: Streams, person_id: str) -> person.State:
    known: person.State = (await streams.committed(person.CATEGORY, person_id)).state
    return known


async def _configuration(streams: Streams) -> tenant.State:
    await streams.get(tenant.CATEGORY, streams.tenant)  # kept warm: only what is new is read below
    ics: tenant.State = (await streams.committed(tenant.CATEGORY, streams.tenant)).state
    return ics
