"""The workforce over GraphQL: how much is carried where, who fits whom, and who is asked."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

import strawberry

from commonweal.kernel.question import Keys, Page, Paging, Row, Rows, Table, refusal
from commonweal.kernel.reading import Position, Reader, reader
from commonweal.kernel.view import root
from projections.sight import programmes, seen
from projections.workforce import READ_MODEL
from projections.workforce.reckoning import of_workers, source
from projections.workforce.shapes import (
    AllocationCandidate,
    AllocationProposalConnection,
    AllocationRule,
    WorkforceCase,
    WorkforceCaseConnection,
    WorkforceColleague,
    WorkforceCut,
    WorkforceHandoverConnection,
    WorkforceTable,
    WorkforceWorker,
)
from projections.workforce.telling import Telling, whole_weeks

PERIOD_AT_MOST: Final = 1096
"""Days: three years."""
_BY_PROPOSAL: Final[Keys] = (("proposed_at", datetime), ("referral_id", str))
_OPEN: Final = "{row}.stage <> 'CLOSED'"
_BY_HANDOVER: Final[Keys] = (("handed_at", datetime), ("referral_id", str))
_BY_RECEIPT: Final[Keys] = (("received_at", datetime), ("referral_id", str))
_OURS: Final = "(0, 30, 25, 20, 20, 5)"
"""`allocation_rule.INITIAL`."""


@strawberry.type
class Query:
    @root(
        READ_MODEL,
        WorkforceTable,
        "The workforce at the end of a day, today where none is named: hours, caseloads, and what happened in the `days` up to "
        "it. Who sees the people too sees the numbers as they are; to others small ones are held back, and weeks are whole.",
    )
    def workforce(
        self,
        info: strawberry.Info,
        by: WorkforceCut = WorkforceCut.WORKER,
        on: date | None = None,
        days: int = 28,
        after_position: Position | None = None,
    ) -> Table:
        asker = reader(info)
        scope = asker.scope("workforce")
        if not 1 <= days <= PERIOD_AT_MOST:
            raise refusal(f"days must be 1 to {PERIOD_AT_MOST}")
        if on is not None and on > asker.today:
            raise refusal("on must not lie in the future")
        exact = _exact(asker)
        day, span = (on or asker.today, days) if exact else whole_weeks(on or asker.today, days)
        sql, parameters = source(by.value, scope, exact=exact)
        return Table(
            of=WorkforceTable,
            source=sql,
            parameters={**parameters, "on": day, "days": span},
            order="{row}.label, {row}.key",
            told=None if exact else Telling(),
            after_position=after_position,
        )

    @root(READ_MODEL, list[WorkforceWorker], "The link workers in post that you may see, by name.")
    def workforce_workers(self, info: strawberry.Info) -> Rows:
        conditions, parameters = _workers(reader(info))
        return Rows(
            of=WorkforceWorker,
            source="{link_worker}",
            where=("{row}.last_day is null or {row}.last_day >= %(today)s::date", *conditions),
            parameters=parameters,
            order="{row}.display_name, {row}.worker_id",
        )

    @root(READ_MODEL, WorkforceWorker | None, "A link worker, or null where there is none that you may see.")
    def workforce_worker(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002 – the name in the schema
        after_position: Position | None = None,
    ) -> Row:
        conditions, parameters = _workers(reader(info))
        return Row(
            of=WorkforceWorker,
            source="{link_worker}",
            where=("{row}.worker_id = %(id)s", *conditions),
            parameters={**parameters, "id": id},
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        WorkforceCaseConnection,
        "The open cases of a link worker, the longest first: what can be handed over.",
    )
    def workforce_cases(
        self,
        info: strawberry.Info,
        worker: strawberry.ID,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = seen(asker.scope("allocation"))
        return Page(
            of=WorkforceCaseConnection,
            source="{referral}",
            where=("{row}.link_worker_id = %(worker)s", _OPEN, *conditions),
            parameters={**parameters, "worker": worker},
            keys=_BY_RECEIPT,
            **Paging(first, after, last, before).settled(_BY_RECEIPT),
        )

    @root(
        READ_MODEL, WorkforceCase | None, "Someone who waits or has a link worker, or null where you may not see them."
    )
    def allocation_case(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002 – the name in the schema
        after_position: Position | None = None,
    ) -> Row:
        conditions, parameters = seen(reader(info).scope("allocation"))
        return Row(
            of=WorkforceCase,
            source="{referral}",
            where=("{row}.referral_id = %(id)s", *conditions),
            parameters={**parameters, "id": id},
            after_position=after_position,
        )

    @root(
        READ_MODEL,
        list[AllocationCandidate],
        "Link workers in post, with what the rule weighs them by for one person you see.",
    )
    def allocation_candidates(self, info: strawberry.Info, referral: strawberry.ID) -> Rows:
        asker = reader(info)
        scope = asker.scope("allocation")
        conditions, parameters = seen(scope, "c")
        theirs = " and ".join(("c.referral_id = %(id)s", *conditions))
        return Rows(
            of=AllocationCandidate,
            source="{link_worker}",
            where=("{row}.last_day is null", f"exists (select from {{referral}} as c where {theirs})"),
            parameters={**parameters, "id": referral, "today": asker.today},
            order="{row}.display_name, {row}.worker_id",
        )

    @root(READ_MODEL, AllocationRule, "The rule that ranks link workers for somebody who waits.")
    def allocation_rule(self, info: strawberry.Info) -> Row:
        reader(info).scope("allocation")
        return Row(
            of=AllocationRule,
            source=f"""(select r.version, r.practice, r.language, r.continuity, r.load, r.gender_preference from {{rule}} as r
                union all select * from (values {_OURS}) as o
                order by version desc limit 1)""",
        )

    @root(
        READ_MODEL,
        AllocationProposalConnection,
        "Who is proposed to whom and has no answer yet, the longest first; with `own`, to you alone.",
    )
    def allocation_proposals(
        self,
        info: strawberry.Info,
        own: bool = False,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        conditions, parameters = _asked(reader(info), own=own)
        return Page(
            of=AllocationProposalConnection,
            source="{proposal}",
            where=conditions,
            parameters=parameters,
            keys=_BY_PROPOSAL,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_PROPOSAL),
        )

    @root(
        READ_MODEL,
        WorkforceHandoverConnection,
        "Cases that a colleague handed to you, or to the link workers you see, until it is acknowledged.",
    )
    def workforce_handovers(
        self,
        info: strawberry.Info,
        own: bool = False,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        scope = reader(info).scope("proposals")
        conditions, parameters = seen(scope)
        if own:
            conditions.append("{row}.link_worker_id = any(%(mine)s::text[])")
            parameters["mine"] = sorted(scope.link_workers)
        return Page(
            of=WorkforceHandoverConnection,
            source="{referral}",
            where=("{row}.handed_at is not null", "not {row}.acknowledged", _OPEN, *conditions),
            parameters=parameters,
            keys=_BY_HANDOVER,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_BY_HANDOVER),
        )


def in_post(today: date) -> Rows:
    """Every link worker who has not left, whoever asks."""
    return Rows(
        of=WorkforceColleague,
        source="{link_worker}",
        where=("{row}.last_day is null or {row}.last_day >= %(today)s::date",),
        parameters={"today": today},
        order="{row}.display_name, {row}.worker_id",
    )


def _exact(asker: Reader) -> bool:
    """Do they see the people whom the numbers are of?"""
    people, scope = asker.beside("caseload"), asker.scope("workforce")
    return people is not None and replace(people, persons=scope.persons) == scope


def _workers(asker: Reader) -> tuple[tuple[str, ...], dict[str, Any]]:
    scope = asker.scope("workforce")
    conditions, parameters = of_workers(scope)
    return tuple(conditions), {**parameters, **programmes(scope), "today": asker.today, "exact": _exact(asker)}


def _asked(asker: Reader, *, own: bool) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Proposals to somebody, and those about people they see; never of a restricted programme that is not theirs."""
    scope = asker.scope("proposals")
    unrestricted, *cases = seen(scope, "c")[0]
    parameters = {**seen(scope, "c")[1], "mine": sorted(scope.link_workers)}
    to_them = "{row}.worker_id = any(%(mine)s::text[])"
    who = to_them if own or not cases else f"({to_them} or {' and '.join(cases)})"
    if scope.everything and not own:
        who = "true"
    case = f"c.referral_id = {{row}}.referral_id and {unrestricted} and {who}"
    return (f"exists (select from {{referral}} as c where {case})",), parameters
