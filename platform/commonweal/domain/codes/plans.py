"""Codes about a plan: who says what in it, how it changes, with whom it is shared."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
