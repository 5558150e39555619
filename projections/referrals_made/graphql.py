"""Referrals made over GraphQL: a referrer's own, how each goes, and where they can refer to."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row, Rows
from commonweal.kernel.reading import Position, Scope, reader
from commonweal.kernel.view import root
from projections.referrals_made import READ_MODEL
from projections.referrals_made.shapes import (
    SHOWN,
    ReferralMade,
    ReferralMadeConnection,
    ReferralMadeFilter,
    ReferralPractice,
    ReferralProgramme,
)
from projections.sight import Seen, seen

_KEYS: Final[Keys] = (("received_at", datetime), ("referral_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        ReferralMadeConnection,
        "The referrals your organisation sent, latest first. `afterPosition` waits until the view has seen that position.",
    )
    def referrals_made(
        self,
        info: strawberry.Info,
        filter: ReferralMadeFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = _own(asker.scope("referrals_made"))
        wanted = filter or ReferralMadeFilter()
        for given, name, condition in (
            (wanted.status and wanted.status.value, "status", f"{SHOWN} = %(status)s"),
            (wanted.programme, "programme", "{row}.programme = %(programme)s"),
            (wanted.organisation, "organisation", "{row}.source_org = %(organisation)s"),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        return Page(
            of=ReferralMadeConnection,
            source="{referral}",
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, ReferralMade | None, "One referral your organisation sent; null where there is none.")
    def referral_made(self, info: strawberry.Info, id: strawberry.ID) -> Row:  # noqa: A002 – the name in the schema
        asker = reader(info)
        conditions, parameters = _own(asker.scope("referrals_made"))
        return Row(
            of=ReferralMade,
            source="{referral}",
            where=(*conditions, "{row}.referral_id = %(id)s"),
            parameters={**parameters, "id": str(id), "today": asker.today},
        )

    @root(
        READ_MODEL,
        ReferralMade | None,
        "One referral your organisation sent, by your own reference; null where there is none.",
    )
    def referral_status(
        self, info: strawberry.Info, source_reference: str, source_organisation: str | None = None
    ) -> Row:
        asker = reader(info)
        conditions, parameters = _own(asker.scope("referrals_made"))
        conditions.append("{row}.source_reference = %(reference)s")
        if source_organisation is not None:
            conditions.append("{row}.source_org = %(organisation)s")
        about: dict[str, Any] = {
            "reference": source_reference,
            "organisation": source_organisation,
            "today": asker.today,
        }
        return Row(of=ReferralMade, source="{referral}", where=tuple(conditions), parameters={**parameters, **about})

    @root(
        READ_MODEL,
        list[ReferralProgramme],
        "The programmes that take referrals now, beside the core one, as far as you may know.",
    )
    def referral_programmes(self, info: strawberry.Info) -> Rows:
        own = sorted(reader(info).scope("refer").programmes)
        known = "(not {row}.restricted or {row}.programme = any(%(own_programmes)s::text[]))"
        return Rows(
            of=ReferralProgramme,
            source="{programme}",
            where=("{row}.open", known),
            parameters={"own_programmes": own},
            order="{row}.name, {row}.programme",
        )

    @root(READ_MODEL, list[ReferralPractice], "The practices of this ICS today.")
    def referral_practices(self, info: strawberry.Info) -> Rows:
        asker = reader(info)
        asker.scope("refer")
        today = "{row}.joined_on <= %(today)s::date and ({row}.left_on is null or {row}.left_on > %(today)s::date)"
        return Rows(
            of=ReferralPractice,
            source="{membership}",
            where=(today,),
            parameters={"today": asker.today},
            order="{row}.name, {row}.practice",
        )


def _own(scope: Scope) -> Seen:
    """What somebody's organisations sent; a restricted programme is for those who were let into it."""
    conditions, parameters = seen(replace(scope, everything=True))
    if scope.everything:
        return conditions, parameters
    own = sorted(scope.organisations | scope.practices)
    return [*conditions, "{row}.source_org = any(%(own_sources)s::text[])"], {**parameters, "own_sources": own}
