"""A referrer's message is heard: someone is referred, the referrer adds something, or takes the referral back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from commonweal.domain import due
from commonweal.domain.message import Refused
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.information import ProvideInformation
from commonweal.domain.referrals.waiting import WithdrawReferral
from commonweal.domain.work.task import CreateTask
from commonweal.domain.workforce.allocation import RetractReferral
from commonweal.intake.accept import Answer, Inbox, Received
from commonweal.intake.arrival import Road, arrive, had
from commonweal.intake.fhir import meaning, patient
from commonweal.intake.fhir.message import Message, message
from commonweal.intake.fhir.problem import CONFLICT, NOT_FOUND, UNPROCESSABLE, NotTaken
from commonweal.intake.fhir.resource import text
from commonweal.kernel.handle import Receipt, handle
from commonweal.kernel.streams import Streams

FEED: Final = "fhir"
"""The format; a source is `fhir/`, the sender's ODS code, `/` and the role of the token that brought the message."""
RECORDED: Final = "it is kept, and someone here will look at it"
_WITHDRAWN: Final = "not_needed"
"""A message says that a referral is taken back, not why."""
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message, from whom, and when it was put away here."""

    message: Message
    received: Received
    organisation: str
    role: str
    now: datetime

    @property
    def kind(self) -> str:
        return f"servicerequest-request {self.message.reason}"

    @property
    def road(self) -> Road:
        return Road(root=self.received.id, occurred_at=self.now, actor=self.organisation, channel=FEED)


async def hear(inbox: Inbox, received: Received) -> Answer:
    """What follows from a message. `error` is one of `problem.PROBLEMS` where it is not taken."""
    _, organisation, role = received.source.split("/", 2)
    try:
        heard = _Heard(message(received.raw), received, organisation, role, datetime.now(UTC))
    except NotTaken as why:
        return Answer(ack="AR", reason=str(why), error=why.error)
    try:
        match heard.message.reason:
            case "new":
                return await _new(inbox.streams, heard)
            case "update":
                return await _update(inbox.streams, heard)
            case _:
                return await _take_back(inbox.streams, heard)
    except NotTaken as why:
        return await _not_taken(inbox.streams, heard, why.error, str(why))
    except Refused as why:
        return await _not_taken(inbox.streams, heard, UNPROCESSABLE, str(why))


async def _not_taken(streams: Streams, heard: _Heard, error: str, sentence: str) -> Answer:
    """What is known of the person goes with their key, where we know them."""
    number = patient.number(heard.message.patient)
    holder = await streams.log.holder("nhs_number", number) if number else None
    whose = None if holder is None else holder.partition("-")[2]
    return Answer(ack="AR", reason=sentence, error=error, kind=heard.kind, person_id=whose)


async def _new(streams: Streams, heard: _Heard) -> Answer:
    if text(heard.message.request, "status") not in ("active", None):
        raise NotTaken(UNPROCESSABLE, "ServiceRequest.status must be active where the reason is new")
    told = meaning.arrival(heard.message, heard.organisation, heard.role, heard.now)
    before = await had(streams, told)
    if before is not None and before.referral_id != heard.road.record("referral"):
        raise NotTaken(
            CONFLICT, "this referral came before: to change it send an update, for another give it another identifier"
        )
    arrived = await arrive(streams, told, heard.road)
    return _done(heard, f"referral-{arrived.referral_id}", arrived.position, arrived.person_id)


async def _update(streams: Streams, heard: _Heard) -> Answer:
    """An answer to what the referrer was asked is one; anything else is for a person here to look at, and changes nothing yet."""
    referral_id, state = await _referral(streams, heard)
    said = _update_in_words(heard.message)
    if state.answered is False and state.phase in referral.IN_TRIAGE:
        answered = await _do(streams, heard, referral_id, ProvideInformation(answer=said, at=heard.now))
        return _done(heard, answered.stream_id, answered.position, state.person_id)
    look = CreateTask(
        kind="review",
        due_on=due.today(heard.now),
        referral_id=referral_id,
        words=f"The referrer sent more about this referral:\n{said}"[:_LONGEST],
        source=f"referral-{referral_id}",
        by=heard.organisation,
    )
    made = await _do(streams, heard, heard.road.record("task"), look)
    return _done(heard, f"referral-{referral_id}", made.position, state.person_id, RECORDED)


async def _take_back(streams: Streams, heard: _Heard) -> Answer:
    referral_id, state = await _referral(streams, heard)
    if text(heard.message.request, "status") == "entered-in-error":
        retract = RetractReferral(referral_id=referral_id, reason="entered_in_error")
        done = await _do(streams, heard, referral_id, retract)
    else:
        done = await _do(streams, heard, referral_id, WithdrawReferral(reason=_WITHDRAWN, by=heard.organisation))
    return _done(heard, done.stream_id, done.position, state.person_id)


async def _referral(streams: Streams, heard: _Heard) -> tuple[str, referral.State]:
    """The referral of the sender that a message is about. Raises `NotTaken` where there is none."""
    source = f"{heard.organisation}|{heard.message.reference}"
    holder = await streams.log.holder("source_reference", source)
    if holder is None:
        raise NotTaken(NOT_FOUND, "no referral of yours has this identifier: send it as new")
    referral_id = holder.partition("-")[2]
    state: referral.State = (await streams.committed(referral.CATEGORY, referral_id)).state
    number = patient.number(heard.message.patient)
    named = await streams.log.holder("nhs_number", number) if number else None
    if named is not None and named != f"person-{state.person_id}":
        raise NotTaken(CONFLICT, "the referral with this identifier is another person's")
    return referral_id, state


async def _do(streams: Streams, heard: _Heard, identity: str, command: object) -> Receipt:
    return await handle(streams, identity, command, heard.road.about(heard.message.reason))


def _done(heard: _Heard, stream_id: str, position: int, person_id: str | None, reason: str | None = None) -> Answer:
    return Answer(ack="AA", reason=reason, kind=heard.kind, stream_id=stream_id, position=position, person_id=person_id)


def _update_in_words(told: Message) -> str:
    """What an update says that a person must weigh: how soon, which needs, and in which words."""
    parts = [
        f"How soon: {soon}" if (soon := text(told.request, "priority")) else "",
        f"Needs: {', '.join(meaning.needs(told.request))}" if meaning.needs(told.request) else "",
        meaning.words(told) or "",
    ]
    return "\n".join(part for part in parts if part)[:_LONGEST] or "They sent the referral again and said nothing new."
