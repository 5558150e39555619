"""The end of a case: what was open in it ends too, unless it goes on without us or somebody has to see to it."""

from datetime import datetime
from typing import Final, TypeAlias

from commonweal.domain import due
from commonweal.domain.directory import connection
from commonweal.domain.measures import measure
from commonweal.domain.plans import plan
from commonweal.domain.referrals import referral
from commonweal.domain.work import contact, task

Part: TypeAlias = tuple[str, str]
"""(kind, id) of a record that belongs to a case."""

_BEGINS: Final = (
    plan.PlanStarted
    | connection.ConnectionOffered
    | contact.ContactBooked
    | measure.MeasureScheduled
    | task.TaskCreated
)
_ENDS: Final = (
    plan.PlanCompleted
    | plan.PlanEndedEarly
    | plan.PlanSuperseded
    | connection.ConnectionDeclinedByPerson
    | connection.ConnectionCompleted
    | connection.ConnectionDropped
    | contact.ContactHeld
    | contact.ContactMissed
    | contact.ContactCancelled
    | measure.MeasureCompleted
    | measure.MeasureDeclined
    | measure.MeasureNotAppropriate
    | measure.MeasureMissed
    | measure.MeasureLapsed
    | task.TaskCompleted
    | task.TaskCancelled
)
KINDS: Final = {module.__name__: module.CATEGORY for module in (plan, connection, contact, measure, task)}
"""Module of the events of a part → its kind."""


def begins(event: object) -> str | None:
    """The referral in which a part is open from this event on."""
    return event.referral_id if isinstance(event, _BEGINS) else None


def ends(event: object) -> bool:
    """Is its part over with this event?"""
    return isinstance(event, _ENDS)


def ending(event: object) -> str | None:
    """How a case ends with an event of its referral: one of `codes.CASE_ENDINGS`; None where it does not."""
    match event:
        case referral.ReferralClosed(reason=reason):
            return reason
        case referral.SocialPrescribingDeclined():
            return "declined"
        case referral.ReferralRetractedInError():
            return "retracted"
        case referral.ReferralRejected():
            return "rejected"
        case referral.ReferralRedirected():
            return "redirected"
        case referral.ReferralWithdrawn():
            return "withdrawn"
        case _:
            return None


def command(kind: str, how: str, at: datetime, by: str) -> object:
    """What a part of that kind is told when its case ended, then and so; it decides itself what that means for it."""
    match kind:
        case plan.CATEGORY:
            return plan.EndPlanWithCase(ending=how, by=by)
        case connection.CATEGORY:
            return connection.EndConnectionWithCase(ending=how, on=due.today(at))
        case contact.CATEGORY:
            return contact.CancelContactWithCase(ending=how, at=at)
        case measure.CATEGORY:
            return measure.LapseMeasure(ending=how, on=due.today(at))
        case task.CATEGORY:
            return task.CancelTaskWithCase(ending=how)
        case _:
            raise ValueError(f"{kind} is no part of a case")
