"""Notes kept: what the policies of one ICS remember, read for the events at hand and written back with the position."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from commonweal.domain import hospital, person, referral
from commonweal.domain.policies import Case, Notes, Stay
from commonweal.domain.tenant import Policies
from commonweal.kernel.decider import category
from commonweal.kernel.streams import Fact

_POLICIES: Final = "select policies from reactor"
_STAYS: Final = "select episode_id, person_id, discharged_at, ward, died from reactor_stays where episode_id = any(%s)"
_CASES: Final = """
select referral_id, person_id, phase from reactor_cases where referral_id = any(%s)
union
select referral_id, person_id, phase from reactor_cases where person_id = any(%s)
"""
_PUT_STAYS: Final = """
insert into reactor_stays (episode_id, person_id, discharged_at, ward, died)
select * from unnest(%s::text[], %s::text[], %s::timestamptz[], %s::text[], %s::boolean[])
on conflict (episode_id) do update set
    person_id = excluded.person_id, discharged_at = excluded.discharged_at, ward = excluded.ward, died = excluded.died
"""
_PUT_CASES: Final = """
insert into reactor_cases (referral_id, person_id, phase)
select * from unnest(%s::text[], %s::text[], %s::text[])
on conflict (referral_id) do update set person_id = excluded.person_id, phase = excluded.phase
"""
_PUT_POLICIES: Final = "update reactor set policies = %s"


async def read(connection: AsyncConnection[Any], facts: Sequence[Fact]) -> Notes:
    """All that was noted before these events of the records and persons they speak of."""
    notes = Notes()
    row = await (await connection.execute(_POLICIES, prepare=True)).fetchone()
    if row is not None and row[0] is not None:
        notes.policies = msgspec.convert(row[0], Policies)
    if stays := sorted(_identities(facts, hospital.CATEGORY)):
        for episode, *noted in await (await connection.execute(_STAYS, (stays,), prepare=True)).fetchall():
            notes.stays[episode] = Stay(*noted)
    cases, persons = sorted(_identities(facts, referral.CATEGORY)), sorted(_persons(facts, notes))
    if cases or persons:
        for identity, *known in await (await connection.execute(_CASES, (cases, persons), prepare=True)).fetchall():
            notes.put_case(identity, Case(*known))
    return notes


async def write(connection: AsyncConnection[Any], facts: Sequence[Fact], notes: Notes) -> None:
    """What these events changed, in a few statements."""
    stays = [(identity, notes.stays[identity]) for identity in sorted(_identities(facts, hospital.CATEGORY))]
    if stays:
        fields = ("person_id", "discharged_at", "ward", "died")
        columns = [[getattr(stay, name) for _, stay in stays] for name in fields]
        await connection.execute(_PUT_STAYS, [[identity for identity, _ in stays], *columns], prepare=True)
    touched = sorted(_identities(facts, referral.CATEGORY))
    if cases := [(identity, notes.cases[identity]) for identity in touched if identity in notes.cases]:
        columns = [[case.person_id for _, case in cases], [case.phase for _, case in cases]]
        await connection.execute(_PUT_CASES, [[identity for identity, _ in cases], *columns], prepare=True)
    if any(category(fact.stream_id) == "tenant" for fact in facts):
        await connection.execute(_PUT_POLICIES, (Jsonb(msgspec.to_builtins(notes.policies)),), prepare=True)


def _identities(facts: Iterable[Fact], wanted: str) -> set[str]:
    return {fact.identity for fact in facts if category(fact.stream_id) == wanted}


def _persons(facts: Iterable[Fact], notes: Notes) -> set[str]:
    """Whose referrals a policy may ask for: who is in hospital, who was matched, who died."""
    persons = {stay.person_id for stay in notes.stays.values() if stay.person_id is not None}
    for fact in facts:
        match fact.event:
            case hospital.PatientMatched(person_id=person_id):
                persons.add(person_id)
            case person.PersonDied():
                persons.add(fact.identity)
            case _:
                pass
    return persons
