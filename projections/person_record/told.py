"""What of a person's life with us is told in their timeline, and how: never anybody's words, and nothing of safeguarding."""

from dataclasses import dataclass
from typing import Final

from commonweal.domain import codes
from commonweal.domain.codes import Codes


@dataclass(frozen=True, slots=True)
class Told:
    """An event as one line. `part`: the tab of the record where more stands; `field` is a code of the event, a word of `list_`."""

    part: str
    sentence: str
    field: str = ""
    list_: Codes | None = None

    def words(self, code: str | None) -> str:
        """The line: `The referral was closed: goals met`."""
        if code is None or self.list_ is None:
            return self.sentence
        return f"{self.sentence}: {self.list_.get(code, code)}"


CHANNELS: Final[Codes] = {
    "phone": "a telephone call",
    "sms": "a text message",
    "email": "an e-mail",
    "letter": "a letter",
    "in_person": "to be seen in person",
    "through_referrer": "to hear through the referrer",
}
"""`commonweal.domain.people.person.CHANNELS` in words."""
CONSENTS: Final[Codes] = {
    "contact": "to be contacted",
    "record": "to a record being kept",
    "sms": "to text messages",
    "email": "to e-mails",
    "share_gp": "to sharing with their practice",
    "share_referrer": "to sharing with who referred them",
    "share_vcfse": "to sharing with a community service",
    "share_mdt": "to sharing with the multidisciplinary team",
    "outcome_payment_evidence": "to evidence for outcome payments",
    "research_contact": "to be asked about research",
    "story_use": "to their story being told",
}
"""`commonweal.domain.people.consent.SCOPES` in words: the person agreed …"""
DEATHS: Final[Codes] = {
    "gp": "the practice",
    "hospital": "a hospital",
    "family": "the family",
    "national": "the national record",
}
"""`commonweal.domain.people.person.DEATH_SOURCES` in words."""
WITHHELD: Final[Codes] = {
    "no_consent": "they had not agreed",
    "no_practice": "no practice was known",
    "no_endpoint": "we had no way to send to it",
    "other_practice": "they are with another practice now",
    "restricted_programme": "no practice is told of this referral",
    "nothing_told": "it was told nothing before",
    "erased": "their record was erased",
}
"""Why nothing was sent to a practice, in words: `domain.referrals.gp_message_queue` and `integrations.gp_record` give the reasons."""

PARTS: Final[Codes] = {
    "details": "Details",
    "case": "Referral",
    "plan": "Plan",
    "connections": "Connections",
    "contacts": "Contacts and notes",
    "measures": "Measures",
    "rights": "Consents and rights",
    "hospital": "Hospital",
}
"""What the timeline can be narrowed to."""

