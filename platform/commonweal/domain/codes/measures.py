"""Codes about measures: when somebody is asked how they fare, in which way, by which instrument."""

from typing import Final

from commonweal.domain.codes.code_list import Codes

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
