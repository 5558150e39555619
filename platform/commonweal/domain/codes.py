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

ALLOCATION_REASONS: Final[Codes] = {
    "language": "language",
    "continuity": "continuity",
    "absence": "absence",
    "capacity": "capacity",
    "conflict": "conflict of interest",
    "request": "the person asked",
    "practice": "hosted at the person's practice",
    "rule": "proposed by the allocation rule",
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

CONTACT_KINDS: Final[Codes] = {
    "initial": "first conversation",
    "follow_up": "follow-up",
    "home_visit": "home visit",
    "accompanied": "going somewhere together",
    "group": "group",
    "welfare_call": "welfare call",
    "mdt": "multidisciplinary meeting",
    "on_behalf": "call or letter on the person's behalf",
}
"""What a contact is for. Local."""

CONTACT_PRESENT: Final[Codes] = {
    "person": "the person",
    "carer": "a carer",
    "relative": "a relative or friend",
    "interpreter": "an interpreter",
    "advocate": "an advocate",
    "clinician": "a clinician",
    "colleague": "a colleague",
    "provider": "someone from a community service",
}
"""Who was there. Local."""

NEXT_STEPS: Final[Codes] = {
    "book_contact": "book the next contact",
    "make_plan": "make or change the plan",
    "find_service": "find a community service",
    "contact_service": "speak to a community service",
    "contact_practice": "speak to the practice",
    "wait_for_person": "wait to hear from the person",
    "close": "close the case",
    "none": "nothing for now",
}
"""What comes after a contact. Local."""

MISSED_REASONS: Final[Codes] = {
    "unknown": "not known",
    "forgot": "forgot",
    "unwell": "unwell",
    "caring": "caring for someone",
    "transport": "could not get there",
    "cost": "cost",
    "worried": "worried about coming",
    "not_told": "was not told",
}
"""Why a contact was missed, where the person says. Local."""

CANCELLATION_REASONS: Final[Codes] = {"01": "for a clinical reason", "02": "for another reason"}
"""Cancellation reason, NHS Data Dictionary: clinical or non-clinical."""

LONE_WORKING_PLANS: Final[Codes] = {
    "not_needed": "not needed",
    "check_in": "check in before and after",
    "two_workers": "two of us go",
}
"""How somebody who works alone is kept safe. Local, after the Health and Safety Executive's guidance on lone working (INDG73)."""

DISCLOSURES: Final[Codes] = {
    "to_assess": "not looked into yet",
    "not_seen": "nobody saw it who should not have",
    "seen_by_us": "seen by colleagues only",
    "disclosed": "seen outside the team, or by the wrong person",
}
"""What came of a note that stood in the wrong record: whether it is a personal data breach. Local."""

TASK_KINDS: Final[Codes] = {
    "call": "call the person",
    "chase_provider": "hear from a community service",
    "chase_referrer": "hear from the referrer",
    "write": "write a letter or a form",
    "review": "review",
    "follow_up": "follow up after closing",
    "risk_item": "answer to a risk question: speak to the person today",
    "refer_back": "nobody has acknowledged what was referred back",
    "safeguarding": "safeguarding: open the concern",
    "other": "something else",
}
"""What there is to do. Local."""

SYSTEM_TASKS: Final = frozenset({"follow_up", "risk_item", "refer_back", "safeguarding"})
"""Kinds that follow from something that happened; nobody makes them by hand."""

TASK_CANCELLATIONS: Final[Codes] = {
    "not_needed": "no longer needed",
    "duplicate": "there are two of it",
    "entered_in_error": "entered in error",
    "case_ended": "the case has ended",
}
"""Why a task will not be done. Local."""

DROP_IN_MISTAKES: Final[Codes] = {
    "wrong_person": "it was somebody else",
    "did_not_come": "they did not come",
    "twice": "it stands there twice",
}
"""Why a drop-in that was recorded is taken back. Local."""

SAFEGUARDING_OF: Final[Codes] = {"adult": "an adult", "child": "a child"}
"""Who may come to harm. Local."""

ABUSE: Final[Codes] = {
    "physical": "physical abuse",
    "domestic": "domestic abuse",
    "sexual": "sexual abuse",
    "psychological": "psychological or emotional abuse",
    "financial": "financial or material abuse",
    "modern_slavery": "modern slavery",
    "discriminatory": "discriminatory abuse",
    "organisational": "organisational abuse",
    "neglect": "neglect or acts of omission",
    "self_neglect": "self-neglect",
    "exploitation": "exploitation",
    "radicalisation": "radicalisation",
}
"""Kinds of abuse and neglect. The first ten: Care Act 2014 care and support statutory guidance, 14.17; of a child also exploitation and
radicalisation: Working together to safeguard children."""

SAFEGUARDING_AGENCIES: Final[Codes] = {
    "adult_social_care": "adult social care",
    "children_social_care": "children's social care",
    "police": "police",
    "ambulance": "ambulance service",
    "practice": "the person's practice",
    "trust_safeguarding": "a trust's safeguarding team",
    "domestic_abuse_service": "domestic abuse service",
}
"""To whom a concern is passed on. Local."""

SAFEGUARDING_OUTCOMES: Final[Codes] = {
    "enquiry": "an enquiry is made (section 42 or section 47)",
    "plan": "a protection plan is in place",
    "support": "support without an enquiry",
    "no_further_action": "no further action by the agency",
    "not_substantiated": "not substantiated",
    "not_referred": "looked at by us, not passed on",
}
"""What came of a concern. Local, after the Safeguarding Adults Collection (section 42 of the Care Act 2014) and section 47 of the
Children Act 1989."""

SERVICE_KINDS: Final[Codes] = {
    "activity": "activity or group",
    "advice": "advice",
    "befriending": "befriending",
    "peer_support": "peer support",
    "practical": "practical help",
    "learning": "learning or skills",
    "volunteering": "volunteering",
    "digital": "online",
    "statutory": "council or NHS service",
}
"""What sort of community service it is. Local."""

SERVICE_SUBMITTERS: Final[Codes] = {
    "provider": "the provider",
    "link_worker": "a link worker",
    "feed": "a feed of another directory",
    "local_authority": "the council",
}
"""Who told us of a community service, or of a change in it. Local."""

SERVICE_RETURN_REASONS: Final[Codes] = {
    "incomplete": "something is missing",
    "duplicate": "it is listed already",
    "out_of_area": "it is not for people here",
    "unsafe": "it is not known to be safe",
    "commercial": "it sells something",
}
"""Why a community service is not listed as it was submitted. Local."""

ASSURANCE_METHODS: Final[Codes] = {
    "phone": "by telephone",
    "visit": "on a visit",
    "provider_confirm": "the provider confirmed it",
    "feed": "by a feed of another directory",
    "used_successfully": "somebody attended",
}
"""How we know that a listing is true. Local, after Open Referral UK's assurance."""

SERVICE_PROBLEMS: Final[Codes] = {
    "closed": "it has closed",
    "wrong_contact": "the contact details are wrong",
    "full": "it is full",
    "cost": "it costs something else",
    "access": "it is harder to reach or get into than it says",
    "safety": "it may not be safe",
    "eligibility": "it is for other people than it says",
}
"""What may be wrong with a listing. Local."""

SERVICE_CLOSURES: Final[Codes] = {
    "holidays": "holidays",
    "venue": "no venue",
    "staffing": "no staff",
    "safety": "safety",
    "funding": "no funding for now",
}
"""Why a community service is closed for a time. Local."""

SERVICE_RETIREMENTS: Final[Codes] = {
    "funding_ended": "its funding ended",
    "closed_down": "it closed down",
    "merged": "it is part of another service now",
    "duplicate": "it was listed twice",
    "unsafe": "it is not safe",
}
"""Why a community service is not listed any more. Local."""

CAPACITY_STATUSES: Final[Codes] = {
    "capacity": "has places",
    "no-capacity": "full",
    "waitlist": "has a waiting list",
    "additional-assessment-required": "must assess first",
}
"""Capacity of a community service: codes of the Gravity Project's SDOH Clinical Care implementation guide (HL7)."""

CAPACITY_UNITS: Final[Codes] = {"places": "places", "sessions": "sessions", "hours": "hours"}
"""What capacity is counted in. Local."""

SERVICE_ACCESS: Final[Codes] = {
    "step_free": "step-free",
    "accessible_toilet": "accessible toilet",
    "hearing_loop": "hearing loop",
    "bsl": "British Sign Language",
    "parking": "parking",
    "public_transport": "near public transport",
    "carer_welcome": "carers welcome",
    "quiet_space": "quiet space",
    "online": "can be joined online",
    "home_visits": "comes to people's homes",
}
"""What makes a community service easier to use. Local."""

SERVICE_COSTS: Final[Codes] = {"free": "free", "donation": "by donation", "charge": "there is a charge"}
"""What a community service costs the person. Local."""

SERVICE_GROUPS: Final[Codes] = {
    "women": "women",
    "men": "men",
    "carers": "carers",
    "parents": "parents",
    "young_people": "young people",
    "older_people": "older people",
    "lgbt": "LGBT+ people",
    "refugees": "refugees and people seeking asylum",
    "veterans": "veterans",
    "disabled_people": "disabled people",
    "bereaved": "bereaved people",
    "long_term_condition": "people with a long-term condition",
}
"""Whom a community service is for, or not for. Local."""

REFERRAL_ROUTES: Final[Codes] = {
    "email": "by e-mail",
    "portal": "on their website",
    "link": "by a link we make",
    "phone": "by telephone",
    "api": "from system to system",
}
"""How a community service wishes to be sent people. Local."""

CONNECTION_MODES: Final[Codes] = {
    "signposted": "told about it",
    "supported": "helped to get in touch",
    "formal_referral": "referred to it",
    "accompanied": "taken there the first time",
}
"""How someone is connected to a community service. Local."""

STALE_LISTING_REASONS: Final[Codes] = {
    "confirmed_today": "I spoke to them today",
    "known_to_me": "I know it is running",
    "person_knows_it": "the person goes or went there",
    "nothing_else": "there is nothing else near",
}
"""Why someone is offered a community service whose listing is stale. Local."""

CONNECTION_DECLINE_REASONS: Final[Codes] = {
    "not_interested": "not interested",
    "timing": "the time does not suit",
    "cost": "cost",
    "travel": "travel",
    "confidence": "confidence",
    "culture": "culture",
    "language": "language",
}
"""Why a person would rather not be connected. Local."""

CONNECTION_CHANNELS: Final[Codes] = {
    "portal": "on their website",
    "secure_link": "a link that is used once",
    "email": "e-mail",
    "phone": "telephone",
    "letter": "letter",
}
"""How a person was made known to a provider. Local."""

PROVIDER_DECLINE_REASONS: Final[Codes] = {
    "full": "we are full",
    "closed": "we have closed",
    "not_eligible": "we are for other people",
    "no_funds": "we have no funds",
    "out_of_area": "out of our area",
    "safety": "we cannot keep everyone safe",
}
"""Why a provider cannot take someone. Local."""

CONNECTION_DROP_REASONS: Final[Codes] = {
    "not_interested": "lost interest",
    "timing": "the time did not suit",
    "cost": "cost",
    "travel": "travel",
    "confidence": "confidence",
    "culture": "culture",
    "language": "language",
    "health": "health",
    "service_ended": "the service ended",
    "moved": "moved away",
    "lost_contact": "lost contact",
    "no_answer": "the provider never answered",
    "died": "died",
    "case_ended": "our support ended before it began",
}
"""Why a connection ended before it was complete. Local."""

CONTRIBUTION_ROLES: Final[Codes] = {
    "volunteer": "volunteer",
    "peer": "peer supporter",
    "tutor": "tutor",
    "trustee": "trustee",
}
"""What someone gives to a community service. Local."""

PLAN_SPEAKERS: Final[Codes] = {
    "person": "the person",
    "representative": "their representative",
    "worker": "the link worker, in other words",
}
"""Whose words stand in a plan. Local."""

STRENGTHS: Final[Codes] = {
    "skill": "a skill",
    "relationship": "a relationship",
    "interest": "an interest",
    "place": "a place",
    "experience": "an experience",
}
"""What somebody can build on. Local."""

CLAUSE_REMOVALS: Final[Codes] = {
    "no_longer_so": "it is no longer so",
    "person_asked": "the person asked",
    "entered_in_error": "entered in error",
}
"""Why a sentence of a plan is taken out. Local."""

NEED_FINDERS: Final[Codes] = {
    "person": "the person",
    "link_worker": "the link worker",
    "referrer": "the referrer, since the referral",
}
"""Who sees a need. Local; what the referrer saw at the time of the referral stands in the referral."""

NEED_SEVERITIES: Final[Codes] = {"1": "a little", "2": "a lot", "3": "most of all"}
"""How much a need weighs on someone. Local."""

UNMET_NEED_REASONS: Final[Codes] = {
    "no_service": "there is no such service",
    "full": "what there is is full",
    "no_funds": "there is no money for it",
    "distance": "it is too far",
    "cost": "it costs too much",
    "access": "it cannot be reached or got into",
    "language": "it is not in their language",
    "safety": "it is not safe for them",
    "person_choice": "the person would rather not",
}
"""Why a need stays unmet. Local."""

PLAN_OWNERS: Final[Codes] = {
    "person": "the person",
    "representative": "their representative",
    "worker": "the link worker",
    "provider": "a community service",
    "clinician": "a clinician",
}
"""Whose a goal or an action is. Local."""

GOAL_RATERS: Final[Codes] = {
    "person": "the person",
    "representative": "their representative",
    "worker": "the link worker",
}
"""Who says how far a goal has come. Local."""

GOAL_ENDS: Final[Codes] = {"achieved": "achieved", "partly": "partly achieved", "abandoned": "given up"}
"""What becomes of a goal. Local."""

GOAL_END_REASONS: Final[Codes] = {
    "enough": "it is enough for the person",
    "changed_mind": "the person wants something else now",
    "circumstances": "life has changed",
    "health": "health",
    "no_service": "there is nothing that helps with it",
    "support_ended": "the support ended",
    "entered_in_error": "entered in error",
}
"""Why a goal ends as it does. Local."""

ACTION_END_REASONS: Final[Codes] = {
    "not_needed": "it is not needed any more",
    "changed_mind": "the person would rather not",
    "health": "health",
    "confidence": "confidence",
    "cost": "cost",
    "travel": "travel",
    "forgotten": "it was forgotten",
    "no_answer": "nobody answered",
    "entered_in_error": "entered in error",
}
"""Why an action is not done. Local."""

PLAN_AUDIENCES: Final[Codes] = {
    "gp": "their GP practice",
    "mdt": "the team around them",
    "referrer": "whoever referred them",
    "provider": "a community service",
}
"""With whom a plan is shared. Local, after the PRSB social prescribing standard's consent to share."""

PLAN_PARTS: Final[Codes] = {
    "full": "the whole plan",
    "goals_only": "the goals only",
    "actions_only": "the actions only",
}
"""How much of a plan is shared. Local."""

SHARING_STOPS: Final[Codes] = {
    "person_asked": "the person asked",
    "not_needed": "it is not needed any more",
    "wrong_audience": "it was shared with somebody else than meant",
}
"""Why a plan is not shared any more. Local."""

PLAN_PROPOSERS: Final[Codes] = {
    "person": "the person",
    "representative": "their representative",
    "provider": "a community service",
    "clinician": "a clinician",
    "referrer": "the referrer",
}
"""Who suggests a change of a plan. Local."""

PROPOSAL_DECISIONS: Final[Codes] = {
    "agreed_with_person": "the person wants it",
    "person_disagrees": "the person does not want it",
    "not_possible": "it cannot be done",
    "done_already": "it stands there already",
}
"""Why a suggested change is taken up or not. Local."""

REVIEW_TRIGGERS: Final[Codes] = {
    "due": "the review is due",
    "admission": "a stay in hospital",
    "emergency_attendance": "a visit to A&E",
    "risk": "a new risk",
    "request": "the person asked",
}
"""What makes us look at a plan again. Local."""

REVISION_REASONS: Final[Codes] = {
    "on_course": "on course: little changes",
    "progress": "there is progress: the plan goes further",
    "set_back": "there was a set-back",
    "new_need": "there is a new need",
    "person_changed": "the person wants something else",
}
"""What a review of a plan came to. Local."""

PLAN_COPIES: Final[Codes] = {
    "paper": "on paper",
    "digital": "by e-mail or online",
    "easy_read": "easy read",
    "large_print": "large print",
    "audio": "spoken",
    "translated": "in another language",
    "declined": "offered, and not wanted",
}
"""The copy of their plan that a person was offered. Local, after the Accessible Information Standard (DAPB1605)."""

ADVICE_GAINS: Final[Codes] = {
    "benefit": "a benefit",
    "debt_written_off": "a debt written off",
    "grant": "a grant",
    "refund": "a refund",
    "eviction_prevented": "an eviction prevented",
}
"""What advice brought somebody. Local."""

GAIN_STATUSES: Final[Codes] = {"expected": "expected", "claimed": "claimed", "awarded": "awarded"}
"""How certain what advice brought is, before it is confirmed. Local."""

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

WEIGHT_BASES: Final[Codes] = {
    "need_count": "many needs at once",
    "risk": "risk",
    "interpreter": "an interpreter is needed",
    "travel": "long ways",
}
"""Why a case weighs what it does. Local."""

PROPOSAL_REFUSALS: Final[Codes] = {
    "capacity": "no room just now",
    "conflict": "conflict of interest",
    "language": "language",
    "skills": "needs other skills",
    "absence": "away soon",
    "request": "the person would rather have someone else",
}
"""Why a link worker does not take someone they were proposed for. Local."""

HANDOVER_REASONS: Final[Codes] = {
    "leave": "leaving the post",
    "absence": "absence",
    "balance": "to share the work",
    "conflict": "conflict of interest",
    "request": "the person asked",
}
"""Why a caseload is handed over. Local."""

SUPERVISIONS: Final[Codes] = {"clinical": "clinical", "managerial": "managerial", "peer": "with peers"}
"""What supervision was held. Local."""

REASONABLE_ADJUSTMENTS: Final[Codes] = {
    "large_print": "large print",
    "easy_read": "easy read",
    "braille": "braille",
    "audio": "information by ear",
    "bsl": "British Sign Language",
    "lip_reading": "faces to lip-read",
    "hearing_loop": "a hearing loop",
    "step_free": "step-free access",
    "quiet": "a quiet place",
    "longer": "a longer appointment",
    "early_or_late": "an appointment at the start or the end of the day",
    "companion": "someone with them",
    "assistance_dog": "an assistance dog",
    "written_follow_up": "what was said, in writing",
    "home": "to be seen at home",
}
"""What makes it possible to take part. Local, after the headings of NHS England's Reasonable Adjustment Flag."""

IMD_VERSIONS: Final[Codes] = {
    "2019": "English Indices of Deprivation 2019",
    "2025": "English Indices of Deprivation 2025",
}
"""Which index a decile of deprivation is of. Source: Ministry of Housing, Communities and Local Government."""

DUPLICATE_EVIDENCE: Final[Codes] = {
    "same_details": "the same name and date of birth",
    "same_address": "the same address or telephone number",
    "traced": "a trace found the same NHS number",
    "person_said": "the person said so",
    "hospital_merged": "a hospital merged its records",
}
"""Why two records may be about one person. Local."""

MERGE_EVIDENCE: Final[Codes] = {
    "traced": "a trace found the same NHS number",
    "person_confirmed": "the person confirmed it",
    "document_seen": "a document was seen",
    "practice_confirmed": "their practice confirmed it",
}
"""What shows that two records are about one person: the same name alone never does. Local."""

DISMISSAL_REASONS: Final[Codes] = {
    "two_people": "they are two people",
    "twins_or_family": "they are twins, or of one family",
    "not_enough": "there is not enough to tell",
}
"""Why two records stay apart. Local."""

UNMERGE_REASONS: Final[Codes] = {
    "two_people": "they are two people",
    "merged_by_mistake": "merged by mistake",
    "person_said": "the person said so",
}
"""Why a merge is undone. Local."""

ERASURE_REFUSALS: Final[Codes] = {
    "open_case": "a referral is open",
    "retention": "the record must be kept for longer",
}
"""Why a record cannot be erased yet. Local, after the NHS Records Management Code of Practice."""

RISKS: Final[Codes] = {
    "violence": "violence or aggression",
    "domestic_abuse": "domestic abuse",
    "self_harm": "self-harm or suicide",
    "fire": "fire in the home",
    "animals": "animals in the home",
    "home_conditions": "conditions in the home",
    "exploitation": "exploitation by others",
    "no_lone_visit": "not to be visited alone",
    "allergy": "a severe allergy",
    "infection": "infection",
    "other": "something else",
}
"""What to know before one meets the person. Local."""

RISK_SEVERITIES: Final[Codes] = {"low": "low", "medium": "medium", "high": "high"}
"""How much it matters. Local."""

RISK_CLOSURES: Final[Codes] = {
    "passed": "it has passed",
    "never_was": "it never was so",
    "replaced": "another flag says it better",
}
"""Why a risk flag goes. Local."""

REPRESENTATIVES: Final[Codes] = {
    "parent": "a parent, or who has parental responsibility",
    "attorney": "an attorney (lasting power of attorney)",
    "deputy": "a deputy of the Court of Protection",
    "carer": "a carer",
    "advocate": "an advocate",
    "next_of_kin": "next of kin",
}
"""Who may speak for the person. Local, after the Mental Capacity Act 2005 and the Children Act 1989."""

AUTHORITIES: Final[Codes] = {
    "document_seen": "a document was seen",
    "court_order_seen": "an order of the court was seen",
    "registered": "looked up with the Office of the Public Guardian",
    "person_said": "the person said so",
    "professional_said": "a professional said so",
    "parental_responsibility": "parental responsibility",
}
"""What shows that somebody may speak for the person. Local."""

UNLINKING_REASONS: Final[Codes] = {
    "ended": "it has ended",
    "person_asked": "the person asked for it",
    "representative_asked": "they asked for it",
    "died": "they died",
    "by_mistake": "linked by mistake",
    "excluded_by_wish": "the young person does not wish it",
}
"""Why somebody speaks for the person no more. Local."""

CAPACITY_DECISIONS: Final[Codes] = {
    "consent_to_support": "to agree to social prescribing",
    "share_information": "to have information shared",
    "plan": "to agree a plan",
    "money": "about money",
    "home": "about where to live",
}
"""Which decision capacity was assessed for. Local."""

CAPACITY_OUTCOMES: Final[Codes] = {
    "has_capacity": "can decide this",
    "lacks_capacity": "cannot decide this now",
    "fluctuates": "can at some times, and not at others",
}
"""What an assessment of capacity came to. Local, after the Mental Capacity Act 2005, sections 2 and 3."""

CAPACITY_BASES: Final[Codes] = {
    "assessed_here": "assessed by us",
    "clinician": "assessed by a clinician",
    "social_worker": "assessed by a social worker",
    "court": "decided by the Court of Protection",
}
"""Who assessed capacity. Local."""

COMPETENCE_OUTCOMES: Final[Codes] = {
    "competent": "competent to decide this",
    "not_competent": "not competent to decide this",
}
"""What an assessment of a young person's competence came to. Local."""

COMPETENCE_BASES: Final[Codes] = {
    "gillick": "Gillick competence",
    "over_16": "16 or older: presumed (Family Law Reform Act 1969, section 8)",
    "clinician": "assessed by a clinician",
}
"""On what ground. Local, after Gillick v West Norfolk and Wisbech AHA [1986] AC 112."""

BREAK_GLASS_REASONS: Final[Codes] = {
    "danger": "someone is in danger",
    "safeguarding": "safeguarding",
    "asked_for_help": "the person is here or on the telephone, and needs help now",
    "covering": "covering for a colleague who cannot be reached",
    "complaint": "a complaint or an inquiry",
    "other": "something else",
}
"""Why someone opens a record that is not among theirs. Local."""

RECORD_PARTS: Final[Codes] = {
    "details": "details and how to reach them",
    "timeline": "what happened",
    "case": "referrals",
    "plan": "the plan",
    "connections": "community services",
    "contacts": "contacts and notes",
    "measures": "measures",
    "rights": "consents, representatives and flags",
    "access": "who looked",
}
"""Parts of a person's record. Local."""

ACCESS_VERDICTS: Final[Codes] = {
    "justified": "it was justified",
    "not_justified": "it was not justified",
    "taken_further": "it is taken further",
}
"""What a review of a broken glass came to. Local."""

MEASURE_POINTS: Final[Codes] = {
    "baseline": "at the start",
    "review": "on the way",
    "end": "at the end",
    "3m": "three months after the end",
    "6m": "six months after the end",
    "12m": "twelve months after the end",
}
"""When in a case a questionnaire is asked. Local."""

MEASURE_MODES: Final[Codes] = {
    "self": "filled in by the person alone",
    "read_aloud": "read aloud to them",
    "proxy": "answered by someone for them",
    "phone": "asked by telephone",
    "digital": "filled in on a screen",
}
"""How a questionnaire was filled in: reading aloud makes answers kinder (WEMWBS guidance, Warwick Medical School). Local."""

MEASURE_DECLINE_REASONS: Final[Codes] = {
    "burden": "too much at the moment",
    "distress": "it would upset them",
    "language": "not in a language they read",
    "capacity": "they could not understand it",
    "refused": "they would rather not",
}
"""Why somebody was not asked, or did not answer: it is counted with the outcomes. Local."""

MEASURE_VOID_REASONS: Final[Codes] = {
    "wrong_person": "it was somebody else's",
    "mistyped": "the answers were typed in wrongly",
    "duplicate": "it was recorded twice",
    "not_valid": "it was not filled in as it should be",
}
"""Why a reading does not count. Local."""

INSTRUMENT_LICENCES: Final[Codes] = {
    "registered": "registered with its owners",
    "licensed": "licensed by its owner",
    "blocked": "its owner does not allow it",
}
"""What an instrument's owner has allowed. Local."""

INSTRUMENT_RETIREMENTS: Final[Codes] = {
    "replaced": "another is asked in its place",
    "licence_ended": "the licence has ended",
    "not_useful": "it did not help",
}
"""Why an instrument is no longer asked. Local."""


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

COURSES: Final[Codes] = {
    "personalised_care": "personalised care and support planning",
    "adult_safeguarding": "safeguarding adults",
    "child_safeguarding": "safeguarding children",
    "information_governance": "information governance",
    "motivational_interviewing": "motivational interviewing",
    "mental_health_first_aid": "mental health first aid",
    "suicide_prevention": "suicide prevention",
    "domestic_abuse": "domestic abuse",
    "lone_working": "lone working",
    "first_aid": "first aid",
}
"""What a link worker is trained in. Local."""

CASE_ENDINGS: Final[Codes] = {
    **CLOSURE_REASONS,
    "declined": "the person would rather not",
    "rejected": "the referral was rejected",
    "redirected": "the referral was redirected",
    "withdrawn": "the referral was withdrawn",
    "retracted": "the referral should never have been",
}
"""How a case came to its end, for what ends with it: why it was closed, else how the referral ended. Local."""
