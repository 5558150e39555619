"""Referrals made: each referral by its referrer's reference, where it stands, and whether they may know."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.people import consent, duplicate, person
from commonweal.domain.referrals import programme, referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.consents import consents
from projections.people import merges, people
from projections.places import places_and_trusts

STATUSES: Final[Mapping[type, str]] = {
    referral.TriageStarted: "BEING_LOOKED_AT",
    referral.InformationRequested: "AWAITING_INFORMATION",
    referral.InformationProvided: "BEING_LOOKED_AT",
    referral.InformationRequestLapsed: "BEING_LOOKED_AT",
    referral.ReferralAccepted: "WAITING",
    referral.PlacedOnWaitingList: "WAITING",
    referral.LinkWorkerDeallocated: "WAITING",
    referral.ReferralReopened: "WAITING",
    referral.LinkWorkerAllocated: "WITH_LINK_WORKER",
    referral.FirstContactMade: "IN_SUPPORT",
    referral.SupportStarted: "IN_SUPPORT",
    referral.ReferralRejected: "NOT_TAKEN_ON",
    referral.ReferralRedirected: "PASSED_ON",
    referral.SocialPrescribingDeclined: "DECLINED",
    referral.ReferralClosed: "ENDED",
    referral.ReferralWithdrawn: "WITHDRAWN",
    referral.ReferralRetractedInError: "RECORDED_IN_ERROR",
}
"""Event → where the referral stands from then on; `RECEIVED` before."""


def _referral(fact: Fact) -> Iterable[Statement]:
    for statement in cases(fact):
        if isinstance(statement, Put) and isinstance(fact.event, referral.ReferralReceived):
            about: dict[str, Any] = {
                "source_reference": fact.event.source_reference,
                "status": "RECEIVED",
                "since": fact.event.received_at,
            }
            yield Put("referral", {**statement.row, **about})
        else:
            yield statement
    if (status := STATUSES.get(type(fact.event))) is not None:
        yield Change("referral", fact.identity, {"status": status, "since": fact.at})


def _programme(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case programme.ProgrammeOpened(name=name, restricted=restricted):
            row = {"programme": fact.identity, "name": name, "restricted": restricted, "open": True}
            yield Put("programme", row)
        case programme.ProgrammeClosed():
            yield Change("programme", fact.identity, {"open": False})
        case _:
            pass


project: Final = by_module(
    {
        referral: _referral,
        person: partial(people, about=()),
        duplicate: merges,
        consent: consents,
        programme: _programme,
        tenant: places_and_trusts,
    }
)
"""The rows an event makes or changes."""
