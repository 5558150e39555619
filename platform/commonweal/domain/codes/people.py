"""Codes about a person: who they are, what puts them at risk, who speaks for them, who opens their record."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
