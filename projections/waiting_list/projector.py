"""Waiting list: who waits for a link worker, since when, and what their turn is reckoned from."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.domain.workforce import proposal
from commonweal.kernel.read_model import Change, Put, Remove, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.people import people
from projections.places import places_and_trusts

URGENCY: Final = {"3": 0, "2": 1, "1": 2}
"""Priority (`codes.PRIORITIES`) → how soon: 0 goes first. A turn is urgency, then who has waited longest, then the referral's id."""
ROUTINE: Final = 2
BASIS: Final = "urgency_then_wait"
"""What a turn is reckoned from (`codes.RANK_BASES`)."""

ABOUT: Final = ("name", "nhs_number", "date_of_birth", "postcode", "language", "interpreter")
"""What the room knows about a person: all of it goes when they are erased."""


def _referral(fact: Fact) -> Iterable[Statement]:
    """A referral that does not wait keeps its row: it may come back, and then nobody tells again what it is about."""
    match fact.event:
        case referral.ReferralReceived() as event:
            yield _received(fact, event)
        case referral.ReferralAccepted():
            yield _waits(fact)
        case referral.PlacedOnWaitingList(priority=priority, basis=basis):
            yield _waits(fact, **_urgency(priority), basis=basis)
        case referral.WaitingListReprioritised(priority=priority, reason=reason, basis=basis):
            moved = {**_urgency(priority), "basis": basis, "moved_reason": reason, "version": fact.version}
            yield Change("referral", fact.identity, moved)
        case referral.InterimSupportOffered(kind=kind, offered_at=when):
            yield Change("referral", fact.identity, {"interim": kind, "interim_at": when, "version": fact.version})
        case referral.LinkWorkerDeallocated(reason=reason):
            yield _waits(fact, returned=True, return_reason=reason)
        case referral.ReferralReopened():
            yield _waits(fact, returned=True, return_reason=None)
        case (
            referral.LinkWorkerAllocated()
            | referral.ReferralRejected()
            | referral.ReferralRedirected()
            | referral.ReferralWithdrawn()
            | referral.SocialPrescribingDeclined()
            | referral.ReferralClosed()
        ):
            yield Change("referral", fact.identity, {**_NOBODY_WAITS, "version": fact.version})
        case referral.ReferralRetractedInError():
            yield Remove("referral", fact.identity)
        case _ if isinstance(fact.event, _WHILE_WAITING):
            yield Change("referral", fact.identity, {"version": fact.version})
        case _:
            pass


def _received(fact: Fact, event: referral.ReferralReceived) -> Put:
    return Put(
        "referral",
        {
            "referral_id": fact.identity,
            "version": fact.version,
            "person_id": event.person_id,
            "waiting": False,
            "waiting_since": None,
            **_urgency(event.priority),
            "basis": BASIS,
            "moved_reason": None,
            "interim": None,
            "interim_at": None,
            "returned": False,
            "return_reason": None,
            "reasons": list(event.reasons),
            "source": event.source,
            "source_org": event.source_org,
            "practice": event.practice,
            "programme": event.programme,
            "restricted": event.restricted,
            "received_at": event.received_at,
        },
    )


def _urgency(priority: str) -> dict[str, Any]:
    return {"priority": priority, "urgency": URGENCY.get(priority, ROUTINE)}


_WHILE_WAITING: Final = (
    referral.SocialPrescribingAccepted,
    referral.ReferredBackToClinician,
    referral.ReferBackAcknowledged,
    referral.ReferBackUnacknowledged,
    proposal.AllocationProposed,
    proposal.AllocationAccepted,
    proposal.AllocationRefused,
)
"""What happens to somebody who waits without changing their turn."""
_NOBODY_WAITS: Final[Mapping[str, Any]] = {
    "waiting": False,
    "waiting_since": None,
    "moved_reason": None,
    "interim": None,
    "interim_at": None,
}


def _waits(fact: Fact, **more: Any) -> Change:
    """From now on, and behind those who waited before."""
    columns = {"waiting": True, "waiting_since": fact.at, "version": fact.version, **more}
    return Change("referral", fact.identity, columns)


project: Final = by_module(
    {
        referral: _referral,
        proposal: _referral,
        person: partial(people, about=ABOUT),
        tenant: places_and_trusts,
    }
)
"""The rows an event makes or changes."""
