"""A person's record over GraphQL: what is in it, whose it is, and who of all people somebody may open."""

from datetime import date, datetime
from typing import Any, Final

import strawberry

from commonweal.domain import codes, values
from commonweal.domain.message import Refused
from commonweal.kernel.question import Keys, Page, Paging, Row, Rows, refusal
from commonweal.kernel.reading import Position, Reader, Scope, reader
from commonweal.kernel.view import root
from projections.person_record import READ_MODEL
from projections.person_record.shapes import (
    PersonRecord,
    PersonRecordAssessment,
    PersonRecordCase,
    PersonRecordConsent,
    PersonRecordDuplicateConnection,
    PersonRecordErasureConnection,
    PersonRecordFlag,
    PersonRecordFound,
    PersonRecordFoundConnection,
    PersonRecordRepresentative,
    PersonRecordSearch,
    PersonRecordTimeline,
)
from projections.sight import Seen, seen

VIEW: Final = "person_record"
"""Who they are, and how to reach them."""
TIMELINE: Final = "person_timeline"
CASES: Final = "person_cases"
RIGHTS: Final = "person_rights"
RESTRICTED: Final = "restricted_flags"
ERASURES: Final = "erasures"
_BY_TIME: Final[Keys] = (("happened_at", datetime), ("position", int))
_BY_PERSON: Final[Keys] = (("person_id", str),)
_BY_FLAGGED: Final[Keys] = (("flagged_at", datetime), ("duplicate", str))
_ALL_OF: Final = "array(select m.person_id from {person} as m where m.merged_into = %(id)s) || %(id)s::text"
"""SQL: the person and every record that is a part of theirs."""
_CALLED: Final = ("{row}.date_of_birth = %(born)s", "strpos(lower({row}.name), lower(%(name)s)) > 0")
_ENTRIES: Final = f"""(select e.*, s.person_id, s.referral_id from {{stream}} as s join {{entry}} as e on e.stream_id = s.stream_id
    where s.person_id = any({_ALL_OF}))"""


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        PersonRecord | None,
        "A person's record, or null where there is none that you may see. Asking for it is written down, with the `part` of "
        "it that is opened; the person is told who looked. It cannot be subscribed to: a record is opened, not watched.",
        live=False,
    )
    def person_record(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        part: str = "details",
        after_position: Position | None = None,
    ) -> Row:
        asker = reader(info)
        conditions, parameters = whose(asker.scope(VIEW))
        if part not in codes.RECORD_PARTS:
            raise refusal(f"part must be one of {', '.join(codes.RECORD_PARTS)}")
        return Row(
            of=PersonRecord,
            source="{person}",
            where=("{row}.person_id = %(id)s", *conditions),
            parameters={**parameters, "id": id, "today": asker.today, "part": part},
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        list[PersonRecordFlag],
        "What to know before one meets the person: open flags first. `part` is the part of the record beside which they are shown.",
    )
    def person_record_flags(self, info: strawberry.Info, id: strawberry.ID, part: str = "rights") -> Rows:  # noqa: A002
        asker = reader(info)
        if part not in codes.RECORD_PARTS:
            raise refusal(f"part must be one of {', '.join(codes.RECORD_PARTS)}")
        wanted = _of_person(asker, id)
        visible, parameters = _restricted(asker)
        wanted["where"] = (*wanted["where"], f"(not {{row}}.restricted or {visible})")
        wanted["parameters"] |= {**parameters, "part": part}
        order = "{row}.closed_on is not null, {row}.raised_on desc, {row}.flag"
        return Rows(of=PersonRecordFlag, source="{flag}", order=order, **wanted)

    @root(READ_MODEL, list[PersonRecordCase], "The person's referrals that you see, newest first.")
    def person_record_cases(self, info: strawberry.Info, id: strawberry.ID) -> Rows:  # noqa: A002
        return cases(reader(info), id)

    @root(READ_MODEL, list[PersonRecordConsent], "Every answer the person gave about what we may do, newest first.")
    def person_record_consents(self, info: strawberry.Info, id: strawberry.ID) -> Rows:  # noqa: A002
        order = "{row}.position desc"
        return Rows(of=PersonRecordConsent, source="{consent}", order=order, **_of_person(reader(info), id))

    @root(READ_MODEL, list[PersonRecordRepresentative], "Who may speak for the person, and who might once.")
    def person_record_representatives(self, info: strawberry.Info, id: strawberry.ID) -> Rows:  # noqa: A002
        order = "{row}.ended_on is not null, {row}.since desc, {row}.representative"
        return Rows(
            of=PersonRecordRepresentative, source="{representative}", order=order, **_of_person(reader(info), id)
        )

    @root(READ_MODEL, list[PersonRecordAssessment], "Assessments of capacity and competence, newest first.")
    def person_record_assessments(self, info: strawberry.Info, id: strawberry.ID) -> Rows:  # noqa: A002
        order = "{row}.assessed_on desc, {row}.assessment"
        return Rows(of=PersonRecordAssessment, source="{assessment}", order=order, **_of_person(reader(info), id))

    @root(
        READ_MODEL,
        PersonRecordTimeline,
        "Everything that happened with a person, newest first. Safeguarding and restricted flags are no part of it.",
    )
    def person_record_timeline(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        parts: list[str] | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        scope = asker.scope(TIMELINE)
        visible, parameters = _visible(scope)
        case, _ = seen(scope, "c")
        its = " and ".join(("c.referral_id = {row}.referral_id", *case))
        conditions = [
            visible,
            f"({{row}}.referral_id is null or exists (select from {{referral}} as c where {its}))",
        ]
        if parts is not None:
            conditions.append("{row}.part = any(%(parts)s::text[])")
            parameters["parts"] = parts
        return Page(
            of=PersonRecordTimeline,
            source=_ENTRIES,
            where=tuple(conditions),
            parameters={**parameters, "id": id},
            keys=_BY_TIME,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_TIME),
        )

    @root(
        READ_MODEL,
        PersonRecordFoundConnection,
        "Whom you may see, by NHS number, or by date of birth and name. Nobody is listed who was not asked for.",
    )
    def people(
        self,
        info: strawberry.Info,
        search: PersonRecordSearch,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = whose(asker.scope(VIEW))
        wanted, given = _search(search)
        return Page(
            of=PersonRecordFoundConnection,
            source="{person}",
            where=(*wanted, "not {row}.erased", *conditions),
            parameters={**parameters, **given},
            keys=_BY_PERSON,
            **Paging(first, after, last, before).settled(_BY_PERSON),
        )

    @root(
        READ_MODEL,
        PersonRecordErasureConnection,
        "Records whose erasure waits for a decision, or can be asked for again since the day until which they had to be kept.",
    )
    def erasures_to_decide(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = whose(asker.scope(ERASURES))
        wanted, given = _to_decide(asker.today)
        return Page(
            of=PersonRecordErasureConnection,
            source="{person}",
            where=(*wanted, *conditions),
            parameters={**parameters, **given},
            keys=_BY_PERSON,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_PERSON),
        )

    @root(
        READ_MODEL, PersonRecordDuplicateConnection, "Records that may be about one person and nobody has decided on."
    )
    def person_record_duplicates(
        self,
        info: strawberry.Info,
        of: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = whose(asker.scope(VIEW), "p")
        both = (
            f"exists (select from {{person}} as p where p.person_id = {{row}}.{column} and {' and '.join(conditions)})"
            for column in ("person_id", "other_id")
        )
        wanted = ["{row}.stands = 'flagged'"] if of is None else ["%(of)s in ({row}.person_id, {row}.other_id)"]
        return Page(
            of=PersonRecordDuplicateConnection,
            source="{duplicate}",
            where=(*wanted, *both),
            parameters={**parameters, **({} if of is None else {"of": of})},
            keys=_BY_FLAGGED,
            descending=True,
            **Paging(first, after, last, before).settled(_BY_FLAGGED),
        )


def _to_decide(today: date) -> Seen:
    """Records whose erasure was asked for and nobody has decided on, and those it was refused for until a day that has come."""
    asked = "{row}.erasure = 'requested'"
    come = "{row}.erasure = 'refused' and {row}.erasure_earliest_on <= %(today)s::date"
    return ["not {row}.erased", f"({asked} or {come})"], {"today": today}


def whose(scope: Scope, row: str = "{row}") -> Seen:
    """On a row of `person`: someone sees a case of theirs or of a record merged with it, broke the glass for them, or they were
    never referred, so that they are nobody's yet."""
    conditions, parameters = seen(scope, "c")
    theirs = (
        f"c.person_id = any(array(select m.person_id from {{person}} as m where m.merged_into = {row}.person_id)"
        f" || {row}.person_id || {row}.merged_into)"
    )
    parts = [
        f"exists (select from {{referral}} as c where {theirs} and {' and '.join(conditions)})",
        f"not exists (select from {{referral}} as c where {theirs})",
    ]
    if scope.persons:
        parts.append(f"{row}.person_id = any(%(opened)s::text[])")
        parameters = {**parameters, "opened": sorted(scope.persons)}
    return [f"({' or '.join(parts)})"], parameters


def hidden(asker: Reader, identity: str) -> Row:
    """Somebody the room knows who is not among those the one who asks sees."""
    (seen_by,), parameters = whose(asker.scope(VIEW), "p")
    return Row(
        of=PersonRecordFound,
        source=f"(select p.* from {{person}} as p where p.person_id = %(of)s and not {seen_by})",
        parameters={**parameters, "of": identity},
    )


def cases(asker: Reader, identity: str) -> Rows:
    """Somebody's referrals that the one who asks sees."""
    conditions, parameters = seen(asker.scope(CASES))
    return Rows(
        of=PersonRecordCase,
        source="{referral}",
        where=(f"{{row}}.person_id = any({_ALL_OF})", *conditions),
        parameters={**parameters, "id": identity},
        order="{row}.received_at desc, {row}.referral_id",
    )


def _visible(scope: Scope) -> tuple[str, dict[str, Any]]:
    """That the person of the parameter `id` is among those somebody sees."""
    conditions, parameters = whose(scope, "p")
    return f"exists (select from {{person}} as p where p.person_id = %(id)s and {' and '.join(conditions)})", parameters


def _restricted(asker: Reader) -> tuple[str, dict[str, Any]]:
    """That the person of the parameter `id` is among those somebody sees through a role that may know of restricted flags."""
    scope = asker.beside(RESTRICTED)
    if scope is None:
        return "false", {}
    visible, parameters = _visible(scope)
    # The record itself may be seen through another role.
    apart = {f"restricted_{name}": ids for name, ids in parameters.items()}
    return visible.replace("%(own_", "%(restricted_own_"), apart


def _of_person(asker: Reader, identity: str) -> dict[str, Any]:
    """Rows of a person, those of records merged into theirs among them."""
    visible, parameters = _visible(asker.scope(RIGHTS))
    return {
        "where": (f"{{row}}.person_id = any({_ALL_OF})", visible),
        "parameters": {**parameters, "id": identity},
    }


def _search(search: PersonRecordSearch) -> tuple[list[str], dict[str, Any]]:
    """Raises a REFUSED error for a search so wide that it would list people."""
    if search.nhs_number:
        try:
            number = values.nhs_number(search.nhs_number.strip(), "nhsNumber")
        except Refused as refused:
            raise refusal(str(refused)) from None
        return ["{row}.nhs_number = %(number)s"], {"number": number}
    name = (search.name or "").strip()
    if search.date_of_birth is None or len(name) < 2:
        raise refusal("give an NHS number, or a date of birth with at least two letters of the name")
    born: date = search.date_of_birth
    return list(_CALLED), {"born": born, "name": name}


def every_case_of(identity: str) -> Rows:
    """Every referral of a person and of the records merged into theirs, whoever sees it: for what is decided over all of them."""
    return Rows(
        of=PersonRecordCase,
        source="{referral}",
        where=(f"{{row}}.person_id = any({_ALL_OF})",),
        parameters={"id": identity},
        order="{row}.referral_id",
    )


def with_details(identity: str, name: str, born: date, postcode: str) -> Rows:
    """Other records of that name, birth and postcode, whoever sees them: for a hint that two may be one person."""
    return Rows(
        of=PersonRecordFound,
        source="{person}",
        where=(
            "{row}.date_of_birth = %(born)s",
            "lower({row}.name) = lower(%(name)s)",
            "{row}.postcode = %(postcode)s",
            "{row}.person_id <> %(id)s and not {row}.erased and {row}.merged_into is null",
        ),
        parameters={"id": identity, "name": name, "born": born, "postcode": postcode},
        order="{row}.person_id",
    )


def of_number(number: str) -> Rows:
    """Whoever has this NHS number, whoever sees them: for someone who gives a reason to open their record."""
    return Rows(
        of=PersonRecordFound,
        source="{person}",
        where=("{row}.nhs_number = %(number)s", "not {row}.erased"),
        parameters={"number": number},
        order="{row}.person_id",
    )


def of_details(name: str, born: date) -> Rows:
    """Whoever has this in their name and was born on that day, whoever sees them; of merged records the one that goes on."""
    return Rows(
        of=PersonRecordFound,
        source="{person}",
        where=(*_CALLED, "{row}.merged_into is null", "not {row}.erased"),
        parameters={"name": name.strip(), "born": born},
        order="{row}.person_id",
    )
