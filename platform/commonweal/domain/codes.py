"""The words everyone in the NHS writes the same way: code lists, each with where it comes from.

National lists are those of the NHS Data Dictionary (NHSDigital/DataDictionaryPublication, May 2026). A list called local has no
national source: it is ours, is spelled in words, may grow, never shrinks.
"""

from collections.abc import Mapping
from typing import Final

Codes = Mapping[str, str]
"""Code → what it means."""

NHS_NUMBER_STATUSES: Final[Codes] = {
    "01": "number present and verified",
    "02": "number present but not traced",
    "03": "trace required",
    "04": "trace attempted: no match or multiple match",
    "05": "trace needs to be resolved",
    "06": "trace in progress",
    "07": "number not present and trace not required",
    "08": "trace postponed (baby under six weeks old)",
}
"""NHS number status indicator code, NHS Data Dictionary."""

STATED_GENDERS: Final[Codes] = {"1": "male", "2": "female", "9": "indeterminate", "X": "not known"}
"""Person stated gender code, NHS Data Dictionary."""

ETHNIC_CATEGORIES: Final[Codes] = {
    "A": "British",
    "B": "Irish",
    "C": "any other White background",
    "D": "White and Black Caribbean",
    "E": "White and Black African",
    "F": "White and Asian",
    "G": "any other mixed background",
    "H": "Indian",
    "J": "Pakistani",
    "K": "Bangladeshi",
    "L": "any other Asian background",
    "M": "Caribbean",
    "N": "African",
    "P": "any other Black background",
    "R": "Chinese",
    "S": "any other ethnic group",
    "Z": "not stated",
    "99": "not known",
}
"""Ethnic category code 2001, NHS Data Dictionary. (The 2021 list exists but is not to be submitted.)"""

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

ALLOCATION_REASONS: Final[Codes] = {
    "language": "language",
    "continuity": "continuity",
    "absence": "absence",
    "capacity": "capacity",
    "conflict": "conflict of interest",
    "request": "the person asked",
    "practice": "hosted at the person's practice",
}
"""Why this link worker. Local."""

CONSULTATION_MEDIUMS: Final[Codes] = {
    "01": "face to face",
    "02": "telephone",
    "03": "telemedicine",
    "04": "talk type for a person unable to speak",
    "05": "e-mail",
    "06": "SMS",
    "07": "online triage",
    "08": "instant messaging",
    "98": "other",
}
"""Consultation medium used, NHS Data Dictionary."""

ATTENDANCES: Final[Codes] = {
    "5": "attended on time",
    "6": "arrived late but was seen",
    "7": "arrived late, could not be seen",
    "2": "cancelled by, or for, the person",
    "3": "did not attend, no advance warning",
    "4": "cancelled by the provider",
    "0": "not applicable, in the future",
}
"""Attended or did not attend code, NHS Data Dictionary."""

ED_DEPARTMENT_TYPES: Final[Codes] = {
    "01": "consultant-led, 24 hours",
    "02": "consultant-led, one specialty",
    "03": "other, minor injury or urgent treatment centre",
    "04": "NHS walk-in centre",
    "05": "ambulatory emergency care (pilot)",
}
"""Emergency care department type, NHS Data Dictionary (ECDS)."""

ED_ATTENDANCE_CATEGORIES: Final[Codes] = {
    "1": "unplanned, first",
    "2": "unplanned follow-up within seven days, this department",
    "3": "unplanned follow-up within seven days, another department",
    "4": "planned follow-up",
}
"""Emergency care attendance category, NHS Data Dictionary (ECDS)."""

DISCHARGE_OFFER_RULES: Final[Codes] = {
    "care_relationship": "we know the person and are working with them",
    "wards": "the ward is on the list",
}
"""What makes a discharge an offer of support. Local."""

DISCHARGE_NEEDS: Final[Codes] = {
    "food": "food",
    "heating": "heating",
    "transport": "transport",
    "carer": "a carer",
    "equipment": "equipment",
    "company": "company",
}
"""What may be missing at home. Local."""
