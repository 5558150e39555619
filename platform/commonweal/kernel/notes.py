"""Notes kept: what the policies of one ICS remember, read for the events at hand and written back with the position."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from commonweal.domain import hospital
from commonweal.domain.people import duplicate, person
from commonweal.domain.policies import Case, Notes, Someone, Stay
from commonweal.domain.referrals import case_end, referral
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
_SAME: Final = """
with first as (
    select coalesce(p.merged_into, own.id) as id
    from unnest(%s::text[]) as own (id) left join reactor_persons as p on p.person_id = own.id
)
select p.person_id, p.merged_into, p.died
from reactor_persons as p where p.person_id in (select id from first) or p.merged_into in (select id from first)
"""
_PUT_PERSONS: Final = """
insert into reactor_persons (person_id, merged_into, died)
select * from unnest(%s::text[], %s::text[], %s::boolean[])
on conflict (person_id) do update set merged_into = excluded.merged_into, died = excluded.died
"""
_PARTS: Final = "select kind, identity, referral_id from reactor_parts where referral_id = any(%s)"
_PUT_PARTS: Final = """
insert into reactor_parts (kind, identity, referral_id)
select * from unnest(%s::text[], %s::text[], %s::text[])
on conflict (kind, identity) do nothing
"""
_DROP_PARTS: Final = """
delete from reactor_parts as p using unnest(%s::text[], %s::text[]) as o (kind, identity)
where p.kind = o.kind and p.identity = o.identity
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
    persons = _persons(facts, notes)
    if persons:
        for identity, *known in await (await connection.execute(_SAME, (sorted(persons),), prepare=True)).fetchall():
            notes.persons[identity] = Someone(*known)
        persons |= {same for each in persons for same in notes.same_as(each)}
    cases = sorted(_identities(facts, referral.CATEGORY))
    if cases or persons:
        wanted = (cases, sorted(persons))
        for identity, *known in await (await connection.execute(_CASES, wanted, prepare=True)).fetchall():
            notes.put_case(identity, Case(*known))
    if over := sorted(_over(facts, notes)):
        for kind, identity, case_id in await (await connection.execute(_PARTS, (over,), prepare=True)).fetchall():
            notes.parts[kind, identity] = case_id
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
    if dead := {
        each: notes.persons[each] for each in sorted(_identities(facts, person.CATEGORY) & notes.persons.keys())
    }:
        columns = [[each.merged_into for each in dead.values()], [each.died for each in dead.values()]]
        await connection.execute(_PUT_PERSONS, [list(dead), *columns], prepare=True)
    if notes.over:
        over = sorted(notes.over)
        await connection.execute(_DROP_PARTS, [list(column) for column in zip(*over, strict=True)], prepare=True)
    if begun := [(*part, notes.parts[part]) for part in sorted(_begun(facts) & notes.parts.keys())]:
        await connection.execute(_PUT_PARTS, [list(column) for column in zip(*begun, strict=True)], prepare=True)
    if any(category(fact.stream_id) == "tenant" for fact in facts):
        await connection.execute(_PUT_POLICIES, (Jsonb(msgspec.to_builtins(notes.policies)),), prepare=True)


def _identities(facts: Iterable[Fact], wanted: str) -> set[str]:
    return {fact.identity for fact in facts if category(fact.stream_id) == wanted}


def _begun(facts: Iterable[Fact]) -> set[case_end.Part]:
    return {(category(fact.stream_id), fact.identity) for fact in facts if case_end.begins(fact.event) is not None}


def _over(facts: Iterable[Fact], notes: Notes) -> set[str]:
    """Cases that end, and all those of someone who died or may have."""
    ended = {fact.identity for fact in facts if case_end.ending(fact.event) is not None}
    gone = {fact.identity for fact in facts if isinstance(fact.event, _DIES)}
    return ended | {case_id for each in gone for case_id, _ in notes.cases_of(each)}


_DIES: Final = person.PersonDied | duplicate.PersonsMerged


def _persons(facts: Iterable[Fact], notes: Notes) -> set[str]:
    """Whose referrals a policy may ask for: who is in hospital, who was matched, who died or was erased, who turned out to be one."""
    persons = {stay.person_id for stay in notes.stays.values() if stay.person_id is not None}
    for fact in facts:
        match fact.event:
            case hospital.PatientMatched(person_id=person_id):
                persons.add(person_id)
            case person.PersonDied() | person.PersonErased():
                persons.add(fact.identity)
            case duplicate.PersonsMerged(survivor_id=survivor, absorbed_id=absorbed):
                persons |= {survivor, absorbed}
            case duplicate.PersonsUnmerged():
                persons.add(fact.identity)
            case _:
                pass
    return persons
