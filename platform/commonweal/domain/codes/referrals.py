"""Codes about a referral: where it comes from, how it goes on, how it ends."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

SOURCES_OF_REFERRAL: Final[Codes] = {
    "01": "GP practice",
    "02": "self",
    "03": "carer or relative",
    "04": "employer",
    "05": "emergency care department",
    "06": "acute hospital inpatient or outpatient department",
    "07": "community health service",
    "08": "dental practice",
    "09": "screening programme",
    "10": "education establishment",
    "11": "local authority social services",
    "12": "hospice",
    "13": "care home",
    "14": "police",
    "15": "courts",
    "16": "probation service",
    "17": "prison health service",
    "18": "asylum service",
    "19": "telephone or electronic access service",
    "20": "voluntary sector",
    "21": "independent sector",
    "22": "ambulance service",
    "23": "mental health service",
    "pharmacy": "community pharmacy (local)",
    "fire": "fire service (local)",
    "job_centre": "job centre (local)",
    "housing": "housing association (local)",
}
"""Source of referral for community, NHS Data Dictionary; the last four are local, for routes NHS England names for social prescribing."""

SETTINGS: Final[Codes] = {
    "gp": "GP practice",
    "ed": "emergency department",
    "ward": "hospital ward",
    "discharge": "hospital discharge team",
    "mental_health": "mental health trust",
    "diagnostic_hub": "community diagnostic hub",
    "outpatient": "outpatient clinic",
    "pharmacy": "pharmacy",
    "local_authority": "local authority",
    "housing": "housing",
    "police": "police",
    "fire": "fire service",
    "job_centre": "job centre",
    "vcfse": "voluntary, community, faith or social enterprise organisation",
    "care_home": "care home",
    "school": "school or college",
    "self": "the person",
    "carer": "a carer",
}
"""Where the person was when someone thought of a link worker. Local."""

REFERRER_ROLES: Final[Codes] = {
    "gp": "GP",
    "nurse": "nurse",
    "allied_health": "allied health professional",
    "pharmacist": "pharmacist",
    "hospital_doctor": "hospital doctor",
    "discharge_coordinator": "discharge coordinator",
    "mental_health": "mental health practitioner",
    "social_worker": "social worker",
    "receptionist": "receptionist or care navigator",
    "voluntary": "voluntary sector worker",
    "person": "the person",
    "carer": "carer or relative",
    "other": "someone else",
}
"""What the referrer is. Local."""

PRIORITIES: Final[Codes] = {"1": "routine", "2": "urgent", "3": "two week wait"}
"""Priority type code, NHS Data Dictionary."""

NEEDS: Final[Codes] = {
    "loneliness": "loneliness or isolation",
    "low_mood": "low mood or anxiety",
    "bereavement": "bereavement",
    "money": "money or debt",
    "benefits": "benefits",
    "housing": "housing",
    "food": "food",
    "fuel": "fuel",
    "employment": "employment",
    "education": "education or skills",
    "caring": "caring role",
    "relationships": "relationships or family",
    "parenting": "parenting",
    "domestic_abuse": "domestic abuse",
    "immigration": "immigration or asylum",
    "legal": "legal",
    "inactivity": "physical inactivity",
    "weight": "weight",
    "smoking": "smoking",
    "substance_use": "alcohol or drugs",
    "long_term_condition": "looking after a long-term condition",
    "pain": "pain",
    "frailty": "frailty or falls",
    "dementia": "dementia or memory",
    "disability": "disability or adjustments",
    "transport": "transport",
    "digital": "digital exclusion",
    "language": "language",
    "volunteering": "volunteering or purpose",
    "nature": "nature",
    "arts": "arts or culture",
    "crime": "crime or safety",
}
"""Needs and concerns. Local, to be mapped when the national reference set (PRSB social prescribing standard) is released to us."""

REJECTION_REASONS: Final[Codes] = {
    "01": "duplicate referral request",
    "02": "inappropriate referral request",
    "03": "incomplete referral request",
    "out_of_area": "out of area",
    "outside_age": "outside the age range",
    "clinical_need_first": "a clinical need comes first",
    "safeguarding_first": "safeguarding comes first",
    "no_capacity": "no capacity",
    "no_consent": "no consent",
    "already_open": "a referral is open already",
}
"""Referral rejection reason, NHS Data Dictionary (01–03); the words are local."""

REDIRECTION_REASONS: Final[Codes] = {
    "out_of_area": "out of area",
    "better_placed": "another service is better placed",
    "clinical_need_first": "a clinical need comes first",
    "safeguarding_first": "safeguarding comes first",
}
"""Why a referral is passed on. Local."""

DECLINE_REASONS: Final[Codes] = {
    "not_now": "not now",
    "does_not_want": "does not want it",
    "already_supported": "is supported already",
    "digital_barrier": "digital barrier",
    "language": "language",
    "stigma": "stigma",
    "unknown": "not said",
}
"""Why the person would rather not. Local."""

CLOSURE_REASONS: Final[Codes] = {
    "goals_met": "goals met",
    "goals_partly_met": "goals partly met",
    "person_withdrew": "the person withdrew",
    "lost_contact": "lost contact",
    "moved_area": "moved out of the area",
    "died": "died",
    "stepped_up": "stepped up to clinical care",
    "transferred": "transferred to another service",
    "no_suitable_service": "no suitable service (unmet need)",
    "time_limit": "time limit reached",
}
"""Why a referral ends. Local; `NATIONAL_CLOSURE_REASONS` where the nation has a code for it."""

NATIONAL_CLOSURE_REASONS: Final[Codes] = {"moved_area": "03", "died": "06", "transferred": "08"}
"""Ours → referral closure reason, NHS Data Dictionary."""

RETRACTION_REASONS: Final[Codes] = {
    "wrong_person": "recorded on the wrong person",
    "duplicate": "recorded twice",
    "entered_in_error": "entered in error",
}
"""Why a referral should never have been. Local."""

INFORMATION: Final[Codes] = {
    "contact_details": "how to reach the person",
    "consent": "whether the person agreed",
    "address": "where the person lives",
    "nhs_number": "the NHS number",
    "reason_for_referral": "what the person needs",
    "risks": "risks we should know of",
    "interpreter": "language or interpreter",
    "reasonable_adjustments": "adjustments the person needs",
    "carer": "who cares for the person",
    "other": "something else",
}
"""What a referral may lack. Local."""

WITHDRAWAL_REASONS: Final[Codes] = {
    "person_asked": "the person asked for it",
    "not_needed": "no longer needed",
    "referred_elsewhere": "referred elsewhere",
    "changed_circumstances": "the person's circumstances changed",
    "sent_in_error": "sent in error",
}
"""Why a referrer takes a referral back. Local."""

REPRIORITISATION_REASONS: Final[Codes] = {
    "circumstances_worse": "circumstances have got worse",
    "circumstances_better": "circumstances have got better",
    "crisis": "a crisis",
    "discharge": "coming home from hospital",
    "risk": "a risk we did not know of",
    "entered_in_error": "the priority was recorded wrongly",
}
"""Why somebody's turn comes sooner or later. Local."""

