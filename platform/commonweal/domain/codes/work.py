"""Codes about the work with a person: contacts, notes, tasks, safeguarding."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
