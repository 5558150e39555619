"""Who may do and see what: one line for each command and each view; what has no line, nobody may."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from commonweal.domain import codes, hospital, user
from commonweal.domain.chest import (
    apply,
    assess,
    award,
    ballot,
    ballot_opening,
    fund,
    fund_effect,
    fund_pledges,
    fund_priorities,
    fund_rounds,
    grant_application,
    grant_assessment,
    grant_award,
    grant_monitoring,
    grant_payments,
    payment,
    underspend,
)
from commonweal.domain.chest import (
    capacity as funded_capacity,
)
from commonweal.domain.directory import (
    answer,
    capacity,
    community_organisation,
    community_service,
    connect,
    connection,
    contribution,
    listing,
)
from commonweal.domain.measures import instrument, measure, measuring
from commonweal.domain.people import (
    break_glass,
    competence,
    consent,
    erasure,
    merge,
    person,
    record_access,
    representation,
    risk,
)
from commonweal.domain.plans import (
    framework,
    plan,
    plan_actions,
    plan_agreement,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_review,
    plan_share,
    plan_sharing,
    plan_start,
    plan_words,
)
from commonweal.domain.referrals import (
    follow_up,
    gp_message,
    information,
    programme,
    reaching,
    receive,
    refer_back,
    referral,
    waiting,
)
from commonweal.domain.work import (
    contact,
    contact_booking,
    contact_held,
    drop_in,
    drop_in_recording,
    lone_visit,
    lone_visit_start,
    note,
    note_move,
    note_signing,
    safeguarding,
    safeguarding_raising,
    task,
)
from commonweal.domain.workforce import (
    absence,
    allocation,
    allocation_rule,
    handover,
    learning,
    link_worker,
    post,
    propose,
)
from commonweal.kernel.reading import Scope

Grants = Iterable[tuple[str, str]]
"""(role, scope) pairs, as `commonweal.domain.user` keeps them."""

_REFERRERS: Final = frozenset(
    {"practice", "hospital", "emergency_department", "mental_health_trust", "diagnostic_hub", "referrer"}
)
_TEAM: Final = frozenset({"link_worker", "team_lead", "triager"})
_LEADS: Final = frozenset({"team_lead", "pcn_manager", "triager"})
_LISTERS: Final = _TEAM | {"pcn_manager"}
"""Who keeps the directory true; what is new in it is approved by `_EDITORS`."""
_EDITORS: Final = frozenset({"team_lead", "pcn_manager"})

_PLANNERS: Final = frozenset({"link_worker", "team_lead"})
"""Who makes plans with people."""

_CHEST: Final = frozenset({"chest_officer"})
_JUDGES: Final = frozenset({"chest_officer", "assessor", "steering_member"})
_PANEL: Final = frozenset({"chest_officer", "steering_member"})
_ACCOUNTS: Final = frozenset({"chest_officer", "steering_member", "finance"})
"""Who knows what was paid to whom; whoever only judges does not."""

PUBLIC: Final = "public"
"""Who has not signed in. It is no role that somebody could be granted."""

COMMANDS: Final[dict[type, frozenset[str]]] = {
    person.RegisterPerson: _TEAM | _REFERRERS,
    person.CorrectPersonDetails: _TEAM,
    person.TraceNHSNumber: _TEAM,
    person.SetContactPreference: _TEAM,
    person.ChangeGPRegistration: _TEAM,
    person.RecordDeath: _TEAM,
    person.RecordReasonableAdjustments: _TEAM,
    merge.FlagPossibleDuplicate: _TEAM | {"ig_lead"},
    merge.DismissDuplicate: frozenset({"team_lead", "triager", "ig_lead"}),
    merge.MergePersons: frozenset({"team_lead", "triager", "ig_lead"}),
    merge.UnmergePersons: frozenset({"team_lead", "triager", "ig_lead"}),
    erasure.RequestErasure: _TEAM | {"ig_lead"},
    erasure.ApproveErasure: frozenset({"ig_lead"}),
    representation.LinkRepresentative: _TEAM,
    representation.UnlinkRepresentative: _TEAM,
    representation.AssessCapacity: _TEAM,
    competence.AssessCompetence: _TEAM,
    risk.RaiseRiskFlag: _TEAM,
    risk.ReviewRiskFlag: _TEAM,
    risk.CloseRiskFlag: _TEAM,
    record_access.ReviewAccess: frozenset({"ig_lead"}),
    break_glass.BreakGlass: _TEAM,
    consent.GiveConsent: _TEAM | _REFERRERS,
    consent.RefuseConsent: _TEAM | _REFERRERS,
    consent.WithdrawConsent: _TEAM,
    receive.ReceiveReferral: _TEAM | _REFERRERS,
    referral.StartTriage: _LEADS,
    referral.AcceptReferral: _LEADS,
    referral.RejectReferral: _LEADS,
    referral.RedirectReferral: _LEADS,
    referral.RecordFirstContact: _TEAM,
    programme.OpenProgramme: frozenset({"team_lead", "administrator"}),
    programme.PublishCriteria: frozenset({"team_lead", "administrator"}),
    programme.CloseProgramme: frozenset({"team_lead", "administrator"}),
    information.RequestInformation: _LEADS,
    information.ProvideInformation: _TEAM | _REFERRERS,
    waiting.ReprioritiseWaiting: _LEADS,
    waiting.OfferInterimSupport: _TEAM,
    waiting.WithdrawReferral: _LEADS | _REFERRERS,
    reaching.AttemptContact: _TEAM,
    reaching.AcceptSocialPrescribing: _TEAM,
    refer_back.ReferBackToClinician: _TEAM,
    refer_back.AcknowledgeReferBack: _TEAM | {"practice", "hospital", "emergency_department", "mental_health_trust"},
    follow_up.CompleteFollowUp: _TEAM,
    allocation.AllocateLinkWorker: _LEADS,
    allocation.ReallocateReferral: _LEADS,
    allocation.DeallocateLinkWorker: _LEADS,
    allocation.DeclineSocialPrescribing: _TEAM,
    allocation.CloseReferral: _TEAM,
    allocation.ReopenReferral: _TEAM,
    allocation.RetractReferral: _TEAM,
    allocation.WeighCase: _TEAM,
    propose.ProposeAllocation: _LEADS,
    answer.AcceptAllocation: frozenset({"link_worker"}),
    answer.RefuseAllocation: frozenset({"link_worker"}),
    allocation_rule.ChangeAllocationRule: frozenset({"administrator"}),
    link_worker.EngageLinkWorker: frozenset({"team_lead", "pcn_manager"}),
    link_worker.AddLinkWorkerLanguage: frozenset({"link_worker", "team_lead"}),
    link_worker.AddLinkWorkerSkill: frozenset({"link_worker", "team_lead"}),
    link_worker.ChangeCaseloadLimit: frozenset({"team_lead", "pcn_manager"}),
    link_worker.ChangeWeeklyLimit: frozenset({"team_lead", "pcn_manager"}),
    post.ChangeWorkingPattern: frozenset({"team_lead", "pcn_manager"}),
    post.ChangeHostPractices: frozenset({"team_lead", "pcn_manager"}),
    post.ChangeFundingOfPost: frozenset({"team_lead", "pcn_manager"}),
    learning.RecordTraining: frozenset({"link_worker", "team_lead"}),
    learning.RecordSupervision: frozenset({"link_worker", "team_lead"}),
    handover.HandOverCaseload: frozenset({"team_lead", "pcn_manager"}),
    link_worker.AcknowledgeHandover: frozenset({"link_worker"}),
    absence.StartAbsence: frozenset({"link_worker", "team_lead"}),
    absence.ChangeCover: frozenset({"link_worker", "team_lead"}),
    absence.EndAbsence: frozenset({"link_worker", "team_lead"}),
    link_worker.LeavePost: frozenset({"team_lead", "pcn_manager"}),
    hospital.MatchPatient: frozenset({"triager", "team_lead"}),
    hospital.OfferDischargeSupport: _TEAM | {"hospital"},
    hospital.AcceptDischargeSupport: _TEAM | {"hospital"},
    hospital.DeclineDischargeSupport: _TEAM | {"hospital"},
    contact_booking.BookContact: _TEAM,
    contact_held.RecordContact: _TEAM,
    contact_held.HoldContact: _TEAM,
    contact.RescheduleContact: _TEAM,
    contact.MissContact: _TEAM,
    contact.CancelContact: _TEAM,
    note_signing.SignNote: _TEAM,
    note.AmendNote: _TEAM,
    note_move.MoveNote: _TEAM,
    note.AssessNoteDisclosure: frozenset({"ig_lead"}),
    task.CreateTask: _TEAM | {"pcn_manager"},
    task.CompleteTask: _TEAM | {"pcn_manager"},
    task.ReassignTask: _TEAM | {"pcn_manager"},
    task.CancelTask: _TEAM | {"pcn_manager"},
    safeguarding_raising.RaiseSafeguardingConcern: _TEAM,
    safeguarding.MakeSafeguardingReferral: frozenset({"link_worker", "team_lead"}),
    safeguarding.RecordSafeguardingOutcome: frozenset({"link_worker", "team_lead"}),
    lone_visit_start.StartLoneVisit: frozenset({"link_worker", "team_lead"}),
    lone_visit.CheckInLoneWorker: frozenset({"link_worker", "team_lead"}),
    lone_visit.EndLoneVisit: frozenset({"link_worker", "team_lead"}),
    drop_in_recording.RecordDropIn: _TEAM,
    drop_in.RetractDropIn: _TEAM,
    instrument.RegisterInstrument: frozenset({"team_lead", "administrator"}),
    instrument.RecordInstrumentLicence: frozenset({"team_lead", "administrator"}),
    instrument.RetireInstrument: frozenset({"team_lead", "administrator"}),
    measuring.ScheduleMeasure: frozenset({"link_worker", "team_lead"}),
    measuring.RecordMeasure: frozenset({"link_worker", "team_lead"}),
    measuring.CompleteMeasure: frozenset({"link_worker", "team_lead"}),
    measure.OfferMeasure: frozenset({"link_worker", "team_lead"}),
    measure.DeclineMeasure: frozenset({"link_worker", "team_lead"}),
    measure.MarkMeasureNotAppropriate: frozenset({"link_worker", "team_lead"}),
    measure.VoidMeasure: frozenset({"link_worker", "team_lead"}),
    measure.RescoreMeasure: frozenset({"team_lead", "administrator"}),
    plan_start.StartPlan: _PLANNERS,
    plan_words.RecordWhatMatters: _PLANNERS,
    plan_words.RewordWhatMatters: _PLANNERS,
    plan_words.RecordStrength: _PLANNERS,
    plan_words.RewordStrength: _PLANNERS,
    plan_words.RemovePlanClause: _PLANNERS,
    plan_needs.IdentifyNeed: _PLANNERS,
    plan_needs.ResolveNeed: _PLANNERS,
    plan_needs.MarkNeedUnmet: _PLANNERS,
    plan_goals.AgreeGoal: _PLANNERS,
    plan_goals.ReviseGoal: _PLANNERS,
    plan_goals.RateGoal: _PLANNERS,
    plan_goals.EndGoal: _PLANNERS,
    plan_actions.AddAction: _PLANNERS,
    plan_actions.ChangeAction: _PLANNERS,
    plan_actions.CompleteAction: _PLANNERS,
    plan_actions.MissAction: _PLANNERS,
    plan_actions.CancelAction: _PLANNERS,
    plan_agreement.RecordPlanAgreement: _PLANNERS,
    plan_review.SchedulePlanReview: _PLANNERS,
    plan_review.StartPlanReview: _PLANNERS,
    plan_review.FinishPlanReview: _PLANNERS,
    plan.CompletePlan: _PLANNERS,
    plan.EndPlanEarly: _PLANNERS,
    plan_share.SharePlan: _PLANNERS,
    plan_sharing.StopSharingPlan: _PLANNERS,
    plan_proposals.ProposePlanChange: _PLANNERS | {"practice"},
    plan_proposals.ApprovePlanChange: _PLANNERS,
    plan_proposals.RejectPlanChange: _PLANNERS,
    plan_gains.RecordAdviceGain: _PLANNERS,
    plan_gains.ConfirmAdviceGain: _PLANNERS,
    framework.PublishFramework: frozenset({"team_lead", "administrator"}),
    framework.RetireFramework: frozenset({"team_lead", "administrator"}),
    community_organisation.ListOrganisation: _LISTERS,
    community_organisation.ChangeOrganisation: _LISTERS,
    community_organisation.IdentifyOrganisation: _EDITORS,
    listing.SubmitService: _LISTERS,
    listing.ChangeServiceDetails: _LISTERS,
    listing.ChangeServiceNeeds: _LISTERS,
    listing.RecordAccessibility: _LISTERS,
    listing.ChangeSchedule: _LISTERS,
    listing.ChangeCost: _LISTERS,
    listing.ChangeServiceLanguages: _LISTERS,
    listing.ChangeEligibility: _LISTERS,
    listing.SetReferralRoute: _LISTERS,
    community_service.ApproveService: _EDITORS,
    community_service.ReturnService: _EDITORS,
    community_service.ResubmitService: _LISTERS,
    community_service.AssureService: _LISTERS,
    community_service.ReportServiceProblem: _LISTERS | _REFERRERS,
    community_service.ResolveServiceProblem: _LISTERS,
    community_service.CloseServiceForNow: _LISTERS,
    community_service.ReopenService: _LISTERS,
    community_service.RetireService: _EDITORS,
    capacity.ReportCapacity: _LISTERS,
    connect.OfferConnection: _TEAM,
    connect.SendConnection: _TEAM,
    connect.RecordProviderAcceptance: _TEAM,
    connect.RecordProviderDecline: _TEAM,
    connect.RecordProviderWaitingList: _TEAM,
    connect.RecordAttendance: _TEAM,
    connection.AcceptConnection: _TEAM,
    connection.DeclineConnection: _TEAM,
    connection.ReplaceProviderLink: _TEAM,
    connection.ShowProviderLink: _TEAM,
    connection.StartConnection: _TEAM,
    connection.CompleteConnection: _TEAM,
    connection.DropConnection: _TEAM,
    connection.CorrectAttendance: _TEAM,
    contribution.StartContribution: _TEAM,
    contribution.EndContribution: _TEAM,
    gp_message.AcknowledgeGPMessage: frozenset({"practice"}),
    fund.FoundFund: _CHEST,
    fund.SetFundRules: _CHEST,
    fund.AppointSteeringMember: _CHEST,
    fund.StandDownSteeringMember: _CHEST,
    fund_priorities.AttachPriorityEvidence: _CHEST,
    fund_priorities.SetPriority: _PANEL,
    fund.PublishEvaluation: _CHEST,
    fund.ReconcileFund: frozenset({"finance"}),
    fund_effect.ReleaseEffect: _CHEST,
    fund_pledges.MakePledge: _CHEST,
    fund_pledges.ConfirmPledge: _CHEST,
    fund_pledges.ReducePledge: _CHEST,
    fund_pledges.WithdrawPledge: _CHEST,
    fund_pledges.ReceiveFunds: frozenset({"finance"}),
    fund_pledges.ReturnFunds: frozenset({"finance"}),
    fund_rounds.OpenRound: _CHEST,
    fund_rounds.ExtendRound: _CHEST,
    fund_rounds.CloseRound: _CHEST,
    apply.StartApplication: _CHEST,
    apply.SubmitApplication: _CHEST,
    grant_application.SaveApplication: _CHEST,
    grant_application.WithdrawApplication: _CHEST,
    grant_application.ReplaceApplicantLink: _CHEST,
    grant_application.ShowApplicantLink: _CHEST,
    grant_application.RecordApplicantSupport: _CHEST,
    assess.CheckEligibility: _CHEST,
    assess.AssessApplication: _JUDGES,
    assess.RecommendApplication: _PANEL,
    grant_assessment.RecordDueDiligence: _CHEST,
    grant_assessment.DeclareConflict: _JUDGES,
    grant_assessment.ClearConflict: _CHEST,
    assess.ShortlistApplication: _PANEL,
    assess.ModerateAssessment: _PANEL,
    grant_assessment.RecordPitch: _CHEST,
    assess.PlaceOnReserve: _PANEL,
    assess.DeclineApplication: _PANEL,
    ballot_opening.OpenBallot: _CHEST,
    ballot.MakeVoterLinks: _CHEST,
    ballot.CountVotes: _CHEST,
    award.OfferGrant: _CHEST,
    award.RefuseGrant: _CHEST,
    award.VaryAward: _CHEST,
    award.TerminateAward: _CHEST,
    award.CloseAward: _CHEST,
    grant_award.AcceptGrant: _CHEST,
    grant_award.SignAgreement: _CHEST,
    grant_award.MeetCondition: _CHEST,
    grant_award.BreachCondition: _CHEST,
    grant_award.PauseAward: _CHEST,
    grant_award.ResumeAward: _CHEST,
    grant_award.PublishAward: _CHEST,
    funded_capacity.FundCapacity: _CHEST,
    grant_payments.RequestDrawdown: _CHEST,
    grant_payments.ApproveDrawdown: _CHEST,
    grant_payments.QueryDrawdown: _CHEST,
    grant_payments.RefuseDrawdown: _CHEST,
    grant_payments.ReportUnderspend: _CHEST,
    payment.MakePayment: frozenset({"finance"}),
    payment.FailPayment: frozenset({"finance"}),
    payment.ReturnPayment: frozenset({"finance"}),
    underspend.ReturnUnderspend: frozenset({"finance"}),
    underspend.ReallocateUnderspend: _CHEST,
    grant_monitoring.AskForMonitoring: _CHEST,
    grant_monitoring.SubmitMonitoring: _CHEST,
    grant_monitoring.AcceptMonitoring: _CHEST,
    grant_monitoring.QueryMonitoring: _CHEST,
    user.GrantUser: frozenset({"administrator"}),
    user.RevokeUser: frozenset({"administrator"}),
}

DEEDS: Final[dict[str, frozenset[str]]] = {
    "replay": frozenset({"administrator"}),
}
"""What is no command, for no record changes by it."""

VIEWS: Final[dict[str, frozenset[str]]] = {
    "person_record": _TEAM | {"ig_lead"},
    "person_timeline": _TEAM | {"ig_lead"},
    "person_cases": _TEAM | {"ig_lead"},
    "person_rights": _TEAM | {"ig_lead"},
    "restricted_flags": frozenset({"link_worker", "team_lead", "ig_lead"}),
    "record_access": _TEAM | {"ig_lead"},
    "access_reviews": frozenset({"ig_lead"}),
    "integrations": frozenset({"administrator", "ig_lead"}),
    "caseload": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
    "waiting_list": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
    "measures": frozenset({"link_worker", "team_lead"}),
    "outcomes": frozenset({"analyst", "pcn_manager", "team_lead", "ig_lead", "funder"}),
    "instruments": frozenset({"link_worker", "team_lead", "pcn_manager", "analyst", "administrator", "ig_lead"}),
    "work": frozenset({"link_worker", "team_lead", "triager"}),
    "tasks": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
    "moved_notes": frozenset({"ig_lead"}),
    "safeguarding": frozenset({"link_worker", "team_lead", "ig_lead"}),
    "safeguarding_tasks": frozenset({"team_lead"}),
    "plan": _PLANNERS,
    "shared_plan": _REFERRERS,
    "service_directory": user.ROLES - {"person"},
    "connections": _TEAM,
    "provider_connections": frozenset({"provider"}),
    "referrals_made": _REFERRERS,
    "refer": _TEAM | _REFERRERS,
    "workforce": frozenset({"link_worker", "team_lead", "pcn_manager", "triager", "analyst"}),
    "allocation": _LEADS,
    "proposals": frozenset({"link_worker", "team_lead", "pcn_manager", "triager"}),
    "equity": frozenset({"team_lead", "pcn_manager", "analyst", "ig_lead"}),
    "activity": frozenset({"team_lead", "pcn_manager", "analyst", "ig_lead"}),
    "chest_funds": _JUDGES | _ACCOUNTS | {"funder"},
    "chest_statement": _ACCOUNTS | {"funder"},
    "chest_grants": _JUDGES | _ACCOUNTS,
    "chest_payments": _ACCOUNTS,
    "chest_scores": _ACCOUNTS,
    "chest_effect": _ACCOUNTS | {"analyst"},
    "chest_evidence": _ACCOUNTS | {"analyst", "funder"},
    "chest_awards": user.ROLES - {"person"} | {PUBLIC},
    "funding": frozenset({"funder"}),
    "set_up": frozenset({"team_lead", "administrator"}),
    "users": frozenset({"administrator"}),
    "erasures": frozenset({"ig_lead"}),
}


RELEASED: Final = frozenset({"funder"})
"""Who sees numbers about people as they were released: see `projections.disclosure.releases`."""


def may(grants: Grants, command: type) -> bool:
    """Does any of someone's roles allow this command at all? What they broke the glass for is to be read."""
    allowed = COMMANDS.get(command, frozenset())
    return any(role in allowed and not where.startswith("glass:") for role, where in grants)