TOLD: Final[dict[str, Told]] = {
    "PersonRegistered": Told("details", "The person was registered"),
    "PersonDetailsCorrected": Told("details", "Details were corrected"),
    "ReasonableAdjustmentsRecorded": Told("details", "What makes it possible to take part was recorded"),
    "NHSNumberTraced": Told(
        "details", "An NHS number was recorded", "nhs_number_status", codes.NHS_NUMBER_STATUSES
    ),
    "ContactPreferenceSet": Told("details", "How to reach them was agreed", "channel", CHANNELS),
    "GPRegistrationChanged": Told("details", "They are with another practice"),
    "PersonDied": Told("details", "We were told that the person has died", "source", DEATHS),
    "PersonsMerged": Told("details", "Two records were merged", "evidence", codes.MERGE_EVIDENCE),
    "PersonsUnmerged": Told("details", "Two records were taken apart again", "reason", codes.UNMERGE_REASONS),
    "PossibleDuplicateFlagged": Told("details", "A possible second record was noticed", "evidence", codes.DUPLICATE_EVIDENCE),
    "DuplicateDismissed": Told("details", "A possible second record was looked at", "reason", codes.DISMISSAL_REASONS),
    "ErasureRequested": Told("rights", "Erasure of the record was asked for"),
    "ErasureRefused": Told("rights", "The record cannot be erased yet", "reason", codes.ERASURE_REFUSALS),
    "ErasureApproved": Told("rights", "Erasure was approved"),
    "PersonErased": Told("rights", "The record was erased"),
    "ConsentGiven": Told("rights", "They agreed", "scope", CONSENTS),
    "ConsentRefused": Told("rights", "They did not agree", "scope", CONSENTS),
    "ConsentWithdrawn": Told("rights", "They took their consent back", "scope", CONSENTS),
    "ConsentExpired": Told("rights", "A consent came to its end", "scope", CONSENTS),
    "ParentsConsentExcluded": Told("rights", "What a parent agreed to counts no more"),
    "ParentsConsentReadmitted": Told("rights", "What a parent agrees to counts again"),
    "RepresentativeLinked": Told("rights", "Somebody may speak for them", "kind", codes.REPRESENTATIVES),
    "RepresentativeUnlinked": Told("rights", "Somebody speaks for them no more", "reason", codes.UNLINKING_REASONS),
    "CapacityAssessed": Told("rights", "Capacity was assessed", "outcome", codes.CAPACITY_OUTCOMES),
    "CompetenceAssessed": Told("rights", "Competence was assessed", "outcome", codes.COMPETENCE_OUTCOMES),
    "RiskFlagRaised": Told("rights", "A risk flag was raised", "kind", codes.RISKS),
    "RiskFlagReviewed": Told("rights", "A risk flag was looked at again", "severity", codes.RISK_SEVERITIES),
    "RiskFlagClosed": Told("rights", "A risk flag was closed", "reason", codes.RISK_CLOSURES),
    "ReferralReceived": Told("case", "A referral came", "source", codes.SOURCES_OF_REFERRAL),
    "TriageStarted": Told("case", "Triage began"),
    "TriageOverdue": Told("case", "Triage was overdue"),
    "InformationRequested": Told("case", "More information was asked for"),
    "InformationProvided": Told("case", "More information came"),
    "InformationRequestLapsed": Told("case", "More information was awaited in vain"),
    "ReferralAccepted": Told("case", "The referral was accepted"),
    "PlacedOnWaitingList": Told("case", "They were put on the waiting list", "priority", codes.PRIORITIES),
    "WaitingListReprioritised": Told("case", "Their turn on the waiting list changed", "priority", codes.PRIORITIES),
    "InterimSupportOffered": Told("case", "Support while they wait was offered"),
    "ReferralWithdrawn": Told("case", "The referrer took the referral back"),
    "ReferralRejected": Told("case", "The referral was rejected", "reason", codes.REJECTION_REASONS),
    "ReferralRedirected": Told("case", "The referral was passed on", "reason", codes.REDIRECTION_REASONS),
    "SocialPrescribingDeclined": Told("case", "They would rather not", "reason", codes.DECLINE_REASONS),
    "LinkWorkerAllocated": Told("case", "They were given a link worker", "reason", codes.ALLOCATION_REASONS),
    "ReferralReallocated": Told("case", "They were given another link worker", "reason", codes.ALLOCATION_REASONS),
    "LinkWorkerDeallocated": Told("case", "Their link worker gave the referral back", "reason", codes.ALLOCATION_REASONS),
    "ContactAttempted": Told("contacts", "We tried to reach them", "channel", CHANNELS),
    "ContactPolicyExhausted": Told("contacts", "We tried as often as our policy says"),
    "FirstContactMade": Told("contacts", "First contact was made", "medium", codes.CONSULTATION_MEDIUMS),
    "SocialPrescribingAccepted": Told("case", "They said yes to social prescribing"),
    "SupportStarted": Told("case", "Support began"),
    "ReferredBackToClinician": Told("case", "They were referred back to a clinician"),
    "ReferBackAcknowledged": Told("case", "A clinician took them on"),
    "ReferBackUnacknowledged": Told("case", "No clinician has answered in time"),
    "ReferralClosed": Told("case", "The referral was closed", "reason", codes.CLOSURE_REASONS),
    "FollowUpFellDue": Told("case", "A follow-up is due"),
    "FollowUpCompleted": Told("case", "A follow-up was done"),
    "ReferralReopened": Told("case", "The referral was opened again"),
    "ReferralRetractedInError": Told("case", "The referral was taken back", "reason", codes.RETRACTION_REASONS),
    "GPMessageQueued": Told("case", "A message to their practice was written"),
    "GPMessageWithheld": Told("case", "A message to their practice was held back", "reason", WITHHELD),
    "GPMessageSent": Told("case", "A message to their practice was sent"),
    "GPMessageBusinessAcked": Told("case", "Their practice has read a message"),
    "GPMessageUnacknowledged": Told("case", "Their practice has not answered a message in time"),
    "GPMessageFailed": Told("case", "A message to their practice could not be sent"),
    "ContactBooked": Told("contacts", "A contact was booked", "kind", codes.CONTACT_KINDS),
    "ContactRescheduled": Told("contacts", "A contact was moved to another time"),
    "ContactHeld": Told("contacts", "A contact was held", "medium", codes.CONSULTATION_MEDIUMS),
    "ContactMissed": Told("contacts", "A contact was missed", "attendance", codes.ATTENDANCES),
    "ContactCancelled": Told("contacts", "A contact was cancelled", "attendance", codes.ATTENDANCES),
    "NoteSigned": Told("contacts", "A note was signed"),
    "NoteAmended": Told("contacts", "A note was amended"),
    "NoteRecordedOnWrongPerson": Told("contacts", "A note was found to be about someone else, and moved"),
    "NoteMovedToPerson": Told("contacts", "A note was moved here from another record"),
    "DropInAttended": Told("contacts", "They came to a drop-in"),
    "DropInRetracted": Told("contacts", "A drop-in was taken back", "reason", codes.DROP_IN_MISTAKES),
    "LoneVisitStarted": Told("contacts", "A visit alone began"),
    "LoneVisitEnded": Told("contacts", "A visit alone ended"),
    "ConnectionOffered": Told("connections", "A community service was offered"),
    "ConnectionAcceptedByPerson": Told("connections", "They would like to go to a community service"),
    "ConnectionDeclinedByPerson": Told("connections", "They would rather not go to a community service"),
    "ConnectionSent": Told("connections", "A community service was asked to take them"),
    "ProviderAccepted": Told("connections", "A community service has a place for them"),
    "ProviderDeclined": Told("connections", "A community service cannot take them"),
    "ProviderWaitlisted": Told("connections", "A community service put them on its waiting list"),
    "ConnectionUnanswered": Told("connections", "A community service has not answered in time"),
    "ConnectionStarted": Told("connections", "They went to a community service for the first time"),
    "ConnectionCompleted": Told("connections", "They have finished with a community service"),
    "ConnectionDropped": Told("connections", "They stopped going to a community service"),
    "ContributionStarted": Told("connections", "They began to contribute themselves"),
    "ContributionEnded": Told("connections", "They stopped contributing"),
    "PlanStarted": Told("plan", "A plan was begun"),
    "PlanAgreedByPerson": Told("plan", "They agreed to their plan"),
    "PlanActivated": Told("plan", "Their plan is at work"),
    "PlanCompleted": Told("plan", "Their plan was completed"),
    "PlanEndedEarly": Told("plan", "Their plan ended early", "reason", codes.CASE_ENDINGS),
    "PlanSuperseded": Told("plan", "Another plan took the place of this one"),
    "PlanReviewStarted": Told("plan", "A review of the plan began"),
    "PlanReviewMissed": Told("plan", "A review of the plan was missed"),
    "PlanRevised": Told("plan", "The plan was revised"),
    "WhatMattersRecorded": Told("plan", "They said what matters to them"),
    "WhatMattersReworded": Told("plan", "What matters to them was put in other words"),
    "StrengthRecorded": Told("plan", "A strength was recorded"),
    "NeedIdentified": Told("plan", "A need was named", "need", codes.NEEDS),
    "NeedResolved": Told("plan", "A need was met", "need", codes.NEEDS),
    "NeedUnmet": Told("plan", "A need could not be met", "need", codes.NEEDS),
    "GoalAgreed": Told("plan", "A goal was agreed"),
    "GoalRevised": Told("plan", "A goal was changed"),
    "GoalProgressRated": Told("plan", "They rated how far they are with a goal"),
    "GoalAchieved": Told("plan", "A goal was reached"),
    "GoalPartlyAchieved": Told("plan", "A goal was reached in part"),
    "GoalAbandoned": Told("plan", "A goal was let go"),
    "ActionAdded": Told("plan", "A step was agreed"),
    "ActionCompleted": Told("plan", "A step was taken"),
    "ActionMissed": Told("plan", "A step was missed"),
    "PlanSharedWith": Told("plan", "The plan was shared"),
    "PlanSharingStopped": Told("plan", "The plan is not shared any more"),
    "PlanChangeProposed": Told("plan", "A change of the plan was proposed"),
    "PlanChangeApproved": Told("plan", "A change of the plan was taken up"),
    "PlanChangeRejected": Told("plan", "A change of the plan was not taken up"),
    "AdviceGainRecorded": Told("plan", "A gain from advice was recorded"),
    "AdviceGainConfirmed": Told("plan", "A gain from advice was confirmed"),
    "MeasureScheduled": Told("measures", "A measure was planned"),
    "MeasureOffered": Told("measures", "A measure was offered"),
    "MeasureDeclined": Told("measures", "They would rather not answer a measure"),
    "MeasureNotAppropriate": Told("measures", "A measure was not right for them"),
    "MeasureMissed": Told("measures", "A measure was missed"),
    "MeasureLapsed": Told("measures", "A measure was not asked for: the case ended first", "ending", codes.CASE_ENDINGS),
    "MeasureCompleted": Told("measures", "A measure was completed"),
    "MeasureVoided": Told("measures", "A measure was taken out"),
    "MeasureRescored": Told("measures", "A measure was reckoned again"),
    "PatientAdmitted": Told("hospital", "They were admitted to hospital"),
    "PatientDischarged": Told("hospital", "They went home from hospital"),
    "EDAttendanceRecorded": Told("hospital", "They were in A&E"),
    "AdmissionCancelled": Told("hospital", "The hospital took an admission back"),
    "DischargeCancelled": Told("hospital", "The hospital took a discharge back"),
    "DischargeSupportOffered": Told("hospital", "Support after hospital was offered"),
    "DischargeSupportAccepted": Told("hospital", "They would like support after hospital"),
    "DischargeSupportDeclined": Told("hospital", "They would rather not have support after hospital", "reason", codes.DECLINE_REASONS),
}  # fmt: skip
"""Event → how it is told. Of a flag in the restricted compartment nothing is; see `projector`."""

