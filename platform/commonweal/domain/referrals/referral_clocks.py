"""Referral clocks: by when a referral must be triaged, answered, acknowledged or followed up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from commonweal.domain import due, tenant
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.referrals import referral
from commonweal.domain.referrals.follow_up import FlagFollowUpDue
from commonweal.domain.referrals.information import LapseInformationRequest
from commonweal.domain.referrals.refer_back import FlagReferBackUnacknowledged

Event = referral.Event

TRIAGE: Final = "triage_overdue"
INFORMATION: Final = "information_lapses"
REFER_BACK: Final = "refer_back_unacknowledged"
FOLLOW_UP: Final = "follow_up_due"

_SETTLES: Final[Mapping[type, tuple[str, ...]]] = {
    referral.TriageOverdue: (TRIAGE,),
    referral.ReferralAccepted: (TRIAGE, INFORMATION),
    referral.ReferralRejected: (TRIAGE, INFORMATION),
    referral.ReferralRedirected: (TRIAGE, INFORMATION),
    referral.ReferralWithdrawn: (TRIAGE, INFORMATION),
    referral.SocialPrescribingDeclined: (TRIAGE, INFORMATION),
    referral.ReferralRetractedInError: (TRIAGE, INFORMATION, FOLLOW_UP),
    referral.FollowUpFellDue: (FOLLOW_UP,),
    referral.ReferralReopened: (FOLLOW_UP,),
}
"""Event → the kinds of deadline that are settled by it, where it sets none."""


def deadlines(policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A triage clock keeps the working days that were the ICS's rule when it was set, and stands still while we ask."""
    match event:
        case referral.ReferralReceived(received_at=when):
            return (Deadline(TRIAGE, identity, "", due.after_working_days(when, policies.triage_days)),)
        case referral.InformationRequested(due_at=when):
            return Deadline(TRIAGE, identity, "", None), Deadline(INFORMATION, identity, "", when)
        case referral.InformationProvided(clock_from=when) | referral.InformationRequestLapsed(clock_from=when):
            again = due.after_working_days(when, policies.triage_days)
            return Deadline(TRIAGE, identity, "", again), Deadline(INFORMATION, identity, "", None)
        case referral.ReferredBackToClinician(refer_back_id=about, due_at=when):
            return (Deadline(REFER_BACK, identity, about, when),)
        case (
            referral.ReferBackAcknowledged(refer_back_id=about) | referral.ReferBackUnacknowledged(refer_back_id=about)
        ):
            return (Deadline(REFER_BACK, identity, about, None),)
        case referral.ReferralClosed(follow_up_due=day) | referral.FollowUpCompleted(next_due=day):
            return (Deadline(FOLLOW_UP, identity, "", None if day is None else due.start_of(day)),)
        case _:
            return tuple(Deadline(kind, identity, "", None) for kind in _SETTLES.get(type(event), ()))


def _at(deadline: Deadline, now: datetime) -> datetime:
    return deadline.due_at or now


FALLS_DUE: Final[FallsDue] = {
    TRIAGE: lambda deadline, now: referral.FlagTriageOverdue(due_at=_at(deadline, now), at=now),
    INFORMATION: lambda deadline, now: LapseInformationRequest(due_at=_at(deadline, now), at=now),
    REFER_BACK: lambda deadline, now: FlagReferBackUnacknowledged(
        refer_back_id=deadline.about, due_at=_at(deadline, now), at=now
    ),
    FOLLOW_UP: lambda _deadline, now: FlagFollowUpDue(on=due.today(now)),
}
