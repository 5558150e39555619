"""Connections over GraphQL: those of the cases somebody sees, and to a provider those it was told of while the person agrees."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.domain.directory.connect import SHARE
from commonweal.kernel.question import Keys, Page, Paging, Row
from commonweal.kernel.reading import Position, Scope, reader
from commonweal.kernel.view import root
from projections.connections import READ_MODEL
from projections.connections.shapes import (
    ProviderConnectionConnection,
    ServiceConnection,
    ServiceConnectionConnection,
    ServiceConnectionFilter,
)
from projections.consents import allowed
from projections.freshness import LABEL
from projections.people import OF_THE_PERSON
from projections.sight import seen_through

_KEYS: Final[Keys] = (("offered_at", datetime), ("connection_id", str))
_OPEN: Final = "{row}.phase in ('OFFERED', 'ACCEPTED', 'SENT', 'PROVIDER_ACCEPTED', 'WAITING_LIST', 'STARTED')"
_ANSWERED: Final = """({row}.answered_by_link and {row}.answered_at >= %(answered_since)s::timestamptz
    and {row}.phase in ('PROVIDER_ACCEPTED', 'PROVIDER_DECLINED', 'WAITING_LIST'))"""
_TOLD: Final = "{row}.phase in ('SENT', 'PROVIDER_ACCEPTED', 'WAITING_LIST', 'STARTED', 'COMPLETED')"
_STALE: Final = LABEL.replace("{row}", "s")
_AFFECTED: Final = f"""exists (select from {{service}} as s where s.service_id = {{row}}.service_id and (
    s.phase <> 'ACTIVE' or {_STALE} = 'STALE'
    or exists (select from {{problem}} as p where p.service_id = s.service_id and p.resolved_at is null)))"""
_OWN: Final = """exists (select from {service} as s join {organisation} as o on o.organisation_id = s.organisation_id
    cross join json_array_elements_text(o.identifiers) as i
    where s.service_id = {row}.service_id and i.value = any(%(own_organisations)s::text[]))"""
_RESTRICTED: Final = """exists (select from {referral} as c where c.referral_id = {row}.referral_id
    and (not c.restricted or c.programme = any(%(own_programmes)s::text[])))"""
_AGREED: Final = allowed("{row}.person_id", f"'{SHARE}'", "{row}.service_id")


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        ServiceConnectionConnection,
        "Connections of the cases you see, latest offer first. `afterPosition` waits until the view has seen that position.",
    )
    def connections(
        self,
        info: strawberry.Info,
        filter: ServiceConnectionFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = seen_through(asker.scope("connections"))
        wanted = filter or ServiceConnectionFilter()
        for given, name, condition in (
            (wanted.person, "person", OF_THE_PERSON),
            (wanted.referral, "referral", "{row}.referral_id = %(referral)s"),
            (wanted.service, "service", "{row}.service_id = %(service)s"),
            (wanted.link_worker, "link_worker", _HELD_BY),
            (wanted.phase and wanted.phase.value, "phase", "{row}.phase = %(phase)s"),
            (wanted.answered_since, "answered_since", _ANSWERED),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        for flag, condition in ((wanted.open, _OPEN), (wanted.affected, _AFFECTED)):
            if flag is not None:
                conditions.append(condition if flag else f"not ({condition})")
        return Page(
            of=ServiceConnectionConnection,
            source="{connection}",
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, ServiceConnection | None, "One connection, or null where there is none that you may see.")
    def connection(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        after_position: Position | None = None,
    ) -> Row:
        asker = reader(info)
        conditions, parameters = seen_through(asker.scope("connections"))
        return Row(
            of=ServiceConnection,
            source="{connection}",
            where=("{row}.connection_id = %(id)s", *conditions),
            parameters={**parameters, "id": id, "today": asker.today},
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        ProviderConnectionConnection,
        "Whom your organisation was told of: first name and what they hope for, for as long as they agree.",
    )
    def provider_connections(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = _told(asker.scope("provider_connections"))
        return Page(
            of=ProviderConnectionConnection,
            source="{connection}",
            where=conditions,
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            **Paging(first, after, last, before).settled(_KEYS),
        )


_HELD_BY: Final = "exists (select from {referral} as h where h.referral_id = {row}.referral_id and h.link_worker_id = %(link_worker)s)"


def _told(scope: Scope) -> tuple[tuple[str, ...], dict[str, Any]]:
    """A provider sees those it was sent, and its own organisation's only: a grant for the whole ICS names none."""
    parameters = {"own_organisations": sorted(scope.organisations), "own_programmes": sorted(scope.programmes)}
    return (_TOLD, _OWN, _RESTRICTED, _AGREED), parameters
