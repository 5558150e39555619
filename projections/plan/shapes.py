"""What a plan is made of, as GraphQL names it: what matters, strengths, needs, goals, actions, with whom it is shared."""

from datetime import date, datetime
from enum import Enum
from typing import Final

import strawberry

from commonweal.kernel.view import Connection, Edge, column, many, one
from projections.consents import allowed


@strawberry.enum(description="Where a plan stands between its beginning and its end.")
class PlanPhase(Enum):
    DRAFT = "DRAFT"
    AGREED = "AGREED"
    ACTIVE = "ACTIVE"
    IN_REVIEW = "IN_REVIEW"
    COMPLETED = "COMPLETED"
    ENDED_EARLY = "ENDED_EARLY"
    SUPERSEDED = "SUPERSEDED"


@strawberry.enum(description="What a plan may still lack.")
class PlanGap(Enum):
    WHAT_MATTERS = "WHAT_MATTERS"
    GOAL = "GOAL"
    ACTION = "ACTION"
    REVIEW = "REVIEW"
    AGREEMENT = "AGREEMENT"
    COPY = "COPY"


_WRITER: Final = "(select u.display_name from {colleague} as u where u.user_id = {row}.by_user)"
_WRITTEN_BY: Final = "Who wrote it down; null where they have not told us what they are called."
_DOMAIN: Final = """(select split_part(d.domain, '|', 2) from json_array_elements_text({up}.domains) as d (domain)
    where split_part(d.domain, '|', 1) = {row}.domain limit 1)"""
"""SQL: what the plan `{up}` calls the area of life of a line `{row}`."""
_OF_PLAN: Final = "{row}.plan_id = {up}.plan_id"


@strawberry.type(description="Whose plan it is. `name` is null once they are erased.")
class PlanPerson:
    id: strawberry.ID = column("{up}.person_id")
    name: str | None
    language: str | None
    interpreter: bool | None
    erased: bool = column("coalesce({row}.erased, true)")


@strawberry.type(description="Something that matters to the person, in the words of whoever said it.")
class PlanWhatMatters:
    id: strawberry.ID = column("{row}.clause_id")
    statement: str | None
    domain: str | None = strawberry.field(description="The area of life, as a code of the plan's framework.")
    domain_name: str | None = column(_DOMAIN)
    said_by: str
    language: str | None
    written_by: str | None = column(_WRITER, _WRITTEN_BY)
    written_at: datetime


@strawberry.type(description="Something the person can build on.")
class PlanStrength:
    id: strawberry.ID = column("{row}.clause_id")
    text: str | None
    kind: str
    said_by: str
    written_by: str | None = column(_WRITER, _WRITTEN_BY)
    written_at: datetime


