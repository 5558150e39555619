"""Outcomes: each reading by case and instrument, with what the cuts are made by."""

from collections.abc import Iterable
from typing import Final

from commonweal.domain import tenant
from commonweal.domain.measures import measure
from commonweal.domain.people import person
from commonweal.domain.referrals import referral
from commonweal.kernel.read_model import Change, Put, Statement, by_module
from commonweal.kernel.streams import Fact
from projections.cases import cases
from projections.people import people
from projections.places import places
from projections.readings import readings


def _referral(fact: Fact) -> Iterable[Statement]:
    for each in cases(fact):
        if isinstance(each, Put) and isinstance(fact.event, referral.ReferralReceived):
            yield Put(each.table, {**each.row, "reasons": list(fact.event.reasons)})
        else:
            yield each


def _person(fact: Fact) -> Iterable[Statement]:
    yield from people(fact, ("date_of_birth",))
    match fact.event:
        case person.PersonRegistered() as event:
            known = {name: getattr(event, name) for name in _BACKGROUND}
            yield Put("background", {"person_id": fact.identity, **known})
        case person.PersonDetailsCorrected() as event:
            told = {name: getattr(event, name) for name in _BACKGROUND}
            if changed := {name: value for name, value in told.items() if value is not None}:
                yield Change("background", fact.identity, changed)
        case _:
            pass


_BACKGROUND: Final = ("ethnic_category", "imd_version", "imd_decile")


project: Final = by_module(
    {
        measure: readings,
        referral: _referral,
        person: _person,
        tenant: places,
    }
)
"""The rows an event makes or changes."""