def may_do(grants: Grants, deed: str) -> bool:
    """Does any of someone's roles, held for the whole ICS, allow this?"""
    return any(role in DEEDS[deed] and where == "tenant" for role, where in grants)


def scope(grants: Grants, roles: frozenset[str]) -> Scope | None:
    """How much of an ICS is theirs through these roles; None where they have none of them. What they broke the glass for is not."""
    held = [where for role, where in grants if role in roles]
    if not held:
        return None
    return Scope(
        everything="tenant" in held,
        pcns=_ids(held, "pcn"),
        practices=_ids(held, "practice"),
        link_workers=_ids(held, "link_worker"),
        organisations=_ids(held, "trust") | _ids(held, "organisation"),
        persons=_ids(held, "person"),
        programmes=_ids(held, "programme"),
        released={role for role, _ in grants if role in roles} <= RELEASED,
    )


_OWN: Final[Mapping[str, frozenset[str]]] = {
    "safeguarding": frozenset({"link_worker", "triager"}),  # a concern they raised, whoever has the case by now
    "chest_scores": frozenset({"assessor"}),
}
"""View → who sees in it what they gave themselves."""


def views(grants: Grants, user_id: str = "") -> Mapping[str, Scope]:
    """Every view someone may see, and how much of it."""
    held = frozenset(grants)
    own = frozenset(view for view, roles in _OWN.items() if any(role in roles for role, _ in held))
    return _views(held, own if user_id else frozenset(), user_id if own else "")


