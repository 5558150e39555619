"""The work over GraphQL: what was said and written about someone, what there is to do, who is out alone."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging
from commonweal.kernel.reading import Position, Scope, reader
from commonweal.kernel.view import root
from projections.people import OF_THE_PERSON, other_records
from projections.sight import Seen, seen, seen_through
from projections.work import READ_MODEL
from projections.work.shapes import (
    WorkContactConnection,
    WorkContactFilter,
    WorkEntryConnection,
    WorkMovedNoteConnection,
    WorkTaskConnection,
    WorkTaskFilter,
    WorkVisitConnection,
)

_ENTRIES: Final = """(select 'CONTACT' as kind, c.contact_id as entry_id, c.at, c.person_id, c.referral_id from {contact} as c
    union all select 'NOTE', n.note_id, n.at, n.person_id, n.referral_id from {note} as n
    union all select 'DROP_IN', d.drop_in_id, d.at, d.person_id, null from {drop_in} as d)"""
_THEIRS: Final = f"(c.person_id = {{row}}.person_id or c.person_id = any({other_records('{row}.person_id')}))"
"""SQL: a case `c` is of the person, whichever of their records it was written in."""
_OWNER: Final = """coalesce({row}.worker_id,
    (select o.link_worker_id from {referral} as o where o.referral_id = {row}.referral_id))"""
_RECORD_KEYS: Final[Keys] = (("at", datetime), ("entry_id", str))
_CONTACT_KEYS: Final[Keys] = (("at", datetime), ("contact_id", str))
_TASK_KEYS: Final[Keys] = (("due_at", datetime), ("task_id", str))
_NOTE_KEYS: Final[Keys] = (("found_at", datetime), ("note_id", str))
_VISIT_KEYS: Final[Keys] = (("expected_by", datetime), ("visit_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        WorkEntryConnection,
        "A person's contacts, notes and drop-ins in one stream, the latest first. A note keeps what was signed beside what it says now.",
    )
    def work_record(
        self,
        info: strawberry.Info,
        person: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        scope = reader(info).scope("work")
        (of_the_case,), parameters = seen_through(scope)
        case, _ = seen(scope, "c")
        of_the_person = f"exists (select from {{referral}} as c where {' and '.join((_THEIRS, *case))})"
        never_referred = f"not exists (select from {{referral}} as c where {_THEIRS})"
        without_case = f"{{row}}.referral_id is null and ({of_the_person} or {never_referred})"
        return Page(
            of=WorkEntryConnection,
            source=_ENTRIES,
            where=(OF_THE_PERSON, f"({of_the_case} or {without_case})"),
            parameters={**parameters, "person": person},
            keys=_RECORD_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_RECORD_KEYS),
        )

    @root(
        READ_MODEL,
        WorkContactConnection,
        "Contacts by when they are or were: a diary, where only booked ones are asked for.",
    )
    def work_contacts(
        self,
        info: strawberry.Info,
        filter: WorkContactFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        scope = reader(info).scope("work")
        wanted = filter or WorkContactFilter()
        conditions, parameters = seen_through(scope)
        given: list[tuple[Any, str, str]] = [
            (wanted.state and wanted.state.value, "state", "{row}.state = %(state)s"),
            (wanted.link_worker, "link_worker", "{row}.worker_id = %(link_worker)s"),
            (wanted.own and sorted(scope.link_workers), "own", "{row}.worker_id = any(%(own)s::text[])"),
            (wanted.from_, "from_", "{row}.at >= %(from_)s::timestamptz"),
            (wanted.until, "until", "{row}.at < %(until)s::timestamptz"),
        ]
        return Page(
            of=WorkContactConnection,
            source="{contact}",
            **_narrowed((conditions, parameters), given),
            keys=_CONTACT_KEYS,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_CONTACT_KEYS),
        )

    @root(
        READ_MODEL,
        WorkTaskConnection,
        "What there is to do, by the day it is due. `overdue` is reckoned to the day one asks.",
    )
    def work_tasks(
        self,
        info: strawberry.Info,
        filter: WorkTaskFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        scope = asker.scope("tasks")
        wanted = filter or WorkTaskFilter()
        conditions, parameters = _seen_by(scope)
        given: list[tuple[Any, str, str]] = [
            (wanted.state.value if wanted.state else "OPEN", "state", "{row}.state = %(state)s"),
            (wanted.link_worker, "link_worker", f"{_OWNER} = %(link_worker)s"),
            (wanted.own and sorted(scope.link_workers), "own", f"{_OWNER} = any(%(own)s::text[])"),
            (wanted.person, "person", OF_THE_PERSON),
            (wanted.due_by, "due_by", "{row}.due_on <= %(due_by)s::date"),
        ]
        return Page(
            of=WorkTaskConnection,
            source="{task}",
            **_narrowed((conditions, {**parameters, "today": asker.today}), given),
            keys=_TASK_KEYS,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_TASK_KEYS),
        )

    @root(
        READ_MODEL,
        WorkVisitConnection,
        "Who is out alone, whoever was to be heard of first at the head; `overdue`: those alone who were not heard of in time.",
    )
    def work_visits(
        self,
        info: strawberry.Info,
        overdue: bool = False,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        conditions, parameters = _seen_by(reader(info).scope("tasks"))
        return Page(
            of=WorkVisitConnection,
            source="{visit}",
            where=("{row}.state = 'OVERDUE'" if overdue else "{row}.state <> 'ENDED'", *conditions),
            parameters=parameters,
            keys=_VISIT_KEYS,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_VISIT_KEYS),
        )

    @root(
        READ_MODEL,
        WorkMovedNoteConnection,
        "Notes that stood in a wrong record, with what they said there, latest first.",
    )
    def work_moved_notes(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        conditions, parameters = seen_through(reader(info).scope("moved_notes"))
        return Page(
            of=WorkMovedNoteConnection,
            source="{note}",
            where=("{row}.moved_to is not null", *conditions),
            parameters=parameters,
            keys=_NOTE_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_NOTE_KEYS),
        )


def _narrowed(base: Seen, given: list[tuple[Any, str, str]]) -> dict[str, Any]:
    """`where` and `parameters`, with a condition for each (value, name, condition) that has a value."""
    asked = [each for each in given if each[0] not in (None, False)]
    return {
        "where": (*base[0], *(condition for _, _, condition in asked)),
        "parameters": {**base[1], **{name: value for value, name, _ in asked}},
    }


def _seen_by(scope: Scope) -> Seen:
    """Tasks and visits: those of a case somebody sees, and those of a link worker they are or look after. What belongs to a
    restricted programme is seen in that programme alone, whoever has to do it."""
    unrestricted, parameters = seen(Scope(everything=True, programmes=scope.programmes), "c")
    case = "select from {referral} as c where c.referral_id = {row}.referral_id"
    open_to_them = f"({{row}}.referral_id is null or exists ({case} and {' and '.join(unrestricted)}))"
    if scope.everything:
        return [open_to_them], parameters
    ways, more = seen_through(scope)
    if scope.link_workers:
        ways.append("{row}.worker_id = any(%(own_link_workers)s::text[])")
    if scope.pcns:
        ways.append(
            "exists (select from {link_worker} as w where w.worker_id = {row}.worker_id and w.pcns::jsonb ?| %(own_pcns)s::text[])"
        )
    return [open_to_them, f"({' or '.join(ways)})"], {**parameters, **more}
