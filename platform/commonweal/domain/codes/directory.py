"""Codes about community services: what they are, how far they can be relied on, how people are connected to them."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
