"""The caseload over GraphQL: a page at a time, newest referral first, with who may see what as part of the question."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import AsOf, Keys, Page, Paging, Row, Rows, moment
from commonweal.kernel.reading import Position, Reader, Scope, reader
from commonweal.kernel.view import root
from projections.caseload import READ_MODEL
from projections.caseload.shapes import (
    CaseloadCapacity,
    CaseloadConnection,
    CaseloadFilter,
    CaseloadOrganisation,
    CaseloadPractice,
    CaseloadReferral,
)
from projections.places import PCN

_KEYS: Final[Keys] = (("received_at", datetime), ("referral_id", str))


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        CaseloadConnection,
        "The caseload. Forwards with `first` and `after`, back with `last` and `before`. `afterPosition` waits until the "
        "view has seen that position: the one on a mutation's receipt. `asOf` shows it as we knew it at a moment in the past.",
    )
    def caseload(
        self,
        info: strawberry.Info,
        filter: CaseloadFilter | None = None,  # noqa: A002 – the name in the schema
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
        as_of: AsOf | None = None,
    ) -> Page:
        asker = reader(info)
        wanted = filter or CaseloadFilter()
        conditions, parameters = _seen(asker.scope("caseload"))
        if wanted.stage is None:
            conditions.append("{row}.stage <> 'CLOSED'")
        for given, name, condition in (
            (wanted.stage and wanted.stage.value, "stage", "{row}.stage = %(stage)s"),
            (wanted.link_worker, "link_worker", "{row}.link_worker_id = %(link_worker)s"),
            (wanted.practice, "practice", "{row}.practice = %(practice)s"),
            (wanted.pcn, "pcn", f"{PCN} = %(pcn)s"),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        return Page(
            of=CaseloadConnection,
            source="{referral}",
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            as_of=moment(as_of, asker.now),
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, CaseloadReferral | None, "One referral, or null where there is none that you may see.")
    def caseload_referral(self, info: strawberry.Info, id: strawberry.ID) -> Row:  # noqa: A002
        return one_referral(reader(info), id)

    @root(READ_MODEL, list[CaseloadCapacity], "Link workers in post, by name, and how much room each has.")
    def caseload_capacity(self, info: strawberry.Info) -> Rows:
        reader(info).scope("caseload")
        return Rows(
            of=CaseloadCapacity,
            source="{link_worker}",
            where=("not {row}.gone",),
            order="{row}.display_name, {row}.worker_id",
        )

    @root(READ_MODEL, list[CaseloadPractice], "The practices of today, by PCN and name.")
    def caseload_practices(self, info: strawberry.Info) -> Rows:
        asker = reader(info)
        asker.scope("caseload")
        return Rows(
            of=CaseloadPractice,
            source="{membership}",
            where=("{row}.joined_on <= %(today)s", "{row}.left_on is null or {row}.left_on > %(today)s"),
            parameters={"today": asker.today},
            order="(select n.name from {pcn} as n where n.pcn = {row}.pcn), {row}.name, {row}.practice",
        )

    @root(READ_MODEL, list[CaseloadOrganisation], "The organisations a referral can be passed on to.")
    def caseload_organisations(self, info: strawberry.Info) -> Rows:
        reader(info).scope("caseload")
        return Rows(of=CaseloadOrganisation, source="{trust}", order="{row}.name, {row}.trust")


def one_referral(asker: Reader, id_: str) -> Row:
    """One referral, where it is among those somebody sees."""
    conditions, parameters = _seen(asker.scope("caseload"))
    return Row(
        of=CaseloadReferral,
        source="{referral}",
        where=("{row}.referral_id = %(id)s", *conditions),
        parameters={**parameters, "id": id_, "today": asker.today},
    )


def _seen(scope: Scope) -> tuple[list[str], dict[str, Any]]:
    """The conditions of what someone may see, and their parameters."""
    if scope.everything:
        return [], {}
    parts = (
        (scope.pcns, "own_pcns", f"{PCN} = any(%(own_pcns)s::text[])"),
        (scope.practices, "own_practices", "{row}.practice = any(%(own_practices)s::text[])"),
        (scope.link_workers, "own_link_workers", "{row}.link_worker_id = any(%(own_link_workers)s::text[])"),
    )
    held = [(name, sorted(ids), condition) for ids, name, condition in parts if ids]
    return [" or ".join(condition for _, _, condition in held) or "false"], {name: ids for name, ids, _ in held}
