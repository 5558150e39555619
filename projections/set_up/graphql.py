"""Set-up over GraphQL: for an administrator who may do what, for those who set things up also programmes and frameworks."""

from collections.abc import Sequence
from typing import Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row, Rows
from commonweal.kernel.reading import Position, Reader, reader
from commonweal.kernel.view import root
from projections.set_up import READ_MODEL
from projections.set_up.shapes import SetUpFramework, SetUpGrant, SetUpProgramme, SetUpUser, SetUpUserConnection
from projections.sight import let_in, programmes
from projections.sought import standing_in

USERS: Final = "users"
VIEW: Final = "set_up"
_BY_NAME: Final[Keys] = (("display_name", str), ("user_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        SetUpUserConnection,
        "Everyone who was ever let in, by name; those who never signed in first. With `words`, those in whose name each of them "
        "stands; with `role`, those who have it now.",
    )
    def users(
        self,
        info: strawberry.Info,
        words: str = "",
        role: str | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        mine = () if reader(info).scope(USERS).everything else ("false",)
        named, asked = standing_in("{row}.display_name", words)
        parameters: dict[str, object] = {**asked}
        if role is not None:
            named.append("exists (select from {allowed} as a where a.user_id = {row}.user_id and a.role = %(role)s)")
            parameters["role"] = role
        return Page(
            of=SetUpUserConnection,
            source="{user}",
            where=(*mine, *named),
            parameters=parameters,
            keys=_BY_NAME,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_NAME),
        )

    @root(READ_MODEL, SetUpUser | None, "A colleague, whether they may still do anything here or not.")
    def user(self, info: strawberry.Info, id: strawberry.ID, after_position: Position | None = None) -> Row:  # noqa: A002
        mine = () if reader(info).scope(USERS).everything else ("false",)
        return Row(
            of=SetUpUser,
            source="{user}",
            where=("{row}.user_id = %(id)s", *mine),
            parameters={"id": id},
            after_position=after_position,
        )

    @root(READ_MODEL, list[SetUpProgramme], "Every programme you may know of, those that are closed last.")
    def programmes(self, info: strawberry.Info, after_position: Position | None = None) -> Rows:
        asker = reader(info)
        scope = asker.scope(VIEW)
        return Rows(
            of=SetUpProgramme,
            source="{programme}",
            where=() if _lets_in(asker) else (let_in(),),
            parameters=programmes(scope),
            order="not {row}.open, {row}.name, {row}.programme",
            after_position=after_position,
        )

    @root(READ_MODEL, list[SetUpFramework], "The frameworks this ICS published, beside the one built in.")
    def frameworks(self, info: strawberry.Info, after_position: Position | None = None) -> Rows:
        reader(info).scope(VIEW)
        order = "{row}.retired, {row}.name, {row}.framework"
        return Rows(of=SetUpFramework, source="{framework}", order=order, after_position=after_position)


def coming_in_as(workers: Sequence[str]) -> Rows:
    """The grants with which somebody signs in as one of these link workers, whoever asks."""
    return Rows(
        of=SetUpGrant,
        source="{allowed}",
        where=("{row}.role = 'link_worker'", "{row}.scope = any(%(scopes)s::text[])"),
        parameters={"scopes": [f"link_worker:{each}" for each in workers]},
        order="{row}.scope, {row}.user_id",
    )


def _lets_in(asker: Reader) -> bool:
    """Whoever lets people into restricted programmes knows of all of them."""
    seen = asker.beside(USERS)
    return seen is not None and seen.everything
