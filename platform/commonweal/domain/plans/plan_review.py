"""Review of a plan: the day on which somebody looks at it again with the person."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from commonweal.domain import codes, due, values
from commonweal.domain.due import Deadline
from commonweal.domain.message import Refused, command, event

# These names are the storage format: never renamed.


@event
class PlanReviewScheduled:
    due_on: date


@event
class PlanReviewStarted:
    trigger: str
    started_on: date
    by: str


@event
class PlanReviewMissed:
    due_on: date
    days_late: int


@event
class PlanRevised:
    """`since_version`: the plan's at the beginning of the review; `changed`: the lines, goals and actions changed in it."""

    reason: str
    agreed_by: str
    since_version: int
    changed: tuple[str, ...] = ()
    revised_on: date
    by: str


@command
class SchedulePlanReview:
    due_on: date
    on: date


@command
class StartPlanReview:
    trigger: str = "due"
    on: date
    by: str


@command
class FlagPlanReviewMissed:
    due_on: date
    on: date


@command
class FinishPlanReview:
    """What the review came to, who agreed to it, and when the next one is."""

    reason: str
    agreed_by: str = "person"
    next_review_on: date
    on: date
    by: str


Event = PlanReviewScheduled | PlanReviewStarted | PlanReviewMissed | PlanRevised
Command = SchedulePlanReview | StartPlanReview | FlagPlanReviewMissed | FinishPlanReview

DUE: Final = "plan_review"
LONGEST: Final = 366
"""Days to the next review, at most."""
AGREE: Final = frozenset({"person", "representative"})
"""Who can agree to a plan."""


@dataclass(frozen=True, slots=True)
class Review:
    """The review that is on, or was last."""

    trigger: str
    since_version: int
    changed: tuple[str, ...] = ()
    outcome: tuple[str, str, date] | None = None
    """(reason, agreed by, on); None while it is on."""


@dataclass(frozen=True, slots=True)
class State:
    due_on: date | None = None
    missed: date | None = None
    """The last review that nobody held in time was due on this day."""
    review: Review | None = None


INITIAL: Final = State()


def evolve(state: State, event: Event, version: int) -> State:
    """`version`: the plan's before the event."""
    match event:
        case PlanReviewScheduled(due_on=day):
            return replace(state, due_on=day)
        case PlanReviewStarted(trigger=trigger):
            return replace(state, review=Review(trigger, version + 1))
        case PlanReviewMissed(due_on=day):
            return replace(state, missed=day)
        case PlanRevised(reason=reason, agreed_by=who, revised_on=day):
            if state.review is None:
                return state
            return replace(state, review=replace(state.review, outcome=(reason, who, day)))


def touched(state: State, line: str) -> State:
    """A line, goal or action is changed while the review is on."""
    if state.review is None:
        return state
    changed = tuple(dict.fromkeys((*state.review.changed, line)))
    return replace(state, review=replace(state.review, changed=changed))


def deadlines(identity: str, event: Event) -> tuple[Deadline, ...]:
    match event:
        case PlanReviewScheduled(due_on=day):
            return (Deadline(DUE, identity, "", due.end_of(day)),)
        case PlanReviewStarted() | PlanReviewMissed():
            return (Deadline(DUE, identity, "", None),)
        case PlanRevised():
            return ()


def fallen_due(deadline: Deadline, now: datetime) -> Command:
    """Its day is over: that was the day before the deadline."""
    return FlagPlanReviewMissed(due_on=due.today(deadline.due_at or now) - timedelta(days=1), on=due.today(now))


def decide(state: State, command: Command, phase: str) -> tuple[Event, ...]:
    """`phase`: the plan's, see `plan.State`."""
    match command:
        case SchedulePlanReview(due_on=day, on=today):
            if phase not in ("draft", "agreed", "active", "in review"):
                raise Refused(f"this plan is {phase}: nothing is left to review")
            return _schedule(state, day, today, "due_on")
        case StartPlanReview():
            return _start(command, phase)
        case FlagPlanReviewMissed(due_on=day, on=today):
            return _flag_missed(state, day, today, phase)
        case FinishPlanReview():
            return _finish(state, command, phase)


def _schedule(state: State, day: date, today: date, what: str) -> tuple[Event, ...]:
    if state.due_on == day and state.missed != day:
        return ()
    _coming(day, today, what)
    return (PlanReviewScheduled(due_on=day),)


def _coming(day: date, today: date, what: str) -> None:
    if not today <= day <= today + timedelta(days=LONGEST):
        raise Refused(f"{what} must lie in the coming year")


def _start(command: StartPlanReview, phase: str) -> tuple[Event, ...]:
    values.one_of(codes.REVIEW_TRIGGERS, command.trigger, "trigger")
    if phase == "in review":
        return ()
    if phase != "active":
        raise Refused(f"this plan is {phase}; only one the person has agreed to is reviewed")
    return (PlanReviewStarted(trigger=command.trigger, started_on=command.on, by=command.by),)


def _flag_missed(state: State, day: date, today: date, phase: str) -> tuple[Event, ...]:
    if today <= day:
        raise Refused("the review is not missed before its day is over")
    if phase != "active" or state.due_on != day or state.missed == day:
        return ()  # it was held, put off, or there is nothing to review yet
    return (PlanReviewMissed(due_on=day, days_late=(today - day).days),)


def _finish(state: State, command: FinishPlanReview, phase: str) -> tuple[Event, ...]:
    values.one_of(codes.REVISION_REASONS, command.reason, "reason")
    values.one_of(AGREE, command.agreed_by, "agreed_by")
    review = state.review
    outcome = (command.reason, command.agreed_by, command.on)
    if phase == "active" and review is not None and review.outcome == outcome:
        return _schedule(state, command.next_review_on, command.on, "next_review_on")
    if phase != "in review" or review is None:
        raise Refused(f"this plan is {phase}, not in review")
    revised = PlanRevised(
        reason=command.reason,
        agreed_by=command.agreed_by,
        since_version=review.since_version,
        changed=review.changed,
        revised_on=command.on,
        by=command.by,
    )
    _coming(command.next_review_on, command.on, "next_review_on")
    return (revised, PlanReviewScheduled(due_on=command.next_review_on))
