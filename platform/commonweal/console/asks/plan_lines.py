"""The forms of what stands in a plan: what matters, strengths, needs, goals, actions."""

from typing import Final

from commonweal.console.ask import Ask, Question
from commonweal.console.asks.questions import day, why
from commonweal.console.forms import choices
from commonweal.domain import codes
from commonweal.domain.plans import plan_actions, plan_goals, plan_needs, plan_words

_SAID_BY: Final = Question(
    field="said_by",
    label="Whose words are these?",
    kind="choice",
    choices=choices(codes.PLAN_SPEAKERS),
    missing="Select whose words these are",
)
_DOMAIN: Final = Question(field="domain", label="Area of life", kind="pick", found="plan_domains")


_MATTERS: Final = (
    Question(
        field="statement",
        label="What matters to the person",
        kind="words",
        hint="As they say it: “I want to be in my garden again.”",
        missing="Write what matters to the person",
        called="What matters",
    ),
    _SAID_BY,
    Question(field="language", label="Said in", hint="A language code where it was not English, such as so or ur"),
    _DOMAIN,
)
_STRENGTH: Final = (
    Question(
        field="text",
        label="What they can build on",
        kind="words",
        missing="Write what they can build on",
        called="What they can build on",
    ),
    Question(
        field="kind", label="What sort is it?", kind="choice", choices=choices(codes.STRENGTHS), missing="Select a sort"
    ),
    _SAID_BY,
)
_WHO: Final = choices(codes.PLAN_OWNERS)
_GOAL: Final = (
    Question(
        field="wording",
        label="What does the person want to come to?",
        kind="words",
        hint="One thing, in their words",
        missing="Write the goal",
        called="The goal",
    ),
    _SAID_BY,
    Question(field="owner", label="Whose goal is it?", kind="choice", choices=_WHO, missing="Select whose goal it is"),
    Question(field="target_date", label="By which day?", kind="day", called="The day"),
    _DOMAIN,
)
_SCALE: Final = "0 is “not at all”, 10 is “I am there”"
_RATED_BY: Final = Question(
    field="rated_by",
    label="Who says so?",
    kind="choice",
    choices=choices(codes.GOAL_RATERS),
    missing="Select who says so",
)
_TO_DO: Final = (
    Question(
        field="what",
        label="What is to be done?",
        kind="words",
        missing="Write what is to be done",
        called="What is to be done",
    ),
    Question(field="who", label="Who does it?", kind="choice", choices=_WHO, missing="Select who does it"),
    Question(field="by_when", label="By which day?", kind="day", called="The day"),
)
_WORDS: Final = (
    Ask(
        name="record-what-matters",
        command=plan_words.RecordWhatMatters,
        title="What matters to the person",
        button="Write it down",
        done="What matters to the person was written down.",
        about="plan",
        questions=(Question(field="clause_id", kind="new_id"), *_MATTERS),
    ),
    Ask(
        name="reword-what-matters",
        command=plan_words.RewordWhatMatters,
        title="Reword what matters to the person",
        button="Reword it",
        done="What matters to the person was reworded.",
        about="plan",
        taken=("clause_id",),
        questions=_MATTERS,
    ),
    Ask(
        name="record-strength",
        command=plan_words.RecordStrength,
        title="What the person can build on",
        button="Write it down",
        done="What the person can build on was written down.",
        about="plan",
        questions=(Question(field="clause_id", kind="new_id"), *_STRENGTH),
    ),
    Ask(
        name="reword-strength",
        command=plan_words.RewordStrength,
        title="Reword what the person can build on",
        button="Reword it",
        done="What the person can build on was reworded.",
        about="plan",
        taken=("clause_id",),
        questions=_STRENGTH,
    ),
    Ask(
        name="remove-plan-line",
        command=plan_words.RemovePlanClause,
        title="Take a line out of the plan",
        button="Take it out",
        done="The line was taken out. What it said stays on record.",
        about="plan",
        taken=("clause_id",),
        questions=(why(codes.CLAUSE_REMOVALS),),
    ),
)
_NEEDS: Final = (
    Ask(
        name="identify-need",
        command=plan_needs.IdentifyNeed,
        title="A need",
        button="Write it down",
        done="The need was written down.",
        about="plan",
        questions=(
            Question(
                field="need", label="Which need?", kind="pick", choices=choices(codes.NEEDS), missing="Select a need"
            ),
            Question(
                field="identified_by",
                label="Who sees it?",
                kind="choice",
                choices=choices(codes.NEED_FINDERS),
                missing="Select who sees it",
            ),
            Question(
                field="severity",
                label="How much does it weigh on the person?",
                kind="number",
                hint="1 is a little, 2 is a lot, 3 is most of all",
                least=1,
                most=3,
                missing="Enter 1, 2 or 3",
            ),
        ),
    ),
    Ask(
        name="resolve-need",
        command=plan_needs.ResolveNeed,
        title="The need is met",
        button="Record that it is met",
        done="It was recorded that the need is met.",
        about="plan",
        taken=("need", "identified_by"),
    ),
    Ask(
        name="need-unmet",
        command=plan_needs.MarkNeedUnmet,
        title="The need stays unmet",
        button="Record that it stays unmet",
        done="It was recorded that the need stays unmet. It counts where services are planned.",
        about="plan",
        taken=("need", "identified_by"),
        questions=(why(codes.UNMET_NEED_REASONS),),
    ),
)
_GOALS: Final = (
    Ask(
        name="agree-goal",
        command=plan_goals.AgreeGoal,
        title="Agree a goal",
        button="Agree it",
        done="The goal was agreed.",
        about="plan",
        questions=(
            Question(field="goal_id", kind="new_id"),
            *_GOAL,
            Question(
                field="baseline",
                label="How far along are they now, from 0 to 10?",
                kind="number",
                hint=_SCALE,
                least=0,
                most=10,
                missing="Enter how far along they are, from 0 to 10",
            ),
        ),
    ),
    Ask(
        name="revise-goal",
        command=plan_goals.ReviseGoal,
        title="Reword the goal",
        button="Reword it",
        done="The goal was reworded.",
        about="plan",
        taken=("goal_id",),
        questions=_GOAL,
    ),
    Ask(
        name="rate-goal",
        command=plan_goals.RateGoal,
        title="How near is the goal?",
        button="Record the rating",
        done="The rating was recorded.",
        about="plan",
        taken=("goal_id",),
        questions=(
            Question(
                field="rating",
                label="How far along are they, from 0 to 10?",
                kind="number",
                hint=_SCALE,
                least=0,
                most=10,
                missing="Enter how far along they are, from 0 to 10",
            ),
            _RATED_BY,
            day("rated_on", "On which day?"),
        ),
    ),
    Ask(
        name="end-goal",
        command=plan_goals.EndGoal,
        title="What became of the goal?",
        button="Record it",
        done="It was recorded what became of the goal.",
        about="plan",
        taken=("goal_id",),
        warning="Give a last rating, or the reason why there is none.",
        questions=(
            Question(
                field="outcome",
                label="What became of it?",
                kind="choice",
                choices=choices(codes.GOAL_ENDS),
                missing="Select what became of it",
            ),
            Question(
                field="rating",
                label="How far along are they today, from 0 to 10?",
                kind="number",
                hint=_SCALE,
                least=0,
                most=10,
                called="The last rating",
            ),
            Question(field="rated_by", label="Who says so?", kind="pick", choices=choices(codes.GOAL_RATERS)),
            Question(
                field="reason", label="Why?", kind="pick", choices=choices(codes.GOAL_END_REASONS), called="The reason"
            ),
        ),
    ),
)
_ACTIONS: Final = (
    Ask(
        name="add-action",
        command=plan_actions.AddAction,
        title="Who does what",
        button="Add it",
        done="The action was added.",
        about="plan",
        questions=(
            Question(field="action_id", kind="new_id"),
            *_TO_DO,
            Question(field="goal_id", label="For which goal?", kind="pick", found="plan_goals"),
        ),
    ),
    Ask(
        name="change-action",
        command=plan_actions.ChangeAction,
        title="Change the action",
        button="Change it",
        done="The action was changed.",
        about="plan",
        taken=("action_id",),
        questions=_TO_DO,
    ),
    Ask(
        name="complete-action",
        command=plan_actions.CompleteAction,
        title="The action is done",
        button="Record that it is done",
        done="It was recorded that the action is done.",
        about="plan",
        taken=("action_id",),
        questions=(day("done_on", "On which day?"),),
    ),
    Ask(
        name="miss-action",
        command=plan_actions.MissAction,
        title="The action was not done in time",
        button="Record it",
        done="It was recorded that the action was not done in time.",
        about="plan",
        taken=("action_id",),
        questions=(why(codes.ACTION_END_REASONS),),
    ),
    Ask(
        name="cancel-action",
        command=plan_actions.CancelAction,
        title="The action is dropped",
        button="Drop it",
        done="The action was dropped.",
        about="plan",
        taken=("action_id",),
        questions=(why(codes.ACTION_END_REASONS),),
    ),
)
ASKS: Final[tuple[Ask, ...]] = (*_WORDS, *_NEEDS, *_GOALS, *_ACTIONS)