@strawberry.enum(description="What became of a need.")
class PlanNeedOutcome(Enum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"
    UNMET = "UNMET"


@strawberry.type(description="Something that weighs on the person, as one of those who see it says.")
class PlanNeed:
    need: str
    identified_by: str
    severity: int
    outcome: PlanNeedOutcome
    reason: str | None
    written_by: str | None = column(_WRITER, _WRITTEN_BY)
    written_at: datetime


@strawberry.type(description="How far along somebody says the person is, from 0 to 10.")
class PlanRating:
    rating: int
    rated_by: str
    rated_on: date
    written_by: str | None = column(_WRITER, _WRITTEN_BY)


@strawberry.enum(description="What became of a goal.")
class PlanGoalOutcome(Enum):
    OPEN = "OPEN"
    ACHIEVED = "ACHIEVED"
    PARTLY_ACHIEVED = "PARTLY_ACHIEVED"
    ABANDONED = "ABANDONED"


@strawberry.type(description="Something the person wants to come to.")
class PlanGoal:
    id: strawberry.ID = column("{row}.goal_id")
    wording: str | None
    domain: str | None
    domain_name: str | None = column(_DOMAIN)
    baseline: int
    target_date: date | None
    owner: str
    said_by: str
    outcome: PlanGoalOutcome
    reason: str | None
    agreed_on: date
    written_by: str | None = column(_WRITER, _WRITTEN_BY)
    written_at: datetime
    rating: int = column(
        """coalesce((select g.rating from {rating} as g where g.goal = {row}.goal
            order by g.rated_on desc, g.place desc limit 1), {row}.baseline)""",
        "The last rating; the baseline before there is one.",
    )
    ratings: list[PlanRating] = many(
        "{rating}", "{row}.goal = {up}.goal", "{row}.rated_on, {row}.place", "After the baseline, by day."
    )


@strawberry.enum(description="What became of an action.")
class PlanActionOutcome(Enum):
    OPEN = "OPEN"
    COMPLETED = "COMPLETED"
    MISSED = "MISSED"
    CANCELLED = "CANCELLED"


@strawberry.type(description="What somebody does, by when.")
class PlanAction:
    id: strawberry.ID = column("{row}.action_id")
    goal_id: strawberry.ID | None
    what: str | None
    who: str
    by_when: date | None
    overdue: bool = column("{row}.outcome = 'OPEN' and coalesce({row}.by_when < %(today)s::date, false)")
    outcome: PlanActionOutcome
    reason: str | None
    done_on: date | None
    written_by: str | None = column(_WRITER, _WRITTEN_BY)
    written_at: datetime


STANDS: Final = allowed(
    "{up}.person_id", "{row}.scope", "(case when {row}.kind in ('gp', 'mdt') then 'any' else {row}.audience end)"
)
"""SQL: does the consent stand that a share `{row}` of a plan `{up}` hangs on?"""


@strawberry.type(description="With whom the plan is shared. `audience` is `any` where it follows the person.")
class PlanShare:
    kind: str
    audience: str
    part: str
    consent: str = column("{row}.scope", "The scope of consent without which nothing is shown.")
    plan_version: int
    shared_at: datetime
    shared_by: str | None = column(_WRITER, _WRITTEN_BY)
    stopped_at: datetime | None
    stop_reason: str | None
    standing: bool = column(
        f"{{row}}.stopped_at is null and {STANDS}", "Whether they see it today: not stopped, and the consent stands."
    )


@strawberry.enum(description="What became of a suggestion.")
class PlanProposalDecision(Enum):
    OPEN = "OPEN"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@strawberry.type(description="A change of the plan that somebody suggests.")
class PlanProposal:
    id: strawberry.ID = column("{row}.proposal_id")
    proposer: str
    clause_ids: list[strawberry.ID]
    text: str | None
    decision: PlanProposalDecision
    reason: str | None
    written_at: datetime


@strawberry.enum(description="How certain a gain is.")
class PlanGainStatus(Enum):
    EXPECTED = "EXPECTED"
    CLAIMED = "CLAIMED"
    AWARDED = "AWARDED"
    CONFIRMED = "CONFIRMED"


@strawberry.type(description="What advice brought the person, in pence; for a year where `annualised`.")
class PlanGain:
    id: strawberry.ID = column("{row}.gain_id")
    kind: str
    amount_pence: int
    annualised: bool
    status: PlanGainStatus
    confirmed_on: date | None
    written_at: datetime


@strawberry.type(description="A turn in the plan's life, with its version then.")
class PlanMilestone:
    version: int
    kind: str
    reason: str | None
    agreed_by: str | None
    at: datetime
    by: str | None = column(_WRITER)


_CASE_OPEN: Final = (
    "exists (select from {referral} as o where o.referral_id = {row}.referral_id and o.stage <> 'CLOSED')"
)
MISSED: Final = f"({{row}}.review_missed and {_CASE_OPEN})"
"""SQL: was a review of the plan `{row}` missed? Of a case that is closed nobody has to hold one."""
REVIEWED_BEFORE: Final = f"({{row}}.review_on < %(review_before)s::date and {{row}}.phase = 'ACTIVE' and {_CASE_OPEN})"
"""SQL: is a review due before that day?"""
DUE_BY: Final = f"""({_CASE_OPEN} and {{row}}.ended_at is null and (
    coalesce({{row}}.phase = 'ACTIVE' and {{row}}.review_on <= %(due_by)s::date, false)
    or exists (select from {{action}} as a where a.plan_id = {{row}}.plan_id and a.outcome = 'OPEN'
        and a.who = 'worker' and a.by_when <= %(due_by)s::date)))"""
"""SQL: has the link worker something to do in the plan `{row}` by that day: a step, or a review?"""
_GAPS: Final = """array_to_json(array_remove(array[
    case when not exists (select from {what_matters} as x where x.plan_id = {row}.plan_id) then 'WHAT_MATTERS' end,
    case when not exists (select from {goal} as x where x.plan_id = {row}.plan_id) then 'GOAL' end,
    case when not exists (select from {action} as x where x.plan_id = {row}.plan_id) then 'ACTION' end,
    case when {row}.review_on is null then 'REVIEW' end,
    case when {row}.agreed_on is null then 'AGREEMENT' end,
    case when {row}.copy_offered is null then 'COPY' end
], null))"""
"""SQL: as `commonweal.domain.plans.plan.complete` says."""


@strawberry.type(description="A personalised care and support plan.")
class Plan:
    id: strawberry.ID = column("{row}.plan_id")
    version: int
    referral_id: strawberry.ID
    programme: str
    phase: PlanPhase
    framework: str
    framework_version: int
    domains: list[str] = strawberry.field(
        description="The framework's areas of life, each `code|name|area counted under`."
    )
    started_at: datetime
    started_by: str | None = column("(select u.display_name from {colleague} as u where u.user_id = {row}.started_by)")
    agreed_by: str | None
    agreed_on: date | None
    agreed_version: int | None
    copy_offered: str | None
    review_on: date | None
    review_missed: bool = column(MISSED, "Whether its day passed without a review, while the case is open.")
    reviewed_on: date | None
    ended_at: datetime | None
    ending: str | None
    missing: list[PlanGap] = column(_GAPS, "What it still lacks; nothing where it is complete.")
    person: PlanPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    referred_for: list[str] = column(
        "coalesce((select r.needs from {reason} as r where r.referral_id = {row}.referral_id), '[]'::json)",
        "What the referrer saw: the needs the referral names.",
    )
    what_matters: list[PlanWhatMatters] = many("{what_matters}", _OF_PLAN, "{row}.place")
    strengths: list[PlanStrength] = many("{strength}", _OF_PLAN, "{row}.place")
    needs: list[PlanNeed] = many("{need}", _OF_PLAN, "{row}.severity desc, {row}.need, {row}.identified_by")
    goals: list[PlanGoal] = many("{goal}", _OF_PLAN, "{row}.place")
    actions: list[PlanAction] = many("{action}", _OF_PLAN, "{row}.by_when, {row}.place")
    shared_with: list[PlanShare] = many("{share}", _OF_PLAN, "{row}.kind, {row}.audience")
    proposals: list[PlanProposal] = many("{proposal}", _OF_PLAN, "{row}.place")
    gains: list[PlanGain] = many("{gain}", _OF_PLAN, "{row}.place")
    milestones: list[PlanMilestone] = many("{milestone}", _OF_PLAN, "{row}.version")


_OPEN: Final = "('DRAFT', 'AGREED', 'ACTIVE', 'IN_REVIEW')"


@strawberry.type(
    description="A case for which there can be a plan: the person has met their link worker, and it is not closed."
)
class PlanCase:
    id: strawberry.ID = column("{row}.referral_id")
    programme: str
    received_at: datetime
    open_plan: strawberry.ID | None = column(
        f"""(select p.plan_id from {{plan}} as p where p.person_id = {{row}}.person_id and p.programme = {{row}}.programme
            and p.phase in {_OPEN} order by p.started_at desc limit 1)""",
        "The person's open plan in the same programme: a new one takes its place.",
    )


@strawberry.type
class PlanEdge(Edge[Plan]):
    pass


@strawberry.type(description="A page of plans, the newest first.")
class PlanConnection(Connection[PlanEdge]):
    pass


@strawberry.type(
    description="A framework an ICS published: the areas of life in which people are asked what matters to them."
)
class PlanFramework:
    code: str = column("{row}.framework")
    version: int
    name: str
    domains: list[str]
    retired: bool


_FULL: Final = f"{_OF_PLAN} and {{up}}.part = 'full'"


@strawberry.type(description="As much of a plan as the person lets the one who asks see, while they do.")
class SharedPlan:
    id: strawberry.ID = column("{row}.plan_id")
    part: str
    phase: PlanPhase
    review_on: date | None
    shared_at: datetime
    person: PlanPerson = one("left join {person} as {row} on {row}.person_id = {up}.person_id")
    what_matters: list[PlanWhatMatters] = many("{what_matters}", _FULL, "{row}.place")
    strengths: list[PlanStrength] = many("{strength}", _FULL, "{row}.place")
    goals: list[PlanGoal] = many("{goal}", f"{_OF_PLAN} and {{up}}.part in ('full', 'goals_only')", "{row}.place")
    actions: list[PlanAction] = many(
        "{action}", f"{_OF_PLAN} and {{up}}.part in ('full', 'actions_only')", "{row}.by_when, {row}.place"
    )


@strawberry.type
class SharedPlanEdge(Edge[SharedPlan]):
    pass


@strawberry.type(description="A page of the plans shared with the one who asks, those shared last first.")
class SharedPlanConnection(Connection[SharedPlanEdge]):
    pass


@strawberry.type(description="One thing that changed in a plan between two of its versions.")
class PlanChange:
    part: str
    line: str
    what: str
    before: str | None
    after: str | None
    words: str | None = strawberry.field(description="Which line it is, where `before` and `after` do not say it.")
    said_by: str | None
    written_by: strawberry.ID | None = strawberry.field(description="The user's id of whoever wrote it down last.")
    written_at: datetime | None


@strawberry.input(description="Which plans; all that is given must hold.")
class PlanFilter:
    person: strawberry.ID | None = None
    referral: strawberry.ID | None = None
    phase: PlanPhase | None = None
    review_missed: bool | None = None
    review_before: date | None = None
    link_worker: strawberry.ID | None = None
    due_by: date | None = strawberry.field(
        default=None,
        description="A step of the link worker, or the review, is due by that day, while the case is open.",
    )
