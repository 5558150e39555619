"""Triage: a referral is taken on where the person fits what its programme is for, or where somebody says why all the same."""

from datetime import date
from typing import Any, Final

from commonweal.domain import due, values
from commonweal.domain.message import Refused
from commonweal.domain.people import person
from commonweal.domain.referrals import programme, referral
from commonweal.domain.referrals.referral import AcceptReferral, PlacedOnWaitingList, ReferralAccepted

PRIMARY: Final = "referral"
Command = AcceptReferral


def reads(state: referral.State, _command: Command) -> tuple[tuple[str, str], ...]:
    if state.person_id is None:
        return ()
    return (("programme", state.programme), ("person", state.person_id))


def decide(states: tuple[Any, ...], command: Command) -> tuple[tuple[referral.Event, ...], ...]:
    """Writes to the referral only. `states` is (referral, programme, person)."""
    state: referral.State = states[0]
    referral.known(state)
    if state.phase in referral.OPEN:
        return (), (), ()
    referral.require(state, referral.IN_TRIAGE, "be accepted")
    criteria = states[1].criteria
    found = programme.unmet(criteria, facts(state, states[2]))
    reason = None if command.override_reason is None else values.said(command.override_reason, "override_reason", 1000)
    if found and reason is None:
        raise Refused(
            f"override_reason: this person does not meet the criteria ({', '.join(found)}); say why they are taken on"
        )
    accepted = ReferralAccepted(
        criteria_version=criteria.version if criteria else None, unmet=found, overridden=reason if found else None
    )
    return (accepted, PlacedOnWaitingList(priority=state.priority)), (), ()


def facts(state: referral.State, someone: person.State) -> programme.Facts:
    """What is known of a person on the day their referral came."""
    born, came = someone.date_of_birth, state.received_at
    return programme.Facts(
        age=programme.age_on(born, due.today(came)) if isinstance(born, date) and came else None,
        practice=state.practice,
        lsoa=someone.lsoa21,
        needs=state.reasons,
    )
