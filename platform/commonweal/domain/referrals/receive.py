"""A referral arrives: it is taken in only for someone we know, who agreed to be contacted."""

from datetime import datetime
from typing import Any, Final

from commonweal.domain import codes, due, values
from commonweal.domain.message import Refused, command
from commonweal.domain.people import consent, duplicate, person
from commonweal.domain.referrals import programme, referral


@command
class ReceiveReferral:
    """`source_org` and `source_reference` together name one referral; `practice` is the person's own where none is given.

    `programme` is the code of one that is open; `encounter` the referrer's own number of a stay or visit."""

    person_id: str
    source: str
    source_org: str
    source_reference: str
    setting: str
    priority: str = "1"
    reasons: tuple[str, ...]
    narrative: str | None = None
    referrer_role: str
    referrer_name: str | None = None
    requested_service: str | None = None
    practice: str | None = None
    programme: str = "core"
    encounter: str | None = None
    risks_known: tuple[str, ...] = ()
    received_at: datetime


PRIMARY: Final = "referral"
CREATES: Final = (ReceiveReferral,)

Command = ReceiveReferral


def reads(_state: referral.State, command: Command) -> tuple[tuple[str, str], ...]:
    about = (("person", command.person_id), ("consent", command.person_id))
    return about if command.programme == programme.CORE else (*about, ("programme", command.programme))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[referral.Event, ...], ...]:
    """Writes to the referral only. `states` is (referral, person, consent, the programme unless it is `core`)."""
    known: referral.State = states[0]
    someone: person.State = states[1]
    consents: consent.State = states[2]
    nothing = ((),) * (len(states) - 1)
    _check(command)
    if known.phase != "unknown":
        if known.source == (command.source_org, command.source_reference):
            return (), *nothing
        raise Refused("this referral was received already, under another source_reference")
    person.known(someone)
    person.not_died(someone)
    duplicate.not_merged(someone.same)
    restricted = command.programme != programme.CORE and _restricted(states[3])
    if not consent.allows(consents, "contact", consent.ANY, due.today(command.received_at)):
        raise Refused(
            "this person has not agreed to be contacted: ask them, record their consent to contact, then refer"
        )
    received = referral.ReferralReceived(
        person_id=command.person_id,
        source=command.source,
        source_org=command.source_org,
        source_reference=command.source_reference,
        setting=command.setting,
        priority=command.priority,
        reasons=values.all_of(codes.NEEDS, command.reasons, "reasons"),
        narrative=command.narrative,
        referrer_role=command.referrer_role,
        referrer_name=command.referrer_name,
        requested_service=command.requested_service,
        practice=command.practice or someone.gp_practice,
        programme=command.programme,
        restricted=restricted,
        encounter=command.encounter,
        risks_known=values.all_of(codes.RISKS, command.risks_known, "risks_known"),
        received_at=command.received_at,
    )
    return (received,), *nothing


def _check(command: ReceiveReferral) -> None:
    values.identifier(command.person_id, "person_id")
    values.one_of(codes.SOURCES_OF_REFERRAL, command.source, "source")
    values.organisation(command.source_org, "source_org")
    values.identifier(command.source_reference, "source_reference")
    values.one_of(codes.SETTINGS, command.setting, "setting")
    values.one_of(codes.PRIORITIES, command.priority, "priority")
    values.all_of(codes.NEEDS, command.reasons, "reasons")
    values.one_of(codes.REFERRER_ROLES, command.referrer_role, "referrer_role")
    values.moment(command.received_at, "received_at")
    if command.requested_service is not None:
        values.identifier(command.requested_service, "requested_service")
    if command.practice is not None:
        values.practice_key(command.practice, "practice")
    values.identifier(command.programme, "programme")
    if command.encounter is not None:
        values.identifier(command.encounter, "encounter")
    values.all_of(codes.RISKS, command.risks_known, "risks_known")


NO_PROGRAMME: Final = "programme: there is no programme of this code that takes referrals"


def _restricted(wanted: programme.State) -> bool:
    """Refuses unless the programme takes referrals."""
    if wanted.phase != "open":
        raise Refused(NO_PROGRAMME)
    return wanted.restricted
