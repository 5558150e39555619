"""Plan: what matters to a person, what they want to come to, what is done about it – theirs, in their words.

What stands in it has a module for each part: `plan_words`, `plan_needs`, `plan_goals`, `plan_actions`, `plan_sharing`,
`plan_review`, `plan_proposals`, `plan_gains`. Here is its life: started, agreed, ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, tenant, values
from commonweal.domain.due import Deadline, FallsDue
from commonweal.domain.message import Claim, Refused, command, event
from commonweal.domain.plans import (
    framework,
    plan_actions,
    plan_gains,
    plan_goals,
    plan_needs,
    plan_proposals,
    plan_review,
    plan_sharing,
    plan_words,
)

# These names are the storage format: never renamed.


@event
class PlanStarted:
    """`domains`: those of the framework's version, as `framework.FrameworkPublished` has them."""

    person_id: str
    referral_id: str
    programme: str
    framework: str
    framework_version: int
    domains: tuple[str, ...]
    by: str


@event
class PlanAgreedByPerson:
    agreed_by: str
    agreed_on: date
    by: str


@event
class PlanActivated:
    copy_offered: str


@event
class PlanCompleted:
    person_id: str
    programme: str
    by: str


@event
class PlanEndedEarly:
    person_id: str
    programme: str
    reason: str
    by: str


@event
class PlanSuperseded:
    person_id: str
    programme: str
    by_plan_id: str


@command
class CompletePlan:
    by: str


@command
class EndPlanEarly:
    reason: str
    by: str


@command
class EndPlanWithCase:
    """Its case has ended: nothing is planned in it any more."""

    ending: str
    by: str


CATEGORY: Final = "plan"
Life = PlanStarted | PlanAgreedByPerson | PlanActivated | PlanCompleted | PlanEndedEarly | PlanSuperseded
Said = plan_words.Event | plan_needs.Event | plan_goals.Event | plan_actions.Event
Event = Life | Said | plan_review.Event | plan_sharing.Event | plan_proposals.Event | plan_gains.Event
LifeCommand = CompletePlan | EndPlanEarly | EndPlanWithCase
Write = plan_words.Command | plan_needs.Command | plan_goals.Command | plan_actions.Command | plan_proposals.Command
Command = LifeCommand | Write | plan_review.Command | plan_sharing.Command | plan_gains.Command
"""`plan_start`, `plan_agreement` and `plan_share` decide together with the referral and the person's consents."""

OPEN: Final = frozenset({"draft", "agreed", "active", "in review"})


@dataclass(frozen=True, slots=True)
class State:
    phase: str = "unknown"
    """unknown → draft → agreed → active ⇄ in review → completed or ended early; or superseded"""
    person_id: str | None = None
    referral_id: str | None = None
    programme: str = ""
    framework: tuple[str, int] | None = None
    """(code, version)"""
    domains: frozenset[str] = frozenset()
    version: int = 0
    """How many events it has."""
    words: plan_words.State = plan_words.INITIAL
    needs: plan_needs.State = field(default_factory=dict)
    goals: plan_goals.State = field(default_factory=dict)
    actions: plan_actions.State = field(default_factory=dict)
    shares: plan_sharing.State = field(default_factory=dict)
    proposals: plan_proposals.State = field(default_factory=dict)
    gains: plan_gains.State = field(default_factory=dict)
    agreement: tuple[str, date] | None = None
    """(by whom, on)"""
    copy_offered: str | None = None
    reviews: plan_review.State = plan_review.INITIAL
    ending: str | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event) -> State:
    if isinstance(event, Life):
        then = _lived(state, event)
    elif isinstance(event, plan_review.Event):
        then = _reviewed(state, event)
    else:
        then = _written(state, event)
    return replace(then, version=state.version + 1)


def _lived(state: State, event: Life) -> State:
    match event:
        case PlanStarted():
            return State(
                phase="draft",
                person_id=event.person_id,
                referral_id=event.referral_id,
                programme=event.programme,
                framework=(event.framework, event.framework_version),
                domains=frozenset(map(framework.code, event.domains)),
            )
        case PlanAgreedByPerson(agreed_by=who, agreed_on=day):
            return replace(state, phase="agreed", agreement=(who, day))
        case PlanActivated(copy_offered=copy):
            return replace(state, phase="active", copy_offered=copy)
        case PlanCompleted():
            return replace(state, phase="completed")
        case PlanEndedEarly(reason=reason):
            return replace(state, phase="ended early", ending=reason)
        case PlanSuperseded(by_plan_id=plan_id):
            return replace(state, phase="superseded", ending=plan_id)


