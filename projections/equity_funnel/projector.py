"""Equity funnel: how far each referral came, and the codes by which people are told apart in it.

Ethnicity, area and gender are kept in clear for this (decision 7) and outlive an erasure here as they do in the log; a date of
birth is personal and does not.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from commonweal.domain import tenant
from commonweal.domain.message import ERASED
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.people import clear
from projections.places import places

CODES: Final = ("ethnic_category", "stated_gender", "language", "interpreter", "imd_version", "imd_decile")
"""What is known of a person in codes."""
COMPLETED: Final = frozenset({"goals_met", "goals_partly_met"})
"""Of `codes.CLOSURE_REASONS`: the person saw it through."""


def _case(fact: Fact) -> Iterable[Statement]:
    for statement in cases(fact):
        fresh = {"accepted": False, "engaged": False, "completed": False, "retracted": False}
        yield Put("referral", {**statement.row, **fresh}) if isinstance(statement, Put) else statement
    if (reached := _REACHED.get(type(fact.event))) is not None:
        yield Change("referral", fact.identity, {reached: True})
    match fact.event:
        case referral.ReferralClosed(reason=reason):
            yield Change("referral", fact.identity, {"completed": reason in COMPLETED})
        case referral.ReferralReopened():
            yield Change("referral", fact.identity, {"completed": False})
        case _:
            pass


_REACHED: Final[Mapping[type, str]] = {
    referral.ReferralAccepted: "accepted",
    referral.FirstContactMade: "engaged",
    referral.SupportStarted: "engaged",
    referral.ReferralRetractedInError: "retracted",
}
"""Event → what is true of the referral from then on."""


def _person(fact: Fact) -> Iterable[Statement]:
    match fact.event:
        case person.PersonRegistered() as event:
            known = {code: getattr(event, code) for code in CODES}
            yield Put("person", {"person_id": fact.identity, **known, "date_of_birth": clear(event.date_of_birth)})
        case person.PersonDetailsCorrected() as event:
            if columns := dict(_corrected(event)):
                yield Change("person", fact.identity, columns)
        case person.PersonErased():
            yield Change("person", fact.identity, {"date_of_birth": None})
        case _:
            pass


def _corrected(event: person.PersonDetailsCorrected) -> Iterable[tuple[str, Any]]:
    for name in (*CODES, "date_of_birth"):
        value = getattr(event, name, None)
        if value is not None and value is not ERASED:
            yield name, value


project: Final = by_module(
    {
        referral: _case,
        person: _person,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
