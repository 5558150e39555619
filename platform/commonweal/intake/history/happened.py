"""What may have happened in a case: each thing by the name it has in a line of history, and the command that says it."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class What(NamedTuple):
    """The name of the command, and the kind of record it is given to."""

    command: str
    record: str


HAPPENED: Final[Mapping[str, What]] = {
    "consent_given": What("GiveConsent", "person"),
    "consent_refused": What("RefuseConsent", "person"),
    "consent_withdrawn": What("WithdrawConsent", "person"),
    "contact_preferred": What("SetContactPreference", "person"),
    "risk_raised": What("RaiseRiskFlag", "person"),
    "risk_closed": What("CloseRiskFlag", "person"),
    "died": What("RecordDeath", "person"),
    "triage_started": What("StartTriage", "referral"),
    "information_asked": What("RequestInformation", "referral"),
    "information_given": What("ProvideInformation", "referral"),
    "accepted": What("AcceptReferral", "referral"),
    "rejected": What("RejectReferral", "referral"),
    "redirected": What("RedirectReferral", "referral"),
    "withdrawn": What("WithdrawReferral", "referral"),
    "declined": What("DeclineSocialPrescribing", "referral"),
    "reprioritised": What("ReprioritiseWaiting", "referral"),
    "interim_support_offered": What("OfferInterimSupport", "referral"),
    "allocated": What("AllocateLinkWorker", "referral"),
    "reallocated": What("ReallocateReferral", "referral"),
    "deallocated": What("DeallocateLinkWorker", "referral"),
    "weighed": What("WeighCase", "referral"),
    "contact_attempted": What("AttemptContact", "referral"),
    "first_contact": What("RecordFirstContact", "referral"),
    "support_wanted": What("AcceptSocialPrescribing", "referral"),
    "referred_back": What("ReferBackToClinician", "referral"),
    "refer_back_acknowledged": What("AcknowledgeReferBack", "referral"),
    "closed": What("CloseReferral", "referral"),
    "followed_up": What("CompleteFollowUp", "referral"),
    "reopened": What("ReopenReferral", "referral"),
    "retracted": What("RetractReferral", "referral"),
    "contact_held": What("RecordContact", "contact"),
    "note_signed": What("SignNote", "note"),
    "measured": What("RecordMeasure", "measure"),
    "plan_started": What("StartPlan", "plan"),
    "what_matters": What("RecordWhatMatters", "plan"),
    "strength": What("RecordStrength", "plan"),
    "need": What("IdentifyNeed", "plan"),
    "need_resolved": What("ResolveNeed", "plan"),
    "need_unmet": What("MarkNeedUnmet", "plan"),
    "goal_agreed": What("AgreeGoal", "plan"),
    "goal_rated": What("RateGoal", "plan"),
    "goal_ended": What("EndGoal", "plan"),
    "action_added": What("AddAction", "plan"),
    "action_completed": What("CompleteAction", "plan"),
    "action_missed": What("MissAction", "plan"),
    "action_cancelled": What("CancelAction", "plan"),
    "gain_recorded": What("RecordAdviceGain", "plan"),
    "gain_confirmed": What("ConfirmAdviceGain", "plan"),
    "plan_review_scheduled": What("SchedulePlanReview", "plan"),
    "plan_agreed": What("RecordPlanAgreement", "plan"),
    "plan_completed": What("CompletePlan", "plan"),
    "plan_ended_early": What("EndPlanEarly", "plan"),
}
"""In the order in which they are explained."""

ENDS: Final = frozenset({"rejected", "redirected", "withdrawn", "declined", "closed", "retracted"})
"""After these nobody has the case any more, until it is reopened."""