def _reviewed(state: State, event: plan_review.Event) -> State:
    phase = {plan_review.PlanReviewStarted: "in review", plan_review.PlanRevised: "active"}.get(
        type(event), state.phase
    )
    return replace(state, phase=phase, reviews=plan_review.evolve(state.reviews, event, state.version))


def _written(state: State, event: Said | plan_sharing.Event | plan_proposals.Event | plan_gains.Event) -> State:
    if isinstance(event, plan_words.Event):
        return replace(_touched(state, event), words=plan_words.evolve(state.words, event))
    if isinstance(event, plan_needs.Event):
        return replace(_touched(state, event), needs=plan_needs.evolve(state.needs, event))
    if isinstance(event, plan_goals.Event):
        return replace(_touched(state, event), goals=plan_goals.evolve(state.goals, event))
    if isinstance(event, plan_actions.Event):
        return replace(_touched(state, event), actions=plan_actions.evolve(state.actions, event))
    if isinstance(event, plan_sharing.Event):
        return replace(state, shares=plan_sharing.evolve(state.shares, event))
    if isinstance(event, plan_proposals.Event):
        return replace(state, proposals=plan_proposals.evolve(state.proposals, event))
    return replace(state, gains=plan_gains.evolve(state.gains, event))


def _touched(state: State, event: Said) -> State:
    """A review remembers what was changed in it."""
    if state.phase != "in review":
        return state
    return replace(state, reviews=plan_review.touched(state.reviews, line(event)))


def line(event: Said) -> str:
    """The id of the line, goal or action an event is about; of a need, who sees it and which it is."""
    match event:
        case plan_needs.NeedIdentified() | plan_needs.NeedResolved() | plan_needs.NeedUnmet():
            return f"{event.identified_by}.{event.need}"
        case (
            plan_goals.GoalAgreed()
            | plan_goals.GoalRevised()
            | plan_goals.GoalProgressRated()
            | plan_goals.GoalAchieved()
            | plan_goals.GoalPartlyAchieved()
            | plan_goals.GoalAbandoned()
        ):
            return event.goal_id
        case (
            plan_actions.ActionAdded()
            | plan_actions.ActionChanged()
            | plan_actions.ActionCompleted()
            | plan_actions.ActionMissed()
            | plan_actions.ActionCancelled()
        ):
            return event.action_id
        case _:
            return event.clause_id


def person(state: State) -> str | None:
    return state.person_id


def case(state: State) -> str | None:
    return state.referral_id


def claims(event: Event) -> tuple[Claim, ...]:
    """Someone has one open plan in a programme."""
    match event:
        case PlanStarted():
            return (Claim(kind="open_plan", value=f"{event.person_id}|{event.programme}"),)
        case PlanCompleted() | PlanEndedEarly() | PlanSuperseded():
            return (Claim(kind="open_plan", value=f"{event.person_id}|{event.programme}", release=True),)
        case _:
            return ()


def deadlines(_policies: tenant.Policies, identity: str, event: Event) -> tuple[Deadline, ...]:
    """A review is missed when its day is over; whose plan has ended misses none."""
    if isinstance(event, PlanCompleted | PlanEndedEarly | PlanSuperseded):
        return (Deadline(plan_review.DUE, identity, "", None),)
    return plan_review.deadlines(identity, event) if isinstance(event, plan_review.Event) else ()


FALLS_DUE: Final[FallsDue] = {plan_review.DUE: plan_review.fallen_due}


GAPS: Final[Mapping[str, str]] = {
    "what_matters": "Nobody has written down what matters to the person",
    "goal": "There is no goal yet",
    "action": "There is no action yet: who does what by when",
    "review": "There is no day on which to look at the plan again",
    "agreement": "The person, or somebody for them, has not agreed to it",
    "copy": "Nobody has offered the person a copy",
}
"""What a plan may lack. It is complete when it lacks nothing; the person can agree when it lacks no more than the last two.

After NHS England's criteria for personalised care and support planning, with the review and the copy.
"""


def complete(state: State) -> tuple[str, ...]:
    """What a plan still lacks: keys of `GAPS`, in their order."""
    there = {
        "what_matters": state.words.what_matters,
        "goal": state.goals,
        "action": state.actions,
        "review": state.reviews.due_on,
        "agreement": state.agreement,
        "copy": state.copy_offered,
    }
    return tuple(gap for gap in GAPS if not there[gap])


