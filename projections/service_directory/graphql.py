"""The directory over GraphQL: found by words and needs, each listing with how far it can be believed today, and what is new."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row, refusal
from commonweal.kernel.reading import Position, reader
from commonweal.kernel.view import root
from projections.freshness import LABEL
from projections.service_directory import READ_MODEL
from projections.service_directory.shapes import (
    DirectoryFilter,
    DirectoryNewsConnection,
    DirectoryOrganisationConnection,
    DirectoryService,
    DirectoryServiceConnection,
)
from projections.sought import standing_in

VIEW: Final = "service_directory"
_BY_NAME: Final[Keys] = (("sort", str), ("service_id", str))
_ORGANISATIONS: Final[Keys] = (("name_key", str), ("organisation_id", str))
_BY_POSITION: Final[Keys] = (("position", int),)
_TEXT: Final = """concat_ws(' ', {row}.name, {row}.description, {row}.address, {row}.postcode,
    (select o.name from {organisation} as o where o.organisation_id = {row}.organisation_id))"""
_AMONG: Final = "exists (select from json_array_elements_text({{row}}.{0}) as a where a.value = %({1})s)"
_PLACES: Final = "{row}.capacity_status = 'capacity' and {row}.capacity_until >= %(today)s::date and {row}.vacancy is distinct from 0"


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        DirectoryServiceConnection,
        "Community services by name. `afterPosition` waits until the view has seen that position.",
    )
    def directory_services(
        self,
        info: strawberry.Info,
        filter: DirectoryFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        asker.scope(VIEW)
        conditions, parameters = _wanted(filter or DirectoryFilter())
        return Page(
            of=DirectoryServiceConnection,
            source="{listing}",
            where=conditions,
            parameters={**parameters, "today": asker.today},
            keys=_BY_NAME,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_NAME),
        )

    @root(READ_MODEL, DirectoryService | None, "One service, or null where there is none.")
    def directory_service(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        after_position: Position | None = None,
    ) -> Row:
        asker = reader(info)
        asker.scope(VIEW)
        return Row(
            of=DirectoryService,
            source="{listing}",
            where=("{row}.service_id = %(id)s",),
            parameters={"id": id, "today": asker.today},
            after_position=after_position,
        )

    @root(READ_MODEL, DirectoryOrganisationConnection, "The organisations that run community services, by name.")
    def directory_organisations(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        reader(info).scope(VIEW)
        return Page(
            of=DirectoryOrganisationConnection,
            source="(select o.*, lower(replace(o.name, '|', ' ')) as name_key from {organisation} as o)",
            keys=_ORGANISATIONS,
            **Paging(first, after, last, before).settled(_ORGANISATIONS),
        )

    @root(READ_MODEL, DirectoryNewsConnection, "What is new in the directory since a moment, latest first.")
    def directory_news(
        self,
        info: strawberry.Info,
        since: datetime | None = None,
        service: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        reader(info).scope(VIEW)
        if since is not None and since.tzinfo is None:
            raise refusal("since needs its time zone, for example 2026-03-01T09:00:00Z")
        given: dict[str, Any] = {"since": since, "service": service}
        held = (("since", "{row}.at >= %(since)s"), ("service", "{row}.service_id = %(service)s"))
        return Page(
            of=DirectoryNewsConnection,
            source="{news}",
            where=tuple(condition for name, condition in held if given[name] is not None),
            parameters={name: value for name, value in given.items() if value is not None},
            keys=_BY_POSITION,
            descending=True,
            **Paging(first, after, last, before).settled(_BY_POSITION),
        )


def _wanted(wanted: DirectoryFilter) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The conditions of what was asked for, and their parameters."""
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for given, name, condition in (
        (wanted.phase and wanted.phase.value, "phase", "{row}.phase = %(phase)s"),
        (wanted.kind, "kind", "{row}.kind = %(kind)s"),
        (wanted.organisation, "organisation", "{row}.organisation_id = %(organisation)s"),
        (wanted.need, "need", _AMONG.format("needs", "need")),
        (wanted.access, "access", _AMONG.format("access", "access")),
        (wanted.language, "language", _AMONG.format("languages", "language")),
        (wanted.group, "group", f"not {_AMONG.format('exclusion', 'group')}"),
        (wanted.freshness and wanted.freshness.value, "freshness", f"{LABEL} = %(freshness)s"),
    ):
        if given is not None:
            conditions.append(condition)
            parameters[name] = given
    if wanted.phase is None:
        conditions.append("{row}.phase in ('ACTIVE', 'TEMPORARILY_CLOSED')")
    if wanted.free:
        conditions.append("{row}.cost = 'free'")
    if wanted.with_places:
        conditions.append(_PLACES)
    named, words = standing_in(_TEXT, wanted.words or "")
    return (*conditions, *named), {**parameters, **words}
