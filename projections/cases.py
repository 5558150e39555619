"""Cases: of each referral what decides who may see what hangs on it, in every room that shows something of a case."""

from collections.abc import Iterable
from typing import Any, Final

from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement
from commonweal.kernel.streams import Fact

STAGES: Final[dict[type, str]] = {
    referral.PlacedOnWaitingList: "WAITING",
    referral.LinkWorkerDeallocated: "WAITING",
    referral.LinkWorkerAllocated: "ALLOCATED",
    referral.FirstContactMade: "IN_SUPPORT",
    referral.SupportStarted: "IN_SUPPORT",
    referral.ReferralRejected: "CLOSED",
    referral.ReferralRedirected: "CLOSED",
    referral.ReferralWithdrawn: "CLOSED",
    referral.SocialPrescribingDeclined: "CLOSED",
    referral.ReferralClosed: "CLOSED",
    referral.ReferralReopened: "WAITING",
    referral.ReferralRetractedInError: "CLOSED",
}
"""Event → where the referral stands from then on; `TO_TRIAGE` before."""


def cases(fact: Fact) -> Iterable[Statement]:
    """What an event of a referral changes in the table `referral`:

        referral_id text primary key, person_id text not null, practice text, received_at timestamptz not null,
        source_org text not null, programme text not null, restricted boolean not null, link_worker_id text,
        stage text not null

    with an index on person_id. A case that is closed stays with the link worker who had it last, for what is left to do: the
    last measures, a note, a follow-up. The tables `pcn` and `membership` of `projections.places` belong beside it.
    """
    event = fact.event
    if isinstance(event, referral.ReferralReceived):
        yield Put("referral", {"referral_id": fact.identity, **_received(event)})
        return
    columns: dict[str, Any] = {}
    if (stage := STAGES.get(type(event))) is not None:
        columns["stage"] = stage
        if stage == "WAITING" or isinstance(event, referral.ReferralRetractedInError):
            columns["link_worker_id"] = None
    if isinstance(event, referral.LinkWorkerAllocated | referral.ReferralReallocated):
        columns["link_worker_id"] = event.worker_id
    if columns:
        yield Change("referral", fact.identity, columns)


def _received(event: referral.ReferralReceived) -> dict[str, Any]:
    return {
        "person_id": event.person_id,
        "practice": event.practice,
        "received_at": event.received_at,
        "source_org": event.source_org,
        "programme": event.programme,
        "restricted": event.restricted,
        "link_worker_id": None,
        "stage": "TO_TRIAGE",
    }
