"""Goals of a plan: what somebody wants to come to, with how near they are to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Erased, Personal, Refused, command, event
from commonweal.domain.plans.plan_words import Frame, check_clause, check_goal

# These names are the storage format: never renamed.


@event
class GoalAgreed:
    """`agreed_on`: None where it was agreed before we wrote the day down."""

    goal_id: str
    person_id: str
    wording: Personal[str]
    domain: str | None = None
    baseline: int
    target_date: date | None = None
    owner: str
    said_by: str
    by: str
    agreed_on: date | None = None


@event
class GoalRevised:
    goal_id: str
    wording: Personal[str]
    domain: str | None = None
    target_date: date | None = None
    owner: str
    said_by: str
    by: str


@event
class GoalProgressRated:
    goal_id: str
    rating: int
    rated_by: str
    rated_on: date
    by: str


@event
class GoalAchieved:
    goal_id: str
    reason: str | None = None
    by: str


@event
class GoalPartlyAchieved:
    goal_id: str
    reason: str | None = None
    by: str


@event
class GoalAbandoned:
    goal_id: str
    reason: str | None = None
    by: str


@command
class AgreeGoal:
    """`baseline` 0–10: how far along the person says they are; `domain`: a code of the plan's framework."""

    goal_id: str
    wording: str
    domain: str | None = None
    baseline: int
    target_date: date | None = None
    owner: str = "person"
    said_by: str = "person"
    on: date | None = None
    by: str


@command
class ReviseGoal:
    goal_id: str
    wording: str
    domain: str | None = None
    target_date: date | None = None
    owner: str = "person"
    said_by: str = "person"
    by: str


@command
class RateGoal:
    """`rating` 0–10, on a day that has come since the goal was agreed."""

    goal_id: str
    rating: int
    rated_by: str = "person"
    rated_on: date
    on: date
    by: str


@command
class EndGoal:
    """`outcome`: achieved, partly or abandoned; with the last rating, or the reason why there is none."""

    goal_id: str
    outcome: str
    rating: int | None = None
    rated_by: str = "person"
    reason: str | None = None
    on: date
    by: str


GoalEnded = GoalAchieved | GoalPartlyAchieved | GoalAbandoned
Event = GoalAgreed | GoalRevised | GoalProgressRated | GoalAchieved | GoalPartlyAchieved | GoalAbandoned
Command = AgreeGoal | ReviseGoal | RateGoal | EndGoal


@dataclass(frozen=True, slots=True)
class Rating:
    rating: int
    rated_by: str
    rated_on: date


@dataclass(frozen=True, slots=True)
class Goal:
    words: str | Erased
    domain: str | None
    baseline: int
    target_date: date | None
    owner: str
    said_by: str
    agreed_on: date | None = field(default=None, compare=False)
    ratings: tuple[Rating, ...] = ()
    """In the order they were told."""
    outcome: str | None = None
    """None while it is pursued, else a code of `codes.GOAL_ENDS`."""
    reason: str | None = None

    @property
    def settled(self) -> bool:
        """Was it rated after the beginning, or ended with a reason?"""
        return bool(self.ratings) or (self.outcome is not None and self.reason is not None)


State = Mapping[str, Goal]
"""By id."""
INITIAL: Final[State] = {}
_ENDS: Final[Mapping[type[GoalEnded], str]] = {
    GoalAchieved: "achieved",
    GoalPartlyAchieved: "partly",
    GoalAbandoned: "abandoned",
}
_ENDED: Final = {outcome: made for made, outcome in _ENDS.items()}


def evolve(state: State, event: Event) -> State:
    match event:
        case GoalAgreed():
            goal = Goal(event.wording, event.domain, event.baseline, event.target_date, event.owner, event.said_by)
            return _with_goal(state, event.goal_id, replace(goal, agreed_on=event.agreed_on))
        case GoalRevised():
            return _goal_changed(
                state,
                event.goal_id,
                words=event.wording,
                domain=event.domain,
                target_date=event.target_date,
                owner=event.owner,
                said_by=event.said_by,
            )
        case GoalProgressRated(goal_id=goal_id):
            rated = state[goal_id].ratings if goal_id in state else ()
            return _goal_changed(state, goal_id, ratings=(*rated, Rating(event.rating, event.rated_by, event.rated_on)))
        case GoalAchieved() | GoalPartlyAchieved() | GoalAbandoned():
            return _goal_changed(state, event.goal_id, outcome=_ENDS[type(event)], reason=event.reason)


