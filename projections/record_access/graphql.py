"""Who looked, over GraphQL: at one person's record, or wherever a broken glass has not been reviewed."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Rows
from commonweal.kernel.reading import Position, Reader, Scope, reader
from commonweal.kernel.view import root
from projections.record_access import READ_MODEL
from projections.record_access.shapes import RecordAccess, RecordAccessConnection
from projections.sight import seen

VIEW: Final = "record_access"
REVIEWS: Final = "access_reviews"
_ALL_OF: Final = "array(select m.person_id from {person} as m where m.merged_into = %(id)s) || %(id)s::text"
"""SQL: the person and every record that is a part of theirs."""
_THEIRS: Final = f"c.person_id = any({_ALL_OF})"
_KEYS: Final[Keys] = (("opened_at", datetime), ("position", int))


@strawberry.type
class Query:
    @root(READ_MODEL, RecordAccessConnection, "Everyone who opened a person's record, the last first.")
    def record_access(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        condition, parameters = _visible(reader(info).scope(VIEW))
        return _page(
            (f"{{row}}.person_id = any({_ALL_OF})", condition),
            {**parameters, "id": id},
            Paging(first, after, last, before),
            descending=True,
            after_position=after_position,
        )

    @root(READ_MODEL, RecordAccessConnection, "Broken glasses that nobody has reviewed, the oldest first.")
    def access_reviews(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        scope = reader(info).scope(REVIEWS)
        reviewed = "select from {review} as v where v.access = {row}.person_id || '|' || {row}.access_id"
        conditions = ("{row}.access_id is not null", f"not exists ({reviewed})")
        mine = () if scope.everything else ("false",)
        paging = Paging(first, after, last, before)
        return _page((*conditions, *mine), {}, paging, descending=False, after_position=after_position)


def broken(asker: Reader, person_id: str, access_id: str) -> Rows:
    """One broken glass, for who reviews it: also where they would not see the person."""
    mine = () if asker.scope(REVIEWS).everything else ("false",)
    return Rows(
        of=RecordAccess,
        source="{access}",
        where=("{row}.person_id = %(id)s", "{row}.access_id = %(access)s", *mine),
        parameters={"id": person_id, "access": access_id},
        order="{row}.position",
    )


def _page(
    where: tuple[str, ...], parameters: dict[str, Any], paging: Paging, *, descending: bool, after_position: int | None
) -> Page:
    return Page(
        of=RecordAccessConnection,
        source="{access}",
        where=where,
        parameters=parameters,
        keys=_KEYS,
        descending=descending,
        after_position=after_position,
        **paging.settled(_KEYS),
    )


def _visible(scope: Scope) -> tuple[str, dict[str, Any]]:
    """That the person of the parameter `id` is among those somebody sees: a case of theirs, or of a record merged with it."""
    conditions, parameters = seen(scope, "c")
    parts = [
        f"exists (select from {{referral}} as c where {_THEIRS} and {' and '.join(conditions)})",
        f"not exists (select from {{referral}} as c where {_THEIRS})",
    ]
    if scope.persons:
        parts.append("%(id)s = any(%(opened)s::text[])")
        parameters = {**parameters, "opened": sorted(scope.persons)}
    return f"({' or '.join(parts)})", parameters