COMPARTMENTS: Final = frozenset({"safeguarding", "safeguarding_tasks", "restricted_flags"})
"""What a broken glass does not open."""


PARTS: Final[dict[str, frozenset[str]]] = {
    "person_record": frozenset(codes.RECORD_PARTS),  # no part can be read without knowing whose it is
    "person_timeline": frozenset({"timeline"}),
    "person_cases": frozenset({"case"}),
    "person_rights": frozenset({"rights"}),
    "record_access": frozenset({"access"}),
    "caseload": frozenset({"case"}),
    "waiting_list": frozenset({"case"}),
    "allocation": frozenset({"case"}),
    "plan": frozenset({"plan"}),
    "connections": frozenset({"connections"}),
    "work": frozenset({"contacts"}),
    "tasks": frozenset({"contacts"}),
    "measures": frozenset({"measures"}),
}
"""View → the parts of a record of which any opens it to who broke the glass for them; no other view opens."""


def opened(grants: Grants, roles: frozenset[str], parts: Iterable[str] = tuple(codes.RECORD_PARTS)) -> frozenset[str]:
    """For whose record someone broke the glass with these roles, and needed any of these parts."""
    wanted = frozenset(parts)
    glass = (where.split(":", 2) for role, where in grants if role in roles and where.startswith("glass:"))
    return frozenset(person_id for _, part, person_id in glass if part in wanted)


