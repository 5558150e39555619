"""Anything that may be asked, anything that may have been stored, with codes that make sense often enough."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from hypothesis import strategies as st

from commonweal.domain import codes, hospital, tenant, user
from commonweal.domain.chest.ballot import Candidate
from commonweal.domain.measures.questionnaire import Score
from commonweal.domain.message import ERASED, field_types, is_personal, personal_type
from commonweal.domain.people import consent, person
from commonweal.domain.workforce import link_worker

DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(4)]
TIMES = [datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(days=n) for n in range(4)]
WORKERS, PEOPLE, REFERRALS = ["amira", "ben"], ["ottoline", "ada"], ["r1", "r2"]
PCNS, PRACTICES = ["U35821", "U52261"], ["K83001", "U35821/burton"]


def among(*choices: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([value for choice in choices for value in choice])


USEFUL: dict[str, st.SearchStrategy[Any]] = {
    "other_id": among(PEOPLE),
    "known_referrals": st.lists(among(REFERRALS), max_size=2).map(tuple),
    "survivor_id": among(PEOPLE),
    "absorbed_id": among(PEOPLE),
    "here": among(["survivor", "absorbed"]),
    "reasonable_adjustments": st.lists(among(codes.REASONABLE_ADJUSTMENTS), max_size=2).map(tuple),
    "worker_gender_preference": among(["1", "2", ""]),
    "imd_version": among(codes.IMD_VERSIONS),
    "imd_decile": among([1, 10, 11]),
    "authority": among(codes.AUTHORITIES),
    "verdict": among(codes.ACCESS_VERDICTS),
    "fields": st.lists(among(codes.RECORD_PARTS), max_size=2).map(tuple),
    "review_due": among(DAYS[2:]),
    "assessed_on": among(DAYS[:2]),
    "person_id": among(PEOPLE),
    "worker_id": among(WORKERS),
    "from_worker_id": among(WORKERS),
    "cover_worker_id": among(WORKERS),
    "link_worker_id": among(WORKERS),
    "referral_ids": among([("r1",), ("r1",), ("r2",), ("r1", "r2")]),
    "notes": among([(), (), ("Ring after two",)]),
    "funders": among([("QPM",), ("QPM", "U35821")]),
    "funder_percents": among([(100,), (60, 40)]),
    "course": among(["adult_safeguarding", "first_aid"]),
    "max_new_per_week": among([1, 3, None]),
    "referral_id": among(REFERRALS),
    "nhs_number": among(["9434765919", "9100000000", "943 476 5919", "9434765918"]),
    "nhs_number_status": among(["01", "02", "03", "07"]),
    "stated_gender": among(codes.STATED_GENDERS),
    "ethnic_category": among(codes.ETHNIC_CATEGORIES),
    "language": among(["en", "so"]),
    "lsoa21": among(["E01027025", "E01027026"]),
    "postcode": among(["NN15 5LB", "e151aa", ""]),
    "email": among(["ottoline@example.org", "", "nobody"]),
    "gp_practice": among(PRACTICES),
    "practice": among(PRACTICES),
    "channel": among(person.CHANNELS),
    "basis": among(person.ERASURE_BASES),
    "audience": among(["any", "RP1"]),
    "method": among(consent.METHODS),
    "given_by": among(consent.GIVERS),
    "setting": among(codes.SETTINGS),
    "priority": among(codes.PRIORITIES),
    "reasons": st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    "needs": st.lists(among(codes.DISCHARGE_NEEDS), max_size=2).map(tuple),
    "referrer_role": among(codes.REFERRER_ROLES),
    "source": among(["01", "02"]),
    "medium": among(codes.CONSULTATION_MEDIUMS),
    "trust": among(["RP1", "RNQ"]),
    "told_by": among(tenant.WAYS),
    "key": among(["UA", "UB"]),
    "role": among(user.ROLES),
    "weight": among([1, 2, 3, 5, 6]),
    "fte_percent": among([50, 100]),
    "caseload_limit": among([0, 4, 6]),
    "host_practices": among([(), ("K83001",)]),
    "pcns": among([(), ("U35821",)]),
    "languages": among([(), ("en",)]),
    "employer": among(["U35821", "GB-CHC-1054276"]),
    "funder": among(["QPM"]),
    "rule": among(codes.DISCHARGE_OFFER_RULES),
    "destination": among(["19", "at home"]),
    "ods": among(["QPM", "QMF"]),
    "gss": among(["E54000059"]),
    "kind": among(tenant.TRUST_KINDS),
    "source_org": among(["K83001", "RP1"]),
    "to_organisation": among(["RP1"]),
    "discharge_offer": among(codes.DISCHARGE_OFFER_RULES),
    "scope": among(["contact", "share_referrer"]),
    "reason": among(codes.CLOSURE_REASONS, codes.REJECTION_REASONS),
    "contact_id": among(["c1"]),
    "attendance": among(["5", "6", "3"]),
    "present": st.lists(among(codes.CONTACT_PRESENT), max_size=2).map(tuple),
    "topics": st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    "next_step": among(codes.NEXT_STEPS),
    "lone_working": among(codes.LONE_WORKING_PLANS),
    "disclosure": among(codes.DISCLOSURES),
    "agency": among(codes.SAFEGUARDING_AGENCIES),
    "concerning": among(codes.SAFEGUARDING_OF),
    "expected_by": among([when + timedelta(hours=2) for when in TIMES]),
    "service_id": among(["s1"]),
    "organisation_id": among(["o1"]),
    "website": among(["https://www.example.org", "", "nowhere"]),
    "identifiers": among([(), ("GB-CHC-1054276",)]),
    "identifier": among(["GB-CHC-1054276", "GB-CHC-1054277"]),
    "submitted_by": among(codes.SERVICE_SUBMITTERS),
    "access": st.lists(among(codes.SERVICE_ACCESS), max_size=2).map(tuple),
    "sessions": among([(), ("mon 10:00-12:00",), ("monday",)]),
    "cost": among(codes.SERVICE_COSTS),
    "cost_pence": among([None, 250]),
    "areas": among([(), ("E01027025",)]),
    "inclusion": among([(), ("women",)]),
    "exclusion": among([(), ("men",)]),
    "problem_id": among(["x1", "x2"]),
    "freshness_at_offer": among(["fresh", "stale"]),
    "override_reason": among(codes.STALE_LISTING_REASONS),
    "link_id": among(["l1", "l2"]),
    "session_id": among(["m1", "m2"]),
    "contribution_id": among(["g1"]),
    "programme": among(["core", "refugee", "outreach"]),
    "encounter": among(["v1"]),
    "risks_known": st.lists(among(codes.RISKS), max_size=2).map(tuple),
    "practices": among([(), ("K83001",)]),
    "lsoas": among([(), ("E01027025",)]),
    "excluded_needs": st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    "unmet_needs": st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    "missing": st.lists(among(codes.INFORMATION), max_size=2).map(tuple),
    "outcomes": st.lists(among(codes.FOLLOW_UP_OUTCOMES), max_size=2).map(tuple),
    "to_role": among(codes.REFERRER_ROLES),
    "instrument": among(["phq9", "swemwbs"]),
    "code": among(["phq9", "swemwbs"]),
    "instrument_version": among(["1"]),
    "scoring_version": among(["0"]),
    "point": among(["baseline", "review"]),
    "mode": among(codes.MEASURE_MODES),
    "answers": among([(0,) * 9, (1,) * 9, (3,) * 7, (9,)]),
    "scores": among([(Score("depression", 5, 500, "mild"),)]),
    "score": st.none(),
    "measures": among([(), ("phq9:baseline:7",)]),
    "domains": among([("home|My home|home",), ("home|My home|home", "garden|My garden|days")]),
    "domain": among(["home"]),
    "said_by": among(codes.PLAN_SPEAKERS),
    "identified_by": among(codes.NEED_FINDERS),
    "need": among(["loneliness"]),
    "clause_id": among(["p1"]),
    "goal_id": among(["p2"]),
    "action_id": among(["p3"]),
    "proposal_id": among(["p4"]),
    "gain_id": among(["p5"]),
    "owner": among(codes.PLAN_OWNERS),
    "rated_by": among(codes.GOAL_RATERS),
    "agreed_by": among(["person", "representative"]),
    "copy_offered": among(codes.PLAN_COPIES),
    "framework": among(["what_matters"]),
    "proposer": among(codes.PLAN_PROPOSERS),
    "part": among(codes.PLAN_PARTS),
    "next_review_on": among([DAYS[-1] + timedelta(days=30)]),
    "supersedes": among(["l1"]),
    "by_plan_id": among(["l2"]),
    "fund_id": among(["f1"]),
    "round_id": among(["r1", "r2"]),
    "pledge_id": among(["nhs", "council"]),
    "receipt_id": among(["b1", "b2"]),
    "amount_pence": among([100, 200, 300]),
    "least_pence": among([100]),
    "most_pence": among([300]),
    "schedule_on": among([(DAYS[2],), (DAYS[2], DAYS[3])]),
    "schedule_pence": among([(100,), (200,), (100, 100)]),
    "purpose": among(["loneliness"]),
    "purposes": among([(), ("loneliness",)]),
    "area": among(["E09000002"]),
    "steering_group": among([(), ("QMF",)]),
    "interests": among([(), ("GB-CHC-1054276",)]),
    "organisation": among(["QMF", "GB-CHC-1054276"]),
    "snapshot_id": among(["u1"]),
    "disclosure_rule": among(["1"]),
    "document_hash": among(["0" * 64, "f" * 64]),
    "documents": among([(), ("0" * 64,)]),
    "evidence": among(["b-17", "b-18"]),
    "eligibility": among([("in_area",)]),
    "criteria": among([("need",)]),
    "weights": among([(1,), (2,)]),
    "assessors": among([1, 2]),
    "pass_percent": among([0, 50, 101]),
    "votes": among([1, 2]),
    "ringfences": st.just(()),
    "ringfence_percents": st.just(()),
    "groups": st.lists(among(codes.BENEFICIARY_GROUPS), max_size=2).map(tuple),
    "drawdown_id": among(["d1", "d2"]),
    "payment_id": among(["p1", "p2"]),
    "report_id": among(["q1", "q2"]),
    "signed_for": among([("QMF", "GB-CHC-1054276"), ("QMF",)]),
    "people_band": among(codes.PEOPLE_BANDS),
    "condition": among([1, 2]),
    "assessor": among(["a", "b"]),
    "minutes": among([30, 0]),
    "choices": among([("g1",), ("g2",), ("g1", "g2")]),
    "voters": among([("QMF", "GB-CHC-1054276")]),
    "token_id": among(["t1", "t2", "l1:GB-CHC-1054276"]),
    "links_id": among(["l1", "l2"]),
    "beneficiaries": among(["People who live alone"]),
    "statement": among(["We meet on Fridays"]),
    "title": among(["Friday table"]),
    "starts_on": among(DAYS[:1]),
    "ends_on": among(DAYS[1:]),
    "grant_id": among(["g1", "g2"]),
    "grants": among([("g1",), ("g1", "g5"), ("g1", "g2")]),
    "to_grant": among(["g1", "g2"]),
}
"""By field name, so that wishes that can be granted arise; a few that cannot are among them."""
USEFUL_IN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("FlagPossibleDuplicate", "evidence"): among(codes.DUPLICATE_EVIDENCE),
    ("MergePersons", "evidence"): among(codes.MERGE_EVIDENCE),
    ("DismissDuplicate", "reason"): among(codes.DISMISSAL_REASONS),
    ("UnmergePersons", "reason"): among(codes.UNMERGE_REASONS),
    ("RequestErasure", "basis"): among(["request_upheld", "retention_ended"]),
    ("LinkRepresentative", "kind"): among(codes.REPRESENTATIVES),
    ("RepresentativeLinked", "kind"): among(codes.REPRESENTATIVES),
    ("UnlinkRepresentative", "reason"): among(codes.UNLINKING_REASONS),
    ("AssessCapacity", "decision"): among(codes.CAPACITY_DECISIONS),
    ("AssessCapacity", "outcome"): among(codes.CAPACITY_OUTCOMES),
    ("AssessCapacity", "basis"): among(codes.CAPACITY_BASES),
    ("AssessCompetence", "outcome"): among(codes.COMPETENCE_OUTCOMES),
    ("AssessCompetence", "basis"): among(codes.COMPETENCE_BASES),
    ("RaiseRiskFlag", "kind"): among(codes.RISKS),
    ("RaiseRiskFlag", "severity"): among(codes.RISK_SEVERITIES),
    ("ReviewRiskFlag", "severity"): among(codes.RISK_SEVERITIES),
    ("CloseRiskFlag", "reason"): among(codes.RISK_CLOSURES),
    ("BreakGlass", "reason"): among(codes.BREAK_GLASS_REASONS),
    ("OpenRecord", "what"): among(codes.RECORD_PARTS),
    ("RetractDropIn", "reason"): among(codes.DROP_IN_MISTAKES),
    ("AllocateLinkWorker", "reason"): among(["language"]),
    ("ReallocateReferral", "reason"): among(["language"]),
    ("DeallocateLinkWorker", "reason"): among(["absence"]),
    ("CloseReferral", "reason"): among(["goals_met", "died"]),
    ("RetractReferral", "reason"): among(["duplicate", "wrong_person"]),
    ("DeclineSocialPrescribing", "reason"): among(["not_now", "unknown"]),
    ("DeclineDischargeSupport", "reason"): among(["not_now", "unknown"]),
    ("RejectReferral", "reason"): among(["01", "no_capacity"]),
    ("RedirectReferral", "reason"): among(["out_of_area", "better_placed"]),
    ("MatchPatient", "method"): among(hospital.MATCHES),
    ("StartAbsence", "kind"): among(link_worker.ABSENCES),
    ("RecordSupervision", "kind"): among(codes.SUPERVISIONS),
    ("RefuseAllocation", "reason"): among(codes.PROPOSAL_REFUSALS),
    ("HandOverCaseload", "reason"): among(codes.HANDOVER_REASONS),
    ("WeighCase", "basis"): st.lists(among(codes.WEIGHT_BASES), max_size=2).map(tuple),
    ("CaseWeighted", "basis"): st.lists(among(codes.WEIGHT_BASES), max_size=2).map(tuple),
    ("ReferralWeighed", "basis"): st.lists(among(codes.WEIGHT_BASES), max_size=2).map(tuple),
    ("RecordDeath", "source"): among(person.DEATH_SOURCES),
    ("ReceiveReferral", "source"): among(["01"]),
    ("BookContact", "kind"): among(["initial", "home_visit"]),
    ("RecordContact", "kind"): among(["initial", "follow_up"]),
    ("MissContact", "attendance"): among(["3", "7"]),
    ("MissContact", "reason"): among(codes.MISSED_REASONS),
    ("CancelContact", "attendance"): among(["2", "4"]),
    ("CancelContact", "reason"): among(["01", "02"]),
    ("MoveNote", "new_note_id"): among(["n2"]),
    ("CreateTask", "kind"): among(["call", "risk_item"]),
    ("CancelTask", "reason"): among(codes.TASK_CANCELLATIONS),
    ("RaiseSafeguardingConcern", "types"): among([("neglect",), ("physical", "domestic")]),
    ("RecordSafeguardingOutcome", "outcome"): among(codes.SAFEGUARDING_OUTCOMES),
    ("DeclineMeasure", "reason"): among(codes.MEASURE_DECLINE_REASONS),
    ("MarkMeasureNotAppropriate", "reason"): among(codes.MEASURE_DECLINE_REASONS),
    ("LapseMeasure", "ending"): among(codes.CASE_ENDINGS),
    ("EndPlanWithCase", "ending"): among(codes.CASE_ENDINGS),
    ("EndConnectionWithCase", "ending"): among(codes.CASE_ENDINGS),
    ("CancelContactWithCase", "ending"): among(codes.CASE_ENDINGS),
    ("CancelTaskWithCase", "ending"): among(codes.CASE_ENDINGS),
    ("VoidMeasure", "reason"): among(codes.MEASURE_VOID_REASONS),
    ("RecordInstrumentLicence", "state"): among(codes.INSTRUMENT_LICENCES),
    ("RetireInstrument", "reason"): among(codes.INSTRUMENT_RETIREMENTS),
    ("InstrumentRegistered", "instrument"): among(["swemwbs"]),
    ("GrantUser", "scope"): among(["tenant", "pcn:U35821", "pcn:"]),
    ("RevokeUser", "scope"): among(["tenant", "pcn:U35821"]),
    ("UserGranted", "scope"): among(["tenant", "pcn:U35821"]),
    ("UserRevoked", "scope"): among(["tenant", "pcn:U35821"]),
    ("SubmitService", "kind"): among(["activity", "advice"]),
    ("ServiceSubmitted", "kind"): among(["activity", "advice"]),
    ("SubmitService", "needs"): among([("loneliness",), ("money", "benefits"), ()]),
    ("ChangeServiceNeeds", "needs"): among([("loneliness",), ("money", "benefits"), ()]),
    ("ChangeServiceDetails", "source"): among(codes.SERVICE_SUBMITTERS),
    ("ServiceDetailsChanged", "field"): among(["name", "email"]),
    ("ReturnService", "reason"): among(codes.SERVICE_RETURN_REASONS),
    ("CloseServiceForNow", "reason"): among(codes.SERVICE_CLOSURES),
    ("RetireService", "reason"): among(codes.SERVICE_RETIREMENTS),
    ("AssureService", "method"): among(codes.ASSURANCE_METHODS),
    ("ReportServiceProblem", "kind"): among(codes.SERVICE_PROBLEMS),
    ("ReportCapacity", "status"): among(codes.CAPACITY_STATUSES),
    ("ReportCapacity", "unit"): among(codes.CAPACITY_UNITS),
    ("SetReferralRoute", "mode"): among(codes.REFERRAL_ROUTES),
    ("OfferConnection", "mode"): among(codes.CONNECTION_MODES),
    ("SendConnection", "channel"): among(["secure_link", "email"]),
    ("AnswerByLink", "answer"): among(["accept", "decline", "waiting_list"]),
    ("AnswerByLink", "reason"): among(["full", None]),
    ("RecordProviderDecline", "reason"): among(codes.PROVIDER_DECLINE_REASONS),
    ("DeclineConnection", "reason"): among(codes.CONNECTION_DECLINE_REASONS),
    ("DropConnection", "reason"): among(codes.CONNECTION_DROP_REASONS),
    ("RecordAttendance", "code"): among(["5", "6", "3"]),
    ("CorrectAttendance", "code"): among(["5", "6", "3"]),
    ("StartContribution", "role"): among(codes.CONTRIBUTION_ROLES),
    ("AttemptContact", "channel"): among(["phone", "sms"]),
    ("AttemptContact", "result"): among(codes.ATTEMPT_RESULTS),
    ("ContactAttempted", "channel"): among(["phone", "sms"]),
    ("CompleteFollowUp", "point"): among(codes.FOLLOW_UP_POINTS),
    ("FollowUpCompleted", "point"): among(codes.FOLLOW_UP_POINTS),
    ("ContactAttempted", "result"): among(codes.ATTEMPT_RESULTS),
    ("OfferInterimSupport", "kind"): among(codes.INTERIM_SUPPORT),
    ("ReprioritiseWaiting", "reason"): among(codes.REPRIORITISATION_REASONS),
    ("WithdrawReferral", "reason"): among(["person_asked", "not_needed"]),
    ("ReferBackToClinician", "reason"): among(["crisis", "medication"]),
    ("PublishCriteria", "needs"): st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    ("CriteriaPublished", "needs"): st.lists(among(codes.NEEDS), max_size=2).map(tuple),
    ("RecordStrength", "kind"): among(codes.STRENGTHS),
    ("RewordStrength", "kind"): among(codes.STRENGTHS),
    ("RemovePlanClause", "reason"): among(codes.CLAUSE_REMOVALS),
    ("MarkNeedUnmet", "reason"): among(codes.UNMET_NEED_REASONS),
    ("IdentifyNeed", "severity"): among([1, 2]),
    ("NeedIdentified", "severity"): among([1, 2]),
    ("EndGoal", "outcome"): among(codes.GOAL_ENDS),
    ("EndGoal", "reason"): among(codes.GOAL_END_REASONS),
    ("AddAction", "who"): among(codes.PLAN_OWNERS),
    ("ChangeAction", "who"): among(codes.PLAN_OWNERS),
    ("MissAction", "reason"): among(codes.ACTION_END_REASONS),
    ("CancelAction", "reason"): among(codes.ACTION_END_REASONS),
    ("SharePlan", "kind"): among(["referrer", "gp"]),
    ("PlanSharedWith", "kind"): among(["referrer", "gp"]),
    ("StopSharingPlan", "kind"): among(["referrer", "gp"]),
    ("StopSharingPlan", "reason"): among(codes.SHARING_STOPS),
    ("ApprovePlanChange", "reason"): among(codes.PROPOSAL_DECISIONS),
    ("RejectPlanChange", "reason"): among(codes.PROPOSAL_DECISIONS),
    ("RecordAdviceGain", "kind"): among(codes.ADVICE_GAINS),
    ("RecordAdviceGain", "status"): among(codes.GAIN_STATUSES),
    ("StartPlanReview", "trigger"): among(codes.REVIEW_TRIGGERS),
    ("FinishPlanReview", "reason"): among(codes.REVISION_REASONS),
    ("FoundFund", "areas"): among([("E09000002",), ()]),
    ("FundFounded", "areas"): st.just(("E09000002",)),
    ("MakePledge", "areas"): among([(), ("E09000002",)]),
    ("PledgeMade", "areas"): among([(), ("E09000002",)]),
    **{
        (name, "method"): among(codes.FUND_METHODS) for name in ("FoundFund", "FundFounded", "OpenRound", "RoundOpened")
    },
    ("MakePledge", "funder"): among(["QMF", "GB-CHC-1054276"]),
    **{(name, "grants"): st.integers(0, 5) for name in ("Effect", "EffectReleased")},
    ("SetPriority", "needs"): among([("loneliness",), ("money", "benefits")]),
    ("ReducePledge", "reason"): among(codes.PLEDGE_CHANGES),
    ("ReducePledge", "amount_pence"): among([50, 100]),
    ("WithdrawPledge", "reason"): among(codes.PLEDGE_CHANGES),
    ("FundRulesSet", "version"): among([1, 2]),
    ("RoundOpened", "rules_version"): among([1]),
    ("OpenRound", "opens_on"): among(DAYS[:2]),
    ("OpenRound", "closes_on"): among(DAYS[1:]),
    ("WithdrawApplication", "reason"): among(codes.APPLICATION_WITHDRAWALS),
    ("RecordApplicantSupport", "kind"): among(codes.APPLICANT_SUPPORT),
    ("RecordPitch", "minutes"): among(["They spoke for ten minutes", None]),
    ("PitchHeld", "minutes"): among(["They spoke for ten minutes", None]),
    ("DeclareConflict", "kind"): among(codes.CONFLICTS),
    ("ClearConflict", "reason"): among(codes.CONFLICT_CLEARINGS),
    ("DeclineApplication", "reason"): among(codes.APPLICATION_DECLINES),
    **{(name, "scores"): among([(3,), (5,)]) for name in ("AssessApplication", "ModerateAssessment")},
    ("Point", "score"): st.integers(0, 5),
    ("BreachCondition", "reason"): among(codes.BREACHES),
    **{(name, "reason"): among(codes.AWARD_CHANGES) for name in ("PauseAward", "VaryAward", "TerminateAward")},
    **{(name, "reason"): among(codes.DRAWDOWN_REASONS) for name in ("QueryDrawdown", "RefuseDrawdown")},
    ("ApproveDrawdown", "despite"): among([(), tuple(codes.APPROVED_DESPITE)]),
    ("ReturnFunds", "reason"): among(codes.FUNDS_RETURNS),
    ("RequestDrawdown", "evidence"): among([(), ("0" * 64,)]),
    ("DrawdownRequested", "evidence"): among([(), ("0" * 64,)]),
    **{(name, "sessions"): among([0, 4]) for name in ("SubmitMonitoring", "MonitoringSubmitted")},
    ("RecommendApplication", "known_ballots"): among([(), ("one",), ("two",)]),
    ("OpenBallot", "known_ballots"): among([(), ("two",)]),
    ("CheckEligibility", "failed"): among([(), ("in_area",)]),
    ("RecommendApplication", "conditions"): among([(), ("Have a policy",)]),
    **{(name, "conditions"): among([("Have a policy",)]) for name in ("GrantOffered", "ApplicationRecommended")},
    ("GrantOffered", "amount_pence"): st.just(300),
    ("AskForMonitoring", "from_on"): st.just(DAYS[0]),
    ("AskForMonitoring", "to_on"): st.just(DAYS[1]),
    ("AskForMonitoring", "due_on"): st.just(DAYS[3]),
    ("BallotOpened", "candidates"): st.just((Candidate("g1", "QMF"), Candidate("g2", "GB-CHC-1054276"))),
    ("RefuseGrant", "reason"): among(codes.GRANT_REFUSALS),
    ("FailPayment", "reason"): among(codes.PAYMENT_FAILURES),
    **{
        (name, factor): st.integers(-1, 30)
        for name in ("ChangeAllocationRule", "AllocationRuleChanged", "AllocationProposed")
        for factor in ("practice", "language")
    },
}
"""Where the same field means another thing."""
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: among(["a", "b"]),
    int: st.integers(0, 5),
    bool: st.booleans(),
    date: among(DAYS),
    datetime: among(TIMES),
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        return of_type(get_args(hint)[0])
    if origin in (Union, UnionType):
        return st.one_of(*(st.none() if part is NoneType else of_type(part) for part in get_args(hint)))
    if origin is tuple:
        return st.lists(of_type(get_args(hint)[0]), max_size=2).map(tuple)
    return PLAIN[hint] if hint in PLAIN else wishes(hint)


def of_field(message: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    useful = USEFUL_IN.get((message.__name__, name), USEFUL.get(name))
    optional = NoneType in get_args(personal_type(hint) if is_personal(hint) else hint)
    if useful is None:
        return of_type(personal_type(hint) if is_personal(hint) else hint)
    return st.one_of(useful, st.none()) if optional else useful


@cache
def wishes(message: type) -> st.SearchStrategy[Any]:
    """Commands, or the values in them."""
    if message is tenant.ConfigureTenant:
        return configurations()
    return st.builds(message, **{name: of_field(message, name, hint) for name, hint in field_types(message).items()})


@cache
def facts(event: type) -> st.SearchStrategy[Any]:
    """Events as anyone may ever have stored them, erased values among them."""
    made = {}
    for name, hint in field_types(event).items():
        field = of_field(event, name, hint)
        made[name] = st.one_of(field, st.just(ERASED)) if is_personal(hint) else field
    return st.builds(event, **made)


def configurations() -> st.SearchStrategy[Any]:
    practices = st.lists(
        st.builds(
            tenant.Practice,
            name=among(["Burton", "Mawsley"]),
            ods=st.none() | among(["K83001"]),
            since=st.none() | among(DAYS[:2]),
            to=st.none() | among(DAYS[2:]),
        ),
        max_size=2,
    )
    pcns = st.lists(
        st.builds(
            tenant.PCN,
            ods=among(PCNS),
            name=among(["Blue", "Rural"]),
            place=st.just("E06000061"),
            since=among(DAYS[:1]),
            to=st.none() | among(DAYS[3:]),
            practices=practices.map(tuple),
        ),
        max_size=2,
        unique_by=lambda pcn: pcn.ods,
    )
    trusts = st.builds(tenant.Trust, ods=among(["RP1", "RNQ"]), name=among(["KGH", "NGH"]), told_by=USEFUL["told_by"])
    return st.builds(
        tenant.ConfigureTenant,
        ods=USEFUL["ods"],
        name=among(["Northamptonshire"]),
        gss=USEFUL["gss"],
        places=st.just((tenant.Place(code="E06000061", name="North"),)),
        pcns=pcns.map(tuple),
        federations=st.lists(st.builds(tenant.Federation, name=among(["Alliance"]), pcns=among([(), ("U35821",)])), max_size=1).map(tuple),
        trusts=st.lists(trusts, max_size=2, unique_by=lambda trust: trust.ods).map(tuple),
        policies=st.builds(tenant.Policies, triage_days=st.integers(1, 3)),
        giving_prefix=among([None, "360G-Example"]),
        on=among(DAYS),
    )  # fmt: skip


def members(union: Any) -> tuple[type, ...]:
    return get_args(union) or (union,)


def any_of(make: Callable[[type], st.SearchStrategy[Any]], union: Any) -> st.SearchStrategy[Any]:
    return st.one_of(*(make(message) for message in members(union)))
