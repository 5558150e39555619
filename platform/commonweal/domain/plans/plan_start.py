"""A plan is started: by whoever works with a person, in the words of a framework."""

from typing import Any, Final

from commonweal.domain import values
from commonweal.domain.message import Refused, command
from commonweal.domain.plans import framework, plan
from commonweal.domain.referrals import referral


@command
class StartPlan:
    """`supersedes`: the person's open plan in the same programme, where there is one; it ends with this."""

    plan_id: str
    referral_id: str
    framework: str = framework.BUILT_IN
    supersedes: str | None = None
    by: str


PRIMARY: Final = "plan"
PRIMARY_ID: Final = "plan_id"
CREATES: Final = (StartPlan,)
Command = StartPlan
Decision = tuple[tuple[Any, ...], ...]

ENGAGED: Final = frozenset({"engaged", "in support"})
"""Phases of a referral in which there is something to plan."""


def reads(_state: plan.State, command: Command) -> tuple[tuple[str, str], ...]:
    """The referral, the framework, the plan that ends with this one."""
    earlier = () if command.supersedes in (None, command.plan_id) else (("plan", command.supersedes),)
    return (("referral", command.referral_id), ("framework", command.framework), *earlier)


def decide(states: tuple[Any, ...], command: Command) -> Decision:
    """Shapes: `states` is (plan, referral, framework, *the earlier plan)."""
    state: plan.State
    state, case, published, *earlier = states
    values.identifier(command.referral_id, "referral_id")
    values.identifier(command.framework, "framework")
    if state.phase != "unknown":
        if (state.referral_id, (state.framework or ("",))[0]) == (command.referral_id, command.framework):
            return ((),) * len(states)
        raise Refused("this plan was started already, for another referral or with another framework")
    referral.known(case)
    if case.phase not in ENGAGED:
        raise Refused(f"this referral is {case.phase}: a plan is begun once the link worker and the person have met")
    shown = _framework(published, command.framework)
    started = plan.PlanStarted(
        person_id=case.person_id,
        referral_id=command.referral_id,
        programme=case.programme,
        framework=command.framework,
        framework_version=shown.version,
        domains=shown.domains,
        by=command.by,
    )
    return ((started,), (), (), *(_end(each, case, command.plan_id) for each in earlier))


def _framework(published: framework.State, code: str) -> framework.State:
    if code == framework.BUILT_IN and not published.version:
        return framework.OURS
    if not published.version:
        raise Refused("framework is not one that was published here")
    if published.retired:
        raise Refused("framework is not used for new plans any more")
    return published


def _end(earlier: plan.State, case: referral.State, plan_id: str) -> tuple[plan.Event, ...]:
    if (earlier.person_id, earlier.programme) != (case.person_id, case.programme):
        raise Refused("supersedes is not a plan of this person in this programme")
    return plan.superseded(earlier, plan_id)