def _with_goal(state: State, goal_id: str, goal: Goal) -> State:
    return {**state, goal_id: goal}


def _goal_changed(state: State, goal_id: str, **changed: object) -> State:
    known = state.get(goal_id)
    return state if known is None else _with_goal(state, goal_id, replace(known, **changed))  # type: ignore[arg-type]


def decide(state: State, command: Command, plan: Frame) -> tuple[Event, ...]:
    match command:
        case AgreeGoal():
            return _agree(state, command, plan)
        case ReviseGoal():
            return _revise(state, command, plan.domains)
        case RateGoal():
            return _rate(state, command)
        case EndGoal():
            return _end_goal(state, command)


def _goal(state: State, goal_id: str) -> Goal:
    check_goal(goal_id, state)
    return state[goal_id]


def _check_goal(command: AgreeGoal | ReviseGoal, domains: frozenset[str]) -> str:
    values.one_of(codes.PLAN_OWNERS, command.owner, "owner")
    values.one_of(codes.PLAN_SPEAKERS, command.said_by, "said_by")
    if command.domain is not None:
        values.one_of(domains, command.domain, "domain")
    return values.said(command.wording, "wording", 2_000)


def _agree(state: State, command: AgreeGoal, plan: Frame) -> tuple[Event, ...]:
    words = _check_goal(command, plan.domains)
    baseline = values.within(command.baseline, 0, 10, "baseline")
    wanted = Goal(words, command.domain, baseline, command.target_date, command.owner, command.said_by)
    known = state.get(command.goal_id)
    if known == wanted:
        return ()
    check_clause(command.goal_id, "goal_id", known=known is not None, again=False, held=len(state))
    return (
        GoalAgreed(
            goal_id=command.goal_id,
            person_id=plan.person_id,
            wording=words,
            domain=command.domain,
            baseline=baseline,
            target_date=command.target_date,
            owner=command.owner,
            said_by=command.said_by,
            by=command.by,
            agreed_on=command.on,
        ),
    )


def _revise(state: State, command: ReviseGoal, domains: frozenset[str]) -> tuple[Event, ...]:
    words = _check_goal(command, domains)
    known = _goal(state, command.goal_id)
    revised = GoalRevised(
        goal_id=command.goal_id,
        wording=words,
        domain=command.domain,
        target_date=command.target_date,
        owner=command.owner,
        said_by=command.said_by,
        by=command.by,
    )
    if evolve(state, revised) == state:
        return ()
    if known.outcome is not None:
        raise Refused(f"this goal is {codes.GOAL_ENDS[known.outcome]}: agree a new one instead")
    return (revised,)


def _rate(state: State, command: RateGoal) -> tuple[Event, ...]:
    values.happened(command.rated_on, command.on, "rated_on")
    goal = _goal(state, command.goal_id)
    rated = _rated(goal, command.goal_id, Rating(command.rating, command.rated_by, command.rated_on), command.by)
    if rated and goal.agreed_on is not None and command.rated_on < goal.agreed_on:
        raise Refused("rated_on lies before the day on which the goal was agreed")
    return rated


def _rated(goal: Goal, goal_id: str, rating: Rating, by: str) -> tuple[Event, ...]:
    values.within(rating.rating, 0, 10, "rating")
    values.one_of(codes.GOAL_RATERS, rating.rated_by, "rated_by")
    if rating in goal.ratings:
        return ()
    return (
        GoalProgressRated(
            goal_id=goal_id, rating=rating.rating, rated_by=rating.rated_by, rated_on=rating.rated_on, by=by
        ),
    )


def _end_goal(state: State, command: EndGoal) -> tuple[Event, ...]:
    values.one_of(codes.GOAL_ENDS, command.outcome, "outcome")
    if command.reason is not None:
        values.one_of(codes.GOAL_END_REASONS, command.reason, "reason")
    goal = _goal(state, command.goal_id)
    rated: tuple[Event, ...] = ()
    if command.rating is not None:
        last = Rating(command.rating, command.rated_by, command.on)
        rated = _rated(goal, command.goal_id, last, command.by)
    if (goal.outcome, goal.reason) == (command.outcome, command.reason):
        return rated
    if goal.outcome is not None:
        raise Refused(f"this goal is {codes.GOAL_ENDS[goal.outcome]} already")
    if not (rated or goal.ratings) and command.reason is None:
        raise Refused("rating is missing: say how far along the person is now, or give the reason why nobody can")
    ended = _ENDED[command.outcome](goal_id=command.goal_id, reason=command.reason, by=command.by)
    return (*rated, ended)
