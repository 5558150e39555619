"""The names everything is stored under, with a promise about what stands in the clear."""

import re
from dataclasses import MISSING, fields
from datetime import date, datetime
from typing import Any, get_args

import pytest

from commonweal.domain import deciders
from commonweal.domain.deciders import COMMANDS, EVENTS
from commonweal.domain.message import field_types, is_personal

EVENTS_OF = {module.__name__: get_args(module.Event) or (module.Event,) for module in deciders.MODULES}
ALL_EVENTS = sorted({event for events in EVENTS_OF.values() for event in events}, key=lambda event: event.__name__)

IN_CLEAR = {
    # codes on a list
    "NHSNumberTraced": "nhs_number_status",
    "PersonRegistered": "nhs_number_status language stated_gender ethnic_category lsoa21 gp_practice reasonable_adjustments"
    " worker_gender_preference imd_version",
    "PersonDetailsCorrected": "language stated_gender ethnic_category lsoa21 worker_gender_preference imd_version",
    "ReasonableAdjustmentsRecorded": "reasonable_adjustments",
    "ContactPreferenceSet": "channel",
    "GPRegistrationChanged": "gp_practice previous",
    "PersonDied": "source",
    "PersonErased": "basis",
    # ids of persons and users, and codes
    "PossibleDuplicateFlagged": "other_id evidence by",
    "DuplicateDismissed": "other_id reason by",
    "PersonsMerged": "here survivor_id absorbed_id evidence by",
    "PersonsUnmerged": "here survivor_id absorbed_id reason by",
    "ErasureRequested": "basis by",
    "ErasureRefused": "basis reason",
    "ErasureApproved": "basis by",
    "RepresentativeLinked": "representative_id kind authority by",
    "RepresentativeUnlinked": "representative_id reason by",
    "CapacityAssessed": "assessment_id decision outcome basis by",
    "CompetenceAssessed": "assessment_id outcome basis by",
    "RiskFlagRaised": "flag_id kind severity by",
    "RiskFlagReviewed": "flag_id severity by",
    "RiskFlagClosed": "flag_id reason by",
    "PersonRecordOpened": "role what by",
    "BreakGlassAccessUsed": "access_id role reason fields by",
    "AccessReviewed": "access_id verdict by",
    # display_name: a colleague's name at work
    "UserNamed": "display_name",
    "GlassBroken": "person_id parts",
    "ConsentGiven": "scope audience method wording_version given_by",
    "ConsentRefused": "scope audience",
    "ConsentWithdrawn": "scope audience",
    "ConsentExpired": "scope audience",
    "ReferralReceived": "person_id source source_org source_reference setting priority reasons referrer_role"
    " requested_service practice programme encounter risks_known",
    "PlacedOnWaitingList": "priority basis",
    "WaitingListReprioritised": "priority reason basis",
    "InterimSupportOffered": "kind",
    "ReferralWithdrawn": "reason by",
    "InformationRequested": "missing",
    "ReferralAccepted": "unmet",
    "ContactAttempted": "worker_id channel result",
    "SupportStarted": "plan_id",
    "ReferredBackToClinician": "refer_back_id reason to_organisation to_role by",
    "ReferBackAcknowledged": "refer_back_id by",
    "ReferBackUnacknowledged": "refer_back_id",
    "FollowUpCompleted": "point outcomes",
    # name: a service's, not a person's
    "ProgrammeOpened": "name",
    "CriteriaPublished": "practices lsoas needs excluded_needs",
    "ReferralRejected": "reason",
    "ReferralRedirected": "to_organisation reason",
    "SocialPrescribingDeclined": "reason",
    "LinkWorkerAllocated": "worker_id reason",
    "ReferralReallocated": "worker_id from_worker_id reason",
    "LinkWorkerDeallocated": "worker_id reason",
    "FirstContactMade": "worker_id medium",
    "ReferralClosed": "reason unmet_needs",
    "ReferralRetractedInError": "reason",
    # display_name: a colleague's name at work
    "LinkWorkerEngaged": "display_name employer host_practices pcns languages skills stated_gender funder funders"
    " funder_percents supervisor_id role",
    "LinkWorkerLanguageAdded": "language",
    "LinkWorkerSkillAdded": "skill",
    "AbsenceStarted": "kind cover_worker_id",
    "CoverChanged": "cover_worker_id",
    "CoverStarted": "worker_id",
    "CoverEnded": "worker_id",
    "HostPracticesChanged": "host_practices pcns",
    "FundingOfPostChanged": "funders funder_percents",
    "TrainingCompleted": "course",
    "CompetencyExpired": "course",
    "SupervisionHeld": "kind cases_discussed",
    "CaseTaken": "referral_id from_worker_id",
    "CaseReleased": "referral_id",
    "CaseWeighted": "referral_id basis",
    "CaseloadTransferred": "worker_id referral_ids reason",
    "HandoverAcknowledged": "referral_ids",
    "AllocationProposed": "worker_id",
    "AllocationAccepted": "worker_id",
    "AllocationRefused": "worker_id reason",
    "ReferralWeighed": "basis",
    # codes, or left out where a trust sent something else
    "PatientAdmitted": "trust ward method",
    "PatientDischarged": "trust ward destination",
    "EDAttendanceRecorded": "trust department attendance_category chief_complaint",
    "HospitalRecordsMerged": "trust",
    "PatientMatched": "person_id method",
    "DischargeSupportTaskRaised": "rule",
    "DischargeSupportOffered": "medium",
    "DischargeSupportAccepted": "needs",
    "DischargeSupportDeclined": "reason",
    # organisations are public: their names and addresses too
    "TenantOnboarded": "ods",
    "TenantConfigured": "name gss giving_prefix",
    "PlaceNamed": "place name",
    "PCNFormed": "pcn name place",
    "PCNClosed": "pcn",
    "PracticeJoinedPCN": "practice pcn name",
    "PracticeLeftPCN": "practice pcn",
    "FederationFormed": "federation name pcns",
    "TrustConnected": "trust name kind hl7v2_facilities hl7v2_subject task_endpoint task_token_file told_by",
    "TrustDisconnected": "trust",
    # key: the public half of a trust's key
    "TrustCredentialsIssued": "trust key",
    "TrustCredentialsRevoked": "trust key",
    "PolicyChanged": "discharge_offer offer_wards measures gp_endpoint gp_token_file",
    "GPMessageQueued": "person_id referral_id kind level practice snomed",
    "GPMessageWithheld": "reason",
    "GPMessageBusinessAcked": "outcome reason by",
    "GPMessageFailed": "reason",
    "TenantPlaced": "ods database key_file",
    "ContactBooked": "referral_id person_id worker_id kind medium lone_working",
    "ContactHeld": "referral_id person_id worker_id kind medium attendance present topics next_step",
    "ContactMissed": "attendance reason",
    "ContactCancelled": "attendance reason",
    # signed_by and the like: a user's id, which is a hash
    "NoteSigned": "referral_id person_id contact_id signed_by",
    "NoteAmended": "person_id amended_by",
    "NoteRecordedOnWrongPerson": "moved_to disclosure found_by",
    "NoteMovedToPerson": "referral_id person_id signed_by moved_by",
    "NoteDisclosureAssessed": "disclosure assessed_by",
    # source: the stream a task followed from
    "TaskCreated": "kind referral_id person_id worker_id source created_by",
    "TaskCompleted": "completed_by",
    "TaskReassigned": "worker_id from_worker_id",
    "TaskCancelled": "reason",
    "SafeguardingConcernRaised": "referral_id person_id concerning types raised_by",
    "SafeguardingReferralMade": "person_id agency made_by",
    "SafeguardingOutcomeRecorded": "outcome recorded_by",
    "LoneVisitStarted": "worker_id contact_id referral_id person_id",
    "LoneVisitEnded": "ended_by",
    "DropInAttended": "person_id service_id recorded_by",
    "DropInRetracted": "reason retracted_by",
    "InstrumentRegistered": "instrument version licence languages",
    "InstrumentLicenceRecorded": "state reference",
    "InstrumentRetired": "reason",
    "MeasureScheduled": "referral_id person_id instrument instrument_version point",
    "MeasureDeclined": "reason",
    "MeasureNotAppropriate": "reason",
    "MeasureLapsed": "ending",
    # scores: what the answers came to; by: a user's id, which is a hash
    "MeasureCompleted": "scores scoring_version mode language by",
    "RiskItemTriggered": "referral_id person_id worker_id instrument item",
    "MeasureVoided": "reason",
    "MeasureRescored": "before scores scoring_version",
    "UserGranted": "role scope",
    "UserRevoked": "role scope",
    # a community organisation and its services are public: what they are called, what they do, addresses of their roles
    "OrganisationListed": "name description identifiers website email parent",
    "OrganisationChanged": "name description website email parent",
    "OrganisationIdentified": "identifiers",
    "ServiceSubmitted": "organisation_id kind name description needs email phone website address postcode languages access"
    " sessions cost submitted_by by",
    "ServiceDetailsChanged": "field old new source by",
    "ServiceNeedsChanged": "needs by",
    "AccessibilityRecorded": "access by",
    "ScheduleChanged": "sessions by",
    "CostChanged": "cost by",
    "ServiceLanguagesChanged": "languages by",
    "EligibilityChanged": "areas inclusion exclusion by",
    "ReferralRouteSet": "mode by",
    "ServiceApproved": "by",
    "ServiceReturned": "reason by",
    "ServiceResubmitted": "by",
    "ServiceAssured": "method by",
    "ServiceProblemReported": "problem_id kind by by_role",
    "ServiceProblemResolved": "problem_id by",
    "ServiceTemporarilyClosed": "reason by",
    "ServiceReopened": "by",
    "ServiceRetired": "reason by",
    "ServiceCapacityReported": "status unit by",
    "ConnectionOffered": "person_id referral_id plan_id service_id freshness_at_offer mode override_reason by",
    "ConnectionDeclinedByPerson": "reason",
    "ConnectionSent": "channel dataset_version consent_audience link_id by",
    "ProviderLinkReplaced": "link_id by",
    "ProviderLinkShown": "link_id by",
    "ProviderAccepted": "link_id",
    "ProviderDeclined": "reason link_id",
    "ProviderWaitlisted": "link_id",
    "ConnectionDropped": "reason",
    "AttendanceRecorded": "session_id code by",
    "AttendanceCorrected": "session_id code by",
    "ContributionStarted": "contribution_id service_id role",
    "ContributionEnded": "contribution_id",
    "PlanStarted": "person_id referral_id programme framework domains by",
    "PlanAgreedByPerson": "agreed_by by",
    "PlanActivated": "copy_offered",
    "PlanCompleted": "person_id programme by",
    "PlanEndedEarly": "person_id programme reason by",
    "PlanSuperseded": "person_id programme by_plan_id",
    "WhatMattersRecorded": "clause_id person_id domain said_by language by",
    "WhatMattersReworded": "clause_id domain said_by language by",
    "StrengthRecorded": "clause_id person_id kind said_by by",
    "StrengthReworded": "clause_id kind said_by by",
    "PlanClauseRemoved": "clause_id reason by",
    "NeedIdentified": "need identified_by by",
    "NeedResolved": "need identified_by by",
    "NeedUnmet": "need identified_by reason by",
    "GoalAgreed": "goal_id person_id domain owner said_by by",
    "GoalRevised": "goal_id domain owner said_by by",
    "GoalProgressRated": "goal_id rated_by by",
    "GoalAchieved": "goal_id reason by",
    "GoalPartlyAchieved": "goal_id reason by",
    "GoalAbandoned": "goal_id reason by",
    "ActionAdded": "action_id person_id goal_id who by",
    "ActionChanged": "action_id who by",
    "ActionCompleted": "action_id by",
    "ActionMissed": "action_id reason by",
    "ActionCancelled": "action_id reason by",
    "PlanReviewStarted": "trigger by",
    "PlanRevised": "reason agreed_by changed by",
    "PlanSharedWith": "kind audience part consent by",
    "PlanSharingStopped": "kind audience reason by",
    "PlanChangeProposed": "proposal_id person_id proposer clause_ids by",
    "PlanChangeApproved": "proposal_id reason by",
    "PlanChangeRejected": "proposal_id reason by",
    "AdviceGainRecorded": "gain_id kind status by",
    "AdviceGainConfirmed": "gain_id by",
    # an ICS's own words for areas of life: they say nothing of anyone
    "FrameworkPublished": "name domains",
    # community chests: organisations, ids, codes, names of funds and rounds; by: a user's id; shares: pence by pledge
    "FundFounded": "name areas method steering_group by",
    "FundRulesSet": "eligibility criteria weights by",
    "SteeringMemberAppointed": "organisation interests by",
    "SteeringMemberStoodDown": "organisation by",
    "PriorityEvidenceAttached": "snapshot_id disclosure_rule rows by",
    "PrioritySet": "needs snapshot_id by",
    "EvaluationPublished": "document_hash by",
    "EffectReleased": "snapshot_id disclosure_rule by",
    "FundReconciled": "by",
    "PledgeMade": "pledge_id funder purposes areas by",
    "PledgeConfirmed": "pledge_id evidence by",
    "PledgeReduced": "pledge_id reason by",
    "PledgeWithdrawn": "pledge_id reason by",
    "MatchConditionMet": "pledge_id",
    "MatchConditionFailed": "pledge_id",
    "FundsReceived": "pledge_id receipt_id by",
    "FundsReturned": "pledge_id return_id reason by",
    "RoundOpened": "round_id name method ringfences by",
    "RoundExtended": "round_id by",
    "RoundClosed": "round_id by",
    "MoneyCommitted": "grant_id round_id organisation purpose area shares reason by",
    "MoneyReleased": "grant_id shares reason by",
    "MoneyPaid": "grant_id payment_id shares by",
    "MoneyReturned": "grant_id return_id payment_id shares reason by",
    "ApplicationStarted": "fund_id round_id organisation link_id by",
    "ApplicationSaved": "purpose area groups documents link_id",
    "ApplicationSubmitted": "purpose area link_id",
    "ApplicationWithdrawn": "reason link_id",
    "ApplicantLinkReplaced": "link_id by",
    "ApplicantLinkShown": "link_id by",
    "ApplicantSupportGiven": "support_id kind by",
    "EligibilityPassed": "rules by",
    "EligibilityFailed": "rules by",
    "DueDiligenceRecorded": "charity_number by",
    "ConflictDeclared": "assessor kind",
    "ConflictCleared": "assessor reason by",
    "ApplicationShortlisted": "by",
    "ApplicationAssessed": "assessor organisation points",
    "AssessmentModerated": "points moderator",
    "PitchHeld": "by",
    "ApplicationRecommended": "by",
    "ApplicationPlacedOnReserve": "by",
    "ApplicationDeclined": "reason by",
    "GrantOffered": "fund_id shares schedule by",
    "GrantAccepted": "link_id",
    "GrantRefused": "reason shares link_id",
    "AgreementSigned": "document_hash signed_for by",
    "ConditionMet": "evidence by",
    "ConditionBreached": "reason by",
    "AwardVaried": "shares schedule reason by",
    "AwardPaused": "reason by",
    "AwardResumed": "by",
    "AwardTerminated": "reason shares by",
    "AwardClosed": "by",
    "CapacityFunded": "capacity_id service_id by",
    "AwardPublished": "by",
    "DrawdownRequested": "drawdown_id evidence report_id link_id",
    "DrawdownApproved": "drawdown_id despite by",
    "DrawdownQueried": "drawdown_id reason by",
    "DrawdownRefused": "drawdown_id reason by",
    "PaymentMade": "payment_id drawdown_id shares by",
    "PaymentFailed": "payment_id reason by",
    "PaymentReturned": "payment_id return_id by",
    "UnderspendReported": "link_id",
    "UnderspendReturned": "return_id shares by",
    "UnderspendReallocated": "reallocation_id to_grant by",
    "MonitoringDue": "report_id by",
    "MonitoringSubmitted": "report_id people_band link_id",
    "MonitoringAccepted": "report_id by",
    "MonitoringQueried": "report_id by",
    "MonitoringOverdue": "report_id",
    "BallotOpened": "fund_id round_id candidates voters by",
    "VoterLinksMade": "links_id by",
    "VoteCast": "organisation token_id choices",
    "VotesCounted": "tally method by",
}
"""Every text an event stores in clear. A new one is a decision: a code, an id or an organisation's name, never what someone wrote."""

