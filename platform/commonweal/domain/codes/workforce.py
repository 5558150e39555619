"""Codes about link workers: why a case is theirs, what they learn."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
