"""Safeguarding over GraphQL: a compartment of its own, with who may look into it as part of every question."""

from datetime import datetime
from typing import Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row
from commonweal.kernel.reading import Position, Reader, reader
from commonweal.kernel.view import root
from projections.safeguarding import READ_MODEL
from projections.safeguarding.shapes import (
    SafeguardingConcern,
    SafeguardingConcernConnection,
    SafeguardingState,
    SafeguardingTaskConnection,
)
from projections.sight import Seen, seen, seen_through

_KEYS: Final[Keys] = (("raised_at", datetime), ("concern_id", str))
_TASK_KEYS: Final[Keys] = (("due_at", datetime), ("task_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        SafeguardingConcernConnection,
        "Concerns one has to know of, the latest first: of one's own cases, of one's team, or raised by oneself. "
        "No other view shows or counts them.",
    )
    def safeguarding_concerns(
        self,
        info: strawberry.Info,
        state: SafeguardingState | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        conditions, parameters = _seen(reader(info))
        if state is not None:
            conditions.append("{row}.state = %(state)s")
            parameters["state"] = state.value
        return Page(
            of=SafeguardingConcernConnection,
            source="{concern}",
            where=tuple(conditions),
            parameters=parameters,
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, SafeguardingConcern | None, "One concern, or null where there is none that you may see.")
    def safeguarding_concern(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        after_position: Position | None = None,
    ) -> Row:
        conditions, parameters = _seen(reader(info))
        return Row(
            of=SafeguardingConcern,
            source="{concern}",
            where=("{row}.concern_id = %(id)s", *conditions),
            parameters={**parameters, "id": id},
            after_position=after_position,
        )

    @root(READ_MODEL, SafeguardingTaskConnection, "Concerns a team lead has to open, by the day they are due.")
    def safeguarding_tasks(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = seen(asker.scope("safeguarding_tasks"), "c")
        theirs = f"""exists (select from {{concern}} as k join {{referral}} as c on c.referral_id = k.referral_id
            where k.concern_id = {{row}}.concern_id and {" and ".join(conditions)})"""
        return Page(
            of=SafeguardingTaskConnection,
            source="{task}",
            where=("{row}.state = 'OPEN'", theirs),
            parameters={**parameters, "today": asker.today},
            keys=_TASK_KEYS,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_TASK_KEYS),
        )


def _seen(asker: Reader) -> Seen:
    """Of a case one sees through a role that safeguards, or raised by oneself. Raises OUT_OF_SCOPE for everyone else."""
    scope = asker.scope("safeguarding")
    conditions, parameters = seen_through(scope)
    theirs = f"({' and '.join(conditions)})"
    if not scope.users:
        return [theirs], parameters
    return [f"({theirs} or {{row}}.raised_by = any(%(own_users)s::text[]))"], {
        **parameters,
        "own_users": sorted(scope.users),
    }