def reading(grants: Grants) -> frozenset[tuple[str, str]]:
    """What is left of someone's grants where they read through a broken glass: nothing that lets them change anything."""
    return frozenset((role, where) for role, where in grants if where.startswith("glass:"))


def parts(grants: Grants, person_id: str) -> frozenset[str]:
    """The parts of a record for which someone broke the glass."""
    return frozenset(part for part in codes.RECORD_PARTS if person_id in opened(grants, user.ROLES, (part,)))


def _seen(view: str, grants: Grants) -> Scope | None:
    """How much of a view someone sees; what they broke the glass for is among it."""
    if (seen := scope(grants, VIEWS[view])) is None:
        return None
    if view in COMPARTMENTS:
        return replace(seen, persons=frozenset())
    return replace(seen, persons=seen.persons | opened(grants, VIEWS[view], PARTS.get(view, ())))


@lru_cache(maxsize=4096)
def _views(grants: frozenset[tuple[str, str]], own: frozenset[str], user_id: str) -> Mapping[str, Scope]:
    found = {name: seen for name in VIEWS if (seen := _seen(name, grants)) is not None}
    for view in own:
        found[view] = replace(found.get(view, Scope()), users=frozenset({user_id}))
    return MappingProxyType(found)


def organisations(grants: Grants, command: type) -> frozenset[str] | None:
    """The organisations someone may speak for with a command; None: any."""
    held = [where for role, where in grants if role in COMMANDS.get(command, frozenset())]
    return None if "tenant" in held else _organisations(held)


def sent_by(grants: Grants) -> tuple[str, ...]:
    """The organisations somebody is there for, in whatever role."""
    return tuple(sorted(_organisations([where for _, where in grants])))


def _organisations(scopes: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(_ids(scopes, kind) for kind in ("trust", "organisation", "practice")))


def _ids(scopes: Iterable[str], kind: str) -> frozenset[str]:
    return frozenset(scope.partition(":")[2] for scope in scopes if scope.partition(":")[0] == kind)
