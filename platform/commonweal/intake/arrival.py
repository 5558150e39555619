"""Someone is referred to us: found by their NHS number or made known, with what they agreed to, and the referral taken in."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID, uuid5

from commonweal.domain import due, values
from commonweal.domain.message import Refused
from commonweal.domain.people import consent, person
from commonweal.domain.people.consent import GiveConsent
from commonweal.domain.people.person import RegisterPerson
from commonweal.domain.referrals.receive import ReceiveReferral
from commonweal.intake.rehearse import Rehearsal
from commonweal.kernel.append import About, Claimed
from commonweal.kernel.handle import handle
from commonweal.kernel.streams import Streams

_TRIES: Final = 3
"""How often we look anew for somebody whom others make known at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What came in about one referral. `referral.person_id` is filled in once the person is found."""

    someone: RegisterPerson
    agreed: tuple[GiveConsent, ...]
    referral: ReceiveReferral


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """By whom, when and through what it came. From `root` follow the ids of its commands and of what they make: the same
    again changes nothing."""

    root: UUID
    occurred_at: datetime
    actor: str
    channel: str
    correlation_id: UUID | None = None
    traceparent: str | None = None

    def about(self, step: str) -> About:
        return About(
            command_id=uuid5(self.root, step),
            occurred_at=self.occurred_at,
            actor=self.actor,
            channel=self.channel,
            correlation_id=self.correlation_id or self.root,
            traceparent=self.traceparent,
        )

    def record(self, kind: str) -> str:
        """The id of what is made on this road: `person`, `referral`."""
        return str(uuid5(self.root, f"record {kind}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """What became of it. `known`: we knew the person before."""

    person_id: str
    referral_id: str
    known: bool
    position: int
    repeated: bool = False
    """The source's reference was a referral already: nothing was done."""


@dataclass(frozen=True, slots=True)
class Step:
    """One command. `name` tells it from the others of its road."""

    name: str
    identity: str
    command: object


@dataclass(frozen=True, slots=True)
class _Way:
    """What there is to do."""

    person_id: str
    known: bool
    steps: tuple[Step, ...]


async def arrive(streams: Streams, arrival: Arrival, road: Road) -> Arrived:
    """Do what is needed for a referral to be received. Nothing is written where any of it would be refused. Raises `Refused`.

    A reference of that source which is a referral already is answered with that one, `repeated`.
    """
    for _ in range(_TRIES):
        if (before := await had(streams, arrival)) is not None:
            return before
        way = await weigh(Rehearsal(streams), arrival, road)
        try:
            for step in way.steps:
                receipt = await handle(streams, step.identity, step.command, road.about(step.name))
        except Claimed:  # somebody else made them known, or sent the same reference, in this moment
            continue
        return Arrived(
            person_id=way.person_id, referral_id=road.record("referral"), known=way.known, position=receipt.position
        )
    raise Refused("others are referring the same person at this moment: please try again")


async def had(streams: Streams, arrival: Arrival) -> Arrived | None:
    """The referral that this source's reference is already, if it is one. Raises `Refused` where it is someone else's."""
    source = f"{arrival.referral.source_org}|{arrival.referral.source_reference}"
    holder = await streams.log.holder("source_reference", source)
    if holder is None:
        return None
    referral_id = holder.partition("-")[2]
    whose: str = (await streams.committed("referral", referral_id)).state.person_id
    named = await _holder(streams, arrival.someone.nhs_number)
    if named not in (None, whose):
        raise Refused("source_reference: this reference is that of someone else's referral: give each its own")
    position = await streams.log.head()
    return Arrived(person_id=whose, referral_id=referral_id, known=True, position=position, repeated=True)


async def weigh(rehearsal: Rehearsal, arrival: Arrival, road: Road) -> _Way:
    """What there is to do, rehearsed. Raises `Refused`."""
    named = await _holder(rehearsal.streams, arrival.someone.nhs_number)
    person_id = named or road.record("person")
    steps: list[Step] = []
    if named is None:
        steps.append(Step("register", person_id, arrival.someone))
    else:
        same_person(await rehearsal.state(person.CATEGORY, person_id), arrival.someone.date_of_birth)
    answers: consent.State = await rehearsal.state(consent.CATEGORY, person_id)
    today = due.today(arrival.referral.received_at)
    new = (given for given in arrival.agreed if is_news(answers, given, today))
    steps += [Step(f"consent {given.scope} {given.audience}", person_id, given) for given in new]
    received = replace(arrival.referral, person_id=person_id)
    steps.append(Step("receive", road.record("referral"), received))
    for step in steps:
        keepable(step.command)
        await rehearsal.ask(step.identity, step.command)
    return _Way(person_id, named is not None, tuple(steps))


def keepable(command: Any) -> None:
    """Refuses a command with a text that cannot be kept."""
    for name in command.__dataclass_fields__:
        if isinstance(said := getattr(command, name), str):
            values.keepable(said, name)


async def _holder(streams: Streams, nhs_number: str | None) -> str | None:
    """The id of the person who has this NHS number; it is in the form it is stored in."""
    if nhs_number is None:
        return None
    holder = await streams.log.holder("nhs_number", nhs_number)
    return None if holder is None else holder.partition("-")[2]


def same_person(known: person.State, born: date | None) -> None:
    """A number typed wrong may be someone else's, and then everything would be written about them."""
    if known.date_of_birth and born and known.date_of_birth != born:
        raise Refused("date_of_birth: this NHS number and this date of birth do not belong together: check both")


def is_news(answers: consent.State, given: GiveConsent, today: date) -> bool:
    """Is this consent not on record yet? Raises `Refused` where the person took it back, or said no, after it was given."""
    if consent.allows(answers, given.scope, given.audience, today):
        return False
    last = answers.answers.get((given.scope, given.audience)) or answers.answers.get((given.scope, consent.ANY))
    said_no = getattr(last, "withdrawn_on", None) or getattr(last, "refused_on", None)
    if said_no is not None and said_no > given.given_on:
        raise Refused(f"this person has since said no ({given.scope}): ask them again before you refer")
    return True
