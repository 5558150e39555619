"""Waiting list: who waits for a link worker, since when, and what their turn is reckoned from."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from commonweal.domain import person, referral, tenant
from commonweal.kernel.read_model import Change, Put, Remove, Statement
from commonweal.kernel.streams import Fact
from projections.people import people
from projections.places import places

URGENCY: Final = {"3": 0, "2": 1, "1": 2}
"""Priority (`codes.PRIORITIES`) → how soon: 0 goes first. A turn is urgency, then who has waited longest, then the referral's id."""
ROUTINE: Final = 2

ABOUT: Final = ("name", "nhs_number", "date_of_birth", "postcode", "language", "interpreter")
"""What the room knows about a person: all of it goes when they are erased."""


def project(fact: Fact) -> Iterable[Statement]:
    """The rows an event makes or changes."""
    about = _BY_MODULE.get(type(fact.event).__module__)
    return () if about is None else about(fact)


def _referral(fact: Fact) -> Iterable[Statement]:
    """A referral that does not wait keeps its row: it may come back, and then nobody tells again what it is about."""
    match fact.event:
        case referral.ReferralReceived() as event:
            yield _received(fact, event)
        case referral.ReferralAccepted():
            yield _waits(fact)
        case referral.PlacedOnWaitingList(priority=priority):
            yield _waits(fact, priority=priority, urgency=URGENCY.get(priority, ROUTINE))
        case referral.LinkWorkerDeallocated(reason=reason):
            yield _waits(fact, returned=True, return_reason=reason)
        case referral.ReferralReopened():
            yield _waits(fact, returned=True, return_reason=None)
        case (
            referral.LinkWorkerAllocated()
            | referral.ReferralRejected()
            | referral.ReferralRedirected()
            | referral.SocialPrescribingDeclined()
            | referral.ReferralClosed()
        ):
            yield Change("referral", fact.identity, {"waiting": False, "waiting_since": None, "version": fact.version})
        case referral.ReferralRetractedInError():
            yield Remove("referral", fact.identity)
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
            "priority": event.priority,
            "urgency": URGENCY.get(event.priority, ROUTINE),
            "returned": False,
            "return_reason": None,
            "reasons": list(event.reasons),
            "source": event.source,
            "source_org": event.source_org,
            "practice": event.practice,
            "received_at": event.received_at,
        },
    )


def _waits(fact: Fact, **more: Any) -> Change:
    """From now on, and behind those who waited before."""
    columns = {"waiting": True, "waiting_since": fact.at, "version": fact.version, **more}
    return Change("referral", fact.identity, columns)


_BY_MODULE: Final[Mapping[str, Callable[[Fact], Iterable[Statement]]]] = {
    referral.__name__: _referral,
    person.__name__: partial(people, about=ABOUT),
    tenant.__name__: places,
}
"""Module of the domain → what its events change."""
