"""Actions of a plan: what somebody does about a goal, by a day they agreed on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from commonweal.domain import codes, values
from commonweal.domain.message import Erased, Personal, Refused, command, event
from commonweal.domain.plans.plan_words import Frame, check_clause, check_goal

# These names are the storage format: never renamed.


@event
class ActionAdded:
    action_id: str
    person_id: str
    goal_id: str | None = None
    what: Personal[str]
    who: str
    by_when: date | None = None
    by: str


@event
class ActionChanged:
    """As it is from then on, and open."""

    action_id: str
    what: Personal[str]
    who: str
    by_when: date | None = None
    by: str


@event
class ActionCompleted:
    action_id: str
    done_on: date
    by: str


@event
class ActionMissed:
    action_id: str
    reason: str
    by: str


@event
class ActionCancelled:
    action_id: str
    reason: str
    by: str


@command
class AddAction:
    action_id: str
    goal_id: str | None = None
    what: str
    who: str = "person"
    by_when: date | None = None
    by: str


@command
class ChangeAction:
    action_id: str
    what: str
    who: str = "person"
    by_when: date | None = None
    by: str


@command
class CompleteAction:
    action_id: str
    done_on: date
    on: date
    by: str


@command
class MissAction:
    action_id: str
    reason: str
    by: str


@command
class CancelAction:
    action_id: str
    reason: str
    by: str


Event = ActionAdded | ActionChanged | ActionCompleted | ActionMissed | ActionCancelled
Command = AddAction | ChangeAction | CompleteAction | MissAction | CancelAction


@dataclass(frozen=True, slots=True)
class Action:
    words: str | Erased
    goal_id: str | None
    who: str
    by_when: date | None
    outcome: str | None = None
    """None while it is to be done, else completed, missed or cancelled."""
    reason: str | None = None
    done_on: date | None = None


State = Mapping[str, Action]
"""By id."""
INITIAL: Final[State] = {}


def evolve(state: State, event: Event) -> State:
    match event:
        case ActionAdded():
            return {**state, event.action_id: Action(event.what, event.goal_id, event.who, event.by_when)}
        case ActionChanged(action_id=action_id, what=words, who=who, by_when=day):
            return _changed(state, action_id, words=words, who=who, by_when=day, outcome=None, reason=None)
        case ActionCompleted(action_id=action_id, done_on=day):
            return _changed(state, action_id, outcome="completed", reason=None, done_on=day)
        case ActionMissed(action_id=action_id, reason=reason):
            return _changed(state, action_id, outcome="missed", reason=reason)
        case ActionCancelled(action_id=action_id, reason=reason):
            return _changed(state, action_id, outcome="cancelled", reason=reason)


def _changed(state: State, action_id: str, **changed: object) -> State:
    known = state.get(action_id)
    return state if known is None else {**state, action_id: replace(known, **changed)}  # type: ignore[arg-type]


def decide(state: State, command: Command, plan: Frame, goals: Collection[str]) -> tuple[Event, ...]:
    """`goals`: the ids of the plan's goals."""
    match command:
        case AddAction():
            return _add(state, command, plan.person_id, goals)
        case ChangeAction():
            return _change(state, command)
        case CompleteAction():
            return _complete(state, command)
        case MissAction(action_id=action_id, reason=reason, by=by):
            if _settles(state, action_id, "missed", reason):
                return ()
            return (ActionMissed(action_id=action_id, reason=reason, by=by),)
        case CancelAction(action_id=action_id, reason=reason, by=by):
            if _settles(state, action_id, "cancelled", reason):
                return ()
            return (ActionCancelled(action_id=action_id, reason=reason, by=by),)


def _check(command: AddAction | ChangeAction) -> str:
    values.one_of(codes.PLAN_OWNERS, command.who, "who")
    return values.said(command.what, "what", 2_000)


def _add(state: State, command: AddAction, person_id: str, goals: Collection[str]) -> tuple[Event, ...]:
    words = _check(command)
    if command.goal_id is not None:
        check_goal(command.goal_id, goals)
    known = state.get(command.action_id)
    if known == Action(words, command.goal_id, command.who, command.by_when):
        return ()
    check_clause(command.action_id, "action_id", known=known is not None, again=False, held=len(state))
    return (
        ActionAdded(
            action_id=command.action_id,
            person_id=person_id,
            goal_id=command.goal_id,
            what=words,
            who=command.who,
            by_when=command.by_when,
            by=command.by,
        ),
    )


def _action(state: State, action_id: str) -> Action:
    if action_id not in state:
        raise Refused("action_id is that of no action in this plan")
    return state[action_id]


def _change(state: State, command: ChangeAction) -> tuple[Event, ...]:
    words = _check(command)
    known = _action(state, command.action_id)
    changed = ActionChanged(
        action_id=command.action_id, what=words, who=command.who, by_when=command.by_when, by=command.by
    )
    if evolve(state, changed) == state:
        return ()
    _require_undone(known)
    return (changed,)


def _require_undone(action: Action) -> None:
    """What was missed may still be done, or be put off."""
    if action.outcome in ("completed", "cancelled"):
        raise Refused(f"this action is {action.outcome} already")


def _complete(state: State, command: CompleteAction) -> tuple[Event, ...]:
    known = _action(state, command.action_id)
    if (known.outcome, known.done_on) == ("completed", command.done_on):
        return ()
    _require_undone(known)
    values.happened(command.done_on, command.on, "done_on")
    return (ActionCompleted(action_id=command.action_id, done_on=command.done_on, by=command.by),)


def _settles(state: State, action_id: str, outcome: str, reason: str) -> bool:
    """Did it end in this way already? Refuses where it ended in another."""
    values.one_of(codes.ACTION_END_REASONS, reason, "reason")
    known = _action(state, action_id)
    if (known.outcome, known.reason) == (outcome, reason):
        return True
    _require_undone(known)
    return False