def decide(state: State, command: Command) -> tuple[Event, ...]:
    known(state)
    if isinstance(command, LifeCommand):
        return _end(state, command)
    if isinstance(command, plan_review.Command):
        return plan_review.decide(state.reviews, command, state.phase)
    if isinstance(command, plan_gains.Command):
        return plan_gains.decide(state.gains, command)  # what advice brought is often known after the end
    if isinstance(command, plan_sharing.Command):
        return plan_sharing.decide(state.shares, command)
    require_open(state)
    frame = plan_words.Frame(state.person_id or "", state.domains)
    if isinstance(command, plan_words.Command):
        return plan_words.decide(state.words, command, frame)
    if isinstance(command, plan_needs.Command):
        return plan_needs.decide(state.needs, command)
    if isinstance(command, plan_goals.Command):
        return plan_goals.decide(state.goals, command, frame)
    if isinstance(command, plan_actions.Command):
        return plan_actions.decide(state.actions, command, frame, state.goals)
    return plan_proposals.decide(state.proposals, command, frame.person_id)


def _end(state: State, command: LifeCommand) -> tuple[Event, ...]:
    match command:
        case CompletePlan(by=by):
            return _complete(state, by)
        case EndPlanEarly():
            return _end_early(state, command)
        case EndPlanWithCase():
            return _end_with_case(state, command)


def known(state: State) -> None:
    """Refuses unless the plan was started."""
    if state.phase == "unknown":
        raise Refused("there is no such plan")


def require_open(state: State) -> None:
    if state.phase not in OPEN:
        raise Refused(f"this plan is {state.phase}: start a new one to go on")


def agreed(state: State, who: str, day: date, copy: str, by: str) -> tuple[Event, ...]:
    """The person agrees, or somebody for them, and was offered a copy: `plan_agreement` has seen to the referral."""
    values.one_of(plan_review.AGREE, who, "agreed_by")
    values.one_of(codes.PLAN_COPIES, copy, "copy_offered")
    if state.agreement == (who, day) and state.copy_offered == copy:
        return ()
    require_open(state)
    if state.phase != "draft":
        raise Refused("this plan was agreed already: change it in a review")
    if missing := [GAPS[gap] for gap in complete(state) if gap not in ("agreement", "copy")]:
        raise Refused(f"this plan is not complete. {'. '.join(missing)}.")
    return (PlanAgreedByPerson(agreed_by=who, agreed_on=day, by=by), PlanActivated(copy_offered=copy))


def _complete(state: State, by: str) -> tuple[Event, ...]:
    if state.phase == "completed":
        return ()
    if state.phase not in ("active", "in review"):
        raise Refused(f"this plan is {state.phase}; only one the person has agreed to is completed")
    if unsettled := _unsettled(state):
        raise Refused(
            f"{unsettled} of the goals have no rating since the beginning and no reason for their end: rate or end them first"
        )
    return (PlanCompleted(person_id=state.person_id or "", programme=state.programme, by=by),)


def _end_early(state: State, command: EndPlanEarly) -> tuple[Event, ...]:
    values.one_of(codes.CLOSURE_REASONS, command.reason, "reason")
    if (state.phase, state.ending) == ("ended early", command.reason):
        return ()
    require_open(state)
    return (
        PlanEndedEarly(
            person_id=state.person_id or "", programme=state.programme, reason=command.reason, by=command.by
        ),
    )


def _unsettled(state: State) -> int:
    """How many goals nobody can say the outcome of."""
    return sum(not goal.settled for goal in state.goals.values())


SEEN_THROUGH: Final = frozenset({"goals_met", "goals_partly_met", "time_limit"})
"""Ends of a case with which a plan that can be completed is: the person and the link worker came to its end together. Local."""


def _end_with_case(state: State, command: EndPlanWithCase) -> tuple[Event, ...]:
    """Completed where it could have been, else ended early: nobody has to remember to do it."""
    values.one_of(codes.CASE_ENDINGS, command.ending, "ending")
    if state.phase not in OPEN:
        return ()
    about = {"person_id": state.person_id or "", "programme": state.programme, "by": command.by}
    if command.ending in SEEN_THROUGH and state.phase in ("active", "in review") and not _unsettled(state):
        return (PlanCompleted(**about),)
    return (PlanEndedEarly(reason=command.ending, **about),)


def superseded(state: State, by_plan_id: str) -> tuple[Event, ...]:
    """Another plan takes its place."""
    if state.phase not in OPEN:
        return ()
    return (PlanSuperseded(person_id=state.person_id or "", programme=state.programme, by_plan_id=by_plan_id),)