UNTOLD: Final = frozenset(
    {
        "NHSNumberReleased",  # the merge beside it says so
        "PersonRecordOpened", "BreakGlassAccessUsed", "AccessReviewed",  # the access page shows who looked
        "AllocationProposed", "AllocationAccepted", "AllocationRefused", "ReferralWeighed",  # between manager and link worker
        "NoteDisclosureAssessed",  # for those who look after information
        "TaskCreated", "TaskCompleted", "TaskReassigned", "TaskCancelled",  # work to do, some of it safeguarding's
        "SafeguardingConcernRaised", "SafeguardingReferralMade", "SafeguardingOutcomeRecorded",  # restricted
        "LoneWorkerCheckedIn", "LoneWorkerOverdue",  # about the link worker
        "ProviderLinkReplaced", "ProviderLinkShown",  # a link's own life
        "AttendanceRecorded", "AttendanceCorrected",  # the connection lists them
        "StrengthReworded", "PlanClauseRemoved", "ActionChanged", "ActionCancelled", "PlanReviewScheduled",  # small; the plan shows each
        "GPMessageInfrastructureAcked",  # it arrived; whether it was read is told
        "RiskItemTriggered",  # makes a task for the team
        "HospitalRecordsMerged", "PatientMatched",
        "DischargeSupportTaskRaised", "DischargeSupportTaskDone", "DischargeSupportTaskCancelled", "DischargeSupportTaskLapsed",
    }
)  # fmt: skip
"""Events about a person that are no line of the timeline, each for its reason."""
