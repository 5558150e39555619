"""Deadlines: what has a time by which it must be done, and what happens when nobody did it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from commonweal.domain import consent, hospital, referral, tenant, working_days


@dataclass(frozen=True, slots=True)
class Deadline:
    """When something falls due that was not settled before. `about` tells apart several of one kind in one stream."""

    kind: str
    identity: str
    about: str
    due_at: datetime | None
    """None: settled, or never due."""


TRIAGE: Final = "triage_overdue"
OFFER: Final = "offer_lapses"
CONSENT: Final = "consent_expires"
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
LONG_AGO: Final = datetime(1900, 1, 1, tzinfo=UTC)


def later(when: datetime, by: timedelta) -> datetime:
    """A mistyped year must not stop everyone's clock: it is moved to where clocks still work."""
    try:
        return min(max(when, LONG_AGO) + by, NEVER)
    except OverflowError:
        return NEVER


def deadline(policies: tenant.Policies, identity: str, event: object) -> Deadline | None:
    """The deadline an event sets or settles; it replaces the one of the same kind, stream and `about`.

    A triage clock keeps the working days that were the ICS's rule when the referral came. A consent for one audience that a
    no to everyone takes back is still looked at on its day, and then found to be gone.
    """
    match event:
        case referral.ReferralReceived(received_at=when):
            return Deadline(TRIAGE, identity, "", _working_days(when, policies.triage_days))
        case referral.TriageOverdue() | referral.ReferralAccepted() | referral.ReferralRejected():
            return Deadline(TRIAGE, identity, "", None)
        case referral.ReferralRedirected() | referral.SocialPrescribingDeclined() | referral.ReferralRetractedInError():
            return Deadline(TRIAGE, identity, "", None)
        case hospital.DischargeSupportTaskRaised(due_at=when):
            return Deadline(OFFER, identity, "", later(when, timedelta()))
        case (
            hospital.DischargeSupportTaskDone()
            | hospital.DischargeSupportTaskCancelled()
            | hospital.DischargeSupportTaskLapsed()
        ):
            return Deadline(OFFER, identity, "", None)
        case consent.ConsentGiven(scope=scope, audience=audience, expires_on=day):
            return Deadline(CONSENT, identity, f"{scope} {audience}", None if day is None else _day_after(day))
        case consent.ConsentRefused() | consent.ConsentWithdrawn() | consent.ConsentExpired():
            return Deadline(CONSENT, identity, f"{event.scope} {event.audience}", None)
        case _:
            return None


def when_due(due: Deadline, now: datetime) -> object:
    """The command for a deadline that has come."""
    match due.kind:
        case "triage_overdue":
            return referral.FlagTriageOverdue(due_at=due.due_at or now, at=now)
        case "offer_lapses":
            return hospital.LapseDischargeSupportTask(at=now)
        case "consent_expires":
            scope, _, audience = due.about.partition(" ")
            today = now.astimezone(working_days.LONDON).date()
            return consent.ExpireConsent(scope=scope, audience=audience, on=today)
        case kind:
            raise ValueError(f"no deadline is of the kind {kind}")


def _working_days(when: datetime, days: int) -> datetime:
    if not LONG_AGO <= when < NEVER:
        return later(when, timedelta())
    return min(working_days.after(when, days), NEVER)


def _day_after(day: date) -> datetime:
    """The first moment, in London, at which a day is over."""
    if not LONG_AGO.date() < day < NEVER.date():
        return LONG_AGO if day < NEVER.date() else NEVER
    return datetime.combine(day + timedelta(days=1), time(), working_days.LONDON)
