"""Contacts: which were held and which were missed, in every room that counts them."""

from collections.abc import Iterable
from typing import Final

from commonweal.domain.referrals import referral
from commonweal.domain.work import contact
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact

HELD: Final = """(select k.* from {contact} as k where k.outcome = 'held' and not (k.told_by_referral and exists (
    select from {contact} as o where o.referral_id = k.referral_id and o.at = k.at and not o.told_by_referral)))"""
"""SQL: each contact that was held, once. A first contact that was recorded as a contact is told of by its referral too."""


def contacts(fact: Fact) -> Iterable[Statement]:
    """What an event of a contact, or a first contact, changes in the table `contact`:

        contact_id text primary key, referral_id text not null, worker_id text not null, at timestamptz not null,
        outcome text not null, told_by_referral boolean not null

    with an index on (referral_id, at). `outcome` is booked, held, missed or cancelled; `at` when it was, or was to be.
    """
    match fact.event:
        case contact.ContactBooked(referral_id=case, worker_id=worker, starts_at=when):
            yield _contact(fact.identity, case, worker, when, "booked")
        case contact.ContactHeld(referral_id=case, worker_id=worker, held_at=when):
            yield _contact(fact.identity, case, worker, when, "held")
        case contact.ContactRescheduled(starts_at=when):
            yield Change("contact", fact.identity, {"at": when})
        case contact.ContactMissed():
            yield Change("contact", fact.identity, {"outcome": "missed"})
        case contact.ContactCancelled():
            yield Change("contact", fact.identity, {"outcome": "cancelled"})
        case referral.FirstContactMade(worker_id=worker, held_at=when):
            yield _contact(f"first:{fact.position}", fact.identity, worker, when, "held", told_by_referral=True)
        case _:
            pass


def _contact(
    contact_id: str, referral_id: str, worker_id: str, at: object, outcome: str, *, told_by_referral: bool = False
) -> Put:
    return Put(
        "contact",
        {
            "contact_id": contact_id,
            "referral_id": referral_id,
            "worker_id": worker_id,
            "at": at,
            "outcome": outcome,
            "told_by_referral": told_by_referral,
        },
    )