RANK_BASES: Final[Codes] = {"urgency_then_wait": "the most urgent first, then who has waited longest"}
"""What turns on the waiting list are reckoned from. Local."""

INTERIM_SUPPORT: Final[Codes] = {
    "welcome_call": "a welcome call",
    "directory": "a list of local services",
    "drop_in": "a drop-in group",
    "digital": "online support",
    "crisis_numbers": "whom to call in a crisis",
    "essentials": "food, fuel or other essentials",
}
"""What is offered to somebody who waits. Local."""

ATTEMPT_CHANNELS: Final[Codes] = {
    "phone": "telephone",
    "sms": "text message",
    "email": "e-mail",
    "letter": "letter",
    "in_person": "a visit",
    "through_referrer": "through the referrer",
}
"""How somebody is tried to be reached. Local; the same words as contact preferences."""

ATTEMPT_RESULTS: Final[Codes] = {
    "no_answer": "no answer",
    "voicemail": "a message was left",
    "wrong_number": "wrong number or address",
    "sent": "sent, no reply yet",
    "spoke_rebook": "spoke, will be called again",
}
"""What an attempt at contact came to. Local."""

SPOKEN: Final = frozenset({"spoke_rebook"})
"""Results with which the person was spoken to."""

REFER_BACK_REASONS: Final[Codes] = {
    "mental_health_need": "a mental health need",
    "physical_deterioration": "physical deterioration",
    "medication": "medication",
    "crisis": "a crisis",
    "capacity_concern": "a concern about mental capacity",
}
"""Why a clinician is asked to take something up. Local."""

FOLLOW_UP_POINTS: Final[Codes] = {"3m": "three months after the end", "6m": "six months after the end"}
"""When somebody is asked how they fare after support has ended. Local."""

FOLLOW_UP_OUTCOMES: Final[Codes] = {
    "doing_well": "doing well",
    "still_connected": "still goes where they were connected",
    "volunteering": "volunteers or supports others",
    "no_change": "no change",
    "worse": "things are worse",
    "wants_support": "would like support again",
    "not_reached": "could not be reached",
    "did_not_wish": "did not wish to be asked",
}
"""What a follow-up found. Local."""

UNMET_CRITERIA: Final[Codes] = {
    "outside_age": "outside the age range",
    "age_unknown": "age not known",
    "out_of_area": "out of area",
    "area_unknown": "area not known",
    "need_not_included": "no need that it is for",
    "need_excluded": "a need that it cannot meet",
}
"""Why somebody does not fit a programme's criteria. Local."""

GP_MESSAGE_KINDS: Final[Codes] = {
    "accepted": "the person accepted social prescribing",
    "declined": "the person declined social prescribing",
    "closed": "support has ended",
    "retracted": "an earlier message was sent in error",
}
"""What a practice is told. Local."""

GP_MESSAGE_LEVELS: Final[Codes] = {
    "full": "what was agreed, in words and codes",
    "codes_only": "codes only",
    "none": "nothing",
}
"""How much of it, as the person consents. Local."""

GP_MESSAGE_OUTCOMES: Final[Codes] = {"filed": "filed in the person's record", "rejected": "not accepted"}
"""A practice's business acknowledgement. Local, after the two outcomes of an ITK3 business response."""

GP_MESSAGE_REJECTIONS: Final[Codes] = {
    "not_registered": "the person is not registered here",
    "wrong_person": "the person cannot be told for certain",
    "unreadable": "the message cannot be read",
    "not_clinical": "this does not belong in the record",
}
"""Why a practice does not take a message. Local."""

CASE_ENDINGS: Final[Codes] = {
    **CLOSURE_REASONS,
    "declined": "the person would rather not",
    "rejected": "the referral was rejected",
    "redirected": "the referral was redirected",
    "withdrawn": "the referral was withdrawn",
    "retracted": "the referral should never have been",
}
"""How a case came to its end, for what ends with it: why it was closed, else how the referral ended. Local."""