PAST = re.compile(
    r"(ed|Broken|EndedEarly|Unmet|SharedWith|Given|Withdrawn|Taken|Left|Set|Made|Overdue|Done|Died|PlacedOnWaitingList|RetractedInError|JoinedPCN|LeftPCN|"
    r"FellDue|BackToClinician|Held|RecordedOnWrongPerson|NotAppropriate|MovedToPerson|Withheld|CheckedIn|ByPerson|Shown|Sent|"
    r"OnReserve|Met|Paid|Due|StoodDown|Cast)$"
)


def texts(event: type) -> set[str]:
    return {
        name
        for name, hint in field_types(event).items()
        if not is_personal(hint) and hint not in (int, bool, date, datetime, int | None, bool | None, date | None)
    }


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_every_text_in_the_clear_is_on_the_list(event: type) -> None:
    assert texts(event) == set(IN_CLEAR.get(event.__name__, "").split())


def test_the_list_names_no_event_that_is_gone() -> None:
    assert set(IN_CLEAR) <= {event.__name__ for event in ALL_EVENTS}


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_an_event_is_named_for_something_that_happened(event: type) -> None:
    assert PAST.search(event.__name__)
    assert not event.__name__.startswith(("Add", "Change", "Set", "Record", "Start"))


def test_an_event_stands_in_the_streams_of_one_module() -> None:
    homes = [event for events in EVENTS_OF.values() for event in events]
    assert len(homes) == len(set(homes))
    written = {name for name, event in EVENTS.items() if event.__module__.startswith("commonweal.domain")}
    assert {event.__name__ for event in homes} == written


def test_every_command_is_answered_by_one_module() -> None:
    answered = [
        command
        for module in (*deciders.MODULES, *deciders.JOINT)
        for command in get_args(module.Command) or (module.Command,)
    ]
    assert len(answered) == len(set(answered))
    asked = {name for name, command in COMMANDS.items() if command.__module__.startswith("commonweal.domain")}
    assert {command.__name__ for command in answered} == asked


def test_every_category_is_one_module_and_has_no_hyphen() -> None:
    categories = [module.CATEGORY for module in deciders.MODULES]
    assert len(categories) == len(set(categories))
    assert all(re.fullmatch(r"[a-z_]+", category) for category in categories)


@pytest.mark.parametrize("event", ALL_EVENTS, ids=lambda event: event.__name__)
def test_what_may_be_missing_has_a_default(event: Any) -> None:
    hints = field_types(event)
    for field in fields(event):
        hint = get_args(hints[field.name])[0] if is_personal(hints[field.name]) else hints[field.name]
        if type(None) in get_args(hint) and field.name != "gp_practice":
            assert field.default is not MISSING, field.name
