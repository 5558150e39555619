"""Plans over GraphQL: one, someone's, those shared with the one who asks, and what changed in one."""

from datetime import datetime
from typing import Any, Final

import strawberry

from commonweal.domain.plans import plan as plans_of
from commonweal.domain.plans.plan_diff import Change, diff
from commonweal.kernel.question import Keys, Page, Paging, Row, Rows, refusal
from commonweal.kernel.reading import Position, Reader, Scope, reader
from commonweal.kernel.streams import Fact
from commonweal.kernel.view import root
from projections.consents import allowed
from projections.people import OF_THE_PERSON
from projections.plan import READ_MODEL
from projections.plan.shapes import (
    DUE_BY,
    MISSED,
    REVIEWED_BEFORE,
    Plan,
    PlanCase,
    PlanChange,
    PlanConnection,
    PlanFilter,
    PlanFramework,
    SharedPlanConnection,
)
from projections.sight import Seen, seen, seen_through

_KEYS: Final[Keys] = (("started_at", datetime), ("plan_id", str))
_HELD_BY: Final = "exists (select from {referral} as h where h.referral_id = {row}.referral_id and h.link_worker_id = %(link_worker)s)"
_SHARED_KEYS: Final[Keys] = (("shared_at", datetime), ("share", str))
_SHARED: Final = """(select s.*, p.person_id, p.referral_id, p.phase, p.review_on, p.domains
    from {share} as s join {plan} as p on p.plan_id = s.plan_id where s.stopped_at is null and s.kind <> 'provider')"""


@strawberry.type
class Query:
    @root(READ_MODEL, Plan | None, "One plan, or null where there is none that you may see.")
    def plan(self, info: strawberry.Info, id: strawberry.ID) -> Row:  # noqa: A002 – the name in the schema
        return one_plan(reader(info), id)

    @root(
        READ_MODEL,
        PlanConnection,
        "Plans of the cases you see, the newest first. `afterPosition` waits until the view has seen that position.",
    )
    def plans(
        self,
        info: strawberry.Info,
        filter: PlanFilter | None = None,  # noqa: A002
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        after_position: Position | None = None,
    ) -> Page:
        asker = reader(info)
        wanted = filter or PlanFilter()
        conditions, parameters = seen_through(asker.scope("plan"))
        for given, name, condition in (
            (wanted.person, "person", OF_THE_PERSON),
            (wanted.referral, "referral", "{row}.referral_id = %(referral)s"),
            (wanted.phase and wanted.phase.value, "phase", "{row}.phase = %(phase)s"),
            (wanted.review_missed, "review_missed", f"{MISSED} = %(review_missed)s::boolean"),
            (wanted.review_before, "review_before", REVIEWED_BEFORE),
            (wanted.link_worker, "link_worker", _HELD_BY),
            (wanted.due_by, "due_by", DUE_BY),
        ):
            if given is not None:
                conditions.append(condition)
                parameters[name] = given
        return Page(
            of=PlanConnection,
            source="{plan}",
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_KEYS,
            descending=True,
            after_position=after_position,
            **Paging(first, after, last, before).settled(_KEYS),
        )

    @root(READ_MODEL, list[PlanCase], "Someone's cases for which there can be a plan, the oldest first.")
    def plan_cases(self, info: strawberry.Info, person: strawberry.ID) -> Rows:
        conditions, parameters = seen(reader(info).scope("plan"))
        return Rows(
            of=PlanCase,
            source="{referral}",
            where=(OF_THE_PERSON, "{row}.stage = 'IN_SUPPORT'", *conditions),
            parameters={**parameters, "person": person},
            order="{row}.received_at, {row}.referral_id",
        )

    @root(READ_MODEL, list[PlanFramework], "The frameworks this ICS published, by name, beside the one built in.")
    def plan_frameworks(self, info: strawberry.Info) -> Rows:
        reader(info).scope("plan")
        return Rows(of=PlanFramework, source="{framework}", order="{row}.name, {row}.framework")

    @root(
        READ_MODEL,
        SharedPlanConnection,
        "Plans that people share with you: with their GP practice, or with you who referred them. What is not shared any more, or "
        "no longer consented to, is not there.",
    )
    def shared_plans(
        self,
        info: strawberry.Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Page:
        asker = reader(info)
        conditions, parameters = _shared(asker.scope("shared_plan"))
        return Page(
            of=SharedPlanConnection,
            source=_SHARED,
            where=tuple(conditions),
            parameters={**parameters, "today": asker.today},
            keys=_SHARED_KEYS,
            descending=True,
            **Paging(first, after, last, before).settled(_SHARED_KEYS),
        )

    @strawberry.field(
        description="What changed in a plan from one version to a later one, and in whose words; null where you may not see it."
    )
    async def plan_diff(
        self,
        info: strawberry.Info,
        id: strawberry.ID,  # noqa: A002
        from_version: int,
        to_version: int | None = None,
    ) -> list[PlanChange] | None:
        asker = reader(info)
        if await info.context["fetch"](READ_MODEL, one_plan(asker, id)) is None:
            return None
        if from_version < 0 or (to_version is not None and to_version < from_version):
            raise refusal("fromVersion must be 0 or more, and toVersion no less than it")
        return await _changes(info.context["asker"].tenant, id, from_version, to_version)


def one_plan(asker: Reader, id_: str) -> Row:
    """One plan, where it is of a case that somebody sees."""
    conditions, parameters = seen_through(asker.scope("plan"))
    return Row(
        of=Plan,
        source="{plan}",
        where=("{row}.plan_id = %(id)s", *conditions),
        parameters={**parameters, "id": id_, "today": asker.today},
    )


def _shared(scope: Scope) -> Seen:
    """A practice sees what its patients share with their GP, a referrer what was shared with them, of cases they see."""
    conditions, parameters = seen_through(scope)
    conditions.append(
        allowed(
            "{row}.person_id", "{row}.scope", "(case when {row}.kind = 'referrer' then {row}.audience else 'any' end)"
        )
    )
    if scope.everything:
        return conditions, parameters
    conditions.append(
        "case when {row}.kind = 'referrer' then {row}.audience = any(%(audiences)s::text[]) else exists ("
        "select from {referral} as h where h.referral_id = {row}.referral_id and h.practice = any(%(surgeries)s::text[])) end"
    )
    organisations = scope.organisations | scope.practices
    return conditions, {**parameters, "audiences": sorted(organisations), "surgeries": sorted(scope.practices)}


async def _changes(tenant: Any, plan_id: str, first: int, last: int | None) -> list[PlanChange]:
    """Between two versions of the record itself."""
    facts: list[Fact] = await tenant.streams.understand(await tenant.log.stream(f"{plans_of.CATEGORY}-{plan_id}", 0))
    then = plans_of.INITIAL
    now = plans_of.INITIAL
    written: dict[str, Fact] = {}
    for fact in facts:
        if last is not None and fact.version > last:
            break
        now = plans_of.evolve(now, fact.event)
        if fact.version <= first:
            then = now
        elif isinstance(fact.event, plans_of.Said):
            written[plans_of.line(fact.event)] = fact
    return [_told(change, written.get(change.line)) for change in diff(then, now)]


def _told(change: Change, fact: Fact | None) -> PlanChange:
    return PlanChange(
        part=change.part,
        line=change.line,
        what=change.what,
        before=change.before,
        after=change.after,
        words=change.words,
        said_by=change.said_by,
        written_by=None if fact is None else strawberry.ID(fact.event.by),
        written_at=None if fact is None else fact.at,
    )
